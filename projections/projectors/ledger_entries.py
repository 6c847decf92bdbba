"""Rows of ``ledger_entries``: one an entry of kt.ledger."""

from __future__ import annotations

from collections.abc import Sequence

from keeptrusts.projections.projectors.place import DerivedRecord, time_text, time_text_of_ms
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.snapshots.ledger import Entry


@frozen
class LedgerEntryRow:
    """One decision of the authority; ``value`` is the entry as it is in the topic."""

    org: str
    seq: int
    outcome: str
    reason: str
    message: str
    request: str
    cause_partition: int
    cause_offset: int
    cause_id: str
    cause_type: str
    actor: str
    subject: str
    time: str
    ledger_time: str
    rules_version: int
    prev_hash: str
    hash: str
    value: str
    partition: int
    offset: int


def ledger_entry_rows(records: Sequence[DerivedRecord]) -> list[LedgerEntryRow]:
    """Give one row for each entry."""
    return [_row(derived, derived.record) for derived in records if isinstance(derived.record, Entry)]


def _row(derived: DerivedRecord, entry: Entry) -> LedgerEntryRow:
    cause = entry.cause
    return LedgerEntryRow(
        org=entry.ledger,
        seq=entry.seq,
        outcome=entry.outcome,
        reason=entry.reason or "",
        message=entry.message or "",
        request=entry.request or "",
        cause_partition=cause.partition,
        cause_offset=cause.offset,
        cause_id=cause.event_id,
        cause_type=cause.type,
        actor=cause.actor,
        subject=cause.subject,
        time=time_text(cause.time),
        ledger_time=time_text_of_ms(entry.ledger_time_ms),
        rules_version=entry.rules_version,
        prev_hash=entry.prev_hash,
        hash=entry.hash,
        value=derived.value.decode(),
        partition=derived.place.partition,
        offset=derived.place.offset,
    )
