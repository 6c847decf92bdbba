"""Step 2: the input policies of the caller's team, over everything that is known before anything is dispatched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from keeptrusts.gateway.pipeline.inspect import edited_call, with_texts
from keeptrusts.gateway.pipeline.judging import judged
from keeptrusts.gateway.pipeline.route import prepare, routes_of, serving
from keeptrusts.gateway.pipeline.services import Configuration, Services
from keeptrusts.gateway.pipeline.share_desk import WAIT_S
from keeptrusts.gateway.pipeline.values import Admission, Caller, IncomingCall, Lacking, ModelCall, Routes
from keeptrusts.gateway.policies.actions import actions_of
from keeptrusts.gateway.policies.compile import CompiledChain
from keeptrusts.gateway.policies.protocol import NO_HEADERS, RequestFacts
from keeptrusts.gateway.policies.run import ChainOutcome, may_use_model
from keeptrusts.gateway.policies.shares import Want
from keeptrusts.gateway.routing.route import Route
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.frozen import replace
from keeptrusts.schemas.policy_document.document import ConsumerGroup

Permits = Callable[[Route], bool]
MOST_WAITS: Final = 50
"""How often one call waits for shares: others may have taken what it was woken for."""


async def admit(
    services: Services,
    configuration: Configuration,
    call: IncomingCall,
    caller: Caller,
    asked: ModelCall,
    *,
    may_wait: bool = True,
) -> Admission | Problem | Lacking:
    """Run the chain; a Problem for a group of consumers that nobody declared, and for large texts not judged in time.

    Lacking when the call should wait for shares of rate limits first: nothing is decided or counted then.

    The routes are looked for first, so that model rules see the model that would be called, but their refusals come
    after those of the policies. A fallback to another model is kept only if the caller may use that one too.
    """
    group = _group(configuration, caller.identity.consumer_group)
    if type(group) is Problem:
        return group
    compiled = configuration.compiled
    chain = compiled.chain_for(caller.facts.team)
    facts = request_facts(services, configuration, call, caller, asked)
    payers, limit = None, None
    if asked.metered:
        payers = services.payers.payers(services.directory, facts, chain, compiled.version)
        if asked.with_output and (payers is not None or chain.spending):
            limit = compiled.document.wallets.default_max_output_tokens
    if chain.asks_for_actions:
        facts = replace(facts, actions=actions_of(asked.document))
    permits: Permits | None = None
    if chain.routing:
        offered = serving(services, configuration, asked, group)
        facts = replace(facts, data_policies=tuple(route.target.data_policy for route in offered))
        permits = _data_filter(chain, facts)
    routes = routes_of(services, configuration, call, asked, group, permits=permits, limit=limit)
    chosen = None if type(routes) is Problem else routes.first.route.model
    if chosen is not None and chosen != asked.model:
        facts = replace(facts, candidate_model=chosen)
        if chain.spending and asked.metered:  # a limit may be aimed at models
            payers = services.payers.payers(services.directory, facts, chain, compiled.version)
    facts = with_texts(services, asked, facts, chain.scanner)
    if chain.rates and may_wait and services.shares is not None:
        lacking = _lacking(services, chain, facts)
        if lacking:
            return Lacking(wants=lacking)
    outcome = await judged(services.judging, chain, facts, services.now_ns)
    if type(outcome) is Problem:
        return outcome
    outcome = _with_key_models(outcome, caller, facts)
    sent = edited_call(asked, facts, outcome)
    if sent is not asked and type(routes) is not Problem:
        again = prepare(routes.first.route, call, sent, services.now(), limit)
        routes = again if type(again) is Problem else Routes(first=again, fallbacks=routes.fallbacks)
    if type(routes) is not Problem and routes.fallbacks:
        routes = _usable(routes, chosen, chain, facts, caller)
    admission = Admission(asked=sent, outcome=outcome, routes=routes, facts=facts, chain=chain, payers=payers)
    if facts.review is None or sent is asked or not facts.review.placeholders.values:
        return admission
    return replace(admission, placeholders=facts.review.placeholders.values)


def _lacking(services: Services, chain: CompiledChain, facts: RequestFacts) -> tuple[Want, ...]:
    """Give the shares that a call should wait for: none where a limit refuses it anyway, or nobody answers."""
    wants: tuple[Want, ...] = ()
    now_ns = services.now_ns()
    for compiled, rates in chain.rates:
        if compiled.applies is None or compiled.applies(facts):
            wants += rates.lacking(facts, now_ns)
    return wants if wants and services.shares is not None and services.shares.answers else ()


async def admit_with_shares(
    services: Services,
    configuration: Configuration,
    call: IncomingCall,
    caller: Caller,
    asked: ModelCall,
    lacking: Lacking,
) -> Admission | Problem:
    """Wait for shares of rate limits, and run the chain once they are there, cannot be had, or the time is over."""
    desk = services.shares
    until_ns = services.now_ns() + int(WAIT_S * 1e9)
    for _ in range(MOST_WAITS):
        left_ns = until_ns - services.now_ns()
        if desk is None or left_ns <= 0:
            break
        await desk.wait(lacking.wants, left_ns / 1e9)
        admission = await admit(services, configuration, call, caller, asked)
        if type(admission) is not Lacking:
            return admission
        lacking = admission
    admission = await admit(services, configuration, call, caller, asked, may_wait=False)
    assert type(admission) is not Lacking, "a call that may not wait is decided"
    return admission


def cheaper_routes(
    services: Services,
    configuration: Configuration,
    call: IncomingCall,
    caller: Caller,
    asked: ModelCall,
    admission: Admission,
) -> Routes | Problem:
    """Give what a call may go to whose budget is reached: fallbacks that cost less, if the caller may use them."""
    group = _group(configuration, caller.identity.consumer_group)
    if type(group) is Problem:
        return group
    chain, facts = admission.chain, admission.facts
    may_go_to = _data_filter(chain, facts) if chain.routing else None

    def permits(route: Route) -> bool:
        return _may_use(route, chain, facts, caller) and (may_go_to is None or may_go_to(route))

    return routes_of(services, configuration, call, asked, group, at_cap=True, permits=permits)


def request_facts(
    services: Services,
    configuration: Configuration,
    call: IncomingCall,
    caller: Caller,
    asked: ModelCall | None,
) -> RequestFacts:
    """Give what policies may know about a call."""
    names = configuration.compiled.header_names
    headers = {name: call.headers[name] for name in names if call.headers.get(name)} if names else NO_HEADERS
    return replace(
        caller.facts,
        gateway=services.settings.name,
        endpoint=call.endpoint,
        requested_model=asked.model if asked is not None else None,
        stream=asked.stream if asked is not None else False,
        input_bytes=len(asked.body) if asked is not None else 0,
        tools=asked.tools if asked is not None else (),
        headers=headers,
    )


def _data_filter(chain: CompiledChain, facts: RequestFacts) -> Permits:
    """Give where the data of a call may go. A rule that is aimed at models is asked about the model of each route."""
    filters = [
        (one.applies, complies)
        for one, rule in chain.routing
        if one.mode == "enforce" and (complies := rule.filter(facts)) is not None
    ]

    def permits(route: Route) -> bool:
        return all(
            complies(route.target.data_policy)
            for applies, complies in filters
            if applies is None or applies(replace(facts, candidate_model=route.model))
        )

    return permits


def _usable(routes: Routes, chosen: str | None, chain: CompiledChain, facts: RequestFacts, caller: Caller) -> Routes:
    """Leave away what falls back to another model that the caller may not use."""
    left = tuple(one for one in routes.fallbacks if one.model == chosen or _may_use(one, chain, facts, caller))
    return Routes(first=routes.first, fallbacks=left)


def _may_use(route: Route, chain: CompiledChain, facts: RequestFacts, caller: Caller) -> bool:
    bound = caller.key.models
    return (not bound or route.model in bound) and may_use_model(chain, facts, route.model)


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
    if outcome.problem is not None or not caller.key.models or facts.model in caller.key.models:
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
