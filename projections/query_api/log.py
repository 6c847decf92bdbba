"""``/v1/log``: the records of the log themselves, newest first; also the audit trail."""

from __future__ import annotations

from typing import Any, Final

import orjson

from keeptrusts.projections.query_api.asking import (
    AS_OF,
    CURSOR,
    LIMIT,
    MIN_POSITION,
    SINCE,
    UNTIL,
    limit_of,
    period_of,
    range_between,
    refuse_unknown,
    time_of,
)
from keeptrusts.projections.query_api.call import Call, Parameter
from keeptrusts.projections.query_api.cursors import Cursor, decode_cursor, encode_cursor
from keeptrusts.projections.query_api.models import LogRecord, Page
from keeptrusts.projections.query_api.problems import invalid_parameter
from keeptrusts.projections.query_api.relation import micros
from keeptrusts.projections.query_api.scope import Condition, TenantScope

_KIND: Final = "log"
_EXACT: Final = {"type": "type", "actor": "actor", "source": "source", "subject": "subject", "request": "correlationid"}
PARAMETERS: Final = (
    SINCE,
    UNTIL,
    Parameter(name="type", help="type of the record, such as kt.request.decided.v1"),
    Parameter(name="actor", help="who did it, such as member:<id>"),
    Parameter(name="source", help="who wrote it"),
    Parameter(name="subject", help="what it is about"),
    Parameter(name="request", help="the request it belongs to"),
    LIMIT,
    CURSOR,
    AS_OF,
    MIN_POSITION,
)
_SECRET_FIELDS: Final = ("digest",)
_MAX_VALUES: Final = 50


async def log(call: Call) -> Page[LogRecord]:
    """Answer ``GET /v1/log``."""
    refuse_unknown(call.parameters, (item.name for item in PARAMETERS))
    as_of = call.as_of()
    since, until = period_of(call)
    before = as_of.offset + 1
    if "cursor" in call.parameters:
        cursor = decode_cursor(call.parameters["cursor"], _KIND, (int,))
        before = min(before, int(cursor.key[0]))
    conditions = [log_condition(call.reach("log.read")), *_filters(call)]
    if since is not None:
        conditions.append(Condition(sql="time >= fromUnixTimestamp64Micro({since_us:Int64}, 'UTC')",
                                    parameters={"since_us": micros(since)}))  # fmt: skip
    if until is not None:
        conditions.append(Condition(sql="time < fromUnixTimestamp64Micro({until_us:Int64}, 'UTC')",
                                    parameters={"until_us": micros(until)}))  # fmt: skip
    limit = limit_of(call)
    parameters: dict[str, Any] = {"before": before, "partition": as_of.partition}
    for item in conditions:
        parameters |= item.parameters
    answer = await call.deps.store.query(
        "SELECT id, type, source, subject, toUnixTimestamp64Micro(time) AS time_us,"
        " toUnixTimestamp64Milli(appended_at) AS appended_ms, actor, org, correlationid, causationid, sequence,"
        " synthetic, known, value, _partition, _offset FROM log"
        f" WHERE {' AND '.join(item.sql for item in conditions)}"
        " AND _partition = {partition:UInt32} AND toInt64(_offset) < {before:Int64}"
        f" ORDER BY _partition DESC, _offset DESC LIMIT {limit + 1}",
        parameters,
    )
    records = list(answer.records())
    next_cursor = None
    if len(records) > limit:
        next_cursor = encode_cursor(Cursor(kind=_KIND, key=(records[limit - 1]["_offset"],), as_of=as_of.offset))
    return Page[LogRecord](
        data=[_record(record) for record in records[:limit]],
        next_cursor=next_cursor,
        as_of=str(as_of),
        range=range_between(since, until),
        lag_ms=call.lag_ms(),
    )


def log_condition(scope: TenantScope) -> Condition:
    """Give the condition on records of the log: one's own acts and calls, and calls and changes of one's teams."""
    org = "org = {scope_org:String}"
    values: dict[str, Any] = {"scope_org": scope.org}
    if scope.reach == "all":
        return Condition(sql=org, parameters=values)
    if scope.reach == "none":
        return Condition(sql=f"{org} AND 0", parameters=values)
    values |= {"scope_member": scope.member, "scope_actor": f"member:{scope.member}"}
    own = (
        "(actor = {scope_actor:String} OR JSONExtractString(value, 'data', 'identity', 'user') = {scope_member:String})"
    )
    if scope.reach == "own":
        return Condition(sql=f"{org} AND {own}", parameters=values)
    values["scope_teams"] = sorted(scope.teams)
    within = " OR ".join(
        f"has({{scope_teams:Array(String)}}, JSONExtractString(value, 'data', {path}))"
        for path in ("'identity', 'team'", "'team'")
    )
    return Condition(sql=f"{org} AND ({own} OR {within})", parameters=values)


def _filters(call: Call) -> list[Condition]:
    found = []
    for name, column in _EXACT.items():
        text = call.parameters.get(name)
        if text is None:
            continue
        values = [value for value in text.removeprefix("!").split(",") if value]
        if not 1 <= len(values) <= _MAX_VALUES:
            raise invalid_parameter(name, f"must name 1 to {_MAX_VALUES} values")
        negation = "NOT " if text.startswith("!") else ""
        found.append(
            Condition(sql=f"{negation}has({{log_{name}:Array(String)}}, {column})", parameters={f"log_{name}": values})
        )
    return found


def _record(record: dict[str, Any]) -> LogRecord:
    data = orjson.loads(record["value"]).get("data")
    return LogRecord(
        position=f"{record['_partition']}:{record['_offset']}",
        id=record["id"],
        type=record["type"],
        source=record["source"],
        subject=record["subject"],
        time=time_of(record["time_us"]),
        appended_at=time_of(record["appended_ms"] * 1000),
        actor=record["actor"],
        org=record["org"],
        correlationid=record["correlationid"] or None,
        causationid=record["causationid"] or None,
        sequence=record["sequence"] if record["sequence"] >= 0 else None,
        synthetic=bool(record["synthetic"]),
        known=bool(record["known"]),
        data={name: value for name, value in data.items() if name not in _SECRET_FIELDS}
        if isinstance(data, dict)
        else {},
    )
