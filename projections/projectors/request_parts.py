"""Rows of ``request_parts``: which records of the log belong to which request."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from keeptrusts.projections.projectors.place import LoggedEvent
from keeptrusts.schemas.events.request import (
    RequestAbandoned,
    RequestAttempted,
    RequestCompleted,
    RequestDecided,
    ReviewRequested,
)
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.record import Record

PARTS: Final[MappingProxyType[type[Record], str]] = MappingProxyType(
    {
        RequestDecided: "decided",
        RequestAttempted: "attempted",
        RequestCompleted: "completed",
        RequestAbandoned: "abandoned",
        ReviewRequested: "review",
    }
)


@frozen
class RequestPartRow:
    """One record about one request; ``attempt`` is 0 unless the record is about one attempt."""

    org: str
    request: str
    part: str
    attempt: int
    event_id: str
    partition: int
    offset: int


def request_of(record: Record) -> str | None:
    """Give the request that a record is about; None when it is about something else."""
    if isinstance(record, RequestDecided | RequestAttempted | RequestCompleted | RequestAbandoned | ReviewRequested):
        return record.request
    return None


def request_part_rows(records: Sequence[LoggedEvent]) -> list[RequestPartRow]:
    """Give a row for each record that is about a request."""
    rows = []
    for logged in records:
        data = logged.event.data
        request = request_of(data)
        if request is None:
            continue
        rows.append(
            RequestPartRow(
                org=logged.event.org,
                request=request,
                part=PARTS[type(data)],
                attempt=data.attempt if isinstance(data, RequestAttempted) else 0,
                event_id=logged.event.id,
                partition=logged.place.partition,
                offset=logged.place.offset,
            )
        )
    return rows
