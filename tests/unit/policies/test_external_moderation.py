"""external-moderation: what a service is asked, what its answer means, and what an answer is that is none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from keeptrusts.gateway.policies.external_moderation import ExternalModeration
from keeptrusts.gateway.policies.protocol import RequestFacts
from keeptrusts.gateway.policies.texts import Text
from keeptrusts.gateway.providers.moderators import resolve_moderators
from keeptrusts.schemas.policy_document.kinds.content import ExternalModerationOptions
from keeptrusts.schemas.policy_document.lint import lint_text

TEXTS = (Text(path=(0,), channel="user", text="one"), Text(path=(1,), channel="tool", text="two"))
FACTS = RequestFacts(org="o", team="eng", requested_model="gpt-4o")


def policy(**options: Any) -> ExternalModeration:
    return ExternalModeration(ExternalModerationOptions.model_validate({"endpoint": "https://m.test/judge", **options}))


def test_a_web_hook_is_told_the_texts_and_whose_they_are_and_openai_only_the_texts() -> None:
    asked = json.loads(policy().question("req_1", FACTS, TEXTS))
    assert asked == {
        "request": "req_1", "phase": "input", "model": "gpt-4o", "team": "eng",
        "texts": [{"channel": "user", "text": "one"}, {"channel": "tool", "text": "two"}],
    }  # fmt: skip
    openai = json.loads(policy(provider="openai-moderation").question("req_1", FACTS, TEXTS))
    assert openai == {"model": "omni-moderation-latest", "input": ["one", "two"]}


OPENAI = {"provider": "openai-moderation"}
SCORES = {"categories": {"violence": True, "hate": False}, "category_scores": {"violence": 0.9, "hate": 0.4}}


@pytest.mark.parametrize(
    ("options", "answer", "findings"),
    [
        ({}, {"flagged": False}, {}),
        ({}, {"flagged": True}, {"flagged": 1}),
        ({}, {"flagged": True, "categories": {"violence": 0.93, "hate": 0.2}}, {"violence": 1}),
        ({}, {"categories": {"Violence": True, "hate": False}}, {"violence": 1}),
        ({"threshold": 0.95}, {"flagged": False, "categories": {"violence": 0.93}}, {}),
        ({"categories": ["Hate"]}, {"flagged": True, "categories": {"violence": 0.93}}, {}),
        ({"categories": ["hate"]}, {"categories": {"violence": 1, "hate": 1}}, {"hate": 1}),
        ({}, {"categories": {"my card is 4111 1111 1111 1111": True, "x" * 65: True}}, {"flagged": 2}),
        ({}, {"categories": {"Hate speech": 0.2}}, {}),
        ({"categories": ["hate"]}, {"categories": {"Hate speech": 0.9}}, {}),
        (OPENAI, {"results": [SCORES, SCORES]}, {"violence": 2}),
        (OPENAI | {"threshold": 0.3}, {"results": [SCORES]}, {"hate": 1, "violence": 1}),
    ],
)
def test_what_counts_is_what_the_service_says_holds(
    options: dict[str, Any], answer: dict[str, Any], findings: dict[str, int]
) -> None:
    for action in ("block", "warn", "escalate"):
        decision = policy(action=action, **options).judged(json.dumps(answer).encode(), "input")
        assert (decision.result, dict(decision.findings)) == (action if findings else "allow", findings)
        assert (decision.problem is not None) == (action == "block" and bool(findings))
        assert (decision.escalation is not None) == (action == "escalate" and bool(findings))


@pytest.mark.parametrize("answer", [b"", b"{}", b"[]", b"null", b"{", b'{"results": {}}', b'{"flagged": "yes"}'])
@pytest.mark.parametrize("provider", ["webhook", "openai-moderation"])
def test_an_answer_that_is_none_is_no_judgement(provider: str, answer: bytes) -> None:
    with pytest.raises(ValueError):
        policy(provider=provider).judged(answer, "input")


@pytest.mark.parametrize(
    "result", [None, {}, {"flagged": False}, {"categories": None, "category_scores": None}, "fine"]
)
@pytest.mark.parametrize("threshold", [None, 0.5])
def test_openai_must_have_judged_every_text_it_answers_for(result: Any, threshold: float | None) -> None:
    for results in ([result], [SCORES, result], []):
        with pytest.raises((ValueError, TypeError, KeyError, AttributeError)):
            policy(threshold=threshold, **OPENAI).judged(json.dumps({"results": results}).encode(), "input")


@pytest.mark.parametrize(
    ("options", "environment", "unavailable"),
    [
        ("endpoint: https://m.test/judge", {}, None),
        ("endpoint: 'http://10.0.0.7:8080/judge'", {}, "endpoint_not_allowed"),
        ("endpoint: 'http://10.0.0.7:8080/judge'", {"KEEPTRUSTS_OUTBOUND_ALLOW": "10.0.0.0/24"}, None),
        ("endpoint: 'http://judge.corp.internal/'", {"KEEPTRUSTS_OUTBOUND_ALLOW": "judge.corp.internal"}, None),
        ("endpoint: 'http://m.test/'", {}, "endpoint_not_allowed"),
        ("endpoint: 'https://user:secret@m.test/'", {}, "endpoint_not_allowed"),
        ("mode: enforce", {}, "no_endpoint"),
        ("endpoint: 'ftp://m.test'", {}, "no_endpoint"),
        ("endpoint: 'http://169.254.169.254/latest'", {}, "endpoint_not_allowed"),
        ("endpoint: 'http://[fe80::1]/'", {}, "endpoint_not_allowed"),
        ("endpoint: 'http://[::ffff:169.254.1.1]/'", {}, "endpoint_not_allowed"),
        ("endpoint: 'http://2851995905/'", {}, "endpoint_not_allowed"),
        ("endpoint: 'http://metadata.google.internal./'", {}, "endpoint_not_allowed"),
        ("endpoint: 'http://[bad'", {}, "no_endpoint"),
        ("endpoint: 'http://m.test:99999/'", {}, "no_endpoint"),
        ("endpoint: 'http://m.test:port/'", {}, "no_endpoint"),
        ("endpoint: 'http://.../'", {}, "no_endpoint"),
        ("endpoint: 'http://m.test/a b'", {}, "no_endpoint"),
        ('endpoint: "http://m.test/\\r\\nX: y"', {}, "no_endpoint"),
        ("endpoint: 'http://metadata.google.internal/'", {}, "endpoint_not_allowed"),
        ("provider: openai-moderation", {}, "secret_missing"),
        ("provider: openai-moderation", {"OPENAI_API_KEY": "sk-1"}, None),
        ("endpoint: https://m.test, secret_key_ref: {env: MINE}", {"MINE": "a\nb"}, "secret_missing"),
        ("endpoint: https://m.test, secret_key_ref: {store: prod}", {}, "secret_store_not_supported"),
    ],
)
def test_a_service_that_cannot_be_asked_says_why(options: str, environment: dict[str, str], unavailable: str) -> None:
    report = lint_text(f"policies:\n  chain:\n    - external-moderation: {{{options}}}\n", "file")
    assert report.document is not None, report.findings
    [moderator] = resolve_moderators(report.document, environment).values()
    assert moderator.unavailable == unavailable
    assert "sk-1" not in repr(moderator)


@pytest.mark.parametrize(("timeout_ms", "timeout_s"), [(800, 0.8), (60_000, 60.0), (10**12, 60.0)])
def test_no_service_is_waited_for_longer_than_a_minute(timeout_ms: int, timeout_s: float) -> None:
    policy = (
        "pack: {name: p, version: 1.0.0, enabled: true}\npolicies: {chain: [external-moderation]}\n"
        f"policy: {{external-moderation: {{endpoint: 'https://m.test', timeout_ms: {timeout_ms}}}}}\n"
    )
    document = lint_text(policy, "policy.yaml").document
    assert document is not None
    [moderator] = resolve_moderators(document, {}).values()
    assert moderator.timeout_s == timeout_s
