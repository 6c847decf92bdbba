"""Whatever happens to the processors, a read_committed reader sees the entries of an undisturbed run, byte for byte."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from support.freezing import freeze, thaw
from support.log import append, append_raw, read_all, until
from support.scenario import Scenario

from keeptrusts.cli.topics import ensure_topics
from keeptrusts.schemas.ids import Ids
from keeptrusts.schemas.snapshots.codec import decode_as
from keeptrusts.schemas.snapshots.content import DeadLetter
from keeptrusts.schemas.snapshots.ledger import Entry, entry_hash
from keeptrusts.schemas.topics import (
    ADOPTION,
    DEAD_LETTERS,
    DIRECTORY,
    EVENTS,
    LEDGER,
    OUTCOMES,
    PARTITIONS_SINGLE_NODE,
    partition_of,
)
from keeptrusts.stream_processors.adoption.agent import AdoptionFold
from keeptrusts.stream_processors.authority.agent import AuthorityFold
from keeptrusts.stream_processors.runtime.partition import PartitionRunner
from keeptrusts.stream_processors.runtime.protocol import InputRecord
from keeptrusts.stream_processors.runtime.transactions import FencedError
from keeptrusts.stream_processors.settings import ProcessorSettings

IDS = Ids(now_ms=lambda: 0, entropy=lambda count: bytes(count))
PROCESS = Path(__file__).parents[2] / "support" / "processor_process.py"


class Installation:
    """One topic prefix on the shared node, with what a test asks about it."""

    def __init__(self, bootstrap: str, prefix: str, directory: Path, scenario: Scenario) -> None:
        self.bootstrap = bootstrap
        self.prefix = prefix
        self.directory = directory
        self.scenario = scenario
        self.partition = partition_of(scenario.org, PARTITIONS_SINGLE_NODE)

    def settings(self, snapshot_every: int = 50_000) -> ProcessorSettings:
        return ProcessorSettings(
            bootstrap=self.bootstrap,
            data_dir=self.directory,
            topic_prefix=self.prefix,
            snapshot_every=snapshot_every,
        )

    async def values(self, topic: str, *, isolation: str = "read_committed") -> list[bytes]:
        records = await read_all(self.bootstrap, self.prefix + topic, self.partition, isolation=isolation)
        return [record.value for record in records]

    async def inputs(self) -> list[InputRecord]:
        records = await read_all(self.bootstrap, self.prefix + EVENTS.name, self.partition)
        return [
            InputRecord(partition=r.partition, offset=r.offset, timestamp_ms=r.timestamp, value=r.value)
            for r in records
        ]

    async def undisturbed(self, topic: str) -> list[bytes]:
        """What one uninterrupted fold of the same log gives for a topic."""
        folds = (AuthorityFold(self.partition, IDS), AdoptionFold(self.partition))
        outputs: list[bytes] = []
        for record in await self.inputs():
            for fold in folds:
                outputs += [output.value for output in fold.apply(record) if output.topic == topic]
        return outputs

    async def settle(self, topic: str, count: int) -> list[bytes]:
        """Wait until a topic holds as many records as an undisturbed run gives."""
        values: list[bytes] = []
        async with asyncio.timeout(60):
            while len(values) < count:
                values = await self.values(topic)
                await asyncio.sleep(0.05)
        return values

    @contextmanager
    def process(self, instance: str | None = None) -> Iterator[subprocess.Popen[bytes]]:
        arguments = [self.bootstrap, self.prefix, str(self.directory), *([instance] if instance else [])]
        child = subprocess.Popen([sys.executable, str(PROCESS), *arguments])
        try:
            yield child
        finally:
            child.kill()
            child.wait()

    def ready(self, child: subprocess.Popen[bytes]) -> bool:
        return (self.directory / f"ready-{child.pid}").exists()


@pytest.fixture
async def installation(kafka_bootstrap: str, topic_prefix: str, tmp_path: Path) -> Installation:
    await ensure_topics(kafka_bootstrap, prefix=topic_prefix)
    return Installation(kafka_bootstrap, topic_prefix, tmp_path, Scenario(seed=7))


def runner_of(installation: Installation, snapshot_every: int = 50_000) -> PartitionRunner:
    return PartitionRunner(
        settings=installation.settings(snapshot_every),
        processor="authority",
        partition=installation.partition,
        fold=AuthorityFold(installation.partition, IDS),
        now_ms=lambda: 0,
    )


async def stopped(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_worker_killed_mid_stream_changes_no_byte_of_the_entries(installation: Installation) -> None:
    scenario = installation.scenario
    generator = random.Random(3)
    await append(installation.bootstrap, installation.prefix, scenario.founding())
    for round_number in range(3):
        with installation.process(instance="only") as child:
            await append(installation.bootstrap, installation.prefix, scenario.calls(250, first=250 * round_number))
            await until(lambda child=child: installation.ready(child), what="the worker catches up")
            appending = asyncio.create_task(
                append(
                    installation.bootstrap,
                    installation.prefix,
                    list(scenario.calls(250, first=10_000 + 250 * round_number)),
                )
            )
            await asyncio.sleep(generator.random() * 0.5)
            child.kill()
            await appending
    with installation.process(instance="only"):
        for topic in (LEDGER.name, OUTCOMES.name, ADOPTION.name):
            expected = await installation.undisturbed(topic)
            assert len(expected) >= 3
            assert await installation.settle(topic, len(expected)) == expected
        expected_directory = await installation.undisturbed(DIRECTORY.name)
        directory = [v for v in await installation.values(DIRECTORY.name) if b'"kind":"heartbeat"' not in v]
        assert directory == expected_directory


async def test_entries_are_numbered_without_gaps_and_chained(installation: Installation) -> None:
    await append(installation.bootstrap, installation.prefix, installation.scenario.founding())
    await append(installation.bootstrap, installation.prefix, installation.scenario.calls(50))
    task = asyncio.create_task(runner_of(installation).run())
    expected = await installation.undisturbed(LEDGER.name)
    entries = [decode_as(Entry, value) for value in await installation.settle(LEDGER.name, len(expected))]
    await stopped(task)
    assert [entry.seq for entry in entries] == list(range(len(entries)))
    assert all(entry.hash == entry_hash(entry) for entry in entries)
    assert all(later.prev_hash == earlier.hash for earlier, later in pairwise(entries))


async def test_of_two_owners_the_later_one_decides_and_the_earlier_one_is_fenced(installation: Installation) -> None:
    scenario = installation.scenario
    await append(installation.bootstrap, installation.prefix, scenario.founding())
    first = runner_of(installation)
    first_task = asyncio.create_task(first.run())
    await asyncio.wait_for(first.caught_up.wait(), 30)
    second = runner_of(installation)
    second_task = asyncio.create_task(second.run())
    await asyncio.wait_for(second.caught_up.wait(), 30)
    await append(installation.bootstrap, installation.prefix, scenario.calls(20))
    with pytest.raises(FencedError):
        await asyncio.wait_for(first_task, 30)
    expected = await installation.undisturbed(LEDGER.name)
    assert await installation.settle(LEDGER.name, len(expected)) == expected
    await stopped(second_task)


async def test_a_paused_owner_that_wakes_up_makes_nothing_visible(installation: Installation) -> None:
    scenario = installation.scenario
    await append(installation.bootstrap, installation.prefix, scenario.founding())
    with installation.process() as paused:
        await until(lambda: installation.ready(paused), what="the first owner catches up")
        await append(installation.bootstrap, installation.prefix, scenario.calls(100))
        freeze(paused.pid)
        successor = runner_of(installation)
        task = asyncio.create_task(successor.run())
        await asyncio.wait_for(successor.caught_up.wait(), 60)
        thaw(paused.pid)
        await append(installation.bootstrap, installation.prefix, scenario.calls(100, first=1_000))
        await until(lambda: paused.poll() is not None, timeout_s=60, what="the paused owner ends itself")
        assert paused.returncode == 71
        expected = await installation.undisturbed(LEDGER.name)
        assert await installation.settle(LEDGER.name, len(expected)) == expected
        await stopped(task)


async def test_a_rebalance_under_load_loses_and_doubles_nothing(installation: Installation) -> None:
    scenario = installation.scenario
    await append(installation.bootstrap, installation.prefix, scenario.founding())
    with installation.process() as first:
        await until(lambda: installation.ready(first), what="the first worker catches up")
        await append(installation.bootstrap, installation.prefix, scenario.calls(200))
        with installation.process() as second:
            await append(installation.bootstrap, installation.prefix, scenario.calls(200, first=1_000))
            await until(lambda: installation.ready(second), timeout_s=60, what="the second worker joins")
            await append(installation.bootstrap, installation.prefix, scenario.calls(200, first=2_000))
        await append(installation.bootstrap, installation.prefix, scenario.calls(200, first=3_000))
        expected = await installation.undisturbed(LEDGER.name)
        assert await installation.settle(LEDGER.name, len(expected)) == expected


async def test_garbage_in_the_log_goes_whole_to_the_dead_letters_and_stops_nothing(installation: Installation) -> None:
    scenario = installation.scenario
    garbage = [b"", b"not json", b"[]", b'{"specversion":"1.0"}', b"\xff\xfe", os.urandom(1000)]
    await append(installation.bootstrap, installation.prefix, scenario.founding())
    await append_raw(installation.bootstrap, installation.prefix, [(scenario.org, value) for value in garbage])
    await append(installation.bootstrap, installation.prefix, scenario.calls(10))
    task = asyncio.create_task(runner_of(installation).run())
    expected = await installation.undisturbed(LEDGER.name)
    assert await installation.settle(LEDGER.name, len(expected)) == expected
    letters = [decode_as(DeadLetter, value) for value in await installation.values(DEAD_LETTERS.name)]
    await stopped(task)
    assert len(letters) == len(garbage)
    assert all(letter.topic == EVENTS.name for letter in letters)


async def test_restart_reads_the_entries_and_decides_nothing_again(installation: Installation) -> None:
    await append(installation.bootstrap, installation.prefix, installation.scenario.founding())
    await append(installation.bootstrap, installation.prefix, installation.scenario.calls(500))
    first = runner_of(installation)
    first_task = asyncio.create_task(first.run())
    await asyncio.wait_for(first.caught_up.wait(), 30)
    await stopped(first_task)
    before = await installation.values(LEDGER.name)
    second = runner_of(installation)
    started = time.monotonic()
    second_task = asyncio.create_task(second.run())
    await asyncio.wait_for(second.caught_up.wait(), 30)
    print(f"restored {second.counters.restored_entries} entries in {time.monotonic() - started:.2f} s")
    assert second.counters.restored_entries == len(before) == len(await installation.undisturbed(LEDGER.name))
    assert second.counters.inputs <= 100
    assert await installation.values(LEDGER.name) == before
    await stopped(second_task)


async def test_restart_begins_with_the_latest_snapshot_and_reads_only_what_follows(installation: Installation) -> None:
    await append(installation.bootstrap, installation.prefix, installation.scenario.founding())
    await append(installation.bootstrap, installation.prefix, installation.scenario.calls(700))
    first = runner_of(installation, snapshot_every=400)
    first_task = asyncio.create_task(first.run())
    await asyncio.wait_for(first.caught_up.wait(), 30)
    await stopped(first_task)
    assert first.counters.snapshots >= 2
    before = await installation.values(LEDGER.name)
    second = runner_of(installation)
    second_task = asyncio.create_task(second.run())
    await asyncio.wait_for(second.caught_up.wait(), 30)
    print(f"{second.counters.restored_entries} of {len(before)} entries were read")
    assert second.counters.restored_entries <= 500 < len(before)
    await append(installation.bootstrap, installation.prefix, installation.scenario.calls(100, first=5_000))
    expected = await installation.undisturbed(LEDGER.name)
    assert await installation.settle(LEDGER.name, len(expected)) == expected
    await stopped(second_task)
