"""How long questions take over 1 M and 10 M requests, through the query API on the embedded store.

The rows are generated inside a scratch store. Every question is asked over HTTP with an access key; the clock runs
from sending it to having read the answer.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from support.acme import ORG, OWNER, SECRETS, fill_directory
from support.filled_store import PARTITIONS, FilledStore
from support.running_writer import until

from benchmarks.filled_history import DAYS, fill_requests
from benchmarks.results import record
from keeptrusts.projections.app import build_query_routes, open_store, query_deps
from keeptrusts.projections.settings import QuerySettings, StoreSettings
from keeptrusts.projections.store.protocol import Store
from keeptrusts.schemas.topics import partition_of

Client = TestClient[web.Request, web.Application]

ROUNDS = 12
SETTLE_S = 120
SIZES = (1_000_000, 10_000_000)
GROUP_BAR_MS, SEARCH_BAR_MS = 150, 300
GROUPS = (
    "group_by=team&since=30d",
    "group_by=user&since=30d&order_by=-cost",
    "group_by=team,model&since=30d",
    "group_by=day&since=30d",
    "group_by=provider&since=30d&decision=!block&metrics=requests,cost,latency_ms_p95",
    "group_by=user&since=7d&model=gpt-4o",
)
SEARCHES = (
    "limit=100",
    "since=7d&model=gpt-4o&decision=block&limit=100",
    "since=30d&user=mem_7&status=error&limit=100",
)
COUNTS = ("count=true&since=30d", "count=true&since=30d&decision=block", "count=true&since=7d&user=mem_7&model=gpt-4o")


@asynccontextmanager
async def api(directory: Path, rows: int) -> AsyncIterator[Client]:
    """Serve a scratch store with so many requests of the last 30 days."""
    store = await open_store(StoreSettings(dsn=f"chdb://{directory}", database="bench"))
    try:
        started, partition = time.monotonic(), partition_of(ORG, PARTITIONS)
        start_us = (int(time.time()) - DAYS * 86_400) * 1_000_000
        await fill_requests(store, org=ORG, rows=rows, partition=partition, start_us=start_us)
        record(f"generating {rows:,} rows", time.monotonic() - started, "s")
        filled = FilledStore(store)
        await fill_directory(filled)
        await filled.progress("kt.events", partition, 2 * rows)
        await until(lambda: settled(store), SETTLE_S)
        app = web.Application()
        app.add_routes(build_query_routes(query_deps(store, SECRETS, QuerySettings())))
        async with TestClient(TestServer(app)) as client:
            yield client
    finally:
        await store.close()


async def settled(store: Store) -> bool:
    """Say whether the store has merged what it was filled with; in life that is spread over the days."""
    return int((await store.query("SELECT count() FROM system.merges")).value()) == 0


@pytest.mark.parametrize("rows", SIZES)
async def test_questions_over_a_long_history(rows: int, tmp_path: Path) -> None:
    async with api(tmp_path / "store", rows) as client:
        answer = await ask(client, "count=true")
        assert answer["count"] == rows
        summed = await ask(client, "group_by=team&since=30d&metrics=requests")
        assert 0.99 * rows <= sum(row["requests"] for row in summed["data"]) <= rows
        missed = [
            *await measured(client, f"group_by over {rows:,} rows", GROUPS, rows, GROUP_BAR_MS),
            *await measured(client, f"count over {rows:,} rows", COUNTS, rows, SEARCH_BAR_MS),
            *await measured(client, f"search over {rows:,} rows", SEARCHES, rows, SEARCH_BAR_MS, pages=2),
        ]
        assert not missed


async def measured(
    client: Client, name: str, questions: tuple[str, ...], rows: int, bar: int, *, pages: int = 1
) -> list[str]:
    """Ask every question many times; gives what was slower than its bar at the 95th percentile."""
    every: list[float] = []
    cpu = time.process_time()
    for question in questions:
        took: list[float] = []
        for _ in range(ROUNDS):
            cursor = ""
            for _ in range(pages):
                started = time.perf_counter()
                answer = await ask(client, question + cursor)
                took.append((time.perf_counter() - started) * 1e3)
                cursor = f"&cursor={answer['next_cursor']}" if answer.get("next_cursor") else ""
        print(f"{rows:>12,}  {question:<80} p50 {statistics.median(took):6.0f} ms  max {max(took):6.0f} ms")
        every += took
    record(f"{name}, CPU of a question", (time.process_time() - cpu) / len(every) * 1e3, "ms")
    p95 = sorted(every)[int(len(every) * 0.95)]
    record(f"{name}, p95", p95, "ms", bar)
    return [] if p95 <= bar else [f"{name}: {p95:.0f} ms, bar {bar} ms"]


async def ask(client: Client, question: str) -> dict[str, object] | dict[str, list[dict[str, int]]]:
    """Ask ``/v1/events`` as an owner."""
    async with client.get(f"/v1/events?{question}", headers=OWNER.headers) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()  # type: ignore[no-any-return]  # whatever the API answered
