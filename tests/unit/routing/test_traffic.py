"""One attempt is counted once, whatever order its ends are reported in."""

from __future__ import annotations

import pytest
from support.routing import Router, S

from keeptrusts.gateway.routing.retry import judge

ONE = "providers:\n  circuit_breaker: {failure_threshold: 2}\n  targets: [{id: a, provider: openai}]\n"
MS = 1_000_000


def test_a_second_end_is_ignored() -> None:
    router = Router(ONE)
    attempt = router.traffic.begin(router.plan("gpt-4o").first, 0)
    assert attempt is not None
    for _ in range(5):
        router.traffic.ended(attempt, judge(status=500), 0)
    router.traffic.abandoned(attempt, 0)
    assert router.traffic.state("a", 0) == "closed"


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_refusal_is_no_sample_of_the_latency(status: int) -> None:
    router = Router(ONE)
    route = router.plan("gpt-4o").first
    attempt = router.traffic.begin(route, 0)
    assert attempt is not None
    router.traffic.ended(attempt, judge(status=status), 5 * MS)
    assert router.traffic.latencies.average_ms(route.slot, 5 * MS) is None
    assert router.traffic.latencies.rank(route.slot, 5 * MS) == (0, 0.0)


def test_a_stream_that_is_cut_keeps_its_first_byte_and_hurts_its_target() -> None:
    router = Router(ONE)
    route = router.plan("gpt-4o").first
    for _ in range(2):
        attempt = router.traffic.begin(route, 0)
        assert attempt is not None
        router.traffic.first_byte(attempt, 80 * MS)
        router.traffic.ended(attempt, judge(status=200, failing="cut", answering=True), S)
    assert router.traffic.latencies.average_ms(route.slot, 80 * MS) == 80
    assert router.traffic.state("a", S) == "open"


def test_a_reload_takes_over_the_options_and_keeps_what_was_seen() -> None:
    router = Router(ONE)
    route = router.plan("gpt-4o").first
    for _ in range(2):
        attempt = router.traffic.begin(route, 0)
        assert attempt is not None
        router.traffic.ended(attempt, judge(status=503), 0)
    router.traffic.reconfigure(Router(ONE.replace("2", "9")).document, ["a"])
    assert router.traffic.state("a", 0) == "open"
    assert router.traffic.begin(route, 0) is None
    assert not router.traffic.admits(route, 0)


def test_the_first_byte_of_a_probe_is_enough_to_close_the_breaker() -> None:
    router = Router(ONE)
    route = router.plan("gpt-4o").first
    for _ in range(2):
        attempt = router.traffic.begin(route, 0)
        assert attempt is not None
        router.traffic.ended(attempt, judge(status=503), 0)
    now = 10 * S
    probe = router.traffic.begin(route, now)
    assert probe is not None
    assert not router.traffic.admits(route, now)
    router.traffic.first_byte(probe, now + 80 * MS)
    assert router.traffic.state("a", now + 80 * MS) == "closed"
    router.traffic.ended(probe, judge(status=200, failing="cut", answering=True), now + S)
    assert router.traffic.state("a", now + S) == "closed"


def test_an_outage_costs_callers_nothing_while_another_target_works() -> None:
    """One call each 20 ms for two minutes; the first target fails from second 20 to 70."""
    text = "providers:\n  targets: [{id: a, provider: openai}, {id: b, provider: openai}]\n"
    router = Router(text, seed=4)
    answered: list[tuple[int, str]] = []
    failed_attempts = 0
    for number in range(6_000):
        now = router.now_ns = number * 20 * MS
        router.traffic.budget.called()
        for route in router.plan("gpt-4o").routes:
            attempt = router.traffic.begin(route, now)
            assert attempt is not None
            if route.target.id == "b" or not 20 * S <= now < 70 * S:
                router.traffic.ended(attempt, judge(status=200), now)
                answered.append((now, route.target.id))
                break
            failed_attempts += 1
            router.traffic.ended(attempt, judge(status=503), now)
            assert router.traffic.budget.take(now)
    assert len(answered) == 6_000
    assert failed_attempts < 15
    back = next(now for now, name in answered if now >= 70 * S and name == "a")
    assert back < 70 * S + 60 * S * 5 // 4
