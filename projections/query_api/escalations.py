"""``/v1/escalations``: calls and answers that a policy held for a person, and what became of them."""

from __future__ import annotations

from typing import Final, Literal

from keeptrusts.projections.query_api.asking import (
    CURSOR,
    LIMIT,
    MIN_POSITION,
    SINCE,
    UNTIL,
    period_of,
    refuse_unknown,
    words_of,
)
from keeptrusts.projections.query_api.call import Call, Parameter
from keeptrusts.projections.query_api.directory_view import Directory
from keeptrusts.projections.query_api.ledger_values import escalation_of, newest, selected, the_one, user_id_of
from keeptrusts.projections.query_api.models import Answer, One, Page, Time
from keeptrusts.schemas.filters import ESCALATION_STATES, OPEN_ESCALATIONS
from keeptrusts.schemas.record import format_time
from keeptrusts.schemas.snapshots.documents import Escalation as Value

_KIND: Final = "escalation"
_OPENED: Final = "JSONExtractString(value, 'opened_at')"
"""As texts they are in the order of time: all are written alike."""
ID: Final = Parameter(name="id", help="escalation id", place="path")
LIST_PARAMETERS: Final = (
    Parameter(
        name="state",
        help=f"only escalations in these states: {', '.join(ESCALATION_STATES)}; {OPEN_ESCALATIONS} = queued,claimed",
    ),
    Parameter(name="type", help="only escalations of this type, such as data_exfiltration or human_oversight"),
    Parameter(name="team", help="only escalations of this team (id, slug or name)"),
    Parameter(name="user", help="only escalations of this person's calls (id or e-mail)"),
    Parameter(name="assignee", help="only those that a policy asks this person to decide first (id or e-mail)"),
    Parameter(name="request", help="only those of this request"),
    SINCE,
    UNTIL,
    LIMIT,
    CURSOR,
    MIN_POSITION,
)
ONE_PARAMETERS: Final = (ID, MIN_POSITION)


class Escalation(Answer):
    """A call, or the answer to one, that a policy holds for a person. What was found is counted, never quoted.

    Where its texts are kept, ``content_ref`` names them. A decision after ``due_at`` has missed its service level
    (``breached``); at ``expires_at`` nobody waits any more. A call that is not ``held`` was refused at once; approved,
    it may be sent again until then (``redeemed_by``).
    """

    id: str
    state: Literal["queued", "claimed", "resolved", "expired"]
    type: str
    severity: Literal["low", "medium", "high", "critical"]
    phase: Literal["input", "output"] | None
    request: str | None
    team: str | None
    team_id: str | None
    user: str | None
    user_id: str | None
    policy: str | None
    reason: str | None
    findings: dict[str, int]
    held: bool
    redeemed_by: str | None
    assignee: str | None
    content_ref: str | None
    opened_at: Time
    due_at: Time
    expires_at: Time | None
    breached: bool
    claimed_by: str | None
    resolution: Literal["approved", "denied", "approved_edited"] | None
    resolved_by: str | None
    note: str


async def escalations(call: Call) -> Page[Escalation]:
    """Answer ``GET /v1/escalations``, the newest first."""
    refuse_unknown(call.parameters, (item.name for item in LIST_PARAMETERS))
    selection = selected(call)
    states = words_of(call, "state", (*ESCALATION_STATES, OPEN_ESCALATIONS))
    if states:
        named = [one for state in states for one in (ESCALATION_STATES[:2] if state == OPEN_ESCALATIONS else (state,))]
        selection.where("has({states:Array(String)}, state)", states=named)
    if "type" in call.parameters:
        selection.where("account = {type:String}", type=call.parameters["type"])
    since, until = period_of(call)
    if since is not None:
        selection.where(f"{_OPENED} >= {{since:String}}", since=format_time(since))
    if until is not None:
        selection.where(f"{_OPENED} < {{until:String}}", until=format_time(until))
    if "assignee" in call.parameters:
        assignee = user_id_of(call, call.parameters["assignee"])
        selection.where("JSONExtractString(value, 'assignee') = {assignee:String}", assignee=assignee)
    return await newest(call, _KIND, selection, lambda value: _escalation(escalation_of(value), call.directory))


async def escalation(call: Call) -> One[Escalation]:
    """Answer ``GET /v1/escalations/{id}``."""
    refuse_unknown(call.parameters, (item.name for item in ONE_PARAMETERS))
    return await the_one(call, _KIND, lambda value: _escalation(escalation_of(value), call.directory))


def _escalation(value: Value, directory: Directory) -> Escalation:
    return Escalation(
        id=value.id,
        state=value.state,
        type=value.type,
        severity=value.severity,
        phase=value.phase,
        request=value.request,
        team=directory.team_label(value.team) if value.team else None,
        team_id=value.team,
        user=directory.user_label(value.user) if value.user else None,
        user_id=value.user,
        policy=value.policy,
        reason=value.reason,
        findings=value.findings,
        held=value.held is not False,
        redeemed_by=value.redeemed_by,
        assignee=directory.user_label(value.assignee) if value.assignee else None,
        content_ref=value.content_ref,
        opened_at=format_time(value.opened_at),
        due_at=format_time(value.due_at),
        expires_at=None if value.expires_at is None else format_time(value.expires_at),
        breached=value.breached,
        claimed_by=directory.user_label(value.claimed_by) if value.claimed_by else None,
        resolution=value.resolution,
        resolved_by=directory.user_label(value.resolved_by) if value.resolved_by else None,
        note=value.note,
    )
