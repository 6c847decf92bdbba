"""What a group has committed, read from Kafka's answer: an error is never taken for an empty memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    GroupLoadInProgressError,
    KafkaError,
    NotCoordinatorForGroupError,
)
from aiokafka.structs import OffsetAndMetadata

from keeptrusts.projections.writer.reader import committed_offsets

Partitions = list[tuple[int, int, str, int]]


@dataclass
class Answer:
    """What a coordinator answers: partition, offset, metadata, error of each partition, and an error for all."""

    topics: list[tuple[str, Partitions]] = field(default_factory=list)
    error_code: int = 0


@dataclass
class Coordinator:
    answer: Answer

    async def find_coordinator(self, group: str) -> int:
        return 1

    async def _send_request(self, request: Any, node: int) -> Answer:
        return self.answer


async def test_offsets_and_pending_ranges_are_given_by_partition() -> None:
    answer = Answer(topics=[("kt.events", [(0, 7, "9", 0), (2, 4, "", 0)])])
    assert await committed_offsets(Coordinator(answer), "kt-writer") == {
        TopicPartition("kt.events", 0): OffsetAndMetadata(7, "9"),
        TopicPartition("kt.events", 2): OffsetAndMetadata(4, ""),
    }


async def test_a_group_that_never_committed_has_nothing() -> None:
    assert await committed_offsets(Coordinator(Answer()), "kt-writer") == {}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(error_code=14), GroupLoadInProgressError),
        (Answer(error_code=16), NotCoordinatorForGroupError),
        (Answer(error_code=30), GroupAuthorizationFailedError),
        (Answer(topics=[("kt.events", [(0, -1, "", 14)])]), GroupLoadInProgressError),
    ],
)
async def test_an_error_is_raised_wherever_it_stands(answer: Answer, error: type[KafkaError]) -> None:
    with pytest.raises(error):
        await committed_offsets(Coordinator(answer), "kt-writer")
