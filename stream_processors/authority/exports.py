"""Exports: who may ask for one, what became of it, and when its file is gone. Whoever makes the file states the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from keeptrusts.schemas.authorization import Principal, scope_of
from keeptrusts.schemas.commands.documents import ExportCreateRequested, ExportDeleteRequested, ExportFinishRequested
from keeptrusts.schemas.exports import FORMATS, export_scope
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.documents import Export
from keeptrusts.schemas.snapshots.ledger import Outcome
from keeptrusts.stream_processors.authority.draft import Draft
from keeptrusts.stream_processors.authority.sizes import (
    EXPORT_KEPT_S,
    EXPORT_QUEUED_S,
    MOST_EXPORTS,
    MOST_EXPORTS_OF_ONE,
    MOST_QUEUED_EXPORTS,
    MOST_QUEUED_EXPORTS_OF_ONE,
    MOST_SWEPT,
)
from keeptrusts.stream_processors.authority.state import LedgerState, ms_of
from keeptrusts.stream_processors.authority.verdicts import Accepted, Rejected, Verdict, forbidden, missing


def create(state: LedgerState, actor: Principal, intent: ExportCreateRequested, at: datetime) -> Verdict:
    """Queue an export of what the actor may read of the type now."""
    if scope_of(actor, "exports.create").reach == "none":
        return forbidden("export", "ask an owner or an admin of the organization")
    if intent.format not in FORMATS:
        return Rejected("not_supported", f"{intent.format} is not written; there are {', '.join(FORMATS)}")
    scope = export_scope(actor, intent.type)
    if scope.reach == "none":
        return forbidden(f"export {intent.type}", "ask an owner or an admin of the organization")
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
        reach=scope.reach,
        teams=tuple(sorted(scope.teams)) if scope.reach == "team" else (),
        expires_at=at + timedelta(seconds=EXPORT_QUEUED_S),
    )
    return Accepted("export", value.id, changes=(value,))


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
    scope = scope_of(actor, "exports.create")
    if found is None or not (scope.reach == "all" or found.requested_by == actor.member):
        return missing("export", intent.export)
    return Accepted("export", found.id, changes=(found.model_copy(update={"state": "deleted"}),))


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


def sweep(draft: Draft) -> None:
    """Expire what is not kept any longer, and what nobody made in time."""
    overdue = [one for one in draft.state.exports.values() if ms_of(one.expires_at) < draft.now_ms]
    for one in overdue[:MOST_SWEPT]:
        draft.change(one.model_copy(update={"state": "expired"}))


Rule = Callable[[LedgerState, Principal, Any, datetime], Verdict]

RULES: Final[Mapping[type[Record], Rule]] = MappingProxyType(
    {ExportCreateRequested: create, ExportDeleteRequested: delete}
)
"""Intent -> rule, as those of the directory."""
