"""The slice of a ledger's state that rate limits have: who may use how much of which limit, until when.

What ends leaves by ledger time alone, with the entries that come anyway: that a share is over moves nothing.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from keeptrusts.schemas.snapshots.ledger import ShareValue
from keeptrusts.stream_processors.authority.sizes import GRACE_MS, MOST_SWEPT

_NOBODY: Mapping[str, ShareValue] = MappingProxyType({})


@dataclass(slots=True)
class ShareState:
    """Shares by limit and worker. Memory grows with the callers of the last two minutes."""

    by_limit: dict[str, dict[str, ShareValue]] = field(default_factory=dict)
    count: int = 0
    by_worker: dict[str, int] = field(default_factory=dict)
    """How many shares a worker has, of those that have any."""
    ends: list[tuple[int, str, str]] = field(default_factory=list, compare=False)
    """A heap of when shares are over; what has changed since is passed over."""

    def of(self, limit: str) -> Mapping[str, ShareValue]:
        """Give the shares of a limit by worker, those among them that may be over."""
        return self.by_limit.get(limit, _NOBODY)

    def put(self, value: ShareValue) -> None:
        """Take in a share as it is from now on."""
        shares = self.by_limit.setdefault(value.limit, {})
        before = shares.get(value.incarnation)
        if value.ended:
            if before is not None:
                self._drop(before)
            elif not shares:
                del self.by_limit[value.limit]
            return
        if before is None:
            self.count += 1
            self.by_worker[value.incarnation] = self.by_worker.get(value.incarnation, 0) + 1
        shares[value.incarnation] = value
        if before is None or over_ms(before) != over_ms(value):
            heapq.heappush(self.ends, (over_ms(value), value.limit, value.incarnation))

    def forget(self, now_ms: int) -> None:
        """Let go of shares that are over, a bounded number at once."""
        forgotten = 0
        while self.ends and self.ends[0][0] < now_ms and forgotten < MOST_SWEPT:
            at_ms, limit, worker = heapq.heappop(self.ends)
            value = self.of(limit).get(worker)
            if value is not None and over_ms(value) == at_ms:
                self._drop(value)
                forgotten += 1

    def values(self) -> Iterable[ShareValue]:
        """Give every share, limit by limit."""
        return (value for shares in self.by_limit.values() for value in shares.values())

    def _drop(self, value: ShareValue) -> None:
        shares = self.by_limit[value.limit]
        del shares[value.incarnation]
        if not shares:
            del self.by_limit[value.limit]
        self.count -= 1
        left = self.by_worker[value.incarnation] - 1
        if left:
            self.by_worker[value.incarnation] = left
        else:
            del self.by_worker[value.incarnation]


def over_ms(value: ShareValue) -> int:
    """Give when what a share let through has ceased to count, should its worker never be heard of again."""
    return value.expires_at_ms + GRACE_MS + value.window_ms
