"""Sums from the daily rollup: whole days from it, everything else from the requests themselves, to the same figures.

A day counts as whole when it lies in the period and nothing of it was written after the position asked for. Its rows
in the rollup are then sums of exactly the requests that the direct question would have read; what is in flight is in
no rollup and always comes from the requests. Percentiles are merged from states of fixed buckets, so they come out
the same however they were split.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from keeptrusts.projections.migrations.tables import LATENCIES, REQUESTS_DAILY
from keeptrusts.projections.query_api.directory_view import Directory
from keeptrusts.projections.query_api.figures import (
    DAY_KEY_SQL,
    KEY_COLUMNS,
    KEY_SQL,
    LATENCY,
    METRIC_COLUMNS,
    OF_IN_FLIGHT,
    PERCENTILES,
    SUMS,
)
from keeptrusts.projections.query_api.relation import (
    COLUMNS,
    Relation,
    ended_at,
    filter_conditions,
    in_flight_at,
)
from keeptrusts.projections.query_api.scope import Condition, TenantScope, row_condition
from keeptrusts.projections.store.protocol import Store
from keeptrusts.schemas.filters import Filters
from keeptrusts.schemas.frozen import frozen

MOVED_ON: Final = 395
"""ClickHouse's code when ``throwIf`` throws: a day was written to between looking for whole days and summing them."""
_TIMED: Final = ("day", "week", "month")
_DAILY: Final = REQUESTS_DAILY.name


@frozen
class Days:
    """Whole days from ``first`` up to, not including, ``end``; None is without bound."""

    first: date | None
    end: date | None


def whole_days(filters: Filters, keys: Sequence[str]) -> Days | None:
    """Give the days that a rollup may answer for; None when it cannot, or when there is no whole day in the period."""
    if "hour" in keys or filters.tags or filters.text is not None:
        return None
    first = None if filters.since is None else _next_midnight(filters.since)
    end = None if filters.until is None else filters.until.astimezone(UTC).date()
    if first is not None and end is not None and first >= end:
        return None
    return Days(first=first, end=end)


async def summed_by_days(
    store: Store,
    scope: TenantScope,
    filters: Filters,
    directory: Directory,
    days: Days,
    *,
    as_of: int,
    keys: Sequence[str],
    metrics: Sequence[str],
    own: bool,
) -> Relation:
    """Give a relation of partial sums, with a column ``key_...`` for each key, over which ``merged_sql`` gives figures.

    Summing it fails with a StoreError of code ``MOVED_ON`` when a day that was taken from the rollup has been written
    to meanwhile.
    """
    touched = await _touched_days(store, scope, days, as_of)
    conditions = [row_condition(scope, own=own), *filter_conditions(filters, directory)]
    sums = tuple(dict.fromkeys(LATENCY if metric in PERCENTILES else metric for metric in metrics))
    counts = tuple(name for name in sums if name != LATENCY)
    parts = [_from_days(_DAILY, conditions, days, touched, keys, counts, sums)] if counts else []
    if LATENCY in sums:
        table = _latency_table(scope, filters, keys, own=own)
        parts.append(_from_days(table, conditions, days, touched, keys, (LATENCY,), sums))
    read = [KEY_COLUMNS.get(key, key) for key in keys]
    read_of = {metric: METRIC_COLUMNS[metric] for metric in metrics}
    ended = ended_at(
        scope, filters, directory, as_of=as_of, own=own, within=_outside(days, touched),
        columns=[*read, *(name for names in read_of.values() for name in names)] or ["org"],
    )  # fmt: skip
    in_flight = in_flight_at(
        scope, filters, directory, as_of=as_of, own=own,
        columns=[*read, *(name for metric in metrics if metric in OF_IN_FLIGHT for name in read_of[metric])] or ["org"],
    )  # fmt: skip
    parts.append(_from_requests(ended, keys, sums, sums))
    parts.append(_from_requests(in_flight, keys, tuple(name for name in sums if name in OF_IN_FLIGHT), sums))
    parameters = {name: value for part in parts for name, value in part.parameters.items()}
    return Relation(sql=f"({' UNION ALL '.join(part.sql for part in parts)})", parameters=MappingProxyType(parameters))


def _latency_table(scope: TenantScope, filters: Filters, keys: Sequence[str], *, own: bool) -> str:
    """Choose the smallest table of latencies that has every column of the question: reading their states is dear."""
    needed = {_column(key) for key in keys if key not in _TIMED} | {COLUMNS[item.name] for item in filters.conditions}
    if scope.reach != "all":
        needed |= {"team", "user"} if own or scope.reach == "own" else {"team"}
    fitting = (table for table in LATENCIES if needed <= set(table.column_names))
    return next((table.name for table in fitting), _DAILY)


def _column(key: str) -> str:
    return "verdict" if key == "decision" else key


async def _touched_days(store: Store, scope: TenantScope, days: Days, as_of: int) -> list[date]:
    within = _within(days)
    answer = await store.query(
        "SELECT DISTINCT day FROM requests_daily WHERE org = {org:String} AND last_offset >= {next_offset:UInt64}"
        f" AND {within.sql} ORDER BY day",
        {"org": scope.org, "next_offset": max(as_of, -1) + 1, **within.parameters},
    )
    return [found for (found,) in answer.rows]


def _from_days(
    table: str,
    conditions: Sequence[Condition],
    days: Days,
    touched: list[date],
    keys: Sequence[str],
    summed: Sequence[str],
    shown: Sequence[str],
) -> Condition:
    """Sum some of the figures from a table's whole days; the others are shown as those of nothing."""
    chosen = [*conditions, _within(days)]
    if table == _DAILY and LATENCY in summed:
        chosen.append(Condition(sql="state = 'completed'"))
    columns = [f"{DAY_KEY_SQL.get(key, key)} AS key_{key}" for key in keys]
    columns += [f"{SUMS[name].of_days if name in summed else SUMS[name].of_nothing} AS sum_{name}" for name in shown]
    columns.append("max(throwIf(last_offset >= {next_offset:UInt64})) AS moved_on")
    parameters: dict[str, Any] = {"touched": touched}
    for item in chosen:
        parameters |= item.parameters
    where = " AND ".join(item.sql for item in chosen)
    sql = f"SELECT {', '.join(columns)} FROM {table} WHERE {where} AND NOT has({{touched:Array(Date)}}, day)"
    return Condition(sql=sql + _grouping(keys), parameters=parameters)


def _from_requests(requests: Relation, keys: Sequence[str], summed: Sequence[str], shown: Sequence[str]) -> Condition:
    """Sum some of the figures of requests; the others are shown as those of nothing."""
    columns = [f"{KEY_SQL.get(key, key)} AS key_{key}" for key in keys]
    columns += [
        f"{SUMS[name].of_requests if name in summed else SUMS[name].of_nothing} AS sum_{name}" for name in shown
    ]
    sql = f"SELECT {', '.join(columns)}, toUInt8(0) AS moved_on FROM {requests.sql}"
    return Condition(sql=sql + _grouping(keys), parameters=requests.parameters)


def _grouping(keys: Sequence[str]) -> str:
    return f" GROUP BY {', '.join(f'key_{key}' for key in keys)}" if keys else ""


def _within(days: Days) -> Condition:
    parts, values = ["1"], {}
    if days.first is not None:
        parts.append("day >= {first_day:Date}")
        values["first_day"] = days.first
    if days.end is not None:
        parts.append("day < {end_day:Date}")
        values["end_day"] = days.end
    return Condition(sql=" AND ".join(parts), parameters=values)


def _outside(days: Days, touched: list[date]) -> Condition:
    """Give the condition on ``time`` that is true for what the rollup does not answer for."""
    parts: list[str] = []
    values: dict[str, Any] = {}
    if touched:  # the table is in the order of time, so a lower bound saves reading what lies before
        parts = [f"(time >= {_midnight('touched_first')} AND has({{touched:Array(Date)}}, toDate(time, 'UTC')))"]
        values["touched_first"] = touched[0]
    if days.first is not None:
        parts.append(f"time < {_midnight('first_day')}")
        values["first_day"] = days.first
    if days.end is not None:
        parts.append(f"time >= {_midnight('end_day')}")
        values["end_day"] = days.end
    return Condition(sql=f"({' OR '.join(parts) or '0'})", parameters=values)


def _midnight(parameter: str) -> str:
    return f"toDateTime64({{{parameter}:Date}}, 6, 'UTC')"


def _next_midnight(moment: datetime) -> date:
    utc = moment.astimezone(UTC)
    midnight = utc.replace(hour=0, minute=0, second=0, microsecond=0)
    return (utc if utc == midnight else midnight + timedelta(days=1)).date()
