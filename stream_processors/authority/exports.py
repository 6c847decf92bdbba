"""Exports and their schedules: who may ask, what became of it, when a file is gone. Who makes it states the end."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

from keeptrusts.schemas import ids
from keeptrusts.schemas.authorization import Principal, scope_of
from keeptrusts.schemas.commands.documents import (
    ExportCreateRequested,
    ExportDeleteRequested,
    ExportFinishRequested,
    ExportFormat,
    ExportScheduleRequested,
    ExportType,
    ExportUnscheduleRequested,
)
from keeptrusts.schemas.exports import FORMATS, export_scope
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.schedules import check_schedule, last_run, next_run
from keeptrusts.schemas.snapshots.documents import Export, ExportSchedule
from keeptrusts.schemas.snapshots.ledger import Outcome
from keeptrusts.stream_processors.authority.draft import Draft
from keeptrusts.stream_processors.authority.rule import Rule
from keeptrusts.stream_processors.authority.sizes import (
    EXPORT_KEPT_S,
    EXPORT_QUEUED_S,
    MOST_EXPORT_TEAMS,
    MOST_EXPORTS,
    MOST_EXPORTS_OF_ONE,
    MOST_EXPORTS_SWEPT,
    MOST_QUEUED_EXPORTS,
    MOST_QUEUED_EXPORTS_OF_ONE,
    MOST_SCHEDULES,
    MOST_SCHEDULES_OF_ONE,
    SCHEDULE_RETRY_S,
    SCHEDULE_SETTLES_MS,
)
from keeptrusts.stream_processors.authority.state import LedgerState, ms_of, settled_ms
from keeptrusts.stream_processors.authority.verdicts import Accepted, Rejected, Verdict, forbidden, missing


def create(
    state: LedgerState, actor: Principal, intent: ExportCreateRequested, at: datetime, schedule: str | None = None
) -> Verdict:
    """Queue an export of what the actor may read of the type now."""
    obstacle = _cannot_make(actor, intent.type, intent.format)
    if obstacle is not None:
        return obstacle
    if intent.export in state.exports:
        return Rejected("already_exists", f"export {intent.export} already exists")
    full = _full(state, actor)
    if full is not None:
        return full
    value = Export(
        id=intent.export,
        org=actor.org,
        type=intent.type,
        format=intent.format,
        since=intent.since,
        until=intent.until,
        filters=intent.filters,
        description=intent.description,
        state="queued",
        requested_by=actor.member,
        requested_at=at,
        reach=export_scope(actor, intent.type).reach,
        teams=_teams(actor, intent.type),
        schedule=schedule,
        expires_at=at + timedelta(seconds=EXPORT_QUEUED_S),
    )
    return Accepted("export", value.id, changes=(value,))


def _cannot_make(actor: Principal, type_name: ExportType, form: ExportFormat) -> Rejected | None:
    """Say why an actor gets no export of a type in a format, whatever is in it."""
    if scope_of(actor, "exports.create").reach == "none":
        return forbidden("export", "ask an owner or an admin of the organization")
    if form not in FORMATS:
        return Rejected("not_supported", f"{form} is not written; there are {', '.join(FORMATS)}")
    if export_scope(actor, type_name).reach == "none":
        return forbidden(f"export {type_name}", "ask an owner or an admin of the organization")
    if len(_teams(actor, type_name)) > MOST_EXPORT_TEAMS:
        reason = f"an export is of at most {MOST_EXPORT_TEAMS} teams; ask an owner or an admin of the organization"
        return Rejected("too_many_teams", reason)
    return None


def _teams(actor: Principal, type_name: ExportType) -> tuple[str, ...]:
    """Give the teams that an export is limited to; none where it is of everything, or of one's own."""
    scope = export_scope(actor, type_name)
    return tuple(sorted(scope.teams)) if scope.reach == "team" else ()


def _full(state: LedgerState, actor: Principal) -> Rejected | None:
    """Say why there is no room for another export: of the organization, or of this member."""
    of_all = state.exports.values()
    of_one = [one for one in of_all if one.requested_by == actor.member]
    waiting, waiting_of_one = (sum(one.state == "queued" for one in some) for some in (of_all, of_one))
    if waiting >= MOST_QUEUED_EXPORTS or waiting_of_one >= MOST_QUEUED_EXPORTS_OF_ONE:
        return Rejected(
            "limit_reached",
            f"{waiting_of_one} exports of yours and {waiting} in all are waiting (at most {MOST_QUEUED_EXPORTS_OF_ONE}"
            f" and {MOST_QUEUED_EXPORTS}); ask again later",
        )
    if len(of_all) >= MOST_EXPORTS or len(of_one) >= MOST_EXPORTS_OF_ONE:
        return Rejected(
            "limit_reached",
            f"{len(of_one)} exports of yours and {len(of_all)} in all are kept (at most {MOST_EXPORTS_OF_ONE} and"
            f" {MOST_EXPORTS}); delete one first",
        )
    return None


def delete(state: LedgerState, actor: Principal, intent: ExportDeleteRequested, at: datetime) -> Verdict:
    """Delete one's own, or as an owner or an admin of the organization anybody's."""
    found = state.exports.get(intent.export)
    if found is None or not _may_end(actor, found.requested_by):
        return missing("export", intent.export)
    return Accepted("export", found.id, changes=(found.model_copy(update={"state": "deleted"}),))


def _may_end(actor: Principal, maker: str) -> bool:
    """Say whether an actor sees what a member has asked for, and so may end it: his own, or as who sees everything."""
    return maker == actor.member or scope_of(actor, "exports.create").reach == "all"


def finished(draft: Draft, data: ExportFinishRequested) -> tuple[Outcome, str | None]:
    """Take note of what became of a queued export; the first word counts, and its file is kept from then on."""
    found = draft.state.exports.get(data.export)
    if found is None or found.state != "queued":
        return "ignored", "not_queued"
    at = draft.event.time
    ready = data.outcome == "ready"
    draft.change(
        found.model_copy(
            update={
                "state": data.outcome,
                "finished_at": at,
                "expires_at": at + timedelta(seconds=EXPORT_KEPT_S),
                "rows": data.rows if ready else None,
                "size_bytes": data.size_bytes if ready else None,
                "sha256": data.sha256,
                "as_of": data.as_of,
                "message": data.message,
            }
        )
    )
    return "finished", data.outcome


def schedule(state: LedgerState, actor: Principal, intent: ExportScheduleRequested, at: datetime) -> Verdict:
    """Make exports from the next time on. The first one begins where the one before it would have ended."""
    obstacle = _cannot_make(actor, intent.type, intent.format)
    if obstacle is not None:
        return obstacle
    if intent.schedule in state.export_schedules:
        return Rejected("already_exists", f"schedule {intent.schedule} already exists")
    of_one = sum(one.made_by == actor.member for one in state.export_schedules.values())
    if len(state.export_schedules) >= MOST_SCHEDULES or of_one >= MOST_SCHEDULES_OF_ONE:
        return Rejected(
            "limit_reached",
            f"a member has at most {MOST_SCHEDULES_OF_ONE} schedules, all have {MOST_SCHEDULES}; delete one first",
        )
    try:
        check_schedule(intent.cron, intent.time_zone, at)
    except ValueError as error:
        return Rejected("invalid_schedule", str(error))
    value = ExportSchedule(
        id=intent.schedule,
        org=actor.org,
        type=intent.type,
        format=intent.format,
        cron=intent.cron,
        time_zone=intent.time_zone,
        filters=intent.filters,
        description=intent.description,
        made_by=actor.member,
        created_at=at,
        since=last_run(intent.cron, intent.time_zone, at),
        next_at=next_run(intent.cron, intent.time_zone, at),
    )
    return Accepted("export_schedule", value.id, changes=(value,))


def unschedule(state: LedgerState, actor: Principal, intent: ExportUnscheduleRequested, at: datetime) -> Verdict:
    """Delete one's own schedule, or as who sees everything anybody's."""
    found = state.export_schedules.get(intent.schedule)
    if found is None or not _may_end(actor, found.made_by):
        return missing("export_schedule", intent.schedule)
    return Accepted("export_schedule", found.id, changes=(found.model_copy(update={"state": "removed"}),))


def sweep(draft: Draft) -> None:
    """Expire what is not kept any longer, and what nobody made in time; make what a schedule asks for by now."""
    overdue = [one for one in draft.state.exports.values() if ms_of(one.expires_at) < draft.now_ms]
    for one in overdue[:MOST_EXPORTS_SWEPT]:
        draft.change(one.model_copy(update={"state": "expired"}))
        if one.state == "queued":
            _give_back(draft, one)
    due = [one for one in draft.state.export_schedules.values() if settled_ms(one) < draft.now_ms]
    for planned in sorted(due, key=lambda one: (one.since, one.id))[:MOST_EXPORTS_SWEPT]:
        _carry_out(draft, planned)


def _give_back(draft: Draft, lost: Export) -> None:
    """Have a schedule's next export begin where one began that nobody made."""
    planned = draft.state.export_schedules.get(lost.schedule or "")
    if planned is not None and lost.since is not None and lost.since < planned.since:
        draft.change(planned.model_copy(update={"since": lost.since}))


def _carry_out(draft: Draft, planned: ExportSchedule) -> None:
    """Ask for a schedule's export with its maker's rights of now; of times that were missed one makes up for all."""
    now = datetime.fromtimestamp(draft.now_ms / 1000, UTC)
    settled = now - timedelta(milliseconds=SCHEDULE_SETTLES_MS)
    try:
        until = last_run(planned.cron, planned.time_zone, settled)
        following = next_run(planned.cron, planned.time_zone, settled)
    except ValueError as error:  # its zone is none any more: nothing a ledger should stop for
        draft.change(planned.model_copy(update={"state": "removed", "skipped": str(error)}))
        return
    actor = draft.state.principal(planned.made_by)
    if actor is None:
        skipped = "whoever made it is no active member any more"
        draft.change(planned.model_copy(update={"next_at": following, "skipped": skipped, "retry_at": None}))
        return
    intent = ExportCreateRequested(
        export=_id_of_run(planned, until),
        type=planned.type,
        format=planned.format,
        since=planned.since,
        until=until,
        filters=planned.filters,
        description=planned.description,
    )
    verdict = create(draft.state, actor, intent, now, schedule=planned.id)
    if isinstance(verdict, Accepted):
        draft.change(*verdict.changes)
        done = {"last_export": intent.export, "since": until, "next_at": following, "skipped": None, "retry_at": None}
    elif verdict.reason == "limit_reached":
        done = {"skipped": verdict.message, "retry_at": now + timedelta(seconds=SCHEDULE_RETRY_S)}
    else:
        done = {"skipped": verdict.message, "next_at": following, "retry_at": None}
    draft.change(planned.model_copy(update=done))


def _id_of_run(planned: ExportSchedule, at: datetime) -> str:
    """Give the id of the export of a schedule's time: it follows from both, and sorts by time as every other."""
    entropy = hashlib.sha256(f"{planned.id}/{ms_of(at)}".encode()).digest()[:10]
    return ids.prefixed(ids.EXPORT, ms_of(at), entropy)


RULES: Final[Mapping[type[Record], Rule]] = MappingProxyType(
    {
        ExportCreateRequested: create,
        ExportDeleteRequested: delete,
        ExportScheduleRequested: schedule,
        ExportUnscheduleRequested: unschedule,
    }
)
"""Intent -> rule, as those of the directory."""
