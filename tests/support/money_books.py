"""The books of a run, kept a second time: what kt.ledger's changes say must lie on each account, beside its postings.

The authority moves money (postings) and says why (changes) in the same entry. Here only the changes are followed: which
leases were granted, what holds took from them and cost at their end. What both say must be the same to the nano-dollar.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from keeptrusts.schemas.events.money import Hold
from keeptrusts.schemas.snapshots.ledger import (
    BudgetPeriodOpened,
    Change,
    Entry,
    HoldBuried,
    HoldClosed,
    HoldOpened,
    LeaseClosed,
    LeaseOpened,
    LeaseReduced,
    RequestOpened,
    TicketValue,
)

PARTS = ("/available", "/leased", "/spent")
_BY_A_PERSON = "_requested.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """One entry of kt.ledger and when the broker had it, in ms."""

    entry: Entry
    written_ms: int


@dataclass(slots=True, kw_only=True)
class LeaseKept:
    """A lease: ``left`` is what it was granted and has neither returned nor spent."""

    id: str
    full: str
    incarnation: str
    granted: int
    left: int
    expires_ms: int
    held: int = 0
    closed_ms: int | None = None


@dataclass(slots=True, kw_only=True)
class HoldKept:
    """A hold and how it ended: ``ends`` are the states it was closed with, ``charged`` the charge that stands."""

    id: str
    request: str
    amount: int
    owner: str
    opened_ms: int
    leases: tuple[str, ...]
    charged: int = 0
    ends: list[str] = field(default_factory=list)

    @property
    def open(self) -> bool:
        return not self.ends

    @property
    def presumed(self) -> bool:
        return self.ends == ["presumed"]


@dataclass(slots=True)
class Books:
    """Everything by name. ``totals`` are what people and limits brought onto a wallet or a budget's period."""

    balances: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    leases: dict[str, LeaseKept] = field(default_factory=dict)
    holds: dict[str, HoldKept] = field(default_factory=dict)
    rejected: set[str] = field(default_factory=set)
    totals: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    lowest: dict[str, int] = field(default_factory=dict)
    tickets: dict[str, TicketValue] = field(default_factory=dict)
    twice: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)

    def by_request(self) -> dict[str, list[HoldKept]]:
        found: dict[str, list[HoldKept]] = defaultdict(list)
        for hold in self.holds.values():
            found[hold.request].append(hold)
        return dict(found)

    def owners(self) -> list[str]:
        """Every wallet and budget period that has accounts."""
        return sorted({account.rpartition("/")[0] for account in self.balances if account.endswith(PARTS)})

    def on_leases(self, owner: str) -> int:
        """What an owner's leases still are: all that is left of live ones, what is held of those that have ended."""
        own = (lease for lease in self.leases.values() if lease.full == owner)
        return sum(lease.held if lease.closed_ms is not None else lease.left for lease in own)

    def charged(self, owner: str) -> int:
        """What all holds on an owner's leases cost."""
        return sum(
            hold.charged for hold in self.holds.values() if any(self.leases[one].full == owner for one in hold.leases)
        )

    def set_aside(self, wallet: str) -> int:
        """What lies on the accounts of a wallet's approved tickets."""
        own = (ticket for ticket in self.tickets.values() if ticket.wallet == wallet)
        return sum(self.balances.get(f"ticket:{ticket.id}", 0) for ticket in own)


def keep_books(entered: Iterable[Entered]) -> Books:
    """Follow the entries of one ledger in order."""
    books = Books()
    for one in entered:
        books.tickets.update({change.id: change for change in one.entry.changes if isinstance(change, TicketValue)})
        _post(books, one.entry)
        for change in one.entry.changes:
            _follow(books, change, one)
    return books


def _post(books: Books, entry: Entry) -> None:
    for posting in entry.postings:
        balance = books.balances[posting.account] = books.balances[posting.account] + posting.amount
        books.lowest[posting.account] = min(books.lowest.get(posting.account, 0), balance)
    if entry.cause.type.endswith(_BY_A_PERSON):
        for posting in entry.postings:
            if (owner := _owner(books, posting.account)) is not None:
                books.totals[owner] += posting.amount


def _owner(books: Books, account: str) -> str | None:
    """Whose money lies on an account: a ticket's belongs to the wallet it was set aside from."""
    if account.endswith(PARTS):
        return account.rpartition("/")[0]
    ticket = books.tickets.get(account.removeprefix("ticket:"))
    return None if ticket is None else ticket.wallet


def _follow(books: Books, change: Change, one: Entered) -> None:
    match change:
        case BudgetPeriodOpened():
            books.totals[change.full] = change.limit + change.over
        case LeaseOpened():
            books.leases[change.lease] = LeaseKept(
                id=change.lease, full=change.full, incarnation=change.incarnation, granted=change.granted,
                left=change.granted, expires_ms=change.expires_at_ms,
            )  # fmt: skip
        case LeaseReduced():
            books.leases[change.lease].left -= change.amount
        case LeaseClosed():
            books.leases[change.lease].closed_ms = one.written_ms
        case RequestOpened(hold=Hold() as hold):
            _open(books, hold, change.request, change.owner or "", one)
        case HoldOpened():
            _open(books, change.hold, change.request, change.owner, one)
        case HoldClosed():
            _close(books, change)
        case HoldBuried(rejected=True):
            books.rejected.add(change.hold)
        case _:
            pass


def _open(books: Books, hold: Hold, request: str, owner: str, one: Entered) -> None:
    if hold.id in books.holds:
        books.twice.append(hold.id)
        return
    amount = hold.draws[0].amount if hold.draws else 0
    books.holds[hold.id] = HoldKept(
        id=hold.id, request=request, amount=amount, owner=owner, opened_ms=one.entry.ledger_time_ms,
        leases=tuple(draw.lease for draw in hold.draws),
    )  # fmt: skip
    for draw in hold.draws:
        books.leases[draw.lease].held += draw.amount


def _close(books: Books, end: HoldClosed) -> None:
    hold = books.holds.get(end.hold)
    if hold is None:
        books.unmatched.append(end.hold)
        return
    for name in hold.leases:
        lease = books.leases[name]
        if hold.open:
            lease.held -= hold.amount
            lease.left -= end.charged
    hold.charged = end.charged
    hold.ends.append(end.state)
