"""Makes a table again from the log, beside the old one, and exchanges the two; reads go on all the while.

The writer goes on as well. Only for the last stretch is its turn taken, so that both tables end at the same record.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from keeptrusts.projections.migrations import tables
from keeptrusts.projections.settings import WriterSettings
from keeptrusts.projections.store.protocol import Store
from keeptrusts.projections.writer.beside import empty_beside, exchange
from keeptrusts.projections.writer.blocks import derived_blocks, event_blocks
from keeptrusts.projections.writer.destroyed_keys import delete_destroyed
from keeptrusts.projections.writer.inserting import insert_block
from keeptrusts.projections.writer.loop import Writer, decode_range
from keeptrusts.projections.writer.metrics import WriterMetrics
from keeptrusts.projections.writer.prior import prior_requests
from keeptrusts.projections.writer.ranges import Range
from keeptrusts.projections.writer.reader import partition_counts
from keeptrusts.projections.writer.rollups import refill
from keeptrusts.schemas import topics
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.log_connections import closed

TABLES: Final[Mapping[str, topics.Topic]] = MappingProxyType(
    {
        "log": topics.EVENTS,
        "request_parts": topics.EVENTS,
        "requests": topics.EVENTS,
        "requests_open": topics.EVENTS,
        "gateway_reports": topics.EVENTS,
        "ledger_entries": topics.LEDGER,
        "ledger_postings": topics.LEDGER,
        "holds_open": topics.LEDGER,
        "holds_presumed": topics.LEDGER,
        "ledger_values": topics.LEDGER,
        "ledger_marks": topics.LEDGER,
        "directory_values": topics.DIRECTORY,
        "adoption_facts": topics.ADOPTION,
        "content_records": topics.CONTENT,
        "content_keys": topics.SUBJECT_KEYS,
    }
)
"""Table -> the topic it is made from. Outcomes and deliveries are kept for days only, so their tables are
not among them."""
_BATCH: Final = 5_000
_SILENT_SECONDS: Final = 30.0


class UnknownTableError(LookupError):
    """A table that cannot be made from the log."""


@frozen
class RebuiltTable:
    """What was done: records read, and rows before and after."""

    table: str
    records: int
    rows_before: int
    rows_after: int


class Rebuild:
    """Rebuilds one table at a time for the process that owns the store."""

    def __init__(self, store: Store, settings: WriterSettings, writer: Writer) -> None:
        self._store = store
        self._settings = settings
        self._writer = writer
        self._one_at_a_time = asyncio.Lock()

    async def rebuild(self, table: str) -> RebuiltTable:
        """Rebuild a table; raises UnknownTableError for one that is not made from the log."""
        if table not in tables.ROLLUPS and table not in TABLES:
            known = ", ".join((*TABLES, *tables.ROLLUPS))
            raise UnknownTableError(f"{table[:60]!r} is not made from the log; known: {known}")
        async with self._one_at_a_time:
            done = await self._rebuilt(table)
            if table == tables.REQUESTS.name:
                for rollup in tables.ROLLUPS:  # sums must be of the rows that are there now
                    await self._rebuilt(rollup)
            return done

    async def _rebuilt(self, table: str) -> RebuiltTable:
        if table in tables.ROLLUPS:
            return await self._from_requests(table)
        async with empty_beside(self._store, table) as beside:
            return await self._from_log(table, beside)

    async def _from_requests(self, table: str) -> RebuiltTable:
        async with self._writer.turn:
            before, after = await refill(self._store, table)
        return RebuiltTable(table=table, records=0, rows_before=before, rows_after=after)

    async def _from_log(self, table: str, beside: str) -> RebuiltTable:
        source = _Source(self._settings, TABLES[table])
        await source.start()
        try:
            records = await self._copy(source, table, beside)
            async with self._writer.turn:
                records += await self._copy(source, table, beside)
                if table == tables.CONTENT_KEYS.name:
                    await delete_destroyed(self._store, beside)
                before, after = await exchange(self._store, table, beside)
            return RebuiltTable(table=table, records=records, rows_before=before, rows_after=after)
        finally:
            await source.stop()

    async def _copy(self, source: _Source, table: str, beside: str) -> int:
        """Project everything that the writer has written by now."""
        records = 0
        topic = TABLES[table]
        for partition in source.partitions:
            end = self._writer.progress.source_offset(topic.name, partition)
            async for item in source.through(partition, end):
                await self._project(item, topic, table, beside)
                records += len(item.records)
        return records

    async def _project(self, item: Range, topic: topics.Topic, table: str, beside: str) -> None:
        decoded = await asyncio.to_thread(decode_range, topic.name, item.partition, item.records)
        if topic is topics.EVENTS:
            prior = await prior_requests(self._store, item.partition, item.first, decoded.events)
            blocks = await asyncio.to_thread(event_blocks, decoded, prior)
        else:
            blocks = await asyncio.to_thread(derived_blocks, decoded)
        for block in blocks:
            if block.table == table:  # what cannot be stored was set aside when it was first written
                metrics = WriterMetrics()
                await insert_block(self._store, block, item.token(beside), self._settings, metrics, table=beside)


class _Source:
    """Reads a topic from its beginning, without a group: it leaves no trace in the writer's offsets."""

    def __init__(self, settings: WriterSettings, topic: topics.Topic) -> None:
        self._name = settings.kafka.topic(topic)
        self._options: dict[str, Any] = {"bootstrap_servers": settings.kafka.bootstrap, **settings.kafka.client}
        self._consumer: Any = AIOKafkaConsumer(
            enable_auto_commit=False, auto_offset_reset="earliest", isolation_level="read_committed",
            max_partition_fetch_bytes=settings.fetch_bytes, **self._options,
        )  # fmt: skip
        self._next: dict[int, int] = {}

    @property
    def partitions(self) -> tuple[int, ...]:
        return tuple(sorted(self._next))

    async def start(self) -> None:
        await self._consumer.start()
        admin = AIOKafkaAdminClient(**self._options)
        await admin.start()
        try:
            counts = await partition_counts(admin, [self._name])
        finally:
            await admin.close()
        found = range(counts[self._name])
        self._consumer.assign([TopicPartition(self._name, partition) for partition in found])
        await self._consumer.seek_to_beginning()
        self._next = dict.fromkeys(found, 0)

    async def stop(self) -> None:
        await closed(self._consumer, f"a connection to read {self._name}")

    async def through(self, partition: int, end: int) -> Any:
        """Give ranges from where this partition stands through offset ``end``."""
        place = TopicPartition(self._name, partition)
        quiet_since = time.monotonic()
        while self._next[partition] <= end:
            batches = await self._consumer.getmany(place, timeout_ms=500, max_records=_BATCH)
            records = [record for record in batches.get(place, []) if record.offset <= end]
            if records:
                quiet_since = time.monotonic()
                yield Range(topic=self._name, partition=partition, records=tuple(records))
            reached = int(await self._consumer.position(place))
            self._next[partition] = min(max(self._next[partition], reached), end + 1)
            if reached > end:
                self._consumer.seek(place, end + 1)
            elif time.monotonic() - quiet_since > _SILENT_SECONDS:
                raise RuntimeError(f"{self._name}/{partition}: offset {end} was written once but cannot be read now")
