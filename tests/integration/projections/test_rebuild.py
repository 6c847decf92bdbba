"""A rebuilt table holds the same bytes as before, while reads and the writer go on."""

from __future__ import annotations

import asyncio

import pytest
from aiokafka import AIOKafkaProducer
from support.acme import ORG, directory
from support.ledger_entries import money
from support.request_material import Material
from support.running_writer import running, until

from keeptrusts.projections.app import rebuild_offline
from keeptrusts.projections.migrations import tables
from keeptrusts.projections.migrations.tables import ROLLUPS
from keeptrusts.projections.settings import KafkaSettings, WriterSettings
from keeptrusts.projections.store.protocol import Store
from keeptrusts.projections.writer.rebuild import TABLES, Rebuild, UnknownTableError
from keeptrusts.schemas import topics
from keeptrusts.schemas.codec import encode
from keeptrusts.schemas.snapshots.codec import encode_derived

REQUESTS = 150


@pytest.fixture
def store(own_store: Store) -> Store:
    """The engine remembers the writer's tokens, which are the same in every test."""
    return own_store


async def content(store: Store, table: str) -> tuple[int, int]:
    """Give the number of rows and a hash over all of them in the table's order."""
    definition = tables.BY_NAME[table]
    final = "FINAL" if definition.engine != "MergeTree" else ""
    columns = ", ".join(
        f"finalizeAggregation({name})" if kind.startswith("AggregateFunction") else name
        for name, kind in definition.columns
    )
    answer = await store.query(
        f"SELECT count(), cityHash64(groupArray(row)) FROM (SELECT toString(tuple({columns})) AS row"
        f" FROM {table} {final} ORDER BY row)"
    )
    ((rows, digest),) = answer.rows
    return int(rows), int(digest)


async def fill(producer: AIOKafkaProducer, kafka: KafkaSettings, material: Material) -> int:
    sent = 0
    for event in material.traffic(REQUESTS, overlap=15):
        await producer.send(kafka.topic(topics.EVENTS), encode(event), key=event.ledger.encode())
        sent += 1
    await producer.send(kafka.topic(topics.EVENTS), b"garbage", key=ORG.encode())
    last = material.decided(material.request_id())
    await producer.send(kafka.topic(topics.EVENTS), encode(last), key=last.ledger.encode())
    await producer.flush()
    return sent + 1


async def test_every_table_is_the_same_after_a_rebuild(
    store: Store, producer: AIOKafkaProducer, kafka: KafkaSettings, writer_settings: WriterSettings
) -> None:
    material = Material()
    async with running(store, writer_settings) as writer:
        for value in directory(ORG) * 2:
            key = value.model_dump()["id"].encode()
            await producer.send(kafka.topic(topics.DIRECTORY), encode_derived(value), key=key, partition=0)
        for entry in money():
            await producer.send(kafka.topic(topics.LEDGER), encode_derived(entry), key=ORG.encode(), partition=0)
        sent = await fill(producer, kafka, material)

        async def written(expected: int) -> bool:
            return int((await store.query("SELECT count() FROM log")).value()) == expected

        await until(lambda: written(sent))
        await until(lambda: _settled(store))
        before = {table: await content(store, table) for table in (*TABLES, *ROLLUPS)}
        assert before["requests"][0] == REQUESTS and before["requests_open"][0] == 1
        kept = {"holds_open": 2, "holds_presumed": 1, "ledger_values": 2, "ledger_marks": 2}
        assert {table: before[table][0] for table in kept} == kept
        rebuild = Rebuild(store, writer_settings, writer)
        for table in before:
            done = await rebuild.rebuild(table)
            assert await content(store, table) == before[table], table
            assert done.records >= 0
        with pytest.raises(UnknownTableError, match="known: log"):
            await rebuild.rebuild("writer_progress")
        more, _ = await asyncio.gather(fill(producer, kafka, material), rebuild.rebuild("requests"))
        await until(lambda: written(sent + more))
        await until(lambda: _settled(store))
        assert await content(store, "requests") != before["requests"]
    after = {table: await content(store, table) for table in (*TABLES, *ROLLUPS)}
    assert after["requests"][0] == 2 * REQUESTS
    await store.command("TRUNCATE TABLE writer_progress")  # as if killed before it could say how far it was
    for table in ("requests", "log"):
        await rebuild_offline(store, writer_settings, table)
        assert await content(store, table) == after[table], table
    async with running(store, writer_settings):
        again = await fill(producer, kafka, material)
        await until(lambda: written(sent + more + again))
        await until(lambda: _settled(store))
        assert int((await store.query("SELECT count() FROM requests")).value()) == 3 * REQUESTS
        assert (await store.query("SELECT sum(requests) FROM requests_daily")).value() == 3 * REQUESTS


async def _settled(store: Store) -> bool:
    answer = await store.query(
        "SELECT (SELECT max(position) FROM writer_progress WHERE topic = 'kt.events') >= (SELECT max(_offset) FROM log)"
        " AND (SELECT uniqExact(id) FROM directory_values) = (SELECT {n:UInt64})"
        " AND (SELECT count() FROM ledger_marks) = 2",
        {"n": len({value.model_dump()["id"] for value in directory(ORG)})},
    )
    return bool(answer.value())
