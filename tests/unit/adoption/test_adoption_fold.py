"""Adoption counts answered calls: first calls, active days of business time, models a team took up, phases."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.ledger import GATEWAY, ORG, START, Ledger, completed, decided

from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.frozen import replace
from keeptrusts.schemas.snapshots.adoption import (
    ActiveDay,
    AdoptionEntry,
    AdoptionFact,
    FirstCall,
    ModelAdopted,
    PhaseReached,
)
from keeptrusts.schemas.snapshots.codec import decode_as, encode_derived
from keeptrusts.stream_processors.adoption.fold import PHASES, AdoptionState, apply, evolve


class Adoption:
    """The adoption fold of one ledger, fed call by call."""

    def __init__(self) -> None:
        self.state = AdoptionState(ledger=ORG)
        self.entries: list[AdoptionEntry] = []
        self.records = 0

    def answered(
        self,
        user: str | None,
        team: str | None = "eng",
        *,
        at: datetime = START,
        model: str | None = "gpt-4o",
        status: int = 200,
    ) -> tuple[AdoptionFact, ...]:
        call = completed(f"r{self.records}", None, user=user, team=team, model=model, status=status)
        return self.fed(replace(Ledger().event(call, actor=GATEWAY), time=at))

    def fed(self, event: Event) -> tuple[AdoptionFact, ...]:
        entry = apply(self.state, event, 0, self.records)
        self.records += 1
        if entry is None:
            return ()
        self.entries.append(entry)
        return entry.facts


def kinds(facts: tuple[AdoptionFact, ...]) -> list[str]:
    return [fact.fact for fact in facts]


def test_a_first_answered_call_shows_user_day_and_model() -> None:
    facts = Adoption().answered("u1")
    assert facts == (
        FirstCall(user="u1", team="eng", at=START),
        ActiveDay(user="u1", team="eng", day="2026-04-01"),
        ModelAdopted(team="eng", model="gpt-4o", at=START),
    )


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ({"user": "u1"}, []),
        ({"user": "u1", "at": START + timedelta(days=1)}, ["active_day"]),
        ({"user": "u1", "at": START - timedelta(days=1)}, ["active_day"]),
        ({"user": "u1", "model": "gpt-4o-mini"}, ["model_adopted"]),
        ({"user": "u1", "team": "ops"}, ["model_adopted"]),
        ({"user": "u2"}, ["first_call", "active_day"]),
        ({"user": None}, []),
        ({"user": None, "team": None}, ["model_adopted"]),
        ({"user": "u2", "status": 403}, []),
        ({"user": "u2", "status": 502}, []),
        ({"user": "u2", "model": None}, []),
    ],
    ids=str,
)
def test_what_a_second_call_shows(second: dict[str, object], expected: list[str]) -> None:
    adoption = Adoption()
    adoption.answered("u1")
    assert kinds(adoption.answered(**second)) == expected


def test_records_other_than_completions_show_nothing() -> None:
    adoption = Adoption()
    assert adoption.fed(Ledger().event(decided("r1"), actor=GATEWAY)) == ()
    assert adoption.state == AdoptionState(ledger=ORG)


def test_days_are_utc_days_of_business_time() -> None:
    adoption = Adoption()
    late = datetime(2026, 4, 1, 23, 30, tzinfo=timezone(timedelta(hours=-2)))
    assert [fact.day for fact in adoption.answered("u1", at=late) if isinstance(fact, ActiveDay)] == ["2026-04-02"]


@pytest.mark.parametrize(("phase", "teams", "users"), PHASES)
def test_a_phase_is_reached_once_with_enough_teams_and_users(phase: str, teams: int, users: int) -> None:
    adoption = Adoption()
    reached = [
        fact.phase
        for number in range(users + 5)
        for fact in adoption.answered(f"u{number}", f"t{number % teams}")
        if isinstance(fact, PhaseReached)
    ]
    assert reached.count(phase) == 1
    without = Adoption()
    for number in range(users - 1):
        without.answered(f"u{number}", f"t{number % teams}")
    assert phase not in without.state.phases


def test_an_entry_names_the_record_and_is_numbered() -> None:
    adoption = Adoption()
    adoption.answered("u1")
    adoption.answered("u1")
    adoption.answered("u2")
    assert [(entry.seq, entry.cause.offset) for entry in adoption.entries] == [(0, 0), (1, 2)]
    assert {entry.cause.type for entry in adoption.entries} == {"kt.request.completed.v1"}


def test_an_entry_that_does_not_follow_is_refused_loudly() -> None:
    adoption = Adoption()
    adoption.answered("u1")
    with pytest.raises(AssertionError, match="does not follow"):
        evolve(adoption.state, adoption.entries[0])


calls = st.tuples(
    st.sampled_from([None, "u1", "u2", "u3"]),
    st.sampled_from([None, "eng", "ops"]),
    st.integers(0, 90 * 24).map(lambda hours: START + timedelta(hours=hours)),
    st.sampled_from([None, "gpt-4o", "mini"]),
    st.sampled_from([200, 403]),
)


@given(st.lists(calls, max_size=30))
def test_every_fact_is_stated_once_and_the_entries_alone_rebuild_the_state(log: list[tuple[object, ...]]) -> None:
    adoption = Adoption()
    for user, team, at, model, status in log:
        adoption.answered(user, team, at=at, model=model, status=status)
    stated = [
        fact.model_dump_json(exclude={"at"} | ({"team"} if isinstance(fact, FirstCall | ActiveDay) else set()))
        for entry in adoption.entries
        for fact in entry.facts
    ]
    assert len(stated) == len(set(stated))
    restored = AdoptionState(ledger=ORG)
    for entry in adoption.entries:
        evolve(restored, decode_as(AdoptionEntry, encode_derived(entry)))
    assert restored == adoption.state
