"""Intents about money: wallets, budgets, holds and tickets."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from keeptrusts.schemas.commands.people import WalletMode
from keeptrusts.schemas.money import NanoUsd
from keeptrusts.schemas.record import Record, Timestamp

PositiveAmount = Annotated[NanoUsd, Field(gt=0)]
WalletScope = Literal["organization", "team", "user"]
BudgetScope = Literal["organization", "team", "user", "key", "project", "gateway"]
BudgetPeriod = Literal["day", "week", "month"]


class WalletRef(Record):
    """A wallet by whose it is: ``scope`` and the id of the organization, team or member (or ``external:``/``key:``)."""

    scope: WalletScope
    owner: str

    @property
    def id(self) -> str:
        """Give the wallet's id, ``<scope>:<owner>``."""
        return f"{self.scope}:{self.owner}"


class WalletFundRequested(Record):
    """Bring money in from outside."""

    wallet: WalletRef
    amount: PositiveAmount
    note: str = ""


class WalletAllocateRequested(Record):
    """Move money down: from the source, by default the organization's wallet if it has one, else from outside."""

    wallet: WalletRef
    amount: PositiveAmount
    source: WalletRef | None = None
    period: Literal["month"] | None = None
    note: str = ""


class WalletReclaimRequested(Record):
    """Move unspent money back up, or out of the system when the organization has no wallet."""

    wallet: WalletRef
    amount: PositiveAmount
    note: str = ""


class WalletStopRecurringRequested(Record):
    """End an allocation that recurs; what it has moved stays."""

    wallet: WalletRef


class WalletCloseRequested(Record):
    """Close a wallet that holds nothing: no money, no leases, no holds."""

    wallet: WalletRef


class WalletModeSetRequested(Record):
    mode: WalletMode


class BudgetSetRequested(Record):
    """Cap what a scope may spend in a period; ``hard`` refuses, ``soft`` only raises events at its thresholds."""

    budget: str
    scope: BudgetScope
    owner: str
    limit: PositiveAmount
    period: BudgetPeriod
    time_zone: str = "UTC"
    action: Literal["hard", "soft"] = "hard"
    thresholds_percent: tuple[Annotated[int, Field(ge=1, le=100)], ...] = (50, 80, 100)


class BudgetRemoveRequested(Record):
    budget: str


class HoldReleaseRequested(Record):
    """A person hands back a presumed hold; a later settle of it goes to ``variance``."""

    hold: str
    reason: str = ""


class TicketApproveRequested(Record):
    """Pay for a parked request from a named wallet until a deadline."""

    ticket: str
    wallet: WalletRef
    deadline_at: Timestamp | None = None
    note: str = ""


class TicketDenyRequested(Record):
    ticket: str
    reason: str = ""


class TicketCancelRequested(Record):
    ticket: str
    reason: str = ""
