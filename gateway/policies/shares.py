"""What this worker may use of limits that all gateways have together: a share of each, and what to do without one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from keeptrusts.gateway.policies.rate_windows import MINUTE_NS, SECOND_NS, SlidingMinute
from keeptrusts.schemas.frozen import frozen

NEVER: Final = 1 << 62
Unit = Literal["parallel_requests", "requests_per_minute", "tokens_per_minute"]


class Counted(Protocol):
    """What a share is compared with: what its caller used lately and holds now."""

    requests: SlidingMinute
    tokens: SlidingMinute
    in_flight: int

    def expire(self, now_ns: int) -> None:
        """Forgets what is a minute old."""
        ...


@dataclass(slots=True, eq=False)
class Share:
    """This worker's part of one limit: ``level`` in all, until ``ends_ns`` of the monotonic clock.

    ``low`` is the use at which more is asked for ahead, ``renew_ns`` when one that is used is renewed. Until
    ``no_more_ns`` it is known that there is no more, and ``retry_ns`` is when there may be. ``asks`` is what calls
    would have needed since the last word to the ledger; ``noted`` says that the book has it among those to look after.
    """

    org: str
    limit: str
    unit: Unit
    total: int
    counter: Counted
    level: int = 0
    ends_ns: int = 0
    low: int = NEVER
    renew_ns: int = NEVER
    no_more_ns: int = 0
    retry_ns: int = 0
    asks: int = 0
    noted: bool = False
    said: Said | None = None
    """The latest word about it that was sent to the ledger."""

    def used(self) -> int:
        """Give what counts, as of when the counter was last brought up to now."""
        window = self.window
        return self.counter.in_flight if window is None else window.total

    @property
    def window(self) -> SlidingMinute | None:
        """What is counted for a minute; None for what counts as long as it is in use."""
        if self.unit == "requests_per_minute":
            return self.counter.requests
        return self.counter.tokens if self.unit == "tokens_per_minute" else None

    def wait_ns(self, count: int, level: int, now_ns: int) -> int:
        """Give the nanoseconds after which ``count`` more are likely to fit."""
        window = self.window
        if window is None:
            return SECOND_NS
        if window.total + count > self.total:  # whatever others do
            return window.wait_ns(count, self.total, now_ns)
        own = window.wait_ns(min(count, level), level, now_ns) if level else MINUTE_NS
        return min(own, max(self.retry_ns - now_ns, SECOND_NS))


@dataclass(slots=True)
class Said:
    """One word to the ledger about a share: the event that holds it, when it was made, and what was asked for."""

    event: str
    at_ns: int
    wanted: int
    answered: bool = False
    pending: bool = False


@frozen
class Want:
    """What one call lacks of one share."""

    share: Share
    count: int


@dataclass(slots=True, eq=False)
class ShareBook:
    """What limits of one worker have in common. ``workers`` is how many share limits, as far as is known here."""

    own_workers: int = 1
    worker: int = 0
    workers: int = 1
    noted: list[Share] = field(default_factory=list)
    """Shares that the desk is to look after: at most each of them once."""
    static: int = 0
    """Calls let through on a static part."""

    def note(self, share: Share, asks: int = 0) -> None:
        """Have a share looked after; ``asks`` is what a call would have needed in all."""
        if asks > share.asks:
            share.asks = asks
        if not share.noted:
            share.noted = True
            self.noted.append(share)

    def part(self, total: int) -> int:
        """Give what may be used of a limit while the ledger says nothing: all parts together are within it."""
        if self.workers > self.own_workers:
            return total // self.workers
        part, rest = divmod(total, self.own_workers)
        return part + (1 if self.worker < rest else 0)


@frozen
class Sharing:
    """That an entry's limits are shared: the name by which all gateways know the entry, and the worker's book."""

    scope: str
    book: ShareBook
