"""Rows of ``ledger_marks``: when money came into a wallet, and thresholds that were reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from keeptrusts.projections.projectors.place import DerivedRecord, time_text_of_ms
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.snapshots.ledger import AllocationValue, Entry, Posting, ThresholdReached

_BRING_MONEY: Final = (
    "kt.wallet.fund_requested.v1",
    "kt.wallet.allocate_requested.v1",
    "kt.wallet.reclaim_requested.v1",
)


@frozen
class LedgerMarkRow:
    """One mark: ``money_in``, after which low balances are told anew, or ``threshold``. Amounts are nano-USD.

    ``n`` counts within the entry. ``size`` is the limit, or what the wallet held, that ``percent`` is meant of.
    """

    org: str
    account: str
    seq: int
    n: int
    mark: str
    of: str
    percent: int
    amount: int
    size: int
    reached_at: str
    cause_id: str
    request: str
    cause_offset: int
    partition: int
    offset: int


def ledger_mark_rows(records: Sequence[DerivedRecord]) -> list[LedgerMarkRow]:
    """Give a row for each wallet that an entry brings money, and for each threshold that it reaches."""
    return [row for derived in records if isinstance(derived.record, Entry) for row in _rows(derived, derived.record)]


def _rows(derived: DerivedRecord, entry: Entry) -> list[LedgerMarkRow]:
    rows = [_row(derived, entry, n, posting) for n, posting in enumerate(entry.postings) if _brings(entry, posting)]
    reached = (change for change in entry.changes if isinstance(change, ThresholdReached))
    return rows + [_row(derived, entry, len(entry.postings) + n, change) for n, change in enumerate(reached)]


def _brings(entry: Entry, posting: Posting) -> bool:
    """Say whether a posting brings a wallet money by a person's wish, as the authority counts it."""
    wished = entry.outcome == "accepted" and entry.cause.type in _BRING_MONEY
    if not wished and not any(isinstance(change, AllocationValue) for change in entry.changes):
        return False
    wallet, _, part = posting.account.rpartition("/")
    return posting.amount > 0 and part == "available" and wallet.startswith(("organization:", "team:", "user:"))


def _row(derived: DerivedRecord, entry: Entry, n: int, marked: Posting | ThresholdReached) -> LedgerMarkRow:
    if isinstance(marked, Posting):
        account, mark, of, percent = marked.account.rpartition("/")[0], "money_in", "wallet", 100
        size = 0
    else:
        account, mark, of, percent, size = marked.account, "threshold", marked.of, marked.percent, marked.limit
    return LedgerMarkRow(
        org=entry.ledger,
        account=account,
        seq=entry.seq,
        n=n,
        mark=mark,
        of=of,
        percent=percent,
        amount=marked.amount,
        size=size,
        reached_at=time_text_of_ms(entry.ledger_time_ms),
        cause_id=entry.cause.event_id,
        request=entry.request or "",
        cause_offset=entry.cause.offset,
        partition=derived.place.partition,
        offset=derived.place.offset,
    )
