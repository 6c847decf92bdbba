"""Every refusal a caller can meet, as one table, and the bodies it is shown in.

One body serves all OpenAI-compatible routes: RFC 9457 problem+json that also holds an OpenAI ``error`` object, because
both families of clients read their own part of it. Anthropic routes get Anthropic's shape with the same text.

    KeeptrustsError            raised at the edges of our own commands
        Refused                a Problem to be answered over HTTP
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, final

from keeptrusts.schemas.events.identity import Verdict
from keeptrusts.schemas.frozen import frozen

PROBLEM_JSON: Final = "application/problem+json"
NO_RETRY_HEADER: Final = "x-should-retry"


@frozen
class RefusalKind:
    """One kind of refusal: verdict, HTTP status, whether a retry can cure it, and the types SDKs expect."""

    verdict: Verdict
    status: int
    title: str
    retryable: bool
    openai_type: str
    anthropic_type: str


def _kind(
    verdict: Verdict, status: int, title: str, openai_type: str, anthropic_type: str, *, retryable: bool = False
) -> RefusalKind:
    return RefusalKind(
        verdict=verdict, status=status, title=title, retryable=retryable,
        openai_type=openai_type, anthropic_type=anthropic_type,
    )  # fmt: skip


REFUSALS: Final[MappingProxyType[str, RefusalKind]] = MappingProxyType(
    {
        "invalid_api_key": _kind(
            "refuse", 401, "Key missing or not valid", "authentication_error", "authentication_error"
        ),
        "permission_denied": _kind("block", 403, "Not allowed", "permission_error", "permission_error"),
        "model_not_allowed": _kind("block", 403, "Model not allowed", "permission_error", "permission_error"),
        "model_not_found": _kind("refuse", 404, "Model not served", "invalid_request_error", "not_found_error"),
        "not_found": _kind("refuse", 404, "Not found", "invalid_request_error", "not_found_error"),
        "method_not_allowed": _kind(
            "refuse", 405, "Method not allowed", "invalid_request_error", "invalid_request_error"
        ),
        "input_blocked": _kind("block", 409, "Blocked by policy", "policy_error", "invalid_request_error"),
        "output_blocked": _kind("block", 409, "Answer blocked by policy", "policy_error", "invalid_request_error"),
        "policy_unavailable": _kind("block", 409, "Policy cannot be enforced", "policy_error", "invalid_request_error"),
        "escalation_required": _kind("escalate", 409, "Held for a person", "policy_error", "invalid_request_error"),
        "insufficient_funds": _kind("refuse", 402, "No wallet covers it", "insufficient_quota", "billing_error"),
        "budget_exceeded": _kind("block", 429, "Budget reached", "insufficient_quota", "rate_limit_error"),
        "rate_limited": _kind(
            "block", 429, "Rate limit reached", "rate_limit_error", "rate_limit_error", retryable=True
        ),
        "invalid_request": _kind("refuse", 422, "Request not valid", "invalid_request_error", "invalid_request_error"),
        "invalid_parameter": _kind(
            "refuse", 400, "Parameter not valid", "invalid_request_error", "invalid_request_error"
        ),
        "malformed_http": _kind("refuse", 400, "Not valid HTTP", "invalid_request_error", "invalid_request_error"),
        "cursor_expired": _kind("refuse", 410, "Cursor too old", "invalid_request_error", "invalid_request_error"),
        "content_gone": _kind("refuse", 410, "Content is gone", "invalid_request_error", "invalid_request_error"),
        "query_too_large": _kind(
            "refuse", 422, "Question above its limits", "invalid_request_error", "invalid_request_error"
        ),
        "cost_unbounded": _kind("refuse", 422, "Cost has no bound", "invalid_request_error", "invalid_request_error"),
        "wire_not_supported": _kind(
            "refuse", 422, "Wire not supported", "invalid_request_error", "invalid_request_error"
        ),
        "conflict": _kind("refuse", 409, "Conflict", "invalid_request_error", "invalid_request_error"),
        "upstream_error": _kind("allow", 502, "Provider failed", "api_error", "api_error", retryable=True),
        "upstream_timeout": _kind("allow", 504, "Provider timed out", "api_error", "timeout_error", retryable=True),
        "no_provider": _kind("refuse", 503, "No provider configured", "api_error", "api_error"),
        "request_too_large": _kind("refuse", 413, "Request too large", "invalid_request_error", "request_too_large"),
        "unsupported_encoding": _kind(
            "refuse", 415, "Encoding not supported", "invalid_request_error", "invalid_request_error"
        ),
        "request_timeout": _kind("refuse", 408, "Request too slow", "invalid_request_error", "invalid_request_error"),
        "idempotency_in_flight": _kind(
            "refuse", 409, "Same key in flight", "idempotency_error", "invalid_request_error", retryable=True
        ),
        "idempotency_completed": _kind(
            "refuse", 409, "Already completed", "idempotency_error", "invalid_request_error"
        ),
        "idempotency_mismatch": _kind(
            "refuse", 422, "Key used for another input", "idempotency_error", "invalid_request_error"
        ),
        "idempotency_over_cap": _kind(
            "refuse", 429, "Too many idempotency keys", "idempotency_error", "rate_limit_error"
        ),
        "audit_unavailable": _kind("refuse", 503, "Log unavailable", "api_error", "overloaded_error", retryable=True),
        "not_ready": _kind("refuse", 503, "Not ready", "api_error", "overloaded_error", retryable=True),
        "overloaded": _kind("refuse", 503, "Overloaded", "api_error", "overloaded_error", retryable=True),
        "internal_error": _kind("refuse", 500, "Internal error", "api_error", "api_error"),
    }
)
"""Code -> kind. 4xx codes that a retry cannot cure are answered with ``x-should-retry: false``."""


@final
@frozen
class Problem:
    """One refusal: what happened, why, how to fix it, and the request it happened to. Never carries content.

    ``final``: no retry cures it, although one often cures others of its code.
    """

    code: str
    message: str
    fix: str | None = None
    param: str | None = None
    policy: str | None = None
    request_id: str | None = None
    retry_after_s: int | None = None
    details: Mapping[str, Any] | None = None
    final: bool = False

    @property
    def kind(self) -> RefusalKind:
        return REFUSALS[self.code]

    @property
    def status(self) -> int:
        return REFUSALS[self.code].status

    @property
    def text(self) -> str:
        """Give the sentence that SDKs show: policy, reason, fix and request id."""
        parts = [self.message if self.message.endswith((".", "!", "?")) else f"{self.message}."]
        if self.policy is not None:
            parts.insert(0, f"[{self.policy}]")
        if self.fix is not None:
            parts.append(self.fix if self.fix.endswith((".", "!", "?")) else f"{self.fix}.")
        if self.request_id is not None:
            parts.append(f"(request {self.request_id})")
        return " ".join(parts)


class KeeptrustsError(Exception):
    """The root of errors that are shown to people."""


class Refused(KeeptrustsError):
    """A request that is answered with a problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.text)
        self.problem = problem


def openai_body(problem: Problem) -> dict[str, Any]:
    """Give the merged body: RFC 9457 members and an OpenAI ``error`` object."""
    kind = problem.kind
    body: dict[str, Any] = {
        "type": f"urn:keeptrusts:problem:{problem.code}",
        "title": kind.title,
        "status": kind.status,
        "detail": problem.text,
        "code": problem.code,
        "error": {
            "type": kind.openai_type,
            "message": problem.text,
            "code": problem.code,
            "param": problem.param,
            "policy": problem.policy,
        },
    }
    optional = {"fix": problem.fix, "policy": problem.policy, "field": problem.param, "request_id": problem.request_id}
    body |= {name: value for name, value in optional.items() if value is not None}
    return body | dict(problem.details or {})


def anthropic_body(problem: Problem) -> dict[str, Any]:
    """Give Anthropic's error shape with the same text."""
    error = {
        "type": problem.kind.anthropic_type,
        "message": problem.text,
        "code": problem.code,
        "policy": problem.policy,
    }
    return {"type": "error", "error": error, "request_id": problem.request_id} | dict(problem.details or {})


def refusal_headers(problem: Problem) -> dict[str, str]:
    """Give the headers that tell SDKs whether and when to retry."""
    headers = {} if problem.kind.retryable and not problem.final else {NO_RETRY_HEADER: "false"}
    if problem.retry_after_s is not None:
        headers["Retry-After"] = str(max(1, problem.retry_after_s))
    elif problem.status == 503:
        headers["Retry-After"] = "1"
    return headers
