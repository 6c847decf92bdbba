"""What the tables hold about requests before a range: the only thing the join of a request needs from the past."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from keeptrusts.projections.projectors.place import LoggedEvent, Place
from keeptrusts.projections.projectors.request_parts import request_of
from keeptrusts.projections.projectors.requests import PriorRequest, RequestKey, RequestRow, row_in_flight
from keeptrusts.projections.store.protocol import Store
from keeptrusts.schemas.codec import decode

_KEYS_A_QUERY: Final = 2_000
_PARTS: Final = """
SELECT org, request, part, attempt, _offset
FROM request_parts
WHERE (org, request) IN {keys:Array(Tuple(String, String))}
    AND _partition = {partition:UInt32} AND _offset < {first:UInt64}
ORDER BY org, request, _offset"""
_VALUES: Final = """
SELECT org, _offset, value, toUnixTimestamp64Milli(appended_at)
FROM log
WHERE (org, _partition, _offset) IN {places:Array(Tuple(String, UInt32, UInt64))}"""


@dataclass(slots=True)
class _Summary:
    """The places of the records that matter of one request."""

    decided: int | None = None
    last_attempt: int | None = None
    attempts: int = 0
    closed: bool = False


class InFlight:
    """The requests in flight that this writer has seen itself, so that most ends need no look into the tables.

    Bounded: what is dropped is found in the tables again. Everything here is also there.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._rows: OrderedDict[RequestKey, RequestRow] = OrderedDict()

    def known(self, events: Sequence[LoggedEvent]) -> dict[RequestKey, PriorRequest]:
        """Give what is known here about the requests of these events."""
        found: dict[RequestKey, PriorRequest] = {}
        for item in events:
            name = request_of(item.event.data)
            row = self._rows.get((item.event.org, name)) if name is not None else None
            if row is not None:
                found[(row.org, row.request)] = PriorRequest(row=row)
        return found

    def learn(self, events: Sequence[LoggedEvent], in_flight: Mapping[RequestKey, RequestRow]) -> None:
        """Take over how a range left its requests; call it once the range is written."""
        for item in events:
            name = request_of(item.event.data)
            if name is not None:
                self._rows.pop((item.event.org, name), None)
        self._rows.update(in_flight)
        while len(self._rows) > self._most:
            self._rows.popitem(last=False)


async def prior_requests(
    store: Store, partition: int, first: int, events: Sequence[LoggedEvent], known: InFlight | None = None
) -> dict[RequestKey, PriorRequest]:
    """Find what was written before offset ``first`` about the requests of these events.

    Everything before a range is in the tables before the range is taken up, so the answer depends on the log alone.
    ``known`` saves looks into the tables; it must have learned every range since it was made.
    """
    found: dict[RequestKey, PriorRequest] = {} if known is None else known.known(events)
    named = {(item.event.org, name) for item in events if (name := request_of(item.event.data)) is not None}
    keys = sorted(named - found.keys())
    for start in range(0, len(keys), _KEYS_A_QUERY):
        found |= await _prior_of(store, partition, first, keys[start : start + _KEYS_A_QUERY])
    return found


async def _prior_of(store: Store, partition: int, first: int, keys: list[RequestKey]) -> dict[RequestKey, PriorRequest]:
    answer = await store.query(_PARTS, {"keys": keys, "partition": partition, "first": first})
    if not answer.rows:
        return {}
    summaries: dict[RequestKey, _Summary] = {}
    for org, request, part, attempt, offset in answer.rows:
        summary = summaries.setdefault((org, request), _Summary())
        if part == "decided" and summary.decided is None:
            summary.decided = offset
        elif part == "attempted" and attempt > summary.attempts:
            summary.last_attempt, summary.attempts = offset, attempt
        elif part in ("completed", "abandoned"):
            summary.closed = True
    values = await _values(store, partition, summaries)
    return {key: _prior(key, summary, values) for key, summary in summaries.items()}


def _prior(key: RequestKey, summary: _Summary, values: Mapping[tuple[str, int | None], LoggedEvent]) -> PriorRequest:
    decided = values.get((key[0], summary.decided))
    if summary.closed or decided is None:
        return PriorRequest(closed=summary.closed)
    return PriorRequest(row=row_in_flight(decided, values.get((key[0], summary.last_attempt))))


async def _values(
    store: Store, partition: int, summaries: dict[RequestKey, _Summary]
) -> dict[tuple[str, int | None], LoggedEvent]:
    places = sorted(
        {
            (org, partition, offset)
            for (org, _), summary in summaries.items()
            if not summary.closed
            for offset in (summary.decided, summary.last_attempt)
            if offset is not None
        }
    )
    if not places:
        return {}
    answer = await store.query(_VALUES, {"places": places})
    return {
        (org, offset): LoggedEvent(
            event=decode(value.encode()),
            place=Place(partition=partition, offset=offset, appended_ms=appended_ms),
            value=value.encode(),
        )
        for org, offset, value, appended_ms in answer.rows
    }
