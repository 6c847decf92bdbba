"""What time alone brings: leases taken back, holds presumed spent, tickets and periods ended, recurring allocations."""

from __future__ import annotations

import heapq
from typing import Final

from keeptrusts.schemas.snapshots.ledger import BudgetPeriodClosed, RequestClosed
from keeptrusts.stream_processors.authority.draft import Draft
from keeptrusts.stream_processors.authority.money import allocations, holds, leases, tickets
from keeptrusts.stream_processors.authority.money_state import Timer
from keeptrusts.stream_processors.authority.sizes import CORRECTABLE_MS, GRACE_MS, MOST_SWEPT
from keeptrusts.stream_processors.authority.state import LedgerState

ABANDONED_AFTER_MS: Final = 15 * 60 * 1000
"""A decided call without completion is given up after this much ledger time."""


def next_deadline_ms(state: LedgerState) -> int | None:
    """Give the ledger time after which something is due, or None when nothing waits."""
    _drop_stale(state)
    oldest = next(iter(state.open_requests.values()), None)
    due = [] if oldest is None else [oldest.opened_ms + ABANDONED_AFTER_MS]
    others = (state.money.next_deadline_ms(), state.escalations_due_ms, state.exports_due_ms)
    due += [at for at in others if at is not None]
    return min(due, default=None)


def anything_due(state: LedgerState) -> bool:
    """Say whether a tick would end something now."""
    due = next_deadline_ms(state)
    return due is not None and due < state.ledger_time_ms


def before(draft: Draft) -> None:
    """End what must not stand in the way of this record: leases whose time is up, allocations that are due."""
    timers, swept = draft.state.money.timers, 0
    while timers and timers[0][0] < draft.now_ms and swept < MOST_SWEPT:
        timer = heapq.heappop(timers)
        if _is_due(draft.state, timer):
            _end(draft, timer)
            swept += 1


def after(draft: Draft) -> None:
    """End what this record could still have ended itself: holds and calls without their end."""
    money = draft.state.money
    for _ in range(MOST_SWEPT):
        held = next(iter(money.holds.values()), None)
        if held is None or held.deadline_ms >= draft.now_ms:
            break
        holds.presume(draft, held)
    for _ in range(MOST_SWEPT):
        held = next(iter(money.presumed.values()), None)
        if held is None or (held.presumed_ms or 0) + CORRECTABLE_MS >= draft.now_ms:
            break
        holds.forget(draft, held)
    for request in abandoned(draft.state):
        draft.change(RequestClosed(request=request, abandoned=True))


def abandoned(state: LedgerState) -> tuple[str, ...]:
    """Give the calls whose completion is overdue, oldest first: calls are kept in the order they were opened."""
    overdue: list[str] = []
    for request, opened in state.open_requests.items():
        if opened.opened_ms + ABANDONED_AFTER_MS >= state.ledger_time_ms or len(overdue) >= MOST_SWEPT:
            break
        overdue.append(request)
    return tuple(overdue)


def _drop_stale(state: LedgerState) -> None:
    timers = state.money.timers
    while timers and not _is_due(state, timers[0]):
        heapq.heappop(timers)


def _is_due(state: LedgerState, timer: Timer) -> bool:
    """Say whether a timer still speaks of something: what it was set for may have ended or moved."""
    at_ms, kind, identifier = timer
    money = state.money
    match kind:
        case "lease":
            lease = money.leases.get(identifier)
            return lease is not None and lease.open and lease.expires_ms + GRACE_MS == at_ms
        case "ticket":
            ticket = money.tickets.get(identifier)
            return ticket is not None and ticket.until_ms == at_ms
        case "allocation":
            allocation = money.allocations.get(identifier)
            return allocation is not None and allocation.next_ms == at_ms
        case "hold":
            held = money.long_holds.get(identifier)
            return held is not None and held.deadline_ms == at_ms
        case "period":
            return identifier in money.periods


def _end(draft: Draft, timer: Timer) -> None:
    _, kind, identifier = timer
    money = draft.state.money
    match kind:
        case "lease":
            leases.close(draft, money.leases[identifier])
        case "ticket":
            tickets.expire(draft, money.tickets[identifier])
        case "allocation":
            allocations.carry_out(draft, money.allocations[identifier])
        case "hold":
            holds.presume(draft, money.long_holds[identifier])
        case "period":
            draft.change(BudgetPeriodClosed(full=identifier))
