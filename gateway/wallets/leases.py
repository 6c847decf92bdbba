"""What the lease book keeps: leases by account, what callers of the same accounts use, and what is asked and returned.

Times called ``now_ms`` are local and monotonic; leases end in the broker's time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from keeptrusts.schemas.events.money import LEASE_MS, BudgetClaim
from keeptrusts.schemas.frozen import frozen

MARGIN_MS: Final = 2_000
"""The life that a lease must have left when it is taken, so that the record that uses it arrives in time."""
FRESH_MS: Final = 2_000
"""How long an answer that an account does not cover counts."""
RENEW_MS: Final = 1_000
"""From this age on, such an answer is asked for again while it is relied on."""
REFRESH_MS: Final = LEASE_MS // 2
FORGET_MS: Final = 60_000
FORGET_HOLD_MS: Final = 20 * 60_000
"""Longer than any hold stays open in the ledger; what has not ended by then never will here."""
COLD_HOLDS: Final = 16
"""How many holds of the first one's size an account asks for that nothing is known of."""


@frozen
class Payers:
    """Which accounts must agree to a call. ``key`` is the same for callers whose accounts are the same.

    ``cascade`` has every wallet that may exist for the caller, in order, and ``wallets`` those that do; both are empty
    for a caller without wallets. ``budgets`` are asked all, ``names`` are their accounts.
    """

    cascade: tuple[str, ...]
    wallets: tuple[str, ...]
    budgets: tuple[BudgetClaim, ...]
    names: tuple[str, ...]
    key: tuple[tuple[str, ...], tuple[str, ...]]

    @classmethod
    def of(cls, cascade: tuple[str, ...], wallets: tuple[str, ...], budgets: Iterable[BudgetClaim] = ()) -> Payers:
        """Make one; ``wallets`` are some of the ``cascade``."""
        claims = tuple(budgets)
        names = tuple(claim.account for claim in claims)
        return cls(cascade=cascade, wallets=wallets, budgets=claims, names=names, key=(wallets, names))


class Lease:
    """A right to spend ``granted`` until ``expires_at_ms`` of the broker's time. Only the book changes it."""

    __slots__ = ("account", "ended", "expires_at_ms", "granted", "id", "over_limit", "ticket", "used")

    def __init__(
        self, id_: str, account: Account, granted: int, expires_at_ms: int, *, over_limit: bool, ticket: str | None
    ) -> None:
        self.id = id_
        self.account = account
        self.granted = granted
        self.used = 0
        self.expires_at_ms = expires_at_ms
        self.over_limit = over_limit
        self.ticket = ticket
        self.ended = False

    @property
    def name(self) -> str:
        """The account it was granted from."""
        return self.account.name


@frozen
class Taken:
    """A hold that has its room: ``amount`` of each lease. Leases are in the order wallet, budgets."""

    hold: str
    leases: tuple[Lease, ...]
    amount: int
    expires_at_ms: int

    @property
    def over_limit(self) -> tuple[str, ...]:
        """The soft budgets among the accounts whose limit is used up."""
        return tuple([lease.account.name for lease in self.leases if lease.over_limit])


@frozen
class Obstacle:
    """Why a bound is not covered now: the account that stands in the way, and whether nothing can come back there."""

    kind: Literal["wallet", "budget"]
    account: str | None
    available: int
    final: bool


@frozen
class Ask:
    """A lease that should be asked for."""

    payers: Payers
    need: int
    wanted: int


@frozen
class Return:
    """Room that goes back to its account; it is used up until ``returned`` or ``kept`` is called."""

    lease: Lease
    amount: int


class Account:
    __slots__ = ("available", "ignored_until_ms", "leased", "leases", "name", "pressed", "told_at_ms", "used_at_ms")

    def __init__(self, name: str, now_ms: int) -> None:
        self.name = name
        self.leases: list[Lease] = []  # ending soonest first
        self.told_at_ms: int | None = None  # when it was told not to cover
        self.available = 0  # what was free and leased when it was last heard of
        self.leased = 0
        self.ignored_until_ms = -1
        self.pressed = False
        self.used_at_ms = now_ms

    def denies(self, bound: int, now_ms: int) -> bool:
        return self.told_at_ms is not None and now_ms - self.told_at_ms <= FRESH_MS and self.available < bound


class Use:
    """What callers with the same accounts have held and spent, in this stretch of TTL and the one before."""

    __slots__ = (
        "asked", "before", "bound", "due", "held", "payers", "peak", "spent", "turned_at_ms", "used_at_ms",
    )  # fmt: skip

    def __init__(self, payers: Payers, now_ms: int) -> None:
        self.payers = payers
        self.bound = 0
        self.held = 0
        self.peak = 0
        self.spent = 0
        self.before = 0
        self.turned_at_ms = now_ms
        self.used_at_ms = now_ms
        self.due = False
        self.asked = False

    def turn(self, now_ms: int) -> None:
        if now_ms - self.turned_at_ms >= LEASE_MS:
            quiet = now_ms - self.turned_at_ms >= 2 * LEASE_MS
            self.before = 0 if quiet else self.spent + self.peak
            self.spent, self.peak, self.turned_at_ms = 0, self.held, now_ms

    def wanted(self, need: int, now_ms: int) -> int:
        self.turn(now_ms)
        known = max(self.before, self.spent + self.peak)
        return max(need, known + known // 2, COLD_HOLDS * need if known <= need else 0)
