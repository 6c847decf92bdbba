"""Plans of the commands about exports: what cannot become a file is refused before it is asked for."""

from __future__ import annotations

from typing import Any

from keeptrusts.gateway.command_api.plan import Asked, Plan, unlisted
from keeptrusts.gateway.command_api.problems import forbidden, invalid
from keeptrusts.gateway.command_api.requests import ExportCreateBody, ExportedBody, ExportScheduleBody, NoFields
from keeptrusts.schemas import ids
from keeptrusts.schemas.commands.documents import (
    ExportCreateRequested,
    ExportDeleteRequested,
    ExportScheduleRequested,
    ExportUnscheduleRequested,
)
from keeptrusts.schemas.exports import EXPORTS, FORMATS, export_scope
from keeptrusts.schemas.filters import MAX_TAG_FILTERS, FilterError, Filters, parse_filters, parse_list
from keeptrusts.schemas.periods import zone_named
from keeptrusts.schemas.record import format_time
from keeptrusts.schemas.schedules import check_schedule


def create_export(asked: Asked, body: ExportCreateBody) -> Plan:
    """Ask for a file. The period is fixed now: ``30d`` counts from this moment, whenever the file is made."""
    period = {name: text for name in ("since", "until") if (text := getattr(body, name)) is not None}
    found = _checked(asked, body, period)
    export = asked.new_id(ids.EXPORT)
    intent = ExportCreateRequested(
        export=export,
        type=body.type,
        format=body.format,
        since=found.since,
        until=found.until,
        filters=body.filters,
        description=body.description,
    )
    return unlisted(
        intent,
        "export",
        export,
        state="queued",
        since=None if found.since is None else format_time(found.since),
        until=None if found.until is None else format_time(found.until),
        **_shown(body),
    )


def delete_export(asked: Asked, body: NoFields) -> Plan:
    export = asked.path["export"]
    return unlisted(ExportDeleteRequested(export=export), "export", export, state="deleted")


def schedule_exports(asked: Asked, body: ExportScheduleBody) -> Plan:
    """Ask for a file at each time of a schedule."""
    _checked(asked, body, {})
    try:
        zone_named(body.time_zone)
    except ValueError as error:
        raise invalid("time_zone", *str(error).split("; ", 1)) from None
    try:
        check_schedule(body.cron, body.time_zone, asked.context.now())
    except ValueError as error:
        raise invalid("cron", *str(error).split("; ", 1)) from None
    schedule = asked.new_id(ids.EXPORT_SCHEDULE)
    intent = ExportScheduleRequested(
        schedule=schedule,
        type=body.type,
        format=body.format,
        cron=body.cron,
        time_zone=body.time_zone,
        filters=body.filters,
        description=body.description,
    )
    return unlisted(
        intent,
        "export_schedule",
        schedule,
        state="active",
        cron=body.cron,
        time_zone=body.time_zone,
        **_shown(body),
    )


def unschedule_exports(asked: Asked, body: NoFields) -> Plan:
    schedule = asked.path["schedule"]
    return unlisted(ExportUnscheduleRequested(schedule=schedule), "export_schedule", schedule, state="removed")


def _shown(body: ExportedBody) -> dict[str, Any]:
    return {"type": body.type, "format": body.format, "filters": body.filters, "description": body.description}


def _checked(asked: Asked, body: ExportedBody, period: dict[str, str]) -> Filters:
    """Read what is to be exported as far as it can be read without the rows. Raises Refused (403, 422)."""
    kind = EXPORTS[body.type]
    if body.format not in FORMATS:
        raise invalid("format", f"{body.format} is not written yet", "use one of " + ", ".join(FORMATS))
    if export_scope(asked.caller.principal, body.type).reach == "none":
        raise forbidden(f"export {body.type}")
    unknown = next((name for name in body.filters if not kind.knows(name)), None)
    if unknown is not None:
        known = ", ".join((*kind.filters, *(("tag.<name>",) if kind.tags else ())))
        raise invalid(f"filters.{unknown[:60]}", f"is no filter of {body.type}", f"known: {known}")
    tags = [name for name in body.filters if name.startswith("tag.")]
    if len(tags) > MAX_TAG_FILTERS:
        raise invalid("filters", f"at most {MAX_TAG_FILTERS} tags can be filtered by")
    filters = body.filters if kind.tags else {}
    try:
        if kind.states and "state" in body.filters:
            parse_list("state", body.filters["state"], kind.states)
        return parse_filters({**filters, **period}, asked.context.now())
    except FilterError as error:
        field = error.field if error.field in period else f"filters.{error.field}"
        raise invalid(field, error.reason, error.fix) from None
