"""``/v1/tickets``: requests that no wallet covered, and what became of them."""

from __future__ import annotations

from typing import Any, Final, get_args

from keeptrusts.projections.query_api.asking import (
    CURSOR,
    LIMIT,
    MIN_POSITION,
    limit_of,
    refuse_unknown,
    time_of,
    words_of,
)
from keeptrusts.projections.query_api.call import Call, Parameter
from keeptrusts.projections.query_api.cursors import Cursor, decode_cursor, encode_cursor
from keeptrusts.projections.query_api.directory_view import Directory
from keeptrusts.projections.query_api.ledger_values import actor_label, team_id_of, ticket_of, user_id_of
from keeptrusts.projections.query_api.models import One, Page
from keeptrusts.projections.query_api.money_models import Ticket
from keeptrusts.projections.query_api.problems import not_found
from keeptrusts.projections.query_api.scope import TenantScope, row_condition
from keeptrusts.projections.store.protocol import Store
from keeptrusts.schemas import topics
from keeptrusts.schemas.money import format_usd
from keeptrusts.schemas.snapshots.ledger import TicketState, TicketValue

_KIND: Final = "tickets"
STATES: Final[tuple[str, ...]] = get_args(TicketState)
ID: Final = Parameter(name="id", help="ticket id", place="path")
LIST_PARAMETERS: Final = (
    Parameter(name="state", help="only tickets in these states: " + ", ".join(STATES)),
    Parameter(name="team", help="only tickets of this team (id, slug or name)"),
    Parameter(name="user", help="only tickets of this person (id or e-mail)"),
    Parameter(name="request", help="only the ticket of this request"),
    LIMIT,
    CURSOR,
    MIN_POSITION,
)
ONE_PARAMETERS: Final = (ID, MIN_POSITION)


async def tickets(call: Call) -> Page[Ticket]:
    """Answer ``GET /v1/tickets``, the newest first."""
    refuse_unknown(call.parameters, (item.name for item in LIST_PARAMETERS))
    conditions: list[str] = []
    values: dict[str, Any] = {}
    states = words_of(call, "state", STATES)
    if states:
        conditions.append("has({states:Array(String)}, state)")
        values["states"] = list(states)
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
    return Page[Ticket](
        data=[_ticket(value, call.directory) for value in found[:limit]],
        next_cursor=next_cursor,
        as_of=str(as_of),
        lag_ms=call.lag_ms(topics.LEDGER),
    )


async def ticket(call: Call) -> One[Ticket]:
    """Answer ``GET /v1/tickets/{id}``."""
    refuse_unknown(call.parameters, (item.name for item in ONE_PARAMETERS))
    name = call.path["id"]
    found = await _values(call.deps.store, call.scope, ["id = {id:String}"], {"id": name}, 1)
    if not found:
        raise not_found("ticket", name)
    return One[Ticket](
        data=_ticket(found[0], call.directory),
        as_of=str(call.position(topics.LEDGER)),
        lag_ms=call.lag_ms(topics.LEDGER),
    )


async def _values(
    store: Store, scope: TenantScope, conditions: list[str], values: dict[str, Any], limit: int
) -> list[TicketValue]:
    within = row_condition(scope)
    where = " AND ".join([within.sql, "kind = 'ticket'", *conditions])
    answer = await store.query(
        f"SELECT value FROM ledger_values FINAL WHERE {where} ORDER BY id DESC LIMIT {int(limit)}",
        {**within.parameters, **values},
    )
    return [ticket_of(value) for (value,) in answer.rows]


def _ticket(value: TicketValue, directory: Directory) -> Ticket:
    return Ticket(
        id=value.id,
        state=value.state,
        request=value.request,
        team=directory.team_label(value.team) if value.team else None,
        team_id=value.team,
        user=directory.user_label(value.user) if value.user else None,
        user_id=value.user,
        principal=value.principal,
        model=value.model,
        need=format_usd(value.need),
        cascade=list(value.cascade),
        budgets=[claim.account for claim in value.budgets],
        wallet=value.wallet,
        amount=format_usd(value.amount),
        opened_at=time_of(value.opened_ms * 1000),
        until_at=time_of(value.until_ms * 1000) if value.until_ms else None,
        decided_by=actor_label(value.decided_by, directory),
        reason=value.reason,
        incarnation=value.incarnation,
        leases=list(value.leases),
    )
