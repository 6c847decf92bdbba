"""``/v1/exports``: files that were asked for, what became of them, and the files themselves."""

from __future__ import annotations

import asyncio
from typing import Final, Literal

from aiohttp import web

from keeptrusts.projections.query_api.asking import CURSOR, LIMIT, MIN_POSITION, refuse_unknown, words_of
from keeptrusts.projections.query_api.call import Call, Parameter
from keeptrusts.projections.query_api.directory_view import Directory
from keeptrusts.projections.query_api.ledger_values import Selection, export_of, newest, the_one
from keeptrusts.projections.query_api.models import Answer, One, Page, Time
from keeptrusts.projections.query_api.recording import recorded
from keeptrusts.schemas.commands.documents import ExportFormat, ExportType
from keeptrusts.schemas.errors import Problem, Refused
from keeptrusts.schemas.events.export import ExportDownloaded
from keeptrusts.schemas.exports import export_scope
from keeptrusts.schemas.record import format_time
from keeptrusts.schemas.snapshots.documents import Export as Value

_KIND: Final = "export"
STATES: Final = ("queued", "ready", "failed", "expired", "deleted")
ID: Final = Parameter(name="id", help="export id", place="path")
LIST_PARAMETERS: Final = (
    Parameter(name="state", help=f"only exports in these states: {', '.join(STATES)}"),
    Parameter(name="type", help="only exports of this type, such as events"),
    Parameter(name="schedule", help="only exports of this schedule"),
    Parameter(name="sha256", help="only exports whose file has this SHA-256"),
    LIMIT,
    CURSOR,
    MIN_POSITION,
)
ONE_PARAMETERS: Final = (ID, MIN_POSITION)
_MEDIA_TYPES: Final[dict[ExportFormat, str]] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}


class Export(Answer):
    """A file that was asked for. It shows the log up to ``as_of``, and can be read until ``expires_at``.

    ``schedule`` has asked for it, where no person did. ``rows``, ``size_bytes`` and ``sha256`` are those of its file;
    ``message`` says why it failed.
    """

    id: str
    type: ExportType
    format: ExportFormat
    since: Time | None
    until: Time | None
    filters: dict[str, str]
    description: str
    state: Literal["queued", "ready", "failed", "expired", "deleted"]
    schedule: str | None
    requested_by: str
    requested_at: Time
    finished_at: Time | None
    expires_at: Time
    rows: int | None
    size_bytes: int | None
    sha256: str | None
    as_of: str | None
    message: str


async def exports(call: Call) -> Page[Export]:
    """Answer ``GET /v1/exports``, the newest first: one's own, all of them for those who see everything."""
    refuse_unknown(call.parameters, (item.name for item in LIST_PARAMETERS))
    selection = Selection()
    states = words_of(call, "state", STATES)
    if states:
        selection.where("has({states:Array(String)}, state)", states=list(states))
    if "type" in call.parameters:
        selection.where("account = {type:String}", type=call.parameters["type"])
    if "schedule" in call.parameters:
        named = call.parameters["schedule"]
        selection.where("JSONExtractString(value, 'schedule') = {schedule:String}", schedule=named)
    if "sha256" in call.parameters:
        wanted = call.parameters["sha256"].lower()
        selection.where("JSONExtractString(value, 'sha256') = {sha256:String}", sha256=wanted)
    return await newest(call, _KIND, selection, lambda value: _export(export_of(value), call.directory))


async def export(call: Call) -> One[Export]:
    """Answer ``GET /v1/exports/{id}``."""
    refuse_unknown(call.parameters, (item.name for item in ONE_PARAMETERS))
    return await the_one(call, _KIND, lambda value: _export(export_of(value), call.directory))


async def download(call: Call, request: web.Request) -> web.StreamResponse:
    """Answer ``GET /v1/exports/{id}/download`` with the file, or with the range of it that is asked for.

    Recorded before the first byte is sent, each range again.
    """
    refuse_unknown(call.parameters, (item.name for item in ONE_PARAMETERS))
    value = (await the_one(call, _KIND, export_of)).data
    _refuse_unreadable(call, value)
    path = None if call.deps.exports is None else call.deps.exports.path(value, value.sha256 or "")
    if path is None or not await asyncio.to_thread(path.is_file):
        raise Refused(
            Problem(
                code="not_ready",
                message="this server does not have the file",
                fix="all servers of the API must share one KEEPTRUSTS_EXPORTS_DIR",
            )
        )
    fact = ExportDownloaded(export=value.id, sha256=value.sha256 or "")
    await recorded(call, value.id, fact, otherwise="the download could not be recorded", fix="try again in a moment")
    name = f"kt-{value.type}-{value.id}.{value.format}"
    headers = {
        "Content-Type": _MEDIA_TYPES[value.format],
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return web.FileResponse(path, headers=headers)


def _refuse_unreadable(call: Call, value: Value) -> None:
    if value.state in ("expired", "deleted") or value.expires_at <= call.now:
        raise Refused(Problem(code="content_gone", message="the file is not kept any more", fix="ask for a new export"))
    if value.state != "ready":
        reason = "is not ready yet" if value.state == "queued" else f"could not be made: {value.message}"
        raise Refused(
            Problem(code="conflict", message=f"the export {reason}", fix=f"kt export show {value.id} shows its state")
        )
    if not _covers(call, value):
        raise Refused(
            Problem(
                code="permission_denied",
                message="the file shows more than you may see by now",
                fix="ask for a new export",
            )
        )


def _covers(call: Call, value: Value) -> bool:
    """Say whether the caller may still see everything that was within reach when the file was asked for."""
    now = export_scope(call.caller.principal, value.type)
    if now.reach == "all":
        return True
    own = value.requested_by == now.member
    return own and (value.reach == "own" or (value.reach == now.reach == "team" and set(value.teams) <= now.teams))


def _export(value: Value, directory: Directory) -> Export:
    return Export(
        id=value.id,
        type=value.type,
        format=value.format,
        since=None if value.since is None else format_time(value.since),
        until=None if value.until is None else format_time(value.until),
        filters=value.filters,
        description=value.description,
        state=value.state,
        schedule=value.schedule,
        requested_by=directory.user_label(value.requested_by),
        requested_at=format_time(value.requested_at),
        finished_at=None if value.finished_at is None else format_time(value.finished_at),
        expires_at=format_time(value.expires_at),
        rows=value.rows,
        size_bytes=value.size_bytes,
        sha256=value.sha256,
        as_of=value.as_of,
        message=value.message,
    )
