"""``/v1/events``: requests, sums of groups of them, or how many there are."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel

from keeptrusts.projections.query_api.asking import (
    AS_OF,
    CURSOR,
    FILTER_PARAMETERS,
    LIMIT,
    MIN_POSITION,
    filters_of,
    flag_of,
    limit_of,
    range_of,
    words_of,
)
from keeptrusts.projections.query_api.call import Call, Parameter
from keeptrusts.projections.query_api.cursors import Cursor, decode_cursor, encode_cursor
from keeptrusts.projections.query_api.groups import grouped
from keeptrusts.projections.query_api.models import Count, EventRow, EventsPage
from keeptrusts.projections.query_api.problems import invalid_parameter
from keeptrusts.projections.query_api.relation import micros, moment_of, requests_at
from keeptrusts.projections.query_api.rows import COLUMNS, SELECT, event_row
from keeptrusts.projections.query_api.scope import Condition, TenantScope
from keeptrusts.projections.store.protocol import READS_MUCH
from keeptrusts.schemas.filters import GROUP_KEYS, METRICS, Filters

_KIND: Final = "events"
_OWN: Final = (
    Parameter(name="group_by", help="sums by one or more of " + ", ".join(GROUP_KEYS)),
    Parameter(name="metrics", help="which sums: " + ", ".join(METRICS)),
    Parameter(name="order_by", help="a key or a metric, with - in front for the largest first"),
    Parameter(name="top", help="at most so many groups", schema={"type": "integer", "minimum": 1, "maximum": 1000}),
    Parameter(name="count", help="answer only how many there are", schema={"type": "boolean"}),
    Parameter(name="fields", help="only these fields of a row"),
    LIMIT,
    CURSOR,
    AS_OF,
)
PARAMETERS: Final = (*FILTER_PARAMETERS, *_OWN, MIN_POSITION)
_NAMES: Final = tuple(item.name for item in _OWN)
_IN_ORDER: Final = MappingProxyType({**READS_MUCH, "read_in_order_use_buffering": 0})
"""Without it a page of rare rows costs more than twice as much: blocks would be gathered far beyond its end."""
_PERSONAL: Final = frozenset({"user"})
"""Filters and keys that single out persons."""


async def events(call: Call) -> BaseModel:
    """Answer ``GET /v1/events``."""
    filters = filters_of(call, _NAMES)
    keys = words_of(call, "group_by", GROUP_KEYS)
    if flag_of(call, "count"):
        _refuse_beside("count", call, "group_by", "fields", "cursor", "top", "order_by", "metrics")
        return await _count(call, filters)
    if keys:
        _refuse_beside("group_by", call, "fields", "cursor")
        return await _groups(call, filters, keys)
    _refuse_beside("a list of events", call, "metrics", "order_by", "top")
    return await _list(call, filters)


async def _list(call: Call, filters: Filters) -> EventsPage:
    as_of = call.as_of()
    further: list[Condition] = []
    offset = as_of.offset
    if "cursor" in call.parameters:
        cursor = decode_cursor(call.parameters["cursor"], _KIND, (int, str))
        offset = cursor.as_of
        filters = _frozen(filters, cursor)
        further.append(
            Condition(
                sql="time <= fromUnixTimestamp64Micro({after_us:Int64}, 'UTC')"
                " AND (toUnixTimestamp64Micro(time), request) < ({after_us:Int64}, {after:String})",
                parameters={"after_us": cursor.key[0], "after": cursor.key[1]},
            )
        )
    limit = limit_of(call)
    fields = words_of(call, "fields", tuple(EventRow.model_fields))
    relation = requests_at(
        call.reach("events.read"), filters, call.directory, as_of=offset, columns=COLUMNS, further=further,
        newest=limit + 1,
    )  # fmt: skip
    sql = f"SELECT {SELECT} FROM {relation.sql} ORDER BY time DESC, request DESC LIMIT {limit + 1}"
    answer = await call.deps.store.query(sql, relation.parameters, settings=_IN_ORDER)
    records = list(answer.records())
    more = len(records) > limit
    rows = [event_row(record, call.directory) for record in records[:limit]]
    next_cursor = None
    if more:
        last = records[limit - 1]
        next_cursor = encode_cursor(
            Cursor(
                kind=_KIND,
                key=(last["time_us"], last["request"]),
                as_of=offset,
                since_us=micros(filters.since) if filters.since else None,
                until_us=micros(filters.until) if filters.until else None,
            )
        )
    data: Any = [row.model_dump(include=set(fields)) for row in rows] if fields else rows
    return EventsPage.model_construct(
        data=data,
        next_cursor=next_cursor,
        as_of=f"{as_of.partition}:{offset}",
        range=range_of(filters),
        lag_ms=call.lag_ms(),
    )


async def _count(call: Call, filters: Filters) -> Count:
    as_of = call.as_of()
    rows = await grouped(
        call.deps.store, call.reach("events.read"), filters, call.directory, as_of=as_of.offset, keys=(),
        metrics=("requests",),
    )  # fmt: skip
    return Count(count=rows[0].requests or 0, as_of=str(as_of), range=range_of(filters), lag_ms=call.lag_ms())


async def _groups(call: Call, filters: Filters, keys: tuple[str, ...]) -> EventsPage:
    as_of = call.as_of()
    scope, own = aggregate_scope(call, filters, keys)
    rows = await grouped(
        call.deps.store,
        scope,
        filters,
        call.directory,
        as_of=as_of.offset,
        keys=keys,
        metrics=words_of(call, "metrics", METRICS) or METRICS,
        order_by=call.parameters.get("order_by"),
        limit=_top(call),
        own=own,
    )
    return EventsPage.model_construct(
        data=rows, next_cursor=None, as_of=str(as_of), range=range_of(filters), lag_ms=call.lag_ms()
    )


def aggregate_scope(call: Call, filters: Filters, keys: tuple[str, ...]) -> tuple[TenantScope, bool]:
    """Give the reach of a sum, and whether one's own requests elsewhere belong to it.

    A member sees the totals of his teams. As soon as a sum could show single persons (by user, by tag or by a free
    search) it reaches no further than the rows that he may read.
    """
    personal = bool(_PERSONAL & {*keys, *(item.name for item in filters.conditions)})
    if personal or filters.tags or filters.text is not None:
        return call.reach("events.read"), True
    return call.reach("events.aggregate"), False


def _top(call: Call) -> int:
    text = call.parameters.get("top")
    if text is None:
        return limit_of(call) if "limit" in call.parameters else 1000
    if not text.isascii() or not text.isdigit() or len(text) > 4 or not 1 <= int(text) <= 1000:
        raise invalid_parameter("top", "must be a whole number from 1 to 1000")
    return int(text)


def _frozen(filters: Filters, cursor: Cursor) -> Filters:
    """Give the filters with the period of the first page: ``7d`` must not move between pages."""
    return Filters(
        since=moment_of(cursor.since_us) if cursor.since_us is not None else None,
        until=moment_of(cursor.until_us) if cursor.until_us is not None else None,
        conditions=filters.conditions,
        tags=filters.tags,
        text=filters.text,
    )


def _refuse_beside(what: str, call: Call, *names: str) -> None:
    for name in names:
        if name in call.parameters:
            raise invalid_parameter(name, f"cannot be used with {what}", f"leave out {name}")
