"""How soon an answer shows in the query API, how fast the writer moves a burst, and what the services cost at rest.

The real stack: gateway, Kafka, processors, writer and API, as `kt up` starts them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import aiohttp
import pytest
from support.log import append_raw
from support.request_material import Material
from support.stack import Provider, Stack, free_offset, request, running_gateway

from benchmarks.load import BODY
from benchmarks.processes import cpu_seconds
from benchmarks.results import record
from benchmarks.side_by_side import POLICY, free_port, process
from benchmarks.traffic import Traffic
from keeptrusts.schemas.codec import encode
from keeptrusts.schemas.topics import PARTITIONS_SINGLE_NODE, partition_of

RATE, SECONDS, SAMPLED = 200, 15, 50
VISIBLE_BAR_S = 1.0
VISIBLE_LIMIT_S = 60
BURST_EVENTS, BURST_ROWS_BAR = 20_000, 2_000
REST_S = 20
REST_BARS = {"api": 8.0, "processors": 4.0}
"""Percent of a core."""


class Bench(NamedTuple):
    stack: Stack
    key: str


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Start a stack with a governed gateway and a team's key."""
    directory = tmp_path_factory.mktemp("visibility")
    (directory / "policy.yaml").write_text(POLICY)
    port = free_port()
    with process("upstream.py", str(port)) as upstream:
        stack = Stack(directory, free_offset(), Provider(f"http://127.0.0.1:{port}", directory / "none", upstream))
        try:
            stack.up("--no-gateway")
            team = stack.post("/v1/teams", {"name": "Bench"}).json()["id"]
            key = stack.post("/v1/keys", {"team": team, "name": "bench"}).json()["key"]
            with running_gateway(stack, "--config", "policy.yaml"):
                while request("GET", f"{stack.gateway}/v1/models", token=key).status != 200:
                    continue
                yield Bench(stack, key)
        finally:
            stack.kt("down", check=False)


async def test_services_at_rest(bench: Bench) -> None:
    pids = {name: bench.stack.pid(name) for name in REST_BARS}
    before = {name: cpu_seconds(pid) for name, pid in pids.items()}
    await asyncio.sleep(REST_S)  # the time over which rest is measured
    shares = {name: (cpu_seconds(pid) - before[name]) / REST_S * 100 for name, pid in pids.items()}
    for name, share in shares.items():
        record(f"{name} at rest", share, "% of a core", REST_BARS[name])
    assert all(share <= REST_BARS[name] for name, share in shares.items()), shares


async def test_an_answer_is_visible_within_a_second(bench: Bench) -> None:
    pids = {name: bench.stack.pid(name) for name in ("processors", "api", "kafka")}
    before = {name: cpu_seconds(pid) for name, pid in pids.items()}
    async with answering(bench) as seen:
        waits = sorted([wait async for wait in seen])
    for name, pid in pids.items():
        used = (cpu_seconds(pid) - before[name]) / (RATE * SECONDS) * 1e6
        record(f"{name} at {RATE} requests/s, CPU", used, "us a request")
    assert len(waits) >= RATE * SECONDS / SAMPLED * 0.9
    p50, p99 = waits[len(waits) // 2], waits[int(len(waits) * 0.99)]
    record(f"answer to visible at {RATE} requests/s, p50", p50 * 1e3, "ms")
    record(f"answer to visible at {RATE} requests/s, p99", p99 * 1e3, "ms", VISIBLE_BAR_S * 1e3)
    assert p99 <= VISIBLE_BAR_S


@asynccontextmanager
async def answering(bench: Bench) -> AsyncIterator[AsyncIterator[float]]:
    """Send requests at a fixed rate, whatever the answers do; gives how long sampled answers took to be visible."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=256)) as session:
        begin = time.perf_counter()

        async def one(n: int) -> float | None:
            await asyncio.sleep(max(0.0, begin + n / RATE - time.perf_counter()))
            url, headers = f"{bench.stack.gateway}/v1/chat/completions", {"Authorization": f"Bearer {bench.key}"}
            async with session.post(url, data=BODY, headers=headers | {"Content-Type": "application/json"}) as answer:
                assert answer.status == 200, await answer.text()
                await answer.read()
            if n % SAMPLED:
                return None
            answered = time.perf_counter()
            identifier, position = answer.headers["x-request-id"], answer.headers["x-keeptrusts-position"]
            token = {"Authorization": f"Bearer {bench.stack.credentials['token']}"}
            event = f"{bench.stack.api}/v1/events/{identifier}?min_position={position}"
            async with asyncio.timeout(VISIBLE_LIMIT_S):
                while not await visible(session, event, token):
                    pass  # the API has waited for the position itself
            return time.perf_counter() - answered

        async def waits() -> AsyncIterator[float]:
            tasks = [asyncio.create_task(one(n)) for n in range(RATE * SECONDS)]
            for task in tasks:
                wait = await task
                if wait is not None:
                    yield wait

        yield waits()


async def visible(session: aiohttp.ClientSession, event: str, token: dict[str, str]) -> bool:
    """Ask for an event at its position; False when it was not there within the API's own patience."""
    async with session.get(event, headers=token) as found:
        assert found.status in (200, 503), await found.text()
        return found.status == 200


async def test_a_burst_is_written_away(bench: Bench) -> None:
    stack, org = bench.stack, bench.stack.credentials["organization"]
    partition = partition_of(org, PARTITIONS_SINGLE_NODE)
    events = [encode(event) for event in Traffic(material=Material(org=org, seed=11)).calls(BURST_EVENTS // 2)]
    pid, before = stack.pid("api"), writer_counters(stack)
    cpu, started = cpu_seconds(pid), time.monotonic()
    await append_raw(f"127.0.0.1:{19092 + stack.offset}", "", [(org, value) for value in events])
    appended = time.monotonic()
    end = int(before["positions"]["kt.events"][str(partition)]) + len(events)
    async with asyncio.timeout(120):
        while int((seen := writer_counters(stack))["positions"]["kt.events"][str(partition)]) < end:
            await asyncio.to_thread(time.sleep, 0.02)
    done = time.monotonic()
    rows = seen["counters"]["rows"] - before["counters"]["rows"]
    record(f"lag after a burst of {len(events):,} events: time to drain", done - appended, "s")
    record("writer, rows a second in the burst", rows / (done - started), "rows/s", BURST_ROWS_BAR, bound="at least")
    record("writer and API process, CPU a row in the burst", (cpu_seconds(pid) - cpu) / rows * 1e6, "us")
    assert rows / (done - started) >= BURST_ROWS_BAR


def writer_counters(stack: Stack) -> dict[str, dict[str, dict[str, int]]]:
    writer: dict[str, dict[str, dict[str, int]]] = request("GET", f"{stack.api}/readyz").json()["writer"]
    return writer
