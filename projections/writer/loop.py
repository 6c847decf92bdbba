"""The writer: takes ranges from the log, writes each into its tables exactly once, and says how far it is.

Any broken invariant ends it with an exception; a supervisor starts it again and it goes on where it was.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from keeptrusts.projections.projectors.place import DerivedRecord, Place
from keeptrusts.projections.projectors.requests import project_requests
from keeptrusts.projections.settings import WriterSettings
from keeptrusts.projections.store.protocol import Store
from keeptrusts.projections.writer.blocks import Block, derived_blocks, record_blocks, request_blocks
from keeptrusts.projections.writer.dead_letters import DeadLetters
from keeptrusts.projections.writer.decoding import (
    Consumed,
    Decoded,
    Undecodable,
    decode_derived_records,
    decode_events,
)
from keeptrusts.projections.writer.destroyed_keys import any_destroyed, delete_destroyed
from keeptrusts.projections.writer.inserting import insert_block
from keeptrusts.projections.writer.metrics import WriterMetrics
from keeptrusts.projections.writer.prior import InFlight, prior_requests
from keeptrusts.projections.writer.progress import (
    FOLLOWERS,
    TABLE,
    Progress,
    Waiting,
    newest_progress,
    proven_position,
)
from keeptrusts.projections.writer.ranges import Range
from keeptrusts.projections.writer.reader import LogReader, ReaderError
from keeptrusts.projections.writer.verifying import make_sure
from keeptrusts.schemas import topics

SOURCES: Final = (
    topics.EVENTS,
    topics.LEDGER,
    topics.DIRECTORY,
    topics.ADOPTION,
    topics.OUTCOMES,
    topics.WEBHOOKS,
    topics.GRANTS,
    topics.CONTENT,
    topics.SUBJECT_KEYS,
)
_AT_ONCE: Final = 4


class Writer:
    """Moves topics into tables. ``run`` it once; ``turn`` is held while ranges are written."""

    def __init__(self, store: Store, settings: WriterSettings, now_ms: Callable[[], int]) -> None:
        self.metrics = WriterMetrics()
        self.turn = asyncio.Lock()
        self.started = asyncio.Event()
        self._store = store
        self._settings = settings
        self._now_ms = now_ms
        self._names = {settings.kafka.topic(topic): topic.name for topic in SOURCES}
        self._reader = LogReader(settings, tuple(self._names))
        self._dead_letters = DeadLetters(settings, now_ms)
        self._progress = Progress({topic.name: 0 for topic in SOURCES})
        self._in_flight = InFlight(settings.max_in_flight)
        self._doubtful: list[tuple[Range, tuple[Block, ...], frozenset[int]]] = []
        self._keys_destroyed = True
        """Whether keys that are gone may still have rows: so it may be after a kill."""
        self._notes = 0

    @property
    def progress(self) -> Progress:
        return self._progress

    async def resume(self) -> None:
        """Learn how far the tables are, without writing: for a rebuild while no writer runs."""
        try:
            await self._reader.start()
            await self._restore()
        finally:
            await self._reader.stop()

    async def run(self) -> None:
        """Write until cancelled. Raises when topics are missing, the store stays away, or too much is unusable."""
        try:
            await self._start()
            while True:
                ranges = await self._reader.read()
                began = time.monotonic()
                async with self.turn:
                    await self._step(ranges)
                await self._gather(ranges, began)
        finally:
            await self._reader.stop()
            await self._dead_letters.stop()

    async def _gather(self, ranges: Sequence[Range], began: float) -> None:
        """Let records gather before the next step, unless none came or a whole batch did."""
        if not ranges or sum(len(item.records) for item in ranges) >= self._settings.max_records:
            return
        await asyncio.sleep(max(0.0, began + self._settings.step_interval_ms / 1000 - time.monotonic()))

    async def _start(self) -> None:
        await self._reader.start()
        await self._dead_letters.start()
        await self._restore()
        pending = await self._reader.pending()
        async with self.turn:
            for item in pending:
                await self._write(item, None, doubtful=True)
                await self._make_sure()
            if pending:
                await self._reader.finish(pending)
            self.metrics.replayed_ranges += len(pending)
            await self._note(self._progress.all_places())
        self.started.set()

    async def _restore(self) -> None:
        """Positions come from the tables; what is written for certain only Kafka's commits know."""
        self._progress = Progress({self._names[topic]: count for topic, count in self._reader.partitions.items()})
        self._progress.restore(await written_progress(self._store))
        for (topic, partition), start in self._reader.starts.items():
            name = self._names[topic]
            written = self._progress.source_offset(name, partition)
            if self._reader.begun(topic, partition) < written:
                raise ReaderError(
                    f"{topic}/{partition}: the tables hold records through offset {written}, but the group "
                    f"{self._settings.group_id} in Kafka says that {start} is next, so records would be written twice; "
                    "if the group's offsets were lost, stop the API, drop its database (the clickhouse folder of the "
                    "data directory, where the store is embedded) and start it again: everything is read from the log"
                )
            self._progress.committed(name, partition, start - 1)

    async def _step(self, ranges: Sequence[Range]) -> None:
        """Write ranges, and say how far the tables are before Kafka is told: those who wait need not wait for that."""
        if ranges:
            await self._reader.begin(ranges)
        events = [item for item in ranges if self._names[item.topic] == topics.EVENTS.name]
        if events:  # first and alone: what was answered is to be seen soon, and the machine may have two cores
            await self._write_together(events)
            await self._note_moved()
        await self._write_together([item for item in ranges if self._names[item.topic] != topics.EVENTS.name])
        await self._settle_awaited()
        if self._now_ms() - self._progress.beaten_ms > self._settings.heartbeat_seconds * 1000:
            self._progress.beat()
            self._progress.beaten_ms = self._now_ms()
            self._progress.moved()  # they are among all of them
            await self._note(self._progress.all_places())
        await self._note_moved()
        if ranges:
            await self._reader.finish(ranges)

    async def _write_together(self, ranges: Sequence[Range]) -> None:
        limit = asyncio.Semaphore(_AT_ONCE)
        await _all(self._write_within(limit, item) for item in ranges)
        await self._make_sure()

    async def _make_sure(self) -> None:
        """Look after what may not have arrived, one range after the other, while nothing else is written."""
        doubtful, self._doubtful = self._doubtful, []
        for item, blocks, refused in doubtful:
            await make_sure(self._store, item, blocks, refused, self._settings, self.metrics)
        if self._keys_destroyed:
            await delete_destroyed(self._store)
            self._keys_destroyed = False

    async def _write_within(self, limit: asyncio.Semaphore, item: Range) -> None:
        async with limit:
            await self._write(item, self._in_flight)

    async def _write(self, item: Range, known: InFlight | None, *, doubtful: bool = False) -> None:
        """Write one range. Doing it again after any kill leaves the same rows. ``doubtful``: it was begun before."""
        topic = self._names[item.topic]
        retries = self.metrics.insert_retries
        decoded = await asyncio.to_thread(decode_range, topic, item.partition, item.records)
        blocks: list[Block] = []
        if topic == topics.EVENTS.name:
            refused = await self._insert_events(item, decoded, known, blocks)
        else:
            blocks += await asyncio.to_thread(derived_blocks, decoded)
            refused = await self._insert(item, blocks)
            self._keys_destroyed |= any_destroyed(decoded.derived)
        if doubtful or self.metrics.insert_retries > retries:
            self._doubtful.append((item, tuple(blocks), frozenset(refused)))
        await self._set_aside(item, decoded, refused)
        await self._expect_progress(topic, decoded.derived)
        self.metrics.records += len(item.records)
        self.metrics.ranges += 1
        self.metrics.unknown_types += len(decoded.unknown)
        self._progress.wrote(
            topic,
            item.partition,
            last=item.last,
            position=proven_position(topic, item.partition, item.last, decoded.derived),
            delay_ms=self._now_ms() - int(item.records[-1].timestamp),
        )

    async def _insert(self, item: Range, blocks: Sequence[Block]) -> dict[int, str]:
        """Insert blocks side by side and give what cannot be stored: offset -> reason."""
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(
                    insert_block(self._store, block, item.token(block.table), self._settings, self.metrics)
                )
                for block in blocks
            ]
        return {offset: reason for task in tasks for offset, reason in task.result().items()}

    async def _insert_events(
        self, item: Range, decoded: Decoded, known: InFlight | None, blocks: list[Block]
    ) -> dict[int, str]:
        """Insert what each record says by itself while its requests are looked up, then the joined requests.

        All blocks are added to ``blocks``.
        """
        blocks += record_blocks(decoded)
        async with asyncio.TaskGroup() as group:
            looked_up = group.create_task(
                prior_requests(self._store, item.partition, item.first, decoded.events, known)
            )
            inserted = group.create_task(self._insert(item, tuple(blocks)))
        requests = await asyncio.to_thread(project_requests, looked_up.result(), decoded.events)
        refused = inserted.result()
        for block in request_blocks(requests):
            blocks.append(block)
            refused |= await self._insert(item, (block,))
        self._in_flight.learn(decoded.events, requests.in_flight)
        self.metrics.repeated += requests.repeated
        return refused

    async def _set_aside(self, item: Range, decoded: Decoded, refused: dict[int, str]) -> None:
        values = {record.offset: record for record in item.records}
        letters = list(decoded.undecodable)
        for offset, reason in refused.items():
            record = values[offset]
            place = Place(partition=item.partition, offset=offset, appended_ms=record.timestamp)
            letters.append(Undecodable(place=place, value=record.value or b"", error=reason))
        letters.sort(key=lambda letter: letter.place.offset)
        self.metrics.dead_letters += len(letters)
        await self._dead_letters.send(item, letters)
        if len(letters) < len(item.records):
            self._dead_letters.used()

    async def _expect_progress(self, topic: str, derived: Sequence[DerivedRecord]) -> None:
        """Remember what kt.grants says about other topics until those are read as far as they reached by then."""
        if topic != topics.GRANTS.name:
            return
        for (processor, partition), offset in newest_progress(derived).items():
            for follower in FOLLOWERS[processor]:  # type: ignore[index]  # the record's processor is one of these
                if self._progress.position(follower, partition) >= offset:
                    continue
                name = self._settings.kafka.topic_prefix + follower
                end = (await self._reader.ends([(name, partition)]))[(name, partition)]
                self._progress.expect(follower, partition, Waiting(position=offset, end=end))

    async def _settle_awaited(self) -> None:
        for topic, partition in self._progress.awaited:
            offset = await self._reader.reached(self._settings.kafka.topic_prefix + topic, partition)
            self._progress.reached(topic, partition, offset)

    async def _note_moved(self) -> None:
        moved = self._progress.moved()
        if moved:
            await self._note(moved)

    async def _note(self, places: Sequence[tuple[str, int]]) -> None:
        now_ms = self._now_ms()
        lines = self._progress.lines(places, now_ms)
        self._notes += 1
        await self._store.insert(TABLE, lines, token=f"{TABLE}-{now_ms}-{self._notes}")
        self._progress.written_ms = now_ms


def decode_range(topic: str, partition: int, records: Sequence[Consumed]) -> Decoded:
    """Decode the records of a range of a topic, named without prefix."""
    if topic == topics.EVENTS.name:
        return decode_events(partition, records)
    return decode_derived_records(partition, records)


async def written_progress(store: Store) -> list[tuple[str, int, int, int]]:
    """Give (topic, partition, position, source offset) as the tables have it."""
    answer = await store.query(
        f"SELECT topic, partition, max(position), max(source_offset) FROM {TABLE} GROUP BY topic, partition"
    )
    return [(topic, partition, position, source) for topic, partition, position, source in answer.rows]


async def _all(calls: Any) -> None:
    """Run calls together; the first failure ends the others and is raised."""
    async with asyncio.TaskGroup() as group:
        for call in calls:
            group.create_task(call)
