"""A follower that connects anew misses nothing, also where it had read nothing yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, cast

import pytest
from aiokafka import TopicPartition

from keeptrusts.gateway.state.follower import Follower


@dataclass
class FakeConsumer:
    """A connection to a topic that ends where it is told; keeps where reading goes on."""

    ends: dict[TopicPartition, int]
    sought: dict[int, int] = field(default_factory=dict)

    async def start(self) -> None:
        return None

    async def end_offsets(self, places: list[TopicPartition]) -> dict[TopicPartition, int]:
        return {place: self.ends[place] for place in places}

    async def beginning_offsets(self, places: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(places, 2)

    def assign(self, places: list[TopicPartition]) -> None:
        return None

    def seek(self, place: TopicPartition, offset: int) -> None:
        self.sought[place.partition] = offset

    async def getmany(self, *, timeout_ms: int, max_records: int) -> Any:
        raise TimeoutError("the connection is lost before anything is read")

    async def stop(self) -> None:
        return None


class Reconnecting(Follower):
    """A follower whose connections are fakes, one after the other."""

    connections: list[FakeConsumer]

    def consumer(self) -> Any:
        return self.connections.pop(0)


@pytest.mark.parametrize(("start", "first"), [("end", 5), ("beginning", 2)])
async def test_what_comes_while_a_connection_is_lost_is_read_by_the_next(
    start: Literal["beginning", "end"], first: int
) -> None:
    place = TopicPartition("kt.grants", 0)
    before, after = FakeConsumer({place: 5}), FakeConsumer({place: 9})
    follower = Reconnecting(bootstrap="", topic="kt.grants", partitions=1, start=start, apply=lambda *record: None)
    follower.connections = [before, after]
    for _ in range(2):
        with pytest.raises(TimeoutError):
            await cast(Any, follower)._follow()
    assert (before.sought, after.sought) == ({0: first}, {0: first})
