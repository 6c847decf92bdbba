"""A broker that takes a transaction and never answers: the processor ends in time, and its successor goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiokafka.client import AIOKafkaClient
from support.freezing import freeze, thaw
from support.log import read_all
from support.scenario import Scenario

from keeptrusts.cli.stack.kafka.broker import Broker
from keeptrusts.cli.topics import ensure_topics
from keeptrusts.schemas.ids import Ids
from keeptrusts.schemas.log_connections import STOP_S
from keeptrusts.schemas.topics import LEDGER, PARTITIONS_SINGLE_NODE, partition_of
from keeptrusts.stream_processors.authority.agent import AuthorityFold
from keeptrusts.stream_processors.runtime.partition import PartitionRunner
from keeptrusts.stream_processors.runtime.protocol import OutputRecord
from keeptrusts.stream_processors.runtime.transactions import FencedProducer, WriteFailedError
from keeptrusts.stream_processors.settings import ProcessorSettings

TRANSACTION_S = 2.0
LATEST_S = TRANSACTION_S + 2 * STOP_S + 5.0
"""A transaction's time, two connections that do not close, and room for a machine that is busy."""
IDS = Ids(now_ms=lambda: 0, entropy=lambda count: bytes(count))


@pytest.fixture
async def settings(freezable_broker: Broker, topic_prefix: str, tmp_path: Path) -> AsyncIterator[ProcessorSettings]:
    await ensure_topics(freezable_broker.bootstrap, prefix=topic_prefix)
    yield ProcessorSettings(
        bootstrap=freezable_broker.bootstrap,
        data_dir=tmp_path,
        topic_prefix=topic_prefix,
        transaction_timeout_ms=int(TRANSACTION_S * 1000),
        recovery_timeout_s=20.0,
    )
    thaw(freezable_broker.pid)


async def test_a_transaction_that_is_not_answered_fails_in_time_and_the_next_owner_can_write(
    settings: ProcessorSettings, freezable_broker: Broker
) -> None:
    record = OutputRecord(topic=LEDGER.name, key=b"org", value=b"1")
    producer = FencedProducer(settings, "authority", 0)
    await producer.start()
    assert await producer.write([record]) == {LEDGER.name: 1}
    freeze(freezable_broker.pid)
    began = time.monotonic()
    with pytest.raises(WriteFailedError, match="not committed in time"):
        await producer.write([record])
    await producer.stop()
    assert time.monotonic() - began < LATEST_S
    thaw(freezable_broker.pid)
    successor = FencedProducer(settings, "authority", 0)
    await successor.start()
    await successor.write([record])
    await successor.stop()
    records = await read_all(settings.bootstrap, settings.topic(LEDGER.name), 0)
    assert [one.value for one in records] == [b"1", b"1"], "what was not committed in time is nobody's"


async def test_a_broker_that_knows_of_no_broker_yet_is_asked_again(
    settings: ProcessorSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, asked = AIOKafkaClient.get_random_node, 0

    def none_at_first(client: AIOKafkaClient) -> object:
        nonlocal asked
        asked += 1
        return None if asked < 3 else known(client)

    monkeypatch.setattr(AIOKafkaClient, "get_random_node", none_at_first)
    producer = FencedProducer(settings, "authority", 0)
    await producer.start()
    assert asked >= 3
    assert await producer.write([OutputRecord(topic=LEDGER.name, key=b"org", value=b"1")]) == {LEDGER.name: 1}
    await producer.stop()


async def test_a_runner_whose_transaction_is_not_answered_ends_instead_of_waiting(
    settings: ProcessorSettings, freezable_broker: Broker
) -> None:
    scenario = Scenario(seed=1)
    partition = partition_of(scenario.org, PARTITIONS_SINGLE_NODE)
    runner = PartitionRunner(
        settings=settings,
        processor="authority",
        partition=partition,
        fold=AuthorityFold(partition, IDS),
        now_ms=lambda: int(time.time() * 1000),
    )
    running = asyncio.create_task(runner.run())
    async with asyncio.timeout(60):
        await runner.caught_up.wait()
    freeze(freezable_broker.pid)
    began = time.monotonic()
    with pytest.raises(WriteFailedError):
        await asyncio.wait_for(running, LATEST_S)  # its next heartbeat is never answered
    assert time.monotonic() - began < LATEST_S
