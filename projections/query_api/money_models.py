"""The shapes of answers about money: wallets, what moved them, tickets, holds and budgets."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from keeptrusts.projections.query_api.models import Answer, Time, Usd


class RecurringAllocation(Answer):
    """Money that moves to a wallet at the first moment of each month (UTC). ``skipped``: why the last moved nothing."""

    wallet: str
    owner_name: str | None
    source: str | None
    amount: Usd
    currency: str = "USD"
    period: str
    next_at: Time
    state: Literal["active", "stopped"]
    asked_by: str
    skipped: str | None


class Wallet(Answer):
    """A wallet's balances: ``funded`` = available + leased + spent + ticketed.

    ``leased`` is what gateways may spend right now, ``held`` the part of it that calls under way hold (null with
    ``as_of``), ``ticketed`` what is set aside for approved tickets. ``low_balance_percent``: at most so much of what
    the wallet held after money last came in is left.
    """

    id: str
    scope: str
    owner: str
    owner_name: str | None
    state: Literal["open", "closed"]
    currency: str = "USD"
    available: Usd
    leased: Usd
    held: Usd | None
    ticketed: Usd
    spent: Usd
    funded: Usd
    low_balance_percent: int | None
    recurring: RecurringAllocation | None
    created_at: Time
    closed_at: Time | None


class Balance(Answer):
    """Money of all wallets that the caller may see."""

    currency: str = "USD"
    available: Usd
    leased: Usd
    ticketed: Usd
    spent: Usd
    funded: Usd
    unmetered: Usd | None
    wallets: int


class Transaction(Answer):
    """One entry of the ledger as it touched a wallet. ``label`` says in words what happened.

    ``amount`` is the change of the wallet's unspent money, available or lent to gateways, and ``balance_after`` what
    there is of it then; ``available``, ``leased`` and ``spent`` are the changes of its parts.
    """

    id: str
    seq: int
    time: Time
    type: str
    outcome: str
    label: str
    actor: str
    request: str | None
    amount: Usd
    available: Usd
    leased: Usd
    spent: Usd
    balance_after: Usd
    available_after: Usd
    counterparts: list[str]


class Ticket(Answer):
    """A request that no wallet covered. ``until_at`` ends its state: wait, parking, approval; null once it has ended.

    ``need`` is the most that the request can cost; ``amount`` is what ``wallet`` has set aside for it.
    """

    id: str
    state: Literal["waiting", "funded", "parked", "approved", "redeemed", "denied", "cancelled", "expired"]
    request: str
    team: str | None
    team_id: str | None
    user: str | None
    user_id: str | None
    principal: str
    model: str | None
    need: Usd
    currency: str = "USD"
    cascade: list[str]
    budgets: list[str]
    wallet: str | None
    amount: Usd
    opened_at: Time
    until_at: Time | None
    decided_by: str | None
    reason: str | None
    incarnation: str
    leases: list[str]


class HoldDraw(Answer):
    """What a hold takes from one lease."""

    lease: str
    account: str
    amount: Usd


class Hold(Answer):
    """Money that a call under way holds, or that counts as spent because its end is not known.

    ``owner`` is the gateway process (incarnation), ``gateway`` its name. ``release`` is how a person hands the money
    of a presumed hold back; null while the hold is open: it ends by itself, at the latest at ``deadline_at``.
    """

    id: str
    request: str
    state: Literal["open", "presumed"]
    gateway: str | None
    owner: str
    team: str | None
    team_id: str | None
    user: str | None
    user_id: str | None
    model: str | None
    wallet: str | None
    amount: Usd
    charged: Usd | None
    currency: str = "USD"
    draws: list[HoldDraw]
    opened_at: Time
    age_seconds: float
    deadline_at: Time
    presumed_at: Time | None
    release: str | None


class ThresholdPassed(Answer):
    """When a budget had spent at least this percent of its limit; ``amount`` is what it had spent then."""

    percent: int
    amount: Usd
    reached_at: Time


class BudgetPeriod(Answer):
    """One period of a budget: ``percent`` is what is spent of the limit, ``over`` what was lent beyond it."""

    name: str
    limit: Usd
    spent: Usd
    leased: Usd
    remaining: Usd
    percent: float
    over: Usd
    ends_at: Time
    thresholds_reached: list[ThresholdPassed]


class Budget(Answer):
    """A cap on what a scope may spend in a period, with the current period.

    ``source`` is ``budget`` for those that are set here, ``policy`` for caps of a policy file in use.
    """

    id: str
    source: Literal["budget", "policy"]
    scope: str
    owner: str
    owner_name: str | None
    limit: Usd
    currency: str = "USD"
    period: str
    time_zone: str | None
    action: str | None
    thresholds_percent: list[int]
    state: Literal["active", "removed"]
    created_at: Time | None
    current: BudgetPeriod


class BudgetDetail(Budget):
    """A budget with its past periods, the newest first."""

    past: list[BudgetPeriod] = Field(default_factory=list)
