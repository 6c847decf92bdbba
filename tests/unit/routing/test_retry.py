"""What is tried again and what is not; the budget never lets more through than its share and floor."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.routing import NOW, S, target

from keeptrusts.gateway.routing.breaker import Health
from keeptrusts.gateway.routing.retry import (
    Failed,
    Failing,
    GiveUp,
    Reason,
    RetryBudget,
    Trigger,
    TryAgain,
    judge,
    next_step,
    pause_ns,
    retry_after_ns,
)
from keeptrusts.gateway.routing.route import Route
from keeptrusts.schemas.policy_document.document import Routing

FIRST, SECOND, THIRD = (Route(target=target(name), model="m") for name in ("first", "second", "third"))

STATUSES: list[tuple[int, Health, Trigger | None]] = [
    (200, "good", None), (201, "good", None),
    (400, "good", None), (404, "good", None), (408, "good", None), (409, "good", None), (413, "good", None),
    (422, "good", None),
    (401, "bad", "credentials"), (403, "bad", "credentials"),
    (429, "bad", "rate_limit"),
    (500, "bad", "server_error"), (503, "bad", "server_error"), (529, "bad", "server_error"),
    (302, "bad", None), (101, "bad", None),
]  # fmt: skip
FAILINGS: list[tuple[Failing, Health, Trigger | None]] = [
    ("timeout", "bad", "timeout"), ("connection", "bad", "connection"), ("cut", "bad", "cut"),
    ("garbage", "bad", None), ("too_large", "unknown", None),
]  # fmt: skip


@pytest.mark.parametrize(("status", "health", "trigger"), STATUSES)
def test_a_status_is_judged(status: int, health: Health, trigger: Trigger | None) -> None:
    judged = judge(status=status)
    assert (judged.health, judged.trigger) == (health, trigger)


@pytest.mark.parametrize(("failing", "health", "trigger"), FAILINGS)
def test_a_failure_is_judged_and_after_the_first_byte_it_is_final(
    failing: Failing, health: Health, trigger: Trigger | None
) -> None:
    judged = judge(status=None, failing=failing)
    assert (judged.health, judged.trigger) == (health, trigger)
    answering = judge(status=200, failing=failing, answering=True)
    assert (answering.health, answering.trigger) == (health, None)


def step(
    trigger: Trigger | None,
    *,
    left: tuple[Route, ...] = (),
    held_back: tuple[Route, ...] = (),
    attempt: int = 1,
    retry_after_s: int | None = None,
    rules: Routing | None = None,
    remaining_s: float = 60,
    budget: RetryBudget | None = None,
) -> TryAgain | GiveUp:
    return next_step(
        Failed(
            trigger=trigger,
            route=FIRST,
            attempt=attempt,
            retry_after_ns=None if retry_after_s is None else retry_after_s * S,
        ),
        left=left,
        admits=lambda route: route not in held_back,
        rules=rules or Routing(),
        remaining_ns=int(remaining_s * S),
        budget=budget or RetryBudget(percent=20, now_ns=0),
        chance=random.Random(3),
        now_ns=0,
    )


NEXT: list[tuple[str, TryAgain | GiveUp, Route]] = [
    ("the next fallback at once", step("server_error", left=(SECOND, THIRD)), SECOND),
    ("one whose breaker is open is passed over", step("timeout", left=(SECOND, THIRD), held_back=(SECOND,)), THIRD),
    ("our credentials are refused", step("credentials", left=(SECOND,)), SECOND),
    ("a connection counts as a server error", step("connection", left=(SECOND,)), SECOND),
    ("cut before the first byte", step("cut", left=(SECOND,)), SECOND),
    ("a long Retry-After does not hold up others", step("rate_limit", left=(SECOND,), retry_after_s=60), SECOND),
]


@pytest.mark.parametrize(("name", "found", "route"), NEXT, ids=[one[0] for one in NEXT])
def test_another_target_is_tried_at_once(name: str, found: TryAgain | GiveUp, route: Route) -> None:
    assert found == TryAgain(route=route, pause_ns=0)


@pytest.mark.parametrize("trigger", ["rate_limit", "server_error", "connection", "cut"])
def test_the_only_target_is_tried_again_after_a_pause(trigger: Trigger) -> None:
    found = step(trigger)
    assert isinstance(found, TryAgain)
    assert found.route is FIRST and 0 <= found.pause_ns <= S // 5


def test_the_pause_is_at_least_what_the_provider_asks_for() -> None:
    found = step("rate_limit", retry_after_s=3)
    assert isinstance(found, TryAgain)
    assert found.pause_ns >= 3 * S


ENDS: list[tuple[str, TryAgain | GiveUp, Reason]] = [
    ("a 4xx", step(None, left=(SECOND,)), "final"),
    (
        "a trigger that is switched off",
        step("timeout", left=(SECOND,), rules=Routing(fallback_triggers=("rate_limit",))),
        "trigger_off",
    ),
    (
        "a connection with server_error off",
        step("connection", left=(SECOND,), rules=Routing(fallback_triggers=("timeout",))),
        "trigger_off",
    ),
    ("fallback is switched off", step("timeout", left=(SECOND,), rules=Routing(max_fallback_attempts=0)), "attempts"),
    ("all attempts are used", step("timeout", left=(SECOND,), attempt=4), "attempts"),
    ("a timeout of the only target", step("timeout"), "no_target"),
    ("refused credentials of the only target", step("credentials"), "no_target"),
    ("the only target rests", step("server_error", held_back=(FIRST,)), "no_target"),
    ("the provider asks for a long pause", step("rate_limit", retry_after_s=6), "pause_too_long"),
    ("no time is left", step("server_error", left=(SECOND,), remaining_s=0.2), "deadline"),
    ("the pause takes the time that is left", step("rate_limit", retry_after_s=3, remaining_s=3.1), "deadline"),
    (
        "the budget is used up",
        step("server_error", left=(SECOND,), budget=RetryBudget(percent=20, now_ns=0, floor_burst=0)),
        "budget",
    ),
]


@pytest.mark.parametrize(("name", "found", "reason"), ENDS, ids=[one[0] for one in ENDS])
def test_nothing_more_is_tried(name: str, found: TryAgain | GiveUp, reason: Reason) -> None:
    assert found == GiveUp(reason=reason)


def test_giving_up_takes_nothing_from_the_budget() -> None:
    budget = RetryBudget(percent=20, now_ns=0, floor_burst=1)
    for _ in range(5):
        step(None, budget=budget)
        step("server_error", left=(SECOND,), remaining_s=0.1, budget=budget)
    assert isinstance(step("server_error", left=(SECOND,), budget=budget), TryAgain)


@pytest.mark.parametrize("attempt", [1, 2, 3, 10, 1_000])
def test_pauses_are_random_up_to_a_limit_that_doubles(attempt: int) -> None:
    chance = random.Random(attempt)
    limit = min(5 * S, S // 5 * 2 ** min(attempt - 1, 16))
    pauses = [pause_ns(attempt, chance) for _ in range(500)]
    assert 0 <= min(pauses) < limit / 10 and limit * 0.9 < max(pauses) <= limit


@given(
    percent=st.integers(0, 100),
    moves=st.lists(st.tuples(st.sampled_from(["call", "call", "retry", "retry"]), st.integers(0, 800)), max_size=400),
)
def test_the_budget_never_gives_more_than_its_share_and_its_floor(percent: int, moves: list[tuple[str, int]]) -> None:
    budget = RetryBudget(percent=percent, now_ns=0, floor_burst=3)
    now = calls = retries = 0
    for move, ms in moves:
        now += ms * 1_000_000
        if move == "call":
            calls += 1
            budget.called()
        else:
            retries += budget.take(now)
        floor = 3 + now // S if percent else 0
        assert retries * 100 <= calls * percent + floor * 100


def test_under_steady_failure_a_fifth_of_the_calls_is_tried_again() -> None:
    budget, taken = RetryBudget(percent=20, now_ns=0), 0
    for _ in range(10_000):
        budget.called()
        taken += budget.take(0)
    assert 2_000 <= taken <= 2_010


def test_what_is_saved_up_is_bounded() -> None:
    budget = RetryBudget(percent=100, now_ns=0, burst=5, floor_burst=2)
    for _ in range(1_000):
        budget.called()
    assert sum(budget.take(1_000_000 * S) for _ in range(100)) == 7


RETRY_AFTER: list[tuple[str | None, float | None]] = [
    (None, None), ("", None), ("soon", None), ("-1", None), ("0", 0), ("7", 7), (" 7 ", 7), ("1.5", 1.5),
    ("99999999999", 3_600), ("1e3", None), ("٣", None), ("1.x", None), ("9" * 5_000, 3_600),
    ("Fri, 20 Nov 2026 12:00:30 GMT", 30), ("Fri, 20 Nov 2026 11:00:00 GMT", 0),
    ("Fri, 20 Nov 2027 12:00:00 GMT", 3_600),
    ("Fri, 99 Nov 2026 12:00:30 GMT", None),
]  # fmt: skip


@pytest.mark.parametrize(("header", "seconds"), RETRY_AFTER, ids=[str(one[0])[:30] for one in RETRY_AFTER])
def test_retry_after_is_read(header: str | None, seconds: float | None) -> None:
    expected = None if seconds is None else int(seconds * S)
    assert retry_after_ns(header, NOW) == expected


@given(st.text(max_size=80))
def test_no_retry_after_header_is_too_strange(header: str) -> None:
    found = retry_after_ns(header, NOW + timedelta(seconds=1))
    assert found is None or 0 <= found <= 3_600 * S
