"""``/v1/events/{id}``: one request with every policy's result, its attempts, and the records it is made of.

The row comes from the same projector that fills the tables, applied to the request's own records.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from keeptrusts.projections.projectors.place import LoggedEvent, Place
from keeptrusts.projections.projectors.requests import RequestRow, project_requests
from keeptrusts.projections.query_api.asking import time_of_datetime
from keeptrusts.projections.query_api.call import Call
from keeptrusts.projections.query_api.models import (
    Attempt,
    EventDetail,
    One,
    PolicyStep,
    RecordRef,
)
from keeptrusts.projections.query_api.problems import not_found
from keeptrusts.projections.query_api.relation import micros
from keeptrusts.projections.query_api.rows import event_fields
from keeptrusts.projections.query_api.scope import TenantScope
from keeptrusts.projections.store.protocol import Store
from keeptrusts.schemas.codec import decode, type_of
from keeptrusts.schemas.events.identity import PolicyResult
from keeptrusts.schemas.events.request import RequestAttempted, RequestCompleted, RequestDecided
from keeptrusts.schemas.ids import REQUEST, has_prefix
from keeptrusts.schemas.record import parse_time

_RECORDS: Final = """
SELECT value, _partition, _offset, toUnixTimestamp64Milli(appended_at) FROM log
WHERE org = {org:String} AND (_partition, _offset) IN (
    SELECT _partition, _offset FROM request_parts
    WHERE org = {org:String} AND toInt64(_offset) <= {as_of:Int64} AND request IN (%s))
ORDER BY _partition, _offset LIMIT 1000"""
_OF_REQUEST: Final = _RECORDS % "{id:String}"
_OF_ANY: Final = (
    _RECORDS
    % """
        SELECT {id:String} UNION ALL
        SELECT request FROM request_parts WHERE org = {org:String} AND event_id = {id:String}"""
)
"""By the id of the request or of one of its records, which takes looking through the records."""


async def event(call: Call) -> One[EventDetail]:
    """Answer ``GET /v1/events/{id}``; the id is the request's or that of one of its records."""
    scope = call.reach("events.read")
    name = call.path["id"]
    as_of = call.as_of()
    records = await records_of(call.deps.store, scope, name, as_of.offset)
    projected = project_requests({}, records)
    rows: list[RequestRow] = [*projected.closed, *projected.open]
    if not rows or not scope.covers(team=rows[0].team, user=rows[0].user):
        raise not_found("event", name)
    return One[EventDetail](data=_detail(call, rows[0], records), as_of=str(as_of), lag_ms=call.lag_ms())


async def records_of(store: Store, scope: TenantScope, name: str, as_of: int) -> list[LoggedEvent]:
    sql = _OF_REQUEST if has_prefix(name, REQUEST) else _OF_ANY
    answer = await store.query(sql, {"org": scope.org, "id": name, "as_of": as_of})
    return [
        LoggedEvent(
            event=decode(value.encode()),
            place=Place(partition=partition, offset=offset, appended_ms=appended_ms),
            value=value.encode(),
        )
        for value, partition, offset, appended_ms in answer.rows
    ]


def _detail(call: Call, row: RequestRow, records: list[LoggedEvent]) -> EventDetail:
    values: dict[str, Any] = {name: getattr(row, name) for name in RequestRow.__dataclass_fields__}
    values |= {
        "time_us": micros(parse_time(row.time)),
        "_partition": row.partition,
        "_offset": row.offset,
    }
    decided = next((item.event.data for item in records if isinstance(item.event.data, RequestDecided)), None)
    completed = next((item.event.data for item in records if isinstance(item.event.data, RequestCompleted)), None)
    return EventDetail(
        **event_fields(values, call.directory),
        message=decided.message if decided else None,
        input_bytes=row.input_bytes,
        output_bytes=row.output_bytes,
        cache_write_tokens=row.cache_write_tokens if row.usage_basis else None,
        price_version=row.price_version or None,
        input_hash=decided.input_hash if decided else None,
        directory_position=decided.directory_position if decided else None,
        config_position=decided.config_position if decided else None,
        client_gone=row.client_gone,
        policies=[_step("input", item) for item in (decided.policies if decided else ())]
        + [_step("output", item) for item in (completed.output_policies if completed else ())],
        attempts_detail=_attempts(records),
        records=[
            RecordRef(
                type=type_of(item.event.data),
                id=item.event.id,
                time=time_of_datetime(item.event.time),
                position=f"{item.place.partition}:{item.place.offset}",
            )
            for item in records
        ],
    )


def _step(phase: Literal["input", "output"], said: PolicyResult) -> PolicyStep:
    return PolicyStep(phase=phase, **said.model_dump())


def _attempts(records: list[LoggedEvent]) -> list[Attempt]:
    attempts: dict[int, Attempt] = {}
    for item in records:
        data = item.event.data
        if isinstance(data, RequestDecided) and (data.target or data.provider):
            number, cause = 1, None
        elif isinstance(data, RequestAttempted):
            number, cause = data.attempt, data.cause
        else:
            continue
        attempts.setdefault(
            number,
            Attempt(
                attempt=number, target=data.target, provider=data.provider, model=data.model, cause=cause,
                time=time_of_datetime(item.event.time), position=f"{item.place.partition}:{item.place.offset}",
            ),
        )  # fmt: skip
    return [attempts[number] for number in sorted(attempts)]
