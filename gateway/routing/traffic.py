"""What a gateway worker has seen of its targets: breakers, latencies, rotations, retry budget, behind one door.

A call that is attempted goes through `begin`, then `first_byte`, then one of `succeeded`, `failed` and `abandoned`.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from keeptrusts.gateway.routing.breaker import Breakers, CircuitState, Permit
from keeptrusts.gateway.routing.candidates import ServedBook
from keeptrusts.gateway.routing.chance import Chance
from keeptrusts.gateway.routing.latency import Latencies
from keeptrusts.gateway.routing.retry import Judgement, RetryBudget
from keeptrusts.gateway.routing.rotation import Rotations
from keeptrusts.gateway.routing.route import Route
from keeptrusts.schemas.policy_document.document import CircuitBreaker, PolicyDocument, Routing


class Attempt(msgspec.Struct, eq=False):
    """One attempt at a route that was let through; only `Traffic` changes it."""

    route: Route
    slot: str
    permit: Permit
    began_ns: int
    waiting: bool = True
    ended: bool = False


class Traffic:
    """One a worker, kept over reloads. Times are monotonic nanoseconds."""

    __slots__ = ("breakers", "budget", "chance", "latencies", "rotations", "served")

    def __init__(self, *, chance: Chance, now_ns: int) -> None:
        self.chance = chance
        self.breakers = Breakers(CircuitBreaker(), chance)
        self.latencies = Latencies()
        self.rotations = Rotations()
        self.served = ServedBook()
        self.budget = RetryBudget(percent=Routing().retry_percent, now_ns=now_ns)

    def reconfigure(self, document: PolicyDocument, targets: Collection[str]) -> None:
        """Take over a document's options; what was seen of targets (by id) that stay is kept."""
        self.breakers.reconfigure(document.circuit_breaker, targets)
        self.budget.reconfigure(percent=document.routing.retry_percent)
        self.served = ServedBook()

    def forget_served(self) -> None:
        """Look up anew what serves which wish: prices have changed."""
        self.served = ServedBook()

    def admits(self, route: Route, now_ns: int) -> bool:
        """Say whether `begin` would let an attempt through now."""
        return self.breakers.admits(route.target.id, now_ns)

    def state(self, target: str, now_ns: int) -> CircuitState:
        """Give the state of a target's breaker, for metrics and status."""
        return self.breakers.state(target, now_ns)

    def begin(self, route: Route, now_ns: int) -> Attempt | None:
        """Let an attempt through, or None when the target's breaker holds it back."""
        permit = self.breakers.begin(route.target.id, now_ns)
        if permit is None:
            return None
        slot = route.slot
        self.latencies.began(slot)
        return Attempt(route, slot, permit, now_ns)

    def first_byte(self, attempt: Attempt, now_ns: int) -> None:
        """Note that a good answer has begun to arrive; a probe has shown enough by that, however long it goes on."""
        if attempt.waiting and not attempt.ended:
            attempt.waiting = False
            if attempt.permit.probe:
                self.breakers.end(attempt.permit, "good", now_ns)
            self.latencies.first_byte(attempt.slot, now_ns - attempt.began_ns, now_ns)

    def ended(self, attempt: Attempt, judgement: Judgement, now_ns: int, *, retry_after_ns: int | None = None) -> None:
        """Note how an attempt ended; a second end of the same attempt is ignored."""
        if attempt.ended:
            return
        attempt.ended = True
        if attempt.waiting:
            self._end_waiting(attempt, judgement, now_ns)
        self.breakers.end(attempt.permit, judgement.health, now_ns, retry_after_ns=retry_after_ns)

    def abandoned(self, attempt: Attempt, now_ns: int) -> None:
        """Note that nobody waits for an attempt any more: the caller left, or the call was stopped."""
        self.ended(attempt, Judgement(health="unknown"), now_ns)

    def _end_waiting(self, attempt: Attempt, judgement: Judgement, now_ns: int) -> None:
        attempt.waiting = False
        name, took_ns = attempt.slot, now_ns - attempt.began_ns
        if judgement.health == "bad":
            self.latencies.failed(name, took_ns, now_ns)
        else:
            # A refusal comes faster than an answer, and a caller who left saw none: neither is a sample.
            self.latencies.ended(name)
