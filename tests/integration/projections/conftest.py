"""One chDB path a process (the engine allows no second), empty tables for each test, and topics under its prefix."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import clickhouse_connect
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from support.acme import SECRETS, fill_directory
from support.filled_store import FilledStore

from keeptrusts.projections.app import build_query_routes, open_store, query_deps
from keeptrusts.projections.migrations.runner import migrate
from keeptrusts.projections.settings import KafkaSettings, QuerySettings, StoreSettings, WriterSettings
from keeptrusts.projections.store.clickhouse import ClickHouseStore
from keeptrusts.projections.store.protocol import Store
from keeptrusts.schemas import topics
from keeptrusts.schemas.record import Record

PARTITIONS = 2
Definitions = tuple[tuple[Any, ...], ...]


@pytest.fixture(scope="session")
def chdb_path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The engine's path. A client held for the whole run keeps it open: opening it costs more than most tests."""
    path = tmp_path_factory.mktemp("chdb") / "store"
    held = clickhouse_connect.get_client(dsn=f"chdb://{path}")
    yield path
    held.close()


@dataclass(slots=True)
class SharedDatabase:
    """A database whose tables serve one test after the other. ``made`` is how they were made; None: not yet."""

    settings: StoreSettings
    made: Definitions | None = None


@pytest.fixture(scope="session")
def shared_database(chdb_path: Path) -> SharedDatabase:
    return SharedDatabase(settings_of(chdb_path))


@pytest.fixture
async def store(shared_database: SharedDatabase) -> AsyncIterator[Store]:
    """A store with empty tables; to make them costs more than most tests. A test may change them: then they are new."""
    opened = ClickHouseStore(shared_database.settings)
    await opened.open()
    if shared_database.made is None:
        await migrate(opened)
        shared_database.made = await definitions(opened)
    yield opened
    if await definitions(opened) == shared_database.made:
        await empty(opened)
    else:
        await opened.command(f"DROP DATABASE {shared_database.settings.database} SYNC")
        shared_database.made = None
    await opened.close()


@pytest.fixture
async def own_store(chdb_path: Path) -> AsyncIterator[Store]:
    """A store on a database that only this test uses: also what the engine keeps beside the rows is new."""
    settings = settings_of(chdb_path)
    opened = await open_store(settings)
    yield opened
    await opened.command(f"DROP DATABASE {settings.database} SYNC")
    await opened.close()


def settings_of(chdb_path: Path) -> StoreSettings:
    """Give the settings of a database of a new name."""
    database = f"t_{uuid.uuid4().hex[:12]}"
    return StoreSettings(dsn=f"chdb://{chdb_path}", database=database, read_threads=2, write_threads=1)


async def definitions(store: Store) -> Definitions:
    """Give every table and view with the statement that makes it."""
    answer = await store.query(
        "SELECT name, create_table_query FROM system.tables WHERE database = currentDatabase() ORDER BY name"
    )
    return answer.rows


async def empty(store: Store) -> None:
    """Delete every row but those that say which migrations have run."""
    answer = await store.query(
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND total_rows > 0 AND name != 'migrations'"
    )
    for (name,) in answer.rows:
        await store.command(f"TRUNCATE TABLE {name} SYNC")


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


class TakesAll:
    """A log that takes every fact, and forgets it."""

    async def record(self, *, org: str, actor: str, subject: str, fact: Record) -> None:
        """See the port."""


@pytest.fixture
async def client(store: Store, filled: FilledStore) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    """A client of the query API on this test's store."""
    settings = QuerySettings(
        directory_seconds=0.0, position_wait_seconds=0.5, stream_poll_seconds=0.02, bookmark_seconds=0.2
    )
    app = web.Application()
    app.add_routes(build_query_routes(query_deps(store, SECRETS, settings, recorder=TakesAll())))
    async with TestClient(TestServer(app)) as made:
        yield made
