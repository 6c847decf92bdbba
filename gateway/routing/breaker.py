"""Circuit breakers: calls stop going to a target that fails, and one at a time finds out whether it works again.

closed     calls go through and are counted; failures in a row, or their share within a window, open it
open       no call goes through until the cool-down is over
half-open  one call at a time goes through; enough good ones close it, a bad one opens it for longer

Times are monotonic nanoseconds and passed in. A target takes the same small room however many calls it gets.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final, Literal

from keeptrusts.gateway.routing.chance import Chance
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.policy_document.document import CircuitBreaker

CircuitState = Literal["closed", "open", "half_open"]
Health = Literal["good", "bad", "unknown"]
"""What the end of a call says about its target; unknown, for instance, when the caller went away."""

_S: Final = 1_000_000_000
_BUCKETS: Final = 10
_JITTER_PARTS: Final = 4
"""A cool-down is longer by a random part of up to a quarter, so that gateways do not all come back at once."""
_MOST_DOUBLINGS: Final = 16
_PROBE_LIMIT_NS: Final = 600 * _S
"""A probe that has not ended after this long is given up, and another call may be one."""
_LEAST_RETRY_AFTER_NS: Final = 1 * _S


@frozen
class Permit:
    """The right to make one call; its end is reported with it. ``probe`` is 0 for a call of a closed circuit."""

    target: str
    era: int
    probe: int = 0


@dataclass(slots=True)
class _Circuit:
    """One target. ``era`` grows with each change of state, so that calls from before it are recognized."""

    state: CircuitState = "closed"
    era: int = 0
    in_a_row: int = 0
    counts: dict[int, list[int]] = field(default_factory=dict)  # bucket -> [calls, failures]
    open_until_ns: int = 0
    openings: int = 0
    closed_at_ns: int | None = None
    probe: int = 0
    probe_ends_ns: int | None = None
    good_probes: int = 0
    permit: Permit | None = None  # of the present era, the same for every call


class Breakers:
    """One circuit a target, by the target's id."""

    __slots__ = ("_chance", "_circuits", "_options")

    def __init__(self, options: CircuitBreaker, chance: Chance) -> None:
        self._options = options
        self._chance = chance
        self._circuits: dict[str, _Circuit] = {}

    def reconfigure(self, options: CircuitBreaker, targets: Collection[str]) -> None:
        """Go on with other options, and forget targets that are no longer configured."""
        self._options = options
        for target in [known for known in self._circuits if known not in targets]:
            del self._circuits[target]

    def state(self, target: str, now_ns: int) -> CircuitState:
        """Give a target's state; one whose cool-down is over is half-open."""
        circuit = self._circuits.get(target)
        if circuit is None or not self._options.enabled:
            return "closed"
        if circuit.state == "open" and now_ns >= circuit.open_until_ns:
            return "half_open"
        return circuit.state

    def admits(self, target: str, now_ns: int) -> bool:
        """Say whether `begin` would give a permit now; changes nothing."""
        circuit = self._circuits.get(target)
        if circuit is None or circuit.state == "closed":
            return True
        match self.state(target, now_ns):
            case "closed":
                return True
            case "open":
                return False
            case "half_open":
                return _probe_is_free(circuit, now_ns)

    def wait_ns(self, target: str, now_ns: int) -> int:
        """Give how long it takes until a call may be let through, at least; 0 when one may be now."""
        circuit = self._circuits.get(target)
        if circuit is None or self.admits(target, now_ns):
            return 0
        return max(_S, circuit.open_until_ns - now_ns)

    def begin(self, target: str, now_ns: int) -> Permit | None:
        """Let a call through, or not. A permit is handed back to `end` exactly once; later ends change nothing."""
        circuit = self._circuits.get(target)
        if circuit is None:
            circuit = self._circuits[target] = _Circuit()
        if circuit.state == "closed" or not self._options.enabled:
            if circuit.permit is None or circuit.permit.era != circuit.era:
                circuit.permit = Permit(target=target, era=circuit.era)
            return circuit.permit
        if not self.admits(target, now_ns):
            return None
        if circuit.state == "open":
            circuit.state = "half_open"
            circuit.era += 1
            circuit.good_probes = 0
        circuit.probe += 1
        circuit.probe_ends_ns = now_ns + _PROBE_LIMIT_NS
        return Permit(target=target, era=circuit.era, probe=circuit.probe)

    def end(self, permit: Permit, health: Health, now_ns: int, *, retry_after_ns: int | None = None) -> None:
        """Note how a call ended. ``retry_after_ns`` is what the provider asked for: it opens the circuit that long.

        That time is bounded by the longest cool-down. The end of a call from before a change of state counts no more.
        """
        circuit = self._circuits.get(permit.target)
        if circuit is None or not self._options.enabled:
            return
        if retry_after_ns is not None and retry_after_ns >= _LEAST_RETRY_AFTER_NS:
            self._hold_off(circuit, permit, min(retry_after_ns, self._options.max_cooldown_s * _S), now_ns)
        elif permit.era != circuit.era:
            return
        elif permit.probe:
            self._end_probe(circuit, permit, health, now_ns)
        elif health != "unknown":
            self._count(circuit, health, now_ns)

    def _hold_off(self, circuit: _Circuit, permit: Permit, pause_ns: int, now_ns: int) -> None:
        if circuit.state == "open" and now_ns < circuit.open_until_ns:
            circuit.open_until_ns = max(circuit.open_until_ns, now_ns + pause_ns)
        elif permit.era == circuit.era:
            self._open(circuit, now_ns + pause_ns)

    def _end_probe(self, circuit: _Circuit, permit: Permit, health: Health, now_ns: int) -> None:
        if permit.probe != circuit.probe or circuit.probe_ends_ns is None:
            return
        circuit.probe_ends_ns = None
        if health == "bad":
            self._trip(circuit, now_ns)
        elif health == "good":
            circuit.good_probes += 1
            if circuit.good_probes >= self._options.probes:
                self._close(circuit, now_ns)

    def _count(self, circuit: _Circuit, health: Health, now_ns: int) -> None:
        options = self._options
        bucket = now_ns * _BUCKETS // (options.window_s * _S)
        count = circuit.counts.get(bucket)
        if count is None:
            _forget_before(circuit, bucket - _BUCKETS)
            count = circuit.counts[bucket] = [0, 0]
        count[0] += 1
        if health == "good":
            circuit.in_a_row = 0
            return
        count[1] += 1
        circuit.in_a_row += 1
        calls = sum(one[0] for one in circuit.counts.values())
        failures = sum(one[1] for one in circuit.counts.values())
        too_many = calls >= options.minimum_requests and failures * 100 >= options.failure_percent * calls
        if circuit.in_a_row >= options.failure_threshold or too_many:
            self._trip(circuit, now_ns)

    def _trip(self, circuit: _Circuit, now_ns: int) -> None:
        """Open for the cool-down, doubled for each time since the target last stayed closed for a window."""
        held = circuit.closed_at_ns is None or now_ns - circuit.closed_at_ns >= self._options.window_s * _S
        if circuit.state == "closed" and held:
            circuit.openings = 0
        options = self._options
        cooldown = options.cooldown_s * _S << min(circuit.openings, _MOST_DOUBLINGS)
        cooldown = min(cooldown, options.max_cooldown_s * _S)
        circuit.openings += 1
        self._open(circuit, now_ns + cooldown + self._chance.randrange(cooldown // _JITTER_PARTS + 1))

    def _open(self, circuit: _Circuit, until_ns: int) -> None:
        circuit.state = "open"
        circuit.era += 1
        circuit.open_until_ns = until_ns
        circuit.probe_ends_ns = None
        circuit.in_a_row = 0
        circuit.counts.clear()

    def _close(self, circuit: _Circuit, now_ns: int) -> None:
        circuit.state = "closed"
        circuit.era += 1
        circuit.closed_at_ns = now_ns
        circuit.in_a_row = 0
        circuit.counts.clear()


def _probe_is_free(circuit: _Circuit, now_ns: int) -> bool:
    return circuit.probe_ends_ns is None or now_ns >= circuit.probe_ends_ns


def _forget_before(circuit: _Circuit, last: int) -> None:
    """Drop the counts of buckets up to ``last``; failures from before the window are no row any more."""
    for old in [known for known in circuit.counts if known <= last]:
        del circuit.counts[old]
    if not circuit.counts:
        circuit.in_a_row = 0
