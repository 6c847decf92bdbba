"""The deliverer on a real log: everything is told, signed and in order, whatever dies or does not answer."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiokafka import AIOKafkaProducer
from support.hooks import Endpoint, escalation, hook, served, verified
from support.log import read_all

from keeptrusts.cli.topics import ensure_topics
from keeptrusts.schemas import topics
from keeptrusts.schemas.codec import decode
from keeptrusts.schemas.events.webhook import WebhookSwitchedOff
from keeptrusts.schemas.ids import Ids
from keeptrusts.schemas.outbound import rules_of
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.codec import decode_derived, encode_derived
from keeptrusts.schemas.snapshots.deliveries import Delivery
from keeptrusts.schemas.snapshots.directory import WebhookValue, directory_key
from keeptrusts.schemas.webhooks import signing_secret
from keeptrusts.stream_processors.settings import ProcessorSettings
from keeptrusts.stream_processors.webhooks.deliverer import Deliverer
from keeptrusts.stream_processors.webhooks.sending import Sender

KEY_SECRET = b"k" * 32
PARTITION = 2
LATER_S = 30.0


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class Place:
    """One prefix on the shared node, and the deliverers of one of its partitions."""

    def __init__(self, bootstrap: str, prefix: str, directory: Path) -> None:
        self.settings = ProcessorSettings(
            bootstrap=bootstrap, data_dir=directory, topic_prefix=prefix, key_secrets={1: KEY_SECRET},
            outbound=rules_of("127.0.0.1"),
        )  # fmt: skip

    async def write(self, producer: AIOKafkaProducer, *records: Record) -> None:
        for record in records:
            in_directory = isinstance(record, WebhookValue)
            topic = topics.DIRECTORY.name if in_directory else topics.ESCALATIONS.name
            key = directory_key(record) if isinstance(record, WebhookValue) else b"org_acme"
            await producer.send_and_wait(
                self.settings.topic(topic), encode_derived(record), key=key, partition=PARTITION
            )

    @asynccontextmanager
    async def delivering(self) -> AsyncIterator[Deliverer]:
        deliverer = Deliverer(
            settings=self.settings, partition=PARTITION, sender=Sender(self.settings.outbound), now_ms=now_ms,
            ids=Ids(now_ms=now_ms, entropy=os.urandom), chance=lambda: 0.5,
        )  # fmt: skip
        task = asyncio.create_task(deliverer.run())
        try:
            yield deliverer
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def values(self) -> list[Delivery]:
        records = await read_all(self.settings.bootstrap, self.settings.topic(topics.WEBHOOKS.name), PARTITION)
        found = [decode_derived(record.value) for record in records]
        return [value for value in found if isinstance(value, Delivery)]

    async def has(self, *, delivered: int, off: int) -> bool:
        """Say whether so many messages are recorded as delivered, and so many webhooks as switched off."""
        done = {one.id for one in await self.values() if one.state == "delivered"}
        return len(done) >= delivered and len(await self.switched_off()) >= off

    async def switched_off(self) -> list[WebhookSwitchedOff]:
        records = await read_all(self.settings.bootstrap, self.settings.topic(topics.EVENTS.name), PARTITION)
        facts = [decode(record.value).data for record in records]
        return [fact for fact in facts if isinstance(fact, WebhookSwitchedOff)]


async def until(what: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something to be so, with a bound."""
    async with asyncio.timeout(LATER_S):
        pause = 0.02
        while not await what():
            await asyncio.sleep(pause)
            pause = min(2 * pause, 0.2)


async def until_got(endpoint: Endpoint, path: str, count: int) -> None:
    async def got() -> bool:
        return len(endpoint.types(path)) >= count

    await until(got)


async def test_everything_is_told_once_in_order_and_a_death_at_worst_tells_it_again(
    kafka_bootstrap: str, topic_prefix: str, tmp_path: Path
) -> None:
    await ensure_topics(kafka_bootstrap, prefix=topic_prefix)
    place = Place(kafka_bootstrap, topic_prefix, tmp_path)
    endpoint = Endpoint(answer=lambda path: 410 if path == "/gone" else 200, slow=frozenset({"/slow"}))
    producer = AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, acks="all")
    await producer.start()
    try:
        async with served(endpoint) as url:
            hooks = [hook(f"whk_{path}", url=f"{url}/{path}") for path in ("good", "slow", "gone")]
            await place.write(producer, *hooks)  # two topics have no common order: what is told must be known before
            async with place.delivering() as deliverer:
                await place.write(producer, escalation(1), escalation(1, "claimed"))
                await until_got(endpoint, "/good", 2)
                await until_got(endpoint, "/slow", 1)
                await until_got(endpoint, "/gone", 1)
                await place.write(producer, escalation(1, "resolved", resolution="approved"))
                await until_got(endpoint, "/good", 3)
                assert deliverer.caught_up.is_set()
                assert len(endpoint.types("/slow")) == 1, "the next waits for the one that is not answered yet"
                await until(lambda: place.has(delivered=3, off=1))
            endpoint.free.set()  # nobody waits for that answer any more: its deliverer is dead
            order = ["escalation.opened", "escalation.claimed", "escalation.resolved"]
            assert endpoint.types("/good") == order
            async with place.delivering():
                await until_got(endpoint, "/slow", 4)
                await until(lambda: place.has(delivered=6, off=1))
            assert endpoint.types("/slow") == ["escalation.opened", *order]
            assert endpoint.types("/good") == order, "what was delivered is not sent again"
    finally:
        await producer.stop()
    for path, headers, body in endpoint.got:
        document = verified(signing_secret(KEY_SECRET, f"whk_{path[1:]}", 0), headers, body, time.time())
        assert document["data"]["id"] == "esc_1" and headers["user-agent"].startswith("keeptrusts")
    slow = [headers["webhook-id"] for path, headers, _ in endpoint.got if path == "/slow"]
    assert slow[0] == slow[1] and len(set(slow)) == 3, "a message that is sent again keeps its id"
    [off] = {one.webhook: one for one in await place.switched_off()}.values()
    assert (off.webhook, off.reason) == ("whk_gone", "gone")
