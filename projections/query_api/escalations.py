"""``/v1/escalations``: calls and answers that a policy held for a person, and what became of them."""

from __future__ import annotations

from typing import Any, Final, Literal

from keeptrusts.projections.query_api.asking import CURSOR, LIMIT, MIN_POSITION, limit_of, refuse_unknown, words_of
from keeptrusts.projections.query_api.call import Call, Parameter
from keeptrusts.projections.query_api.cursors import Cursor, decode_cursor, encode_cursor
from keeptrusts.projections.query_api.directory_view import Directory
from keeptrusts.projections.query_api.ledger_values import escalation_of, team_id_of, user_id_of
from keeptrusts.projections.query_api.models import Answer, One, Page, Time
from keeptrusts.projections.query_api.problems import not_found
from keeptrusts.projections.query_api.scope import TenantScope, row_condition
from keeptrusts.projections.store.protocol import Store
from keeptrusts.schemas import topics
from keeptrusts.schemas.record import format_time
from keeptrusts.schemas.snapshots.documents import Escalation as Value

_KIND: Final = "escalations"
STATES: Final = ("queued", "claimed", "resolved", "expired")
OPEN: Final = "open"
ID: Final = Parameter(name="id", help="escalation id", place="path")
LIST_PARAMETERS: Final = (
    Parameter(name="state", help=f"only escalations in these states: {', '.join(STATES)}; {OPEN} = queued,claimed"),
    Parameter(name="type", help="only escalations of this type, such as data_exfiltration or human_oversight"),
    Parameter(name="team", help="only escalations of this team (id, slug or name)"),
    Parameter(name="user", help="only escalations of this person's calls (id or e-mail)"),
    Parameter(name="request", help="only those of this request"),
    LIMIT,
    CURSOR,
    MIN_POSITION,
)
ONE_PARAMETERS: Final = (ID, MIN_POSITION)


class Escalation(Answer):
    """A call, or the answer to one, that a policy holds for a person. What was found is counted, never quoted.

    A decision after ``due_at`` has missed its service level (``breached``); at ``expires_at`` nobody waits any more.
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
    conditions: list[str] = []
    values: dict[str, Any] = {}
    states = words_of(call, "state", (*STATES, OPEN))
    if states:
        conditions.append("has({states:Array(String)}, state)")
        values["states"] = [one for state in states for one in (STATES[:2] if state == OPEN else (state,))]
    if "type" in call.parameters:
        conditions.append("account = {type:String}")
        values["type"] = call.parameters["type"]
    if "team" in call.parameters:
        conditions.append("team = {team:String}")
        values["team"] = team_id_of(call, call.parameters["team"])
    if "user" in call.parameters:
        conditions.append("user = {user:String}")
        values["user"] = user_id_of(call, call.parameters["user"])
    if "request" in call.parameters:
        conditions.append("JSONExtractString(value, 'request') = {request:String}")
        values["request"] = call.parameters["request"]
    if "cursor" in call.parameters:
        conditions.append("id < {before:String}")
        values["before"] = decode_cursor(call.parameters["cursor"], _KIND, (str,)).key[0]
    limit = limit_of(call)
    found = await _values(call.deps.store, call.scope, conditions, values, limit + 1)
    as_of = call.position(topics.LEDGER)
    next_cursor = None
    if len(found) > limit:
        next_cursor = encode_cursor(Cursor(kind=_KIND, key=(found[limit - 1].id,), as_of=as_of.offset))
    return Page[Escalation](
        data=[_escalation(value, call.directory) for value in found[:limit]],
        next_cursor=next_cursor,
        as_of=str(as_of),
        lag_ms=call.lag_ms(topics.LEDGER),
    )


async def escalation(call: Call) -> One[Escalation]:
    """Answer ``GET /v1/escalations/{id}``."""
    refuse_unknown(call.parameters, (item.name for item in ONE_PARAMETERS))
    name = call.path["id"]
    found = await _values(call.deps.store, call.scope, ["id = {id:String}"], {"id": name}, 1)
    if not found:
        raise not_found("escalation", name)
    return One[Escalation](
        data=_escalation(found[0], call.directory),
        as_of=str(call.position(topics.LEDGER)),
        lag_ms=call.lag_ms(topics.LEDGER),
    )


async def _values(
    store: Store, scope: TenantScope, conditions: list[str], values: dict[str, Any], limit: int
) -> list[Value]:
    within = row_condition(scope)
    where = " AND ".join([within.sql, "kind = 'escalation'", *conditions])
    answer = await store.query(
        f"SELECT value FROM ledger_values FINAL WHERE {where} ORDER BY id DESC LIMIT {int(limit)}",
        {**within.parameters, **values},
    )
    return [escalation_of(value) for (value,) in answer.rows]


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
        opened_at=format_time(value.opened_at),
        due_at=format_time(value.due_at),
        expires_at=None if value.expires_at is None else format_time(value.expires_at),
        breached=value.breached,
        claimed_by=directory.user_label(value.claimed_by) if value.claimed_by else None,
        resolution=value.resolution,
        resolved_by=directory.user_label(value.resolved_by) if value.resolved_by else None,
        note=value.note,
    )
