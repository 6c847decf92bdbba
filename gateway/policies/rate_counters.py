"""What callers used lately and hold now, at most so many of them."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field

from keeptrusts.gateway.policies.rate_windows import SlidingMinute
from keeptrusts.gateway.policies.shares import Share


@dataclass(slots=True)
class Counter:
    """What one caller of one tier used lately and holds now. `shares` are those of `tier`, where limits are shared."""

    requests: SlidingMinute = field(default_factory=SlidingMinute)
    tokens: SlidingMinute = field(default_factory=SlidingMinute)
    in_flight: int = 0
    tier: object = None
    shares: tuple[Share, ...] = ()

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
