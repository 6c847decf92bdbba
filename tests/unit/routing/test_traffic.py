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
