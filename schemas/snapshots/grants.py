"""Values of kt.grants, the gateways' inbox: what the authority allows them to spend, and how far it has come."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from keeptrusts.schemas.events.money import Amount
from keeptrusts.schemas.record import Record


class LeaseGranted(Record):
    """A right to spend up to ``granted`` from one account until ``expires_at_ms`` of broker time.

    A request gets one for the wallet that pays and one for each budget. ``over_limit``: a soft budget is used up.
    ``available`` is what stays free on the account beside this lease.
    """

    type: Literal["kt.lease.granted.v1"] = "kt.lease.granted.v1"
    ledger: str
    lease: str
    incarnation: str
    account: str
    granted: Amount
    expires_at_ms: int
    causationid: str
    over_limit: bool | None = None
    available: Amount | None = None


class LeaseDenied(Record):
    """An account does not cover a request: a higher wallet although a lower one pays, or what stands in the way.

    ``available`` is free now; ``leased`` may still come back. ``account`` None: no wallet of the cascade exists.
    """

    type: Literal["kt.lease.denied.v1"] = "kt.lease.denied.v1"
    ledger: str
    incarnation: str
    account: str | None = None
    reason: str
    causationid: str
    available: Amount | None = None
    leased: Amount | None = None


class ShareGranted(Record):
    """What a worker may use of a limit: ``granted`` in all, not in addition, until ``expires_at_ms`` of broker time.

    It answers the worker's record ``causationid``, and counts only while that is its latest about the limit.
    ``pending``: less than it needs, but others were asked to give some back, and a further answer follows.
    ``retry_after_ms``: less than it needs, and no more can be had before that. ``workers`` share limits at present.
    """

    type: Literal["kt.share.granted.v1"] = "kt.share.granted.v1"
    ledger: str
    incarnation: str
    limit: str
    granted: int = Field(ge=0)
    expires_at_ms: int
    causationid: str
    pending: bool | None = None
    retry_after_ms: int | None = Field(default=None, ge=0)
    workers: int | None = Field(default=None, ge=1)


class ShareDenied(Record):
    """Nothing of a limit can be had: ``in_use``, before ``retry_after_ms`` have passed, or ``too_many_shares``."""

    type: Literal["kt.share.denied.v1"] = "kt.share.denied.v1"
    ledger: str
    incarnation: str
    limit: str
    reason: str
    causationid: str
    retry_after_ms: int | None = Field(default=None, ge=0)
    workers: int | None = Field(default=None, ge=1)


class ShareRecalled(Record):
    """Others need ``short`` more of a limit: a worker gives back what it has not used, by its next word about it."""

    type: Literal["kt.share.recalled.v1"] = "kt.share.recalled.v1"
    ledger: str
    incarnation: str
    limit: str
    short: int = Field(ge=1)
    causationid: str


class HoldRejected(Record):
    type: Literal["kt.hold.rejected.v1"] = "kt.hold.rejected.v1"
    ledger: str
    incarnation: str
    hold: str
    reason: str


class TicketWaiting(Record):
    type: Literal["kt.ticket.waiting.v1"] = "kt.ticket.waiting.v1"
    ledger: str
    ticket: str


class TicketFunded(Record):
    """A waiting or redeemed ticket has its money: one of these for each lease that the request draws on."""

    type: Literal["kt.ticket.funded.v1"] = "kt.ticket.funded.v1"
    ledger: str
    ticket: str
    lease: str | None = None
    granted: Amount | None = None
    expires_at_ms: int | None = None
    account: str | None = None
    incarnation: str | None = None
    causationid: str | None = None
    leases: int | None = Field(default=None, ge=1)
    over_limit: bool | None = None


class TicketDenied(Record):
    """A ticket is denied, cancelled, or cannot be redeemed: ``reason`` says which, ``note`` what a person wrote."""

    type: Literal["kt.ticket.denied.v1"] = "kt.ticket.denied.v1"
    ledger: str
    ticket: str
    reason: str
    incarnation: str | None = None
    causationid: str | None = None
    note: str | None = None


class WalletPressed(Record):
    """Whether an open ticket waits on a wallet or budget; while it does, gateways return freed room at once."""

    type: Literal["kt.wallet.pressed.v1"] = "kt.wallet.pressed.v1"
    ledger: str
    wallet: str
    pressed: bool


class IdempotencyAccepted(Record):
    type: Literal["kt.idempotency.accepted.v1"] = "kt.idempotency.accepted.v1"
    ledger: str
    key: str
    request: str


class IdempotencyRefused(Record):
    type: Literal["kt.idempotency.refused.v1"] = "kt.idempotency.refused.v1"
    ledger: str
    key: str
    request: str
    reason: Literal["other_input", "in_flight", "already_completed", "over_cap"]
    first_request: str | None = None
    cost: Amount | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None


class ReviewDecided(Record):
    """What became of an escalation. Approved edited, the rest says where the edited text and its key are."""

    type: Literal["kt.review.decided.v1"] = "kt.review.decided.v1"
    ledger: str
    escalation: str
    request: str
    resolution: Literal["approved", "denied", "approved_edited", "expired"]
    content_ref: str | None = None
    content_at: str | None = None
    key_at: str | None = None


OPENED: Final = "opened"
TOO_MANY: Final = "too_many_escalations"


class ReviewAnswered(Record):
    """Whether a call may go on because its escalation was approved; ``reason`` says why not.

    A call that was refused at once hears ``opened``, or ``too_many_escalations`` where nobody will be asked.
    """

    type: Literal["kt.review.answered.v1"] = "kt.review.answered.v1"
    ledger: str
    escalation: str
    request: str
    reason: str | None = None


class LedgerProgress(Record):
    """How far a processor has folded a partition of kt.events, entries or not."""

    type: Literal["kt.ledger.progress.v1"] = "kt.ledger.progress.v1"
    processor: Literal["authority", "adoption"]
    partition: int
    input_offset: int
    ledger_time_ms: int
