"""Sums from the daily rollup: whole days from it, everything else from the requests themselves, to the same figures.

A day counts as whole when it lies in the period and nothing of it was written after the position asked for. Its rows
in the rollup are then sums of exactly the requests that the direct question would have read; what is in flight is in
no rollup and always comes from the requests. Percentiles are merged from states of fixed buckets, so they come out
the same however they were split.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from keeptrusts.projections.query_api.directory_view import Directory
from keeptrusts.projections.query_api.relation import Relation, filter_conditions, requests_at
from keeptrusts.projections.query_api.scope import Condition, TenantScope, row_condition
from keeptrusts.projections.store.protocol import Store
from keeptrusts.schemas.filters import Filters

KEY_SQL: Final[Mapping[str, str]] = MappingProxyType(
    {
        "decision": "verdict",
        "day": "formatDateTime(day, '%Y-%m-%d')",
        "week": "formatDateTime(toMonday(day), '%Y-%m-%d')",
        "month": "formatDateTime(day, '%Y-%m')",
    }
)
_QUANTILES: Final = "quantilesDDMergeIf(0.01, 0.5, 0.95)(latency, state = 'completed')"
METRIC_SQL: Final[Mapping[str, str]] = MappingProxyType(
    {
        "requests": "sum(requests)",
        "users": "uniqExactIf(user, user != '')",
        "blocked": "sumIf(requests, verdict = 'block')",
        "errors": "sumIf(requests, status >= 400 AND verdict NOT IN ('block', 'escalate'))",
        "input_tokens": "sum(input_tokens)",
        "output_tokens": "sum(output_tokens)",
        "cost": "sum(cost)",
        "latency_ms_p50": f"{_QUANTILES}[1]",
        "latency_ms_p95": f"{_QUANTILES}[2]",
        "first_seen": "toUnixTimestamp64Micro(min(first_seen))",
        "last_seen": "toUnixTimestamp64Micro(max(last_seen))",
    }
)
MOVED_ON: Final = 395
"""ClickHouse's code when ``throwIf`` throws: a day was written to between looking for whole days and summing them."""
_TIMED: Final = ("day", "week", "month")
_SUMS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "requests": ("toUInt64(requests)", "count()"),
        "input_tokens": ("toUInt64(input_tokens)", "sum(input_tokens)"),
        "output_tokens": ("toUInt64(output_tokens)", "sum(output_tokens)"),
        "cost": ("toInt128(cost)", "toInt128(sum(ifNull(cost, 0)))"),
        "latency": ("latency_us", "quantilesDDState(0.01, 0.5, 0.95)(latency_us)"),
        "first_seen": ("toDateTime64(first_seen, 6, 'UTC')", "min(time)"),
        "last_seen": ("toDateTime64(last_seen, 6, 'UTC')", "max(time)"),
    }
)
"""Sum -> how a row of the rollup gives it, and how requests give it."""
_DIMENSIONS_OF: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "users": ("user",), "blocked": ("verdict",), "errors": ("status", "verdict"), "latency_ms_p50": ("state",),
        "latency_ms_p95": ("state",),
    }
)  # fmt: skip
_SUM_OF: Final[Mapping[str, str]] = MappingProxyType(
    {"users": "requests", "blocked": "requests", "errors": "requests", "latency_ms_p50": "latency",
     "latency_ms_p95": "latency"}
)  # fmt: skip
_READ_BY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "input_tokens": "input_tokens", "output_tokens": "output_tokens", "cost": "cost", "latency": "latency_us",
    }
)  # fmt: skip
"""Sum -> the column of requests that it is made from."""


@dataclass(frozen=True, slots=True, kw_only=True)
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
    """Give a relation of partial sums over which ``METRIC_SQL`` and ``KEY_SQL`` give the direct question's figures.

    Summing it fails with a StoreError of code ``MOVED_ON`` when a day that was taken from the rollup has been written
    to meanwhile.
    """
    touched = await _touched_days(store, scope, days, as_of)
    shown = [key for key in keys if key not in _TIMED] + [
        name for metric in metrics for name in _DIMENSIONS_OF.get(metric, ())
    ]
    dimensions = tuple(dict.fromkeys("verdict" if name == "decision" else name for name in shown))
    sums = tuple(dict.fromkeys(_SUM_OF.get(metric, metric) for metric in metrics)) or ("requests",)
    rolled = _from_rollup(scope, filters, directory, days, touched, dimensions, sums, own=own)
    direct = _from_requests(scope, filters, directory, days, touched, dimensions, sums, as_of=as_of, own=own)
    return Relation(
        sql=f"({rolled.sql} UNION ALL {direct.sql})",
        parameters=MappingProxyType({**rolled.parameters, **direct.parameters}),
    )


async def _touched_days(store: Store, scope: TenantScope, days: Days, as_of: int) -> list[date]:
    within = _within(days)
    answer = await store.query(
        "SELECT DISTINCT day FROM requests_daily WHERE org = {org:String} AND toInt64(last_offset) > {as_of:Int64}"
        f" AND {within.sql} ORDER BY day",
        {"org": scope.org, "as_of": max(as_of, -1), **within.parameters},
    )
    return [found for (found,) in answer.rows]


def _from_rollup(
    scope: TenantScope,
    filters: Filters,
    directory: Directory,
    days: Days,
    touched: list[date],
    dimensions: tuple[str, ...],
    sums: tuple[str, ...],
    *,
    own: bool,
) -> Condition:
    conditions = [row_condition(scope, own=own), *filter_conditions(filters, directory), _within(days)]
    shown = [*dimensions, "day", *(f"{_SUMS[name][0]} AS sum_{name}" for name in sums)]
    shown.append("throwIf(toInt64(last_offset) > {as_of:Int64}) AS moved_on")
    where = " AND ".join(item.sql for item in conditions)
    inner = f"SELECT {', '.join(shown)} FROM requests_daily WHERE {where} AND NOT has({{touched:Array(Date)}}, day)"
    parameters: dict[str, Any] = {"touched": touched}
    for item in conditions:
        parameters |= item.parameters
    return Condition(sql=f"SELECT {_renamed(dimensions, sums)} FROM ({inner})", parameters=parameters)


def _from_requests(
    scope: TenantScope,
    filters: Filters,
    directory: Directory,
    days: Days,
    touched: list[date],
    dimensions: tuple[str, ...],
    sums: tuple[str, ...],
    *,
    as_of: int,
    own: bool,
) -> Condition:
    columns = (*dimensions, "time", *(_READ_BY[name] for name in sums if name in _READ_BY))
    relation = requests_at(
        scope, filters, directory, as_of=as_of, columns=columns, own=own, ended=_outside(days, touched)
    )
    groups = ", ".join((*dimensions, "day"))
    shown = [*dimensions, "toDate(time, 'UTC') AS day", *(f"{_SUMS[name][1]} AS sum_{name}" for name in sums)]
    inner = f"SELECT {', '.join(shown)}, toUInt8(0) AS moved_on FROM {relation.sql} GROUP BY {groups}"
    return Condition(sql=f"SELECT {_renamed(dimensions, sums)} FROM ({inner})", parameters=relation.parameters)


def _renamed(dimensions: tuple[str, ...], sums: tuple[str, ...]) -> str:
    """Name the sums after what they are of, one level further out: there no name shadows what it is made from."""
    return ", ".join((*dimensions, "day", *(f"sum_{name} AS {name}" for name in sums), "moved_on"))


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
