"""Rows of ``adoption_facts``: first calls, active days, models adopted, phases reached."""

from __future__ import annotations

from collections.abc import Sequence

from keeptrusts.projections.projectors.place import DerivedRecord, time_text
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.snapshots.adoption import (
    ActiveDay,
    AdoptionEntry,
    AdoptionFact,
    FirstCall,
    ModelAdopted,
    PhaseReached,
)


@frozen
class AdoptionFactRow:
    """One fact. ``at`` is business time, of an active day its midnight. No ``since_joined_seconds``: not a member."""

    org: str
    fact: str
    at: str
    user: str = ""
    team: str = ""
    model: str = ""
    phase: str = ""
    since_joined_seconds: int | None = None
    seq: int
    n: int
    cause_offset: int
    partition: int
    offset: int


def adoption_fact_rows(records: Sequence[DerivedRecord]) -> list[AdoptionFactRow]:
    """Give one row for each fact of each entry; ``n`` counts within the entry."""
    return [
        _row(derived, entry, n, fact)
        for derived in records
        if isinstance(entry := derived.record, AdoptionEntry)
        for n, fact in enumerate(entry.facts)
    ]


def _row(derived: DerivedRecord, entry: AdoptionEntry, n: int, fact: AdoptionFact) -> AdoptionFactRow:
    at = f"{fact.day}T00:00:00.000000Z" if isinstance(fact, ActiveDay) else time_text(fact.at)
    return AdoptionFactRow(
        org=entry.org,
        fact=fact.fact,
        at=at,
        user=fact.user if isinstance(fact, FirstCall | ActiveDay) else "",
        team=(fact.team or "") if not isinstance(fact, PhaseReached) else "",
        model=fact.model if isinstance(fact, ModelAdopted) else "",
        phase=fact.phase if isinstance(fact, PhaseReached) else "",
        since_joined_seconds=fact.since_joined_seconds if isinstance(fact, FirstCall) else None,
        seq=entry.seq,
        n=n,
        cause_offset=entry.cause.offset,
        partition=derived.place.partition,
        offset=derived.place.offset,
    )
