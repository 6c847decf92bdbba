"""Rows of ``log``: every record of kt.events with its envelope as columns and its bytes as they are."""

from __future__ import annotations

from keeptrusts.projections.projectors.place import LoggedEvent, Place, time_text, time_text_of_ms
from keeptrusts.schemas.codec import type_of
from keeptrusts.schemas.frozen import frozen


@frozen
class LogRow:
    """One record. ``known`` is 0 for a well-formed record of a type that this version does not know."""

    org: str
    type: str
    id: str
    source: str
    subject: str
    actor: str
    time: str
    correlationid: str
    causationid: str
    sequence: int
    synthetic: bool
    known: bool
    value: str
    appended_at: str
    partition: int
    offset: int


@frozen
class UnknownEvent:
    """The envelope of a record whose type this version does not know."""

    org: str
    type: str
    id: str
    source: str
    subject: str
    actor: str
    time: str
    place: Place
    value: bytes


def log_row(logged: LoggedEvent) -> LogRow:
    """Give the row of a record of a known type. ``sequence`` is -1 when the source did not number it."""
    event, place = logged.event, logged.place
    return LogRow(
        org=event.org,
        type=type_of(event.data),
        id=event.id,
        source=event.source,
        subject=event.subject,
        actor=event.actor,
        time=time_text(event.time),
        correlationid=event.correlationid or "",
        causationid=event.causationid or "",
        sequence=-1 if event.sequence is None else event.sequence,
        synthetic=event.synthetic,
        known=True,
        value=logged.value.decode(),
        appended_at=time_text_of_ms(place.appended_ms),
        partition=place.partition,
        offset=place.offset,
    )


def unknown_log_row(unknown: UnknownEvent) -> LogRow:
    """Give the row of a record of an unknown type: kept whole, so that a later version can project it."""
    return LogRow(
        org=unknown.org, type=unknown.type, id=unknown.id, source=unknown.source, subject=unknown.subject,
        actor=unknown.actor, time=unknown.time, correlationid="", causationid="", sequence=-1, synthetic=False,
        known=False, value=unknown.value.decode(), appended_at=time_text_of_ms(unknown.place.appended_ms),
        partition=unknown.place.partition, offset=unknown.place.offset,
    )  # fmt: skip
