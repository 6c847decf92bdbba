"""Entries of kt.ledger: what the authority decided about one record of kt.events, and how it is chained."""

from __future__ import annotations

import hashlib
from typing import Annotated, Final, Literal

import orjson
from pydantic import Field

from keeptrusts.schemas.commands.wallets import BudgetPeriod
from keeptrusts.schemas.events.money import BudgetClaim, Hold
from keeptrusts.schemas.money import NanoUsd
from keeptrusts.schemas.record import Record, Timestamp
from keeptrusts.schemas.snapshots.directory import (
    BudgetValue,
    ErasureValue,
    KeyValue,
    MemberValue,
    OrganizationValue,
    TeamValue,
    WalletValue,
    WebhookValue,
)
from keeptrusts.schemas.snapshots.documents import Escalation, Export, ExportSchedule

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
    "granted",  # a lease or a share of a rate limit was granted
    "denied",  # a lease was asked for and some account does not cover it, or a share and others use the limit
    "returned",  # money of a lease came back, or a worker that ends leaves its shares
    "attempted",  # a further attempt of a call holds money
    "hold_rejected",  # a hold is not covered by its leases; reason says why
    "settled",  # a hold ended with a charge, apart from its call's end
    "voided",  # a hold ended without a charge
    "corrected",  # a presumed charge was replaced by the real one
    "conflict",  # money was spent that no hold covers: must never happen
    "waiting",  # a ticket was opened and its connection waits
    "parked",  # a ticket's connection stopped waiting
    "redeemed",  # an approved ticket was used
    "refused",  # a ticket cannot be redeemed, or an idempotency key cannot be used; reason says why
    "claimed",  # an idempotency key belongs to this request now
    "escalated",  # a call or an answer is held for a person
    "switched_off",  # a webhook is told nothing more
    "finished",  # an export's file was made, or could not be
    "ignored",  # nothing to do: what the record speaks of has ended already
]


class Cause(Record):
    """The record of kt.events an entry answers."""

    actor: str
    event_id: str
    offset: int
    partition: int
    subject: str
    time: Timestamp
    type: str


class Posting(Record):
    """A movement on one account in nano-USD; the postings of an entry add up to zero."""

    account: str
    amount: NanoUsd


class RequestOpened(Record):
    """A call is under way since this ledger time; its hold, if any, is open.

    ``owner`` (an incarnation) and ``deadline_ms`` are those of the hold, ``budgets`` count the call without a lease.
    """

    budgets: tuple[str, ...] | None = None
    cascade: tuple[str, ...] = ()
    deadline_ms: int | None = None
    hold: Hold | None = None
    kind: Literal["request_opened"] = "request_opened"
    opened_ms: int
    owner: str | None = None
    request: str


class RequestClosed(Record):
    """A call ended, or was given up 15 minutes of ledger time after its decision."""

    abandoned: bool = False
    kind: Literal["request_closed"] = "request_closed"
    request: str


class LeaseOpened(Record):
    """An incarnation may spend up to ``granted`` of ``account`` (``<full account>/leased`` holds it) until then.

    ``account`` is the name the gateway knows, ``full`` the wallet or the budget's period whose accounts move.
    """

    account: str
    expires_at_ms: int
    full: str
    granted: NanoUsd
    incarnation: str
    kind: Literal["lease_opened"] = "lease_opened"
    lease: str
    ticket: str | None = None


class LeaseReduced(Record):
    """A lease may spend this much less: it was returned."""

    amount: NanoUsd
    kind: Literal["lease_reduced"] = "lease_reduced"
    lease: str


class LeaseClosed(Record):
    """Nothing more may be held on a lease; what it neither spent nor holds has gone back."""

    kind: Literal["lease_closed"] = "lease_closed"
    lease: str


class HoldOpened(Record):
    """A further attempt of a call holds money."""

    budgets: tuple[str, ...] = ()
    cascade: tuple[str, ...] = ()
    deadline_ms: int
    hold: Hold
    kind: Literal["hold_opened"] = "hold_opened"
    owner: str
    request: str


class HoldClosed(Record):
    """A hold ended. ``presumed`` ones may be corrected once, within 24 hours; ``charged`` is what it cost then.

    ``payer`` is who paid where no wallet was drawn on: a wallet, ``unmetered``, or None where several did.
    """

    charged: NanoUsd = 0
    hold: str
    kind: Literal["hold_closed"] = "hold_closed"
    payer: str | None = None
    state: Literal["settled", "voided", "presumed", "released", "forgotten"]


class HoldBuried(Record):
    """A hold of this id counts for nothing should it come: it ended before it came, or it was rejected."""

    hold: str
    kind: Literal["hold_buried"] = "hold_buried"
    rejected: bool = False
    until_ms: int


class BudgetPeriodOpened(Record):
    """A budget's account for one period exists with this limit, or its limit changed. ``over``: lent beyond it."""

    account: str
    ends_ms: int
    full: str
    kind: Literal["budget_period"] = "budget_period"
    limit: NanoUsd
    over: NanoUsd = 0


class BudgetPeriodClosed(Record):
    """Nothing can move on a past period's accounts any more; the ledger keeps their sum as part of ``limits`` only."""

    full: str
    kind: Literal["budget_period_closed"] = "budget_period_closed"


class ThresholdReached(Record):
    """A wallet has at most this percent of its last level left, or a budget has spent at least this percent."""

    account: str
    amount: NanoUsd
    kind: Literal["threshold_reached"] = "threshold_reached"
    limit: NanoUsd
    of: Literal["wallet", "budget"]
    percent: int


TicketState = Literal["waiting", "funded", "parked", "approved", "redeemed", "denied", "cancelled", "expired"]


class TicketValue(Record):
    """One ticket's current value. ``until_ms`` ends its state: the wait, the parking, or the approval.

    ``amount`` is what ``ticket:<id>`` holds, from ``wallet``; ``decided_by`` is the member who approved or denied.
    """

    amount: NanoUsd = 0
    budgets: tuple[BudgetClaim, ...] = ()
    cascade: tuple[str, ...]
    decided_by: str | None = None
    id: str
    incarnation: str
    input_hash: str
    kind: Literal["ticket"] = "ticket"
    leases: tuple[str, ...] = ()
    model: str | None = None
    need: NanoUsd
    opened_ms: int
    org: str
    principal: str
    reason: str | None = None
    request: str
    state: TicketState
    team: str | None = None
    until_ms: int
    user: str | None = None
    wallet: str | None = None


class AllocationValue(Record):
    """An allocation that recurs at the first moment of each month (UTC). ``skipped``: why the last moved nothing."""

    amount: NanoUsd
    asked_by: str
    id: str
    kind: Literal["allocation"] = "allocation"
    next_ms: int
    org: str
    period: BudgetPeriod = "month"
    skipped: str | None = None
    source: str | None = None
    state: Literal["active", "stopped"] = "active"


class IdempotencyValue(Record):
    """A caller's idempotency key: which request and input it belongs to until ``until_ms``, and how that ended."""

    cost: NanoUsd | None = None
    input_hash: str
    input_tokens: int | None = None
    key: str
    kind: Literal["idempotency"] = "idempotency"
    output_tokens: int | None = None
    request: str
    state: Literal["in_flight", "completed", "released"] = "in_flight"
    until_ms: int


class ShareValue(Record):
    """What one worker may use of one rate limit, ``level`` in all, until ``expires_at_ms``; what it was last heard of.

    ``asked`` is the record it answers; ``recalled_ms`` when the worker was asked to give some back, until its next
    word; ``waits_until_ms`` until when calls wait for ``need``. ``ended``: it is forgotten.
    """

    asked: str
    ended: bool | None = None
    expires_at_ms: int
    frees_at_ms: int
    incarnation: str
    kind: Literal["share"] = "share"
    level: int
    limit: str
    need: int
    number: int
    recalled_ms: int | None = None
    total: int
    used: int
    waits_until_ms: int | None = None
    wanted: int
    window_ms: int


Change = Annotated[
    OrganizationValue
    | TeamValue
    | MemberValue
    | KeyValue
    | WalletValue
    | BudgetValue
    | ErasureValue
    | RequestOpened
    | RequestClosed
    | LeaseOpened
    | LeaseReduced
    | LeaseClosed
    | HoldOpened
    | HoldClosed
    | HoldBuried
    | BudgetPeriodOpened
    | BudgetPeriodClosed
    | ThresholdReached
    | TicketValue
    | AllocationValue
    | IdempotencyValue
    | ShareValue
    | Escalation
    | Export
    | ExportSchedule
    | WebhookValue,
    Field(discriminator="kind"),
]


class Entry(Record):
    """One decision of the authority. ``ledger_time_ms`` is the largest broker time seen in this ledger so far."""

    cause: Cause
    changes: tuple[Change, ...] = ()
    hash: str = ""
    ledger: str
    ledger_time_ms: int
    message: str | None = None
    outcome: Outcome
    postings: tuple[Posting, ...] = ()
    prev_hash: str
    reason: str | None = None
    request: str | None = None
    rules_version: int
    seq: int = Field(ge=0)
    type: Literal["kt.ledger.entry.v1"] = "kt.ledger.entry.v1"


def canonical_bytes(record: Record) -> bytes:
    """Encode a derived record so that equal values give equal bytes: sorted keys, absent values left out."""
    return orjson.dumps(record.model_dump(mode="json", exclude_none=True), option=orjson.OPT_SORT_KEYS)


def entry_hash(entry: Entry) -> str:
    """Give the SHA-256 over the entry without its own hash; the previous entry's hash is part of it."""
    return hashlib.sha256(_without_hash(entry)).hexdigest()


def chained(entry: Entry) -> tuple[Entry, bytes]:
    """Give the entry with its hash filled in, and its canonical bytes: both from one walk over its fields.

    The entry given is finished in place: nobody else has seen it yet, and a copy would cost as much as its encoding.
    """
    without = _without_hash(entry)
    digest = hashlib.sha256(without).hexdigest()
    entry.__dict__["hash"] = digest
    # Texts have their quotes escaped and changes come before, so the last of these is the entry's own field.
    place = without.rindex(b',"ledger":"')
    return entry, b'%b,"hash":"%b"%b' % (without[:place], digest.encode(), without[place:])


def _without_hash(entry: Entry) -> bytes:
    """Encode canonically all but the hash: at once where fields are declared in order, else by sorting them."""
    if _IN_ORDER.issuperset(map(type, entry.changes)):
        return entry.__pydantic_serializer__.to_json(entry, exclude_none=True, exclude={"hash"})
    document = entry.model_dump(mode="json", exclude_none=True, exclude={"hash"})
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


_IN_ORDER: Final = frozenset(
    {
        RequestOpened,
        RequestClosed,
        LeaseOpened,
        LeaseReduced,
        LeaseClosed,
        HoldOpened,
        HoldClosed,
        HoldBuried,
        BudgetPeriodOpened,
        BudgetPeriodClosed,
        ThresholdReached,
        TicketValue,
        AllocationValue,
        IdempotencyValue,
        ShareValue,
    }
)
"""Changes whose fields, and those of what they hold, are declared in the order of their names."""


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
