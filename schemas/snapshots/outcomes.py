"""Values of kt.outcomes: accepted or rejected, for each intent, with the reason."""

from __future__ import annotations

from typing import Literal

from keeptrusts.schemas.record import Record


class IntentOutcome(Record):
    """The authority's answer to one intent. ``position`` is the intent's own place in kt.events.

    ``correlationid`` is the intent's: the command API puts the hash of an idempotent request's input there.
    """

    type: Literal["kt.outcome.v1"] = "kt.outcome.v1"
    ledger: str
    event_id: str
    intent: str
    position: str
    outcome: Literal["accepted", "rejected"]
    reason: str | None = None
    message: str | None = None
    resource_kind: str | None = None
    resource_id: str | None = None
    correlationid: str | None = None
    seq: int
