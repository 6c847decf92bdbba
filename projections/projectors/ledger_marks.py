"""Rows of ``ledger_marks``: levels of wallets after money came in, and thresholds that were reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from keeptrusts.projections.projectors.place import DerivedRecord, time_text_of_ms
from keeptrusts.schemas.snapshots.ledger import Entry, ThresholdReached, WalletLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerMarkRow:
    """One mark. ``mark`` is ``level`` or ``threshold``; ``size`` is the limit or level that ``percent`` is meant of."""

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
    """Give a row for each level and threshold of each entry; ``n`` counts the entry's changes."""
    return [
        _row(derived, entry, n, change)
        for derived in records
        if isinstance(entry := derived.record, Entry)
        for n, change in enumerate(entry.changes)
        if isinstance(change, WalletLevel | ThresholdReached)
    ]


def _row(derived: DerivedRecord, entry: Entry, n: int, change: WalletLevel | ThresholdReached) -> LedgerMarkRow:
    if isinstance(change, WalletLevel):
        account, mark, of, percent = change.wallet, "level", "wallet", 100
        amount = size = change.level
    else:
        account, mark, of, percent = change.account, "threshold", change.of, change.percent
        amount, size = change.amount, change.limit
    return LedgerMarkRow(
        org=entry.ledger,
        account=account,
        seq=entry.seq,
        n=n,
        mark=mark,
        of=of,
        percent=percent,
        amount=amount,
        size=size,
        reached_at=time_text_of_ms(entry.ledger_time_ms),
        cause_id=entry.cause.event_id,
        request=entry.request or "",
        cause_offset=entry.cause.offset,
        partition=derived.place.partition,
        offset=derived.place.offset,
    )
