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
SHARE_MS: Final = 60_000
"""How long a share of a rate limit may be used, counted from the broker's time of the record that asked for it."""
MOST_CLAIMS: Final = 100
"""Limits that one record may ask for shares of."""


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


SOFT: Final = ":soft"
"""How the account of a policy's soft cap ends."""


class BudgetClaim(Record):
    """A budget that must agree to a lease: its limit and the configuration version that set it.

    ``account`` is ``budget:<id>`` of the directory, where the ledger's own limit counts, or, of a policy file,
    ``cap:<scope>:<owner>/<period>``, with ``:soft`` behind it for a soft one, so that one may warn of what another
    refuses. A soft one always agrees; once its limit is reached, its leases say so. One that does not say what it is is
    hard.
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


class ShareClaim(Record):
    """All that one worker says of its part of one limit; its latest word about it counts, and no earlier one.

    ``total`` is the limit as its configuration has it. What is used counts for ``window_ms`` after its use, or, where
    that is 0, as long as it is in use. ``used`` is what counts now, ``held`` the most that will count from now on
    unless more is granted, ``need`` what would let through those who wait, ``wanted`` what would be enough for a while.
    The first part of what is used ceases to count in ``frees_ms``.
    """

    limit: str
    total: int = Field(ge=1)
    window_ms: int = Field(ge=0)
    used: int = Field(ge=0)
    held: int = Field(ge=0)
    need: int = Field(ge=0)
    wanted: int = Field(ge=0)
    frees_ms: int = Field(ge=0)


class ShareRequested(Record):
    """A gateway worker says what it holds and needs of rate limits that all gateways share.

    ``incarnation`` is that of its process, which outlives publishers, because its counts do. ``number`` grows with
    each of its records. ``leaving``: it uses nothing more. ``limit`` and ``wanted`` are those of the first claim.
    """

    incarnation: str
    limit: str
    wanted: int = Field(ge=0)
    claims: Annotated[tuple[ShareClaim, ...], Field(max_length=MOST_CLAIMS)] | None = None
    number: int | None = Field(default=None, ge=0)
    leaving: bool | None = None


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
