"""Rows of ``ledger_values``: the current value of what people look at one by one, such as a ticket or an escalation."""

from __future__ import annotations

from collections.abc import Sequence

from keeptrusts.projections.projectors.place import DerivedRecord, time_text_of_ms
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.snapshots.documents import Escalation, Export, ExportSchedule
from keeptrusts.schemas.snapshots.ledger import (
    AllocationValue,
    BudgetPeriodOpened,
    Change,
    Entry,
    TicketValue,
    canonical_bytes,
)


@frozen
class LedgerValueRow:
    """One value; the one with the largest offset is in force. ``account`` is what it moves, ``changed_at`` when.

    ``id`` is a ticket's, an allocation's, an escalation's, an export's or a schedule's (whose ``account`` is its type),
    or the full name of a budget's period.
    """

    org: str
    kind: str
    id: str
    state: str
    team: str
    user: str
    account: str
    changed_at: str
    value: str
    cause_offset: int
    partition: int
    offset: int


def ledger_value_rows(records: Sequence[DerivedRecord]) -> list[LedgerValueRow]:
    """Give a row for each value that an entry changed; of several in one entry the last."""
    return [row for derived in records if isinstance(derived.record, Entry) for row in _rows(derived, derived.record)]


def _rows(derived: DerivedRecord, entry: Entry) -> list[LedgerValueRow]:
    found: dict[tuple[str, str], LedgerValueRow] = {}
    for change in entry.changes:
        row = _row(derived, entry, change)
        if row is not None:
            found[(row.kind, row.id)] = row
    return list(found.values())


def _row(derived: DerivedRecord, entry: Entry, change: Change) -> LedgerValueRow | None:
    state = team = user = ""
    match change:
        case TicketValue():
            identifier, account = change.id, change.wallet or ""
            state, team, user = change.state, change.team or "", change.user or ""
        case AllocationValue():
            identifier, account, state = change.id, change.source or "", change.state
        case Escalation():
            identifier, account = change.id, change.type
            state, team, user = change.state, change.team or "", change.user or ""
        case Export():
            identifier, account = change.id, change.type
            state, user = change.state, change.requested_by
        case ExportSchedule():
            identifier, account = change.id, change.type
            state, user = change.state, change.made_by
        case BudgetPeriodOpened():
            identifier, account = change.full, change.account
        case _:
            return None
    return LedgerValueRow(
        org=entry.ledger,
        kind=change.kind,
        id=identifier,
        state=state,
        team=team,
        user=user,
        account=account,
        changed_at=time_text_of_ms(entry.ledger_time_ms),
        value=canonical_bytes(change).decode(),
        cause_offset=entry.cause.offset,
        partition=derived.place.partition,
        offset=derived.place.offset,
    )
