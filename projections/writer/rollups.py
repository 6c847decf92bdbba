"""Sums that hang on ``requests``: whether they hold what was written there last, and making them again."""

from __future__ import annotations

from keeptrusts.projections.migrations import tables
from keeptrusts.projections.store.protocol import Store
from keeptrusts.projections.writer.beside import empty_beside, exchange
from keeptrusts.projections.writer.ranges import Range


async def lacking(store: Store, item: Range) -> tuple[str, ...]:
    """Give the rollups that lack something of the range of kt.events that was written last in its partition.

    A rollup takes a block whole, and remembers the last offset that each day of an organization holds.
    """
    found = []
    for name in tables.ROLLUPS:
        ended = " AND state = 'completed'" if name in {table.name for table in tables.LATENCIES} else ""
        answer = await store.query(
            "SELECT count() FROM (SELECT org, toDate(time, 'UTC') AS day, max(_offset) AS newest FROM requests"
            " WHERE _partition = {partition:UInt32} AND _offset BETWEEN {first:UInt64} AND {last:UInt64}"
            f" AND materialization_version = 1{ended} GROUP BY org, day) AS written"
            f" LEFT JOIN (SELECT org, day, max(last_offset) AS summed FROM {name} GROUP BY org, day) AS held"
            " USING (org, day) WHERE newest > summed OR summed IS NULL",
            {"partition": item.partition, "first": item.first, "last": item.last},
        )
        if answer.value():
            found.append(name)
    return tuple(found)


async def refill(store: Store, name: str) -> tuple[int, int]:
    """Make a rollup again from ``requests``; gives its rows before and after.

    Nothing may be written to ``requests`` meanwhile.
    """
    async with empty_beside(store, name) as beside:
        await store.command(f"INSERT INTO {beside} {tables.ROLLUPS[name].select}")
        return await exchange(store, name, beside)
