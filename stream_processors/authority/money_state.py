"""The money slice of a ledger's state: leases, holds, tickets, budgets. Only ``absorb`` changes it, from a change.

Everything is found by id and kept while it is open; what ends leaves. Times are ledger time in milliseconds.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from keeptrusts.schemas.events.money import HOLD_MS, Draw, Hold
from keeptrusts.schemas.snapshots.directory import BudgetValue
from keeptrusts.schemas.snapshots.ledger import (
    AllocationValue,
    BudgetPeriodClosed,
    BudgetPeriodOpened,
    Change,
    HoldBuried,
    HoldClosed,
    HoldOpened,
    IdempotencyValue,
    LeaseClosed,
    LeaseOpened,
    LeaseReduced,
    RequestOpened,
    ThresholdReached,
    TicketValue,
)
from keeptrusts.stream_processors.authority.sizes import (
    ASKED_LATELY_MS,
    CORRECTABLE_MS,
    GRACE_MS,
    MOST_ENDED_TICKETS,
    PERIOD_KEPT_MS,
)

MOST_FORGOTTEN = 10
"""How many remembered things whose time is up one entry lets go."""

Timer = tuple[int, Literal["lease", "ticket", "allocation", "hold", "period"], str]


@dataclass(slots=True)
class Lease:
    """A right to spend. What may still be held on it is ``granted - used - held``; closed, it only waits for holds.

    ``ticket`` is the one that it was granted for, if it was.
    """

    id: str
    account: str
    full: str
    incarnation: str
    granted: int
    expires_ms: int
    used: int = 0
    held: int = 0
    open: bool = True
    ticket: str | None = None

    @property
    def room(self) -> int:
        return self.granted - self.used - self.held


@dataclass(slots=True)
class HeldMoney:
    """One attempt's upper bound, taken from each of its leases, which belong to the accounts ``fulls``.

    ``presumed_ms`` is when it was presumed spent, ``payer`` who paid then if no wallet was drawn on.
    """

    id: str
    request: str
    amount: int
    draws: tuple[Draw, ...]
    fulls: tuple[str, ...]
    owner: str
    opened_ms: int
    deadline_ms: int
    cascade: tuple[str, ...]
    budgets: tuple[str, ...]
    presumed_ms: int | None = None
    charged: int = 0
    payer: str | None = None


@dataclass(slots=True)
class Buried:
    """A hold id that counts for nothing until then; ``rejected`` ones were refused, the others ended too early."""

    until_ms: int
    reason: Literal["early", "rejected", "released"]


@dataclass(slots=True)
class Period:
    """One budget's account for one period; ``told`` is the highest threshold that was said to be reached."""

    account: str
    limit: int
    over: int
    ends_ms: int
    told: int = 0


@dataclass(slots=True)
class Level:
    """What a wallet held after money last came in, and the lowest balance that was told since."""

    amount: int
    told: int = 101


@dataclass(slots=True)
class MoneyState:
    """What is open in a ledger's money. Memory grows with that, with wallets and with budgets, never with history."""

    leases: dict[str, Lease] = field(default_factory=dict)
    holds: dict[str, HeldMoney] = field(default_factory=dict)
    """Open ones, in the order they came, which is that of their deadlines."""
    long_holds: dict[str, HeldMoney] = field(default_factory=dict)
    """Open ones that were given longer; each has a timer."""
    presumed: dict[str, HeldMoney] = field(default_factory=dict)
    buried: dict[str, Buried] = field(default_factory=dict)
    tickets: dict[str, TicketValue] = field(default_factory=dict)
    waiting: dict[str, TicketValue] = field(default_factory=dict)
    """Tickets whose connections wait, first come first."""
    pressing: dict[str, int] = field(default_factory=dict)
    """How many waiting tickets name an account."""
    ended_tickets: dict[str, str] = field(default_factory=dict)
    budgets: dict[str, BudgetValue] = field(default_factory=dict)
    budgets_of: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    periods: dict[str, Period] = field(default_factory=dict)
    levels: dict[str, Level] = field(default_factory=dict)
    allocations: dict[str, AllocationValue] = field(default_factory=dict)
    backlog: bool = False
    """Whether the last entry funded as many tickets as one may, so that more may be covered."""
    idempotency: dict[str, IdempotencyValue] = field(default_factory=dict)
    key_of_request: dict[str, str] = field(default_factory=dict)
    askers: dict[str, dict[str, int]] = field(default_factory=dict)
    """By account: incarnations that were granted leases, and when."""
    timers: list[Timer] = field(default_factory=list, compare=False)
    """A heap of what comes due; what has changed since is passed over."""

    def open_hold(self, identifier: str) -> HeldMoney | None:
        """Give a hold that is neither settled, voided nor presumed spent."""
        return self.holds.get(identifier) or self.long_holds.get(identifier)

    def next_deadline_ms(self) -> int | None:
        """Give when the next thing here comes due, or None."""
        if self.backlog:
            return 0
        due = [self.timers[0][0]] if self.timers else []
        oldest = next(iter(self.holds.values()), None)
        if oldest is not None:
            due.append(oldest.deadline_ms)
        presumed = next(iter(self.presumed.values()), None)
        if presumed is not None and presumed.presumed_ms is not None:
            due.append(presumed.presumed_ms + CORRECTABLE_MS)
        return min(due, default=None)

    def forget(self, now_ms: int) -> None:
        """Let go of what is remembered only for a time, oldest first, a few at once."""
        for hold, buried in list(islice(self.buried.items(), MOST_FORGOTTEN)):
            if buried.until_ms >= now_ms:
                break
            del self.buried[hold]
        for claimed in list(islice(self.idempotency.values(), MOST_FORGOTTEN)):
            if claimed.until_ms >= now_ms:
                break
            self._drop_key(claimed)
        while len(self.ended_tickets) > MOST_ENDED_TICKETS:
            del self.ended_tickets[next(iter(self.ended_tickets))]

    def absorb(self, change: Change, now_ms: int) -> bool:
        """Take in one change; False when it does not concern money."""
        if type(change) is HoldClosed:
            self._close_hold(change, now_ms)
            return True
        if type(change) is RequestOpened:
            self._open_with_request(change)
            return True
        match change:
            case LeaseOpened():
                self._open_lease(change, now_ms)
            case LeaseReduced():
                self.leases[change.lease].granted -= change.amount
            case LeaseClosed():
                self._close_lease(change.lease)
            case HoldOpened():
                self._open_hold(change, change.hold, change.owner, change.deadline_ms, now_ms)
            case HoldBuried():
                reason: Literal["early", "rejected"] = "rejected" if change.rejected else "early"
                self.buried[change.hold] = Buried(change.until_ms, reason)
            case BudgetValue():
                self._put_budget(change)
            case BudgetPeriodOpened():
                self._put_period(change)
            case BudgetPeriodClosed():
                del self.periods[change.full]
            case ThresholdReached():
                self._told(change)
            case TicketValue():
                self._put_ticket(change)
            case AllocationValue():
                self.allocations[change.id] = change
                if change.state == "active":
                    heapq.heappush(self.timers, (change.next_ms, "allocation", change.id))
                else:
                    del self.allocations[change.id]
            case IdempotencyValue():
                self._put_key(change)
            case _:
                return False
        return True

    def _open_with_request(self, change: RequestOpened) -> None:
        if change.hold is None or change.owner is None or change.deadline_ms is None:
            return
        self._open_hold(change, change.hold, change.owner, change.deadline_ms, change.opened_ms)

    def _open_hold(
        self, change: RequestOpened | HoldOpened, hold: Hold, owner: str, deadline_ms: int, now_ms: int
    ) -> None:
        for draw in hold.draws:
            self.leases[draw.lease].held += draw.amount
        held = HeldMoney(
            id=hold.id,
            request=change.request,
            amount=hold.draws[0].amount,
            draws=hold.draws,
            fulls=tuple(self.leases[draw.lease].full for draw in hold.draws),
            owner=owner,
            opened_ms=now_ms,
            deadline_ms=deadline_ms,
            cascade=change.cascade,
            budgets=change.budgets or (),
        )
        if deadline_ms == now_ms + HOLD_MS:
            self.holds[hold.id] = held
        else:
            self.long_holds[hold.id] = held
            heapq.heappush(self.timers, (deadline_ms, "hold", hold.id))

    def _close_hold(self, change: HoldClosed, now_ms: int) -> None:
        held = self.holds.pop(change.hold, None) or self.long_holds.pop(change.hold, None)
        if held is not None:
            for draw in held.draws:
                self._end_draw(self.leases[draw.lease], draw.amount, change.charged)
        else:
            held = self.presumed.pop(change.hold)
            for draw in held.draws:
                lease = self.leases.get(draw.lease)
                if lease is not None:  # what comes back goes to the account, not to the lease
                    lease.granted -= held.charged - change.charged
                    lease.used -= held.charged - change.charged
        if change.state == "presumed":
            held.presumed_ms, held.charged, held.payer = now_ms, change.charged, change.payer
            self.presumed[change.hold] = held
        if change.state == "released":
            self.buried[change.hold] = Buried(now_ms + CORRECTABLE_MS, "released")

    def _end_draw(self, lease: Lease, amount: int, charged: int) -> None:
        lease.held -= amount
        lease.used += charged
        if not lease.open:
            lease.granted -= amount - charged
            if not lease.held:
                del self.leases[lease.id]

    def _open_lease(self, change: LeaseOpened, now_ms: int) -> None:
        assert change.lease not in self.leases, f"lease {change.lease} is open already"
        self.leases[change.lease] = Lease(
            id=change.lease,
            account=change.account,
            full=change.full,
            incarnation=change.incarnation,
            granted=change.granted,
            expires_ms=change.expires_at_ms,
            ticket=change.ticket,
        )
        heapq.heappush(self.timers, (change.expires_at_ms + GRACE_MS, "lease", change.lease))
        askers = self.askers.setdefault(change.account, {})
        askers.pop(change.incarnation, None)
        askers[change.incarnation] = now_ms
        while askers[next(iter(askers))] + ASKED_LATELY_MS < now_ms:
            del askers[next(iter(askers))]

    def _close_lease(self, identifier: str) -> None:
        lease = self.leases[identifier]
        lease.open = False
        lease.granted = lease.used + lease.held
        if not lease.held:
            del self.leases[identifier]

    def _put_budget(self, budget: BudgetValue) -> None:
        before = self.budgets.pop(budget.id, None)
        if before is not None:
            owner = (before.scope, before.owner)
            left = tuple(one for one in self.budgets_of.pop(owner) if one != budget.id)
            if left:
                self.budgets_of[owner] = left
        if budget.state == "active":
            self.budgets[budget.id] = budget
            owner = (budget.scope, budget.owner)
            self.budgets_of[owner] = (*self.budgets_of.get(owner, ()), budget.id)

    def _put_period(self, change: BudgetPeriodOpened) -> None:
        period = self.periods.get(change.full)
        if period is None:
            period = Period(change.account, change.limit, change.over, change.ends_ms)
            self.periods[change.full] = period
            heapq.heappush(self.timers, (change.ends_ms + PERIOD_KEPT_MS, "period", change.full))
        period.limit, period.over = change.limit, change.over

    def _told(self, change: ThresholdReached) -> None:
        if change.of == "wallet":
            self.levels[change.account].told = change.percent
        else:
            self.periods[change.account].told = change.percent

    def _put_ticket(self, ticket: TicketValue) -> None:
        before = self.waiting.pop(ticket.id, None)
        if before is not None:
            self._press(before, -1)
        self.tickets.pop(ticket.id, None)
        if ticket.state in ("waiting", "funded", "parked", "approved"):
            self.tickets[ticket.id] = ticket
            heapq.heappush(self.timers, (ticket.until_ms, "ticket", ticket.id))
        else:
            self.ended_tickets[ticket.id] = ticket.state
        if ticket.state == "waiting":
            self.waiting[ticket.id] = ticket
            self._press(ticket, 1)

    def _press(self, ticket: TicketValue, by: int) -> None:
        for account in accounts_of(ticket):
            count = self.pressing.get(account, 0) + by
            if count:
                self.pressing[account] = count
            else:
                del self.pressing[account]

    def _put_key(self, value: IdempotencyValue) -> None:
        before = self.idempotency.get(value.key)
        if before is not None and value.state != "in_flight":
            self.idempotency[value.key] = value  # its place among the others stays
            self.key_of_request.pop(value.request, None)
            if value.state == "released":
                del self.idempotency[value.key]
            return
        if before is not None:
            self._drop_key(before)
        self.idempotency[value.key] = value
        self.key_of_request[value.request] = value.key

    def _drop_key(self, value: IdempotencyValue) -> None:
        del self.idempotency[value.key]
        self.key_of_request.pop(value.request, None)


def accounts_of(ticket: TicketValue) -> tuple[str, ...]:
    """Give the accounts that a ticket waits for, by the names that gateways know."""
    return (*ticket.cascade, *(claim.account for claim in ticket.budgets))
