"""How long each route takes to its first byte: an average that forgets with time and jumps at once to a peak.

A sample above the average replaces it; one below pulls it down by how long ago the last one was. The average counts
once more for each call that still waits, so that a target that hangs is left before it has answered. An average that
nobody confirms fades, so that a target that was slow once is looked at again. (The rule is known as peak EWMA.)
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

_S: Final = 1_000_000_000
_MEMORY_NS: Final = 10 * _S
"""After this long without a sample, a new one and the average count alike."""
_FADE_NS: Final = 300 * _S
"""After this long without a sample, an average counts half."""
_LEAST_FAILURE_NS: Final = 1 * _S
_LONGEST_NS: Final = 600 * _S
_REMEMBERED: Final = 1_024


@dataclass(slots=True)
class _Estimate:
    average_ns: float | None = None
    at_ns: int = 0
    waiting: int = 0


class Latencies:
    """Averages a route, by name; the ones used least recently are forgotten. Times are monotonic nanoseconds."""

    __slots__ = ("_estimates",)

    def __init__(self) -> None:
        self._estimates: OrderedDict[str, _Estimate] = OrderedDict()

    def began(self, name: str) -> None:
        """Note a call that waits for its first byte from now on; `ended` or a sample ends its waiting."""
        self._estimate(name).waiting += 1

    def first_byte(self, name: str, took_ns: int, now_ns: int) -> None:
        """Note how long a waiting call took to its first byte."""
        estimate = self._estimate(name)
        _end_wait(estimate)
        _sample(estimate, min(_LONGEST_NS, max(0, took_ns)), now_ns)

    def failed(self, name: str, took_ns: int, now_ns: int) -> None:
        """Note that a waiting call failed: it counts as slow however quickly it did, at least twice the average."""
        estimate = self._estimate(name)
        _end_wait(estimate)
        average = estimate.average_ns or 0.0
        _sample(estimate, min(_LONGEST_NS, max(took_ns, int(2 * average), _LEAST_FAILURE_NS)), now_ns)

    def ended(self, name: str) -> None:
        """Note that a call waits no longer, without having shown anything about the route."""
        found = self._estimates.get(name)
        if found is not None:
            _end_wait(found)

    def rank(self, name: str, now_ns: int) -> tuple[int, float]:
        """Give a value that is lower for routes to prefer.

        A route nobody has tried comes first, but one call at a time: while that one waits, the route comes last.
        """
        found = self._estimates.get(name)
        if found is None:
            return (0, 0.0)
        if found.average_ns is None:
            return (2 if found.waiting else 0, float(found.waiting))
        return (1, _faded(found, now_ns) * (found.waiting + 1))

    def average_ms(self, name: str, now_ns: int) -> float | None:
        """Give the average in milliseconds as it counts now, for metrics; None without any sample."""
        found = self._estimates.get(name)
        return None if found is None or found.average_ns is None else _faded(found, now_ns) / 1e6

    def _estimate(self, name: str) -> _Estimate:
        found = self._estimates.get(name)
        if found is None:
            found = self._estimates[name] = _Estimate()
        self._estimates.move_to_end(name)
        if len(self._estimates) > _REMEMBERED:
            self._estimates.popitem(last=False)
        return found


def _end_wait(estimate: _Estimate) -> None:
    if estimate.waiting > 0:
        estimate.waiting -= 1


def _sample(estimate: _Estimate, took_ns: int, now_ns: int) -> None:
    before = None if estimate.average_ns is None else _faded(estimate, now_ns)
    if before is None or took_ns >= before:
        estimate.average_ns = float(took_ns)
    else:
        kept: float = 0.5 ** (max(0, now_ns - estimate.at_ns) / _MEMORY_NS)
        estimate.average_ns = before * kept + took_ns * (1.0 - kept)
    estimate.at_ns = max(estimate.at_ns, now_ns)


def _faded(estimate: _Estimate, now_ns: int) -> float:
    idle = max(0, now_ns - estimate.at_ns)
    average = estimate.average_ns or 0.0
    return float(average * 0.5 ** (idle / _FADE_NS))
