"""Reads one partition: a stretch of it to its end, as recovery needs it, and then on and on as records come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from keeptrusts.schemas.log_connections import closed
from keeptrusts.schemas.standstill import LOOK_S, Standstill
from keeptrusts.stream_processors.settings import ProcessorSettings

POLL_MS = 200
MAX_POLL_RECORDS = 2_000


class LogUnreadableError(Exception):
    """A stretch of the log could not be read within its deadline."""


@dataclass(slots=True, kw_only=True)
class LogReader:
    """Reads committed records only. One consumer, outside any group, used by one task at a time."""

    consumer: AIOKafkaConsumer
    look_every_s: float = LOOK_S
    _followed: TopicPartition | None = None
    _standstill: Standstill[TopicPartition] = field(default_factory=Standstill)
    _next_look: float = 0.0

    async def to_end(
        self, topic: str, partition: int, start: int, *, timeout_s: float
    ) -> AsyncIterator[tuple[ConsumerRecord, ...]]:
        """Yield the records from ``start`` (or the earliest kept) to the end as it is now, in batches."""
        place = TopicPartition(topic, partition)
        earliest = (await self.consumer.beginning_offsets([place]))[place]
        end = (await self.consumer.end_offsets([place]))[place]
        async for batch in self._between(place, max(start, earliest), end, timeout_s):
            yield batch

    def follow(self, topic: str, partition: int, start: int) -> None:
        """Go on from an offset with ``more``."""
        place = TopicPartition(topic, partition)
        self.consumer.assign([place])
        self.consumer.seek(place, start)
        self._followed, self._standstill = place, Standstill()
        self._next_look = asyncio.get_running_loop().time() + self.look_every_s

    async def more(self, *, timeout_s: float, most: int) -> tuple[ConsumerRecord, ...]:
        """Give the next records of the partition followed, in order, as soon as there is one; none after the time.

        Raises StandstillError when there are records that do not come.
        """
        found = await self.consumer.getmany(timeout_ms=round(timeout_s * 1000), max_records=most)
        if not found:
            await self._look()
        return tuple(record for records in found.values() for record in records)

    async def _look(self) -> None:
        """Look now and then whether the reading stands still. A broker that does not say is silent to writers too."""
        now = asyncio.get_running_loop().time()
        if self._followed is None or now < self._next_look:
            return
        self._next_look = now + self.look_every_s
        try:
            ends = await self.consumer.end_offsets([self._followed])
        except KafkaError:
            return
        self._standstill.look({self._followed: await self.consumer.position(self._followed)}, ends)

    async def _between(
        self, place: TopicPartition, start: int, end: int, timeout_s: float
    ) -> AsyncIterator[tuple[ConsumerRecord, ...]]:
        if start >= end:
            return
        self.consumer.assign([place])
        self.consumer.seek(place, start)
        deadline = asyncio.get_running_loop().time() + timeout_s
        while await self.consumer.position(place) < end:
            if asyncio.get_running_loop().time() > deadline:
                raise LogUnreadableError(f"{place.topic}[{place.partition}] not read to {end} within {timeout_s} s")
            found = await self.consumer.getmany(place, timeout_ms=POLL_MS, max_records=MAX_POLL_RECORDS)
            records = tuple(record for record in found.get(place, ()) if record.offset < end)
            if records:
                deadline = asyncio.get_running_loop().time() + timeout_s
                yield records


@asynccontextmanager
async def log_reader(settings: ProcessorSettings) -> AsyncIterator[LogReader]:
    """Open a reader for the time of the context."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.bootstrap,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=500,
        max_partition_fetch_bytes=4 * 1024 * 1024,
    )
    try:
        async with asyncio.timeout(settings.recovery_timeout_s):
            await consumer.start()
        yield LogReader(consumer=consumer)
    finally:
        await closed(consumer, "a reader of the log")
