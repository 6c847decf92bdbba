"""The breaker: opens on failures in a row or on their share, lets one probe at a time through, obeys Retry-After."""

from __future__ import annotations

import random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from keeptrusts.gateway.routing.breaker import Breakers, Health, Permit
from keeptrusts.schemas.policy_document.document import CircuitBreaker

S = 1_000_000_000
PROBE_LIMIT = 600 * S


def breakers(**options: int) -> Breakers:
    return Breakers(CircuitBreaker(**options), random.Random(1))


def call(breakers: Breakers, health: Health, now: int, retry_after_ns: int | None = None) -> bool:
    permit = breakers.begin("t", now)
    if permit is not None:
        breakers.end(permit, health, now, retry_after_ns=retry_after_ns)
    return permit is not None


def test_failures_in_a_row_open_it_and_a_good_call_ends_the_row() -> None:
    circuit = breakers(failure_threshold=3)
    for health in ("bad", "bad", "good", "bad", "bad"):
        call(circuit, health, 0)
    assert circuit.state("t", 0) == "closed"
    call(circuit, "bad", 0)
    assert circuit.state("t", 0) == "open"
    assert not call(circuit, "good", 1)


def test_failures_older_than_the_window_are_no_row() -> None:
    circuit = breakers(failure_threshold=3, window_s=30)
    for now in (0, 40 * S, 80 * S, 120 * S):
        call(circuit, "bad", now)
    assert circuit.state("t", 120 * S) == "closed"


def test_a_share_of_failures_opens_it_only_among_enough_calls() -> None:
    circuit = breakers(failure_threshold=1_000, failure_percent=50, minimum_requests=20)
    for number in range(19):
        call(circuit, "bad" if number % 2 else "good", number)
    assert circuit.state("t", 19) == "closed"
    call(circuit, "bad", 19)
    assert circuit.state("t", 20) == "open"


def test_calls_that_left_the_window_do_not_count_for_the_share() -> None:
    circuit = breakers(failure_threshold=1_000, minimum_requests=20, window_s=30)
    for number in range(19):
        call(circuit, "bad", number)
    call(circuit, "bad", 60 * S)
    assert circuit.state("t", 60 * S) == "closed"


def test_the_cool_down_doubles_up_to_its_limit_and_starts_over_after_a_good_time() -> None:
    circuit = breakers(failure_threshold=1, cooldown_s=5, max_cooldown_s=60, window_s=30)
    now, pauses = 0, []
    call(circuit, "bad", now)
    for _ in range(6):
        wait = circuit.wait_ns("t", now)
        pauses.append(wait)
        now += wait
        assert call(circuit, "bad", now)  # the probe
    for pause, least in zip(pauses, (5, 10, 20, 40, 60, 60), strict=True):
        assert least * S <= pause <= least * S * 5 // 4
    now += circuit.wait_ns("t", now)
    assert call(circuit, "good", now)
    assert circuit.state("t", now) == "closed"
    call(circuit, "bad", now + 40 * S)
    assert circuit.wait_ns("t", now + 40 * S) <= 7 * S


def test_one_that_opens_again_soon_rests_longer() -> None:
    circuit = breakers(failure_threshold=1, cooldown_s=5)
    call(circuit, "bad", 0)
    now = circuit.wait_ns("t", 0)
    call(circuit, "good", now)
    call(circuit, "bad", now + 1)
    assert circuit.wait_ns("t", now + 1) >= 10 * S


@pytest.mark.parametrize(
    ("asked_s", "rests_s"), [(0, 0), (2, 2), (100, 100), (10_000, 300)], ids=["too short", "short", "long", "bounded"]
)
def test_retry_after_opens_it_for_that_long_within_bounds(asked_s: int, rests_s: int) -> None:
    circuit = breakers(max_cooldown_s=300)
    call(circuit, "bad", 0, retry_after_ns=asked_s * S)
    assert circuit.wait_ns("t", 0) == rests_s * S


def test_a_later_retry_after_prolongs_the_rest_and_never_shortens_it() -> None:
    circuit = breakers()
    first, second, third = (circuit.begin("t", 0) for _ in range(3))
    assert first and second and third
    circuit.end(first, "bad", 0, retry_after_ns=20 * S)
    circuit.end(second, "bad", 1 * S, retry_after_ns=5 * S)
    assert circuit.wait_ns("t", 1 * S) == 19 * S
    circuit.end(third, "bad", 1 * S, retry_after_ns=60 * S)
    assert circuit.wait_ns("t", 1 * S) == 60 * S


def test_the_end_of_a_call_from_before_it_opened_neither_closes_nor_trips_it() -> None:
    circuit = breakers(failure_threshold=1)
    slow, slower, failing = (circuit.begin("t", 0) for _ in range(3))
    assert slow and slower and failing
    circuit.end(failing, "bad", 0)
    circuit.end(slow, "good", 1)
    assert circuit.state("t", 1) == "open"
    now = circuit.wait_ns("t", 0)
    call(circuit, "good", now)
    circuit.end(slower, "bad", now + 1)
    assert circuit.state("t", now + 1) == "closed"


def test_a_probe_that_never_ends_is_given_up_and_its_late_end_counts_no_more() -> None:
    circuit = breakers(failure_threshold=1)
    call(circuit, "bad", 0)
    now = circuit.wait_ns("t", 0)
    lost = circuit.begin("t", now)
    assert lost is not None
    assert circuit.begin("t", now + PROBE_LIMIT - 1) is None
    other = circuit.begin("t", now + PROBE_LIMIT)
    assert other is not None
    circuit.end(lost, "good", now + PROBE_LIMIT)
    assert circuit.state("t", now + PROBE_LIMIT) == "half_open"
    circuit.end(other, "good", now + PROBE_LIMIT)
    assert circuit.state("t", now + PROBE_LIMIT) == "closed"


def test_a_probe_whose_caller_went_away_makes_room_for_another() -> None:
    circuit = breakers(failure_threshold=1)
    call(circuit, "bad", 0)
    now = circuit.wait_ns("t", 0)
    assert call(circuit, "unknown", now)
    assert circuit.state("t", now) == "half_open"
    assert call(circuit, "good", now)
    assert circuit.state("t", now) == "closed"


def test_switched_off_it_lets_everything_through() -> None:
    circuit = Breakers(CircuitBreaker(enabled=False, failure_threshold=1), random.Random(1))
    assert all(call(circuit, "bad", now, retry_after_ns=60 * S) for now in range(50))


def test_a_reload_keeps_what_is_known_and_forgets_targets_that_are_gone() -> None:
    circuit = breakers(failure_threshold=1)
    call(circuit, "bad", 0)
    circuit.reconfigure(CircuitBreaker(), ["t", "u"])
    assert circuit.state("t", 0) == "open"
    circuit.reconfigure(CircuitBreaker(), ["u"])
    assert circuit.state("t", 0) == "closed"


def test_a_target_takes_the_same_room_however_many_calls_it_gets() -> None:
    circuit = breakers(failure_threshold=1_000, failure_percent=100)
    for number in range(20_000):
        call(circuit, "bad" if number % 3 else "good", number * S // 20)
    assert len(circuit._circuits["t"].counts) <= 10


class BreakerMachine(RuleBasedStateMachine):
    """Any sequence of calls, ends and time: what the breaker promises holds after each step."""

    @initialize(
        threshold=st.integers(1, 4), probes=st.integers(1, 3), cooldown=st.integers(1, 10), seed=st.integers(0, 99)
    )
    def begin_testing(self, threshold: int, probes: int, cooldown: int, seed: int) -> None:
        self.options = CircuitBreaker(
            failure_threshold=threshold, probes=probes, cooldown_s=cooldown, max_cooldown_s=40, minimum_requests=8
        )
        self.breakers = Breakers(self.options, random.Random(seed))
        self.now = 0
        self.open: list[tuple[Permit, int]] = []
        self.must_rest_until = 0
        self.good_since_open = 0

    @rule(ms=st.integers(0, 70_000))
    def time_passes(self, ms: int) -> None:
        self.now += ms * 1_000_000

    @rule()
    def a_call_begins(self) -> None:
        admitted = self.breakers.admits("t", self.now)
        permit = self.breakers.begin("t", self.now)
        assert (permit is not None) == admitted
        if permit is None:
            assert self.breakers.wait_ns("t", self.now) > 0
            return
        assert self.now >= self.must_rest_until
        self.open.append((permit, self.now))

    @precondition(lambda self: self.open)
    @rule(
        which=st.integers(0, 50),
        health=st.sampled_from(["good", "bad", "bad", "unknown"]),
        retry_after=st.none() | st.integers(1, 100),
    )
    def a_call_ends(self, which: int, health: Health, retry_after: int | None) -> None:
        permit, _ = self.open.pop(which % len(self.open))
        before = self.breakers.state("t", self.now)
        retry_after_ns = retry_after * S if health == "bad" and retry_after is not None else None
        self.breakers.end(permit, health, self.now, retry_after_ns=retry_after_ns)
        after = self.breakers.state("t", self.now)
        wait_ns = self.breakers.wait_ns("t", self.now)
        if after == "open" and wait_ns > S:  # a shorter wait is told as a whole second
            self.must_rest_until = self.now + wait_ns
        if before != "closed" and after == "closed":
            assert permit.probe and health == "good"
        if before == "open":
            assert after == "open"
        if before != "open" and after == "open":
            assert health == "bad"
        if retry_after_ns is not None and after == "open":
            assert self.breakers.wait_ns("t", self.now) >= min(retry_after_ns, 40 * S)

    @invariant()
    def a_rest_is_bounded(self) -> None:
        if self.breakers.state("t", self.now) == "open":
            assert 0 < self.breakers.wait_ns("t", self.now) <= 40 * S * 5 // 4

    @invariant()
    def one_probe_is_under_way_at_most(self) -> None:
        if self.breakers.state("t", self.now) != "half_open":
            return
        fresh = [
            permit
            for permit, began in self.open
            if permit.probe and permit.era == self.breakers._circuits["t"].era and self.now < began + PROBE_LIMIT
        ]
        assert len(fresh) <= 1
        if fresh:
            assert not self.breakers.admits("t", self.now)


TestBreakerMachine = BreakerMachine.TestCase
TestBreakerMachine.settings = settings(max_examples=150, stateful_step_count=40)
