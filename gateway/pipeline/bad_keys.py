"""Counts calls with unknown keys: below a rate each is recorded, above it they are recorded together each second."""

from __future__ import annotations


class BadKeyMeter:
    """A flood of wrong keys must be no flood of writes. Times are monotonic nanoseconds."""

    def __init__(self, *, per_second: int) -> None:
        self._per_second = per_second
        self._second = -1
        self._seen = 0
        self._uncounted = 0

    def record_this_one(self, now_ns: int) -> bool:
        """Say whether this call is recorded by itself; otherwise it is added to the counter."""
        second = now_ns // 1_000_000_000
        if second != self._second:
            self._second, self._seen = second, 0
        self._seen += 1
        if self._seen <= self._per_second:
            return True
        self._uncounted += 1
        return False

    def take(self) -> int:
        """Give the calls counted since the last time, and start again from 0."""
        count, self._uncounted = self._uncounted, 0
        return count

    def give_back(self, count: int) -> None:
        """Put a count back that the log did not take."""
        self._uncounted += count
