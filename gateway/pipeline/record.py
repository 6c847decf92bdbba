"""Steps 4 and 8: the two events of a call, built from what the steps found out."""

from __future__ import annotations

from typing import Any, Final

from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.gateway.pipeline.values import IncomingCall, Invocation, KeptContent, Settlement
from keeptrusts.gateway.policies.run import ChainOutcome, severity
from keeptrusts.gateway.routing.route import Route
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.identity import Identity, PolicyResult, Verdict
from keeptrusts.schemas.events.money import Hold, VoidHold
from keeptrusts.schemas.events.request import RequestAttempted, RequestCompleted, RequestDecided
from keeptrusts.schemas.frozen import frozen, replace
from keeptrusts.schemas.record import Record, trusted
from keeptrusts.schemas.topics import partition_of

_UNDECIDED: Final[dict[str, Any]] = dict.fromkeys(RequestDecided.model_fields)
_UNCOMPLETED: Final[dict[str, Any]] = dict.fromkeys(RequestCompleted.model_fields)
"""Every field, absent. To copy one and fill it takes half of what a literal takes, which grows as it is made."""


@frozen
class Decided:
    """Everything the decision record needs. ``problem`` is set when the call is refused before dispatch.

    ``client_gone``: nobody is there any more to hear the refusal.
    """

    identity: Identity
    verdict: Verdict
    config_version: str | None
    requested_model: str | None = None
    stream: bool = False
    input_bytes: int = 0
    policies: tuple[PolicyResult, ...] = ()
    policy: str | None = None
    reason: str | None = None
    problem: Problem | None = None
    route: Route | None = None
    hold: Hold | None = None
    ticket: str | None = None
    input_hash: str | None = None
    client_gone: bool = False
    output_policies: tuple[PolicyResult, ...] = ()

    def after(self, output: ChainOutcome) -> Decided:
        """Give the same with what the output policies said; the more severe verdict stands, with its reason."""
        if not output.results:
            return self
        if severity(output.verdict) <= severity(self.verdict):
            return replace(self, output_policies=output.results)
        return replace(
            self,
            output_policies=output.results,
            verdict=output.verdict,
            reason=output.reason,
            policy=output.policy,
        )


def decision_event(services: Services, call: IncomingCall, decided: Decided) -> Event:
    """Build request.decided. Its message is our own text, never the caller's.

    What it is made of was checked when it came in or is our own; the model would look at all of it again.
    """
    settings, identity = services.settings, decided.identity
    chosen = decided.route
    fields = _UNDECIDED.copy()
    fields["request"] = call.request
    fields["identity"] = identity
    fields["gateway"] = settings.name
    fields["endpoint"] = call.endpoint
    fields["requested_model"] = decided.requested_model
    fields["stream"] = decided.stream
    fields["input_bytes"] = decided.input_bytes
    fields["config_version"] = decided.config_version
    fields["directory_position"] = services.directory.position(partition_of(identity.org, settings.partitions))
    fields["verdict"] = decided.verdict
    fields["reason"] = decided.reason
    fields["policy"] = decided.policy
    fields["policies"] = decided.policies
    fields["input_hash"] = decided.input_hash
    fields["ticket"] = decided.ticket
    fields["hold"] = decided.hold
    if decided.problem is not None:
        fields["message"] = decided.problem.message
    if chosen is not None:
        fields["target"] = chosen.target.id
        fields["provider"] = chosen.target.vendor
        fields["model"] = chosen.model
    if call.kept is not None:
        fields["content_ref"] = call.kept.ref
        fields["content_hmac"] = call.kept.hmac
    return _event(services, call, identity, trusted(RequestDecided, fields))


def refusal_completion(
    services: Services, call: IncomingCall, decided: Decided, problem: Problem, void: VoidHold | None = None
) -> Event:
    """Build request.completed of a call that was not dispatched; ``void`` ends a hold that was recorded for it."""
    return _event(
        services,
        call,
        decided.identity,
        RequestCompleted(
            request=call.request,
            identity=decided.identity,
            status=problem.status,
            cost_state="none",
            latency_us=elapsed_us(services, call),
            verdict=decided.verdict,
            reason=decided.reason or problem.code,
            policy=decided.policy,
            error=problem.code,
            client_gone=decided.client_gone,
            void=void,
        ),
    )


def listing_completion(services: Services, call: IncomingCall, decided: Decided) -> Event:
    """Build request.completed of a call that the gateway answered by itself."""
    return _event(
        services,
        call,
        decided.identity,
        RequestCompleted(
            request=call.request,
            identity=decided.identity,
            status=200,
            cost_state="none",
            latency_us=elapsed_us(services, call),
            verdict=decided.verdict,
        ),
    )


def attempt_event(
    services: Services,
    call: IncomingCall,
    identity: Identity,
    route: Route,
    number: int,
    cause: str,
    hold: Hold | None = None,
) -> Event:
    """Build request.attempted of an attempt after the first; ``cause`` says what was wrong with its predecessor."""
    return _event(
        services,
        call,
        identity,
        RequestAttempted(
            request=call.request,
            attempt=number,
            target=route.target.id,
            provider=route.target.vendor,
            model=route.model,
            cause=cause,
            hold=hold,
        ),
    )


def money_event(services: Services, call: IncomingCall, identity: Identity, data: Record) -> Event:
    """Build an event about a call's hold or ticket."""
    return _event(services, call, identity, data)


def completion_event(
    services: Services,
    call: IncomingCall,
    decided: Decided,
    invocation: Invocation,
    settlement: Settlement,
    *,
    client_gone: bool,
    kept: KeptContent | None = None,
) -> Event:
    """Build request.completed of a call that went to a provider; of checked values, as the decision is.

    ``kept`` names what is kept of the answer.
    """
    chosen = invocation.route
    fields = _UNCOMPLETED.copy()
    fields["request"] = call.request
    fields["identity"] = decided.identity
    fields["status"] = invocation.status
    fields["provider_status"] = invocation.provider_status
    fields["attempts"] = invocation.attempts
    fields["usage"] = invocation.usage
    fields["cost"] = settlement.cost
    fields["cost_state"] = settlement.state
    fields["price_version"] = settlement.price_version
    fields["target"] = chosen.target.id
    fields["provider"] = chosen.target.vendor
    fields["model"] = chosen.model
    fields["latency_us"] = elapsed_us(services, call)
    fields["provider_us"] = invocation.provider_us
    fields["first_token_us"] = invocation.first_token_us
    fields["output_bytes"] = invocation.output_bytes
    fields["output_policies"] = decided.output_policies
    fields["verdict"] = decided.verdict
    fields["reason"] = decided.reason
    fields["policy"] = decided.policy
    fields["client_gone"] = client_gone
    fields["settle"] = settlement.settle
    fields["void"] = settlement.void
    if invocation.problem is not None:
        fields["error"] = invocation.problem.code
    if kept is not None:
        fields["content_ref"] = kept.ref
        fields["content_hmac"] = kept.hmac
    return _event(services, call, decided.identity, trusted(RequestCompleted, fields))


def elapsed_us(services: Services, call: IncomingCall) -> int:
    """Give the microseconds since the call's first byte was read."""
    return max(0, (services.now_ns() - call.started_ns) // 1_000)


def _event(services: Services, call: IncomingCall, identity: Identity, data: Record) -> Event:
    org, key_id = identity.org, identity.key_id
    return Event(
        id=services.ids.event(),
        source=services.publisher.source,
        subject=call.request,
        time=services.now(),
        org=org,
        ledger=org,
        actor="anonymous:-" if key_id is None else f"key:{key_id}",
        data=data,
        correlationid=call.request,
        traceparent=call.traceparent,
    )
