"""The adoption fold of one organization: what each answered call shows for the first time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal

from keeptrusts.schemas.codec import type_of
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events.request import RequestCompleted
from keeptrusts.schemas.snapshots.adoption import (
    ActiveDay,
    AdoptionEntry,
    AdoptionFact,
    FirstCall,
    ModelAdopted,
    PhaseReached,
)
from keeptrusts.schemas.snapshots.ledger import Cause

PHASES: Final[tuple[tuple[Literal["pilot", "expand"], int, int], ...]] = (("pilot", 1, 10), ("expand", 5, 50))
"""Phase, teams and users with answered calls it needs. Scale needs full coverage, which only the directory knows."""


@dataclass(slots=True)
class AdoptionState:
    """What has been seen of one ledger; grows with users, their active days, and models a team."""

    ledger: str
    seq: int = -1
    users: set[str] = field(default_factory=set)
    teams: set[str] = field(default_factory=set)
    days: set[tuple[str, str]] = field(default_factory=set)
    models: set[tuple[str | None, str]] = field(default_factory=set)
    phases: set[str] = field(default_factory=set)


def apply(state: AdoptionState, event: Event, partition: int, offset: int) -> AdoptionEntry | None:
    """Give the entry for one record, folded into the state; None when it shows nothing new.

    Calls count when a model answered them (HTTP status below 400).
    """
    completed = event.data
    if not isinstance(completed, RequestCompleted) or completed.status >= 400 or completed.model is None:
        return None
    facts = _facts(state, completed, event.time)
    if not facts:
        return None
    entry = AdoptionEntry(
        ledger=event.ledger,
        org=event.org,
        seq=state.seq + 1,
        cause=Cause(
            partition=partition,
            offset=offset,
            event_id=event.id,
            type=type_of(completed),
            actor=event.actor,
            time=event.time,
            subject=event.subject,
        ),
        facts=facts,
    )
    evolve(state, entry)
    return entry


def evolve(state: AdoptionState, entry: AdoptionEntry) -> None:
    """Fold one entry into the state."""
    assert entry.seq == state.seq + 1, f"adoption entry {entry.seq} does not follow {state.seq}"
    state.seq = entry.seq
    for fact in entry.facts:
        match fact:
            case FirstCall():
                state.users.add(fact.user)
            case ActiveDay():
                state.days.add((fact.user, fact.day))
                if fact.team is not None:
                    state.teams.add(fact.team)
            case ModelAdopted():
                state.models.add((fact.team, fact.model))
                if fact.team is not None:
                    state.teams.add(fact.team)
            case PhaseReached():
                state.phases.add(fact.phase)


def _facts(state: AdoptionState, completed: RequestCompleted, at: datetime) -> tuple[AdoptionFact, ...]:
    user, team, model = completed.identity.user, completed.identity.team, completed.model
    facts: list[AdoptionFact] = []
    if user is not None:
        day = at.astimezone(UTC).strftime("%Y-%m-%d")
        if user not in state.users:
            facts.append(FirstCall(user=user, team=team, at=at))
        if (user, day) not in state.days:
            facts.append(ActiveDay(user=user, team=team, day=day))
    if model is not None and (team, model) not in state.models:
        facts.append(ModelAdopted(team=team, model=model, at=at))
    if facts:
        facts.extend(_phases(state, user, team, at))
    return tuple(facts)


def _phases(state: AdoptionState, user: str | None, team: str | None, at: datetime) -> list[AdoptionFact]:
    users = len(state.users | ({user} if user is not None else set()))
    teams = len(state.teams | ({team} if team is not None else set()))
    return [
        PhaseReached(phase=phase, at=at)
        for phase, needed_teams, needed_users in PHASES
        if phase not in state.phases and teams >= needed_teams and users >= needed_users
    ]
