"""The ledger's half of cost tickets: a pure fold. Holds are another model's: here one record uses a lease."""

from __future__ import annotations

from typing import NamedTuple

from model.ticket_rules import TicketRules

Owner = tuple[int, int]
"""A gateway and its incarnation."""


class Ticket(NamedTuple):
    """A request that money was not there for. ``number`` is that of its request, ``order`` when it was opened.

    ``state``: waiting, funded, parked, approved, redeemed, denied, expired or buried. ``money`` of ``source`` is set
    aside for it.
    """

    number: int
    state: str
    order: int = 0
    cascade: tuple[int, ...] = ()
    need: int = 0
    owner: Owner = (0, 0)
    deadline: int = 0
    source: int = 0
    money: int = 0


class TicketLease(NamedTuple):
    """Money for one request of one incarnation. ``state``: open, used or closed. ``ticket`` None: of other calls."""

    id: int
    ticket: int | None
    account: int
    amount: int
    expires: int
    owner: Owner
    state: str = "open"
    redeemed: bool = False


class TicketLedger(NamedTuple):
    """Everything the ledger knows; the two marks are set where somebody was passed over."""

    available: tuple[int, ...]
    spent: tuple[int, ...]
    tickets: tuple[Ticket, ...] = ()
    leases: tuple[TicketLease, ...] = ()
    clock: int = 0
    opened: int = 0
    granted: int = 0
    conflicts: int = 0
    unfair: bool = False
    wrong_payer: bool = False


class TicketTimes(NamedTuple):
    """Ticks that leases live, that append times may step back, and that approvals last."""

    lease: int
    grace: int
    approval: int


# Tuples of the same values are one state, whatever their class: records of the same shape also hold their kind.


class Opened(NamedTuple):
    """A connection waits until ``deadline``."""

    number: int
    owner: Owner
    cascade: tuple[int, ...]
    need: int
    deadline: int


class Withdrawn(NamedTuple):
    """It waits no more."""

    number: int
    kind: str = "withdrawn"


class Approved(NamedTuple):
    """A person pays for it from a wallet."""

    number: int
    wallet: int
    kind: str = "approved"


class Denied(NamedTuple):
    """A person says no."""

    number: int
    kind: str = "denied"


class Redeemed(NamedTuple):
    """A caller comes back; ``rightful`` when it is the one the ticket was opened for."""

    number: int
    owner: Owner
    rightful: bool


class Used(NamedTuple):
    """A lease paid for a call that cost this much."""

    lease: int
    owner: Owner
    cost: int


class Funded(NamedTuple):
    """Money comes in."""

    wallet: int
    amount: int
    kind: str = "funded"


TicketRecord = Opened | Withdrawn | Approved | Denied | Redeemed | Used | Funded


def fold_ticket(
    ledger: TicketLedger, record: TicketRecord | None, at: int, times: TicketTimes, rules: TicketRules
) -> TicketLedger:
    """Give the ledger after a record that was appended at ``at``; None is a tick. Deadlines pass first."""
    books = _Books(ledger, times, rules)
    freed = books.pass_time(max(ledger.clock, at))
    match record:
        case Opened():
            books.open(record)
        case Withdrawn():
            books.withdraw(record.number)
        case Approved():
            books.approve(record, at)
        case Denied():
            books.deny(record.number)
        case Redeemed():
            books.redeem(record, at)
        case Used():
            books.use(record, at)
        case Funded():
            books.available[record.wallet] += record.amount
    if rules.funds_after_everything or (isinstance(record, Opened | Funded) and not freed):
        books.fund(at)
    return books.closed()


class _Books:
    """The ledger while one record is applied."""

    def __init__(self, ledger: TicketLedger, times: TicketTimes, rules: TicketRules) -> None:
        self.times, self.rules = times, rules
        self.available, self.spent = list(ledger.available), list(ledger.spent)
        self.tickets = {ticket.number: ticket for ticket in ledger.tickets}
        self.leases = {lease.id: lease for lease in ledger.leases}
        self.clock, self.opened, self.granted = ledger.clock, ledger.opened, ledger.granted
        self.conflicts, self.unfair, self.wrong_payer = ledger.conflicts, ledger.unfair, ledger.wrong_payer

    def closed(self) -> TicketLedger:
        return TicketLedger(
            tuple(self.available), tuple(self.spent),
            tuple(self.tickets[number] for number in sorted(self.tickets)),
            tuple(self.leases[number] for number in sorted(self.leases)),
            self.clock, self.opened, self.granted, self.conflicts, self.unfair, self.wrong_payer,
        )  # fmt: skip

    def pass_time(self, clock: int) -> bool:
        """Let deadlines pass; whether that freed money."""
        self.clock = clock
        before = sum(self.available)
        for lease in list(self.leases.values()):
            if lease.state == "open" and clock > lease.expires + self.times.grace:
                self._close(lease)
        for ticket in list(self.tickets.values()):
            if clock <= ticket.deadline:
                continue
            if ticket.state == "waiting" and self.rules.ends_waiting:
                # Not expired: its caller is told of it a moment later, and a person may still approve it.
                self.tickets[ticket.number] = ticket._replace(state="parked")
            elif ticket.state == "approved" and self.rules.ends_approval:
                self._give_back(ticket, "expired")
        return sum(self.available) != before

    def open(self, opened: Opened) -> None:
        before = self.tickets.get(opened.number)
        if before is not None:
            known = self.rules.buries if before.state == "buried" else self.rules.remembers_tickets
            if known:
                return
        self.opened += 1
        state = "waiting" if self.clock <= opened.deadline else "expired"
        self.tickets[opened.number] = Ticket(
            opened.number, state, self.opened, opened.cascade, opened.need, opened.owner, opened.deadline
        )

    def withdraw(self, number: int) -> None:
        ticket = self.tickets.get(number)
        if ticket is None:
            self.tickets[number] = Ticket(number, "buried")
        elif ticket.state == "waiting":
            self.tickets[number] = ticket._replace(state="parked")
        elif ticket.state == "funded" and self.rules.voids_lost_grants:
            for lease in list(self.leases.values()):
                if lease.ticket == number and lease.state == "open":
                    self._close(lease)

    def approve(self, approved: Approved, at: int) -> None:
        ticket = self.tickets.get(approved.number)
        if ticket is None or ticket.state == "buried":
            return
        if ticket.state != "parked" and self.rules.approves_only_parked:
            return
        if self.available[approved.wallet] < ticket.need and self.rules.approves_what_is_covered:
            return
        self.available[approved.wallet] -= ticket.need
        self.tickets[ticket.number] = ticket._replace(
            state="approved", source=approved.wallet, money=ticket.need, deadline=at + self.times.approval
        )

    def deny(self, number: int) -> None:
        ticket = self.tickets.get(number)
        if ticket is None or ticket.state not in ("waiting", "parked", "approved"):
            return
        if self.rules.gives_back_when_denied:
            self._give_back(ticket, "denied")
        else:
            self.tickets[number] = ticket._replace(state="denied")

    def redeem(self, redeemed: Redeemed, at: int) -> None:
        ticket = self.tickets.get(redeemed.number)
        if ticket is None or (ticket.state != "approved" and self.rules.redeems_only_approved):
            return
        if not redeemed.rightful and self.rules.redeems_for_its_principal:
            return
        self._grant(ticket, ticket.source, redeemed.owner, at, redeemed=True)
        money = 0 if self.rules.moves_money_into_the_lease else ticket.money
        self.tickets[ticket.number] = ticket._replace(state="redeemed", money=money)

    def use(self, used: Used, at: int) -> None:
        lease = self.leases.get(used.lease)
        if lease is None or lease.state != "open" or lease.owner != used.owner or at > lease.expires:
            self.conflicts += 1
            return
        self.spent[lease.account] += used.cost
        self.available[lease.account] += lease.amount - used.cost
        self.leases[lease.id] = lease._replace(state="used", amount=used.cost)

    def fund(self, at: int) -> None:
        """Fund those who wait, in the order they came, each that fits."""
        states = {"waiting"}
        states |= set() if self.rules.parks_for_good else {"parked"}
        states |= set() if self.rules.denies_for_good else {"denied"}
        order = -1 if not self.rules.funds_in_order else 1
        queue = sorted((one for one in self.tickets.values() if one.state in states), key=lambda one: one.order * order)
        for ticket in queue:
            covering = [wallet for wallet in ticket.cascade if self.available[wallet] >= ticket.need]
            if covering:
                payer = covering[0] if self.rules.pays_from_first else covering[-1]
                self.wrong_payer |= payer != covering[0]
                self.unfair |= any(_waited_longer_for_no_more(one, ticket) for one in self.tickets.values())
                self.available[payer] -= ticket.need
                self._grant(ticket, payer, ticket.owner, at)
                self.tickets[ticket.number] = ticket._replace(state="funded")
            elif not self.rules.funds_first_fit:
                return

    def _grant(self, ticket: Ticket, account: int, owner: Owner, at: int, *, redeemed: bool = False) -> None:
        self.granted += 1
        expires = at + self.times.lease
        self.leases[self.granted] = TicketLease(
            self.granted, ticket.number, account, ticket.need, expires, owner, "open", redeemed
        )

    def _give_back(self, ticket: Ticket, state: str) -> None:
        self.available[ticket.source] += ticket.money
        self.tickets[ticket.number] = ticket._replace(state=state, money=0)

    def _close(self, lease: TicketLease) -> None:
        self.available[lease.account] += lease.amount
        self.leases[lease.id] = lease._replace(state="closed", amount=0)
        ticket = None if lease.ticket is None else self.tickets[lease.ticket]
        if ticket is not None and ticket.state == "funded" and self.rules.parks_unused:
            self.tickets[ticket.number] = ticket._replace(state="parked")


def _waited_longer_for_no_more(one: Ticket, than: Ticket) -> bool:
    same = one.state == "waiting" and one.cascade == than.cascade
    return same and one.order < than.order and one.need <= than.need
