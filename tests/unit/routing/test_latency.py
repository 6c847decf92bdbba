"""lowest_latency follows a change, leaves a target that hangs, still looks at the others, and is fair to new ones."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest
from support.routing import Router, S

from keeptrusts.gateway.routing.latency import Latencies
from keeptrusts.gateway.routing.retry import judge

MS = 1_000_000
THREE = """
providers:
  routing: {strategy: lowest_latency, exploration_percent: %d}
  targets: [{id: a, provider: openai}, {id: b, provider: openai}, {id: c, provider: openai}]
"""


def run(router: Router, calls: int, speed: Callable[[str, int], int], every_ns: int = 50 * MS) -> Counter[str]:
    """Calls one after the other, each answered before the next; gives who was chosen first how often."""
    chosen: Counter[str] = Counter()
    for _ in range(calls):
        attempt = router.traffic.begin(router.plan("gpt-4o").first, router.now_ns)
        assert attempt is not None
        name = attempt.route.target.id
        chosen[name] += 1
        took = speed(name, router.now_ns)
        router.traffic.first_byte(attempt, router.now_ns + took)
        router.traffic.ended(attempt, judge(status=200), router.now_ns + took)
        router.now_ns += max(took, every_ns)
    return chosen


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_fastest_gets_the_calls_and_a_change_is_followed(seed: int) -> None:
    print(f"seed {seed}")
    router = Router(THREE % 5, seed=seed)
    before = {"a": 200 * MS, "b": 100 * MS, "c": 300 * MS}
    after = {"a": 200 * MS, "b": 900 * MS, "c": 50 * MS}
    first = run(router, 400, lambda name, _: before[name])
    assert first["b"] > 350
    run(router, 400, lambda name, _: after[name])
    settled = run(router, 400, lambda name, _: after[name])
    assert settled["c"] > 350


@pytest.mark.parametrize("percent", [5, 20])
def test_the_share_for_exploration_goes_to_the_others(percent: int) -> None:
    speeds = {"a": 20 * MS, "b": 500 * MS, "c": 700 * MS}
    router = Router(THREE % percent, seed=11)
    calls = 3_000
    chosen = run(router, calls, lambda name, _: speeds[name])
    others = chosen["b"] + chosen["c"]
    deviation = (calls * percent / 100 * (1 - percent / 100)) ** 0.5
    assert abs(others - calls * percent / 100) < 5 * deviation + 5
    assert min(chosen["b"], chosen["c"]) > others / 4


def test_without_exploration_every_target_is_still_tried_once_at_the_start() -> None:
    speeds = {"a": 20 * MS, "b": 500 * MS, "c": 700 * MS}
    chosen = run(Router(THREE % 0), 200, lambda name, _: speeds[name])
    assert min(chosen.values()) >= 1 and chosen["a"] >= 190


def test_targets_nobody_tried_get_one_call_at_a_time() -> None:
    router = Router(THREE % 0)
    firsts = []
    for _ in range(6):
        attempt = router.traffic.begin(router.plan("gpt-4o").first, 0)
        assert attempt is not None
        firsts.append(attempt.route.target.id)
    assert firsts == ["a", "b", "c", "a", "b", "c"]


def test_a_target_that_hangs_is_left_before_it_has_answered() -> None:
    router = Router(THREE % 0)
    speeds = {"a": 100 * MS, "b": 400 * MS, "c": 500 * MS}
    run(router, 30, lambda name, _: speeds[name])
    hanging = 0
    for _ in range(30):  # a hangs: its calls wait on, the others answer at once
        attempt = router.traffic.begin(router.plan("gpt-4o").first, router.now_ns)
        assert attempt is not None
        if attempt.route.target.id == "a":
            hanging += 1
            continue
        router.traffic.first_byte(attempt, router.now_ns + speeds[attempt.route.target.id])
        router.traffic.ended(attempt, judge(status=200), router.now_ns)
    assert hanging <= 6


def test_a_target_that_fails_at_once_does_not_look_fast() -> None:
    latencies = Latencies()
    latencies.began("good")
    latencies.first_byte("good", 300 * MS, 0)
    latencies.began("bad")
    latencies.failed("bad", 1 * MS, 0)
    assert latencies.rank("good", 0) < latencies.rank("bad", 0)


def test_a_peak_counts_at_once_and_is_forgotten_with_time() -> None:
    latencies = Latencies()
    for took, at in ((100, 0), (5_000, 1)):
        latencies.began("x")
        latencies.first_byte("x", took * MS, at * S)
    assert latencies.average_ms("x", 1 * S) == 5_000
    for at in range(2, 60):
        latencies.began("x")
        latencies.first_byte("x", 100 * MS, at * S)
    average = latencies.average_ms("x", 60 * S)
    assert average is not None and average < 250


def test_an_average_that_nobody_confirms_fades_slowly() -> None:
    latencies = Latencies()
    latencies.began("x")
    latencies.first_byte("x", 8_000 * MS, 0)
    assert latencies.average_ms("x", 300 * S) == pytest.approx(4_000)
    assert latencies.average_ms("x", 900 * S) == pytest.approx(1_000)


def test_estimates_are_bounded_and_ends_without_a_beginning_change_nothing() -> None:
    latencies, chance = Latencies(), random.Random(5)
    for number in range(5_000):
        latencies.began(f"n{number}")
        latencies.ended(f"n{chance.randrange(5_000)}")
    assert len(latencies._estimates) == 1_024
    latencies.ended("never seen")
    assert latencies.rank("never seen", 0) == (0, 0.0)
