"""Puts events and derived records into a store as the writer does, without Kafka: for tests of questions."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson

from keeptrusts.projections.settings import KafkaSettings, WriterSettings
from keeptrusts.projections.store.protocol import Store
from keeptrusts.projections.writer.blocks import Block, derived_blocks, event_blocks
from keeptrusts.projections.writer.decoding import decode_derived_records, decode_events
from keeptrusts.projections.writer.inserting import insert_block
from keeptrusts.projections.writer.loop import SOURCES
from keeptrusts.projections.writer.metrics import WriterMetrics
from keeptrusts.projections.writer.prior import prior_requests
from keeptrusts.schemas.codec import encode
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.codec import encode_derived
from keeptrusts.schemas.topics import partition_of

PARTITIONS = 4
SETTINGS = WriterSettings(kafka=KafkaSettings(bootstrap="nowhere:0"), retry_seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A record as Kafka would give it back."""

    offset: int
    timestamp: int
    value: bytes | None


@dataclass(slots=True)
class FilledStore:
    """Counts offsets a topic and partition, and writes progress after each call."""

    store: Store
    now_ms: int = 1_795_000_000_000
    run: str = field(default_factory=lambda: uuid.uuid4().hex)
    """Part of every token: the engine takes a block once, and would remember those of earlier tests."""
    _next: dict[tuple[str, int], int] = field(default_factory=dict)

    async def events(self, *events: Event) -> list[int]:
        """Append events of one organization as one range; gives their offsets."""
        partition = partition_of(events[0].ledger, PARTITIONS)
        records = self._records("kt.events", partition, [encode(event) for event in events])
        decoded = decode_events(partition, records)
        prior = await prior_requests(self.store, partition, records[0].offset, decoded.events)
        blocks = event_blocks(decoded, prior)
        await self._insert(blocks, f"kt.events-{partition}-{records[0].offset}")
        await self.progress("kt.events", partition, records[-1].offset)
        return [record.offset for record in records]

    async def derived(self, topic: str, org: str, *records: Record, position: int = 10**6) -> None:
        """Append derived records of one organization, and say that the topic is complete to a position."""
        partition = partition_of(org, PARTITIONS)
        stored = self._records(topic, partition, [encode_derived(record) for record in records])
        decoded = decode_derived_records(partition, stored)
        assert not decoded.undecodable
        await self._insert(derived_blocks(decoded), f"{topic}-{partition}-{stored[0].offset}")
        await self.progress(topic, partition, position)

    async def progress(self, topic: str, partition: int, position: int) -> None:
        await self._progress([(topic, partition)], position)

    async def start(self) -> None:
        """Write the rows that a writer leaves before the first record."""
        await self._progress([(topic.name, partition) for topic in SOURCES for partition in range(PARTITIONS)], -1)

    async def _progress(self, places: Sequence[tuple[str, int]], position: int) -> None:
        self.now_ms += 1
        rows = (
            {
                "topic": topic, "partition": partition, "partitions": PARTITIONS, "position": position,
                "source_offset": position, "delay_ms": 12, "written_ms": self.now_ms,
            }
            for topic, partition in places
        )  # fmt: skip
        lines = b"\n".join(map(orjson.dumps, rows))
        await self.store.insert("writer_progress", lines, token=f"progress-{self.now_ms}-{self.run}")

    def _records(self, topic: str, partition: int, values: Sequence[bytes]) -> list[Stored]:
        first = self._next.get((topic, partition), 0)
        self._next[(topic, partition)] = first + len(values)
        return [Stored(offset=first + n, timestamp=self.now_ms, value=value) for n, value in enumerate(values)]

    async def _insert(self, blocks: Sequence[Block], name: str) -> None:
        for block in blocks:
            refused = await insert_block(
                self.store, block, f"{block.table}-{name}-{self.run}", SETTINGS, WriterMetrics()
            )
            assert refused == {}
