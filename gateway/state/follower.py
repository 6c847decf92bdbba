"""Follows derived topics for a view: compacted ones from their start, an inbox from its end. read_committed always."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

logger = logging.getLogger(__name__)

POLL_MS = 100
MAX_RECORDS = 5_000
FETCH_BYTES = 8 * 1024 * 1024
"""Large, because between two fetches of one long partition lies a wait for the others, which have nothing."""
RETRY_S = 0.5

Apply = Callable[[int, int, bytes | None, float], None]
"""Takes partition, offset, value and the monotonic time of arrival."""


@dataclass(slots=True, kw_only=True)
class Follower:
    """Feeds every record of a topic to ``apply`` for ever; after trouble it goes on from where it was.

    ``caught_up`` is set once everything that was there at the start has been applied.
    """

    bootstrap: str
    topic: str
    partitions: int
    start: Literal["beginning", "end"]
    apply: Apply
    on_caught_up: Callable[[], None] = lambda: None
    caught_up: asyncio.Event = field(default_factory=asyncio.Event)
    _positions: dict[int, int] = field(default_factory=dict)

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            try:
                await self._follow()
            except KafkaError as error:
                logger.warning("%s cannot be read (%s); trying again", self.topic, type(error).__name__)
                await asyncio.sleep(RETRY_S)

    async def _follow(self) -> None:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=POLL_MS,
            max_partition_fetch_bytes=FETCH_BYTES,
            request_timeout_ms=10_000,
        )
        try:
            await consumer.start()
            places = [TopicPartition(self.topic, partition) for partition in range(self.partitions)]
            consumer.assign(places)
            ends = await consumer.end_offsets(places)
            await self._seek(consumer, places, ends)
            while True:
                found = await consumer.getmany(timeout_ms=POLL_MS, max_records=MAX_RECORDS)
                now_s = asyncio.get_running_loop().time()
                for place, records in found.items():
                    for record in records:
                        self.apply(place.partition, record.offset, record.value, now_s)
                    self._positions[place.partition] = records[-1].offset + 1
                if not self.caught_up.is_set() and await _reached(consumer, ends):
                    self.on_caught_up()
                    self.caught_up.set()
        finally:
            await consumer.stop()

    async def _seek(
        self, consumer: AIOKafkaConsumer, places: list[TopicPartition], ends: dict[TopicPartition, int]
    ) -> None:
        beginnings = await consumer.beginning_offsets(places)
        for place in places:
            first = beginnings[place] if self.start == "beginning" else ends[place]
            consumer.seek(place, self._positions.get(place.partition, first))


async def _reached(consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> bool:
    return all([await consumer.position(place) >= end for place, end in ends.items()])
