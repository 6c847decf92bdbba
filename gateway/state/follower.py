"""Follows derived topics for a view: compacted ones from their start, an inbox from its end. read_committed always."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from keeptrusts.schemas.log_connections import closed
from keeptrusts.schemas.standstill import LOOK_S, Standstill, StandstillError

logger = logging.getLogger(__name__)

FETCH_WAIT_MS = 100
"""How long the broker may keep a question for which it has nothing: another partition's records wait behind it."""
WAKE_S = 1.0
"""How long a follower sleeps when nothing comes; records wake it at once."""
MAX_RECORDS = 5_000
FETCH_BYTES = 8 * 1024 * 1024
"""Large, because between two fetches of one long partition lies a wait for the others, which have nothing."""
RETRY_S = 0.5
OPEN_S = 30.0
"""How long it may take to connect and to learn where the partitions begin and end."""

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
    look_every_s: float = LOOK_S
    fetch_wait_ms: int = FETCH_WAIT_MS
    caught_up: asyncio.Event = field(default_factory=asyncio.Event)
    _positions: dict[int, int] = field(default_factory=dict)

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            try:
                await self._follow()
            except (KafkaError, TimeoutError, StandstillError) as error:
                logger.warning("%s cannot be read (%s: %s); trying again", self.topic, type(error).__name__, error)
                await asyncio.sleep(RETRY_S)

    def consumer(self) -> AIOKafkaConsumer:
        """Make a connection that has not been started."""
        return AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=self.fetch_wait_ms,
            max_partition_fetch_bytes=FETCH_BYTES,
            request_timeout_ms=10_000,
        )

    async def _follow(self) -> None:
        consumer = self.consumer()
        loop = asyncio.get_running_loop()
        standstill: Standstill[TopicPartition] = Standstill()
        try:
            async with asyncio.timeout(OPEN_S):
                await consumer.start()
                ends = await self._begin(consumer)
            next_look = loop.time() + self.look_every_s
            while True:
                sleep_s = min(WAKE_S, self.look_every_s) if self.caught_up.is_set() else self.fetch_wait_ms / 1_000
                found = await consumer.getmany(timeout_ms=int(sleep_s * 1_000), max_records=MAX_RECORDS)
                now_s = loop.time()
                for place, records in found.items():
                    for record in records:
                        self.apply(place.partition, record.offset, record.value, now_s)
                    self._positions[place.partition] = records[-1].offset + 1
                if not self.caught_up.is_set() and await _reached(consumer, ends):
                    self.on_caught_up()
                    self.caught_up.set()
                if now_s >= next_look:
                    next_look = now_s + self.look_every_s
                    standstill.look(await _positions(consumer, ends), await consumer.end_offsets(list(ends)))
        finally:
            await closed(consumer, f"a connection to read {self.topic}")

    async def _begin(self, consumer: AIOKafkaConsumer) -> dict[TopicPartition, int]:
        """Take the partitions where they go on; gives where they end now.

        Where nothing was read yet they go on where they first began: what came while a connection was lost counts too.
        Between taking a partition and saying where it goes on nothing may be waited for: the client would look for a
        place of its own meanwhile.
        """
        places = [TopicPartition(self.topic, partition) for partition in range(self.partitions)]
        ends: dict[TopicPartition, int] = await consumer.end_offsets(places)
        firsts = ends if self.start == "end" else await consumer.beginning_offsets(places)
        consumer.assign(places)
        for place in places:
            consumer.seek(place, self._positions.setdefault(place.partition, firsts[place]))
        return ends


async def _positions(consumer: AIOKafkaConsumer, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
    return {place: await consumer.position(place) for place in places}


async def _reached(consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> bool:
    return all(at >= ends[place] for place, at in (await _positions(consumer, ends)).items())
