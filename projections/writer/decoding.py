"""Bytes of any topic to what the projectors take; what cannot be read is named, never skipped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import orjson

from keeptrusts.projections.projectors.log import UnknownEvent
from keeptrusts.projections.projectors.place import DerivedRecord, LoggedEvent, Place, time_text
from keeptrusts.schemas.codec import DecodeError, UnknownTypeError, decode
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.record import parse_time
from keeptrusts.schemas.snapshots.codec import decode_derived


class Consumed(Protocol):
    """A record as the Kafka client gives it."""

    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def value(self) -> bytes | None: ...


@frozen
class Undecodable:
    """A record that no reader of this version can use. ``error`` never quotes the record."""

    place: Place
    value: bytes
    error: str


@frozen
class Decoded:
    """The records of one range, sorted by what they are, each group in log order."""

    events: tuple[LoggedEvent, ...] = ()
    unknown: tuple[UnknownEvent, ...] = ()
    derived: tuple[DerivedRecord, ...] = ()
    undecodable: tuple[Undecodable, ...] = ()


def decode_events(partition: int, records: Sequence[Consumed]) -> Decoded:
    """Decode records of kt.events."""
    events: list[LoggedEvent] = []
    unknown: list[UnknownEvent] = []
    undecodable: list[Undecodable] = []
    for record in records:
        place = Place(partition=partition, offset=record.offset, appended_ms=record.timestamp)
        value = record.value or b""
        try:
            events.append(LoggedEvent(event=decode(value), place=place, value=value))
        except UnknownTypeError:
            found = _unknown(value, place)
            if isinstance(found, UnknownEvent):
                unknown.append(found)
            else:
                undecodable.append(found)
        except DecodeError as error:
            undecodable.append(Undecodable(place=place, value=value, error=error.reason))
    return Decoded(events=tuple(events), unknown=tuple(unknown), undecodable=tuple(undecodable))


def decode_derived_records(partition: int, records: Sequence[Consumed]) -> Decoded:
    """Decode records of a derived topic; tombstones of compacted topics say nothing that a value did not."""
    derived: list[DerivedRecord] = []
    undecodable: list[Undecodable] = []
    for record in records:
        if record.value is None:
            continue
        place = Place(partition=partition, offset=record.offset, appended_ms=record.timestamp)
        try:
            derived.append(DerivedRecord(record=decode_derived(record.value), place=place, value=record.value))
        except DecodeError as error:
            undecodable.append(Undecodable(place=place, value=record.value, error=error.reason))
    return Decoded(derived=tuple(derived), undecodable=tuple(undecodable))


def _unknown(value: bytes, place: Place) -> UnknownEvent | Undecodable:
    document: dict[str, Any] = orjson.loads(value)
    texts = {name: document.get(name) for name in ("org", "type", "id", "source", "subject", "actor")}
    for name, text in texts.items():
        if not isinstance(text, str) or not text:
            return Undecodable(place=place, value=value, error=f"{name} must be a non-empty string")
    try:
        time = time_text(parse_time(document.get("time")))
    except ValueError:
        return Undecodable(place=place, value=value, error="time must be RFC 3339 with an offset")
    return UnknownEvent(
        org=document["org"], type=document["type"], id=document["id"], source=document["source"],
        subject=document["subject"], actor=document["actor"], time=time, place=place, value=value,
    )  # fmt: skip
