"""The envelope of every record of kt.events: CloudEvents 1.0, structured JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from keeptrusts.schemas.frozen import frozen, replace
from keeptrusts.schemas.record import Record

SPEC_VERSION: Final = "1.0"


@frozen
class Event:
    """One immutable fact or intent.

    ``time`` is business time (what happened when); the broker's append time is another clock and not in here.
    ``ledger`` equals ``org`` today and is the Kafka key. ``sequence`` counts per source and partition from 0 and
    is given by the publisher at the moment of sending (None before that). ``actor`` is ``<kind>:<id>``.
    """

    id: str
    source: str
    subject: str
    time: datetime
    org: str
    ledger: str
    actor: str
    data: Record
    correlationid: str | None = None
    causationid: str | None = None
    sequence: int | None = None
    traceparent: str | None = None
    synthetic: bool = False

    def numbered(self, source: str, sequence: int) -> Event:
        """Give the same event with its publisher and its place in that publisher's order: the two belong together."""
        return replace(self, source=source, sequence=sequence)
