"""The values that steps hand on: each is frozen, each step returns a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Any, Final, final

from keeptrusts.gateway.pipeline.spans import AttemptSpan, CallSpan
from keeptrusts.gateway.policies.compile import CompiledChain
from keeptrusts.gateway.policies.protocol import RequestFacts
from keeptrusts.gateway.policies.run import ChainOutcome
from keeptrusts.gateway.policies.shares import Want
from keeptrusts.gateway.providers.protocol import ProviderStream
from keeptrusts.gateway.providers.translate.protocol import ClientApi, ClientCall, ProviderCall, Translation
from keeptrusts.gateway.routing.route import Route
from keeptrusts.gateway.routing.traffic import Attempt
from keeptrusts.gateway.wallets.leases import Payers
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.events.money import Settle, VoidHold
from keeptrusts.schemas.events.request import CostState, Usage
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.snapshots.directory import KeyValue

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


@frozen
class KeptContent:
    """What an event says of a content: its reference, and its HMAC under its data key."""

    ref: str
    hmac: str


@frozen
class IncomingCall:
    """A request as it came in, before anything is known about it. Header names are found in lower case.

    ``endpoint`` is the path it is recorded under. ``held_ns`` is for how long it waited for a person or for money: that
    counts for no deadline of what follows. ``kept`` names the request's texts where they are kept.
    """

    request: str
    endpoint: str
    headers: Mapping[str, str] = field(repr=False)
    started_ns: int
    traceparent: str | None = None
    span: CallSpan | None = field(default=None, repr=False)
    held_ns: int = 0
    kept: KeptContent | None = None


@frozen
class Caller:
    """Who calls: the key that proved it, and what follows from it; ``facts`` is what policies may know of them."""

    identity: Identity
    key: KeyValue
    facts: RequestFacts = field(repr=False)


@frozen
class ModelCall:
    """A call for a model whose shape has been checked.

    ``document`` is the decoded body, ``body`` is it written anew, ``user`` whom the body names as its user. ``metered``
    is False where nothing is billed, and ``with_output`` where the answer has no tokens of its own.
    """

    api: ClientApi
    body: bytes = field(repr=False)
    document: Mapping[str, Any] = field(repr=False)
    model: str
    user: str | None
    stream: bool
    tools: tuple[str, ...]
    metered: bool
    with_output: bool


@final
@frozen
class Prepared:
    """A route and what would be sent there."""

    route: Route
    translation: Translation
    client_call: ClientCall
    provider_call: ProviderCall


@frozen
class Routes:
    """Where a call goes first, and what may be tried after it."""

    first: Prepared
    fallbacks: tuple[Route, ...]


@frozen
class Admission:
    """What the input policies said, what they knew, where the call would go if it may, and who must agree to pay.

    ``asked`` is the call as it may be sent: its texts are edited where a policy says so. ``placeholders`` say what to
    put back into its answer.
    """

    asked: ModelCall
    outcome: ChainOutcome
    routes: Routes | Problem
    facts: RequestFacts
    chain: CompiledChain
    payers: Payers | None
    placeholders: Mapping[str, str] = field(default_factory=lambda: _NONE, repr=False)


@final
@frozen
class Lacking:
    """A call that policies cannot decide about before shares of rate limits are there, or known not to be had."""

    wants: tuple[Want, ...]


@frozen
class Invocation:
    """How a call's last attempt ended: an answer for the caller, or the problem that stands for it.

    ``body`` is in the caller's wire. ``attempts`` counts those that were sent.
    """

    route: Route
    status: int
    body: bytes = field(repr=False)
    content_type: str
    problem: Problem | None
    provider_status: int | None
    provider_us: int
    usage: Usage | None
    billed: bool
    attempts: int
    output_bytes: int
    retry_after: str | None = None
    first_token_us: int | None = None


@final
@frozen
class OpenedStream:
    """A stream whose first piece has arrived, and the attempt that brought it."""

    prepared: Prepared
    stream: ProviderStream
    attempt: Attempt
    attempts: int
    span: AttemptSpan | None = None


@frozen
class Settlement:
    """What a call was charged over all its attempts, in nano-USD, and how that is known; and how its last hold ends."""

    cost: int | None
    state: CostState
    price_version: str | None
    settle: Settle | None = None
    void: VoidHold | None = None


@frozen
class MoneyShown:
    """What a caller is told beside the cost, where a wallet pays.

    ``remaining``, in nano-USD, is what the wallet has left as far as this gateway knows: what its leases have left, and
    what it was last told to be free. ``shrunk_to`` is the output limit that the call was given to be covered.
    """

    remaining: int | None = None
    shrunk_to: int | None = None


@frozen
class Answer:
    """What the caller gets. Of a stream everything has been sent already, and ``body`` is empty."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str]
    verdict: str
