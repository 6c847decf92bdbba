"""Calls: opened with their decision and its hold, attempted again, ended once with what they cost."""

from __future__ import annotations

from typing import Final

from keeptrusts.schemas.events.identity import DENYING
from keeptrusts.schemas.events.money import HoldSettled, HoldVoided
from keeptrusts.schemas.events.request import RequestAttempted, RequestCompleted, RequestDecided
from keeptrusts.schemas.record import trusted
from keeptrusts.schemas.snapshots.ledger import HoldOpened, Outcome, RequestClosed, RequestOpened
from keeptrusts.stream_processors.authority.draft import Draft
from keeptrusts.stream_processors.authority.money import budgets, charging, holds
from keeptrusts.stream_processors.authority.state import LedgerState

_MOST_ATTEMPTS: Final = 100

Decided = tuple[Outcome, str | None]
"""What became of a record, and why if that is not plain."""


def opens(state: LedgerState, decided: RequestDecided) -> bool:
    """Say whether a decision opens a call: refusals and repeats do not."""
    known = decided.request in state.open_requests or decided.request in state.closed_requests
    return decided.verdict not in DENYING and not known


def tries_again(state: LedgerState, attempt: RequestAttempted) -> bool:
    """Say whether an attempt holds money for a call that is open."""
    return attempt.hold is not None and attempt.request in state.open_requests


def ends(state: LedgerState, completed: RequestCompleted) -> bool:
    """Say whether a completion ends anything: a call, a hold, or one that may still come."""
    if completed.request in state.open_requests:
        return True
    end = completed.settle or completed.void
    if end is None:
        return False
    buried = state.money.buried.get(end.hold)
    expected = end.hold in state.money.presumed or (buried is not None and buried.reason != "early")
    return expected or completed.request not in state.closed_requests


def opened(draft: Draft, decided: RequestDecided) -> Decided:
    """Open a call that may be dispatched, with its hold if the leases cover it (rule 3)."""
    state, hold = draft.state, decided.hold
    owner = holds.incarnation_of(draft.event.source)
    reason = None if hold is None else holds.rejection(state, hold, owner, draft.timestamp_ms)
    if hold is not None and reason is not None:
        holds.reject(draft, hold, reason)
        hold = None
    drawn = frozenset(draw.account for draw in hold.draws) if hold is not None else frozenset()
    counted = budgets.counting(state, decided.identity, decided.gateway, drawn)
    change = {
        "budgets": counted or None,
        "cascade": charging.cascade(state, decided.identity),
        "deadline_ms": None if hold is None else holds.deadline_ms(draft, hold),
        "hold": hold,
        "kind": "request_opened",
        "opened_ms": draft.now_ms,
        "owner": None if hold is None else owner,
        "request": decided.request,
    }
    draft.change(trusted(RequestOpened, change))
    return ("opened", None) if reason is None else ("hold_rejected", reason)


def attempted(draft: Draft, attempt: RequestAttempted) -> Decided:
    """Take the hold of a further attempt."""
    hold = attempt.hold
    assert hold is not None, "an attempt without a hold concerns nobody here"
    owner = holds.incarnation_of(draft.event.source)
    reason = holds.rejection(draft.state, hold, owner, draft.timestamp_ms)
    if reason is not None:
        holds.reject(draft, hold, reason)
        return "hold_rejected", reason
    request = draft.state.open_requests[attempt.request]
    drawn = frozenset(draw.account for draw in hold.draws)
    draft.change(
        HoldOpened(
            request=attempt.request,
            hold=hold,
            owner=owner,
            deadline_ms=holds.deadline_ms(draft, hold),
            cascade=request.cascade,
            budgets=budgets.not_drawn(request.budgets or (), drawn),
        )
    )
    return "attempted", None


def settled(draft: Draft, end: HoldSettled) -> Decided:
    """End a hold of an earlier attempt with a charge, or correct one that was presumed."""
    outcome, reason = holds.settle(draft, end)
    return ("settled", reason) if outcome in ("charged", "unmetered", "unfunded", "closed") else (outcome, reason)


def voided(draft: Draft, end: HoldVoided) -> Decided:
    return holds.void(draft, end.hold)


def completed(draft: Draft, end: RequestCompleted) -> Decided:
    """End a call once: settle or void its last hold, or charge it without one (rule 7)."""
    opened_as = draft.state.open_requests.get(end.request)
    outcome: Outcome = "closed"
    reason = None
    if end.settle is not None:
        outcome, reason = holds.settle(draft, end.settle)
    elif end.void is not None:
        _, reason = holds.void(draft, end.void.hold)
    elif opened_as is not None and opened_as.hold is None and not _holds_money(draft.state, end):
        cost = end.cost or 0
        outcome = charging.charge_without_hold(draft, opened_as.cascade, cost)
        budgets.count(draft, opened_as.budgets or (), cost, opened_as.opened_ms)
    if opened_as is not None:
        draft.change(trusted(RequestClosed, {"abandoned": False, "kind": "request_closed", "request": end.request}))
        outcome = "closed" if outcome == "ignored" else outcome
    return outcome, reason


def _holds_money(state: LedgerState, end: RequestCompleted) -> bool:
    """Say whether an attempt of a call holds money that its end says nothing about; its deadline settles that."""
    money = state.money
    if not (money.holds or money.long_holds or money.presumed):
        return False
    ids = [f"{end.request}/{number}" for number in range(1, min(end.attempts, _MOST_ATTEMPTS) + 1)]
    return any(money.open_hold(one) is not None or one in money.presumed for one in ids)
