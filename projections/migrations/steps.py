"""The migrations, in order. Append; never edit one that was released."""

from __future__ import annotations

from typing import Final

from keeptrusts.projections.migrations import tables
from keeptrusts.projections.migrations.migration import Migration
from keeptrusts.projections.migrations.table import Table, View


def _columns_are(table: Table) -> str:
    names = ", ".join(f"'{name}'" for name in table.column_names)
    return (
        "SELECT toUInt8((SELECT groupArray(name) FROM (SELECT name FROM system.columns "
        f"WHERE database = currentDatabase() AND table = '{table.name}' ORDER BY position)) = [{names}])"
    )


def _new_tables(number: int, name: str, *made: Table) -> Migration:
    checks = " AND ".join(f"({_columns_are(table)}) = 1" for table in made)
    return Migration(
        number=number,
        name=name,
        up=tuple(table.create() for table in made),
        down=tuple(table.drop() for table in reversed(made)),
        check=f"SELECT toUInt8({checks})",
    )


def _rollup(number: int, name: str, table: Table, view: View) -> Migration:
    """Make a rollup and take up what its source holds already: it may have been undone, or come later."""
    view_there = (
        "SELECT toUInt8(count()) FROM system.tables "
        f"WHERE database = currentDatabase() AND name = '{view.name}' AND engine = 'MaterializedView'"
    )
    return Migration(
        number=number,
        name=name,
        up=(table.create(), _filled(table, view), view.create()),
        down=(view.drop(), table.drop()),
        check=f"SELECT toUInt8(({_columns_are(table)}) = 1 AND ({view_there}) = 1)",
    )


def _filled(table: Table, view: View) -> str:
    """Give the statement that fills an empty rollup from its source, and leaves one that has rows alone."""
    return f"INSERT INTO {table.name} SELECT * FROM ({view.select}) WHERE (SELECT count() FROM {table.name}) = 0"


STEPS: Final = (
    _new_tables(1, "log", tables.LOG, tables.REQUEST_PARTS),
    _new_tables(2, "requests", tables.REQUESTS, tables.REQUESTS_OPEN),
    _rollup(3, "requests_daily", tables.REQUESTS_DAILY, tables.REQUESTS_DAILY_VIEW),
    _new_tables(4, "ledger", tables.LEDGER_ENTRIES, tables.LEDGER_POSTINGS),
    _new_tables(5, "directory", tables.DIRECTORY_VALUES),
    _new_tables(6, "adoption", tables.ADOPTION_FACTS),
    _new_tables(7, "outcomes", tables.INTENT_OUTCOMES),
    _new_tables(8, "gateways", tables.GATEWAY_REPORTS),
    _new_tables(9, "progress", tables.WRITER_PROGRESS),
    _rollup(10, "latency_by_team", tables.LATENCY_BY_TEAM, tables.LATENCY_BY_TEAM_VIEW),
    _rollup(11, "latency_by_user", tables.LATENCY_BY_USER, tables.LATENCY_BY_USER_VIEW),
    _new_tables(12, "holds", tables.HOLDS_OPEN, tables.HOLDS_PRESUMED),
    _new_tables(13, "ledger_values", tables.LEDGER_VALUES, tables.LEDGER_MARKS),
    _new_tables(14, "webhook_deliveries", tables.WEBHOOK_DELIVERIES),
    _new_tables(15, "contents", tables.CONTENT_RECORDS, tables.CONTENT_KEYS),
)
