"""``/v1/tickets``: requests that no wallet covered, and what became of them."""

from __future__ import annotations

from typing import Final, get_args

from keeptrusts.projections.query_api.asking import (
    CURSOR,
    LIMIT,
    MIN_POSITION,
    refuse_unknown,
    time_of,
    words_of,
)
from keeptrusts.projections.query_api.call import Call, Parameter
from keeptrusts.projections.query_api.directory_view import Directory
from keeptrusts.projections.query_api.ledger_values import actor_label, newest, selected, the_one, ticket_of
from keeptrusts.projections.query_api.models import One, Page
from keeptrusts.projections.query_api.money_models import Ticket
from keeptrusts.schemas.money import format_usd
from keeptrusts.schemas.snapshots.ledger import TicketState, TicketValue

_KIND: Final = "ticket"
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
    selection = selected(call)
    states = words_of(call, "state", STATES)
    if states:
        selection.where("has({states:Array(String)}, state)", states=list(states))
    return await newest(call, _KIND, selection, lambda value: _ticket(ticket_of(value), call.directory))


async def ticket(call: Call) -> One[Ticket]:
    """Answer ``GET /v1/tickets/{id}``."""
    refuse_unknown(call.parameters, (item.name for item in ONE_PARAMETERS))
    return await the_one(call, _KIND, lambda value: _ticket(ticket_of(value), call.directory))


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
