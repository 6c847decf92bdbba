"""Joining a request: any cut of the log into ranges gives the same rows, and the first end wins."""

from __future__ import annotations

import itertools
import random
from collections import Counter

import pytest
from support.request_material import Material

from keeptrusts.projections.projectors.place import LoggedEvent, Place
from keeptrusts.projections.projectors.request_parts import request_of
from keeptrusts.projections.projectors.requests import (
    PriorRequest,
    RequestKey,
    RequestRow,
    project_requests,
    row_in_flight,
)
from keeptrusts.projections.writer.prior import InFlight
from keeptrusts.schemas.codec import encode
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events.request import (
    RequestAbandoned,
    RequestAttempted,
    RequestCompleted,
    RequestDecided,
)


def logged(*events: Event) -> list[LoggedEvent]:
    return [
        LoggedEvent(event=event, place=Place(partition=0, offset=n, appended_ms=n), value=encode(event))
        for n, event in enumerate(events)
    ]


def prior_of(records: list[LoggedEvent]) -> dict[RequestKey, PriorRequest]:
    """Say what a log held, as the writer finds it in the tables."""
    found: dict[RequestKey, tuple[LoggedEvent | None, LoggedEvent | None, int, bool]] = {}
    for item in records:
        data = item.event.data
        request = request_of(data)
        if request is None:
            continue
        key = (item.event.org, request)
        decided, attempt, attempts, closed = found.get(key, (None, None, 0, False))
        if isinstance(data, RequestDecided):
            decided = decided or item
        elif isinstance(data, RequestAttempted) and data.attempt > attempts:
            attempt, attempts = item, data.attempt
        elif isinstance(data, RequestCompleted | RequestAbandoned):
            closed = True
        found[key] = (decided, attempt, attempts, closed)
    return {
        key: PriorRequest(
            row=row_in_flight(decided, attempt) if decided is not None and not closed else None, closed=closed
        )
        for key, (decided, attempt, _, closed) in found.items()
    }


def project_in_ranges(records: list[LoggedEvent], cuts: list[int]) -> tuple[list[RequestRow], set[str]]:
    """Project range by range as the writer does; gives closed rows and the ids that are still open."""
    closed: list[RequestRow] = []
    open_rows: Counter[str] = Counter()
    known = InFlight(3)  # few, so that most are forgotten on the way
    edges = [0, *sorted(set(cuts)), len(records)]
    for begin, end in itertools.pairwise(edges):
        if begin == end:
            continue
        done = project_requests(prior_of(records[:begin]), records[begin:end])
        remembered = known.known(records[begin:end])
        looked_up = {key: prior for key, prior in prior_of(records[:begin]).items() if key not in remembered}
        assert done == project_requests(looked_up | remembered, records[begin:end])
        known.learn(records[begin:end], done.in_flight)
        closed += done.closed
        for row in done.open:
            open_rows[row.request] += row.sign
            assert open_rows[row.request] in (0, 1)
    return closed, {request for request, count in open_rows.items() if count}


@pytest.mark.parametrize("seed", range(30))
def test_any_cut_gives_the_rows_of_one_range(seed: int) -> None:
    chance = random.Random(seed)
    material = Material(seed=seed)
    events = list(material.traffic(25, overlap=6))
    events += [event for event in events if chance.random() < 0.1]  # sent again after a producer's restart
    events.append(material.decided(material.request_id()))
    records = logged(*events)
    whole, still_open = project_in_ranges(records, [])
    assert len(whole) == 25 and len(still_open) == 1
    for _ in range(5):
        cuts = [chance.randrange(len(records)) for _ in range(chance.randint(1, 12))]
        closed, left = project_in_ranges(records, cuts)
        assert sorted(closed, key=lambda row: row.request) == sorted(whole, key=lambda row: row.request), cuts
        assert left == still_open, cuts


def test_the_first_end_closes_a_request_and_later_records_are_counted() -> None:
    material = Material()
    request = material.request_id()
    first, second = material.completed(request, cost=1), material.completed(request, cost=2)
    done = project_requests({}, logged(material.decided(request), first, first, second, material.decided(request)))
    assert [row.cost for row in done.closed] == [1]
    assert (done.open, done.repeated) == ((), 3)


def test_an_abandoned_request_is_closed_without_an_answer() -> None:
    material = Material()
    request = material.request_id()
    end = material.event(RequestAbandoned(request=request))
    records = logged(material.decided(request), end, material.completed(request, cost=5))
    (row,) = project_requests({}, records).closed
    assert (row.state, row.status, row.error, row.cost, row.offset) == ("abandoned", 0, "abandoned", None, 1)


def test_a_request_in_flight_shows_its_last_attempt() -> None:
    material = Material()
    request = material.request_id()
    records = logged(
        material.decided(request), material.attempted(request, 2), material.attempted(request, 2),
        material.attempted(request, 3, provider="google", model="gemini"),
    )  # fmt: skip
    (row,) = project_requests({}, records).open
    assert (row.sign, row.attempts, row.provider, row.verdict, row.state) == (1, 3, "google", "allow", "open")
    assert project_requests({}, records).repeated == 1


def test_an_attempt_without_a_decision_is_no_row() -> None:
    material = Material()
    done = project_requests({}, logged(material.attempted("req_x")))
    assert (done.closed, done.open, done.repeated) == ((), (), 1)
