"""Writing to and reading from a topic in tests, with bounds on every wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from keeptrusts.schemas.codec import encode
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.topics import EVENTS, PARTITIONS_SINGLE_NODE, partition_of


async def append(bootstrap: str, prefix: str, events: Iterable[Event]) -> int:
    """Append events in order to their ledgers' partitions; gives their number."""
    values = [(event.ledger, encode(event)) for event in events]
    return await append_raw(bootstrap, prefix, values)


async def append_raw(bootstrap: str, prefix: str, values: Iterable[tuple[str, bytes]]) -> int:
    """Append records of these ledgers as they are."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, linger_ms=2)
    await producer.start()
    try:
        pending = [
            await producer.send(
                prefix + EVENTS.name,
                value,
                key=ledger.encode(),
                partition=partition_of(ledger, PARTITIONS_SINGLE_NODE),
            )
            for ledger, value in values
        ]
        await asyncio.wait_for(asyncio.gather(*pending), 60)
        return len(pending)
    finally:
        await producer.stop()


async def read_all(
    bootstrap: str, topic: str, partition: int, *, isolation: str = "read_committed"
) -> list[ConsumerRecord]:
    """Read everything that is in a partition now."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, isolation_level=isolation, enable_auto_commit=False, fetch_max_wait_ms=20
    )
    await consumer.start()
    try:
        place = TopicPartition(topic, partition)
        consumer.assign([place])
        end = (await consumer.end_offsets([place]))[place]
        consumer.seek(place, (await consumer.beginning_offsets([place]))[place])
        records: list[ConsumerRecord] = []
        async with asyncio.timeout(60):
            while await consumer.position(place) < end:
                found = await consumer.getmany(place, timeout_ms=100)
                records += found.get(place, [])
        return records
    finally:
        await consumer.stop()


def stop_fetching(consumer: AIOKafkaConsumer) -> None:
    """End a consumer's fetching as an error in it does: it reads nothing more, and nobody hears of it.

    Among what it waits for is the pause after a fetch that failed, whose cancellation its ``stop`` raises.
    """
    fetcher = consumer._fetcher
    fetcher._pending_tasks.add(asyncio.create_task(asyncio.sleep(60)))
    for task in (fetcher._fetch_task, *fetcher._pending_tasks):
        task.cancel()


async def until(condition: Callable[[], bool], *, timeout_s: float = 30.0, what: str = "the condition") -> None:
    """Wait until a condition holds; fails after the bound with its name."""
    try:
        async with asyncio.timeout(timeout_s):
            while True:
                if condition():
                    return
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"{what} did not hold within {timeout_s} s") from None
