"""Facts about one governed call: decided once, attempted again if need be, completed once."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from keeptrusts.schemas.events.identity import Identity, PolicyResult, Verdict
from keeptrusts.schemas.events.money import Hold, Settle, VoidHold
from keeptrusts.schemas.money import NanoUsd
from keeptrusts.schemas.record import Record

CostState = Literal["priced", "presumed", "unpriced", "none"]
UsageBasis = Literal["reported", "counted", "presumed"]
Count = Annotated[int, Field(ge=0, le=2**63 - 1)]


class RequestDecided(Record):
    """The decision about a call, appended before anything is dispatched or refused.

    ``verdict`` and ``reason`` are final for refusals. ``directory_position`` and ``config_position`` are the
    offsets of kt.directory and kt.configurations in force. ``input_hash`` is an HMAC, never the text. Where the input
    is captured, ``content_ref`` names it in kt.content and ``content_hmac`` is its HMAC under its data key.
    """

    request: str
    identity: Identity
    gateway: str
    endpoint: str
    requested_model: str | None = None
    stream: bool = False
    input_bytes: Count = 0
    config_version: str | None = None
    directory_position: int | None = None
    config_position: int | None = None
    verdict: Verdict
    reason: str | None = None
    message: str | None = None
    policy: str | None = None
    policies: tuple[PolicyResult, ...] = ()
    target: str | None = None
    provider: str | None = None
    model: str | None = None
    input_hash: str | None = None
    ticket: str | None = None
    hold: Hold | None = None
    content_ref: str | None = None
    content_hmac: str | None = None


class RequestAttempted(Record):
    """A second or later attempt at a provider, appended before its dispatch."""

    request: str
    attempt: int = Field(ge=2)
    target: str
    provider: str
    model: str
    cause: str
    hold: Hold | None = None


class Usage(Record):
    """Tokens of one call. ``input_tokens`` includes cache reads and writes; ``output_tokens`` includes reasoning."""

    input_tokens: Count = 0
    cache_read_tokens: Count = 0
    cache_write_tokens: Count = 0
    output_tokens: Count = 0
    reasoning_tokens: Count = 0
    basis: UsageBasis = "reported"


class RequestCompleted(Record):
    """The end of a call. ``status`` is the HTTP status sent to the caller; latencies are microseconds.

    ``latency_us`` is from the first byte read to this record; ``provider_us`` from dispatch to the provider's last
    byte; ``first_token_us`` from the first byte read to the first token passed on. Where the output is captured,
    ``content_ref`` names it and ``content_hmac`` is its HMAC under its data key.
    """

    request: str
    identity: Identity
    status: int = Field(ge=100, le=599)
    provider_status: int | None = None
    attempts: Count = 0
    usage: Usage | None = None
    cost: Annotated[NanoUsd, Field(ge=0)] | None = None
    cost_state: CostState
    price_version: str | None = None
    target: str | None = None
    provider: str | None = None
    model: str | None = None
    latency_us: Count
    provider_us: Count | None = None
    first_token_us: Count | None = None
    output_bytes: Count = 0
    output_policies: tuple[PolicyResult, ...] = ()
    verdict: Verdict
    reason: str | None = None
    policy: str | None = None
    error: str | None = None
    client_gone: bool = False
    settle: Settle | None = None
    void: VoidHold | None = None
    content_ref: str | None = None
    content_hmac: str | None = None


class RequestAbandoned(Record):
    """No completion came within 15 minutes of ledger time after the decision."""

    request: str


class ReviewRequested(Record):
    """A policy holds a call or an answer for a person.

    It waits for ``wait_seconds``; a decision that takes longer than ``due_seconds`` has missed its service level. Not
    ``held`` (absent: it is), it was refused at once: once approved, ``principal`` may send the same input again.
    ``assignee`` is whom the policy names, by e-mail or otherwise.
    """

    escalation: str
    request: str
    type: str
    severity: Literal["low", "medium", "high", "critical"]
    policy: str
    phase: Literal["input", "output"]
    findings: dict[str, int] = Field(default_factory=dict)
    content_ref: str | None = None
    due_seconds: int = Field(default=1800, ge=1)
    wait_seconds: int | None = Field(default=None, ge=1)
    identity: Identity | None = None
    reason: str | None = None
    held: bool | None = None
    principal: str | None = None
    input_hash: str | None = None
    assignee: str | None = None


class ReviewRedeemed(Record):
    """An approved escalation is used, once, by the caller it was opened for, who sends the same input again."""

    escalation: str
    principal: str
    input_hash: str
    request: str
