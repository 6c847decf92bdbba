"""Sums over groups of requests: from whole days where there are any, to the figures of the requests themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from keeptrusts.projections.query_api import rollup
from keeptrusts.projections.query_api.asking import time_of
from keeptrusts.projections.query_api.directory_view import Directory
from keeptrusts.projections.query_api.figures import (
    KEY_COLUMNS,
    KEY_SQL,
    METRIC_COLUMNS,
    METRIC_SQL,
    merged_sql,
)
from keeptrusts.projections.query_api.models import GroupRow
from keeptrusts.projections.query_api.problems import invalid_parameter
from keeptrusts.projections.query_api.relation import Relation, requests_at
from keeptrusts.projections.query_api.rollup import Days, summed_by_days, whole_days
from keeptrusts.projections.query_api.rows import milliseconds
from keeptrusts.projections.query_api.scope import TenantScope
from keeptrusts.projections.store.protocol import READS_MUCH, Store, StoreError
from keeptrusts.schemas.filters import METRICS, Filters
from keeptrusts.schemas.money import format_usd

_IN_TIME: Final = ("day", "week", "month", "hour")
MOST_GROUPS: Final = 10_000
_TRIES: Final = 3
"""How often whole days are asked for when the writer comes in between; asking the requests alone can cost seconds."""


async def grouped(
    store: Store,
    scope: TenantScope,
    filters: Filters,
    directory: Directory,
    *,
    as_of: int,
    keys: Sequence[str],
    metrics: Sequence[str] = METRICS,
    order_by: str | None = None,
    limit: int = MOST_GROUPS,
    own: bool = True,
) -> list[GroupRow]:
    """Sum the requests of a scope by keys. Without ``order_by``: by time key, else the most requests first.

    Without keys there is exactly one row, of everything.
    """
    days = whole_days(filters, keys)
    for _ in range(_TRIES):
        if days is None:
            break
        try:
            return await _by_days(
                store, scope, filters, directory, days, as_of=as_of, keys=keys, metrics=metrics, order_by=order_by,
                limit=limit, own=own,
            )  # fmt: skip
        except StoreError as error:
            if error.code != rollup.MOVED_ON:
                raise
    return await grouped_directly(
        store,
        scope,
        filters,
        directory,
        as_of=as_of,
        keys=keys,
        metrics=metrics,
        order_by=order_by,
        limit=limit,
        own=own,
    )


async def grouped_directly(
    store: Store,
    scope: TenantScope,
    filters: Filters,
    directory: Directory,
    *,
    as_of: int,
    keys: Sequence[str],
    metrics: Sequence[str] = METRICS,
    order_by: str | None = None,
    limit: int = MOST_GROUPS,
    own: bool = True,
) -> list[GroupRow]:
    """Sum the requests themselves: what ``grouped`` must agree with to the byte, however it gets there."""
    chosen = tuple(metrics) or METRICS
    columns = [KEY_COLUMNS.get(key, key) for key in keys]
    columns += [column for metric in chosen for column in METRIC_COLUMNS[metric]]
    relation = requests_at(scope, filters, directory, as_of=as_of, columns=columns or ["org"], own=own)
    parts = [f"{KEY_SQL.get(key, key)} AS key_{key}" for key in keys]
    parts += [f"{METRIC_SQL[metric]} AS metric_{metric}" for metric in chosen]
    return await _asked(store, relation, parts, keys, chosen, directory, order_by, limit)


async def _by_days(
    store: Store,
    scope: TenantScope,
    filters: Filters,
    directory: Directory,
    days: Days,
    *,
    as_of: int,
    keys: Sequence[str],
    metrics: Sequence[str],
    order_by: str | None,
    limit: int,
    own: bool,
) -> list[GroupRow]:
    chosen = tuple(metrics) or METRICS
    relation = await summed_by_days(
        store, scope, filters, directory, days, as_of=as_of, keys=keys, metrics=chosen, own=own
    )
    parts = [f"key_{key}" for key in keys] + [f"{merged_sql(metric)} AS metric_{metric}" for metric in chosen]
    return await _asked(store, relation, [*parts, "max(moved_on)"], keys, chosen, directory, order_by, limit)


async def _asked(
    store: Store,
    relation: Relation,
    parts: Sequence[str],
    keys: Sequence[str],
    chosen: Sequence[str],
    directory: Directory,
    order_by: str | None,
    limit: int,
) -> list[GroupRow]:
    sql = f"SELECT {', '.join(parts)} FROM {relation.sql}"
    if keys:
        order = _order(keys, chosen, order_by)
        sql += f" GROUP BY {', '.join(f'key_{key}' for key in keys)} ORDER BY {order} LIMIT {int(limit)}"
    answer = await store.query(sql, relation.parameters, settings=READS_MUCH)
    return [_row(record, keys, chosen, directory) for record in answer.records()]


def _order(keys: Sequence[str], metrics: Sequence[str], order_by: str | None) -> str:
    ties = [f"key_{key}" for key in keys]
    if order_by is None:
        first = [f"key_{key}" for key in keys if key in _IN_TIME]
        if not first:
            first = ["metric_requests DESC" if "requests" in metrics else ties[0]]
        return ", ".join([*first, *ties])
    wanted = []
    for word in order_by.split(","):
        name, direction = word.removeprefix("-"), " DESC" if word.startswith("-") else ""
        if name not in keys and name not in metrics:
            raise invalid_parameter(
                "order_by",
                f"{word[:40]!r} is neither a key nor a metric here",
                "use one of " + ", ".join((*keys, *metrics)),
            )
        wanted.append(f"{'key' if name in keys else 'metric'}_{name}{direction}")
    return ", ".join([*wanted, *ties])


def _row(record: Mapping[str, Any], keys: Sequence[str], metrics: Sequence[str], directory: Directory) -> GroupRow:
    values: dict[str, Any] = {}
    for key in keys:
        values |= _key(key, record[f"key_{key}"], directory)
    for metric in metrics:
        values[metric] = _metric(metric, record[f"metric_{metric}"])
    return GroupRow(**values)


def _key(key: str, value: Any, directory: Directory) -> dict[str, Any]:
    if key == "team":
        return {"team": directory.team_label(value) if value else None, "team_id": value or None}
    if key == "user":
        return {"user": directory.user_label(value) if value else None, "user_id": value or None}
    return {key: value or None}


def _metric(metric: str, value: Any) -> Any:
    match metric:
        case "cost":
            return format_usd(int(value))
        case "latency_ms_p50" | "latency_ms_p95":
            return None if value is None or value != value else milliseconds(float(value))
        case "first_seen" | "last_seen":
            return time_of(int(value)) if value else None
        case _:
            return int(value)
