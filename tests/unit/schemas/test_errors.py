"""Every refusal reads right to people, to both families of SDKs and to scripts, and says whether a retry can help."""

from __future__ import annotations

import json

import httpx2
import openai
import pytest

from keeptrusts.schemas.errors import (
    NO_RETRY_HEADER,
    PROBLEM_JSON,
    REFUSALS,
    Problem,
    Refused,
    anthropic_body,
    openai_body,
    refusal_headers,
)

OPENAI_ERRORS = {
    400: openai.BadRequestError, 401: openai.AuthenticationError, 403: openai.PermissionDeniedError,
    404: openai.NotFoundError, 409: openai.ConflictError, 422: openai.UnprocessableEntityError,
    429: openai.RateLimitError,
}  # fmt: skip
ANTHROPIC_TYPES = {
    "invalid_request_error", "authentication_error", "permission_error", "not_found_error", "request_too_large",
    "rate_limit_error", "api_error", "overloaded_error", "timeout_error", "billing_error",
}  # fmt: skip


def problem(code: str) -> Problem:
    return Problem(
        code=code, message="Model gpt-4o is not allowed", fix="Ask your admin", param="model", policy="model-access",
        request_id="req_1",
    )  # fmt: skip


@pytest.mark.parametrize("code", REFUSALS)
def test_the_official_openai_client_raises_the_right_error_with_everything_in_it_and_does_not_retry(code: str) -> None:
    calls = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        calls.append(request)
        headers = refusal_headers(problem(code)) | {"content-type": PROBLEM_JSON}
        return httpx2.Response(REFUSALS[code].status, headers=headers, content=json.dumps(openai_body(problem(code))))

    client = openai.OpenAI(
        api_key="kt_gk_x",
        base_url="http://gateway/v1",
        max_retries=0 if REFUSALS[code].retryable else 2,
        http_client=httpx2.Client(transport=httpx2.MockTransport(answer)),
    )
    expected = OPENAI_ERRORS.get(REFUSALS[code].status, openai.APIStatusError)
    with pytest.raises(expected) as caught:
        client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "hi"}])
    error = caught.value
    assert len(calls) == 1
    assert (error.code, error.param, error.type) == (code, "model", REFUSALS[code].openai_type)
    assert all(part in str(error) for part in ("model-access", "not allowed", "Ask your admin", "req_1"))


@pytest.mark.parametrize("code", REFUSALS)
def test_the_body_is_a_problem_of_rfc_9457_and_an_openai_error_at_once(code: str) -> None:
    body = openai_body(problem(code))
    assert body["type"] == f"urn:keeptrusts:problem:{code}"
    assert (body["status"], body["code"]) == (REFUSALS[code].status, code)
    assert body["title"] and body["detail"] == body["error"]["message"]
    assert (body["fix"], body["policy"], body["field"], body["request_id"]) == (
        "Ask your admin", "model-access", "model", "req_1",
    )  # fmt: skip
    assert json.loads(json.dumps(body)) == body


@pytest.mark.parametrize("code", REFUSALS)
def test_the_anthropic_body_has_its_shape_and_a_type_its_sdk_knows(code: str) -> None:
    body = anthropic_body(problem(code))
    assert body["type"] == "error" and body["request_id"] == "req_1"
    assert body["error"]["type"] in ANTHROPIC_TYPES
    assert body["error"]["message"] == openai_body(problem(code))["detail"]


@pytest.mark.parametrize("code", REFUSALS)
def test_a_retry_is_forbidden_where_it_cannot_cure_and_timed_where_it_can(code: str) -> None:
    headers = refusal_headers(problem(code))
    assert (headers.get(NO_RETRY_HEADER) == "false") is not REFUSALS[code].retryable
    assert ("Retry-After" in headers) is (REFUSALS[code].status == 503)


@pytest.mark.parametrize(("seconds", "header"), [(7, "7"), (1, "1"), (0, "1"), (-3, "1")])
def test_retry_after_is_what_was_asked_for_and_at_least_a_second(seconds: int, header: str) -> None:
    wait = Problem(code="rate_limited", message="m", retry_after_s=seconds)
    assert refusal_headers(wait)["Retry-After"] == header


@pytest.mark.parametrize("code", REFUSALS)
def test_verdict_and_status_agree(code: str) -> None:
    kind = REFUSALS[code]
    assert 400 <= kind.status <= 599
    assert kind.verdict in ("block", "refuse", "escalate") or (kind.verdict == "allow" and kind.status >= 500)
    assert problem(code).status == kind.status and problem(code).kind is kind


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"message": "No"}, "No."),
        ({"message": "No?"}, "No?"),
        ({"message": "No", "fix": "Ask."}, "No. Ask."),
        ({"message": "No", "policy": "rbac", "request_id": "r"}, "[rbac] No. (request r)"),
    ],
)
def test_the_sentence_has_policy_reason_fix_and_request(fields: dict[str, str], text: str) -> None:
    assert Problem(code="not_found", **fields).text == text
    assert str(Refused(Problem(code="not_found", **fields))) == text


def test_details_are_members_of_their_own_and_absent_ones_are_left_out() -> None:
    body = openai_body(Problem(code="insufficient_funds", message="m", details={"ticket": "tkt_1"}))
    assert body["ticket"] == "tkt_1" and body["status"] == 402
    assert {"fix", "policy", "field", "request_id"} & set(body) == set()


@pytest.mark.parametrize("bad", ["field\r\nX-Injected: 1", "ünïcode"])
def test_no_header_carries_text_of_the_problem(bad: str) -> None:
    headers = refusal_headers(Problem(code="audit_unavailable", message=bad, fix=bad, param=bad, policy=bad))
    assert bad not in "".join(headers.values())
