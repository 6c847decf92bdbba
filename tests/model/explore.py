"""Visits every state that a model can reach, shortest ways first, until one breaks an invariant.

Visited states are kept as 64-bit hashes of tuples of small numbers and words: among a million of them two share one
with a chance of about 1 in 37 million. Hashes of words differ from run to run; what can be reached does not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

State = TypeVar("State", bound=Hashable)
Step = tuple[str, State]
"""What happens, in words, and the state after it."""


class Model(Protocol[State]):
    """A world of which every step is known."""

    def initial(self) -> State:
        """Give the state that everything begins with."""
        ...

    def steps(self, state: State) -> Iterable[Step[State]]:
        """Give everything that may happen next."""
        ...

    def broken(self, state: State) -> str | None:
        """Name what a state breaks that must always hold; None when all holds."""
        ...

    def broken_at_rest(self, state: State) -> str | None:
        """The same of a state after which nothing happens any more."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """How much was seen, and the shortest way to what is broken: the steps that lead there. Empty when all holds."""

    states: int
    transitions: int
    at_rest: int
    broken: str | None = None
    trace: tuple[str, ...] = ()

    def __str__(self) -> str:
        seen = f"{self.states:,} states, {self.transitions:,} transitions, {self.at_rest:,} at rest"
        if self.broken is None:
            return f"{seen}: all holds"
        return f"{seen}: BROKEN: {self.broken}\n    " + "\n    ".join(self.trace)


def explore(model: Model[State], *, most_states: int = 5_000_000) -> Explored:
    """Explore a model whole, or until something is broken; raises RuntimeError when it has more states than that."""
    first = model.initial()
    came_from: dict[int, tuple[str, int] | None] = {hash(first): None}
    waiting = deque([first])
    transitions = at_rest = 0

    def outcome(broken: str | None = None, trace: Iterable[str] = ()) -> Explored:
        return Explored(
            states=len(came_from), transitions=transitions, at_rest=at_rest, broken=broken, trace=tuple(trace)
        )

    while waiting:
        state = waiting.popleft()
        here, rests = hash(state), True
        for what, after in model.steps(state):
            transitions += 1
            rests = False
            there = hash(after)
            if there in came_from:
                continue
            came_from[there] = (what, here)
            broken = model.broken(after)
            if broken is not None:
                return outcome(broken, _way_to(there, came_from))
            waiting.append(after)
        if rests:
            at_rest += 1
            broken = model.broken_at_rest(state)
            if broken is not None:
                return outcome(broken, _way_to(here, came_from))
        if len(came_from) > most_states:
            raise RuntimeError(f"more than {most_states:,} states: make the configuration smaller")
    return outcome()


def _way_to(state: int, came_from: dict[int, tuple[str, int] | None]) -> list[str]:
    def backwards(at: int) -> Iterator[str]:
        step = came_from[at]
        while step is not None:
            yield step[0]
            step = came_from[step[1]]

    return list(backwards(state))[::-1]
