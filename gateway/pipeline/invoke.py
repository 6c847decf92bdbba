"""Step 5: one attempt at one provider, and what its end means for the caller and for the bill."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.gateway.pipeline.values import ChatRequest, IncomingCall, Invocation, Route
from keeptrusts.gateway.providers.protocol import ProviderAnswer, ProviderFailure, ProviderRequest
from keeptrusts.gateway.providers.translate import openai_openai as wire
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.request import Usage

PASSED_ON: Final = frozenset({400, 404, 413, 422, 429})
"""Statuses of a provider that the caller can do something about; its words go to the caller unchanged."""
_JSON: Final = "application/json"


async def invoke(services: Services, call: IncomingCall, chat: ChatRequest, chosen: Route) -> Invocation:
    """Call the target once and read its answer; failures of the provider become problems, never exceptions."""
    request = ProviderRequest(
        url=wire.request_url(chosen.target.base_url),
        headers=wire.request_headers(chosen.target.secret, call.request, call.traceparent),
        body=wire.request_body(chat.body, chat.document, chosen.model),
        timeout_s=services.settings.provider_timeout_s,
    )
    result = await services.provider.call(request)
    if isinstance(result, ProviderFailure):
        return _failed(result, chosen)
    if result.status == 200:
        return _answered(result, chosen)
    return _refused_by_provider(result, chosen)


def _answered(answer: ProviderAnswer, chosen: Route) -> Invocation:
    read = wire.read_answer(answer.body)
    if not read.valid:
        problem = _upstream(chosen, "upstream_error", "answered with something that is no chat completion")
        return _invocation(answer, status=problem.status, problem=problem, usage=read.usage, billed=True)
    return _invocation(answer, status=200, usage=read.usage, billed=True)


def _refused_by_provider(answer: ProviderAnswer, chosen: Route) -> Invocation:
    if answer.status in PASSED_ON and answer.content_type == _JSON:
        return _invocation(answer, status=answer.status, retry_after=answer.retry_after)
    if answer.status in (401, 403):
        problem = _upstream(chosen, "upstream_error", f"refused our credentials with {answer.status}")
    else:
        problem = _upstream(chosen, "upstream_error", f"answered with status {answer.status}")
    return _invocation(answer, status=problem.status, problem=problem, billed=answer.status >= 500)


def _failed(failure: ProviderFailure, chosen: Route) -> Invocation:
    code = "upstream_timeout" if failure.kind == "timeout" else "upstream_error"
    problem = _upstream(chosen, code, f"failed: {failure.reason}")
    return Invocation(
        status=problem.status,
        body=None,
        content_type=_JSON,
        problem=problem,
        provider_status=None,
        provider_us=failure.elapsed_us,
        usage=None,
        dispatched=failure.billed,
        billed=failure.billed,
    )


def _invocation(
    answer: ProviderAnswer,
    *,
    status: int,
    problem: Problem | None = None,
    usage: Usage | None = None,
    billed: bool = False,
    retry_after: str | None = None,
) -> Invocation:
    return Invocation(
        status=status,
        body=None if problem is not None else answer.body,
        content_type=answer.content_type or _JSON,
        problem=problem,
        provider_status=answer.status,
        provider_us=answer.elapsed_us,
        usage=usage,
        dispatched=True,
        billed=billed,
        retry_after=retry_after,
    )


def _upstream(chosen: Route, code: str, what: str) -> Problem:
    return Problem(
        code=code,
        message=f"target {chosen.target.id!r} {what}",
        fix="Retry; if it stays, tell the platform team the request id",
    )
