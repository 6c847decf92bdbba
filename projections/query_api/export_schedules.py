"""``/v1/export-schedules``: exports that are made again and again, and when the next ones are."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from keeptrusts.projections.query_api.asking import CURSOR, LIMIT, MIN_POSITION, refuse_unknown
from keeptrusts.projections.query_api.call import Call, Parameter
from keeptrusts.projections.query_api.directory_view import Directory
from keeptrusts.projections.query_api.ledger_values import Selection, export_schedule_of, newest, the_one
from keeptrusts.projections.query_api.models import Answer, One, Page, Time
from keeptrusts.schemas.commands.documents import ExportFormat, ExportType
from keeptrusts.schemas.record import format_time
from keeptrusts.schemas.schedules import next_run
from keeptrusts.schemas.snapshots.documents import ExportSchedule as Value

_KIND: Final = "export_schedule"
_SHOWN_RUNS: Final = 3
ID: Final = Parameter(name="id", help="schedule id", place="path")
LIST_PARAMETERS: Final = (LIMIT, CURSOR, MIN_POSITION)
ONE_PARAMETERS: Final = (ID, MIN_POSITION)


class ExportSchedule(Answer):
    """Exports that are made at each time of ``cron``; the next one is of what happens from ``since`` on.

    ``skipped`` says why the last time made none; the next one makes up for it. ``next_runs`` are the next three times.
    """

    id: str
    type: ExportType
    format: ExportFormat
    cron: str
    time_zone: str
    filters: dict[str, str]
    description: str
    state: Literal["active", "removed"]
    made_by: str
    created_at: Time
    since: Time
    next_runs: list[Time]
    last_export: str | None
    skipped: str | None


async def export_schedules(call: Call) -> Page[ExportSchedule]:
    """Answer ``GET /v1/export-schedules``, the newest first: one's own, all of them for those who see everything."""
    refuse_unknown(call.parameters, (item.name for item in LIST_PARAMETERS))
    selection = Selection()
    selection.where("state = 'active'")
    return await newest(call, _KIND, selection, lambda value: _shown(export_schedule_of(value), call.directory))


async def export_schedule(call: Call) -> One[ExportSchedule]:
    """Answer ``GET /v1/export-schedules/{id}``."""
    refuse_unknown(call.parameters, (item.name for item in ONE_PARAMETERS))
    return await the_one(call, _KIND, lambda value: _shown(export_schedule_of(value), call.directory))


def _shown(value: Value, directory: Directory) -> ExportSchedule:
    return ExportSchedule(
        id=value.id,
        type=value.type,
        format=value.format,
        cron=value.cron,
        time_zone=value.time_zone,
        filters=value.filters,
        description=value.description,
        state=value.state,
        made_by=directory.user_label(value.made_by),
        created_at=format_time(value.created_at),
        since=format_time(value.since),
        next_runs=[] if value.state == "removed" else [format_time(one) for one in _runs(value)],
        last_export=value.last_export,
        skipped=value.skipped,
    )


def _runs(value: Value) -> list[datetime]:
    runs = [value.next_at]
    while len(runs) < _SHOWN_RUNS:
        runs.append(next_run(value.cron, value.time_zone, runs[-1]))
    return runs
