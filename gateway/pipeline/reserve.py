"""The step between route and decision: the call's upper bound is taken from leases, or the call waits for money.

Where the leases at hand have room this is one synchronous step. Calls that nobody pays for and no cap limits pass.
"""

from __future__ import annotations

from typing import Final, final

from keeptrusts.gateway.pipeline.admit import cheaper_routes
from keeptrusts.gateway.pipeline.bounding import Quote, quote
from keeptrusts.gateway.pipeline.connection import CallerConnection
from keeptrusts.gateway.pipeline.payers import applying_limits
from keeptrusts.gateway.pipeline.services import Configuration, Services
from keeptrusts.gateway.pipeline.spending import Reservation, reservation
from keeptrusts.gateway.pipeline.tickets import (
    TICKET_HEADER,
    Claimant,
    Held,
    Refused,
    ledger_silent,
    over_budget,
    redeem,
    wait_for_money,
)
from keeptrusts.gateway.pipeline.values import Admission, Caller, IncomingCall, ModelCall, Prepared, Routes
from keeptrusts.gateway.policies.run import ChainOutcome, judged_later
from keeptrusts.gateway.wallets.bounds import shrink_to_fit
from keeptrusts.gateway.wallets.leases import Obstacle, Payers
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.frozen import frozen, replace
from keeptrusts.schemas.policy_document.document import WalletOptions

LEASE_WITHIN_S: Final = 5.0


@frozen
class Asking:
    """One call that asks for money: everything that is known of it when it does."""

    services: Services
    configuration: Configuration
    call: IncomingCall
    caller: Caller
    asked: ModelCall
    admission: Admission

    @property
    def options(self) -> WalletOptions:
        return self.configuration.compiled.document.wallets


@frozen
class Funded:
    """A call that may be dispatched as far as money goes. ``reservation`` is None where nothing is held for it."""

    outcome: ChainOutcome
    routes: Routes
    reservation: Reservation | None = None


@final
@frozen
class Unfunded:
    """A call that is refused for money; ``outcome`` is what policies say by now."""

    outcome: ChainOutcome
    problem: Problem
    ticket: str | None = None
    client_gone: bool = False


@final
@frozen
class Waiting:
    """A call whose accounts have no room at hand; ``shrunk_to`` is the output limit that it was given to fit."""

    outcome: ChainOutcome
    routes: Routes
    payers: Payers
    quote: Quote
    shrunk_to: int | None = None


def reserve(one: Asking, routes: Routes) -> Funded | Unfunded | Waiting:
    """Take the call's hold from leases at hand, in one step; Waiting where there is no room or a ticket is sent."""
    services, admission = one.services, one.admission
    outcome, chain = admission.outcome, admission.chain
    if not one.asked.metered:
        return Funded(outcome=outcome, routes=routes)
    payers = admission.payers
    if payers is None and not chain.spending:
        return Funded(outcome=outcome, routes=routes)
    bounded = quote(services, one.call, one.asked, routes.first, one.options)
    if bounded is None:
        return Funded(outcome=outcome, routes=routes)
    if type(bounded) is Problem:
        return Unfunded(outcome=outcome, problem=bounded)
    if chain.spending:
        outcome = _within_request_limits(one, outcome, bounded.bound.amount)
        if outcome.problem is not None:
            return Unfunded(outcome=outcome, problem=outcome.problem)
    routes = _going_to(routes, bounded.prepared)
    if payers is None:
        return Funded(outcome=outcome, routes=routes)
    if one.call.headers.get(TICKET_HEADER) is None or not payers.wallets:
        org, hold = one.caller.identity.org, f"{one.call.request}/1"
        taken = services.desk.take(org, hold, payers, bounded.bound.amount)
        if taken is not None:
            held = reservation(services, payers, taken, bounded, None)
            return _funded(one, outcome, routes, held)
    return Waiting(outcome=outcome, routes=routes, payers=payers, quote=bounded)


async def wait_for_hold(one: Asking, waiting: Waiting, connection: CallerConnection) -> Funded | Unfunded:
    """Wait for a lease, then by ticket for money; at a hard cap cheaper models are tried first."""
    ticket = one.call.headers.get(TICKET_HEADER)
    if ticket is not None and waiting.payers.wallets:
        return _ended(one, waiting, await redeem(one.services, _claimant(one, waiting), ticket), None)
    got = await _lease(one, waiting)
    if isinstance(got, Obstacle) and got.kind == "budget":
        cheaper = _cheaper(one, waiting)
        if cheaper is not None:
            fallback = await _lease(one, cheaper)
            if isinstance(fallback, Funded):
                return fallback
        if got.final:
            return _over_budget(one, waiting.outcome, got)
    elif isinstance(got, Obstacle) and one.options.shrink_to_fit:
        smaller = _shrunk(one, waiting, got)
        if smaller is not None:
            fitting = await _lease(one, smaller)
            if isinstance(fitting, Funded):
                return fitting
    if not isinstance(got, Obstacle):
        return got
    end = await wait_for_money(one.services, _claimant(one, waiting), got, connection)
    return _ended(one, waiting, end, got)


async def _lease(one: Asking, waiting: Waiting) -> Funded | Unfunded | Obstacle:
    services, amount = one.services, waiting.quote.bound.amount
    org, hold = one.caller.identity.org, f"{one.call.request}/1"
    answer = await services.desk.wait(org, hold, waiting.payers, amount, timeout_s=LEASE_WITHIN_S)
    if answer is None:
        return Unfunded(outcome=waiting.outcome, problem=ledger_silent())
    if isinstance(answer, Obstacle):
        return answer
    held = reservation(services, waiting.payers, answer, waiting.quote, None, waiting.shrunk_to)
    return _funded(one, waiting.outcome, waiting.routes, held)


def _cheaper(one: Asking, waiting: Waiting) -> Waiting | None:
    """Give the same call for its budget fallbacks; None without one that costs less."""
    routes = cheaper_routes(one.services, one.configuration, one.call, one.caller, one.asked, one.admission)
    if type(routes) is Problem:
        return None
    bounded = quote(one.services, one.call, one.asked, routes.first, one.options)
    if bounded is None or type(bounded) is Problem:
        return None
    return replace(waiting, routes=_going_to(routes, bounded.prepared), quote=bounded)


def _shrunk(one: Asking, waiting: Waiting, obstacle: Obstacle) -> Waiting | None:
    """Give the same call with its output limited to what is available; None where that is too little."""
    fits = shrink_to_fit(waiting.quote.bound, obstacle.available)
    if fits is None:
        return None
    bounded = quote(one.services, one.call, one.asked, waiting.routes.first, one.options, fits)
    if bounded is None or type(bounded) is Problem or bounded.bound.amount > obstacle.available:
        return None
    return replace(waiting, routes=_going_to(waiting.routes, bounded.prepared), quote=bounded, shrunk_to=fits)


def _claimant(one: Asking, waiting: Waiting) -> Claimant:
    return Claimant(
        call=one.call,
        caller=one.caller,
        asked=one.asked,
        payers=waiting.payers,
        need=waiting.quote.bound.amount,
        hold=f"{one.call.request}/1",
        model=waiting.quote.prepared.route.model,
        wait_s=one.options.max_wait_s,
    )


def _ended(one: Asking, waiting: Waiting, end: Held | Refused, obstacle: Obstacle | None) -> Funded | Unfunded:
    if isinstance(end, Held):
        held = reservation(one.services, waiting.payers, end.taken, waiting.quote, end.ticket)
        return _funded(one, waiting.outcome, waiting.routes, held)
    if end.problem.code == "budget_exceeded" and obstacle is not None:
        return _over_budget(one, waiting.outcome, obstacle, client_gone=end.client_gone)
    return Unfunded(outcome=waiting.outcome, problem=end.problem, ticket=end.ticket, client_gone=end.client_gone)


def _funded(one: Asking, outcome: ChainOutcome, routes: Routes, held: Reservation) -> Funded:
    for account in held.taken.over_limit:
        outcome = _at_cap(one, outcome, account)
    return Funded(outcome=outcome, routes=routes, reservation=held)


def _over_budget(one: Asking, outcome: ChainOutcome, obstacle: Obstacle, *, client_gone: bool = False) -> Unfunded:
    """Refuse for a hard cap, in the words of the policy that set it, if one did."""
    judged = _at_cap(one, outcome, obstacle.account or "")
    problem = judged.problem or over_budget(obstacle)
    return Unfunded(outcome=judged, problem=problem, client_gone=client_gone)


def _at_cap(one: Asking, outcome: ChainOutcome, account: str) -> ChainOutcome:
    """Let the policies whose cap is kept under an account say what follows from its being used up."""
    chain, facts = one.admission.chain, one.admission.facts
    for index in applying_limits(chain, facts):
        compiled, limit = chain.spending[index]
        decision = limit.reached(account, facts)
        if decision is not None:
            outcome = judged_later(outcome, compiled, decision)
    return outcome


def _within_request_limits(one: Asking, outcome: ChainOutcome, bound: int) -> ChainOutcome:
    chain = one.admission.chain
    for index in applying_limits(chain, one.admission.facts):
        compiled, limit = chain.spending[index]
        decision = limit.over_request_limit(bound)
        if decision is not None:
            outcome = judged_later(outcome, compiled, decision)
    return outcome


def _going_to(routes: Routes, prepared: Prepared) -> Routes:
    return routes if prepared is routes.first else Routes(first=prepared, fallbacks=routes.fallbacks)
