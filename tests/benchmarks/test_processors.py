"""What an event costs the processors: the folds by themselves, and their process through Kafka and transactions.

A rate a core is events over the CPU seconds (user and system) of the processor's process, not over the clock.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from support.log import append_raw
from support.request_material import Material

from benchmarks.processes import cpu_seconds
from benchmarks.results import record
from benchmarks.traffic import HELD, PAYING_TEAM, Traffic
from keeptrusts.cli.topics import ensure_topics
from keeptrusts.schemas.codec import encode
from keeptrusts.schemas.ids import Ids
from keeptrusts.schemas.snapshots.codec import decode_as
from keeptrusts.schemas.snapshots.grants import LeaseGranted, LedgerProgress
from keeptrusts.schemas.snapshots.ledger import spent
from keeptrusts.schemas.topics import GRANTS, PARTITIONS_SINGLE_NODE, partition_of
from keeptrusts.stream_processors.adoption.agent import AdoptionFold
from keeptrusts.stream_processors.authority.agent import AuthorityFold
from keeptrusts.stream_processors.authority.fold import Placed, apply
from keeptrusts.stream_processors.runtime.protocol import InputRecord, PartitionFold

BAR = 5_000
CALLS = 15_000
PAID_CALLS = 8_000
APPLY_BAR_US = 30.0
START_MS = 1_700_000_000_000
ORG = "org_bench"
PARTITION = partition_of(ORG, PARTITIONS_SINGLE_NODE)


@pytest.fixture(scope="module")
def log() -> list[bytes]:
    """One organization's log: its founding, then two events a call."""
    traffic = Traffic(material=Material(org=ORG, seed=7))
    return [encode(event) for event in (*traffic.founding(), *traffic.calls(CALLS))]


@pytest.mark.parametrize("name", ["authority", "adoption"])
def test_fold_alone(log: list[bytes], name: str) -> None:
    fold: PartitionFold
    if name == "authority":
        fold = AuthorityFold(PARTITION, Ids(now_ms=lambda: 0, entropy=lambda count: bytes(count)))
    else:
        fold = AdoptionFold(PARTITION)
    started = time.process_time()
    for offset, value in enumerate(log):
        fold.apply(InputRecord(partition=PARTITION, offset=offset, timestamp_ms=START_MS + offset, value=value))
    us = (time.process_time() - started) / len(log) * 1e6
    record(f"{name} fold alone", us, "us CPU an event")
    record(f"{name} fold alone, events a core", 1e6 / us, "events/s", BAR, bound="at least")
    assert 1e6 / us >= BAR


def test_the_ledger_with_money() -> None:
    """Decisions that hold money of a lease, and completions that settle it: ``apply`` alone, then the whole fold.

    All of them come within the life of one lease, as the log's time has it.
    """
    traffic = Traffic(material=Material(org=ORG, seed=7))
    fold = AuthorityFold(PARTITION, Ids(now_ms=lambda: 0, entropy=lambda count: bytes(count)))
    state, offset = fold.ledger(ORG), -1
    for offset, event in enumerate((*traffic.founding(), traffic.lease())):
        outputs = apply(state, Placed(event=event, partition=PARTITION, offset=offset, timestamp_ms=START_MS))
    assert outputs is not None
    [lease] = [one.record.lease for one in outputs[1] if isinstance(one.record, LeaseGranted)]
    events = list(traffic.paid_calls(PAID_CALLS, lease))
    half = len(events) // 2
    started = time.process_time()
    for number, event in enumerate(events[:half], offset + 1):
        apply(state, Placed(event=event, partition=PARTITION, offset=number, timestamp_ms=START_MS + number // 2))
    apply_us = (time.process_time() - started) / half * 1e6
    values = [encode(event) for event in events[half:]]
    started = time.process_time()
    for number, value in enumerate(values, offset + 1 + half):
        at_ms = START_MS + number // 2
        fold.apply(InputRecord(partition=PARTITION, offset=number, timestamp_ms=at_ms, value=value))
    us = (time.process_time() - started) / len(values) * 1e6
    assert state.money.holds == {} and state.balance(spent(f"team:{PAYING_TEAM}")) == PAID_CALLS * (HELD // 3)
    record("ledger apply() with money", apply_us, "us CPU an event", APPLY_BAR_US)
    record("authority fold alone with money", us, "us CPU an event")
    record("authority fold alone with money, events a core", 1e6 / us, "events/s", BAR, bound="at least")
    assert apply_us <= APPLY_BAR_US and 1e6 / us >= BAR


@pytest.mark.parametrize("names", ["authority", "adoption", "authority,adoption"])
async def test_whole_transactional_path(
    log: list[bytes], names: str, kafka_bootstrap: str, topic_prefix: str, tmp_path: Path
) -> None:
    await ensure_topics(kafka_bootstrap, prefix=topic_prefix)
    with processor(kafka_bootstrap, topic_prefix, tmp_path, names) as child:
        before, started = cpu_seconds(child.pid), time.monotonic()
        await append_raw(kafka_bootstrap, topic_prefix, [(ORG, value) for value in log])
        await folded_to(kafka_bootstrap, topic_prefix, names.split(","), len(log) - 1)
        seconds, us = time.monotonic() - started, (cpu_seconds(child.pid) - before) / len(log) * 1e6
    what = names.replace(",", " and ")
    record(f"{what}, whole path", us, "us CPU an event")
    record(f"{what}, whole path, events a core", 1e6 / us, "events/s", BAR, bound="at least")
    record(f"{what}, time from the first append to the last commit", seconds, "s")
    assert 1e6 / us >= BAR


@contextmanager
def processor(bootstrap: str, prefix: str, directory: Path, names: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a processors' process that has caught up; it is stopped at the end."""
    script = Path(__file__).parent / "processor.py"
    places = [str(script.parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    child = subprocess.Popen(
        [sys.executable, str(script), bootstrap, prefix, str(directory), names],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(places)},
    )
    try:
        assert child.stdout is not None and child.stdout.readline() == b"ready\n"
        yield child
    finally:
        child.terminate()
        child.wait(30)


async def folded_to(bootstrap: str, prefix: str, names: list[str], offset: int) -> None:
    """Wait until each processor's committed progress names the offset."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, isolation_level="read_committed", fetch_max_wait_ms=20)
    await consumer.start()
    try:
        place = TopicPartition(prefix + GRANTS.name, PARTITION)
        consumer.assign([place])
        consumer.seek(place, 0)
        waiting = set(names)
        async with asyncio.timeout(120):
            while waiting:
                for found in (await consumer.getmany(place, timeout_ms=100)).get(place, ()):
                    progress = decode_as(LedgerProgress, found.value)
                    if progress.input_offset >= offset:
                        waiting.discard(progress.processor)
    finally:
        await consumer.stop()
