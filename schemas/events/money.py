"""Facts about leases, holds and tickets: the gateway's half of the money protocol."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.money import NanoUsd
from keeptrusts.schemas.record import Record, Timestamp

Amount = Annotated[NanoUsd, Field(ge=0)]
Basis = Literal["reported", "counted", "presumed"]

LEASE_MS: Final = 15_000
"""How long a lease may be spent from, counted from the broker's time of the record that asked for it."""
HOLD_MS: Final = 15 * 60 * 1000
"""A hold that is neither settled nor voided within this time is presumed spent, unless it names a longer one."""


class Draw(Record):
    """What a hold takes from one lease: all draws of a hold are taken, or none.

    ``account`` is the wallet or the budget that the lease was granted from, as the gateway named it.
    """

    account: str
    amount: Amount
    lease: str


class Hold(Record):
    """The upper bound reserved for one attempt at one provider. ``id`` is ``<request>/<attempt>``."""

    deadline_at: Timestamp
    draws: tuple[Draw, ...]
    id: str
    price_version: str


class Settle(Record):
    """The end of a hold that was used: what was really spent, and how that is known."""

    hold: str
    amount: Amount
    basis: Basis


class VoidHold(Record):
    """The end of a hold that was not used."""

    hold: str
    reason: str


class HoldSettled(Settle):
    """A hold ended with a charge, apart from the completion that usually carries it."""


class HoldVoided(VoidHold):
    """A hold ended without a charge."""


class BudgetClaim(Record):
    """A budget that must agree to a lease: its limit and the configuration version that set it.

    ``account`` is ``budget:<id>`` of the directory, where the ledger's own limit counts, or, of a policy file,
    ``cap:<scope>:<owner>/<period>``. A soft one always agrees; once its limit is reached, its leases say so. One that
    does not say what it is is hard.
    """

    account: str
    action: Literal["hard", "soft"] | None = None
    config_version: str | None = None
    limit: Amount
    period: Literal["day", "week", "month"]
    time_zone: str = "UTC"


class LeaseRequested(Record):
    """A gateway incarnation asks for the right to spend: the first wallet of the cascade that covers ``need`` pays.

    Every budget must agree as well, else nothing is granted. Wallets of the cascade that do not exist are passed over;
    an empty cascade asks the budgets alone.
    """

    incarnation: str
    cascade: tuple[str, ...]
    budgets: tuple[BudgetClaim, ...] = ()
    need: Amount
    wanted: Amount


class LeaseReturned(Record):
    """Unused money of a lease goes back to its account."""

    incarnation: str
    lease: str
    amount: Amount


class ShareRequested(Record):
    """A gateway incarnation asks for its part of a rate limit that all gateways share."""

    incarnation: str
    limit: str
    wanted: int = Field(ge=0)


class TicketOpened(Record):
    """No wallet of the cascade covers a request: a live connection waits for money until ``deadline_at``.

    ``principal`` is the caller's user, else key; only the same one may redeem the ticket, with the same input.
    """

    ticket: str
    request: str
    cascade: tuple[str, ...]
    need: Amount
    input_hash: str
    principal: str
    deadline_at: Timestamp | None = None
    incarnation: str | None = None
    budgets: tuple[BudgetClaim, ...] | None = None
    identity: Identity | None = None
    model: str | None = None


CALLER_GONE: Final = "caller_gone"
BUDGET_REACHED: Final = "budget_reached"
ACK_UNKNOWN: Final = "ack_unknown"
FOR_GOOD: Final = frozenset({CALLER_GONE, BUDGET_REACHED, ACK_UNKNOWN})
"""Reasons of a withdrawal after which nobody can come back with the ticket: it was offered to no one."""


class TicketWithdrawn(Record):
    """The connection stopped waiting; the ticket parks and is never funded automatically, or ends ``FOR_GOOD``."""

    ticket: str
    reason: str


class TicketRedeemed(Record):
    """An approved ticket is used, once, by the caller it was opened for. ``need`` is the bound of the call made now."""

    ticket: str
    principal: str
    input_hash: str
    incarnation: str
    request: str | None = None
    need: Amount | None = None


class IdempotencyClaimed(Record):
    """A caller's idempotency key is bound to one input for 24 hours of ledger time."""

    key: str
    input_hash: str
    request: str
