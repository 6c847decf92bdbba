"""The last step: bodies and headers as the caller's kind of client expects them."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from keeptrusts.gateway.pipeline.values import Answer, IncomingCall, Invocation, Route, Settlement
from keeptrusts.schemas.errors import NO_RETRY_HEADER, PROBLEM_JSON, Problem, openai_body, refusal_headers
from keeptrusts.schemas.events.identity import Verdict
from keeptrusts.schemas.money import format_usd
from keeptrusts.schemas.publishing import Ack


def with_request(problem: Problem, call: IncomingCall) -> Problem:
    """Give the same problem with the request id in it."""
    return Problem(
        code=problem.code,
        message=problem.message,
        fix=problem.fix,
        param=problem.param,
        policy=problem.policy,
        request_id=call.request,
        retry_after_s=problem.retry_after_s,
        details=problem.details,
    )


def refusal(call: IncomingCall, problem: Problem, verdict: Verdict, ack: Ack | None) -> Answer:
    """Give the answer that says no."""
    shown = with_request(problem, call)
    headers = {"Content-Type": PROBLEM_JSON} | _headers(call, verdict, ack) | refusal_headers(shown)
    return Answer(status=shown.status, body=orjson.dumps(openai_body(shown)), headers=headers, verdict=verdict)


def provided(
    call: IncomingCall,
    invocation: Invocation,
    chosen: Route,
    settlement: Settlement,
    verdict: Verdict,
    ack: Ack,
) -> Answer:
    """Give the provider's answer, or the problem that stands for its failure."""
    headers: Mapping[str, str] = {"x-keeptrusts-model": chosen.model} | _headers(call, verdict, ack)
    if settlement.cost is not None:
        headers = {**headers, "x-keeptrusts-cost": format_usd(settlement.cost)}
    if invocation.problem is not None:
        shown = with_request(invocation.problem, call)
        merged = {"Content-Type": PROBLEM_JSON, **headers, **refusal_headers(shown)}
        return Answer(status=shown.status, body=orjson.dumps(openai_body(shown)), headers=merged, verdict=verdict)
    headers = {**headers, "Content-Type": invocation.content_type}
    if invocation.retry_after is not None:
        headers = {**headers, "Retry-After": invocation.retry_after}
    elif invocation.status in (400, 404, 413, 422):
        headers = {**headers, NO_RETRY_HEADER: "false"}
    return Answer(status=invocation.status, body=invocation.body or b"", headers=headers, verdict=verdict)


def listing(call: IncomingCall, body: bytes, ack: Ack) -> Answer:
    """Give an answer that the gateway makes itself."""
    headers = {"Content-Type": "application/json"} | _headers(call, "allow", ack)
    return Answer(status=200, body=body, headers=headers, verdict="allow")


def _headers(call: IncomingCall, verdict: Verdict, ack: Ack | None) -> dict[str, str]:
    headers = {"x-request-id": call.request, "x-keeptrusts-decision": verdict}
    if ack is not None:
        headers["x-keeptrusts-position"] = str(ack.position)
    return headers
