"""A histogram of durations that costs a call next to nothing: integers in a list, read when somebody asks."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Final

BUCKETS_NS: Final = tuple(
    int(seconds * 1e9) for seconds in (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
)


@dataclass(slots=True)
class Durations:
    """A count for each bucket and one for what is longer than all of them, and the sum of all, in nanoseconds."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS_NS) + 1))
    sum_ns: int = 0

    def add(self, elapsed_ns: int) -> None:
        """Count one duration."""
        self.counts[bisect_left(BUCKETS_NS, elapsed_ns)] += 1
        self.sum_ns += elapsed_ns
