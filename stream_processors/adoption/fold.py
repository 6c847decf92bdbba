"""The adoption fold of one organization: what each answered call shows for the first time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal

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

GROWING: Final = frozenset({"users", "teams", "days", "models"})
"""Parts of a state that only grow at their end, so that a snapshot writes little of them."""


@dataclass(slots=True)
class AdoptionState:
    """What has been seen of one ledger, in the order it was; grows with users, their days, and models a team."""

    ledger: str
    seq: int = -1
    users: dict[str, None] = field(default_factory=dict)
    teams: dict[str, None] = field(default_factory=dict)
    days: dict[tuple[str, str], None] = field(default_factory=dict)
    models: dict[tuple[str | None, str], None] = field(default_factory=dict)
    phases: dict[str, None] = field(default_factory=dict)


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
                state.users[fact.user] = None
            case ActiveDay():
                state.days[fact.user, fact.day] = None
                if fact.team is not None:
                    state.teams[fact.team] = None
            case ModelAdopted():
                state.models[fact.team, fact.model] = None
                if fact.team is not None:
                    state.teams[fact.team] = None
            case PhaseReached():
                state.phases[fact.phase] = None


def sections_of(state: AdoptionState) -> dict[str, list[Any]]:
    """Give everything a state is made of, for a snapshot; ``restored`` of it is equal to it."""
    return {
        "users": list(state.users),
        "teams": list(state.teams),
        "days": list(state.days),
        "models": list(state.models),
        "phases": list(state.phases),
    }


def restored(ledger: str, seq: int, sections: dict[str, list[Any]]) -> AdoptionState:
    """Build a state from its sections."""
    state = AdoptionState(ledger=ledger, seq=seq)
    state.users, state.teams = dict.fromkeys(sections["users"]), dict.fromkeys(sections["teams"])
    state.days = dict.fromkeys((user, day) for user, day in sections["days"])
    state.models = dict.fromkeys((team, model) for team, model in sections["models"])
    state.phases = dict.fromkeys(sections["phases"])
    return state


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
    users = len(state.users) + (user is not None and user not in state.users)
    teams = len(state.teams) + (team is not None and team not in state.teams)
    return [
        PhaseReached(phase=phase, at=at)
        for phase, needed_teams, needed_users in PHASES
        if phase not in state.phases and teams >= needed_teams and users >= needed_users
    ]
