"""An entry in the making: what one record moves and changes, taken into the state at once, so that rules compose.

A rule that follows another of the same record (tickets funded by what an expired lease gave back) sees what that one
has done. ``evolve`` of the finished entry gives the same state.
"""

from __future__ import annotations

from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.record import Record, trusted
from keeptrusts.schemas.snapshots.ledger import Change, Posting
from keeptrusts.stream_processors.authority.state import LedgerState, absorb


def moved(source: str, destination: str, amount: int) -> tuple[Posting, ...]:
    """Give the two postings of a movement."""
    return (
        trusted(Posting, {"account": source, "amount": -amount}),
        trusted(Posting, {"account": destination, "amount": amount}),
    )


class Draft:
    """Collects postings, changes and inbox records for one entry. ``timestamp_ms`` is the record's own broker time."""

    __slots__ = ("changes", "event", "freed", "inbox", "leases", "postings", "state", "timestamp_ms")

    def __init__(self, state: LedgerState, event: Event, timestamp_ms: int) -> None:
        self.state = state
        self.event = event
        self.timestamp_ms = timestamp_ms
        self.postings: list[Posting] = []
        self.changes: list[Change] = []
        self.inbox: list[Record] = []
        self.freed: set[str] = set()
        """Wallets and budget periods whose available money has grown."""
        self.leases = 0

    @property
    def now_ms(self) -> int:
        """Ledger time."""
        return self.state.ledger_time_ms

    def move(self, source: str, destination: str, amount: int) -> None:
        """Move nano-USD from one account to another; nothing for nothing."""
        if amount == 0:
            return
        assert amount > 0, f"a movement of {amount} from {source} to {destination}"
        self.post(moved(source, destination, amount))

    def post(self, postings: tuple[Posting, ...]) -> None:
        """Take postings over that a rule has made."""
        for posting in postings:
            if posting.amount > 0 and posting.account.endswith("/available"):
                self.freed.add(posting.account[: -len("/available")])
        self.postings += postings
        absorb(self.state, postings, ())

    def change(self, *changes: Change) -> None:
        self.changes += changes
        absorb(self.state, (), changes)

    def tell(self, record: Record) -> None:
        """Add a record for the gateways' inbox."""
        self.inbox.append(record)

    def lease_id(self) -> str:
        """Give the id of the next lease that this entry opens: an event may be in the log twice, an entry is not."""
        self.leases += 1
        return f"{self.state.seq + 1}/{self.leases}"
