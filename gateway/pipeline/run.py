"""The path of a call, in order:

authenticate -> claim an idempotency key -> admit (input policies) -> route -> reserve -> record decision -> invoke
-> settle -> inspect (output policies) -> record completion -> answer

What comes before the decision is recorded is here, the rest in ``dispatch.py``. A call is dispatched only after its
decision, which holds its money, is acknowledged, and answered only after its completion is: of a stream the end is held
back until then. A refusal is sent only after both its events are acknowledged (``refusing.py``).
"""

from __future__ import annotations

import orjson

from keeptrusts.gateway.pipeline import answer as answers
from keeptrusts.gateway.pipeline import idempotency
from keeptrusts.gateway.pipeline.admit import admit, admit_with_shares, request_facts
from keeptrusts.gateway.pipeline.appending import append
from keeptrusts.gateway.pipeline.authenticate import NotAuthenticated, authenticate, identify, ignores_identity
from keeptrusts.gateway.pipeline.capture import Keeper, keeper_of
from keeptrusts.gateway.pipeline.connection import CallerConnection
from keeptrusts.gateway.pipeline.decisions import decided_call, refused_call, unpaid_call
from keeptrusts.gateway.pipeline.dispatch import dispatch
from keeptrusts.gateway.pipeline.edited_call import edited_call
from keeptrusts.gateway.pipeline.judged_by_others import refused_for
from keeptrusts.gateway.pipeline.moderate import moderated
from keeptrusts.gateway.pipeline.read_call import read_call
from keeptrusts.gateway.pipeline.record import (
    Decided,
    decision_event,
    listing_completion,
)
from keeptrusts.gateway.pipeline.refusing import refuse, unrecorded
from keeptrusts.gateway.pipeline.reserve import Asking, Unfunded, Waiting, reserve, wait_for_hold
from keeptrusts.gateway.pipeline.review import wait_for_person
from keeptrusts.gateway.pipeline.review_later import comes_again, decided_before
from keeptrusts.gateway.pipeline.route import usable_models
from keeptrusts.gateway.pipeline.services import Configuration, Services
from keeptrusts.gateway.pipeline.values import (
    Answer,
    Caller,
    IncomingCall,
    Lacking,
    ModelCall,
)
from keeptrusts.gateway.policies.run import ChainOutcome, may_use_model
from keeptrusts.gateway.policies.texts import texts_of_request
from keeptrusts.gateway.providers.translate.protocol import ClientApi
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.events.request import Usage
from keeptrusts.schemas.frozen import replace
from keeptrusts.schemas.snapshots.directory import KeyValue
from keeptrusts.schemas.topics import partition_of


async def model_call(services: Services, call: IncomingCall, connection: CallerConnection, api: ClientApi) -> Answer:
    """Govern one call for a model from its headers to its answer. Never raises for what callers send."""
    configuration = services.configuration()
    key = _authenticated(services, call)
    if type(key) is NotAuthenticated:
        return await _refuse_unknown(services, configuration, call, key)
    body = await connection.read_body()
    asked = body if type(body) is Problem else read_call(api, body)
    user = asked.user if isinstance(asked, ModelCall) else None
    caller = identify(key, call.headers, services.directory, services.callers, user)
    if type(caller) is Problem:
        return await refuse(services, call, refused_call(configuration, _key_identity(key), caller, asked), caller)
    if type(asked) is Problem:
        return await refuse(services, call, refused_call(configuration, caller.identity, asked, asked), asked)
    services.counters.ignored_identity_headers += ignores_identity(key, call.headers, asked.user)
    key_of_repeats = call.headers.get(idempotency.HEADER)
    if key_of_repeats is not None:
        taken = await idempotency.claim(services, call, caller, asked, key_of_repeats)
        if taken is not None:
            return await refuse(services, call, refused_call(configuration, caller.identity, taken, asked), taken)
    return await _go(services, configuration, call, caller, asked, connection)


async def list_models(services: Services, call: IncomingCall) -> Answer:
    """Answer GET /v1/models with exactly what the caller may use; recorded like every call."""
    configuration = services.configuration()
    caller = _caller(services, call)
    if type(caller) is NotAuthenticated:
        return await _refuse_unknown(services, configuration, call, caller)
    if isinstance(caller, tuple):
        key, problem = caller
        return await refuse(services, call, refused_call(configuration, _key_identity(key), problem, None), problem)
    facts = request_facts(services, configuration, call, caller, None)
    chain = configuration.compiled.chain_for(caller.facts.team)
    bound = caller.key.models
    usable = [
        {"id": name, "object": "model", "created": 0, "owned_by": vendor}
        for name, vendor in usable_models(services, configuration)
        if (not bound or name in bound) and may_use_model(chain, facts, name)
    ]
    decided = Decided(identity=caller.identity, verdict="allow", config_version=configuration.compiled.version)
    acks = await append(services, decision_event(services, call, decided), listing_completion(services, call, decided))
    if type(acks) is Problem:
        return unrecorded(services, call, acks)
    return answers.listing(call, orjson.dumps({"object": "list", "data": usable}), acks[-1])


async def refuse_route(services: Services, call: IncomingCall, problem: Problem) -> Answer:
    """Refuse a path or method that is not served, recorded like every refusal."""
    configuration = services.configuration()
    caller = _caller(services, call)
    if type(caller) is NotAuthenticated:
        return await _refuse_unknown(services, configuration, call, caller)
    identity = _key_identity(caller[0]) if isinstance(caller, tuple) else caller.identity
    return await refuse(services, call, refused_call(configuration, identity, problem, None), problem)


def not_ready(services: Services) -> Problem | None:
    """Say why calls cannot be governed now, or None: nothing is decided on a directory that may be out of date."""
    if not services.caught_up():
        return Problem(code="not_ready", message="the gateway is starting", fix="Retry in a moment", retry_after_s=1)
    settings = services.settings
    partition = partition_of(settings.org, settings.partitions)
    age_s = services.directory.heartbeat_age_s(partition, services.now_ns() / 1e9)
    if age_s is None or age_s > settings.directory_limit_s:
        return Problem(
            code="not_ready",
            message="the directory has shown no sign of life for too long",
            fix="Check that the processors run (kt status, kt logs processors), then retry",
            retry_after_s=2,
        )
    if services.counters.in_flight >= settings.max_in_flight:
        return Problem(code="overloaded", message="too many calls are under way", fix="Retry later", retry_after_s=1)
    return None


async def _go(
    services: Services,
    configuration: Configuration,
    call: IncomingCall,
    caller: Caller,
    asked: ModelCall,
    connection: CallerConnection,
    *,
    edited: bool = False,
) -> Answer:
    """Judge a call and carry it out. One that a person has ``edited`` was approved: it is not held again."""
    admission = await admit(services, configuration, call, caller, asked)
    if type(admission) is Lacking:
        admission = await admit_with_shares(services, configuration, call, caller, asked, admission)
    if type(admission) is Problem:
        return await refuse(services, call, refused_call(configuration, caller.identity, admission, asked), admission)
    outcome, routes = admission.outcome, admission.routes
    used: Usage | None = None
    keeper: Keeper | None = None
    try:
        if admission.chain.keeping is not None:
            keeper = keeper_of(services, call, caller.identity, admission.chain.keeping, admission.facts)
        if keeper is not None and not edited and not _over_a_limit(outcome):
            kept = await keeper.request(asked)
            if type(kept) is Problem:
                return unrecorded(services, call, kept)
            call = replace(call, kept=kept)
        if outcome.problem is not None:
            return await refuse(services, call, decided_call(configuration, caller, asked, outcome), outcome.problem)
        if type(routes) is Problem:
            refused = refused_call(configuration, caller.identity, routes, asked, outcome.results)
            return await refuse(services, call, refused, routes)
        if admission.chain.external:
            texts = texts_of_request(admission.asked.document)
            outcome = await moderated(
                services, configuration, admission.chain, call.request, admission.facts, texts, outcome
            )
            admission = replace(admission, outcome=outcome)
            if outcome.problem is not None:
                return await refuse(
                    services, call, decided_call(configuration, caller, asked, outcome), outcome.problem
                )
        paid_first = comes_again(call, outcome) and not edited
        if outcome.escalation is not None and not edited and not paid_first:
            held_at_ns = services.now_ns()
            held = await _held_for_person(services, configuration, call, caller, asked, outcome, connection)
            if isinstance(held, Answer):
                return held
            call = replace(call, held_ns=services.now_ns() - held_at_ns)
            if held is not asked:  # as a person has edited it, it is judged anew; only nobody is asked again
                outcome.finish(tokens=0, now_ns=services.now_ns())
                return await _go(services, configuration, call, caller, held, connection, edited=True)
        asking = Asking(
            services=services,
            configuration=configuration,
            call=call,
            caller=caller,
            asked=admission.asked,
            admission=admission,
        )
        money = reserve(asking, routes)
        if type(money) is Waiting:
            waits_since_ns = services.now_ns()
            money = await wait_for_hold(asking, money, connection)
            call = replace(call, held_ns=call.held_ns + services.now_ns() - waits_since_ns)
        if type(money) is Unfunded:
            return await refuse(services, call, unpaid_call(services, configuration, asking, money), money.problem)
        if paid_first:
            redeemed = await _held_for_person(services, configuration, call, caller, asked, outcome, connection)
            if isinstance(redeemed, Answer):
                if money.reservation is not None:  # no record names it
                    services.desk.voided(caller.identity.org, money.reservation.hold.id)
                return redeemed
        decided = decided_call(configuration, caller, asked, money.outcome, money)
        answer, used = await dispatch(services, configuration, call, admission, decided, money, connection, keeper)
        return answer
    finally:
        tokens = 0 if used is None else used.input_tokens + used.output_tokens
        outcome.finish(tokens=tokens, now_ns=services.now_ns())


def _over_a_limit(outcome: ChainOutcome) -> bool:
    """Whether a call is one too many: whoever sends such calls would fill the store with them at no cost."""
    return outcome.problem is not None and outcome.problem.code == "rate_limited"


async def _held_for_person(
    services: Services,
    configuration: Configuration,
    call: IncomingCall,
    caller: Caller,
    asked: ModelCall,
    outcome: ChainOutcome,
    connection: CallerConnection,
) -> Answer | ModelCall:
    """Hold a call until a person has approved it, or see whether one has; gives it as approved, else the refusal.

    Its caller must still be one then.
    """
    if outcome.escalation is not None and not outcome.escalation.held:
        reviewed = await decided_before(services, call, caller.identity, asked, outcome)
    else:
        reviewed = await wait_for_person(services, call, caller.identity, outcome, "input", connection, call.kept)
    if reviewed.problem is not None:
        undecided = refused_call(configuration, caller.identity, reviewed.problem, asked, outcome.results)
        reason = refused_for(outcome, reviewed.problem)
        decided = replace(undecided, reason=reason, client_gone=reviewed.client_gone)
        return await refuse(services, call, decided, reviewed.problem)
    key = _authenticated(services, call)
    if type(key) is NotAuthenticated:
        revoked = refused_call(configuration, caller.identity, key.problem, asked, outcome.results)
        return await refuse(services, call, revoked, key.problem)
    still = identify(key, call.headers, services.directory, services.callers, asked.user)
    if type(still) is Problem:
        archived = refused_call(configuration, caller.identity, still, asked, outcome.results)
        return await refuse(services, call, archived, still)
    if reviewed.edited is None:
        return asked
    edited = await edited_call(services, call, caller.identity, asked, reviewed.edited)
    if type(edited) is Problem:
        unread = refused_call(configuration, caller.identity, edited, asked, outcome.results)
        return await refuse(services, call, unread, edited)
    return edited


async def _refuse_unknown(
    services: Services, configuration: Configuration, call: IncomingCall, refused: NotAuthenticated
) -> Answer:
    """Refuse for want of a valid key; above a rate, unknown keys are only counted."""
    unknown = refused.key_id is None
    if unknown and not services.bad_keys.record_this_one(services.now_ns()):
        return answers.refusal(call, refused.problem, "refuse", None)
    identity = Identity(org=refused.org, key_id=refused.key_id)
    decided = refused_call(configuration, identity, refused.problem, None)
    return await refuse(services, call, decided, refused.problem)


def _authenticated(services: Services, call: IncomingCall) -> KeyValue | NotAuthenticated:
    settings = services.settings
    return authenticate(call.headers, services.directory, services.callers, settings.key_secrets, services.now())


def _caller(services: Services, call: IncomingCall) -> Caller | NotAuthenticated | tuple[KeyValue, Problem]:
    key = _authenticated(services, call)
    if type(key) is NotAuthenticated:
        return key
    caller = identify(key, call.headers, services.directory, services.callers)
    return (key, caller) if type(caller) is Problem else caller


def _key_identity(key: KeyValue) -> Identity:
    return Identity(org=key.org, team=key.team, user=key.user or f"key:{key.name}", role=key.role, key_id=key.id)
