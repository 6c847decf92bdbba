"""Cost tickets: a call that no wallet covers waits for money, and leaves a ticket behind if none comes in time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from keeptrusts.gateway.pipeline.connection import CallerConnection
from keeptrusts.gateway.pipeline.input_hash import input_hash, principal
from keeptrusts.gateway.pipeline.record import money_event
from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.gateway.pipeline.values import Caller, IncomingCall, ModelCall
from keeptrusts.gateway.wallets.leases import Obstacle, Payers, Taken
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.money import (
    ACK_UNKNOWN,
    BUDGET_REACHED,
    CALLER_GONE,
    TicketOpened,
    TicketRedeemed,
    TicketWithdrawn,
)
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.ids import TICKET, has_prefix
from keeptrusts.schemas.money import format_usd
from keeptrusts.schemas.publishing import AckUnknownError, PublishError
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.grants import TicketDenied, TicketFunded

TICKET_HEADER: Final = "x-keeptrusts-ticket"
REDEEM_WITHIN_S: Final = 5.0
UNFUNDED: Final = "unfunded"
_WITHDRAWN_FOR: Final = MappingProxyType({"wallet": UNFUNDED, "budget": BUDGET_REACHED})
"""Why a ticket is withdrawn, by what stands in the way: it is offered to the caller only where that is a wallet."""


@frozen
class Claimant:
    """A call that needs money: who asks for what, what it may cost, and how many seconds it may wait."""

    call: IncomingCall
    caller: Caller
    asked: ModelCall
    payers: Payers
    need: int
    hold: str
    model: str
    wait_s: float


@frozen
class Held:
    """A hold with its room, and the ticket that paid for it."""

    taken: Taken
    ticket: str


@frozen
class Refused:
    """No money came. ``ticket`` names the ticket that stays behind, if one does."""

    problem: Problem
    ticket: str | None = None
    client_gone: bool = False


async def wait_for_money(
    services: Services, who: Claimant, obstacle: Obstacle, connection: CallerConnection
) -> Held | Refused:
    """Open a ticket and wait on it, with nothing sent, until money comes or the time is over.

    The refusal offers the ticket, unless what stands in the way is a budget.
    """
    org, desk = who.caller.identity.org, services.desk
    ticket = services.ids.new(TICKET)
    wait = desk.expect_ticket(ticket, org)
    waited = False
    try:
        problem = await _open(services, who, ticket)
        if problem is not None:
            return Refused(problem=problem)
        services.counters.money.count_ticket("opened")
        connection.when_gone(_tell_gone(wait.result, org, ticket))
        try:
            async with asyncio.timeout(who.wait_s):
                answer = await wait.result
        except TimeoutError:
            answer = None
        finally:
            connection.when_gone(None)
        if isinstance(answer, TicketFunded):
            taken = desk.take(org, who.hold, who.payers, who.need, ticket)
            if taken is not None:
                waited = True
                services.counters.money.count_ticket("funded")
                return Held(taken=taken, ticket=ticket)
        gone = isinstance(answer, TicketDenied) and answer.reason == CALLER_GONE
        if isinstance(answer, TicketDenied) and not gone:
            services.counters.money.count_ticket("denied")
            return Refused(problem=_turned_down(who, ticket, answer), ticket=ticket)
        problem = await _withdraw(services, who, ticket, CALLER_GONE if gone else _WITHDRAWN_FOR[obstacle.kind])
        services.counters.money.count_ticket("withdrawn")
        if problem is None:
            problem = insufficient(who, obstacle, ticket) if obstacle.kind == "wallet" else None
        if problem is None:
            return Refused(problem=over_budget(obstacle), client_gone=gone)
        return Refused(problem=problem, ticket=ticket, client_gone=gone)
    finally:
        desk.stop_expecting(wait, unfunded=not waited)


async def redeem(services: Services, who: Claimant, ticket: str) -> Held | Refused:
    """Pay with an approved ticket, once; budgets must have agreed before, for a redeemed ticket is used up."""
    if not has_prefix(ticket, TICKET):
        return Refused(problem=_no_ticket("is no id of a ticket"))
    org, desk, identity = who.caller.identity.org, services.desk, who.caller.identity
    if who.payers.names:
        problem = await _budgets_agree(services, who)
        if problem is not None:
            return Refused(problem=problem)
    event = money_event(
        services,
        who.call,
        identity,
        TicketRedeemed(
            ticket=ticket,
            principal=principal(identity.user, identity.key_id),
            input_hash=input_hash(services.settings.oldest_secret, who.call, who.asked),
            incarnation=desk.incarnation,
            request=who.call.request,
            need=who.need,
        ),
    )
    wait = desk.expect_ticket(ticket, org, event=event.id)
    try:
        await services.publisher.append(event, deadline_s=services.settings.ack_timeout_s)
        async with asyncio.timeout(REDEEM_WITHIN_S):
            answer = await wait.result
    except PublishError:
        return Refused(problem=_not_recorded())
    except TimeoutError:
        return Refused(problem=ledger_silent())
    finally:
        desk.stop_expecting(wait, event=event.id)
    if isinstance(answer, TicketDenied):
        services.counters.money.count_ticket("refused")
        return Refused(problem=_not_redeemed(ticket, answer.reason))
    taken = desk.take(org, who.hold, who.payers, who.need, ticket)
    if taken is None:
        desk.ticket_over(org, ticket)
        return Refused(problem=ledger_silent())
    services.counters.money.count_ticket("redeemed")
    return Held(taken=taken, ticket=ticket)


async def _budgets_agree(services: Services, who: Claimant) -> Problem | None:
    """See that the budgets have leases for the call; what is taken for the test is given back at once."""
    org, desk = who.caller.identity.org, services.desk
    budgets = Payers.of((), (), who.payers.budgets)
    probe = f"{who.hold}-budgets"
    answer = desk.take(org, probe, budgets, who.need) or await desk.wait(
        org, probe, budgets, who.need, timeout_s=REDEEM_WITHIN_S
    )
    if answer is None:
        return ledger_silent()
    if isinstance(answer, Obstacle):
        return over_budget(answer)
    desk.voided(org, probe)
    return None


async def _open(services: Services, who: Claimant, ticket: str) -> Problem | None:
    identity = who.caller.identity
    opened = TicketOpened(
        ticket=ticket,
        request=who.call.request,
        cascade=who.payers.cascade,
        need=who.need,
        input_hash=input_hash(services.settings.oldest_secret, who.call, who.asked),
        principal=principal(identity.user, identity.key_id),
        deadline_at=services.now() + timedelta(seconds=who.wait_s),
        incarnation=services.desk.incarnation,
        budgets=who.payers.budgets,
        identity=identity,
        model=who.model,
    )
    try:
        await _append(services, who, opened)
    except AckUnknownError:
        withdrawn = TicketWithdrawn(ticket=ticket, reason=ACK_UNKNOWN)
        services.late_records.append(money_event(services, who.call, identity, withdrawn))
        return _not_recorded()
    except PublishError:
        return _not_recorded()
    return None


async def _withdraw(services: Services, who: Claimant, ticket: str, reason: str) -> Problem | None:
    """Stop waiting; a Problem when the log did not take it, which then follows later."""
    event = money_event(services, who.call, who.caller.identity, TicketWithdrawn(ticket=ticket, reason=reason))
    try:
        await services.publisher.append(event, deadline_s=services.settings.ack_timeout_s)
    except PublishError:
        services.late_records.append(event)
        return _not_recorded()
    return None


async def _append(services: Services, who: Claimant, data: Record) -> None:
    event = money_event(services, who.call, who.caller.identity, data)
    acks = await services.publisher.append(event, deadline_s=services.settings.ack_timeout_s)
    services.desk.heard(who.caller.identity.org, acks[-1])


def _tell_gone(result: asyncio.Future[TicketFunded | TicketDenied], org: str, ticket: str) -> Callable[[], None]:
    def tell() -> None:
        if not result.done():
            result.set_result(TicketDenied(ledger=org, ticket=ticket, reason=CALLER_GONE))

    return tell


def insufficient(who: Claimant, obstacle: Obstacle, ticket: str) -> Problem:
    """Say that no wallet covers a call, and how its ticket is paid."""
    return Problem(
        code="insufficient_funds",
        message=(
            f"no wallet covers this request: it may cost up to {format_usd(who.need)} USD, and "
            f"{format_usd(obstacle.available)} USD is available; ticket {ticket} is open for it"
        ),
        fix=(
            f"Ask an admin to approve it (kt ticket approve {ticket} --wallet organization), then send the same "
            f"request again with the header X-Keeptrusts-Ticket: {ticket}"
        ),
        details=MappingProxyType({"ticket": ticket}),
    )


def over_budget(obstacle: Obstacle) -> Problem:
    """Say that a hard budget does not cover a call."""
    name = (obstacle.account or "").removeprefix("budget:")  # as kt budget knows it
    return Problem(
        code="budget_exceeded",
        message=f"budget {name} has {format_usd(max(0, obstacle.available))} USD left, which does not "
        "cover this request",
        fix="Wait for the next period, ask for less, or ask an admin to raise the budget",
    )


def ledger_silent() -> Problem:
    """Say that the ledger did not answer, so nobody knows whether a call is covered."""
    return Problem(
        code="not_ready",
        message="the ledger did not answer in time, so the request could not be paid for",
        fix="Retry in a moment; if it stays, check that the processors run (kt status)",
        retry_after_s=1,
    )


def _turned_down(who: Claimant, ticket: str, denied: TicketDenied) -> Problem:
    why = denied.reason if denied.note is None else f"{denied.reason}, {denied.note.rstrip('.')}"
    return Problem(
        code="insufficient_funds",
        message=f"no wallet covers this request, and ticket {ticket} was turned down: {why}",
        fix=f"Ask for less than {format_usd(who.need)} USD, or ask an admin for money",
        details=MappingProxyType({"ticket": ticket}),
    )


def _no_ticket(why: str) -> Problem:
    return Problem(
        code="not_found", message=f"X-Keeptrusts-Ticket {why}", fix="Send the id that the 402 gave", param=TICKET_HEADER
    )


_OTHER: Final = MappingProxyType(
    {
        "not_found": ("not_found", "is not known", "Send the id that the 402 gave"),
        "other_principal": ("permission_denied", "was opened for another caller", "Send it with that caller's key"),
        "other_input": ("invalid_request", "was opened for another request", "Send the same request as before"),
        "already_redeemed": ("conflict", "has been used already", "Leave it away; a new one opens if need be"),
        "not_approved": ("insufficient_funds", "is not approved", "Ask an admin to approve it (kt ticket approve)"),
        "too_small": ("insufficient_funds", "does not cover this request", "Leave it away; a new one opens"),
    }
)


def _not_redeemed(ticket: str, reason: str) -> Problem:
    code, what, fix = _OTHER.get(reason, ("insufficient_funds", f"cannot be used: {reason}", "Leave it away"))
    return Problem(
        code=code,
        message=f"ticket {ticket} {what}",
        fix=fix,
        param=TICKET_HEADER,
        details=MappingProxyType({"ticket": ticket, "reason": reason}),
    )


def _not_recorded() -> Problem:
    return Problem(
        code="audit_unavailable",
        message="the ticket could not be recorded, so nothing was done",
        fix="Retry in a moment",
        retry_after_s=1,
    )
