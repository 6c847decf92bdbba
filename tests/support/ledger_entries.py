"""Entries of kt.ledger as the authority writes them, one after the other: for tests of tables and questions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from keeptrusts.schemas.events.money import Draw, Hold
from keeptrusts.schemas.snapshots.ledger import (
    GENESIS_HASH,
    WORLD,
    BudgetPeriodOpened,
    Cause,
    Change,
    Entry,
    HoldClosed,
    Outcome,
    Posting,
    RequestOpened,
    ThresholdReached,
    TicketState,
    TicketValue,
    available,
)
from support.acme import ORG, RED

USD = 1_000_000_000
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
AT_MS = int(AT.timestamp() * 1000)


@dataclass(slots=True)
class Entries:
    """Makes the entries of one ledger: a second of ledger time and ten offsets of its partition each."""

    partition: int = 1
    seq: int = 0

    def entry(
        self, outcome: Outcome, kind: str, *moves: tuple[str, str, int], changes: tuple[Change, ...] = ()
    ) -> Entry:
        """Give the next entry; ``moves`` are (source, destination, nano-USD)."""
        postings = [
            posting
            for source, destination, amount in moves
            for posting in (Posting(account=source, amount=-amount), Posting(account=destination, amount=amount))
        ]
        cause = Cause(
            partition=self.partition, offset=self.seq * 10, event_id=f"event-{self.seq}", type=kind,
            actor="gateway:main", time=AT, subject="x",
        )  # fmt: skip
        self.seq += 1
        return Entry(
            ledger=ORG, seq=self.seq - 1, cause=cause, ledger_time_ms=AT_MS + self.seq * 1000, rules_version=2,
            outcome=outcome, postings=tuple(postings), changes=changes, prev_hash=GENESIS_HASH,
            hash=f"{self.seq:064x}",
        )  # fmt: skip

    def opened(self, request: str, held: Hold) -> Entry:
        """Give the entry of a call that is under way with a hold."""
        change = RequestOpened(
            request=request, opened_ms=AT_MS, hold=held, owner="inc-1", deadline_ms=AT_MS + 900_000,
            cascade=(f"team:{RED}",),
        )  # fmt: skip
        return self.entry("opened", "kt.request.decided.v1", changes=(change,))


def ticket(number: int, state: TicketState, *, team: str | None, user: str | None, **more: object) -> TicketValue:
    """Give the value of a ticket for a quarter of a dollar."""
    value = TicketValue(
        id=f"tkt_{number:026d}", org=ORG, state=state, request=f"req_{number}", principal=user or "anonymous",
        input_hash="0" * 64, incarnation="gw-1", cascade=(f"team:{RED}",), need=USD // 4, team=team, user=user,
        model="gpt-4o", opened_ms=AT_MS, until_ms=AT_MS + 86_400_000,
    )  # fmt: skip
    return value.model_copy(update=more)


def hold(request: str, attempt: int, wallet: str, amount: int) -> Hold:
    """Give a hold on a wallet and a budget."""
    draws = (
        Draw(lease="e/1", account=wallet, amount=amount),
        Draw(lease="e/2", account="budget:bud_1", amount=amount),
    )
    return Hold(id=f"{request}/{attempt}", draws=draws, price_version="p1", deadline_at=AT)


def money() -> list[Entry]:
    """Entries that leave one row open, presumed, valued and marked each."""
    entries, wallet = Entries(partition=0), f"team:{RED}"
    return [
        entries.entry("accepted", "kt.wallet.fund_requested.v1", (WORLD, available(wallet), 9 * USD)),
        entries.opened("req_1", hold("req_1", 1, wallet, USD)),
        entries.opened("req_2", hold("req_2", 1, wallet, USD)),
        entries.opened("req_3", hold("req_3", 1, wallet, USD)),
        entries.entry("charged", "kt.request.completed.v1", changes=(HoldClosed(hold="req_1/1", state="settled"),)),
        entries.entry("waiting", "kt.ticket.opened.v1", changes=(ticket(1, "waiting", team=RED, user=None),)),
        entries.entry("parked", "kt.ticket.withdrawn.v1", changes=(ticket(1, "parked", team=RED, user=None),)),
        entries.entry("ticked", "kt.clock.ticked.v1", changes=(
            HoldClosed(hold="req_2/1", state="presumed", charged=USD),
            BudgetPeriodOpened(account="budget:b", full="budget:b/2026-11", limit=USD, ends_ms=1),
            ThresholdReached(account="budget:b/2026-11", of="budget", percent=50, amount=USD // 2, limit=USD),
        )),
    ]  # fmt: skip
