"""Strategies keep to their weights over many calls, and order fallbacks as they promise."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.routing import target

from keeptrusts.gateway.routing.candidates import Candidate
from keeptrusts.gateway.routing.latency import Latencies
from keeptrusts.gateway.routing.rotation import Rotations
from keeptrusts.gateway.routing.route import Route
from keeptrusts.gateway.routing.strategies import Surroundings, ordered_by
from keeptrusts.schemas.policy_document.document import Strategy

STRATEGIES: tuple[Strategy, ...] = (
    "ordered", "round_robin", "random", "weighted", "lowest_latency", "cost_optimized",
)  # fmt: skip
WEIGHTS = st.lists(st.integers(min_value=0, max_value=20), min_size=1, max_size=6)


def some(weights: list[int]) -> list[Candidate]:
    routes = [Route(target=target(f"t{number}"), model="m") for number in range(len(weights))]
    return [
        Candidate(route=route, slot=route.slot, weight=weight, row=None)
        for route, weight in zip(routes, weights, strict=True)
    ]


def around(seed: int = 1, costs: dict[str, int | None] | None = None) -> Surroundings:
    return Surroundings(
        latencies=Latencies(),
        rotations=Rotations(),
        chance=random.Random(seed),
        now_ns=0,
        pool="p",
        pico_of=lambda one: (costs or {}).get(one.route.target.id),
    )


@pytest.mark.parametrize("strategy", STRATEGIES)
@given(weights=WEIGHTS, seed=st.integers(0, 1_000))
def test_every_route_is_in_the_order_once_and_weightless_ones_come_last(
    strategy: Strategy, weights: list[int], seed: int
) -> None:
    order = [one.target.id for one in ordered_by(strategy, some(weights), around(seed))]
    assert sorted(order) == [f"t{number}" for number in range(len(weights))]
    if any(weights):
        weightless = [f"t{number}" for number, weight in enumerate(weights) if weight == 0]
        assert order[len(order) - len(weightless) :] == weightless


@given(weights=WEIGHTS.filter(any), rounds=st.integers(1, 3))
def test_round_robin_is_exact_after_each_round_and_never_far_off_within(weights: list[int], rounds: int) -> None:
    surroundings, candidates = around(), some(weights)
    total = sum(weights)
    seen: Counter[str] = Counter()
    for turn in range(1, total * rounds + 1):
        seen[ordered_by("round_robin", candidates, surroundings)[0].target.id] += 1
        for number, weight in enumerate(weights):
            assert abs(seen[f"t{number}"] - turn * weight / total) < len(weights)
    assert [seen[f"t{number}"] for number in range(len(weights))] == [weight * rounds for weight in weights]


def test_round_robin_spreads_a_heavy_target_instead_of_using_it_in_a_burst() -> None:
    surroundings = around()
    turns = [ordered_by("round_robin", some([5, 1, 1]), surroundings)[0].target.id for _ in range(7)]
    assert turns == ["t0", "t0", "t1", "t0", "t2", "t0", "t0"]


def test_a_target_that_comes_back_does_not_get_the_turns_it_missed() -> None:
    surroundings, candidates = around(), some([1, 1])
    for _ in range(100):
        ordered_by("round_robin", candidates[:1], surroundings)
    firsts = Counter(ordered_by("round_robin", candidates, surroundings)[0].target.id for _ in range(10))
    assert firsts == {"t0": 5, "t1": 5}


@pytest.mark.parametrize("strategy", ["random", "weighted"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_draws_keep_to_the_weights(strategy: Strategy, seed: int) -> None:
    print(f"seed {seed}")
    surroundings, calls = around(seed), 6_000
    firsts = Counter(ordered_by(strategy, some([1, 2, 3, 0]), surroundings)[0].target.id for _ in range(calls))
    for name, share in (("t0", 1 / 6), ("t1", 2 / 6), ("t2", 3 / 6)):
        deviation = (calls * share * (1 - share)) ** 0.5
        assert abs(firsts[name] - calls * share) < 5 * deviation
    assert firsts["t3"] == 0


def test_the_fallbacks_of_a_draw_are_drawn_by_their_weights_too() -> None:
    surroundings, calls = around(7), 6_000
    seconds = Counter(
        order[1].target.id
        for _ in range(calls)
        if (order := ordered_by("random", some([1, 1, 8]), surroundings))[0].target.id == "t0"
    )
    assert 6 < seconds["t2"] / seconds["t1"] < 11


@given(costs=st.lists(st.none() | st.integers(0, 50), min_size=1, max_size=6))
def test_the_cheapest_comes_first_ties_as_written_and_the_unknown_last(costs: list[int | None]) -> None:
    surroundings = around(costs={f"t{number}": cost for number, cost in enumerate(costs)})
    order = [int(one.target.id[1:]) for one in ordered_by("cost_optimized", some([1] * len(costs)), surroundings)]
    keys = [(costs[number] is None, costs[number] or 0, number) for number in order]
    assert keys == sorted(keys)


def test_rotations_are_remembered_in_a_bounded_number() -> None:
    rotations = Rotations()
    for number in range(3_000):
        rotations.turn(f"pool {number}", [("a", 1), ("b", 1)])
    assert len(rotations._pools) == 1_024
