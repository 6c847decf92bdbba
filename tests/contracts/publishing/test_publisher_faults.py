"""What the publishing port promises when the log does not answer: nothing is lost silently, nothing appears later."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from support.freezing import freeze, thaw
from support.log import read_all, until

from keeptrusts.cli.stack.kafka.broker import Broker
from keeptrusts.cli.topics import ensure_topics
from keeptrusts.gateway.publishing.content_log import KafkaContentLog
from keeptrusts.gateway.publishing.idempotent_producer import IdempotentProducer
from keeptrusts.gateway.publishing.kafka import KafkaPublisher, start_publisher
from keeptrusts.gateway.publishing.memory import MemoryPublisher
from keeptrusts.gateway.publishing.renewing import RenewingPublisher
from keeptrusts.schemas.codec import decode
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events.gateway import GatewayStopped
from keeptrusts.schemas.publishing import AckUnknownError, Publisher, PublisherOverloadedError, PublishError
from keeptrusts.schemas.topics import CONTENT, EVENTS

LARGE = 100_000
"""Three such records fill what the producer takes while one is on its way; the rest waits in our queue."""


@dataclass(slots=True, kw_only=True)
class Installation:
    """A node that may be frozen, and a publisher on it."""

    broker: Broker
    topic: str
    publisher: KafkaPublisher
    broken: list[str] = field(default_factory=list)

    async def stored(self) -> list[Event]:
        return [decode(record.value) for record in await read_all(self.broker.bootstrap, self.topic, 0)]


async def started(bootstrap: str, *, queue_size: int, broken: list[str], prefix: str = "") -> KafkaPublisher:
    return await start_publisher(
        bootstrap=bootstrap,
        topic_prefix=prefix,
        partitions=1,
        source="gateway/faults/one",
        queue_size=queue_size,
        on_broken=broken.append,
    )


@pytest.fixture
async def installation(freezable_broker: Broker, topic_prefix: str) -> AsyncIterator[Installation]:
    broken: list[str] = []
    await ensure_topics(freezable_broker.bootstrap, prefix=topic_prefix)
    publisher = await started(freezable_broker.bootstrap, queue_size=20, broken=broken, prefix=topic_prefix)
    await publisher.append(event("warm"), deadline_s=30)
    yield Installation(broker=freezable_broker, topic=topic_prefix + EVENTS.name, publisher=publisher, broken=broken)
    thaw(freezable_broker.pid)
    await publisher.stop()


def event(event_id: str, size: int = 0) -> Event:
    return Event(
        id=event_id,
        source="gateway/faults/one",
        subject="org",
        time=datetime(2026, 4, 1, tzinfo=UTC),
        org="org",
        ledger="org",
        actor="gateway:faults",
        data=GatewayStopped(gateway="faults", incarnation="one", reason="x" * size),
    )


async def outcome(publisher: Publisher, one: Event, deadline_s: float) -> str:
    """How an append ended, by the name of its error."""
    try:
        await publisher.append(one, deadline_s=deadline_s)
    except PublishError as error:
        assert "xxx" not in error.reason
        return type(error).__name__
    return "acknowledged"


async def test_a_frozen_log_gives_unknown_or_refused_and_what_was_refused_never_appears(
    installation: Installation,
) -> None:
    freeze(installation.broker.pid)
    names = [f"frozen-{number}" for number in range(30)]
    outcomes = await asyncio.gather(*(outcome(installation.publisher, event(n, LARGE), 1.0) for n in names))
    ended = dict(zip(names, outcomes, strict=True))
    assert Counter(outcomes).keys() == {"AckUnknownError", "PublisherOverloadedError"}
    unknown = [name for name in names if ended[name] == "AckUnknownError"]
    assert unknown == names[: len(unknown)], "what was handed over first is what is not known"

    thaw(installation.broker.pid)
    acks = [await installation.publisher.append(event(f"after-{number}"), deadline_s=30) for number in range(3)]
    stored = [one.id for one in await installation.stored()]
    refused = {name for name in names if ended[name] == "PublisherOverloadedError"}
    assert refused & set(stored) == set()
    assert [name for name in stored if name.startswith("after")] == ["after-0", "after-1", "after-2"]
    assert len(stored) == len(set(stored)), "nothing is appended twice"
    assert acks[0][0].offset == stored.index("after-0")
    assert installation.broken == []


async def test_numbers_stay_gapless_over_an_outage(installation: Installation) -> None:
    freeze(installation.broker.pid)
    await asyncio.gather(*(outcome(installation.publisher, event(f"f{n}", LARGE), 0.5) for n in range(10)))
    thaw(installation.broker.pid)
    await installation.publisher.append(event("after"), deadline_s=30)
    stored = await installation.stored()
    assert [one.sequence for one in stored] == list(range(len(stored)))
    assert stored[-1].id == "after"


async def test_a_full_queue_refuses_at_once(installation: Installation) -> None:
    freeze(installation.broker.pid)
    waiting = [asyncio.create_task(outcome(installation.publisher, event(f"w{n}", LARGE), 5.0)) for n in range(40)]
    await until(lambda: sum(task.done() for task in waiting) >= 40 - 20 - 10, timeout_s=3, what="the rest is refused")
    refused = [task.result() for task in waiting if task.done()]
    assert set(refused) == {"PublisherOverloadedError"}
    assert installation.publisher.waiting <= 20
    thaw(installation.broker.pid)
    ends = Counter(await asyncio.gather(*waiting))
    assert ends["acknowledged"] == 40 - len(refused)
    assert len(await installation.stored()) == 1 + ends["acknowledged"]


async def test_stop_lets_out_what_is_queued_and_refuses_what_comes_later(
    kafka_bootstrap: str, topic_prefix: str
) -> None:
    await ensure_topics(kafka_bootstrap, prefix=topic_prefix)
    broken: list[str] = []
    publisher = await started(kafka_bootstrap, queue_size=1_000, broken=broken, prefix=topic_prefix)
    appends = [asyncio.ensure_future(publisher.append(event(str(n)), deadline_s=30)) for n in range(300)]
    assert publisher.waiting == 300, "every append has queued its event, none has been sent"
    await publisher.stop()
    acks = await asyncio.wait_for(asyncio.gather(*appends), 30)
    assert [ack.offset for (ack,) in acks] == list(range(300))
    with pytest.raises(PublisherOverloadedError, match="stopped"):
        await publisher.append(event("late"), deadline_s=1)
    assert broken == []


async def test_no_broker_at_start_is_an_error_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keeptrusts.gateway.publishing.kafka.START_TIMEOUT_S", 0.1)
    with pytest.raises(PublishError, match=r"no broker answers at 127\.0\.0\.1:1 "):
        await started("127.0.0.1:1", queue_size=1, broken=[])


async def test_a_broken_producer_is_replaced_once_with_a_new_source_and_numbers_from_0(
    kafka_bootstrap: str, topic_prefix: str
) -> None:
    await ensure_topics(kafka_bootstrap, prefix=topic_prefix)
    callbacks: list[Callable[[str], None]] = []

    async def start(source: str, on_broken: Callable[[str], None]) -> KafkaPublisher:
        callbacks.append(on_broken)
        return await start_publisher(
            bootstrap=kafka_bootstrap,
            topic_prefix=topic_prefix,
            partitions=1,
            source=source,
            queue_size=10,
            on_broken=on_broken,
        )

    names = iter(("one", "two", "three"))
    publisher = RenewingPublisher(source_prefix="gateway/g", start=start, new_incarnation=lambda: next(names))
    await publisher.start()
    await publisher.append(event("a"), deadline_s=30)
    await publisher.append(event("b"), deadline_s=30)
    callbacks[0]("the log answered OutOfOrderSequenceNumber")
    callbacks[0]("the log answered OutOfOrderSequenceNumber")
    with pytest.raises(PublisherOverloadedError, match="renewed"):
        await publisher.append(event("meanwhile"), deadline_s=30)
    await until(lambda: publisher.source == "gateway/g/two", what="the producer is replaced")
    callbacks[0]("a straggler of the old producer")
    await publisher.append(event("c"), deadline_s=30)
    await publisher.stop()
    records = [decode(r.value) for r in await read_all(kafka_bootstrap, topic_prefix + EVENTS.name, 0)]
    assert [(one.id, one.source, one.sequence) for one in records] == [
        ("a", "gateway/g/one", 0),
        ("b", "gateway/g/one", 1),
        ("c", "gateway/g/two", 0),
    ]
    assert len(callbacks) == 2


def lose_count(producer: IdempotentProducer) -> None:
    """The next batch begins where the broker does not expect it: OutOfOrderSequenceNumber."""
    producer._sequences[0] += 7


def be_fenced(producer: IdempotentProducer) -> None:
    """The broker has heard of a later holder of this producer's id: InvalidProducerEpoch."""
    producer._epoch -= 1


@pytest.mark.parametrize("harm", [lose_count, be_fenced], ids=["out of order", "fenced"])
async def test_a_producer_that_the_broker_no_longer_trusts_is_replaced_and_nothing_is_lost_or_doubled(
    kafka_bootstrap: str, topic_prefix: str, harm: Callable[[IdempotentProducer], None]
) -> None:
    await ensure_topics(kafka_bootstrap, prefix=topic_prefix)
    made: list[KafkaPublisher] = []

    async def start(source: str, on_broken: Callable[[str], None]) -> KafkaPublisher:
        made.append(
            await start_publisher(
                bootstrap=kafka_bootstrap, topic_prefix=topic_prefix, partitions=1, source=source, queue_size=10,
                on_broken=on_broken,
            )
        )  # fmt: skip
        made[-1]._producer._epoch += 1  # room for an earlier epoch; the broker takes the first it sees
        return made[-1]

    names = iter(("one", "two"))
    publisher = RenewingPublisher(source_prefix="gateway/g", start=start, new_incarnation=lambda: next(names))
    await publisher.start()
    await publisher.append(event("before"), deadline_s=30)
    harm(made[0]._producer)
    with pytest.raises(AckUnknownError, match="the log answered"):
        await publisher.append(event("unknown"), deadline_s=30)
    await until(lambda: publisher.source == "gateway/g/two", what="the producer is replaced")
    await publisher.append(event("after"), deadline_s=30)
    await publisher.stop()
    records = [decode(r.value) for r in await read_all(kafka_bootstrap, topic_prefix + EVENTS.name, 0)]
    assert [(one.id, one.source, one.sequence) for one in records] == [
        ("before", "gateway/g/one", 0),
        ("after", "gateway/g/two", 0),
    ]


async def test_memory_refuses_and_keeps_silent_on_request() -> None:
    publisher = MemoryPublisher(source="gateway/faults/one")
    publisher.refusing = True
    with pytest.raises(PublisherOverloadedError):
        await publisher.append(event("refused"), deadline_s=1)
    publisher.refusing, publisher.silent = False, True
    with pytest.raises(AckUnknownError):
        await publisher.append(event("unknown"), deadline_s=1)
    publisher.silent = False
    await publisher.append(event("after"), deadline_s=1)
    assert [(one.id, one.sequence) for one in map(decode, publisher.records[0])] == [("unknown", 0), ("after", 1)]


async def test_a_log_of_contents_that_is_frozen_refuses_in_time_and_takes_them_again_later(
    freezable_broker: Broker, topic_prefix: str
) -> None:
    await ensure_topics(freezable_broker.bootstrap, prefix=topic_prefix)
    log = KafkaContentLog(bootstrap=freezable_broker.bootstrap, topic_prefix=topic_prefix)
    record = (b"org/person/cnt", b"x")
    try:
        await log.append(CONTENT.name, [record], deadline_s=30)
        freeze(freezable_broker.pid)
        with pytest.raises(AckUnknownError):
            await log.append(CONTENT.name, [record], deadline_s=0.5)
        thaw(freezable_broker.pid)
        await log.append(CONTENT.name, [record], deadline_s=30)
    finally:
        thaw(freezable_broker.pid)
        await log.stop()
