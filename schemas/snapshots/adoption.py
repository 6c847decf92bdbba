"""Entries of kt.adoption: first calls, active days, models adopted, phases reached."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from keeptrusts.schemas.record import Record, Timestamp
from keeptrusts.schemas.snapshots.ledger import Cause


class FirstCall(Record):
    """A user's first governed call. ``since_joined_seconds`` counts from membership, where there is one."""

    fact: Literal["first_call"] = "first_call"
    user: str
    team: str | None = None
    at: Timestamp
    since_joined_seconds: int | None = None


class ActiveDay(Record):
    """The first governed call of a user on a UTC day of business time (``YYYY-MM-DD``)."""

    fact: Literal["active_day"] = "active_day"
    user: str
    team: str | None = None
    day: str


class ModelAdopted(Record):
    """A team's first completed call of a model."""

    fact: Literal["model_adopted"] = "model_adopted"
    team: str | None = None
    model: str
    at: Timestamp


class PhaseReached(Record):
    """The organization reached a phase of its rollout: Pilot, Expand or Scale."""

    fact: Literal["phase_reached"] = "phase_reached"
    phase: Literal["pilot", "expand", "scale"]
    at: Timestamp


AdoptionFact = Annotated[FirstCall | ActiveDay | ModelAdopted | PhaseReached, Field(discriminator="fact")]


class AdoptionEntry(Record):
    """What one record of kt.events changed about adoption."""

    type: Literal["kt.adoption.entry.v1"] = "kt.adoption.entry.v1"
    ledger: str
    org: str
    seq: int = Field(ge=0)
    cause: Cause
    facts: tuple[AdoptionFact, ...]
