"""Runs one fold over one partition: recover from own entries, catch up, then answer batches in transactions.

Order of the start, which makes a paused former owner harmless: the fenced producer first, then the latest snapshot,
then the own entries after it, then kt.events from the record after the last input that an entry or the snapshot names.
Offsets that a consumer group may have committed play no part.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from keeptrusts.schemas.topics import EVENTS, STATE
from keeptrusts.stream_processors.runtime.log_reader import LogReader, log_reader
from keeptrusts.stream_processors.runtime.protocol import InputRecord, OutputRecord, PartitionFold, Resume
from keeptrusts.stream_processors.runtime.transactions import FencedProducer
from keeptrusts.stream_processors.settings import ProcessorSettings


@dataclass(slots=True)
class PartitionCounters:
    """What a runner has done since it started."""

    restored_entries: int = 0
    inputs: int = 0
    outputs: int = 0
    transactions: int = 0
    snapshots: int = 0


class PartitionRunner:
    """Owns one fold of one partition from assignment to revocation. Any exception of ``run`` must end the process."""

    def __init__(
        self,
        *,
        settings: ProcessorSettings,
        processor: str,
        partition: int,
        fold: PartitionFold,
        now_ms: Callable[[], int],
        append_tick: Callable[[int, OutputRecord], Awaitable[None]] | None = None,
    ) -> None:
        self._settings = settings
        self._partition = partition
        self._fold = fold
        self._now_ms = now_ms
        self._append_tick = append_tick
        self._producer = FencedProducer(settings, processor, partition)
        self._next_offset = 0
        self._next_entry = 0
        self._inputs_since_snapshot = 0
        self._last_heartbeat = 0.0
        self._next_batch_at = 0.0
        self._last_progress = 0.0
        self._progress_owed = False
        self.counters = PartitionCounters()
        self.caught_up = asyncio.Event()

    @property
    def next_offset(self) -> int:
        """The offset of the first record of kt.events that is not yet folded."""
        return self._next_offset

    async def run(self) -> None:
        """Recover, catch up and answer records until cancelled."""
        await self._producer.start()
        try:
            async with log_reader(self._settings) as reader:
                await self._recover(reader)
                await self._catch_up(reader)
                self.caught_up.set()
                reader.follow(self._settings.topic(EVENTS.name), self._partition, self._next_offset)
                while True:
                    await self._answer(await self._next_batch(reader))
        finally:
            await self._producer.stop()

    async def _recover(self, reader: LogReader) -> None:
        topic = self._settings.topic(self._fold.entry_topic)
        timeout_s = self._settings.recovery_timeout_s
        resume = await self._load_snapshot(reader)
        if resume is not None:
            self._next_offset, self._next_entry = resume.next_input, resume.next_entry
        async for batch in reader.to_end(topic, self._partition, self._next_entry, timeout_s=timeout_s):
            for entry in batch:
                self._next_offset = max(self._next_offset, self._fold.restore(entry.value) + 1)
                self._next_entry = entry.offset + 1
                self.counters.restored_entries += 1

    async def _load_snapshot(self, reader: LogReader) -> Resume | None:
        """Read the whole of kt.state: compacted, it holds little more than the latest value of each piece."""
        topic = self._settings.topic(STATE.name)
        values: dict[bytes, bytes] = {}
        timeout_s = self._settings.recovery_timeout_s
        async for batch in reader.to_end(topic, self._partition, 0, timeout_s=timeout_s):
            values.update((record.key, record.value) for record in batch)
        return self._fold.load(values.values())

    async def _catch_up(self, reader: LogReader) -> None:
        topic = self._settings.topic(EVENTS.name)
        timeout_s = self._settings.recovery_timeout_s
        async for batch in reader.to_end(topic, self._partition, self._next_offset, timeout_s=timeout_s):
            inputs = [_input(record.partition, record.offset, record.timestamp, record.value) for record in batch]
            await self._answer_in_batches(inputs)

    async def _next_batch(self, reader: LogReader) -> list[InputRecord]:
        """Wait for records, at most until something else is due; empty when none has come.

        The first record after a quiet moment is answered at once; under load a transaction serves all that comes
        within ``batch_interval_s``, because most of a small transaction's cost does not depend on its size.
        """
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, self._next_batch_at - loop.time()))
        wait_s = self._settings.progress_interval_s if self._progress_owed else self._settings.heartbeat_s
        records = await reader.more(timeout_s=wait_s, most=self._settings.batch_size)
        full = len(records) >= self._settings.batch_size
        self._next_batch_at = loop.time() + (0.0 if full else self._settings.batch_interval_s)
        return [_input(record.partition, record.offset, record.timestamp, record.value) for record in records]

    async def _answer_in_batches(self, inputs: list[InputRecord]) -> None:
        for start in range(0, len(inputs), self._settings.batch_size):
            await self._answer(inputs[start : start + self._settings.batch_size])

    async def _answer(self, inputs: list[InputRecord]) -> None:
        """Fold a batch and write everything it gave, with progress and heartbeat, in one transaction."""
        outputs: list[OutputRecord] = []
        for record in inputs:
            outputs.extend(self._fold.apply(record))
            self._next_offset = record.offset + 1
        self.counters.inputs += len(inputs)
        self._inputs_since_snapshot += len(inputs)
        self._progress_owed = self._progress_owed or bool(inputs)
        outputs.extend(self._due_heartbeat())
        outputs.extend(self._due_progress(at_once=bool(outputs)))
        outputs.extend(self._due_snapshot())
        if outputs:
            ends = await self._producer.write(outputs)
            self._next_entry = ends.get(self._fold.entry_topic, self._next_entry)
            self.counters.outputs += len(outputs)
            self.counters.transactions += 1
        await self._tick()

    def _due_progress(self, *, at_once: bool) -> tuple[OutputRecord, ...]:
        """Give the progress that is owed: beside other records always, by itself only now and then."""
        now = asyncio.get_running_loop().time()
        early = now - self._last_progress < self._settings.progress_interval_s
        if not self._progress_owed or (early and not at_once):
            return ()
        self._progress_owed, self._last_progress = False, now
        return self._fold.progress(self._next_offset - 1)

    def _due_snapshot(self) -> Iterable[OutputRecord]:
        """Give a snapshot after so many inputs; entries of this very transaction are read once more after a restart."""
        if self._inputs_since_snapshot < self._settings.snapshot_every:
            return ()
        self._inputs_since_snapshot = 0
        self.counters.snapshots += 1
        return self._fold.snapshot(Resume(next_input=self._next_offset, next_entry=self._next_entry))

    def _due_heartbeat(self) -> tuple[OutputRecord, ...]:
        now = asyncio.get_running_loop().time()
        if now - self._last_heartbeat < self._settings.heartbeat_s * 0.9:
            return ()
        self._last_heartbeat = now
        return self._fold.heartbeat(self._next_offset - 1)

    async def _tick(self) -> None:
        if self._append_tick is None:
            return
        for tick in self._fold.ticks(self._now_ms()):
            await self._append_tick(self._partition, tick)


def _input(partition: int, offset: int, timestamp_ms: int, value: bytes | None) -> InputRecord:
    return InputRecord(partition=partition, offset=offset, timestamp_ms=timestamp_ms, value=value or b"")
