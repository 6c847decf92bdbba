"""Step 5: attempts at providers, one after the other, until one answers or nothing more may be tried.

Failures of providers become problems, never exceptions. Each attempt after the first is recorded before it is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from keeptrusts.gateway.pipeline.route import prepare
from keeptrusts.gateway.pipeline.services import Configuration, Services
from keeptrusts.gateway.pipeline.values import (
    IncomingCall,
    Invocation,
    ModelCall,
    OpenedStream,
    Prepared,
    Routes,
)
from keeptrusts.gateway.providers.addresses import address
from keeptrusts.gateway.providers.protocol import ProviderAnswer, ProviderFailure, ProviderRequest, ProviderStream
from keeptrusts.gateway.providers.translate.credentials import refuses_our_account
from keeptrusts.gateway.routing.deadlines import attempt_ns, deadline_headers, deadline_ns
from keeptrusts.gateway.routing.retry import Failed, Judgement, TryAgain, judge, next_step, retry_after_ns
from keeptrusts.gateway.routing.route import Route
from keeptrusts.gateway.routing.traffic import Attempt
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.request import Usage
from keeptrusts.schemas.frozen import frozen

PASSED_ON: Final = frozenset({400, 404, 413, 422, 429})
"""Statuses of a provider that the caller can do something about; its words go to the caller."""
_JSON: Final = "application/json"
_STREAM_TYPES: Final = {"sse": "text/event-stream", "aws_eventstream": "application/vnd.amazon.eventstream"}

RecordAttempt = Callable[[Invocation, Prepared, int, str], Awaitable[Prepared | None]]
"""Appends request.attempted: what failed, what would follow, its number and its cause. Gives what may be sent, with its
output limited where money needs that; None when it must not be made."""


@frozen
class _Ended:
    """An attempt that gave no stream: what the caller would get, and what it means for trying again."""

    invocation: Invocation
    judgement: Judgement


async def invoke(
    services: Services,
    configuration: Configuration,
    call: IncomingCall,
    asked: ModelCall,
    routes: Routes,
    record_attempt: RecordAttempt,
) -> Invocation | OpenedStream:
    """Attempt a call until it is answered, within its deadline and the limits of the configuration's routing."""
    rules = configuration.rules.routing
    deadline = deadline_ns(
        call.started_ns,
        rules,
        default_s=services.settings.provider_timeout_s,
        headers=call.headers,
        stream=asked.stream,
        held_ns=call.held_ns,
    )
    traffic = services.traffic
    traffic.budget.called()
    prepared, left, number = routes.first, list(routes.fallbacks), 1
    while True:
        ended = await _attempt(services, call, prepared, deadline, number)
        if type(ended) is OpenedStream:
            return ended
        invocation = ended.invocation
        if ended.judgement.trigger is None:
            return invocation
        now_ns = services.now_ns()
        step = next_step(
            Failed(
                trigger=ended.judgement.trigger,
                route=prepared.route,
                attempt=number,
                retry_after_ns=retry_after_ns(invocation.retry_after, services.now()),
            ),
            left=left,
            admits=partial(_admits, services),
            rules=rules,
            remaining_ns=deadline - now_ns,
            budget=traffic.budget,
            chance=traffic.chance,
            now_ns=now_ns,
        )
        if not isinstance(step, TryAgain):
            return invocation
        following = prepared if step.route is prepared.route else prepare(step.route, call, asked, services.now())
        if step.route in left:
            left = left[left.index(step.route) + 1 :]
        if type(following) is Problem:
            return invocation
        if step.pause_ns:
            await asyncio.sleep(step.pause_ns / 1e9)
        number += 1
        services.counters.count_retry(ended.judgement.trigger)
        recorded = await record_attempt(invocation, following, number, ended.judgement.trigger)
        if recorded is None:
            return invocation
        prepared = recorded


def _admits(services: Services, route: Route) -> bool:
    return services.traffic.admits(route, services.now_ns())


async def _attempt(
    services: Services, call: IncomingCall, prepared: Prepared, deadline: int, number: int
) -> OpenedStream | _Ended:
    """Send a call to one route, and read its answer or the beginning of its stream."""
    traffic, route = services.traffic, prepared.route
    now_ns = services.now_ns()
    timeout_ns = attempt_ns(route.target, deadline, now_ns)
    attempt = None if timeout_ns is None else traffic.begin(route, now_ns)
    if timeout_ns is None or attempt is None:
        return _not_sent(prepared, number, late=timeout_ns is None)
    span = None
    if call.span is not None:
        target = route.target
        span = call.span.attempt(target=target.id, vendor=target.vendor, model=route.model, number=number)
    try:
        traceparent = call.traceparent if span is None else span.traceparent
        result = await _send(services, call, prepared, timeout_ns, traceparent)
    except BaseException:
        if span is not None:
            span.end(outcome="abandoned", status=None)
        services.counters.count_attempt(route.target.id, "abandoned")
        traffic.abandoned(attempt, services.now_ns())
        raise
    if type(result) is not ProviderAnswer and type(result) is not ProviderFailure:
        if result.content_type == _STREAM_TYPES[prepared.provider_call.framing]:
            traffic.first_byte(attempt, services.now_ns())
            return OpenedStream(prepared=prepared, stream=result, attempt=attempt, attempts=number, span=span)
        result.close()
        result = ProviderFailure(
            kind="garbage", reason="the answer is no event stream", billed=True, elapsed_us=result.elapsed_us
        )
    ended = _read(result, prepared, number)
    _note(services, attempt, ended)
    if span is not None:
        span.end(outcome=_outcome(ended), status=ended.invocation.provider_status)
    return ended


def _send(
    services: Services, call: IncomingCall, prepared: Prepared, timeout_ns: int, traceparent: str | None
) -> Awaitable[ProviderStream | ProviderAnswer | ProviderFailure]:
    target = prepared.route.target
    where = address(
        target,
        prepared.provider_call,
        model=prepared.route.model,
        request_id=call.request,
        traceparent=traceparent,
        caller_headers=call.headers,
        now=services.now(),  # signatures hold for minutes, and a call may wait long for a person or for money
    )
    told = deadline_headers(target.wire, timeout_ns)
    request = ProviderRequest(
        url=where.url,
        headers={**where.headers, **told} if told else where.headers,
        body=prepared.provider_call.body,
        timeout_s=timeout_ns / 1e9,
    )
    if prepared.client_call.stream:
        return services.provider.open(request)
    return services.provider.call(request)


def _note(services: Services, attempt: Attempt, ended: _Ended) -> None:
    now_ns = services.now_ns()
    services.counters.count_attempt(attempt.route.target.id, _outcome(ended))
    if ended.judgement.health == "good":
        services.traffic.first_byte(attempt, now_ns)
    pause = retry_after_ns(ended.invocation.retry_after, services.now()) if ended.invocation.retry_after else None
    services.traffic.ended(attempt, ended.judgement, now_ns, retry_after_ns=pause)


def _outcome(ended: _Ended) -> str:
    """Name how an attempt ended: ok, a trigger of fallbacks, refused for what was asked, or of no use."""
    if ended.judgement.trigger is not None:
        return ended.judgement.trigger
    if ended.invocation.problem is not None:
        return "unusable"
    return "ok" if ended.invocation.status == 200 else "refused"


def _read(result: ProviderAnswer | ProviderFailure, prepared: Prepared, number: int) -> _Ended:
    if type(result) is ProviderFailure:
        return _failed(result, prepared, number)
    if result.status == 200:
        return _answered(result, prepared, number)
    return _refused_by_provider(result, prepared, number)


def _answered(answer: ProviderAnswer, prepared: Prepared, number: int) -> _Ended:
    read = prepared.translation.answer(prepared.client_call, answer.body)
    if not read.valid:
        problem = _upstream(prepared, "upstream_error", "answered with something that is no answer of its API")
        return _Ended(
            invocation=_invocation(answer, prepared, number, problem=problem, usage=read.usage, billed=True),
            judgement=judge(status=None, failing="garbage"),
        )
    return _Ended(
        invocation=_invocation(answer, prepared, number, status=200, body=read.body, usage=read.usage, billed=True),
        judgement=judge(status=200),
    )


def _refused_by_provider(answer: ProviderAnswer, prepared: Prepared, number: int) -> _Ended:
    if refuses_our_account(answer.status, answer.body):
        problem = Problem(
            code="upstream_error",
            message=f"target {prepared.route.target.id!r} refused our credentials with {answer.status}",
            fix="Tell the platform team: the target's key or account must be mended",
            final=True,
        )
        invocation = _invocation(answer, prepared, number, problem=problem)
        return _Ended(invocation=invocation, judgement=judge(status=None, failing="credentials"))
    body = prepared.translation.error(answer.status, answer.body) if answer.status in PASSED_ON else None
    if body is not None:
        invocation = _invocation(answer, prepared, number, status=answer.status, body=body)
    else:
        problem = _upstream(prepared, "upstream_error", f"answered with status {answer.status}")
        invocation = _invocation(answer, prepared, number, problem=problem, billed=answer.status >= 500)
    return _Ended(invocation=invocation, judgement=judge(status=answer.status))


def _failed(failure: ProviderFailure, prepared: Prepared, number: int) -> _Ended:
    code = "upstream_timeout" if failure.kind == "timeout" else "upstream_error"
    problem = _upstream(prepared, code, f"failed: {failure.reason}")
    invocation = Invocation(
        route=prepared.route,
        status=problem.status,
        body=b"",
        content_type=_JSON,
        problem=problem,
        provider_status=None,
        provider_us=failure.elapsed_us,
        usage=None,
        billed=failure.billed,
        attempts=number,
        output_bytes=0,
    )
    return _Ended(invocation=invocation, judgement=judge(status=None, failing=failure.kind))


def _not_sent(prepared: Prepared, number: int, *, late: bool) -> _Ended:
    """Nothing was sent: the time is up, or the target's breaker opened while the decision was being recorded."""
    reason = "no time is left for an answer" if late else "it failed too often and rests"
    failure = ProviderFailure(kind="timeout" if late else "connection", reason=reason, billed=False, elapsed_us=0)
    ended = _failed(failure, prepared, number)
    judgement = Judgement(health="unknown", trigger=None if late else "connection")
    return _Ended(invocation=ended.invocation, judgement=judgement)


def _invocation(
    answer: ProviderAnswer,
    prepared: Prepared,
    number: int,
    *,
    status: int = 502,
    body: bytes = b"",
    problem: Problem | None = None,
    usage: Usage | None = None,
    billed: bool = False,
) -> Invocation:
    return Invocation(
        route=prepared.route,
        status=status if problem is None else problem.status,
        body=body,
        content_type=_JSON,
        problem=problem,
        provider_status=answer.status,
        provider_us=answer.elapsed_us,
        usage=usage,
        billed=billed and prepared.translation.client != "count_tokens",
        attempts=number,
        output_bytes=len(body),
        retry_after=answer.retry_after,
    )


def _upstream(prepared: Prepared, code: str, what: str) -> Problem:
    return Problem(
        code=code,
        message=f"target {prepared.route.target.id!r} {what}",
        fix="Retry; if it stays, tell the platform team the request id",
    )
