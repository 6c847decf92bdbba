"""Step 2: the input policies of the caller's team, over everything that is known before anything is dispatched."""

from __future__ import annotations

from keeptrusts.gateway.pipeline.route import route
from keeptrusts.gateway.pipeline.services import Configuration, Services
from keeptrusts.gateway.pipeline.values import Admission, Caller, ChatRequest, IncomingCall, Route
from keeptrusts.gateway.policies.protocol import RequestFacts
from keeptrusts.gateway.policies.run import ChainOutcome, run_chain
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.policy_document.document import ConsumerGroup


def admit(
    services: Services, configuration: Configuration, call: IncomingCall, caller: Caller, chat: ChatRequest
) -> Admission | Problem:
    """Run the chain; a Problem only for a consumer group that nobody declared.

    The route is looked for first, so that model rules see the model that would be called, but its refusals come
    after those of the policies.
    """
    group = _group(configuration, caller.identity.consumer_group)
    if isinstance(group, Problem):
        return group
    chosen = route(chat.model, group, configuration.targets, services.prices)
    candidate = chosen.model if isinstance(chosen, Route) and chosen.model != chat.model else None
    facts = request_facts(services, configuration, call, caller, chat, candidate)
    chain = configuration.compiled.chain_for(caller.team_slug)
    outcome = run_chain(chain, facts, services.now_ns)
    return Admission(outcome=_with_key_models(outcome, caller, facts), route=chosen)


def request_facts(
    services: Services,
    configuration: Configuration,
    call: IncomingCall,
    caller: Caller,
    chat: ChatRequest | None,
    candidate: str | None = None,
) -> RequestFacts:
    """Give what policies may know about a call."""
    identity = caller.identity
    headers = {name: call.headers[name] for name in configuration.compiled.header_names if call.headers.get(name)}
    return RequestFacts(
        org=identity.org,
        team_id=identity.team,
        team=caller.team_slug,
        user=identity.user,
        role=identity.role,
        key_id=identity.key_id,
        consumer_group=identity.consumer_group,
        project=identity.project,
        authenticated=caller.key is not None,
        gateway=services.settings.name,
        endpoint=call.endpoint,
        requested_model=chat.model if chat is not None else None,
        candidate_model=candidate,
        input_bytes=len(chat.body) if chat is not None else 0,
        tools=chat.tools if chat is not None else (),
        headers=headers,
    )


def _group(configuration: Configuration, name: str | None) -> ConsumerGroup | Problem | None:
    if name is None:
        return None
    groups = configuration.compiled.document.consumer_groups
    found = next((group for group in groups if group.name == name), None)
    if found is not None:
        return found
    known = ", ".join(group.name for group in groups) or "none is declared"
    return Problem(
        code="invalid_request",
        message=f"consumer group {name[:60]!r} is not known",
        fix=f"Known groups: {known}",
        param="X-Keeptrusts-Consumer-Group",
    )


def _with_key_models(outcome: ChainOutcome, caller: Caller, facts: RequestFacts) -> ChainOutcome:
    """A key bound to models allows only these, whatever the chain says."""
    if outcome.problem is not None or caller.key is None or not caller.key.models or facts.model in caller.key.models:
        return outcome
    problem = Problem(
        code="model_not_allowed",
        message="this key is bound to other models",
        fix="Ask for one of " + ", ".join(caller.key.models),
        param="model",
        policy="key",
    )
    return ChainOutcome(
        verdict="block",
        results=outcome.results,
        reason="model_not_allowed",
        policy="key",
        problem=problem,
        permits=outcome.permits,
    )
