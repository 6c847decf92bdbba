"""The values that steps hand on: each is frozen, each step returns a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from keeptrusts.gateway.policies.run import ChainOutcome
from keeptrusts.gateway.routing.route import Route as Route
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.events.request import CostState, Usage
from keeptrusts.schemas.snapshots.directory import KeyValue


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingCall:
    """A request as it came in, before anything is known about it. Header names are lower case."""

    request: str
    endpoint: str
    headers: Mapping[str, str] = field(repr=False)
    started_ns: int
    traceparent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls: the key that proved it, and what follows from it."""

    identity: Identity
    key: KeyValue | None
    team_slug: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """A chat call whose shape has been checked; ``document`` is the decoded body."""

    body: bytes = field(repr=False)
    document: Mapping[str, Any] = field(repr=False)
    model: str
    user: str | None
    stream: bool
    tools: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What the input policies said, and where the call would go if it may."""

    outcome: ChainOutcome
    route: Route | Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """How the provider call ended: an answer for the caller, or the problem that stands for it."""

    status: int
    body: bytes | None = field(repr=False)
    content_type: str
    problem: Problem | None
    provider_status: int | None
    provider_us: int
    usage: Usage | None
    dispatched: bool
    billed: bool
    retry_after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What a call cost, in nano-USD, and how that is known."""

    cost: int | None
    state: CostState
    price_version: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the caller gets."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str]
    verdict: str
