"""Rows of ``ledger_postings``: one a movement on one account."""

from __future__ import annotations

from collections.abc import Sequence

from keeptrusts.projections.projectors.place import DerivedRecord, time_text
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.snapshots.ledger import Entry


@frozen
class LedgerPostingRow:
    """A movement of ``amount`` nano-USD. ``wallet`` and ``part`` split ``team:x/available``; others have no part."""

    org: str
    wallet: str
    part: str
    account: str
    seq: int
    n: int
    amount: int
    outcome: str
    cause_id: str
    cause_type: str
    cause_offset: int
    actor: str
    request: str
    time: str
    partition: int
    offset: int


def ledger_posting_rows(records: Sequence[DerivedRecord]) -> list[LedgerPostingRow]:
    """Give one row for each posting of each entry; ``n`` counts within the entry."""
    return [row for derived in records if isinstance(derived.record, Entry) for row in _rows(derived, derived.record)]


def _rows(derived: DerivedRecord, entry: Entry) -> list[LedgerPostingRow]:
    rows = []
    for n, posting in enumerate(entry.postings):
        wallet, slash, part = posting.account.rpartition("/")
        rows.append(
            LedgerPostingRow(
                org=entry.ledger,
                wallet=wallet if slash else posting.account,
                part=part if slash else "",
                account=posting.account,
                seq=entry.seq,
                n=n,
                amount=posting.amount,
                outcome=entry.outcome,
                cause_id=entry.cause.event_id,
                cause_type=entry.cause.type,
                cause_offset=entry.cause.offset,
                actor=entry.cause.actor,
                request=entry.request or "",
                time=time_text(entry.cause.time),
                partition=derived.place.partition,
                offset=derived.place.offset,
            )
        )
    return rows
