"""Counting what happened within the last minute, exactly enough and in bounded memory."""

from collections import deque
from dataclasses import dataclass
from typing import Final

SECOND_NS: Final = 1_000_000_000
MINUTE_NS: Final = 60 * SECOND_NS


@dataclass(slots=True)
class _Run:
    """Counts of less than a second, which expire together a minute after the last of them."""

    first_ns: int
    last_ns: int
    count: int


class SlidingMinute:
    """The sum of the last 60 s. Never lets more than its limit into any 60 s; holds at most 62 runs.

    What happens within one second expires together, with its last part: at most a second late, never early.
    """

    __slots__ = ("_runs", "total")

    def __init__(self) -> None:
        self._runs: deque[_Run] = deque()
        self.total = 0

    def expire(self, now_ns: int) -> None:
        """Forgets what is a minute old."""
        runs = self._runs
        while runs and now_ns - runs[0].last_ns >= MINUTE_NS:
            self.total -= runs.popleft().count

    def add(self, count: int, now_ns: int) -> None:
        """Counts something that happens now; a negative count takes back from the newest."""
        if count <= 0:
            self._take_back(-count)
            return
        self.total += count
        runs = self._runs
        if runs:
            newest = runs[-1]
            if now_ns - newest.first_ns < SECOND_NS:
                newest.count += count
                if now_ns > newest.last_ns:
                    newest.last_ns = now_ns
                return
        runs.append(_Run(now_ns, now_ns, count))

    def _take_back(self, count: int) -> None:
        for run in reversed(self._runs):
            taken = min(count, run.count)
            run.count -= taken
            self.total -= taken
            count -= taken
            if not count:
                return

    def wait_ns(self, count: int, limit: int, now_ns: int) -> int:
        """Nanoseconds until `count` more fit under `limit`; 0 when they fit now."""
        excess = self.total + count - limit
        for run in self._runs:
            if excess <= 0:
                return 0
            excess -= run.count
            if excess <= 0:
                return max(run.last_ns + MINUTE_NS - now_ns, 1)
        return 0 if excess <= 0 else MINUTE_NS

    def frees_ns(self, now_ns: int) -> int:
        """Nanoseconds until the first part of it is a minute old; 0 when it is empty."""
        return max(self._runs[0].last_ns + MINUTE_NS - now_ns, 0) if self._runs else 0
