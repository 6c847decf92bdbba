"""Appends to kt.events through one idempotent producer, a lane a partition.

A lane sends one batch at a time, which keeps the order; what arrives meanwhile becomes the next one, so the cost of a
request to the broker is shared by as many records as there is traffic. It numbers records as it hands them over, and
checks their size before, because a record above the broker's limit would poison the producer for its partition. It is
driven by callbacks: a task would have to be woken for each batch, twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

import msgspec
from aiokafka.errors import KafkaError

from keeptrusts.gateway.publishing.figures import LogFigures
from keeptrusts.gateway.publishing.idempotent_producer import Batch, IdempotentProducer, start_producer
from keeptrusts.gateway.publishing.produce_wire import ProduceAnswer
from keeptrusts.schemas.codec import encode
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.publishing import (
    LOG_APPEND_TIME,
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
WATCH_S = 0.05
"""How often deadlines are looked at: one timer a partition instead of one a call."""
CROWD = 2
GATHER_S = 0.002
"""With more records than CROWD in the last batch, the next one waits this long for company."""


class _Append(msgspec.Struct, eq=False):
    """Events that belong together, and who waits for them. ``acks`` are those of its first events so far."""

    events: tuple[Event, ...]
    result: asyncio.Future[tuple[Ack, ...]]
    deadline: float
    handed_over: int = 0
    acks: tuple[Ack, ...] = ()


@dataclass(slots=True, eq=False)
class _Lane:
    """One partition's queue and numbering. ``sending`` has an entry for each record on its way.

    ``idle``: nothing waits and nothing is on its way. ``gathering``: what waits is about to be sent. ``sending``: a
    batch is on its way.
    """

    partition: int
    pending: deque[_Append] = field(default_factory=deque)
    sending: list[_Append] = field(default_factory=list)
    state: Literal["idle", "gathering", "sending"] = "idle"
    watch: asyncio.TimerHandle | None = None
    next_sequence: int = 0


class _Gathered(msgspec.Struct, eq=False):
    """Records that go to the broker together, and whose they are: one entry a record, in order."""

    batch: Batch = msgspec.field(default_factory=Batch)
    owners: list[_Append] = msgspec.field(default_factory=list)
    size: int = 0

    def has_room(self, value: bytes) -> bool:
        return not self.owners or self.size + len(value) <= BATCH_BYTES

    def add(self, owner: _Append, key: bytes, value: bytes, now_ms: int) -> None:
        self.batch.add(key, value, now_ms)
        self.owners.append(owner)
        self.size += len(value) + len(key) + RECORD_OVERHEAD_BYTES
        owner.handed_over += 1


class KafkaPublisher:
    """The publishing port on Kafka. Made by ``start_publisher``; stopped once, then refuses everything."""

    def __init__(
        self,
        *,
        producer: IdempotentProducer,
        source: str,
        partitions: int,
        queue_size: int,
        on_broken: Callable[[str], None],
    ) -> None:
        self._producer = producer
        self.source = source
        self._partitions = partitions
        self._queue_size = queue_size
        self._on_broken = on_broken
        self._loop = asyncio.get_running_loop()
        self._lanes: dict[int, _Lane] = {}
        self._stopped = False
        self.figures = LogFigures()
        """What has been sent; whoever starts publishers one after the other gives each the same."""

    @property
    def waiting(self) -> int:
        """How many appends wait to be handed to the producer."""
        return sum(len(lane.pending) for lane in self._lanes.values())

    def append(self, *events: Event, deadline_s: float) -> Awaitable[tuple[Ack, ...]]:
        """See the port. Nothing is on its way when this raises anything but AckUnknownError."""
        ledger = one_ledger(events)
        if self._stopped:
            raise PublisherOverloadedError("the publisher is stopped")
        lane = self._lane(partition_of(ledger, self._partitions))
        if len(lane.pending) >= self._queue_size:
            raise PublisherOverloadedError("too many events wait for the log")
        item = _Append(events, self._loop.create_future(), self._loop.time() + deadline_s)
        lane.pending.append(item)
        if lane.state == "idle":  # whoever else is ready in this turn of the loop comes along
            lane.state = "gathering"
            self._loop.call_soon(self._send, lane)
        if lane.watch is None:
            lane.watch = self._loop.call_later(WATCH_S, self._watch, lane)
        return item.result

    def _watch(self, lane: _Lane) -> None:
        """End the waits whose deadlines have passed, and look again while anybody waits."""
        now = self._loop.time()
        for item in (*lane.sending, *lane.pending):
            if item.deadline <= now and not item.result.done():
                _expire(item)
        waits = bool(lane.sending or lane.pending)
        lane.watch = self._loop.call_later(WATCH_S, self._watch, lane) if waits else None

    async def stop(self) -> None:
        """Let what is queued go out, within a bound, then close."""
        self._stopped = True
        lanes = list(self._lanes.values())
        waiting = [item.result for lane in lanes for item in (*lane.sending, *lane.pending) if not item.result.done()]
        if waiting:
            await asyncio.wait(waiting, timeout=STOP_TIMEOUT_S)
        for lane in lanes:
            if lane.watch is not None:
                lane.watch.cancel()
        with contextlib.suppress(TimeoutError, KafkaError):
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await self._producer.stop()

    def _lane(self, partition: int) -> _Lane:
        lane = self._lanes.get(partition)
        if lane is None:
            lane = self._lanes[partition] = _Lane(partition)
        return lane

    def _send(self, lane: _Lane) -> None:
        """Send what waits as one batch; what arrives until it is acknowledged becomes the next one."""
        gathered = self._gather(lane)
        if not gathered.owners:
            lane.state = "idle"
            return
        lane.state, lane.sending = "sending", gathered.owners
        handed_over_ns = time.monotonic_ns()
        self._producer.send(gathered.batch, lane.partition, lambda answer: self._answered(lane, answer, handed_over_ns))

    def _answered(self, lane: _Lane, answer: ProduceAnswer | KafkaError, handed_over_ns: int) -> None:
        if isinstance(answer, KafkaError):
            self.figures.failed_batches += 1
            self._fail(lane, answer)
            return
        records = len(lane.sending)
        self.figures.acknowledged(records, time.monotonic_ns() - handed_over_ns)
        _confirm(lane, answer)
        if records > CROWD:  # where several came together, wait a moment for company
            lane.state = "gathering"
            self._loop.call_later(GATHER_S, self._send, lane)
        elif lane.pending:
            lane.state = "gathering"
            self._loop.call_soon(self._send, lane)
        else:
            lane.state = "idle"

    def _gather(self, lane: _Lane) -> _Gathered:
        """Take what fits into one batch, numbering as it goes."""
        batch, now_ms = _Gathered(), time.time_ns() // 1_000_000
        while lane.pending:
            item = lane.pending[0]
            if item.result.done() and not item.handed_over:
                lane.pending.popleft()  # nobody waits for it any more, and nothing of it is on its way
                continue
            problem = self._add(lane, item, batch, now_ms)
            if problem is not None and not item.result.done():
                item.result.set_exception(problem)
            if problem is None and item.handed_over < len(item.events):
                break  # the batch is full
            lane.pending.popleft()
        return batch

    def _add(self, lane: _Lane, item: _Append, batch: _Gathered, now_ms: int) -> PublishError | None:
        """Add an item's events as far as there is room; a problem when one of them can never be sent."""
        values: list[bytes] = []
        sequence = lane.next_sequence
        try:
            for event in item.events[item.handed_over :]:
                value = encode(event, source=self.source, sequence=sequence)
                if len(value) > MAX_RECORD_BYTES:
                    return RecordTooLargeError(
                        f"an event of {len(value)} bytes is above the limit of {MAX_RECORD_BYTES}"
                    )
                values.append(value)
                sequence += 1
        except (TypeError, ValueError) as error:  # such as half of a surrogate pair; the lane goes on
            return PublishError(f"an event cannot be written as JSON ({type(error).__name__})")
        key = item.events[0].ledger.encode()
        for value in values:
            if not batch.has_room(value):
                break
            batch.add(item, key, value, now_ms)
            lane.next_sequence += 1
        return None

    def _fail(self, lane: _Lane, error: BaseException) -> None:
        """An idempotent producer that errs cannot be trusted with the records behind: it must be replaced."""
        reason = f"the log answered {type(error).__name__}"
        self._stopped = True
        for item in lane.sending:
            if not item.result.done():
                item.result.set_exception(AckUnknownError(reason))
        for item in lane.pending:
            if not item.result.done():
                unknown = item.handed_over > 0
                item.result.set_exception(AckUnknownError(reason) if unknown else PublisherOverloadedError(reason))
        self._on_broken(reason)


def _confirm(lane: _Lane, answer: ProduceAnswer) -> None:
    """Tell everyone whose records the broker has."""
    time_ms = answer.log_append_time_ms
    for index, item in enumerate(lane.sending):
        ack = Ack(
            partition=lane.partition,
            offset=answer.base_offset + index,
            timestamp_ms=time_ms,
            timestamp_type=LOG_APPEND_TIME if time_ms >= 0 else 0,
        )
        item.acks += (ack,)
        if len(item.acks) == len(item.events) and not item.result.done():
            item.result.set_result(item.acks)
    lane.sending = []


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
        try:
            producer = await start_producer(bootstrap=bootstrap, topic=topic_prefix + EVENTS.name)
        except KafkaError as error:
            if loop.time() > deadline:
                raise PublishError(f"no broker answers at {bootstrap} ({type(error).__name__})") from error
            await asyncio.sleep(START_PAUSE_S)
            continue
        return KafkaPublisher(
            producer=producer,
            source=source,
            partitions=partitions,
            queue_size=queue_size,
            on_broken=on_broken,
        )


def _expire(item: _Append) -> None:
    """End the wait for an append whose deadline has passed; what was not handed over yet is never sent."""
    if item.handed_over:
        item.result.set_exception(AckUnknownError("the log did not acknowledge in time"))
    else:
        item.result.set_exception(PublisherOverloadedError("the log took nothing in time"))
