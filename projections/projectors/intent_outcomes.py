"""Rows of ``intent_outcomes``: what the authority answered to each intent."""

from __future__ import annotations

from collections.abc import Sequence

from keeptrusts.projections.projectors.place import DerivedRecord
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.snapshots.outcomes import IntentOutcome


@frozen
class IntentOutcomeRow:
    """One answer; ``event_position`` is the intent's own place in kt.events."""

    org: str
    event_id: str
    intent: str
    event_position: str
    outcome: str
    reason: str
    message: str
    resource_kind: str
    resource_id: str
    seq: int
    partition: int
    offset: int


def intent_outcome_rows(records: Sequence[DerivedRecord]) -> list[IntentOutcomeRow]:
    """Give one row for each outcome."""
    return [
        IntentOutcomeRow(
            org=outcome.ledger,
            event_id=outcome.event_id,
            intent=outcome.intent,
            event_position=outcome.position,
            outcome=outcome.outcome,
            reason=outcome.reason or "",
            message=outcome.message or "",
            resource_kind=outcome.resource_kind or "",
            resource_id=outcome.resource_id or "",
            seq=outcome.seq,
            partition=derived.place.partition,
            offset=derived.place.offset,
        )
        for derived in records
        if isinstance(outcome := derived.record, IntentOutcome)
    ]
