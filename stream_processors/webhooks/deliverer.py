"""Runs one partition's outbox: recover from kt.webhooks, follow kt.directory and kt.escalations, send, record.

What is queued is recorded before it is sent, with how far kt.escalations was read, and every attempt's end after it: so
a kill loses nothing, and at worst a message is sent again under the same id. The producer is fenced, so of two owners
of a partition only the newer one records; neither waits for the folds, nor they for this.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Protocol

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from keeptrusts.schemas import topics
from keeptrusts.schemas.codec import DecodeError, encode
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events.webhook import WebhookSwitchedOff
from keeptrusts.schemas.ids import PLATFORM_LEDGER, Ids
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.codec import decode_derived, encode_derived
from keeptrusts.schemas.snapshots.content import DeadLetter
from keeptrusts.schemas.snapshots.deliveries import Delivery, DeliveryProgress
from keeptrusts.schemas.snapshots.directory import WebhookValue
from keeptrusts.schemas.snapshots.documents import Escalation
from keeptrusts.schemas.standstill import LOOK_S, Standstill
from keeptrusts.stream_processors.runtime.log_reader import LogReader, log_reader
from keeptrusts.stream_processors.runtime.protocol import OutputRecord
from keeptrusts.stream_processors.runtime.transactions import FencedError, FencedProducer
from keeptrusts.stream_processors.settings import ProcessorSettings
from keeptrusts.stream_processors.webhooks.message import body_of, headers_of
from keeptrusts.stream_processors.webhooks.outbox import Attempt, Outbox

logger = logging.getLogger(__name__)

NAME: Final = "webhooks"
LOOK_AGAIN_S: Final = 1.0
"""Retries begin at most so late."""
MOST_AT_ONCE: Final = 500
AGAIN_S: Final = (1.0, 5.0, 15.0, 60.0)
"""How long a deliverer that failed waits before it begins anew; the last of them is the longest."""
_MARK: Final = b"/webhook/"


class Sends(Protocol):
    """Posts one message to one endpoint; never raises for what the endpoint does."""

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Attempt: ...


@dataclass(slots=True, kw_only=True)
class Deliverer:
    """Owns one partition's outbox from assignment to revocation."""

    settings: ProcessorSettings
    partition: int
    sender: Sends
    ids: Ids
    now_ms: Callable[[], int]
    chance: Callable[[], float]
    outbox: Outbox = field(default_factory=Outbox)
    caught_up: asyncio.Event = field(default_factory=asyncio.Event)
    _sending: set[asyncio.Task[tuple[Delivery, Attempt]]] = field(default_factory=set)

    async def run(self) -> None:
        """Deliver until cancelled; after a failure it begins anew with what is recorded.

        Who is fenced waits longest: another owner has the partition, whose revocation ends this, or the broker was
        silent for longer than a transaction may last.
        """
        failures = 0
        while True:
            wait_s = AGAIN_S[-1]
            try:
                await self._run()
            except FencedError as error:
                logger.warning("%s: %s; beginning anew in %g s", NAME, error, wait_s)
            except Exception:
                if _is_cancelled():  # what closing raised took the place of the cancellation
                    raise asyncio.CancelledError from None
                failures = 0 if self.caught_up.is_set() else failures + 1
                wait_s = AGAIN_S[min(failures, len(AGAIN_S) - 1)]
                logger.exception("webhooks of partition %d begin anew in %g s", self.partition, wait_s)
            self.outbox = Outbox()
            self.caught_up.clear()
            await asyncio.sleep(wait_s)

    async def _run(self) -> None:
        producer = FencedProducer(self.settings, NAME, self.partition)
        await producer.start()
        try:
            async with log_reader(self.settings) as reader:
                await self._write(producer, await self._recover(reader))
                followed = await _followed(reader.consumer, self.settings, self.partition, self.outbox.next_offset)
                self.caught_up.set()
                await self._deliver(producer, followed)
        finally:
            for task in self._sending:
                task.cancel()
            await asyncio.gather(*self._sending, return_exceptions=True)
            self._sending.clear()
            await producer.stop()

    async def _recover(self, reader: LogReader) -> list[Delivery]:
        """Read what was recorded, then the webhooks as they are; gives what is given up thereby."""
        timeout_s = self.settings.recovery_timeout_s
        topic = self.settings.topic(topics.WEBHOOKS.name)
        async for batch in reader.to_end(topic, self.partition, 0, timeout_s=timeout_s):
            for record in batch:
                self._restore(record)
        self.outbox.restored()
        given_up: list[Delivery] = []
        async for batch in reader.to_end(
            self.settings.topic(topics.DIRECTORY.name), self.partition, 0, timeout_s=timeout_s
        ):
            given_up += self._webhooks(batch)
        return [*given_up, *self.outbox.drop_lost()]

    def _restore(self, record: ConsumerRecord) -> None:
        value = _decoded(record)
        if isinstance(value, Delivery):
            self.outbox.restore(value)
        elif isinstance(value, DeliveryProgress):
            self.outbox.next_offset = max(self.outbox.next_offset, value.next_offset)

    async def _deliver(self, producer: FencedProducer, followed: _Followed) -> None:
        reading = asyncio.create_task(followed.more())
        try:
            while True:
                await asyncio.wait({reading, *self._sending}, timeout=LOOK_AGAIN_S, return_when=asyncio.FIRST_COMPLETED)
                queued: list[Delivery] = []
                letters: list[OutputRecord] = []
                before = self.outbox.next_offset
                if reading.done():
                    webhooks, escalations = reading.result()
                    queued += self._webhooks(webhooks)
                    queued += self._escalations(escalations, letters)
                    reading = asyncio.create_task(followed.more())
                await self._write(producer, queued, letters=letters, moved=self.outbox.next_offset > before)
                await self._record_ends(producer)
                self._begin_due()
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    def _webhooks(self, records: Iterable[ConsumerRecord]) -> list[Delivery]:
        changed: list[Delivery] = []
        for record in records:
            if record.value is None or _MARK not in (record.key or b""):
                continue
            value = _decoded(record)
            if isinstance(value, WebhookValue):
                changed += self.outbox.webhook(value, self.now_ms())
        return changed

    def _escalations(self, records: Iterable[ConsumerRecord], letters: list[OutputRecord]) -> list[Delivery]:
        queued: list[Delivery] = []
        for record in records:
            try:
                value = decode_derived(record.value or b"")
            except DecodeError as error:
                letters.append(self._dead_letter(record, error))
                self.outbox.next_offset = record.offset + 1
                continue
            if isinstance(value, Escalation):
                queued += self.outbox.escalation(value, record.offset, record.timestamp, self.now_ms())
        return queued

    async def _record_ends(self, producer: FencedProducer) -> None:
        done = [task for task in self._sending if task.done()]
        if not done:
            return
        values: list[Delivery] = []
        facts: list[OutputRecord] = []
        for task in done:
            self._sending.discard(task)
            delivery, attempt = task.result()
            ended = self.outbox.ended(delivery, attempt, self.now_ms(), self.chance())
            values += ended.deliveries
            if ended.switched_off is not None:
                facts.append(self._fact(ended.org, ended.switched_off))
        await self._write(producer, values, letters=facts)

    def _begin_due(self) -> None:
        for webhook, delivery in self.outbox.due(self.now_ms()):
            self._sending.add(asyncio.create_task(self._send(webhook, delivery)))

    async def _send(self, webhook: WebhookValue, delivery: Delivery) -> tuple[Delivery, Attempt]:
        body = body_of(delivery)
        now = datetime.fromtimestamp(self.now_ms() / 1000, UTC)
        headers = headers_of(webhook, delivery, body, self.settings.key_secrets, now)
        if headers is None:
            return delivery, Attempt(error="secret_missing")
        return delivery, await self.sender.post(webhook.url, headers, body)

    async def _write(
        self,
        producer: FencedProducer,
        values: Iterable[Delivery],
        *,
        letters: Iterable[OutputRecord] = (),
        moved: bool = False,
    ) -> None:
        outputs = [
            OutputRecord(topic=topics.WEBHOOKS.name, key=value.org.encode(), value=encode_derived(value))
            for value in values
        ]
        outputs += letters
        if moved:
            outputs.append(self._progress())
        if outputs:
            await producer.write(outputs)

    def _progress(self) -> OutputRecord:
        progress = DeliveryProgress(
            id=str(self.partition),
            org=PLATFORM_LEDGER,
            partition=self.partition,
            next_offset=self.outbox.next_offset,
        )
        return OutputRecord(topic=topics.WEBHOOKS.name, key=b"progress", value=encode_derived(progress))

    def _fact(self, org: str, fact: WebhookSwitchedOff) -> OutputRecord:
        """Tell the authority, in the same transaction that records why."""
        event = Event(
            id=self.ids.event(),
            source=f"processor/{NAME}/{self.partition}",
            subject=fact.webhook,
            time=datetime.fromtimestamp(self.now_ms() / 1000, UTC),
            org=org,
            ledger=org,
            actor=f"processor:{NAME}",
            data=fact,
        )
        return OutputRecord(topic=topics.EVENTS.name, key=org.encode(), value=encode(event))

    def _dead_letter(self, record: ConsumerRecord, error: DecodeError) -> OutputRecord:
        letter = DeadLetter(
            reader=NAME,
            topic=topics.ESCALATIONS.name,
            partition=record.partition,
            offset=record.offset,
            error=error.reason,
            value_base64=base64.b64encode(record.value or b"").decode(),
            found_at=datetime.fromtimestamp(self.now_ms() / 1000, UTC),
        )
        key = topics.ESCALATIONS.name.encode()
        return OutputRecord(topic=topics.DEAD_LETTERS.name, key=key, value=encode_derived(letter))


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _decoded(record: ConsumerRecord) -> Record | None:
    """Decode what we or the authority wrote; one that no version here can read is named and passed over."""
    try:
        return decode_derived(record.value or b"")
    except DecodeError as error:
        logger.error("record %s[%d]:%d cannot be decoded: %s", record.topic, record.partition, record.offset, error)
        return None


@dataclass(slots=True, kw_only=True)
class _Followed:
    """kt.directory and kt.escalations of one partition, read so that a webhook is known before what it is told of."""

    consumer: AIOKafkaConsumer
    directory: TopicPartition
    escalations: TopicPartition
    standstill: Standstill[TopicPartition] = field(default_factory=Standstill)
    next_look: float = 0.0

    async def more(self) -> tuple[list[ConsumerRecord], list[ConsumerRecord]]:
        """Give the next records of both; before escalations are given, the directory is read as far as it goes now.

        Raises StandstillError when there are records that do not come.
        """
        found = await self.consumer.getmany(timeout_ms=round(LOOK_AGAIN_S * 1000), max_records=MOST_AT_ONCE)
        webhooks, escalations = list(found.get(self.directory, ())), list(found.get(self.escalations, ()))
        if escalations:
            end = (await self.consumer.end_offsets([self.directory]))[self.directory]
            async with asyncio.timeout(LOOK_S):
                while await self.consumer.position(self.directory) < end:
                    more = await self.consumer.getmany(self.directory, timeout_ms=100)
                    webhooks += more.get(self.directory, ())
        elif not webhooks:
            await self._look()
        return webhooks, escalations

    async def _look(self) -> None:
        now = asyncio.get_running_loop().time()
        if now < self.next_look:
            return
        self.next_look = now + LOOK_S
        places = [self.directory, self.escalations]
        ends = await self.consumer.end_offsets(places)
        self.standstill.look({place: await self.consumer.position(place) for place in places}, ends)


async def _followed(
    consumer: AIOKafkaConsumer, settings: ProcessorSettings, partition: int, next_offset: int
) -> _Followed:
    """Go on where recovery has come to in the directory, and with the first escalation that is not queued."""
    directory = TopicPartition(settings.topic(topics.DIRECTORY.name), partition)
    escalations = TopicPartition(settings.topic(topics.ESCALATIONS.name), partition)
    known = [place for place in (directory, escalations) if place in consumer.assignment()]
    reached = await consumer.position(directory) if directory in known else 0
    consumer.assign([directory, escalations])
    consumer.seek(directory, reached)
    consumer.seek(escalations, next_offset)
    return _Followed(consumer=consumer, directory=directory, escalations=escalations)
