"""Where a record was found, and the record itself, decoded: what every projector takes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.record import Record

TIME_FORMAT: Final = "%Y-%m-%dT%H:%M:%S.%fZ"


@frozen
class Place:
    """A record's partition and offset in its topic, and the broker's append time in milliseconds."""

    partition: int
    offset: int
    appended_ms: int


@frozen
class LoggedEvent:
    """A record of kt.events with its bytes."""

    event: Event
    place: Place
    value: bytes


@frozen
class DerivedRecord:
    """A record of a derived topic with its bytes."""

    record: Record
    place: Place
    value: bytes


def time_text(moment: datetime) -> str:
    """Write an aware time as the tables read it, in UTC with microseconds."""
    return moment.astimezone(UTC).strftime(TIME_FORMAT)


def time_text_of_ms(unix_ms: int) -> str:
    """Write a broker time in milliseconds as the tables read it."""
    seconds, ms = divmod(unix_ms, 1000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=ms * 1000).strftime(TIME_FORMAT)
