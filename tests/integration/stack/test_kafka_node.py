"""A real Kafka node keeps what it acknowledged through a kill, and answers again after being frozen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import UnknownTopicOrPartitionError
from support.freezing import freeze, thaw

from keeptrusts.cli.stack.kafka.broker import Broker, broker_answers

OwnBroker = Callable[..., AbstractAsyncContextManager[Broker]]


async def test_acknowledged_records_survive_kill_9_and_a_start_on_other_ports(
    own_broker: OwnBroker, tmp_path: Path
) -> None:
    directory = tmp_path / "node"
    expected = [f"record-{number}".encode() for number in range(500)]
    async with own_broker(directory) as broker:
        first_ports = broker.place
        await _create_topic(broker.bootstrap, "facts")
        await _produce(broker.bootstrap, "facts", expected)
        broker.kill()
        assert not broker.running
        assert not await broker_answers(broker.bootstrap)
    async with own_broker(directory) as broker:
        assert broker.place.port != first_ports.port
        assert await _read_all(broker.bootstrap, "facts", len(expected)) == expected


async def test_a_frozen_node_answers_nothing_and_everything_again_after_thaw(own_broker: OwnBroker) -> None:
    async with own_broker() as broker:
        await _create_topic(broker.bootstrap, "facts")
        producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, enable_idempotence=True, acks="all")
        await producer.start()
        try:
            await producer.send_and_wait("facts", b"before")
            freeze(broker.pid)
            pending = await producer.send("facts", b"during")
            done, _ = await asyncio.wait([pending], timeout=1.0)
            assert not done
            assert not await broker_answers(broker.bootstrap)
            thaw(broker.pid)
            await asyncio.wait_for(pending, 30)
        finally:
            await producer.stop()
        assert await _read_all(broker.bootstrap, "facts", 2) == [b"before", b"during"]


async def test_a_misspelled_topic_is_not_created(kafka_bootstrap: str, topic_prefix: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, request_timeout_ms=2000)
    await producer.start()
    try:
        error = None
        try:
            await asyncio.wait_for(producer.send_and_wait(f"{topic_prefix}nobody-made-this", b"x"), 10)
        except (UnknownTopicOrPartitionError, TimeoutError) as raised:
            error = raised
        assert error is not None
    finally:
        await producer.stop()


async def test_a_transaction_of_a_single_node_commits(kafka_bootstrap: str, topic_prefix: str) -> None:
    topic = f"{topic_prefix}transactions"
    await _create_topic(kafka_bootstrap, topic)
    producer = AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, transactional_id=f"{topic_prefix}one")
    await producer.start()
    try:
        async with producer.transaction():
            await producer.send_and_wait(topic, b"committed")
    finally:
        await producer.stop()
    assert await _read_all(kafka_bootstrap, topic, 1) == [b"committed"]


async def _create_topic(bootstrap: str, name: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()


async def _produce(bootstrap: str, topic: str, values: list[bytes]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True, acks="all")
    await producer.start()
    try:
        futures = [await producer.send(topic, value) for value in values]
        await asyncio.wait_for(asyncio.gather(*futures), 30)
    finally:
        await producer.stop()


async def _read_all(bootstrap: str, topic: str, expected: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level="read_committed",
    )
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, 0)])
        found: list[bytes] = []
        async with asyncio.timeout(30):
            while len(found) < expected:
                batches = await consumer.getmany(timeout_ms=500)
                found.extend(record.value for records in batches.values() for record in records)
        return found
    finally:
        await consumer.stop()
