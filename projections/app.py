"""Puts the parts of projections together: the store, the writer, and the query API's routes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from aiohttp import web

from keeptrusts.projections.exports.files import ExportFiles
from keeptrusts.projections.exports.worker import ExportWorker
from keeptrusts.projections.migrations.runner import migrate
from keeptrusts.projections.query_api.call import Deps, Recorder
from keeptrusts.projections.query_api.directory_view import DirectoryView
from keeptrusts.projections.query_api.freshness import TipView
from keeptrusts.projections.query_api.models import Rebuilt
from keeptrusts.projections.query_api.serving import aiohttp_routes
from keeptrusts.projections.settings import QuerySettings, StoreSettings, WriterSettings
from keeptrusts.projections.store.clickhouse import ClickHouseStore
from keeptrusts.projections.store.protocol import Store
from keeptrusts.projections.writer.loop import Writer
from keeptrusts.projections.writer.rebuild import Rebuild, RebuiltTable
from keeptrusts.schemas.frozen import frozen

NowMs = Callable[[], int]


@frozen
class WriterHealth:
    """How the writer is: positions in kt.events by topic and partition (-1: nothing), and its counters."""

    started: bool
    positions: Mapping[str, Mapping[int, int]]
    delay_ms: int
    silent_ms: int
    counters: Mapping[str, int]


async def open_store(settings: StoreSettings) -> Store:
    """Open the store and bring its tables up to date.

    Raises StoreUnavailableError when it cannot be opened, SchemaMismatchError when its tables are of another version.
    """
    store = ClickHouseStore(settings)
    await store.open()
    await migrate(store)
    return store


def now_ms() -> int:
    """Give the wall clock in milliseconds."""
    return time.time_ns() // 1_000_000


def new_writer(store: Store, settings: WriterSettings, now_ms: NowMs = now_ms) -> Writer:
    """Make a writer; run it with ``run_writer`` or ``writer.run()``."""
    return Writer(store, settings, now_ms)


async def run_writer(store: Store, settings: WriterSettings, now_ms: NowMs = now_ms) -> None:
    """Write until cancelled; raises when the writer cannot go on, and then it must be started again."""
    await new_writer(store, settings, now_ms).run()


def writer_health(writer: Writer, now_ms: int) -> WriterHealth:
    """Give the value that readiness is judged by: a writer that is silent for long is stuck."""
    progress = writer.progress
    return WriterHealth(
        started=writer.started.is_set(),
        positions=progress.positions(),
        delay_ms=progress.delay_ms(),
        silent_ms=max(0, now_ms - progress.written_ms) if progress.written_ms else 0,
        counters=writer.metrics.snapshot(),
    )


class OwnerRebuilder:
    """Rebuilds for the query API in the process that owns the store."""

    def __init__(self, rebuild: Rebuild) -> None:
        self._rebuild = rebuild

    async def rebuild(self, table: str) -> Rebuilt:
        return _shown(await self._rebuild.rebuild(table))


def query_deps(
    store: Store,
    key_secrets: Mapping[int, bytes],
    settings: QuerySettings,
    *,
    rebuilder: OwnerRebuilder | None = None,
    recorder: Recorder | None = None,
    exports: ExportFiles | None = None,
    erasures: Callable[[str, str], int] = lambda org, subject: 0,
) -> Deps:
    """Give what questions are answered from.

    ``key_secrets`` are the key secrets by version. Without ``rebuilder`` tables cannot be rebuilt here, without
    ``recorder`` captured content cannot be read, without ``exports`` no file be downloaded. ``erasures`` gives how
    often a data subject of an organization was erased, where the process hears of that sooner than the tables.
    """
    return Deps(
        store=store,
        directory=DirectoryView(store, settings.directory_seconds, time.monotonic),
        tips=TipView(store, time.monotonic, settings.position_poll_seconds),
        secrets=key_secrets,
        settings=settings,
        now=lambda: datetime.now(UTC),
        monotonic=time.monotonic,
        rebuilder=rebuilder,
        recorder=recorder,
        exports=exports,
        erasures=erasures,
    )


def build_query_routes(deps: Deps) -> list[web.RouteDef]:
    """Give the query API's routes, to be added to any aiohttp application."""
    return aiohttp_routes(deps)


def export_worker(deps: Deps, files: ExportFiles, recorder: Recorder) -> ExportWorker:
    """Give what makes the exports that are asked for; run it beside the routes."""
    return ExportWorker(deps, files, recorder)


async def rebuild_offline(store: Store, settings: WriterSettings, table: str) -> Rebuilt:
    """Rebuild a table while no writer runs; the store must have been opened by this process.

    Raises UnknownTableError for a table that is not made from the log.
    """
    writer = Writer(store, settings, now_ms)
    await writer.resume()
    return _shown(await Rebuild(store, settings, writer).rebuild(table))


def _shown(done: RebuiltTable) -> Rebuilt:
    return Rebuilt(table=done.table, records=done.records, rows_before=done.rows_before, rows_after=done.rows_after)
