"""From what a call asks for to the routes to try, in order: the first is the choice, the rest are its fallbacks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from keeptrusts.gateway.routing.candidates import (
    Candidate,
    RoutingRules,
    Served,
    Wish,
    pico_of,
    strategy_of,
    within_budget,
)
from keeptrusts.gateway.routing.route import Route
from keeptrusts.gateway.routing.strategies import Surroundings, ordered_by
from keeptrusts.gateway.routing.traffic import Traffic
from keeptrusts.gateway.wallets.prices import PriceTable
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.policy_document.document import Strategy

_S: Final = 1_000_000_000


@frozen
class Plan:
    """The routes to try, at least one and at most one more than the fallback attempts, and how they were chosen."""

    routes: tuple[Route, ...]
    strategy: Strategy

    @property
    def first(self) -> Route:
        return self.routes[0]


def plan(
    wish: Wish, rules: RoutingRules, *, traffic: Traffic, prices: PriceTable, now: datetime, now_ns: int
) -> Plan | Problem:
    """Plan a call. ``now`` (UTC) chooses prices, ``now_ns`` (monotonic) is the time of breakers and latencies.

    Of `traffic` only the rotations move on. `rules` are the same object until the configuration changes.
    """
    served = traffic.served.look_up(wish, rules, prices, now)
    if wish.at_cap and isinstance(served, Served):
        served = within_budget(wish, rules, prices, now, served)
    if type(served) is Problem:
        return served
    permitted = served.candidates
    if wish.permits is not None:
        permitted = _those_permitted(wish.permits, permitted)
        if not permitted:
            return _none_permitted(wish)
    if len(permitted) > 1:
        return _chosen(wish, rules, served.pool, permitted, traffic, now_ns)
    [only] = permitted
    if not traffic.admits(only.route, now_ns):
        return _all_held_back(wish, permitted, traffic, now_ns)
    return Plan(routes=(only.route,), strategy=strategy_of(wish, rules))


def _those_permitted(permits: Callable[[Route], bool], found: Sequence[Candidate]) -> tuple[Candidate, ...]:
    return tuple(one for one in found if permits(one.route))


def _chosen(
    wish: Wish, rules: RoutingRules, pool: str, permitted: Sequence[Candidate], traffic: Traffic, now_ns: int
) -> Plan | Problem:
    admitted = [one for one in permitted if traffic.admits(one.route, now_ns)]
    if not admitted:
        return _all_held_back(wish, permitted, traffic, now_ns)
    around = Surroundings(
        latencies=traffic.latencies,
        rotations=traffic.rotations,
        chance=traffic.chance,
        now_ns=now_ns,
        pool=pool,
        pico_of=lambda one: pico_of(one, wish),
        exploration_percent=rules.routing.exploration_percent,
    )
    strategy = strategy_of(wish, rules)
    routes = ordered_by(strategy, admitted, around)
    return Plan(routes=routes[: 1 + rules.routing.max_fallback_attempts], strategy=strategy)


def _none_permitted(wish: Wish) -> Problem:
    return Problem(
        code="model_not_allowed",
        message=f"no route for {wish.model!r} is allowed here",
        fix="Choose a model of GET /v1/models, or ask an admin to allow it",
        param="model",
    )


def _all_held_back(wish: Wish, found: Sequence[Candidate], traffic: Traffic, now_ns: int) -> Problem:
    wait_ns = min(traffic.breakers.wait_ns(one.route.target.id, now_ns) for one in found)
    names = ", ".join(dict.fromkeys(one.route.target.id for one in found))
    return Problem(
        code="upstream_error",
        message=f"every target that serves {wish.model!r} failed too often and rests: {names}",
        fix="Retry later; if it stays, ask the platform team to look at these providers",
        retry_after_s=max(1, -(-wait_ns // _S)),
    )
