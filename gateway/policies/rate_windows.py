"""Counting what happened within the last minute, exactly enough and in bounded memory."""

from collections import OrderedDict, deque
from collections.abc import Hashable
from dataclasses import dataclass, field
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
        while self._runs and now_ns - self._runs[0].last_ns >= MINUTE_NS:
            self.total -= self._runs.popleft().count

    def add(self, count: int, now_ns: int) -> None:
        """Counts something that happens now; a negative count takes back from the newest."""
        if count <= 0:
            self._take_back(-count)
            return
        self.total += count
        if self._runs and now_ns - self._runs[-1].first_ns < SECOND_NS:
            self._runs[-1].count += count
            self._runs[-1].last_ns = max(now_ns, self._runs[-1].last_ns)
            return
        self._runs.append(_Run(now_ns, now_ns, count))

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


@dataclass(slots=True)
class Counter:
    """What one caller of one tier used lately and holds now."""

    requests: SlidingMinute = field(default_factory=SlidingMinute)
    tokens: SlidingMinute = field(default_factory=SlidingMinute)
    in_flight: int = 0

    def expire(self, now_ns: int) -> None:
        """Forgets what is a minute old."""
        self.requests.expire(now_ns)
        self.tokens.expire(now_ns)


class Counters:
    """Counters by caller, at most `capacity`; the one not seen for longest goes first."""

    __slots__ = ("_by_caller", "_capacity")

    def __init__(self, capacity: int) -> None:
        self._by_caller: OrderedDict[Hashable, Counter] = OrderedDict()
        self._capacity = capacity

    def __len__(self) -> int:
        return len(self._by_caller)

    def of(self, caller: Hashable, now_ns: int) -> Counter:
        """The caller's counter, brought up to now."""
        counter = self._by_caller.get(caller)
        if counter is None:
            counter = self._by_caller[caller] = Counter()
            if len(self._by_caller) > self._capacity:
                self._by_caller.popitem(last=False)
            return counter
        self._by_caller.move_to_end(caller)
        counter.expire(now_ns)
        return counter
