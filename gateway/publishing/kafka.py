"""Appends to kt.events through one idempotent producer and one sender task a partition.

One sender a partition keeps the order: with concurrent sends aiokafka reorders once a batch is full. It sends one batch
at a time, and what arrives meanwhile becomes the next one, so the cost of a request to the broker is shared by as many
records as there is traffic. It numbers records as it hands them over, and checks their size before, because a record
above the broker's limit would poison the producer for its partition.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.structs import RecordMetadata

from keeptrusts.schemas.codec import encode
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.publishing import (
    Ack,
    AckUnknownError,
    PublisherOverloadedError,
    PublishError,
    RecordTooLargeError,
    one_ledger,
)
from keeptrusts.schemas.topics import EVENTS, MAX_RECORD_BYTES, partition_of

logger = logging.getLogger(__name__)

START_TIMEOUT_S = 30.0
START_PAUSE_S = 0.25
STOP_TIMEOUT_S = 10.0
BATCH_BYTES = 256 * 1024
"""A batch takes no further record beyond this; a larger record goes alone."""
RECORD_OVERHEAD_BYTES = 40


@dataclass(slots=True, eq=False)
class _Append:
    """Events that belong together, and who waits for them. ``acks`` are those of its first events so far."""

    events: tuple[Event, ...]
    result: asyncio.Future[tuple[Ack, ...]]
    handed_over: int = 0
    acks: tuple[Ack, ...] = ()


@dataclass(slots=True, eq=False)
class _Lane:
    """One partition's queue, sender and numbering. ``idle`` is the sender's wait for something to send."""

    partition: int
    pending: deque[_Append] = field(default_factory=deque)
    sender: asyncio.Task[None] | None = None
    idle: asyncio.Future[None] | None = None
    next_sequence: int = 0


@dataclass(slots=True, eq=False)
class _Batch:
    """Records that go to the broker together, and whose they are: one entry a record, in order."""

    builder: BatchBuilder
    owners: list[_Append] = field(default_factory=list)
    size: int = 0

    def has_room(self, value: bytes) -> bool:
        return not self.owners or self.size + len(value) <= BATCH_BYTES

    def add(self, owner: _Append, key: bytes, value: bytes) -> None:
        added = self.builder.append(timestamp=None, key=key, value=value)
        assert added is not None, "a batch has room for what has_room accepts"
        self.owners.append(owner)
        self.size += len(value) + len(key) + RECORD_OVERHEAD_BYTES
        owner.handed_over += 1


class KafkaPublisher:
    """The publishing port on Kafka. Made by ``start_publisher``; stopped once, then refuses everything."""

    def __init__(
        self,
        *,
        producer: AIOKafkaProducer,
        source: str,
        topic: str,
        partitions: int,
        queue_size: int,
        on_broken: Callable[[str], None],
    ) -> None:
        self._producer = producer
        self._source = source
        self._topic = topic
        self._partitions = partitions
        self._queue_size = queue_size
        self._on_broken = on_broken
        self._loop = asyncio.get_running_loop()
        self._lanes: dict[int, _Lane] = {}
        self._stopped = False

    @property
    def source(self) -> str:
        return self._source

    @property
    def waiting(self) -> int:
        """How many appends wait to be handed to the producer."""
        return sum(len(lane.pending) for lane in self._lanes.values())

    async def append(self, *events: Event, deadline_s: float) -> tuple[Ack, ...]:
        """See the port. Nothing is on its way when this raises anything but AckUnknownError."""
        ledger = one_ledger(events)
        if self._stopped:
            raise PublisherOverloadedError("the publisher is stopped")
        lane = self._lane(partition_of(ledger, self._partitions))
        if len(lane.pending) >= self._queue_size:
            raise PublisherOverloadedError("too many events wait for the log")
        item = _Append(events, self._loop.create_future())
        lane.pending.append(item)
        if lane.idle is not None and not lane.idle.done():
            lane.idle.set_result(None)
        timer = self._loop.call_later(deadline_s, _expire, item, deadline_s)
        try:
            return await item.result
        finally:
            timer.cancel()

    async def stop(self) -> None:
        """Let what is queued go out, within a bound, then close."""
        self._stopped = True
        lanes = list(self._lanes.values())
        waiting = [item.result for lane in lanes for item in lane.pending]
        if waiting:
            await asyncio.wait(waiting, timeout=STOP_TIMEOUT_S)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await self._producer.flush()
        for lane in lanes:
            if lane.sender is not None:
                lane.sender.cancel()
        with contextlib.suppress(TimeoutError, KafkaError):
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await self._producer.stop()

    def _lane(self, partition: int) -> _Lane:
        lane = self._lanes.get(partition)
        if lane is None:
            lane = self._lanes[partition] = _Lane(partition)
            lane.sender = asyncio.create_task(self._send_all(lane), name=f"publisher-{partition}")
        return lane

    async def _send_all(self, lane: _Lane) -> None:
        """Send what waits, batch after batch; while one is on its way, the next one gathers."""
        while True:
            if not lane.pending:
                lane.idle = self._loop.create_future()
                await lane.idle
            batch = self._gather(lane)
            if not batch.owners:
                continue
            try:
                sent = await self._producer.send_batch(batch.builder, self._topic, partition=lane.partition)
                metadata = await sent
            except KafkaError as error:
                self._fail(batch, error)
            else:
                _confirm(batch, metadata)

    def _gather(self, lane: _Lane) -> _Batch:
        """Take what fits into one batch, numbering as it goes."""
        batch = _Batch(self._producer.create_batch())
        while lane.pending:
            item = lane.pending[0]
            if item.result.done() and not item.handed_over:
                lane.pending.popleft()  # nobody waits for it any more, and nothing of it is on its way
                continue
            problem = self._add(lane, item, batch)
            if problem is not None and not item.result.done():
                item.result.set_exception(problem)
            if problem is None and item.handed_over < len(item.events):
                break  # the batch is full
            lane.pending.popleft()
        return batch

    def _add(self, lane: _Lane, item: _Append, batch: _Batch) -> PublishError | None:
        """Add an item's events as far as there is room; a problem when one of them can never be sent."""
        rest = item.events[item.handed_over :]
        try:
            values = [
                encode(event, source=self._source, sequence=lane.next_sequence + index)
                for index, event in enumerate(rest)
            ]
        except (TypeError, ValueError) as error:  # such as half of a surrogate pair; the lane goes on
            return PublishError(f"an event cannot be written as JSON ({type(error).__name__})")
        largest = max(map(len, values))
        if largest > MAX_RECORD_BYTES:
            return RecordTooLargeError(f"an event of {largest} bytes is above the limit of {MAX_RECORD_BYTES}")
        key = item.events[0].ledger.encode()
        for value in values:
            if not batch.has_room(value):
                break
            batch.add(item, key, value)
            lane.next_sequence += 1
        return None

    def _fail(self, batch: _Batch, error: BaseException) -> None:
        """An idempotent producer that errs cannot be trusted with the records behind: it must be replaced."""
        reason = f"the log answered {type(error).__name__}"
        for item in batch.owners:
            if not item.result.done():
                item.result.set_exception(AckUnknownError(reason))
        self._on_broken(reason)


def _confirm(batch: _Batch, metadata: RecordMetadata) -> None:
    """Tell everyone whose records the broker has."""
    for index, item in enumerate(batch.owners):
        ack = Ack(
            partition=metadata.partition,
            offset=metadata.offset + index,
            timestamp_ms=metadata.timestamp,
            timestamp_type=metadata.timestamp_type,
        )
        item.acks = (*item.acks, ack)
        if len(item.acks) == len(item.events) and not item.result.done():
            item.result.set_result(item.acks)


async def start_publisher(
    *,
    bootstrap: str,
    topic_prefix: str,
    partitions: int,
    source: str,
    queue_size: int,
    on_broken: Callable[[str], None],
) -> KafkaPublisher:
    """Connect, retrying for a bounded time. Raises PublishError when the broker does not answer."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + START_TIMEOUT_S
    while True:
        producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap,
            enable_idempotence=True,
            acks="all",
            linger_ms=0,
            max_batch_size=MAX_RECORD_BYTES + RECORD_OVERHEAD_BYTES,
            max_request_size=2 * 1024 * 1024,
            request_timeout_ms=10_000,
            retry_backoff_ms=100,
        )
        try:
            await producer.start()
        except KafkaError as error:
            await producer.stop()
            if loop.time() > deadline:
                raise PublishError(f"no broker answers at {bootstrap} ({type(error).__name__})") from error
            await asyncio.sleep(START_PAUSE_S)
            continue
        return KafkaPublisher(
            producer=producer,
            source=source,
            topic=topic_prefix + EVENTS.name,
            partitions=partitions,
            queue_size=queue_size,
            on_broken=on_broken,
        )


def _expire(item: _Append, deadline_s: float) -> None:
    """End the wait for an append whose deadline has passed; what was not handed over yet is never sent."""
    if item.result.done():
        return
    if item.handed_over:
        item.result.set_exception(AckUnknownError(f"the log did not acknowledge within {deadline_s:g} s"))
    else:
        item.result.set_exception(PublisherOverloadedError(f"the log took nothing for {deadline_s:g} s"))
