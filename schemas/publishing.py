"""The publishing port: how a service appends events to the log, and what an acknowledgement promises."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol

from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.positions import Position

LOG_APPEND_TIME = 1
"""The timestamp type of an acknowledgement whose time is the broker's own."""


@frozen
class Ack:
    """The broker has the record: where, and at which time. Money trusts the time only if it is the broker's own."""

    partition: int
    offset: int
    timestamp_ms: int
    timestamp_type: int

    @property
    def position(self) -> Position:
        """Give the record's place in kt.events."""
        return Position(self.partition, self.offset)


class PublishError(Exception):
    """An event is not known to be in the log. ``reason`` is fit to be shown: it never holds the event."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RecordTooLargeError(PublishError):
    """The encoded event is above the size limit; it was not sent, and the publisher goes on."""


class PublisherOverloadedError(PublishError):
    """The bounded queue is full, or the publisher is not started; the event was not sent."""


class AckUnknownError(PublishError):
    """No acknowledgement within the deadline: the event may or may not be in the log, now or later."""


class Publisher(Protocol):
    """Appends events to kt.events: in the order of the calls for one ledger, numbered per source and partition.

    May block until the broker answers, at most ``deadline_s`` seconds. A normal return means every event is
    acknowledged by all in-sync replicas. It does not promise that any reader has seen it.
    """

    def append(self, *events: Event, deadline_s: float) -> Awaitable[tuple[Ack, ...]]:
        """Append events that belong together, in order; one Ack each.

        All events of one call must share a ledger; each gets this publisher's ``source`` and the next number. Raises
        RecordTooLargeError, PublisherOverloadedError or a plain PublishError (no JSON can say it) when nothing was
        sent, AckUnknownError when it is not known; at once or to whoever awaits it.
        """
        ...

    @property
    def source(self) -> str:
        """The CloudEvents source of this publisher: ``gateway/<name>/<incarnation>``."""
        ...


def one_ledger(events: tuple[Event, ...]) -> str:
    """Give the ledger that the events of one append share; raises ValueError when there are none or several."""
    if len(events) == 1:
        return events[0].ledger
    ledgers = {event.ledger for event in events}
    if len(ledgers) != 1:
        raise ValueError(f"the events of one append must share a ledger, found {len(ledgers)}")
    return ledgers.pop()
