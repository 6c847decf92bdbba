"""How fast an export is written, how much memory it takes, and what the query API's callers notice of it."""

from __future__ import annotations

import asyncio
import resource
import statistics
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from support.acme import ORG, OWNER, SECRETS, fill_directory
from support.filled_store import PARTITIONS, FilledStore

from benchmarks.filled_history import DAYS, fill_requests
from benchmarks.results import record
from keeptrusts.projections.app import build_query_routes, open_store, query_deps
from keeptrusts.projections.exports.files import ExportFiles
from keeptrusts.projections.exports.maker import Queued, make
from keeptrusts.projections.settings import QuerySettings, StoreSettings
from keeptrusts.schemas.positions import Position
from keeptrusts.schemas.snapshots.documents import Export
from keeptrusts.schemas.topics import partition_of

ROWS = 60_000
QUESTIONS = 30
MOST_GROWTH_MIB = 150
MOST_TIMES_SLOWER = 4.0
NOW = datetime.now(UTC)


def export(form: str, number: int) -> Export:
    return Export(
        id=f"exp_{number}", org=ORG, type="events", format=form, state="queued", requested_by=OWNER.id,
        requested_at=NOW, reach="all", expires_at=NOW + timedelta(days=1),
    )  # fmt: skip


async def test_an_export_is_quick_small_in_memory_and_in_nobodys_way(tmp_path: Path) -> None:
    store = await open_store(StoreSettings(dsn=f"chdb://{tmp_path / 'store'}", database="bench"))
    try:
        partition = partition_of(ORG, PARTITIONS)
        start_us = (int(time.time()) - DAYS * 86_400) * 1_000_000
        await fill_requests(store, org=ORG, rows=ROWS, partition=partition, start_us=start_us)
        filled, last = FilledStore(store), 2 * ROWS
        await fill_directory(filled)
        for topic in ("kt.events", "kt.ledger"):
            await filled.progress(topic, partition, last)
        files = ExportFiles(directory=tmp_path / "exports", keep_free_bytes=0)
        deps = query_deps(store, SECRETS, QuerySettings(), exports=files)
        app = web.Application()
        app.add_routes(build_query_routes(deps))
        async with TestClient(TestServer(app)) as client:

            async def asked() -> float:
                took = []
                for _ in range(QUESTIONS):
                    started = time.perf_counter()
                    async with client.get("/v1/events?limit=10", headers=OWNER.headers) as answer:
                        assert answer.status == 200, await answer.text()
                        await answer.read()
                    took.append(time.perf_counter() - started)
                return statistics.median(took)

            alone = await asked()
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            for number, form in enumerate(("csv", "ndjson")):
                began = time.perf_counter()
                queued = Queued(export=export(form, number), position=Position(partition, last))
                making = asyncio.create_task(make(deps, files, queued))
                beside = await asked()
                done = await making
                took = time.perf_counter() - began
                assert (done.outcome, done.rows) == ("ready", ROWS), done.message
                record(f"export of events as {form}", ROWS / took, "rows/s")
                record(f"a question beside an export as {form}, of alone", beside / alone, "times", MOST_TIMES_SLOWER)
                assert beside <= MOST_TIMES_SLOWER * alone
            growth = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
            record("memory of exports", growth, "MiB", MOST_GROWTH_MIB)
            assert growth <= MOST_GROWTH_MIB
    finally:
        await store.close()
