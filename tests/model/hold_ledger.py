"""The ledger's half of leases and holds: a pure fold of records. Amounts are small whole numbers, time counts ticks."""

from __future__ import annotations

from typing import NamedTuple

from model.hold_rules import HoldRules

Owner = tuple[int, int]
"""A gateway and its incarnation."""
HoldId = tuple[int, int]
"""A call and its attempt."""
LeaseId = tuple[int, int, int, int]
"""Gateway, incarnation, number of its request, account."""


class Lease(NamedTuple):
    """A right to spend ``granted`` of an account; ``held`` and ``spent`` are parts of it, ``told`` was the grant."""

    id: LeaseId
    told: int
    granted: int
    expires: int
    spent: int = 0
    held: int = 0
    open: bool = True

    @property
    def account(self) -> int:
        """Where its money is from."""
        return self.id[3]

    @property
    def owner(self) -> Owner:
        """Whose it is."""
        return self.id[:2]


class Hold(NamedTuple):
    """What one attempt may cost. ``state``: open, settled, voided, presumed, released, rejected or buried.

    ``late``: it was accepted although a lease had expired. ``charged`` is what every account drawn on paid.
    """

    id: HoldId
    leases: tuple[LeaseId, ...]
    amount: int
    deadline: int
    state: str
    charged: int = 0
    late: bool = False


class Ledger(NamedTuple):
    """Everything the ledger knows. ``variance`` is spent money that no account pays."""

    available: tuple[int, ...]
    spent: tuple[int, ...]
    leases: tuple[Lease, ...] = ()
    holds: tuple[Hold, ...] = ()
    clock: int = 0
    variance: int = 0
    conflicts: int = 0
    half_granted: bool = False


class Times(NamedTuple):
    """How long leases live, how far append times may step back, and when holds are presumed spent."""

    lease: int
    grace: int
    hold: int


# Tuples of the same values are one state, whatever their class: records of the same shape also hold their kind.


class LeaseRequested(NamedTuple):
    """``wallets`` in the order of the cascade, empty when only budgets are asked."""

    owner: Owner
    number: int
    wallets: tuple[int, ...]
    budgets: tuple[int, ...]
    need: int
    wanted: int


class LeaseReturned(NamedTuple):
    """Room that goes back to its account."""

    lease: LeaseId
    amount: int
    kind: str = "returned"


class HoldOpened(NamedTuple):
    """The hold of a decision or of a further attempt."""

    id: HoldId
    owner: Owner
    leases: tuple[LeaseId, ...]
    amount: int


class HoldSettled(NamedTuple):
    """The end of a hold that was used. ``known`` False: its whole amount, until usage becomes known."""

    id: HoldId
    amount: int
    known: bool = True


class HoldVoided(NamedTuple):
    """The end of a hold that was not used."""

    id: HoldId
    kind: str = "voided"


class HoldReleased(NamedTuple):
    """A person gives a hold's money back."""

    id: HoldId
    kind: str = "released"


Record = LeaseRequested | LeaseReturned | HoldOpened | HoldSettled | HoldVoided | HoldReleased


def fold(ledger: Ledger, record: Record | None, at: int, times: Times, rules: HoldRules) -> Ledger:
    """Give the ledger after a record that was appended at ``at``; None is a tick. Deadlines pass first."""
    books = _Books(ledger, times, rules)
    books.pass_time(max(ledger.clock, at))
    match record:
        case LeaseRequested():
            books.request(record, at)
        case LeaseReturned():
            books.give_back(record)
        case HoldOpened():
            books.hold(record, at)
        case HoldSettled():
            books.settle(record.id, record.amount, known=record.known)
        case HoldVoided():
            books.settle(record.id, 0, void=True)
        case HoldReleased():
            books.release(record.id)
    return books.closed()


class _Books:
    """The ledger while one record is applied."""

    def __init__(self, ledger: Ledger, times: Times, rules: HoldRules) -> None:
        self.ledger, self.times, self.rules = ledger, times, rules
        self.available, self.spent = list(ledger.available), list(ledger.spent)
        self.leases = {lease.id: lease for lease in ledger.leases}
        self.holds = {hold.id: hold for hold in ledger.holds}
        self.clock, self.variance, self.conflicts = ledger.clock, ledger.variance, ledger.conflicts
        self.half_granted = ledger.half_granted

    def closed(self) -> Ledger:
        return Ledger(
            tuple(self.available), tuple(self.spent),
            tuple(sorted(self.leases.values())), tuple(sorted(self.holds.values())),
            self.clock, self.variance, self.conflicts, self.half_granted,
        )  # fmt: skip

    def pass_time(self, clock: int) -> None:
        self.clock = clock
        for hold in list(self.holds.values()):
            if hold.state == "open" and clock > hold.deadline:
                charge = hold.amount if self.rules.presumes_spent else 0
                self._end(hold, charge, "presumed")
        for lease in list(self.leases.values()):
            if lease.open and clock > lease.expires + (self.times.grace if self.rules.waits_grace else 0):
                self._close(lease)

    def request(self, asked: LeaseRequested, at: int) -> None:
        first = (*asked.owner, asked.number)
        if self.rules.remembers_requests and any(lease[:3] == first for lease in self.leases):
            return
        payer = next((wallet for wallet in asked.wallets if self.available[wallet] >= asked.need), None)
        agreeing = [budget for budget in asked.budgets if self.available[budget] >= asked.need]
        if (asked.wallets and payer is None) or len(agreeing) < len(asked.budgets):
            if self.rules.agrees_all_or_none:
                return
            self.half_granted = payer is not None or bool(agreeing)
        for account in (*(() if payer is None else (payer,)), *agreeing):
            granted = max(asked.need, min(asked.wanted, self.available[account]))
            self.available[account] -= granted
            lease = Lease((*first, account), granted, granted, at + self.times.lease)
            self.leases[lease.id] = lease

    def give_back(self, returned: LeaseReturned) -> None:
        lease = self.leases.get(returned.lease)
        if lease is None:
            return
        amount = returned.amount
        if self.rules.refuses_late_returns:
            amount = min(amount, _room(lease)) if lease.open else 0
        self.leases[lease.id] = lease._replace(granted=lease.granted - amount)
        self.available[lease.account] += amount

    def hold(self, opened: HoldOpened, at: int) -> None:
        before = self.holds.get(opened.id)
        if before is not None:
            dead = self.rules.buries if before.state == "buried" else self.rules.remembers_holds
            if dead:
                return
        fitting = tuple(one for one in opened.leases if self._fits(one, opened, at))
        hold = Hold(opened.id, opened.leases, opened.amount, at + self.times.hold, "rejected")
        if len(fitting) == len(opened.leases) or (fitting and not self.rules.draws_all_or_none):
            late = any(at > self.leases[one].expires for one in opened.leases if one in self.leases)
            hold = hold._replace(leases=fitting, state="open", late=late)
            for one in fitting:
                lease = self.leases[one]
                self.leases[one] = lease._replace(held=lease.held + hold.amount)
        self.holds[hold.id] = hold

    def _fits(self, one: LeaseId, opened: HoldOpened, at: int) -> bool:
        lease = self.leases.get(one)
        return (
            lease is not None
            and lease.open
            and (at <= lease.expires or not self.rules.checks_expiry)
            and (lease.owner == opened.owner or not self.rules.checks_owner)
            and (_room(lease) >= opened.amount or not self.rules.checks_room)
        )

    def settle(self, one: HoldId, amount: int, *, known: bool = True, void: bool = False) -> None:
        hold = self.holds.get(one)
        if hold is None:
            if self.rules.buries or not void:
                self.holds[one] = Hold(one, (), 0, 0, "buried")
            self._without_hold(amount)
            return
        charge = min(amount, hold.amount) if self.rules.charges_at_most_the_hold else amount
        state = "voided" if void else "settled" if known else "presumed"
        match hold.state:
            case "open":
                self._end(hold, charge, state)
                self.variance += amount - charge
            case "presumed" if known and self.rules.corrects_presumed:
                self._correct(hold, charge, state)
                self.variance += amount - charge
            case "released" if not void:
                self._settle_released(hold, amount)
            case "rejected":
                self._without_hold(amount)
            case "settled" | "voided" if not self.rules.ends_once:
                self._end(hold, charge, state)

    def _without_hold(self, amount: int) -> None:
        self.conflicts += amount > 0
        self.variance += amount

    def release(self, one: HoldId) -> None:
        hold = self.holds.get(one)
        if hold is None:
            return
        if hold.state == "presumed":
            self._correct(hold, 0, "released")
        elif hold.state == "open" and not self.rules.releases_only_presumed:
            self._end(hold, 0, "released")

    def _settle_released(self, hold: Hold, amount: int) -> None:
        if self.rules.charges_released_to_variance:
            self.variance += amount
            self.holds[hold.id] = hold._replace(state="reported")
        else:
            self._correct(hold, amount, "settled")

    def _end(self, hold: Hold, charge: int, state: str) -> None:
        """Charge a hold that is open, and free the rest of it."""
        for one in hold.leases:
            lease = self.leases[one]
            rest = hold.amount - charge
            self.spent[lease.account] += charge
            after = lease._replace(spent=lease.spent + charge, held=lease.held - hold.amount)
            self.leases[one] = after if lease.open else self._freed(after, rest)
        self.holds[hold.id] = hold._replace(state=state, charged=charge)

    def _correct(self, hold: Hold, charge: int, state: str) -> None:
        """Replace what a hold was charged by what it cost; what comes back goes to the account, never to the lease."""
        back = hold.charged - charge
        for one in hold.leases:
            lease = self.leases[one]
            self.spent[lease.account] -= back
            self.leases[one] = self._freed(lease._replace(spent=lease.spent - back), back)
        self.holds[hold.id] = hold._replace(state=state, charged=charge)

    def _freed(self, lease: Lease, amount: int) -> Lease:
        if not self.rules.gives_back_after_close:
            return lease
        self.available[lease.account] += amount
        return lease._replace(granted=lease.granted - amount)

    def _close(self, lease: Lease) -> None:
        if not self.rules.keeps_holds_of_expired:
            for hold in self.holds.values():
                if hold.state == "open" and lease.id in hold.leases:
                    self.holds[hold.id] = hold._replace(state="voided")
            lease = lease._replace(held=0)
        rest = _room(lease)
        self.available[lease.account] += rest
        self.leases[lease.id] = lease._replace(granted=lease.granted - rest, open=False)


def _room(lease: Lease) -> int:
    return lease.granted - lease.spent - lease.held
