"""The path of a call, in order:

authenticate -> admit (input policies) -> route -> record decision -> invoke -> settle -> record completion -> answer

A call is dispatched only after its decision is acknowledged, and answered only after its completion is. A refusal is
sent only after both its events are acknowledged.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import orjson

from keeptrusts.gateway.pipeline import answer as answers
from keeptrusts.gateway.pipeline.admit import admit, request_facts
from keeptrusts.gateway.pipeline.authenticate import NotAuthenticated, authenticate, identify, ignores_identity
from keeptrusts.gateway.pipeline.invoke import invoke
from keeptrusts.gateway.pipeline.read_chat import read_chat
from keeptrusts.gateway.pipeline.record import (
    Decided,
    completion_event,
    decision_event,
    listing_completion,
    refusal_completion,
)
from keeptrusts.gateway.pipeline.route import models_served
from keeptrusts.gateway.pipeline.services import Configuration, Services
from keeptrusts.gateway.pipeline.settle import settle
from keeptrusts.gateway.pipeline.values import Answer, Caller, ChatRequest, IncomingCall, Route
from keeptrusts.gateway.policies.run import may_use_model
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.identity import Identity, PolicyResult
from keeptrusts.schemas.publishing import Ack, AckUnknownError, PublishError
from keeptrusts.schemas.snapshots.directory import KeyValue
from keeptrusts.schemas.topics import partition_of

ReadBody = Callable[[], Awaitable[bytes | Problem]]
IsGone = Callable[[], bool]


async def chat_completion(services: Services, call: IncomingCall, read_body: ReadBody, is_gone: IsGone) -> Answer:
    """Govern one POST /v1/chat/completions from its headers to its answer. Never raises for what callers send."""
    configuration = services.configuration()
    key = _authenticated(services, call)
    if isinstance(key, NotAuthenticated):
        return await _refuse_unknown(services, configuration, call, key)
    body = await read_body()
    chat = body if isinstance(body, Problem) else read_chat(body)
    caller = identify(key, call.headers, services.directory, chat.user if isinstance(chat, ChatRequest) else None)
    if isinstance(caller, Problem):
        return await _refuse(services, call, _refused(configuration, _key_identity(key), caller, chat), caller)
    if isinstance(chat, Problem):
        return await _refuse(services, call, _refused(configuration, caller.identity, chat, chat), chat)
    services.counters.ignored_identity_headers += ignores_identity(key, call.headers, chat.user)
    return await _admit_and_go(services, configuration, call, caller, chat, is_gone)


async def list_models(services: Services, call: IncomingCall) -> Answer:
    """Answer GET /v1/models with exactly what the caller may use; recorded like every call."""
    configuration = services.configuration()
    caller = _caller(services, call)
    if isinstance(caller, NotAuthenticated):
        return await _refuse_unknown(services, configuration, call, caller)
    if isinstance(caller, tuple):
        key, problem = caller
        return await _refuse(services, call, _refused(configuration, _key_identity(key), problem, None), problem)
    facts = request_facts(services, configuration, call, caller, None)
    chain = configuration.compiled.chain_for(caller.team_slug)
    bound = caller.key.models if caller.key is not None else ()
    usable = [
        {"id": name, "object": "model", "created": 0, "owned_by": target.vendor}
        for name, target in models_served(configuration.targets, services.prices)
        if (not bound or name in bound) and may_use_model(chain, facts, name)
    ]
    decided = Decided(identity=caller.identity, verdict="allow", config_version=configuration.compiled.version)
    acks = await _record(services, decision_event(services, call, decided), listing_completion(services, call, decided))
    if isinstance(acks, Problem):
        return unrecorded(services, call, acks)
    return answers.listing(call, orjson.dumps({"object": "list", "data": usable}), acks[-1])


async def refuse_route(services: Services, call: IncomingCall, problem: Problem) -> Answer:
    """Refuse a path or method that is not served, recorded like every refusal."""
    configuration = services.configuration()
    caller = _caller(services, call)
    if isinstance(caller, NotAuthenticated):
        return await _refuse_unknown(services, configuration, call, caller)
    identity = _key_identity(caller[0]) if isinstance(caller, tuple) else caller.identity
    return await _refuse(services, call, _refused(configuration, identity, problem, None), problem)


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


async def _admit_and_go(
    services: Services,
    configuration: Configuration,
    call: IncomingCall,
    caller: Caller,
    chat: ChatRequest,
    is_gone: IsGone,
) -> Answer:
    admission = admit(services, configuration, call, caller, chat)
    if isinstance(admission, Problem):
        return await _refuse(services, call, _refused(configuration, caller.identity, admission, chat), admission)
    outcome, chosen = admission.outcome, admission.route
    decided = Decided(
        identity=caller.identity,
        verdict=outcome.verdict,
        config_version=configuration.compiled.version,
        requested_model=chat.model,
        stream=chat.stream,
        input_bytes=len(chat.body),
        policies=outcome.results,
        policy=outcome.policy,
        reason=outcome.reason,
        problem=outcome.problem,
        route=chosen if isinstance(chosen, Route) and outcome.problem is None else None,
    )
    tokens = 0
    try:
        if outcome.problem is not None:
            return await _refuse(services, call, decided, outcome.problem)
        if isinstance(chosen, Problem):
            refused = _refused(configuration, caller.identity, chosen, chat, outcome.results)
            return await _refuse(services, call, refused, chosen)
        answer, tokens = await _dispatch(services, call, chat, decided, chosen, is_gone)
        return answer
    finally:
        outcome.finish(tokens=tokens, now_ns=services.now_ns())


async def _dispatch(
    services: Services, call: IncomingCall, chat: ChatRequest, decided: Decided, chosen: Route, is_gone: IsGone
) -> tuple[Answer, int]:
    """Record the decision, call the provider, record the completion, answer; gives the answer and its tokens."""
    acks = await _record(services, decision_event(services, call, decided), close_with=(call, decided))
    if isinstance(acks, Problem):
        return unrecorded(services, call, acks), 0
    invocation = await invoke(services, call, chat, chosen)
    settlement = settle(invocation, chosen, services.prices)
    completion = completion_event(services, call, decided, invocation, settlement, client_gone=is_gone())
    tokens = invocation.usage.input_tokens + invocation.usage.output_tokens if invocation.usage is not None else 0
    try:
        completed = await services.publisher.append(completion, deadline_s=services.settings.ack_timeout_s)
    except PublishError:  # also when it may have arrived: its id counts once, and the call was billed
        services.late_records.append(completion)
        return unrecorded(services, call, _audit_unavailable()), tokens
    return answers.provided(call, invocation, chosen, settlement, decided.verdict, completed[0]), tokens


async def _refuse(services: Services, call: IncomingCall, decided: Decided, problem: Problem) -> Answer:
    decision = decision_event(services, call, decided)
    acks = await _record(services, decision, refusal_completion(services, call, decided, problem))
    if isinstance(acks, Problem):
        return unrecorded(services, call, acks)
    return answers.refusal(call, problem, decided.verdict, acks[-1])


async def _refuse_unknown(
    services: Services, configuration: Configuration, call: IncomingCall, refused: NotAuthenticated
) -> Answer:
    """Refuse for want of a valid key; above a rate, unknown keys are only counted."""
    unknown = refused.key_id is None
    if unknown and not services.bad_keys.record_this_one(services.now_ns()):
        return answers.refusal(call, refused.problem, "refuse", None)
    identity = Identity(org=refused.org, key_id=refused.key_id)
    decided = _refused(configuration, identity, refused.problem, None)
    return await _refuse(services, call, decided, refused.problem)


async def _record(
    services: Services, *events: Event, close_with: tuple[IncomingCall, Decided] | None = None
) -> tuple[Ack, ...] | Problem:
    """Append events; a Problem when the log did not acknowledge them.

    After an unknown acknowledgement of a decision (``close_with``) its call is closed as soon as the log takes it.
    """
    try:
        return await services.publisher.append(*events, deadline_s=services.settings.ack_timeout_s)
    except AckUnknownError:
        if close_with is not None:
            problem = _audit_unavailable()
            services.late_records.append(refusal_completion(services, *close_with, problem))
        return _audit_unavailable()
    except PublishError:
        return _audit_unavailable()


def unrecorded(services: Services, call: IncomingCall, problem: Problem) -> Answer:
    """Answer a 503 that the log cannot or need not take; it is counted and reported instead."""
    services.counters.count_unrecorded(problem.code)
    return answers.refusal(call, problem, "refuse", None)


def _audit_unavailable() -> Problem:
    return Problem(
        code="audit_unavailable",
        message="the decision could not be recorded, so nothing was done",
        fix="Retry in a moment",
        retry_after_s=1,
    )


def _authenticated(services: Services, call: IncomingCall) -> KeyValue | NotAuthenticated:
    return authenticate(call.headers, services.directory, services.settings.key_secrets, services.now())


def _caller(services: Services, call: IncomingCall) -> Caller | NotAuthenticated | tuple[KeyValue, Problem]:
    key = _authenticated(services, call)
    if isinstance(key, NotAuthenticated):
        return key
    caller = identify(key, call.headers, services.directory)
    return (key, caller) if isinstance(caller, Problem) else caller


def _key_identity(key: KeyValue) -> Identity:
    return Identity(org=key.org, team=key.team, user=key.user or f"key:{key.name}", role=key.role, key_id=key.id)


def _refused(
    configuration: Configuration,
    identity: Identity,
    problem: Problem,
    chat: ChatRequest | Problem | None,
    results: tuple[PolicyResult, ...] = (),
) -> Decided:
    known = chat if isinstance(chat, ChatRequest) else None
    return Decided(
        identity=identity,
        verdict=problem.kind.verdict,
        config_version=configuration.compiled.version,
        requested_model=known.model if known is not None else None,
        input_bytes=len(known.body) if known is not None else 0,
        policies=results,
        policy=problem.policy,
        reason=problem.code,
        problem=problem,
    )
