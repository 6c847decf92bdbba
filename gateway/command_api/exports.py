"""Plans of the commands about exports: what cannot become a file is refused before it is asked for."""

from __future__ import annotations

from keeptrusts.gateway.command_api.plan import Asked, Plan, unlisted
from keeptrusts.gateway.command_api.problems import forbidden, invalid
from keeptrusts.gateway.command_api.requests import ExportCreateBody, NoFields
from keeptrusts.schemas import ids
from keeptrusts.schemas.commands.documents import ExportCreateRequested, ExportDeleteRequested
from keeptrusts.schemas.exports import EXPORTS, FORMATS, ExportKind, export_scope
from keeptrusts.schemas.filters import FilterError, Filters, parse_filters
from keeptrusts.schemas.record import format_time


def create_export(asked: Asked, body: ExportCreateBody) -> Plan:
    """Ask for a file. The period is fixed now: ``30d`` counts from this moment, whenever the file is made."""
    kind = EXPORTS[body.type]
    if body.format not in FORMATS:
        raise invalid("format", f"{body.format} is not written yet", "use one of " + ", ".join(FORMATS))
    if export_scope(asked.caller.principal, body.type).reach == "none":
        raise forbidden(f"export {body.type}")
    period = _read(asked, kind, body)
    export = asked.new_id(ids.EXPORT)
    intent = ExportCreateRequested(
        export=export,
        type=body.type,
        format=body.format,
        since=period.since,
        until=period.until,
        filters=body.filters,
        description=body.description,
    )
    return unlisted(
        intent,
        "export",
        export,
        state="queued",
        type=body.type,
        format=body.format,
        since=None if period.since is None else format_time(period.since),
        until=None if period.until is None else format_time(period.until),
        filters=body.filters,
        description=body.description,
    )


def delete_export(asked: Asked, body: NoFields) -> Plan:
    export = asked.path["export"]
    return unlisted(ExportDeleteRequested(export=export), "export", export, state="deleted")


def _read(asked: Asked, kind: ExportKind, body: ExportCreateBody) -> Filters:
    """Read the period, and the filters as far as they can be read without the rows. Raises Refused (422)."""
    unknown = next((name for name in body.filters if not kind.knows(name)), None)
    if unknown is not None:
        known = ", ".join((*kind.filters, *(("tag.<name>",) if kind.tags else ())))
        raise invalid(f"filters.{unknown[:60]}", f"is no filter of {body.type}", f"known: {known}")
    period = {name: text for name in ("since", "until") if (text := getattr(body, name)) is not None}
    filters = body.filters if kind.tags else {}
    try:
        return parse_filters({**filters, **period}, asked.context.now())
    except FilterError as error:
        field = error.field if error.field in period else f"filters.{error.field}"
        raise invalid(field, error.reason, error.fix) from None
