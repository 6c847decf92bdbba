"""The contract of the publishing port, kept alike by the publisher on a real Kafka and by the one in memory."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Protocol

import pytest
from support.log import read_all

from keeptrusts.cli.topics import ensure_topics
from keeptrusts.gateway.publishing.kafka import start_publisher
from keeptrusts.gateway.publishing.memory import MemoryPublisher
from keeptrusts.schemas.codec import decode
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events.gateway import GatewayStopped
from keeptrusts.schemas.frozen import replace
from keeptrusts.schemas.publishing import (
    LOG_APPEND_TIME,
    Ack,
    Publisher,
    PublisherOverloadedError,
    PublishError,
    RecordTooLargeError,
)
from keeptrusts.schemas.topics import EVENTS, MAX_RECORD_BYTES, PARTITIONS_SINGLE_NODE, partition_of

SOURCE = "gateway/contract/one"
DEADLINE_S = 30.0
LEDGERS = [f"org_{number}" for number in range(20)]


class Log(Protocol):
    """A publisher under test and the log behind it."""

    publisher: Publisher

    async def records(self, partition: int) -> list[bytes]:
        """Everything that is in a partition."""
        ...


class KafkaLog:
    def __init__(self, publisher: Publisher, bootstrap: str, prefix: str) -> None:
        self.publisher = publisher
        self._bootstrap = bootstrap
        self._topic = prefix + EVENTS.name

    async def records(self, partition: int) -> list[bytes]:
        return [record.value for record in await read_all(self._bootstrap, self._topic, partition)]


class MemoryLog:
    def __init__(self, publisher: MemoryPublisher) -> None:
        self.publisher = publisher
        self._records = publisher.records

    async def records(self, partition: int) -> list[bytes]:
        return self._records.get(partition, [])


@pytest.fixture(params=["kafka", "memory"])
async def log(request: pytest.FixtureRequest) -> AsyncIterator[Log]:
    if request.param == "memory":
        yield MemoryLog(
            MemoryPublisher(source=SOURCE, partitions=PARTITIONS_SINGLE_NODE, now_ms=lambda: 1_775_000_000_000)
        )
        return
    bootstrap, prefix = request.getfixturevalue("kafka_bootstrap"), request.getfixturevalue("topic_prefix")
    async with on_kafka(bootstrap, prefix) as kafka_log:
        yield kafka_log


@asynccontextmanager
async def on_kafka(bootstrap: str, prefix: str) -> AsyncIterator[Log]:
    await ensure_topics(bootstrap, prefix=prefix)
    broken: list[str] = []
    publisher = await start_publisher(
        bootstrap=bootstrap,
        topic_prefix=prefix,
        partitions=PARTITIONS_SINGLE_NODE,
        source=SOURCE,
        queue_size=10_000,
        on_broken=broken.append,
    )
    try:
        yield KafkaLog(publisher, bootstrap, prefix)
        assert broken == []
    finally:
        await publisher.stop()


def event(event_id: str, *, ledger: str = LEDGERS[0], reason: str = "test") -> Event:
    return Event(
        id=event_id,
        source="gateway/somebody/else",
        subject=ledger,
        time=datetime(2026, 4, 1, tzinfo=UTC),
        org=ledger,
        ledger=ledger,
        actor="gateway:contract",
        data=GatewayStopped(gateway="contract", incarnation="one", reason=reason),
    )


async def appended(log: Log, *events: Event) -> tuple[Ack, ...]:
    return await log.publisher.append(*events, deadline_s=DEADLINE_S)


async def decoded(log: Log, ledger: str = LEDGERS[0]) -> list[Event]:
    return [decode(value) for value in await log.records(partition_of(ledger, PARTITIONS_SINGLE_NODE))]


async def test_an_ack_names_the_place_of_each_event(log: Log) -> None:
    first = await appended(log, event("a"))
    rest = await appended(log, event("b"), event("c"))
    partition = partition_of(LEDGERS[0], PARTITIONS_SINGLE_NODE)
    assert [(ack.partition, ack.offset) for ack in first + rest] == [(partition, 0), (partition, 1), (partition, 2)]
    assert str(rest[1].position) == f"{partition}:2"
    assert [stored.id for stored in await decoded(log)] == ["a", "b", "c"]


async def test_an_ack_carries_the_brokers_own_time(log: Log) -> None:
    (ack,) = await appended(log, event("a"))
    assert ack.timestamp_type == LOG_APPEND_TIME
    assert ack.timestamp_ms > 1_700_000_000_000


async def test_what_was_appended_is_in_the_log_unchanged_but_for_source_and_number(log: Log) -> None:
    sent = replace(event("a"), correlationid="r1", causationid="e0", traceparent="00-1", synthetic=True)
    await appended(log, sent)
    assert await decoded(log) == [sent.numbered(SOURCE, 0)]
    assert log.publisher.source == SOURCE


async def test_500_concurrent_appends_land_in_the_order_of_the_calls(log: Log) -> None:
    events = [event(str(number), reason="x" * (number * 37 % 4000)) for number in range(500)]
    acks = await asyncio.gather(*(appended(log, one) for one in events))
    stored = await decoded(log)
    assert [one.id for one in stored] == [one.id for one in events]
    assert [one.sequence for one in stored] == list(range(500))
    assert [ack.offset for (ack,) in acks] == list(range(500))


async def test_numbers_count_from_0_without_gaps_in_every_partition(log: Log) -> None:
    events = [event(f"{ledger}/{number}", ledger=ledger) for number in range(20) for ledger in LEDGERS]
    await asyncio.gather(*(appended(log, one) for one in events))
    total = 0
    for partition in range(PARTITIONS_SINGLE_NODE):
        stored = [decode(value) for value in await log.records(partition)]
        assert [one.sequence for one in stored] == list(range(len(stored)))
        assert {partition_of(one.ledger, PARTITIONS_SINGLE_NODE) for one in stored} <= {partition}
        total += len(stored)
    assert total == len(events)


async def test_events_of_one_append_are_adjacent_and_in_order(log: Log) -> None:
    groups = [[event(f"{group}/{number}") for number in range(group % 5 + 1)] for group in range(100)]
    await asyncio.gather(*(appended(log, *group) for group in groups))
    stored = [one.id for one in await decoded(log)]
    assert stored == [one.id for group in groups for one in group]
    runs = [group for group, _ in itertools.groupby(name.partition("/")[0] for name in stored)]
    assert Counter(runs).most_common(1)[0][1] == 1


async def test_a_record_above_the_limit_is_refused_and_the_publisher_goes_on(log: Log) -> None:
    await appended(log, event("a"))
    with pytest.raises(RecordTooLargeError, match=str(MAX_RECORD_BYTES)):
        await appended(log, event("large", reason="x" * MAX_RECORD_BYTES))
    with pytest.raises(RecordTooLargeError):
        await appended(log, event("small"), event("large", reason="x" * MAX_RECORD_BYTES))
    await appended(log, event("b"))
    assert [(one.id, one.sequence) for one in await decoded(log)] == [("a", 0), ("b", 1)]


async def test_a_record_just_below_the_limit_is_taken(log: Log) -> None:
    await appended(log, event("a", reason="x" * (MAX_RECORD_BYTES - 1000)))
    await appended(log, event("b"))
    assert [one.id for one in await decoded(log)] == ["a", "b"]


async def test_an_event_that_is_no_json_is_refused_and_the_publisher_goes_on(log: Log) -> None:
    with pytest.raises(PublishError, match="cannot be written as JSON"):
        await asyncio.wait_for(appended(log, event("half", reason="\ud800 and a secret")), 10)
    await appended(log, event("a"))
    assert [(one.id, one.sequence) for one in await decoded(log)] == [("a", 0)]


async def test_events_of_different_ledgers_are_refused_in_one_append(log: Log) -> None:
    with pytest.raises(ValueError, match="share a ledger"):
        await appended(log, event("a", ledger="org_1"), event("b", ledger="org_2"))
    with pytest.raises(ValueError, match="share a ledger"):
        await appended(log)


@pytest.mark.parametrize("problem", [PublisherOverloadedError, RecordTooLargeError])
def test_every_refusal_is_a_publish_error_with_a_reason(problem: type[PublishError]) -> None:
    assert issubclass(problem, PublishError)
    assert problem("the reason").reason == "the reason"
