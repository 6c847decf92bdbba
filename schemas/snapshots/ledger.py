"""Entries of kt.ledger: what the authority decided about one record of kt.events, and how it is chained."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Final, Literal

import orjson
from pydantic import Field

from keeptrusts.schemas.commands.wallets import BudgetPeriod
from keeptrusts.schemas.events.money import BudgetClaim, Hold
from keeptrusts.schemas.money import NanoUsd
from keeptrusts.schemas.record import Record, Timestamp
from keeptrusts.schemas.snapshots.directory import (
    BudgetValue,
    KeyValue,
    MemberValue,
    OrganizationValue,
    TeamValue,
    WalletValue,
)

GENESIS_HASH: Final = "0" * 64
WORLD: Final = "world"
UNMETERED: Final = "unmetered"
VARIANCE: Final = "variance"
LIMITS: Final = "limits"
"""Where what a budget allows comes from; like ``world`` it falls below zero."""

Outcome = Literal[
    "accepted",  # an intent was carried out
    "rejected",  # an intent was refused; reason says why
    "opened",  # a call was decided and is under way
    "charged",  # a call ended and a wallet paid all of it
    "unfunded",  # a call ended and no wallet could pay all of it
    "unmetered",  # a call ended and its caller has no wallet
    "closed",  # a call ended and cost nothing
    "ticked",  # the clock moved on and deadlines passed
    "granted",  # a lease was granted
    "denied",  # a lease was asked for and some account does not cover it
    "returned",  # money of a lease came back
    "attempted",  # a further attempt of a call holds money
    "hold_rejected",  # a hold is not covered by its leases; reason says why
    "settled",  # a hold ended with a charge, apart from its call's end
    "voided",  # a hold ended without a charge
    "corrected",  # a presumed charge was replaced by the real one
    "conflict",  # money was spent that no hold covers: must never happen
    "waiting",  # a ticket was opened and its connection waits
    "funded",  # a ticket has its money
    "parked",  # a ticket's connection stopped waiting
    "redeemed",  # an approved ticket was used
    "refused",  # a ticket cannot be redeemed, or an idempotency key cannot be used; reason says why
    "claimed",  # an idempotency key belongs to this request now
    "ignored",  # nothing to do: what the record speaks of has ended already
]


class Cause(Record):
    """The record of kt.events an entry answers."""

    partition: int
    offset: int
    event_id: str
    type: str
    actor: str
    time: Timestamp
    subject: str


class Posting(Record):
    """A movement on one account in nano-USD; the postings of an entry add up to zero."""

    account: str
    amount: NanoUsd


class RequestOpened(Record):
    """A call is under way since this ledger time; its hold, if any, is open.

    ``owner`` (an incarnation) and ``deadline_ms`` are those of the hold, ``budgets`` count the call without a lease.
    """

    kind: Literal["request_opened"] = "request_opened"
    request: str
    opened_ms: int
    cascade: tuple[str, ...] = ()
    hold: Hold | None = None
    owner: str | None = None
    deadline_ms: int | None = None
    budgets: tuple[str, ...] | None = None


class RequestClosed(Record):
    """A call ended, or was given up 15 minutes of ledger time after its decision."""

    kind: Literal["request_closed"] = "request_closed"
    request: str
    abandoned: bool = False


class LeaseOpened(Record):
    """An incarnation may spend up to ``granted`` of ``account`` (``<full account>/leased`` holds it) until then.

    ``account`` is the name the gateway knows, ``full`` the wallet or the budget's period whose accounts move.
    """

    kind: Literal["lease_opened"] = "lease_opened"
    lease: str
    account: str
    full: str
    incarnation: str
    granted: NanoUsd
    expires_at_ms: int
    ticket: str | None = None


class LeaseReduced(Record):
    """A lease may spend this much less: it was returned."""

    kind: Literal["lease_reduced"] = "lease_reduced"
    lease: str
    amount: NanoUsd


class LeaseClosed(Record):
    """Nothing more may be held on a lease; what it neither spent nor holds has gone back."""

    kind: Literal["lease_closed"] = "lease_closed"
    lease: str


class HoldOpened(Record):
    """A further attempt of a call holds money."""

    kind: Literal["hold_opened"] = "hold_opened"
    request: str
    hold: Hold
    owner: str
    deadline_ms: int


class HoldClosed(Record):
    """A hold ended. ``presumed`` holds may be corrected once, within 24 hours; ``charged`` is what it cost then."""

    kind: Literal["hold_closed"] = "hold_closed"
    hold: str
    state: Literal["settled", "voided", "presumed", "released", "forgotten"]
    charged: NanoUsd = 0


class HoldBuried(Record):
    """A hold of this id counts for nothing should it come: it ended before it came, or it was rejected."""

    kind: Literal["hold_buried"] = "hold_buried"
    hold: str
    until_ms: int
    rejected: bool = False


class BudgetPeriodOpened(Record):
    """A budget's account for one period exists with this limit, or its limit changed. ``over``: lent beyond it."""

    kind: Literal["budget_period"] = "budget_period"
    account: str
    full: str
    limit: NanoUsd
    over: NanoUsd = 0
    ends_ms: int


class ThresholdReached(Record):
    """A wallet has at most this percent of its last level left, or a budget has spent at least this percent."""

    kind: Literal["threshold_reached"] = "threshold_reached"
    account: str
    of: Literal["wallet", "budget"]
    percent: int
    amount: NanoUsd
    limit: NanoUsd


class WalletLevel(Record):
    """What a wallet held after money came in: low balances are measured against it."""

    kind: Literal["wallet_level"] = "wallet_level"
    wallet: str
    level: NanoUsd


TicketState = Literal["waiting", "funded", "parked", "approved", "redeemed", "denied", "cancelled", "expired"]


class TicketValue(Record):
    """One ticket's current value. ``until_ms`` ends its state: the wait, the parking, or the approval.

    ``amount`` is what ``ticket:<id>`` holds, from ``wallet``; ``decided_by`` is the member who approved or denied.
    """

    kind: Literal["ticket"] = "ticket"
    id: str
    org: str
    state: TicketState
    request: str
    principal: str
    input_hash: str
    incarnation: str
    cascade: tuple[str, ...]
    budgets: tuple[BudgetClaim, ...] = ()
    need: NanoUsd
    team: str | None = None
    user: str | None = None
    model: str | None = None
    opened_ms: int
    until_ms: int
    wallet: str | None = None
    amount: NanoUsd = 0
    leases: tuple[str, ...] = ()
    decided_by: str | None = None
    reason: str | None = None


class AllocationValue(Record):
    """An allocation that recurs at the first moment of each month (UTC). ``skipped``: why the last moved nothing."""

    kind: Literal["allocation"] = "allocation"
    id: str
    org: str
    source: str | None = None
    amount: NanoUsd
    period: BudgetPeriod = "month"
    next_ms: int
    state: Literal["active", "stopped"] = "active"
    asked_by: str
    skipped: str | None = None


class IdempotencyValue(Record):
    """A caller's idempotency key: which request and input it belongs to until ``until_ms``, and how that ended."""

    kind: Literal["idempotency"] = "idempotency"
    key: str
    request: str
    input_hash: str
    until_ms: int
    state: Literal["in_flight", "completed", "released"] = "in_flight"
    cost: NanoUsd | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None


Change = Annotated[
    OrganizationValue
    | TeamValue
    | MemberValue
    | KeyValue
    | WalletValue
    | BudgetValue
    | RequestOpened
    | RequestClosed
    | LeaseOpened
    | LeaseReduced
    | LeaseClosed
    | HoldOpened
    | HoldClosed
    | HoldBuried
    | BudgetPeriodOpened
    | ThresholdReached
    | WalletLevel
    | TicketValue
    | AllocationValue
    | IdempotencyValue,
    Field(discriminator="kind"),
]


class Entry(Record):
    """One decision of the authority. ``ledger_time_ms`` is the largest broker time seen in this ledger so far."""

    type: Literal["kt.ledger.entry.v1"] = "kt.ledger.entry.v1"
    ledger: str
    seq: int = Field(ge=0)
    cause: Cause
    ledger_time_ms: int
    rules_version: int
    outcome: Outcome
    reason: str | None = None
    message: str | None = None
    request: str | None = None
    postings: tuple[Posting, ...] = ()
    changes: tuple[Change, ...] = ()
    prev_hash: str
    hash: str = ""


def canonical_bytes(record: Record) -> bytes:
    """Encode a derived record so that equal values give equal bytes: sorted keys, absent values left out."""
    return orjson.dumps(record.model_dump(mode="json", exclude_none=True), option=orjson.OPT_SORT_KEYS)


def entry_hash(entry: Entry) -> str:
    """Give the SHA-256 over the entry without its own hash; the previous entry's hash is part of it."""
    return _hash_of(entry.model_dump(mode="json", exclude_none=True, exclude={"hash"}))


def chained(entry: Entry) -> tuple[Entry, bytes]:
    """Give the entry with its hash filled in, and its canonical bytes: both from one walk over its fields."""
    document = entry.model_dump(mode="json", exclude_none=True, exclude={"hash"})
    document["hash"] = _hash_of(document)
    finished = entry.model_copy(update={"hash": document["hash"]})
    return finished, orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def _hash_of(document: dict[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()


def available(wallet: str) -> str:
    """Give the account of a wallet's money that is free to spend."""
    return f"{wallet}/available"


def leased(wallet: str) -> str:
    """Give the account of a wallet's money that gateways hold leases on."""
    return f"{wallet}/leased"


def spent(wallet: str) -> str:
    """Give the account of what a wallet has paid."""
    return f"{wallet}/spent"


def ticketed(ticket: str) -> str:
    """Give the account of the money that was approved for a ticket."""
    return f"ticket:{ticket}"
