"""Appends to kt.events through one idempotent producer and one sender task a partition.

One sender a partition keeps the order: with concurrent sends aiokafka reorders once a batch is full. The sender numbers
records as it hands them over, and checks their size before, because a record above the broker's limit would poison
the producer for its partition.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
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


@dataclass(slots=True, eq=False)
class _Append:
    """Events that belong together, and who waits for them. ``handed_over`` once any of them may be on its way."""

    events: tuple[Event, ...]
    result: asyncio.Future[tuple[Ack, ...]]
    handed_over: bool = False


@dataclass(slots=True, eq=False)
class _Lane:
    """One partition's queue, sender and numbering."""

    partition: int
    queue: asyncio.Queue[_Append]
    sender: asyncio.Task[None] | None = None
    next_sequence: int = 0


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
        self._lanes: dict[int, _Lane] = {}
        self._stopped = False

    @property
    def source(self) -> str:
        return self._source

    @property
    def waiting(self) -> int:
        """How many appends wait to be handed to the producer."""
        return sum(lane.queue.qsize() for lane in self._lanes.values())

    async def append(self, *events: Event, deadline_s: float) -> tuple[Ack, ...]:
        """See the port. Nothing is on its way when this raises anything but AckUnknownError."""
        ledger = one_ledger(events)
        if self._stopped:
            raise PublisherOverloadedError("the publisher is stopped")
        lane = self._lane(partition_of(ledger, self._partitions))
        item = _Append(events, asyncio.get_running_loop().create_future())
        try:
            lane.queue.put_nowait(item)
        except asyncio.QueueFull:
            raise PublisherOverloadedError("too many events wait for the log") from None
        timer = asyncio.get_running_loop().call_later(deadline_s, _expire, item, deadline_s)
        try:
            return await item.result
        finally:
            timer.cancel()

    async def stop(self) -> None:
        """Let what is queued go out, within a bound, then close."""
        self._stopped = True
        lanes = list(self._lanes.values())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_TIMEOUT_S):
                for lane in lanes:
                    await lane.queue.join()
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
            lane = _Lane(partition, asyncio.Queue(maxsize=self._queue_size))
            lane.sender = asyncio.create_task(self._send_all(lane), name=f"publisher-{partition}")
            self._lanes[partition] = lane
        return lane

    async def _send_all(self, lane: _Lane) -> None:
        while True:
            item = await lane.queue.get()
            try:
                if not item.result.done():
                    await self._send(lane, item)
            finally:
                lane.queue.task_done()

    async def _send(self, lane: _Lane, item: _Append) -> None:
        key = item.events[0].ledger.encode()
        try:
            values = [
                encode(event, source=self._source, sequence=lane.next_sequence + index)
                for index, event in enumerate(item.events)
            ]
        except (TypeError, ValueError) as error:  # such as half of a surrogate pair; the lane goes on
            item.result.set_exception(PublishError(f"an event cannot be written as JSON ({type(error).__name__})"))
            return
        largest = max(len(value) for value in values)
        if largest > MAX_RECORD_BYTES:
            problem = RecordTooLargeError(f"an event of {largest} bytes is above the limit of {MAX_RECORD_BYTES}")
            item.result.set_exception(problem)
            return
        item.handed_over = True
        lane.next_sequence += len(values)
        try:
            pending = [
                await self._producer.send(self._topic, value, key=key, partition=lane.partition) for value in values
            ]
        except KafkaError as error:
            self._fail(item, error)
            return
        pending[-1].add_done_callback(lambda _: self._confirm(item, pending))

    def _confirm(self, item: _Append, pending: list[asyncio.Future[RecordMetadata]]) -> None:
        """Tell who waits; called when one of the records was acknowledged or failed, usually the last one."""
        for future in pending:
            if not future.done():
                future.add_done_callback(lambda _: self._confirm(item, pending))
                return
        failures = [error for future in pending if (error := future.exception()) is not None]
        if failures:
            self._fail(item, failures[0])
        elif not item.result.done():
            item.result.set_result(tuple(_ack(future.result()) for future in pending))

    def _fail(self, item: _Append, error: BaseException) -> None:
        """An idempotent producer that errs cannot be trusted with the records behind: it must be replaced."""
        reason = f"the log answered {type(error).__name__}"
        if not item.result.done():
            item.result.set_exception(AckUnknownError(reason))
        self._on_broken(reason)


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
            max_batch_size=256 * 1024,
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


def _ack(metadata: RecordMetadata) -> Ack:
    return Ack(
        partition=metadata.partition,
        offset=metadata.offset,
        timestamp_ms=metadata.timestamp,
        timestamp_type=metadata.timestamp_type,
    )
