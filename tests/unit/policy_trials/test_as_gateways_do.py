"""A trial says what a gateway does: the same calls through both, with whatever document, end in the same way."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from support.gateway import NOW, PROVIDED, FakeConnection, gateway, ok

from keeptrusts.cli.policy_trials.calls import judge
from keeptrusts.cli.policy_trials.case_files import described_call
from keeptrusts.cli.policy_trials.case_sections import CallSection
from keeptrusts.cli.policy_trials.offered import OfferedTargets
from keeptrusts.gateway.pipeline.run import model_call
from keeptrusts.gateway.policies.compile import compile_document
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.request import RequestCompleted, RequestDecided
from keeptrusts.schemas.policy_document.lint import lint_text

SECRETS = {"OPENAI_API_KEY": "sk-real"}
TARGETS = [
    {"id": "openai", "models": ["gpt-4o"], "data_policy": {"training_opt_out": True}},
    {"id": "second", "provider": "openai", "models": ["gpt-4o", "gpt-4o-mini"]},
]
WORDS = ["zebra", "falcon", "heron"]
TEXTS = st.lists(st.sampled_from([*WORDS, "the Zebra", "5 herons", "{}"]), min_size=1, max_size=3).map(" ".join)
MODES = st.sampled_from([{}, {}, {}, {"fail_mode": "allow"}, {"mode": "observe"}, {"mode": "guide"}])
TARGETING = st.sampled_from(
    [
        {},
        {},
        {},
        {"targeting": {"scope": "team", "teams": ["engineering"]}},
        {"targeting": {"scope": "team", "teams": ["support"]}},
        {"targeting": {"scope": "role", "roles": ["member"]}},
        {"targeting": {"scope": "model", "models": ["*-mini"]}},
    ]
)
FILTERS = st.fixed_dictionaries(
    {
        "secrets": st.just(False),
        "blocked_terms": st.lists(st.sampled_from(WORDS), min_size=1, max_size=2, unique=True),
        "action": st.sampled_from(["redact", "redact", "warn", "block"]),
        "apply_to": st.sampled_from(["input", "output", "both"]),
        "redaction": st.sampled_from([{}, {"marker_format": "mask"}]),
    }
)
FILTERED = FILTERS.map(lambda one: ("dlp-filter", one))
OPTIONS = st.one_of(
    FILTERED,
    FILTERED,
    FILTERED,
    st.sampled_from(
        [
            ("rbac", {"minimum_role": "admin"}),
            ("rbac", {"roles": {"member": {"allowed_models": ["gpt-4o"], "denied_tools": ["sh*"]}}}),
            ("rbac", {"deny_if_missing": ["team", "X-Cost-Center"]}),
            ("model-access", {"denied_models": ["*-mini"]}),
            ("model-access", {"teams": {"support": {"allowed_models": ["gpt-4o-mini"]}}}),
            ("rate-limit", {"per_team": {"requests_per_minute": 1}}),
            ("agent-firewall", {"blocked_tools": ["shell"]}),
            ("data-routing-policy", {"require_no_training": True}),
            ("data-routing-policy", {"require_no_training": True, "on_no_compliant_provider": "warn"}),
            ("human-oversight", {"require_human_for": ["hiring"]}),
            ("audit-logger", {}),
        ]
    ),
)
CHAINS = st.lists(
    st.tuples(OPTIONS, MODES, TARGETING).map(lambda one: {one[0][0]: {**one[0][1], **one[1], **one[2]}}),
    min_size=1,
    max_size=4,
)
CALLS = st.fixed_dictionaries(
    {
        "team": st.sampled_from(["engineering", "support"]),
        "model": st.sampled_from(["gpt-4o", "gpt-4o-mini"]),
        "text": TEXTS,
        "answer": TEXTS,
        "tools": st.lists(st.sampled_from(["search", "shell"]), max_size=2),
        "headers": st.sampled_from([{}, {"X-Cost-Center": "7"}]),
    }
)


async def by_gateway(document: str, call: dict[str, Any]) -> dict[str, Any]:
    made = gateway(document, environment=SECRETS)
    choice = {"index": 0, "message": {"role": "assistant", "content": call["answer"]}, "finish_reason": "stop"}
    made.provider.result = ok({**PROVIDED, "choices": [choice]})
    tools = [{"type": "function", "function": {"name": name}} for name in call["tools"]]
    body = {"model": call["model"], "messages": [{"role": "user", "content": call["text"]}]}
    connection = FakeConnection(body=json.dumps(body | ({"tools": tools} if tools else {})).encode())
    headers = {name.lower(): value for name, value in call["headers"].items()}
    answer = await model_call(made.services, made.call(call["team"], headers), connection, "chat")
    decided, completed = (one.data for one in made.publisher.events)
    assert isinstance(decided, RequestDecided) and isinstance(completed, RequestCompleted)
    said = json.loads(answer.body)
    return {
        "status": answer.status,
        "code": said.get("code"),
        "verdict": completed.verdict,
        "policy": completed.policy,
        "reason": completed.reason,
        "results": results((*decided.policies, *completed.output_policies)),
        "sent": [json.loads(one.body)["messages"] for one in made.provider.asked],
        "answer": said["choices"][0]["message"]["content"] if answer.status == 200 else None,
    }


def by_trial(document: str, call: dict[str, Any]) -> dict[str, Any]:
    report = lint_text(document, "policy.yaml")
    assert report.document is not None, report.findings
    compiled = compile_document(report.document)
    known = {**call, "user": f"key:{call['team']}", "role": "member", "key": f"key_{call['team']}", "expect": "allow"}
    described = described_call(CallSection.model_validate(known))
    assert not isinstance(described, Problem)
    offered = OfferedTargets.of(report.document, NOW)
    facts = described.facts if offered is None else offered.facts_of(described.facts)
    judged = judge(compiled.chain_for(call["team"]), replace(described, facts=facts))
    answered = () if judged.answered is None else judged.answered.results
    return {
        "status": judged.status,
        "code": None if judged.problem is None else judged.problem.code,
        "verdict": judged.verdict,
        "policy": judged.deciding.policy,
        "reason": judged.deciding.reason,
        "results": results((*judged.asked.results, *answered)),
        "sent": [] if judged.asked.problem is not None else [judged.body["messages"]],
        "answer": judged.answer,
    }


def results(said: Sequence[Any]) -> list[tuple[str, str, str | None, dict[str, int]]]:
    return [(one.kind, one.result, one.reason, dict(one.findings)) for one in said]


@settings(max_examples=20)
@given(CHAINS, CALLS)
async def test_a_call_ends_in_a_trial_as_it_does_at_a_gateway(chain: list[Any], call: dict[str, Any]) -> None:
    document = yaml.safe_dump({"providers": {"targets": TARGETS}, "policies": {"chain": chain}})
    assert by_trial(document, call) == await by_gateway(document, call)
