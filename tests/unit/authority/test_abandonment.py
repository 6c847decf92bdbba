"""Calls that never complete: the authority gives them up and says so in the log, once, whatever restarts in between."""

from __future__ import annotations

import pytest
from support.scenario import Scenario

from keeptrusts.schemas.codec import decode, encode
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events.request import RequestAbandoned, RequestDecided
from keeptrusts.schemas.ids import Ids
from keeptrusts.schemas.topics import EVENTS, LEDGER
from keeptrusts.stream_processors.authority.agent import MAX_TOLD_AT_ONCE, TOLD_AGAIN_MS, TOLD_EVERY_MS, AuthorityFold
from keeptrusts.stream_processors.authority.money.deadlines import ABANDONED_AFTER_MS
from keeptrusts.stream_processors.runtime.protocol import InputRecord, OutputRecord

START_MS = 1_775_000_000_000
LATE_MS = START_MS + ABANDONED_AFTER_MS + 60_000


class Partition:
    """A partition of kt.events and the authority that folds it; a restart begins again from the entries."""

    def __init__(self) -> None:
        self.ids = Ids(now_ms=lambda: START_MS, entropy=lambda count: b"x" * count)
        self.fold = AuthorityFold(0, self.ids)
        self.entries: list[bytes] = []
        self.offset = -1

    def append(self, value: bytes, at_ms: int) -> None:
        self.offset += 1
        for output in self.fold.apply(InputRecord(partition=0, offset=self.offset, timestamp_ms=at_ms, value=value)):
            if output.topic == LEDGER.name:
                self.entries.append(output.value)

    def restart(self) -> None:
        self.fold = AuthorityFold(0, self.ids)
        for entry in self.entries:
            self.fold.restore(entry)

    def told(self, now_ms: int) -> list[OutputRecord]:
        ticks = self.fold.ticks(now_ms)
        assert all(tick.topic == EVENTS.name for tick in ticks)
        return [tick for tick in ticks if isinstance(decode(tick.value).data, RequestAbandoned)]


def open_calls(count: int) -> tuple[Partition, Scenario, list[str]]:
    """A partition with calls that were decided and never completed."""
    scenario, partition = Scenario(), Partition()
    for event in scenario.founding():
        partition.append(encode(event), START_MS)
    requests: list[str] = []
    for _ in range(count):
        decided = decision(scenario)
        partition.append(encode(decided), START_MS)
        requests.append(request_of(decided))
    return partition, scenario, requests


def request_of(event: Event) -> str:
    assert isinstance(event.data, RequestDecided)
    return event.data.request


def decision(scenario: Scenario) -> Event:
    """The next decision that lets a call go out."""
    while True:
        event = scenario.call(scenario.made)[0]
        if isinstance(event.data, RequestDecided) and event.data.verdict == "allow":
            return event


def later(scenario: Scenario) -> bytes:
    return encode(decision(scenario))


def requests_of(told: list[OutputRecord]) -> list[str]:
    events: list[Event] = [decode(output.value) for output in told]
    return [event.data.request for event in events if isinstance(event.data, RequestAbandoned)]


def test_an_open_call_is_not_told_of_before_its_time() -> None:
    partition, _, _ = open_calls(1)
    assert partition.told(START_MS + ABANDONED_AFTER_MS) == []


def test_a_quiet_ledger_is_ticked_and_then_says_what_it_gave_up() -> None:
    partition, _, requests = open_calls(2)
    [tick] = partition.fold.ticks(LATE_MS)
    assert decode(tick.value).data.model_dump() == {"deadline": "due"}
    partition.append(tick.value, LATE_MS)
    assert requests_of(partition.told(LATE_MS)) == requests


def test_a_call_is_told_of_until_the_log_holds_it_and_not_again_after() -> None:
    partition, scenario, requests = open_calls(1)
    partition.append(later(scenario), LATE_MS)
    [told] = partition.told(LATE_MS)
    event = decode(told.value)
    assert (event.subject, event.correlationid, event.ledger) == (requests[0], requests[0], scenario.org)
    assert partition.told(LATE_MS + TOLD_EVERY_MS - 1) == [], "it is on its way"
    assert partition.told(LATE_MS + TOLD_EVERY_MS) == [told], "the same record, byte for byte"
    partition.append(told.value, LATE_MS)
    assert partition.told(LATE_MS + 10 * TOLD_EVERY_MS) == []


def test_a_restart_before_it_was_told_loses_nothing_and_after_it_repeats_the_same_record() -> None:
    partition, scenario, _ = open_calls(1)
    partition.append(later(scenario), LATE_MS)
    partition.restart()
    told = partition.told(LATE_MS)
    assert len(told) == 1
    partition.append(told[0].value, LATE_MS)
    partition.restart()
    assert partition.told(LATE_MS) == told


def test_what_was_given_up_long_ago_is_not_told_of_again_after_a_restart() -> None:
    partition, scenario, requests = open_calls(1)
    partition.append(later(scenario), LATE_MS)
    partition.append(later(scenario), LATE_MS + TOLD_AGAIN_MS + 1)
    partition.restart()
    assert requests[0] not in requests_of(partition.told(LATE_MS + TOLD_AGAIN_MS + 1))


@pytest.mark.parametrize("count", [1, MAX_TOLD_AT_ONCE, MAX_TOLD_AT_ONCE + 7])
def test_any_number_is_told_of_in_bounded_portions(count: int) -> None:
    partition, scenario, requests = open_calls(count)
    partition.append(later(scenario), LATE_MS)
    partition.append(later(scenario), LATE_MS)
    found: list[str] = []
    for step in range(4):
        told = partition.told(LATE_MS + step * 1_000)
        assert len(told) <= MAX_TOLD_AT_ONCE
        found += requests_of(told)
        for output in told:
            partition.append(output.value, LATE_MS)
    assert sorted(found) == sorted(requests)


def test_a_call_that_completes_is_never_told_of() -> None:
    scenario, partition = Scenario(), Partition()
    for event in [*scenario.founding(), *scenario.call(1)]:
        partition.append(encode(event), START_MS)
    partition.append(later(scenario), LATE_MS)
    assert partition.told(LATE_MS) == []
