"""The strategies: candidates in the order to try them, first the choice, then its fallbacks.

A weight of 0 keeps a candidate from being chosen while another one can be; it stays a fallback.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from keeptrusts.gateway.routing.candidates import Candidate
from keeptrusts.gateway.routing.chance import Chance
from keeptrusts.gateway.routing.latency import Latencies
from keeptrusts.gateway.routing.rotation import Rotations
from keeptrusts.gateway.routing.route import Route
from keeptrusts.schemas.frozen import frozen, replace
from keeptrusts.schemas.policy_document.document import Strategy


@frozen
class Surroundings:
    """What strategies look at beside the candidates.

    ``pool`` names the rotation that round robin continues; ``pico_of`` gives what the call costs at a candidate.
    """

    latencies: Latencies
    rotations: Rotations
    chance: Chance
    now_ns: int
    pool: str
    pico_of: Callable[[Candidate], int | None]
    exploration_percent: int = 5


def ordered_by(strategy: Strategy, candidates: Sequence[Candidate], around: Surroundings) -> tuple[Route, ...]:
    """Give the routes of all candidates, in the order to try them."""
    if len(candidates) == 1:
        return (candidates[0].route,)
    weighted = [one for one in candidates if one.weight > 0]
    last = [one for one in candidates if one.weight == 0]
    if not weighted:
        weighted, last = [replace(one, weight=1) for one in candidates], []
    match strategy:
        case "ordered":
            first = weighted
        case "round_robin":
            first = _round_robin(weighted, around)
        case "random" | "weighted":
            first = _drawn(weighted, around.chance)
        case "lowest_latency":
            first = _lowest_latency(weighted, around)
        case "cost_optimized":
            first = _cheapest(weighted, around)
    return tuple(one.route for one in (*first, *last))


def _round_robin(candidates: Sequence[Candidate], around: Surroundings) -> list[Candidate]:
    """Start with the one whose turn it is; the others follow as written, around the end."""
    if len(candidates) < 2:
        return list(candidates)
    turn = around.rotations.turn(around.pool, [(one.slot, one.weight) for one in candidates])
    return [*candidates[turn:], *candidates[:turn]]


def _drawn(candidates: Sequence[Candidate], chance: Chance) -> list[Candidate]:
    """Draw one after the other without putting back, each draw by the weights of those that are left."""
    left = list(candidates)
    drawn: list[Candidate] = []
    while len(left) > 1:
        point = chance.randrange(sum(one.weight for one in left))
        for position, one in enumerate(left):
            point -= one.weight
            if point < 0:
                drawn.append(left.pop(position))
                break
    return drawn + left


def _cheapest(candidates: Sequence[Candidate], around: Surroundings) -> list[Candidate]:
    """Sort by price, ties as written; a price that is not known comes last, for it may be any."""
    costs = [(cost is None, cost or 0, position) for position, cost in enumerate(map(around.pico_of, candidates))]
    return [candidates[position] for _, _, position in sorted(costs)]


def _lowest_latency(candidates: Sequence[Candidate], around: Surroundings) -> list[Candidate]:
    """Sort by rank, ties as written; a share of calls explores: it starts with one of the others."""
    ranked = sorted(candidates, key=lambda one: around.latencies.rank(one.slot, around.now_ns))
    if len(ranked) < 2 or around.chance.randrange(100) >= around.exploration_percent:
        return ranked
    explored = _drawn(ranked[1:], around.chance)[0]
    return [explored, *(one for one in ranked if one is not explored)]
