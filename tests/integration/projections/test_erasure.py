"""Erasing a person on a real log and real tables: what could be read before, nobody can read afterwards."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from support.running_writer import running, until

from keeptrusts.gateway.app import system_ids
from keeptrusts.gateway.command_api.erasing import Eraser
from keeptrusts.gateway.pipeline.content_desk import ContentDesk
from keeptrusts.gateway.publishing.content_log import KafkaContentLog
from keeptrusts.projections.migrations import tables
from keeptrusts.projections.settings import KafkaSettings, WriterSettings
from keeptrusts.projections.store.protocol import Store
from keeptrusts.projections.writer.rebuild import Rebuild
from keeptrusts.schemas import topics
from keeptrusts.schemas.content_keys import ContentKeyError, unwrapped
from keeptrusts.schemas.sealed_content import SealError, unsealed
from keeptrusts.schemas.snapshots.codec import decode_derived
from keeptrusts.schemas.snapshots.content import ContentRecord, SubjectKey
from keeptrusts.schemas.snapshots.directory import ErasureValue

PARTITIONS = 2
SECRETS = {1: b"a secret of tests, thirty-two bytes"}
ORG, ANA, BOB = "org_acme", "mem_ana", "external:bob/b"
CANARY = b'{"messages": "zebra canary"}'
COMPACTED_S = 90.0
"""The cleaner looks every 15 seconds, on a slow machine at less than half of all."""


@dataclass(slots=True)
class Place:
    """A gateway's desk, the eraser, and the directory that both hear."""

    kafka: KafkaSettings
    erased: dict[str, ErasureValue] = field(default_factory=dict)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    log: KafkaContentLog = field(init=False)

    def __post_init__(self) -> None:
        self.log = KafkaContentLog(bootstrap=self.kafka.bootstrap, topic_prefix=self.kafka.topic_prefix)

    def desk(self) -> ContentDesk:
        return ContentDesk(
            log=self.log,
            ids=system_ids(),
            secrets=SECRETS,
            erasures=lambda org, subject: self.erased[subject].number if subject in self.erased else 0,
            now=lambda: self.now,
            entropy=os.urandom,
            ack_timeout_s=20,
        )

    def eraser(self) -> Eraser:
        return Eraser(
            bootstrap=self.kafka.bootstrap,
            topic=self.kafka.topic(topics.SUBJECT_KEYS),
            log=self.log,
            partitions=PARTITIONS,
            erasures=lambda: tuple(self.erased.values()),
            version=lambda: len(self.erased),
            ready=lambda: True,
            now=lambda: self.now,
            ack_timeout_s=20,
        )

    def erase(self, subject: str) -> None:
        number = self.erased[subject].number + 1 if subject in self.erased else 1
        self.erased[subject] = ErasureValue(
            id=subject, org=ORG, erasure=f"era_{number}", number=number, erased_at=self.now, erased_by="mem_owner"
        )


@pytest.fixture
def store(own_store: Store) -> Store:
    """The engine remembers the writer's tokens, which are the same in every test."""
    return own_store


@pytest.fixture
async def place(kafka: KafkaSettings) -> AsyncIterator[Place]:
    made = Place(kafka)
    yield made
    await made.log.stop()


async def keep(desk: ContentDesk, subject: str, request: str, plain: bytes = CANARY, keep_days: int = 365) -> str:
    kept = await desk.keep(
        plain, org=ORG, subject=subject, request=request, part="input", captured="full", keep_days=keep_days
    )
    return kept.ref


async def bytes_of(kafka: KafkaSettings, topic: topics.Topic) -> list[tuple[bytes, bytes | None]]:
    """Give every record that the broker still gives, with its key."""
    consumer: Any = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        places = [TopicPartition(kafka.topic(topic), partition) for partition in range(PARTITIONS)]
        ends = await consumer.end_offsets(places)
        consumer.assign(places)
        await consumer.seek_to_beginning()
        found = []
        deadline = time.monotonic() + 30
        while any([await consumer.position(one) < ends[one] for one in places]):
            assert time.monotonic() < deadline
            for records in (await consumer.getmany(timeout_ms=100)).values():
                found += [(record.key, record.value) for record in records]
        return found
    finally:
        await consumer.stop()


def opened(keys: list[SubjectKey], records: list[ContentRecord]) -> set[str]:
    """Give the requests whose content anybody with the key secret can read from these."""
    found = set()
    for record in records:
        for key in keys:
            try:
                unsealed([record], unwrapped(key, SECRETS))
                found.add(record.request)
            except (ContentKeyError, SealError):
                continue
    return found


async def from_topics(kafka: KafkaSettings) -> set[str]:
    values = [
        decode_derived(value)
        for topic in (topics.CONTENT, topics.SUBJECT_KEYS)
        for _, value in await bytes_of(kafka, topic)
        if value is not None
    ]
    return opened(
        [one for one in values if isinstance(one, SubjectKey)],
        [one for one in values if isinstance(one, ContentRecord)],
    )


async def from_tables(store: Store) -> set[str]:
    """As from the topics: also from rows whose key says that it is gone."""
    columns = [name for name in tables.CONTENT_KEYS.column_names if name in SubjectKey.model_fields]
    keys = [
        SubjectKey.model_validate(row)
        for row in (await store.query(f"SELECT {', '.join(columns)} FROM content_keys")).records()
    ]
    columns = [name for name in tables.CONTENT_RECORDS.column_names if name in ContentRecord.model_fields]
    records = [
        ContentRecord.model_validate(row)
        for row in (await store.query(f"SELECT {', '.join(columns)} FROM content_records")).records()
    ]
    return opened(keys, records)


async def rows(store: Store, table: str) -> list[tuple[Any, ...]]:
    return list((await store.query(f"SELECT * FROM {table} ORDER BY ALL")).rows)


async def compact_at_once(kafka: KafkaSettings) -> None:
    """Let the broker close and compact segments of the topic as soon as it looks."""
    admin: Any = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    try:
        settings = {
            "cleanup.policy": "compact", "segment.ms": "100", "max.compaction.lag.ms": "100",
            "min.cleanable.dirty.ratio": "0.0",
        }  # fmt: skip
        await admin.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, kafka.topic(topics.SUBJECT_KEYS), configs=settings)]
        )
    finally:
        await admin.close()


async def test_after_an_erasure_neither_tables_nor_topics_open_with_the_key_secret(
    store: Store, place: Place, writer_settings: WriterSettings
) -> None:
    await compact_at_once(place.kafka)
    one, other = place.desk(), place.desk()  # two gateways, each with a key of its own for the same person and month
    await keep(one, ANA, "req_1")
    await keep(other, ANA, "req_2")
    await keep(one, BOB, "req_bob")
    assert await from_topics(place.kafka) == {"req_1", "req_2", "req_bob"}
    async with running(store, writer_settings) as writer:

        async def readable(expected: set[str]) -> None:
            async def is_so() -> bool:
                return await from_tables(store) == expected

            await until(is_so)

        await readable({"req_1", "req_2", "req_bob"})
        place.erase(ANA)
        assert await place.eraser().sweep() == 2
        one.forget(ORG, ANA)
        await keep(one, ANA, "req_later")
        assert await place.eraser().sweep() == 0, "what came after the erasure stays, and nothing is destroyed twice"
        await readable({"req_later", "req_bob"})
        rebuilt = Rebuild(store, writer_settings, writer)
        for table in ("content_keys", "content_records"):
            before = await rows(store, table)
            assert before
            await rebuilt.rebuild(table)
            assert await rows(store, table) == before
    deadline = time.monotonic() + COMPACTED_S
    while await from_topics(place.kafka) != {"req_later", "req_bob"}:
        assert time.monotonic() < deadline, "the wrapped keys are still in the topic"
        await place.eraser().sweep()  # as it happens now and then: a further record closes the segment
        await asyncio.sleep(0.5)
    gone = [value for _, value in await bytes_of(place.kafka, topics.SUBJECT_KEYS) if value and b"destroyed" in value]
    assert len(gone) == 2, "that they are gone, and why, stays"
    assert all(CANARY not in (value or b"") for _, value in await bytes_of(place.kafka, topics.CONTENT))


async def test_a_writer_that_was_killed_before_it_deleted_rows_deletes_them_at_its_next_start(
    store: Store, place: Place, writer_settings: WriterSettings
) -> None:
    await keep(place.desk(), ANA, "req_1")
    place.erase(ANA)
    assert await place.eraser().sweep() == 1
    async with running(store, writer_settings):

        async def is_gone() -> bool:
            return await rows(store, "content_keys") != [] and await from_tables(store) == set()

        await until(is_gone)
    await store.command(
        "INSERT INTO content_keys (org, key_id, subject, period, wrapped) SELECT org, key_id, subject, period, 'left'"
        " FROM content_keys LIMIT 1"
    )
    async with running(store, writer_settings):

        async def is_deleted() -> bool:
            return not (await store.query("SELECT count() FROM content_keys WHERE wrapped != ''")).value()

        await until(is_deleted)


async def test_keys_whose_retention_is_over_are_destroyed_by_the_same_sweep_and_say_so(place: Place) -> None:
    desk = place.desk()
    await keep(desk, ANA, "req_short", keep_days=30)
    await keep(desk, ANA, "req_long", keep_days=90)
    assert await place.eraser().sweep() == 0
    year, month = divmod(place.now.month + 1, 12)
    place.now = datetime(place.now.year + year, month + 1, 2, tzinfo=UTC)  # the first of the month after next is past
    assert await place.eraser().sweep() == 1
    [gone] = [value for _, value in await bytes_of(place.kafka, topics.SUBJECT_KEYS) if value and b"destroyed" in value]
    assert b'"retention"' in gone


async def test_the_eraser_finishes_what_another_had_begun_and_hears_of_new_erasures(place: Place) -> None:
    await keep(place.desk(), ANA, "req_1")
    await keep(place.desk(), BOB, "req_2")
    place.erase(ANA)  # accepted; then the process that would have destroyed the key was killed
    eraser = place.eraser()
    running_eraser = asyncio.create_task(eraser.run())
    try:

        async def first() -> bool:
            return eraser.destroyed == 1

        async def second() -> bool:
            return eraser.destroyed == 2

        await until(first)
        place.erase(BOB)
        await until(second)
    finally:
        running_eraser.cancel()
        await asyncio.gather(running_eraser, return_exceptions=True)
