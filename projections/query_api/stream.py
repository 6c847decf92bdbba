"""``/v1/events/stream``: a line when a request is final, in log order, without loss or repetition (SSE).

``id:`` is the position to go on from. Bookmarks move it even when nothing matches, so a narrow filter never falls
out of what is kept.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
from typing import Final

from aiohttp import web

from keeptrusts.projections.query_api.asking import FILTER_PARAMETERS, filters_of
from keeptrusts.projections.query_api.authentication import authenticate
from keeptrusts.projections.query_api.call import Call, Parameter, read_position
from keeptrusts.projections.query_api.problems import invalid_parameter
from keeptrusts.projections.query_api.relation import filter_conditions
from keeptrusts.projections.query_api.rows import SELECT, event_row
from keeptrusts.projections.query_api.scope import row_condition
from keeptrusts.schemas import topics
from keeptrusts.schemas.errors import Problem, Refused, openai_body
from keeptrusts.schemas.filters import Filters
from keeptrusts.schemas.positions import Position

CURSOR: Final = Parameter(name="cursor", help="go on behind this position (Last-Event-ID wins); without: from now on")
FROM: Final = Parameter(name="from", help="the same as cursor; beginning starts at the oldest event")
PARAMETERS: Final = (*(item for item in FILTER_PARAMETERS if item.name not in ("since", "until")), CURSOR, FROM)
_HEADERS: Final = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",
}
_RETRY_MS: Final = 500
_OLDEST: Final = """
SELECT count(), min(_offset) FROM log WHERE org = {org:String} AND _partition = {partition:UInt32}"""


async def stream(call: Call, request: web.Request) -> web.StreamResponse:
    """Answer ``GET /v1/events/stream``; ends when the client goes, or with the server."""
    filters = filters_of(call, ("cursor", "from"))
    if filters.since is not None or filters.until is not None:
        raise invalid_parameter("since", "cannot be used with a stream", "use cursor=<position>")
    position = await _start(call)
    response = web.StreamResponse(headers=_HEADERS)
    await response.prepare(request)
    await response.write(f"retry: {_RETRY_MS}\n\n".encode())
    await response.write(_bookmark(position))
    try:
        await _follow(call, filters, position, request, response)
    except ConnectionResetError:
        return response  # the client went away; it comes back with the last id it saw
    except Refused as refused:
        await response.write(f"event: notice\ndata: {json.dumps(openai_body(refused.problem))}\n\n".encode())
    return response


async def _start(call: Call) -> Position:
    newest = call.position()
    text = call.headers.get("Last-Event-ID") or call.parameters.get("cursor") or call.parameters.get("from")
    if text is None:
        return newest
    if text == "beginning":
        return Position(newest.partition, -1)
    asked = read_position("cursor", text)
    if asked.partition != newest.partition:
        raise invalid_parameter("cursor", f"{text!r} is not a position of this organization")
    answer = await call.deps.store.query(_OLDEST, {"org": call.org, "partition": asked.partition})
    ((records, oldest),) = answer.rows
    if records and asked.offset < oldest - 1 and asked.offset >= 0 and await _history_is_gone(call, asked, oldest):
        raise Refused(
            Problem(
                code="cursor_expired",
                message=f"history before {asked.partition}:{oldest} is not kept any more",
                fix=f"start again from {asked.partition}:{oldest}",
                details={"oldest_cursor": f"{asked.partition}:{oldest}", "skipped": oldest - asked.offset - 1},
            )
        )
    if asked.offset > newest.offset:
        raise Refused(
            Problem(
                code="cursor_expired",
                message=f"position {asked} is ahead of this log, which ends at {newest}: it was made anew",
                fix=f"start again from {newest}",
                details={"oldest_cursor": str(newest), "skipped": 0},
            )
        )
    return asked


async def _history_is_gone(call: Call, asked: Position, oldest: int) -> bool:
    """Say whether records between a cursor and the organization's oldest were the organization's own.

    Other organizations share the partition. What is left of the partition before ``oldest`` shows that nothing was cut.
    """
    answer = await call.deps.store.query(
        "SELECT min(_offset) FROM log WHERE _partition = {partition:UInt32}", {"partition": asked.partition}
    )
    return int(answer.value()) > asked.offset + 1


async def _follow(
    call: Call, filters: Filters, position: Position, request: web.Request, response: web.StreamResponse
) -> None:
    deps = call.deps
    marked_at = deps.monotonic()
    while request.transport is not None and not request.transport.is_closing():
        tip = await deps.tips.tip()
        newest = tip.position(topics.EVENTS, call.org)
        while position.offset < newest.offset:
            position, lines = await _next(call, filters, position, newest)
            if lines:
                await response.write(lines)
        if deps.monotonic() - marked_at >= deps.settings.bookmark_seconds:
            call = await _still_allowed(call)
            await response.write(_bookmark(position))
            marked_at = deps.monotonic()
        await asyncio.sleep(deps.settings.stream_poll_seconds)


async def _still_allowed(call: Call) -> Call:
    """Check the key again, and take up the caller's roles of now; raises Refused when the key opens no more."""
    caller = await authenticate(call.headers, call.deps.directory, call.deps.secrets, call.deps.now())
    return dataclasses.replace(call, caller=caller, directory=caller.directory)


async def _next(call: Call, filters: Filters, position: Position, newest: Position) -> tuple[Position, bytes]:
    """Give the next lines behind a position, and the position that they reach."""
    conditions = [row_condition(call.reach("events.read")), *filter_conditions(filters, call.directory)]
    parameters: dict[str, object] = {"after": position.offset, "through": newest.offset}
    for item in conditions:
        parameters |= item.parameters
    batch = call.deps.settings.stream_batch
    answer = await call.deps.store.query(
        f"SELECT {SELECT} FROM requests WHERE {' AND '.join(item.sql for item in conditions)}"
        " AND toInt64(_offset) > {after:Int64} AND toInt64(_offset) <= {through:Int64}"
        f" ORDER BY _offset LIMIT {int(batch)}",
        parameters,
    )
    rows = [event_row(record, call.directory) for record in answer.records()]
    lines = b"".join(
        b"id: %s\nevent: event\ndata: %s\n\n" % (row.position.encode(), row.model_dump_json().encode()) for row in rows
    )
    if len(rows) < batch:
        return newest, lines
    return Position(position.partition, int(rows[-1].position.partition(":")[2])), lines


def _bookmark(position: Position) -> bytes:
    if position.offset < 0:
        return b": nothing yet\n\n"
    return f'id: {position}\nevent: bookmark\ndata: {{"position":"{position}"}}\n\n'.encode()
