"""Kills the writer with -9 twenty times while 20,000 events flow: every row is there exactly once, in views as well."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import orjson
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
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
    """The writer in a process of its own, on a store of its own; the next process loads its code meanwhile."""

    def __init__(self, kafka: KafkaSettings, directory: Path) -> None:
        self._arguments = (kafka.bootstrap, kafka.topic_prefix, str(directory / "store"))
        self._process: subprocess.Popen[bytes] | None = None
        self._next = self._spawn()

    async def start(self, **options: int) -> None:
        line = await self._tell("run", **options)
        assert line == b"ready\n"

    def kill(self) -> None:
        assert self._process is not None
        assert self._process.poll() is None, "the writer ended by itself"
        end(self._process)

    async def counts(self) -> dict[str, int]:
        counts: dict[str, int] = orjson.loads(await self._tell("count"))
        return counts

    def close(self) -> None:
        """Leave no process behind."""
        for process in (self._process, self._next):
            if process is not None:
                end(process)

    async def _tell(self, what: str, **options: int) -> bytes:
        """Tell the process that waits what it is for; gives its first line."""
        self._process, self._next = self._next, await asyncio.to_thread(self._spawn)
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(orjson.dumps([what, options]) + b"\n")
        self._process.stdin.flush()
        return await asyncio.wait_for(asyncio.to_thread(self._process.stdout.readline), 60)

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, writer_process.__file__, *self._arguments]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()


async def test_twenty_kills_lose_and_double_nothing(
    kafka: KafkaSettings, producer: AIOKafkaProducer, tmp_path: Path
) -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    traffic = asyncio.create_task(_produce(producer, kafka))
    with closing(WriterProcess(kafka, tmp_path)) as writer:
        for _ in range(KILLS):
            await writer.start(max_records=200)
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
    except KafkaError as error:
        if not error.retriable:
            raise
        return False  # a busy broker finds no coordinator for a moment; the writer asks again then, too
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
            await asyncio.sleep(0.1)
    await producer.flush()
    return expected
