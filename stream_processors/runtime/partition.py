"""Runs one fold over one partition: recover from own entries, catch up, then answer batches in transactions.

Order of the start, which makes a paused former owner harmless: the fenced producer first, then the own entries, then
kt.events from the record after the last input that an entry names. What Faust has committed is only a hint of where
its stream begins; records that come again are dropped by offset, records that it skipped are read here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from keeptrusts.schemas.topics import EVENTS
from keeptrusts.stream_processors.runtime.log_reader import LogReader, log_reader
from keeptrusts.stream_processors.runtime.protocol import InputRecord, OutputRecord, PartitionFold
from keeptrusts.stream_processors.runtime.transactions import FencedProducer
from keeptrusts.stream_processors.settings import ProcessorSettings


@dataclass(slots=True)
class PartitionCounters:
    """What a runner has done since it started."""

    restored_entries: int = 0
    inputs: int = 0
    repeats: int = 0
    outputs: int = 0
    transactions: int = 0


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
        self._queue: asyncio.Queue[InputRecord] = asyncio.Queue(maxsize=settings.queue_size)
        self._next_offset = 0
        self._last_heartbeat = 0.0
        self.counters = PartitionCounters()
        self.caught_up = asyncio.Event()

    @property
    def next_offset(self) -> int:
        """The offset of the first record of kt.events that is not yet folded."""
        return self._next_offset

    async def feed(self, record: InputRecord) -> None:
        """Hand over one record of the stream; waits while the queue is full."""
        await self._queue.put(record)

    async def run(self) -> None:
        """Recover, catch up and answer records until cancelled."""
        await self._producer.start()
        try:
            async with log_reader(self._settings) as reader:
                await self._recover(reader)
                await self._catch_up(reader)
                self.caught_up.set()
                while True:
                    await self._step(reader)
        finally:
            await self._producer.stop()

    async def _recover(self, reader: LogReader) -> None:
        last_input = -1
        topic = self._settings.topic(self._fold.entry_topic)
        timeout_s = self._settings.recovery_timeout_s
        async for batch in reader.to_end(topic, self._partition, 0, timeout_s=timeout_s):
            for entry in batch:
                last_input = max(last_input, self._fold.restore(entry.value))
                self.counters.restored_entries += 1
        self._next_offset = last_input + 1

    async def _catch_up(self, reader: LogReader) -> None:
        topic = self._settings.topic(EVENTS.name)
        timeout_s = self._settings.recovery_timeout_s
        async for batch in reader.to_end(topic, self._partition, self._next_offset, timeout_s=timeout_s):
            inputs = [_input(record.partition, record.offset, record.timestamp, record.value) for record in batch]
            await self._answer_in_batches(inputs)

    async def _step(self, reader: LogReader) -> None:
        """Answer what has come, or give a sign of life when nothing has."""
        batch = await self._next_batch()
        if batch and batch[0].offset > self._next_offset:
            await self._read_gap(reader, batch[0].offset)
        fresh = [record for record in batch if record.offset >= self._next_offset]
        self.counters.repeats += len(batch) - len(fresh)
        await self._answer(fresh)

    async def _next_batch(self) -> list[InputRecord]:
        batch: list[InputRecord] = []
        try:
            async with asyncio.timeout(self._settings.heartbeat_s):
                batch.append(await self._queue.get())
        except TimeoutError:
            return batch
        while len(batch) < self._settings.batch_size and not self._queue.empty():
            batch.append(self._queue.get_nowait())
        return batch

    async def _read_gap(self, reader: LogReader, end: int) -> None:
        topic = self._settings.topic(EVENTS.name)
        timeout_s = self._settings.recovery_timeout_s
        async for records in reader.between(topic, self._partition, self._next_offset, end, timeout_s=timeout_s):
            inputs = [_input(record.partition, record.offset, record.timestamp, record.value) for record in records]
            await self._answer_in_batches(inputs)

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
        if inputs:
            outputs.extend(self._fold.progress(self._next_offset - 1))
        outputs.extend(self._due_heartbeat())
        if outputs:
            await self._producer.write(outputs)
            self.counters.outputs += len(outputs)
            self.counters.transactions += 1
        await self._tick()

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
