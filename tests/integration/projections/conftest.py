"""One chDB path a process (the engine allows no second), one database a test, and topics under a prefix of the test."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import clickhouse_connect
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from support.acme import SECRETS, fill_directory
from support.filled_store import FilledStore

from keeptrusts.projections.app import build_query_routes, open_store
from keeptrusts.projections.settings import KafkaSettings, QuerySettings, StoreSettings, WriterSettings
from keeptrusts.projections.store.protocol import Store
from keeptrusts.schemas import topics

PARTITIONS = 2


@pytest.fixture(scope="session")
def chdb_path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The engine's path. A client held for the whole run keeps it open: opening it costs more than most tests."""
    path = tmp_path_factory.mktemp("chdb") / "store"
    held = clickhouse_connect.get_client(dsn=f"chdb://{path}")
    yield path
    held.close()


@pytest.fixture
async def store(chdb_path: Path) -> AsyncIterator[Store]:
    settings = StoreSettings(
        dsn=f"chdb://{chdb_path}", database=f"t_{uuid.uuid4().hex[:12]}", read_threads=2, write_threads=1
    )
    opened = await open_store(settings)
    yield opened
    await opened.command(f"DROP DATABASE {settings.database} SYNC")
    await opened.close()


@pytest.fixture
async def kafka(kafka_bootstrap: str, topic_prefix: str) -> KafkaSettings:
    """Settings of the shared broker with every topic of this test created."""
    await create_topics(kafka_bootstrap, topic_prefix)
    return KafkaSettings(bootstrap=kafka_bootstrap, topic_prefix=topic_prefix)


@pytest.fixture
def writer_settings(kafka: KafkaSettings) -> WriterSettings:
    return WriterSettings(kafka=kafka, heartbeat_seconds=0.5, retry_seconds=10)


@pytest.fixture
async def producer(kafka: KafkaSettings) -> AsyncIterator[AIOKafkaProducer]:
    client = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, enable_idempotence=True, linger_ms=5)
    await client.start()
    yield client
    await client.stop()


async def create_topics(bootstrap: str, prefix: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics(
            [
                NewTopic(
                    name=prefix + topic.name, num_partitions=PARTITIONS, replication_factor=1,
                    topic_configs={
                        name: value
                        for name, value in topic.settings("single-node").items()
                        if not re.match(r"unclean", name)
                    },
                )
                for topic in topics.ALL
            ]
        )  # fmt: skip
    finally:
        await admin.close()


@pytest.fixture
async def filled(store: Store) -> FilledStore:
    """A store with the directories of two organizations, to be filled with events."""
    filled = FilledStore(store)
    await fill_directory(filled)
    return filled


@pytest.fixture
async def client(store: Store, filled: FilledStore) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    """A client of the query API on this test's store."""
    settings = QuerySettings(
        directory_seconds=0.0, position_wait_seconds=0.5, stream_poll_seconds=0.02, bookmark_seconds=0.2
    )
    app = web.Application()
    app.add_routes(build_query_routes(store, SECRETS, settings))
    async with TestClient(TestServer(app)) as made:
        yield made
