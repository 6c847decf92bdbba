"""How far the tables are, and waiting until they are far enough."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Final

from keeptrusts.projections.store.protocol import Store
from keeptrusts.schemas import topics
from keeptrusts.schemas.errors import Problem, Refused
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.positions import Position

_PROGRESS: Final = """
SELECT topic, partition, max(partitions), max(position), argMax(delay_ms, written_ms), max(written_ms)
FROM writer_progress GROUP BY topic, partition"""
_STALE_MS: Final = 10_000


@frozen
class Reach:
    """How far one partition of a topic is written: the position in kt.events, and the delay of its newest record."""

    position: int
    delay_ms: int
    written_ms: int


@frozen
class Tip:
    """How far every topic is written, as read at one moment."""

    read_at: float
    partitions: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    reaches: Mapping[tuple[str, int], Reach] = field(default_factory=lambda: MappingProxyType({}))

    def position(self, topic: topics.Topic, org: str) -> Position:
        """Give an organization's position; offset -1 means that nothing is written yet."""
        count = self.partitions.get(topic.name, 0)
        partition = topics.partition_of(org, count) if count else 0
        found = self.reaches.get((topic.name, partition))
        return Position(partition, found.position if found is not None else -1)

    def reached(self, topic: topics.Topic, position: Position) -> bool:
        found = self.reaches.get((topic.name, position.partition))
        return found is not None and found.position >= position.offset

    def has_partition(self, position: Position) -> bool:
        """Say whether a position can exist; True as long as the writer has not learnt the partitions."""
        count = self.partitions.get(topics.EVENTS.name, 0)
        return count == 0 or position.partition < count

    def lag_ms(self, topic: topics.Topic, org: str, now_ms: int) -> int | None:
        """Give how far answers lie behind the log; None when the writer has never been here."""
        found = self.reaches.get((topic.name, self.position(topic, org).partition))
        if found is None:
            return None
        silent_ms = now_ms - found.written_ms
        return found.delay_ms if silent_ms < _STALE_MS else max(silent_ms, found.delay_ms)


class TipView:
    """Reads the writer's progress; callers at the same moment share one reading."""

    def __init__(self, store: Store, monotonic: Callable[[], float], share_seconds: float) -> None:
        self._store = store
        self._monotonic = monotonic
        self._share_seconds = share_seconds
        self._tip: Tip | None = None
        self._reading: asyncio.Task[Tip] | None = None

    async def tip(self, *, since: float | None = None) -> Tip:
        """Give a reading that began at ``since`` (monotonic) or later, by default not older than the sharing time."""
        wanted = self._monotonic() - self._share_seconds if since is None else since
        if self._tip is not None and self._tip.read_at >= wanted:
            return self._tip
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read())
        return await asyncio.shield(self._reading)

    async def wait_for(
        self, needed: tuple[topics.Topic, ...], position: Position, *, seconds: float, poll_seconds: float
    ) -> Tip:
        """Wait until every topic is written up to a position; raises Refused (503) when that takes too long."""
        deadline = self._monotonic() + seconds
        while True:
            tip = await self.tip(since=self._monotonic() - poll_seconds)
            if all(tip.reached(topic, position) for topic in needed):
                return tip
            if self._monotonic() > deadline:
                behind = ", ".join(topic.name for topic in needed if not tip.reached(topic, position))
                raise Refused(
                    Problem(
                        code="not_ready",
                        message=f"position {position} is not visible yet in what is read from {behind}",
                        fix="ask again in a moment, or without min_position",
                        retry_after_s=1,
                    )
                )
            await asyncio.sleep(poll_seconds)

    async def _read(self) -> Tip:
        began = self._monotonic()
        answer = await self._store.query(_PROGRESS)
        partitions: dict[str, int] = {}
        reaches: dict[tuple[str, int], Reach] = {}
        for topic, partition, count, position, delay_ms, written_ms in answer.rows:
            partitions[topic] = max(count, partitions.get(topic, 0))
            reaches[(topic, partition)] = Reach(position=position, delay_ms=delay_ms, written_ms=written_ms)
        self._tip = Tip(read_at=began, partitions=MappingProxyType(partitions), reaches=MappingProxyType(reaches))
        return self._tip
