"""Kills the writer with -9 twenty times while 20,000 events flow: every row is there exactly once, in views as well."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import orjson
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from support import writer_process
from support.request_material import Material
from support.running_writer import until

from keeptrusts.projections.settings import KafkaSettings
from keeptrusts.projections.writer.reader import committed_offsets
from keeptrusts.schemas import topics
from keeptrusts.schemas.codec import encode
from keeptrusts.schemas.events.request import RequestCompleted, RequestDecided

EVENTS = 20_000
KILLS = 20
SEED = 20_261_121


class WriterProcess:
    """The writer in a process of its own, on a store of its own."""

    def __init__(self, kafka: KafkaSettings, directory: Path) -> None:
        self._arguments = (kafka.bootstrap, kafka.topic_prefix, str(directory / "store"))
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        self._process = await asyncio.to_thread(
            subprocess.Popen,
            [sys.executable, writer_process.__file__, "run", *self._arguments],
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        line = await asyncio.wait_for(asyncio.to_thread(self._process.stdout.readline), 60)
        assert line == b"ready\n"

    def kill(self) -> None:
        assert self._process is not None
        assert self._process.poll() is None, "the writer ended by itself"
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    async def counts(self) -> dict[str, int]:
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, writer_process.__file__, "count", *self._arguments],
            stdout=subprocess.PIPE, check=True, timeout=60,
        )  # fmt: skip
        counts: dict[str, int] = orjson.loads(done.stdout)
        return counts


async def test_twenty_kills_lose_and_double_nothing(
    kafka: KafkaSettings, producer: AIOKafkaProducer, tmp_path: Path
) -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    writer = WriterProcess(kafka, tmp_path)
    traffic = asyncio.create_task(_produce(producer, kafka))
    for _ in range(KILLS):
        await writer.start()
        await asyncio.sleep(chance.random() * 0.6)  # the moment of the kill is the point of this test
        writer.kill()
    expected = await traffic

    await writer.start()
    await until(lambda: _everything_is_committed(kafka), seconds=120)
    writer.kill()
    found = await writer.counts()
    assert {name: found[name] for name in ("log", "log_places", "parts")} == dict.fromkeys(
        ("log", "log_places", "parts"), EVENTS
    )
    for name in ("requests", "distinct_requests", "daily_requests"):
        assert found[name] == expected["requests"], name
    assert found["open"] == expected["open"]
    assert found["cost"] == found["daily_cost"] == expected["cost"]


async def _everything_is_committed(kafka: KafkaSettings) -> bool:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    try:
        committed = await committed_offsets(admin, f"{kafka.topic_prefix}kt-writer")
    finally:
        await admin.close()
    topic = kafka.topic(topics.EVENTS)
    of_events = [item for partition, item in committed.items() if partition.topic == topic]
    return sum(item.offset for item in of_events if not item.metadata) == EVENTS


async def _produce(producer: AIOKafkaProducer, kafka: KafkaSettings) -> Counter[str]:
    """Send events over the time that the kills take; every fiftieth completion is sent twice."""
    expected: Counter[str] = Counter()
    flows = [Material(org=f"org_{n}", seed=n).traffic(10**9, overlap=40) for n in range(3)]
    sent = 0
    while sent < EVENTS:
        event = next(flows[sent % len(flows)])
        times = 1
        if isinstance(event.data, RequestDecided):
            expected["open"] += 1
        elif isinstance(event.data, RequestCompleted):
            expected.update(open=-1, requests=1, cost=event.data.cost or 0)
            times = 2 if expected["requests"] % 50 == 0 and sent + 1 < EVENTS else 1
        for _ in range(times):
            await producer.send(kafka.topic(topics.EVENTS), encode(event), key=event.ledger.encode())
        sent += times
        if sent % 100 < times:
            await asyncio.sleep(0.2)
    await producer.flush()
    return expected
