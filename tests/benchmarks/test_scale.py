"""What a large directory costs: look-ups with 10, 1,000 and 100,000 keys and teams, and a gateway with 100,000 keys."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from aiokafka import AIOKafkaProducer
from support.stack import Provider, Stack, free_offset, request, running_gateway

from benchmarks.load import measure
from benchmarks.processes import cpu_seconds, resident_bytes
from benchmarks.results import record
from benchmarks.side_by_side import POLICY, free_port, process
from keeptrusts.gateway.state.directory import DirectoryView
from keeptrusts.schemas.snapshots.codec import encode_derived
from keeptrusts.schemas.snapshots.directory import KeyValue, MemberValue, TeamValue, directory_key
from keeptrusts.schemas.topics import DIRECTORY, PARTITIONS_SINGLE_NODE, partition_of

ORG = "org_bench"
AT = datetime(2026, 1, 1, tzinfo=UTC)
SIZES = (10, 1_000, 100_000)
KEYS, TEAMS = 100_000, 10_000
MEMORY_BAR_MB, START_BAR_S, FLAT_BAR, REQUEST_BAR = 250, 10, 4.0, 1.25
ROUNDS, REQUESTS = 5, 1_000


def key_value(org: str, n: int) -> KeyValue:
    return KeyValue(
        id=f"key_01jbenchbenchbenchb{n:07d}", org=org, purpose="gateway", name=f"service {n}",
        prefix=f"kt_gk_{n:010d}", digest=f"{n:064x}", team=f"team_01jbenchbenchbenchb{n % TEAMS:07d}", role="member",
        created_at=AT, created_by="member:mem_owner",
    )  # fmt: skip


def team_value(org: str, n: int) -> TeamValue:
    return TeamValue(
        id=f"team_01jbenchbenchbenchb{n:07d}", org=org, name=f"Team No {n}", slug=f"team-{n}", created_at=AT
    )


def filled(size: int) -> DirectoryView:
    view = DirectoryView()
    for n in range(size):
        member = MemberValue(id=f"mem_{n}", org=ORG, email=f"{n}@bench.example", role="member", created_at=AT)
        for value in (key_value(ORG, n), team_value(ORG, n), member):
            view.apply(0, n, bytes(bytearray(encode_derived(value))), 0.0)
    return view


def test_lookups_of_a_request_take_the_same_time_in_any_directory() -> None:
    took = {size: lookups_us(filled(size), size) for size in SIZES}
    for name in took[SIZES[0]]:
        shown = ", ".join(f"{size:,}: {took[size][name]:.2f}" for size in SIZES)
        print(f"\n{name}, us by keys and teams: {shown}")
    ratios = {name: took[SIZES[-1]][name] / took[SIZES[0]][name] for name in took[SIZES[0]]}
    slowest = max(ratios.values())
    record("slowest look-up of a directory, 100,000 keys and teams against 10", slowest, "times", FLAT_BAR)
    assert slowest <= FLAT_BAR, ratios


def lookups_us(view: DirectoryView, size: int) -> dict[str, float]:
    """Give the time of one look-up of each kind, of values in use: the best of several rounds over some of them."""
    some = [n * max(1, size // 10) % size for n in range(10)]
    lookups: dict[str, Callable[[int], object]] = {
        "key by prefix": lambda n: view.key_by_prefix(f"kt_gk_{n:010d}"),
        "team by id": lambda n: view.team(ORG, f"team_01jbenchbenchbenchb{n:07d}"),
        "team by slug": lambda n: view.team(ORG, f"team-{n}"),
        "team by name": lambda n: view.team(ORG, f"Team No {n}"),
        "unknown team": lambda n: view.team(ORG, f"nobody {n}"),
        "member by e-mail": lambda n: view.member(ORG, f"{n}@bench.example"),
        "key by name": lambda n: view.key(ORG, f"service {n}"),
    }
    return {name: min(_round(look, some) for _ in range(50)) for name, look in lookups.items()}


def _round(look: Callable[[int], object], some: list[int]) -> float:
    started = time.perf_counter()
    for n in some:
        look(n)
    return (time.perf_counter() - started) / len(some) * 1e6


class Served(NamedTuple):
    """A gateway under a little load: CPU a request, memory, and seconds from its start to being ready."""

    us: float
    megabytes: float
    start_s: float


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    (tmp_path / "policy.yaml").write_text(POLICY)
    port = free_port()
    with process("upstream.py", str(port)) as upstream:
        running = Stack(tmp_path, free_offset(), Provider(f"http://127.0.0.1:{port}", tmp_path / "none", upstream))
        try:
            running.up("--no-gateway")
            yield running
        finally:
            running.kt("down", check=False)


def test_a_gateway_with_a_hundred_thousand_keys(stack: Stack) -> None:
    team = stack.post("/v1/teams", {"name": "Bench"}).json()["id"]
    key = stack.post("/v1/keys", {"team": team, "name": "bench"}).json()["key"]
    before = served(stack, key)
    asyncio.run(fill_directory(f"127.0.0.1:{19092 + stack.offset}", stack.credentials["organization"]))
    after = served(stack, key)
    what = f"gateway with {KEYS:,} keys and {TEAMS:,} teams"
    record(f"{what}, memory", after.megabytes, "MB", MEMORY_BAR_MB)
    record("gateway with one key, memory", before.megabytes, "MB")
    record(f"{what}, start to ready", after.start_s, "s", START_BAR_S)
    record("gateway with one key, start to ready", before.start_s, "s")
    record(f"{what}, CPU of a request against one key", after.us / before.us, "times", REQUEST_BAR)
    assert after.megabytes <= MEMORY_BAR_MB
    assert after.start_s <= START_BAR_S
    assert after.us / before.us <= REQUEST_BAR


def served(stack: Stack, key: str) -> Served:
    started = time.monotonic()
    with running_gateway(stack, "--config", "policy.yaml") as gateway:
        while request("GET", f"{stack.gateway}/v1/models", token=key).status != 200:
            continue
        start_s = time.monotonic() - started
        port = 41002 + stack.offset
        asyncio.run(measure(port, connections=8, requests=500, key=key))
        rounds = []
        for _ in range(ROUNDS):
            cpu = cpu_seconds(gateway.pid)
            asyncio.run(measure(port, connections=8, requests=REQUESTS, key=key))
            rounds.append((cpu_seconds(gateway.pid) - cpu) / REQUESTS * 1e6)
        return Served(us=statistics.median(rounds), megabytes=resident_bytes(gateway.pid) / 1e6, start_s=start_s)


async def fill_directory(bootstrap: str, org: str) -> None:
    """Append keys and teams to kt.directory as the authority would have them there."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=5, max_batch_size=256 * 1024)
    await producer.start()
    try:
        partition = partition_of(org, PARTITIONS_SINGLE_NODE)
        values = [*(team_value(org, n) for n in range(TEAMS)), *(key_value(org, n) for n in range(KEYS))]
        pending = [
            await producer.send(DIRECTORY.name, encode_derived(value), key=directory_key(value), partition=partition)
            for value in values
        ]
        await asyncio.wait_for(asyncio.gather(*pending), 120)
    finally:
        await producer.stop()
