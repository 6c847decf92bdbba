"""A table made again beside the one in use, and the exchange of the two; reads go on all the while."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from keeptrusts.projections.migrations import tables
from keeptrusts.projections.store.protocol import Store


@asynccontextmanager
async def empty_beside(store: Store, table: str) -> AsyncIterator[str]:
    """Give the name of an empty table like this one, for the time of the body; what is left of it then is dropped."""
    beside, definition = f"{table}__rebuild", tables.BY_NAME[table]
    await store.command(definition.drop(beside))
    await store.command(definition.create(beside))
    try:
        yield beside
    finally:
        await store.command(definition.drop(beside))


async def exchange(store: Store, table: str, beside: str) -> tuple[int, int]:
    """Let the two change their names; gives the rows under the table's name before and after.

    Nothing may be written to either meanwhile.
    """
    before, after = [int((await store.query(f"SELECT count() FROM {name}")).value()) for name in (table, beside)]
    await store.command(f"EXCHANGE TABLES {table} AND {beside}")
    return before, after
