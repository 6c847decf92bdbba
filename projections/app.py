"""Puts the parts of projections together: the store, the writer, and the query API's routes."""

from __future__ import annotations

from collections.abc import Callable

from keeptrusts.projections.migrations.runner import migrate
from keeptrusts.projections.settings import StoreSettings, WriterSettings
from keeptrusts.projections.store.clickhouse import ClickHouseStore
from keeptrusts.projections.store.protocol import Store
from keeptrusts.projections.writer.loop import Writer


async def open_store(settings: StoreSettings) -> Store:
    """Open the store and bring its tables up to date.

    Raises StoreUnavailableError when it cannot be opened, SchemaMismatchError when its tables are of another version.
    """
    store = ClickHouseStore(settings)
    await store.open()
    await migrate(store)
    return store


async def run_writer(store: Store, settings: WriterSettings, now_ms: Callable[[], int]) -> None:
    """Write until cancelled; raises when the writer cannot go on, and then it must be started again."""
    await Writer(store, settings, now_ms).run()
