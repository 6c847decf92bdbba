"""The last step: bodies, headers and frames as the caller's kind of client expects them."""

from __future__ import annotations

from typing import Final

import orjson

from keeptrusts.gateway.pipeline.values import Answer, IncomingCall, Invocation, ModelCall, MoneyShown, Settlement
from keeptrusts.gateway.providers.translate.protocol import frame
from keeptrusts.schemas.errors import (
    NO_RETRY_HEADER,
    PROBLEM_JSON,
    Problem,
    anthropic_body,
    openai_body,
    refusal_headers,
)
from keeptrusts.schemas.events.identity import Verdict
from keeptrusts.schemas.frozen import replace
from keeptrusts.schemas.money import format_usd
from keeptrusts.schemas.publishing import Ack

_ANTHROPIC: Final = frozenset({"/v1/messages", "/v1/messages/count_tokens"})
_JSON: Final = "application/json"


def with_request(problem: Problem, call: IncomingCall) -> Problem:
    """Give the same problem with the request id in it."""
    return replace(problem, request_id=call.request)


def refusal(call: IncomingCall, problem: Problem, verdict: Verdict, ack: Ack | None) -> Answer:
    """Give the answer that says no."""
    return _no(call, problem, verdict, _headers(call, verdict, ack))


def provided(
    call: IncomingCall,
    invocation: Invocation,
    settlement: Settlement,
    verdict: Verdict,
    ack: Ack,
    shown: MoneyShown | None = None,
) -> Answer:
    """Give the provider's answer, or the problem that stands for its failure."""
    headers = _headers(call, verdict, ack)
    if shown is not None:
        _show(headers, shown)
    headers["x-keeptrusts-model"] = invocation.route.model
    if settlement.cost is not None:
        headers["x-keeptrusts-cost"] = format_usd(settlement.cost)
    if invocation.problem is not None:
        return _no(call, invocation.problem, verdict, headers)
    headers["Content-Type"] = invocation.content_type
    if invocation.retry_after is not None:
        headers["Retry-After"] = invocation.retry_after
    elif invocation.status in (400, 404, 413, 422):
        headers[NO_RETRY_HEADER] = "false"
    return Answer(status=invocation.status, body=invocation.body, headers=headers, verdict=verdict)


def listing(call: IncomingCall, body: bytes, ack: Ack) -> Answer:
    """Give an answer that the gateway makes itself."""
    headers = _headers(call, "allow", ack)
    headers["Content-Type"] = _JSON
    return Answer(status=200, body=body, headers=headers, verdict="allow")


def stream_headers(
    call: IncomingCall, model: str, verdict: Verdict, decision: Ack, shown: MoneyShown | None = None
) -> dict[str, str]:
    """Give the headers of a stream: position and cost do not exist yet, so they follow in a comment."""
    money: dict[str, str] = {}
    if shown is not None:
        _show(money, shown)
    return money | {
        "Content-Type": "text/event-stream; charset=utf-8",
        "Cache-Control": "no-cache",
        "X-Accel-Buffering": "no",
        "x-request-id": call.request,
        "x-keeptrusts-decision": verdict,
        "x-keeptrusts-decision-position": str(decision.position),
        "x-keeptrusts-model": model,
    }


def stream_end(tail: bytes, settlement: Settlement, ack: Ack) -> bytes:
    """Give the last frames of a stream, after a comment with what the headers could not say yet."""
    cost = "" if settlement.cost is None else f" keeptrusts-cost={format_usd(settlement.cost)}"
    return f": keeptrusts-position={ack.position}{cost}\n\n".encode() + tail


def error_frame(call: IncomingCall, asked: ModelCall, problem: Problem) -> bytes:
    """Give the event that ends a stream which broke off, as the caller's API writes errors."""
    shown = with_request(problem, call)
    match asked.api:
        case "messages" | "count_tokens":
            return frame(orjson.dumps(anthropic_body(shown)), "error")
        case "responses":
            body = {"type": "error", "code": shown.code, "message": shown.text, "param": shown.param}
            return frame(orjson.dumps(body), "error")
        case "chat" | "embeddings":
            return frame(orjson.dumps({"error": openai_body(shown)["error"], "request_id": call.request}))


def _no(call: IncomingCall, problem: Problem, verdict: Verdict, headers: dict[str, str]) -> Answer:
    shown = with_request(problem, call)
    anthropic = call.endpoint in _ANTHROPIC
    headers["Content-Type"] = _JSON if anthropic else PROBLEM_JSON
    headers |= refusal_headers(shown)
    if shown.details is not None and "ticket" in shown.details:
        headers["x-keeptrusts-ticket"] = str(shown.details["ticket"])
    body = orjson.dumps(anthropic_body(shown) if anthropic else openai_body(shown))
    return Answer(status=shown.status, body=body, headers=headers, verdict=verdict)


def _show(headers: dict[str, str], shown: MoneyShown) -> None:
    if shown.remaining is not None:
        headers["x-keeptrusts-wallet-remaining"] = format_usd(shown.remaining)
    if shown.shrunk_to is not None:
        headers["x-keeptrusts-max-output-tokens"] = str(shown.shrunk_to)


def _headers(call: IncomingCall, verdict: Verdict, ack: Ack | None) -> dict[str, str]:
    headers = {"x-request-id": call.request, "x-keeptrusts-decision": verdict}
    if ack is not None:
        headers["x-keeptrusts-position"] = str(ack.position)
    return headers
