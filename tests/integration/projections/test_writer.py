"""The writer on a real broker and the real engine: rows joined, repeats ignored, nothing skipped."""

from __future__ import annotations

from aiokafka import AIOKafkaProducer
from support.request_material import Material
from support.running_writer import running, until

from keeptrusts.projections.settings import KafkaSettings, WriterSettings
from keeptrusts.projections.store.protocol import Store
from keeptrusts.schemas import topics
from keeptrusts.schemas.codec import encode
from keeptrusts.schemas.envelope import Event


async def send(producer: AIOKafkaProducer, kafka: KafkaSettings, *events: Event) -> None:
    for event in events:
        await producer.send_and_wait(kafka.topic(topics.EVENTS), encode(event), key=event.ledger.encode())


async def count(store: Store, table: str) -> int:
    return int((await store.query(f"SELECT count() FROM {table}")).value())


async def test_a_decision_and_its_completion_become_one_row(
    store: Store, producer: AIOKafkaProducer, kafka: KafkaSettings, writer_settings: WriterSettings
) -> None:
    material = Material()
    request = material.request_id()
    identity = material.identity()
    async with running(store, writer_settings) as writer:
        await send(producer, kafka, material.decided(request, identity))
        await until(lambda: _is(store, "requests_open FINAL", 1))
        await send(producer, kafka, material.completed(request, identity, cost=367_000))
        await until(lambda: _is(store, "requests", 1))
        await until(lambda: _is(store, "requests_open FINAL", 0))
        assert writer.metrics.records == 2
    answer = await store.query(
        "SELECT request, requested_model, status, cost, decided_offset, _offset, team, gateway FROM requests"
    )
    assert answer.rows == ((request, "gpt-4o", 200, 367_000, 0, 1, identity.team, "gw-1"),)


async def _is(store: Store, table: str, expected: int) -> bool:
    return await count(store, table) == expected
