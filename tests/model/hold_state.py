"""What there is in the world of leases and holds: settings, gateways, calls, and what may still go wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from model.hold_ledger import LeaseId, Ledger, Record, Times


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A call: at which gateway, its upper bound, and what it may really cost; ``attempts`` that may be made."""

    gateway: int = 0
    bound: int = 1
    costs: tuple[int, ...] = (1,)
    attempts: int = 1
    blind: bool = False
    """Whether the provider may keep its usage to itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One small instance: money, calls, times, and how often each thing may go wrong."""

    calls: tuple[Asked, ...]
    wallets: tuple[int, ...]
    budgets: tuple[int, ...] = ()
    lease: int = 1
    grace: int = 1
    hold: int = 2
    soon: int = 1
    """Ticks after an acknowledgement within which a call is dispatched."""
    horizon: int = 4
    patience: int = 2
    """The tick from which calls are refused that still have no lease."""
    spare: int = 0
    """How much more than it needs a gateway asks for."""
    requests: int = 1
    """Leases that one incarnation asks for at most."""
    kills: int = 0
    unknown: int = 0
    """Appends whose result the gateway does not learn: lost, appended, or appended much later."""
    doubled: int = 0
    """Records that are appended a second time, any time later."""
    back: int = 0
    """How far append times step back, once at a time; never more than ``grace``."""
    releases: int = 0
    careless: bool = False
    """Whether a person releases holds of calls that were dispatched."""
    returns: bool = False
    rogue: int = 0
    """Holds that a broken gateway appends, whatever leases it draws on."""
    separately: bool = False
    """Whether a gateway asks for wallets and budgets one by one."""

    @property
    def times(self) -> Times:
        """What the ledger needs to know of them."""
        return Times(lease=self.lease, grace=self.grace, hold=self.hold)


class Known(NamedTuple):
    """A lease as its gateway sees it."""

    id: LeaseId
    granted: int
    expires: int
    used: int = 0


class Gateway(NamedTuple):
    """One worker process."""

    alive: bool = True
    incarnation: int = 0
    asked: int = 0
    leases: tuple[Known, ...] = ()


class Call(NamedTuple):
    """How far a call is; ``attempt`` counts its holds.

    ``phase``: new, sent, held (acknowledged), unsure (a void is due), both unsure (so is the end of the hold before,
    which drew on ``ended``), dispatched, presumed (its usage is not known), settling, answered, refused or lost.
    ``billed`` is what the provider charged, an amount for each attempt.
    """

    phase: str = "new"
    attempt: int = 0
    leases: tuple[LeaseId, ...] = ()
    at: int = 0
    since: int = 0
    billed: tuple[int, ...] = ()
    ended: tuple[LeaseId, ...] = ()


class Faults(NamedTuple):
    """What may still go wrong."""

    kills: int
    unknown: int
    doubled: int
    releases: int
    rogue: int


class World(NamedTuple):
    """Everything there is. ``tick`` is true time; the broker's clock is ``lag`` behind it.

    ``under_way`` are records that may be appended late, or a second time; those sent together stand together.
    """

    tick: int
    lag: int
    ledger: Ledger
    gateways: tuple[Gateway, ...]
    calls: tuple[Call, ...]
    under_way: tuple[tuple[Record, ...], ...]
    faults: Faults

    @property
    def append_time(self) -> int:
        """The broker's clock."""
        return self.tick - self.lag


def with_gateway(world: World, number: int, gateway: Gateway) -> World:
    """Give the world with one gateway changed."""
    gateways = (*world.gateways[:number], gateway, *world.gateways[number + 1 :])
    return world._replace(gateways=gateways)


def with_call(world: World, number: int, call: Call) -> World:
    """Give the world with one call changed."""
    return world._replace(calls=(*world.calls[:number], call, *world.calls[number + 1 :]))
