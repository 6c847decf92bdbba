"""A broker that refuses a record breaks the numbering of the producer that sent it: a new one takes over by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from support.log import read_all

from keeptrusts.cli.topics import ensure_topics
from keeptrusts.gateway.publishing.kafka import KafkaPublisher, start_publisher
from keeptrusts.gateway.publishing.renewing import RenewingPublisher
from keeptrusts.schemas.codec import decode
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events.gateway import GatewayStopped
from keeptrusts.schemas.publishing import PublishError
from keeptrusts.schemas.topics import EVENTS

TAKEN, REFUSED = 100, 50_000
LIMIT = "20000"
PATIENCE_S = 60.0


def event(number: int, size: int = TAKEN) -> Event:
    return Event(
        id=f"event-{number}",
        source="gateway/poisoned/one",
        subject="org",
        time=datetime(2026, 4, 1, tzinfo=UTC),
        org="org",
        ledger="org",
        actor="gateway:poisoned",
        data=GatewayStopped(gateway="poisoned", incarnation="one", reason="x" * size),
    )


async def lower_the_limit(bootstrap: str, topic: str) -> None:
    """Make the broker refuse what the publisher, which knows the limit of the installation, still sends."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        wanted = {"max.message.bytes": LIMIT}
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, wanted)])
        async with asyncio.timeout(PATIENCE_S):
            while await described(admin, topic) != LIMIT:  # noqa: ASYNC110 - the broker tells nobody when it has it
                await asyncio.sleep(0.05)
    finally:
        await admin.close()


async def described(admin: AIOKafkaAdminClient, topic: str) -> str:
    [answer] = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    values = {entry[0]: entry[1] for entry in answer.resources[0][4]}
    return str(values["max.message.bytes"])


async def test_a_record_the_broker_refuses_costs_no_other_record_and_numbering_stays_true(
    kafka_bootstrap: str, topic_prefix: str
) -> None:
    await ensure_topics(kafka_bootstrap, prefix=topic_prefix)
    topic = topic_prefix + EVENTS.name
    await lower_the_limit(kafka_bootstrap, topic)

    async def start(source: str, on_broken: Callable[[str], None]) -> KafkaPublisher:
        return await start_publisher(
            bootstrap=kafka_bootstrap, topic_prefix=topic_prefix, partitions=1, source=source, queue_size=100,
            on_broken=on_broken,
        )  # fmt: skip

    names = iter(f"incarnation-{number}" for number in range(100))
    publisher = RenewingPublisher(source_prefix="gateway/poisoned", start=start, new_incarnation=lambda: next(names))
    await publisher.start()
    refused = acknowledged = 0
    try:
        async with asyncio.timeout(PATIENCE_S):
            number = 0
            while acknowledged < 40 or refused < 2:
                number += 1
                too_large = number % 20 == 5 and refused < 2
                try:
                    await publisher.append(event(number, REFUSED if too_large else TAKEN), deadline_s=5)
                    assert not too_large, "the broker took what is above its limit"
                    acknowledged += 1
                except PublishError:
                    refused += too_large
                    await asyncio.sleep(0.05)
    finally:
        await publisher.stop()
    stored = [decode(record.value) for record in await read_all(kafka_bootstrap, topic, 0)]
    assert len(stored) >= acknowledged and len({one.id for one in stored}) == len(stored)
    assert {one.id for one in stored}.isdisjoint({"event-5"})
    numbers: dict[str, list[int]] = {}
    for one in stored:
        assert one.sequence is not None
        numbers.setdefault(one.source, []).append(one.sequence)
    assert len(numbers) >= 2, "the producer that was refused is replaced"
    for source, found in numbers.items():
        assert found == sorted(set(found)), f"{source} numbered {found}"
