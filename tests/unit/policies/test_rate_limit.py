"""Rate limits: never more than the limit in any minute, honest waiting times, shares that add up."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keeptrusts.gateway.policies.protocol import Decision, RequestFacts
from keeptrusts.gateway.policies.rate_counters import Counters
from keeptrusts.gateway.policies.rate_limit import RateLimit, WorkerShare
from keeptrusts.gateway.policies.rate_windows import MINUTE_NS, SECOND_NS, SlidingMinute
from keeptrusts.schemas.policy_document.kinds.limits import RateLimitOptions, RateTier

FACTS = RequestFacts(org="o", team_id="t1", team="eng", user="u1", role="member", key_id="k1", input_bytes=396)


def limit(share: WorkerShare | None = None, **options: object) -> RateLimit:
    return RateLimit(RateLimitOptions.model_validate(options), share or WorkerShare())


def finish(decision: Decision, now_ns: int, tokens: int = 0) -> None:
    assert decision.permit is not None
    decision.permit.finish(tokens=tokens, now_ns=now_ns)


def test_the_61st_call_of_a_minute_is_refused_with_the_time_to_wait() -> None:
    policy = limit(requests_per_minute=60)
    answers = [policy.evaluate(FACTS, 0).result for _ in range(60)]
    refused = policy.evaluate(FACTS, 15 * SECOND_NS)
    assert answers == ["allow"] * 60
    assert refused.result == "block"
    assert refused.reason == "requests_per_minute_per_key"
    assert refused.problem is not None
    assert (refused.problem.code, refused.problem.retry_after_s) == ("rate_limited", 45)


def test_a_refused_call_counts_for_nothing_and_the_waiting_time_is_enough() -> None:
    policy = limit(requests_per_minute=1)
    assert policy.evaluate(FACTS, 0).result == "allow"
    for second in range(1, 60):
        refused = policy.evaluate(FACTS, second * SECOND_NS)
        assert refused.problem is not None
        assert refused.problem.retry_after_s == 60 - second
    assert policy.evaluate(FACTS, 60 * SECOND_NS).result == "allow"


@pytest.mark.parametrize(
    ("tier", "other"),
    [
        ("key", replace(FACTS, key_id="k2")),
        ("user", replace(FACTS, user="u2")),
        ("team", replace(FACTS, team_id="t2", team="x")),
    ],
)
def test_a_tier_counts_each_caller_alone(tier: str, other: RequestFacts) -> None:
    policy = limit(requests_per_minute=1, per=tier)
    assert policy.evaluate(FACTS, 0).result == "allow"
    assert policy.evaluate(FACTS, 0).reason == f"requests_per_minute_per_{tier}"
    assert policy.evaluate(other, 0).result == "allow"


def test_the_global_tier_counts_everyone_together() -> None:
    policy = limit(**{"global": {"requests_per_minute": 1}})
    assert policy.evaluate(FACTS, 0).result == "allow"
    refused = policy.evaluate(RequestFacts(org="o"), 0)
    assert refused.reason == "requests_per_minute_per_global"


def test_leaving_an_attribute_out_is_no_way_around_a_limit() -> None:
    policy = limit(per_user={"requests_per_minute": 1})
    nobody = replace(FACTS, user=None)
    assert [policy.evaluate(nobody, 0).result for _ in range(2)] == ["allow", "block"]


def test_the_most_specific_full_tier_answers_and_no_tier_counts() -> None:
    policy = limit(per_key={"requests_per_minute": 1}, **{"global": {"requests_per_minute": 2}})
    assert policy.evaluate(FACTS, 0).result == "allow"
    assert policy.evaluate(FACTS, 0).reason == "requests_per_minute_per_key"
    assert policy.evaluate(replace(FACTS, key_id="k2"), 0).result == "allow"
    assert policy.evaluate(replace(FACTS, key_id="k3"), 0).reason == "requests_per_minute_per_global"


def test_parallel_calls_are_limited_until_one_finishes() -> None:
    policy = limit(max_parallel_requests=2)
    first, second = policy.evaluate(FACTS, 0), policy.evaluate(FACTS, 0)
    assert second.result == "allow"
    assert policy.evaluate(FACTS, 0).reason == "parallel_requests_per_key"
    finish(first, 1)
    finish(first, 1)
    assert [policy.evaluate(FACTS, 2).result for _ in range(2)] == ["allow", "block"]


def test_tokens_are_presumed_from_the_size_and_corrected_when_known() -> None:
    policy = limit(tokens_per_minute=1000)
    first = policy.evaluate(FACTS, 0)
    finish(first, SECOND_NS, tokens=950)
    refused = policy.evaluate(FACTS, 2 * SECOND_NS)
    assert refused.reason == "tokens_per_minute_per_key"
    assert policy.evaluate(FACTS, 61 * SECOND_NS).result == "allow"


def test_tokens_that_were_not_used_are_given_back() -> None:
    policy = limit(tokens_per_minute=150)
    for _ in range(5):
        decision = policy.evaluate(FACTS, 0)
        assert decision.result == "allow"
        finish(decision, 0)


def test_one_call_larger_than_the_limit_passes_an_empty_minute() -> None:
    policy = limit(tokens_per_minute=10)
    assert [policy.evaluate(FACTS, 0).result for _ in range(2)] == ["allow", "block"]


def test_limits_of_the_tier_and_limits_without_a_tier_both_hold() -> None:
    policy = limit(requests_per_minute=3, per_key={"requests_per_minute": 2})
    assert [policy.evaluate(FACTS, 0).result for _ in range(3)] == ["allow", "allow", "block"]


def test_no_limits_need_no_permit() -> None:
    assert limit().evaluate(FACTS, 0).permit is None


@given(st.integers(1, 10_000), st.integers(1, 64))
def test_shares_of_workers_add_up_to_the_limit(total: int, workers: int) -> None:
    shares = [WorkerShare(workers=workers, worker=worker).of(total) for worker in range(workers)]
    assert all(share is not None and share >= 1 for share in shares)
    assert sum(share or 0 for share in shares) == max(total, workers)


@given(st.integers(1, 5), st.lists(st.integers(0, 20 * SECOND_NS), min_size=1, max_size=60))
def test_no_minute_holds_more_than_the_limit_and_waiting_as_told_is_enough(count: int, gaps: list[int]) -> None:
    policy = RateLimit(RateLimitOptions(per_key=RateTier(requests_per_minute=count)), WorkerShare())
    now = 0
    allowed: list[int] = []
    for gap in gaps:
        now += gap
        decision = policy.evaluate(FACTS, now)
        if decision.result == "allow":
            allowed.append(now)
            continue
        assert decision.problem is not None
        assert decision.problem.retry_after_s is not None
        now += decision.problem.retry_after_s * SECOND_NS
        assert policy.evaluate(FACTS, now).result == "allow"
        allowed.append(now)
    for moment in allowed:
        assert sum(1 for other in allowed if moment - MINUTE_NS < other <= moment) <= count


@given(st.lists(st.tuples(st.integers(0, 3 * SECOND_NS), st.integers(-5, 9)), max_size=200))
def test_a_window_stays_small_and_its_total_is_the_sum_of_its_runs(steps: list[tuple[int, int]]) -> None:
    window = SlidingMinute()
    now = 0
    for gap, count in steps:
        now += gap
        window.expire(now)
        window.add(count, now)
        assert window.total == sum(run.count for run in window._runs)
        assert window.total >= 0
        assert len(window._runs) <= 62


def test_callers_are_forgotten_beyond_the_capacity_oldest_first() -> None:
    counters = Counters(2)
    first = counters.of("a", 0)
    counters.of("b", 0)
    assert counters.of("a", 0) is first
    counters.of("c", 0)
    assert len(counters) == 2
    assert counters.of("a", 0) is first
