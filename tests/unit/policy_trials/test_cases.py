"""`kt policy test`: what cases can say, what is made of them, and how files that cannot be run are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.policy_trials.conftest import POLICY, Kt

from keeptrusts.cli.policy_trials.case_files import CaseFile, read_case_file
from keeptrusts.cli.policy_trials.case_runs import CaseResult, CaseRunner
from keeptrusts.gateway.policies.compile import compile_document
from keeptrusts.schemas.policy_document.lint import lint_text

KNOWN = "team: support, role: member, headers: {X-Cost-Center: '7'}"


@pytest.fixture(scope="module")
def runner() -> CaseRunner:
    report = lint_text(POLICY, "policy.yaml")
    assert report.document is not None, report.findings
    return CaseRunner(compile_document(report.document))


def read(cases: str, defaults: str = KNOWN) -> CaseFile:
    return read_case_file(f"defaults: {{{defaults}}}\ncases:\n{cases}".encode(), "cases.yaml")


def results(runner: CaseRunner, cases: str) -> list[CaseResult]:
    file = read(cases)
    assert file.valid, file.findings
    return list(runner.run(file.cases))


PASSING = [
    "{expect: allow}",
    "{expect: allowed}",
    "{expect: {verdict: allow, policy: null, reason: null, code: null, status: 200, findings: {}}}",
    "{team: null, expect: {verdict: block, policy: rbac, reason: team_missing, code: permission_denied, status: 403}}",
    "{headers: {}, expect: {reason: header_missing}}",
    "{model: claude-opus-4, expect: {code: model_not_allowed}}",
    "{model: auto, routed_model: gpt-4o-mini, expect: allow}",
    "{tools: [shell], expect: {reason: tool_not_allowed_for_role}}",
    "{request: {messages: [{role: user, content: x}], tools: [{type: function, function: {name: shell}}]}, "
    "expect: block}",
    "{text: 'see ACME-123456', expect: {verdict: redact, policy: dlp-filter, findings: {pattern: 1}, "
    "text: 'see [PATTERN]', messages: [{role: user, content: 'see [PATTERN]'}]}}",
    "{messages: [{role: system, content: ACME-123456}, {role: user, content: hi}], "
    "expect: {messages: [{role: system, content: '[PATTERN]'}, {role: user, content: hi}]}}",
    "{text: the Falcon flies, expect: {verdict: block, findings: {TERM: 1}, text: null, code: input_blocked, "
    "results: {hidden: block, dlp-filter: allow, audit-logger: null}}}",
    "{text: ACME-123456, answer: 'ACME-123456 and ACME-654321', "
    "expect: {verdict: redact, findings: {PATTERN: 3}, answer: '[PATTERN] and [PATTERN]', text: '[PATTERN]'}}",
    "{answer: falcon, expect: {verdict: block, code: output_blocked, status: 409, answer: null, text: Hello}}",
    "{api: messages, request: {messages: [{role: user, content: falcon}]}, expect: block}",
    "{api: responses, request: {input: falcon}, expect: block}",
    "{api: embeddings, request: {input: [falcon]}, expect: block}",
    "{cost: 0.5, expect: allow}",
    "{cost: 0.51, expect: {verdict: block, reason: per_request_limit, code: budget_exceeded, status: 429}}",
    "{cost: 0.2, spent: {month: 999.8}, expect: allow}",
    "{cost: 0.2, spent: {month: 999.9}, expect: {reason: monthly_limit, policy: spend-limit}}",
    "{cost: 0.2, spent: {day: 99.9}, expect: {reason: daily_limit}}",
    "{calls: [{expect: allow}, {at: 10, expect: allow}, {at: 20, expect: {code: rate_limited, retry_after: 40}}, "
    "{at: 60.5, expect: allow}]}",
    "{calls: [{lasts: 5, expect: allow}, {at: 1, expect: {reason: parallel_requests_per_team}}, "
    "{at: 5, expect: allow}]}",
    "{calls: [{tokens: 1000, expect: allow}, {at: 1, team: other, expect: {reason: tokens_per_minute_per_global}}]}",
    "{calls: [{at: 30, expect: {verdict: block}}, {at: 0, expect: allow}, {at: 1, expect: allow}]}",
]


@pytest.mark.parametrize("case", PASSING)
def test_what_a_case_expects_is_what_the_gateway_would_do(runner: CaseRunner, case: str) -> None:
    [result] = results(runner, f"  - {{name: it, {case[1:]}")
    assert [one for call in result.calls for one in call.differences] == []


@pytest.mark.parametrize(
    ("case", "fields"),
    [
        ("expect: block", {"verdict": ("block", "allow")}),
        ("text: ACME-123456, expect: {text: x}", {"text": ("x", "[PATTERN]")}),
        ("text: ACME-123456, expect: {findings: {}}", {"findings": ({}, {"PATTERN": 1})}),
        ("team: null, expect: {reason: null, status: 200}", {"reason": (None, "team_missing"), "status": (200, 403)}),
        ("expect: {results: {absent: allow}}", {"results": ({"absent": "allow"}, {"absent": None})}),
        ("answer: x, expect: {answer: null}", {"answer": (None, "x")}),
    ],
)  # fmt: skip
def test_a_difference_has_both_sides(runner: CaseRunner, case: str, fields: dict[str, tuple[Any, Any]]) -> None:
    [result] = results(runner, f"  - {{name: it, {case}}}")
    assert not result.passed
    assert {one.field: (one.expected, one.got) for one in result.calls[0].differences} == fields


OTHER_KINDS = [
    ("agent-firewall: {blocked_tools: [sh*]}", "{tools: [shell], expect: {reason: tool_not_allowed, status: 409}}"),
    (
        "agent-firewall: {max_actions_per_session: 1}",
        "{messages: [{role: user, content: a}, {role: assistant, tool_calls: [{id: x, function: {name: f}}, "
        "{id: y, function: {name: f}}]}], expect: {reason: too_many_actions, code: input_blocked}}",
    ),
    (
        "agent-firewall: {rate_limits: {f: 1}}",
        "{messages: [{role: assistant, tool_calls: [{id: x, function: {name: f}}]}, "
        "{role: tool, tool_call_id: x, content: a}], calls: [{expect: allow}, {at: 1, expect: {code: rate_limited}}]}",
    ),
    ("data-routing-policy: {require_no_training: true}", "{model: gpt-4o, expect: allow}"),
    (
        "data-routing-policy: {require_no_training: true}",
        "{model: gpt-4o-mini, expect: {reason: no_compliant_provider}}",
    ),
    ("data-routing-policy: {allowed_regions: [eu*]}", "{consumer_group: mixed, expect: allow}"),
    ("external-moderation: {}", "{expect: {verdict: allow, results: {external-moderation: not_evaluated}}}"),
    (
        "external-moderation: {apply_to: output, threshold: 0.8}",
        "{answer: x, moderation: {categories: {violence: 0.9}}, "
        "expect: {code: output_blocked, findings: {violence: 1}}}",
    ),
    ("external-moderation: {}", "{moderation: {oops: 1}, expect: {verdict: block, reason: service_garbage}}"),
    (
        "human-oversight: {require_review: true}",
        "{answer: x, expect: {verdict: escalate, code: escalation_required, status: 409, reason: review_required}}",
    ),
    (
        "dlp-filter: {secrets: false, blocked_terms: [falcon], action: escalate}",
        "{text: falcon, expect: {verdict: escalate, policy: dlp-filter, findings: {TERM: 1}}}",
    ),
]
TARGETS = """
providers:
  targets:
    - {id: openai, models: [gpt-4o], data_policy: {training_opt_out: true, region: eu-west-1}}
    - {id: elsewhere, provider: openai, models: [gpt-4o-mini]}
  consumer_groups: [{name: mixed, models: [gpt-4o-mini, gpt-4o]}]
"""


@pytest.mark.parametrize(("entry", "case"), OTHER_KINDS)
def test_kinds_that_ask_for_more_than_facts_and_texts_get_it(kt: Kt, tmp_path: Path, entry: str, case: str) -> None:
    (tmp_path / "policy.yaml").write_text(f"policies:\n  chain:\n    - {entry}\n{TARGETS}", "utf-8")
    (tmp_path / "policy.tests.yaml").write_text(f"cases:\n  - {{name: it, {case[1:]}\n", "utf-8")
    result = kt("test")
    assert (result.exit_code, "1 passed" in result.output) == (0, True), result.output


def test_no_case_sees_what_another_one_counted(runner: CaseRunner) -> None:
    cases = "".join(f"  - {{name: c{number}, expect: allow, lasts: 86400}}\n" for number in range(20))
    assert all(result.passed for result in results(runner, cases))


REFUSED = [
    ("", "1:1", "KT109", "the file is empty"),
    ("[1]", "1:1", "KT105", 'a file of cases is a mapping with the key "cases", found a list'),
    ("cases: []", "1:8", "KT106", '"cases" needs a list of cases'),
    ("cases: {a: 1}", "1:8", "KT106", "found a mapping"),
    ("case: [1]\ncases: [{name: a, expect: allow}]", "1:1", "KT103", 'unknown key "case"'),
    ("cases: [5]", "1:9", "KT105", "a case needs a mapping"),
    ("cases: [{expect: allow}]", "1:9", "KT106", 'case needs the key "name"'),
    ("cases: [{name: a}]", "1:9", "KT106", 'case needs the key "expect"'),
    ("cases:\n- {name: a, expect: deny}", "2:21", "KT102", 'unknown verdict "deny"'),
    ("cases:\n- {name: a, expect: {}}", "2:21", "KT107", "says nothing"),
    ("cases:\n- {name: a, expect: {verdikt: block}}", "2:22", "KT103", 'unknown key "verdikt"'),
    ("cases:\n- {name: a, txt: b, expect: allow}", "2:13", "KT103", 'unknown key "txt"'),
    ("cases:\n- {name: a, text: [b], expect: allow}", "2:19", "KT105", '"text" needs text, found a list'),
    ("cases:\n- {name: a, text: b, messages: [], expect: allow}", "2:3", "KT107", "both say what is sent"),
    ("cases:\n- {name: a, messages: [{content: b}], expect: allow}", "2:23", "KT107", "messages[0]"),
    ("cases:\n- {name: a, request: {n: 1}, api: responses, expect: allow}", "2:22", "KT107", "input must be"),
    ("cases:\n- {name: a, api: responses, expect: allow}", "2:3", "KT107", '"api" is read beside'),
    ("cases:\n- {name: a, role: boss, expect: allow}", "2:19", "KT102", 'unknown role "boss"'),
    ("cases:\n- {name: a, at: soon, expect: allow}", "2:17", "KT107", "write a number of seconds"),
    ("cases:\n- {name: a, expect: allow}\n- {name: a, expect: allow}", "3:3", "KT113", "stands twice"),
    ("cases:\n- {name: a, calls: []}", "2:20", "KT105", '"calls" needs a list'),
    ("cases:\n- {name: a, calls: [{at: 1}]}", "2:21", "KT106", 'call needs the key "expect"'),
    ("defaults: {tem: a}\ncases:\n- {name: a, expect: allow}", "1:12", "KT103", 'unknown key "tem"'),
    ("cases: [{name: 'a]", "1:19", "KT101", "not valid YAML"),
    ('cases: [{name: "\\ud83d", expect: allow}]', "1:16", "KT101", "half of a surrogate pair"),
]


@pytest.mark.parametrize(("text", "place", "code", "words"), REFUSED)
def test_a_file_that_is_wrong_is_refused_at_its_place(text: str, place: str, code: str, words: str) -> None:
    file = read_case_file(text.encode(), "cases.yaml")
    found = [(f"{one.line}:{one.column}", one.code.value) for one in file.findings]
    assert (not file.valid, file.cases, found[0]) == (True, (), (place, code)), file.findings
    assert words in file.findings[0].message


@settings(max_examples=150)
@given(
    st.one_of(st.binary(max_size=200), st.text(alphabet="cases:[{ne,tp}]\n- \"'&*\\ud8", max_size=80).map(str.encode))
)
def test_whatever_the_bytes_are_they_are_read_or_refused(data: bytes) -> None:
    file = read_case_file(data, "cases.yaml")
    assert file.valid == bool(file.cases)


def test_json_with_tabs_and_escaped_characters_is_read() -> None:
    text = '{\n\t"cases": [{"name": "a", "text": "\\ud83d\\ude00\\tx", "expect": "allow"}]\n}'
    [case] = read_case_file(text.encode(), "x.tests.json").cases
    assert case.calls[0].section.text == "\U0001f600\tx"


def test_a_thousand_cases_are_read_and_run_with_one_look_at_the_patterns(runner: CaseRunner) -> None:
    cases = [
        {"name": f"c{number}", "team": "t", "role": "member", "headers": {"X-Cost-Center": "1"},
         "text": f"ACME-{number:06}", "expect": {"text": "[PATTERN]"}}
        for number in range(1_000)
    ]  # fmt: skip
    file = read_case_file(json.dumps({"cases": cases}).encode(), "x.tests.json")
    assert [result.passed for result in runner.run(file.cases)] == [True] * 1_000


GOOD = f"defaults: {{{KNOWN}}}\ncases: [{{name: fine, expect: allow}}]\n"
FAILS = f"defaults: {{{KNOWN}}}\ncases: [{{name: fine, expect: allow}}, {{name: not so <&\a>, expect: block}}]\n"


@pytest.mark.parametrize(
    ("files", "arguments", "code", "words"),
    [
        ({"policy.tests.yaml": GOOD}, [], 0, "1 passed, 0 failed"),
        ({"policy.tests.yaml": GOOD}, ["policy.yaml"], 0, "1 passed, 0 failed"),
        ({"policy.tests.yml": GOOD, "policy.tests.json": FAILS}, ["policy.yaml"], 1, "2 passed, 1 failed"),
        ({"policy.tests.yaml": FAILS}, ["--case", "fine"], 0, "1 passed"),
        ({"policy.tests.yaml": FAILS}, ["-v"], 1, "ok    fine"),
        ({"policy.tests.yaml": "cases: 1"}, ["."], 2, "1 file not run"),
        ({"deep/down/x.tests.yaml": "policy: ../../policy.yaml\n" + GOOD}, ["deep"], 0, "1 passed"),
        ({"cases.yaml": "policy: [policy.yaml]\n" + GOOD}, ["cases.yaml"], 0, "1 passed"),
        ({"cases.yaml": GOOD}, ["cases.yaml"], 2, "does not say which policy file"),
        ({"other.tests.yaml": GOOD}, ["."], 2, "there is no policy file beside it"),
        ({"other.tests.yaml": "policy: absent.yaml\n" + GOOD}, ["."], 2, "absent.yaml cannot be read"),
        ({"other.yaml": "policies: [x]", "other.tests.yaml": GOOD}, ["."], 2, "KT104"),
        ({}, ["."], 2, "no files of cases"),
        ({}, ["absent"], 2, "no such file"),
        ({}, ["policy.yaml"], 2, "unknown key"),
        ({}, ["-"], 2, "the file is empty"),
    ],
)
def test_paths_and_exit_codes(
    kt: Kt, tmp_path: Path, files: dict[str, str], arguments: list[str], code: int, words: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text.replace("\a", "" if name.endswith("l") else "\\u0001"), "utf-8")
    result = kt("test", *arguments)
    assert (result.exit_code, words in result.output) == (code, True), result.output


def test_standard_input_is_a_file_of_cases(kt: Kt) -> None:
    result = kt("test", "-", stdin="policy: policy.yaml\n" + GOOD)
    assert (result.exit_code, "1 passed" in result.output) == (0, True), result.output


def test_junit_and_json_hold_every_case(kt: Kt, tmp_path: Path) -> None:
    (tmp_path / "policy.tests.yaml").write_text(FAILS.replace("\a", ""), "utf-8")
    (tmp_path / "bad.tests.yaml").write_text("cases: [", "utf-8")
    junit = kt("test", "--format", "junit")
    suites = ElementTree.fromstring(junit.stdout)
    assert junit.exit_code == 2
    assert [(one.get("name"), one.get("failures"), one.get("errors")) for one in suites] == [
        ("bad.tests.yaml", "0", "1"), ("policy.tests.yaml", "1", "0"),
    ]  # fmt: skip
    [failure] = suites.iter("failure")
    assert failure.text is not None and "expected block, got allow" in failure.text
    report = json.loads(kt("test", "--format", "json", "policy.tests.yaml").stdout)
    assert (report["passed"], report["failed"]) == (1, 1)
    assert [case["passed"] for case in report["files"][0]["cases"]] == [True, False]
    assert report["files"][0]["cases"][1]["calls"][0]["differences"] == [
        {"field": "verdict", "expected": "block", "got": "allow"}
    ]


def test_the_documented_cases_can_be_read() -> None:
    page = Path(__file__).parents[3] / "docs" / "policy-tests.md"
    [block] = [part.split("```")[0] for part in page.read_text("utf-8").split("```yaml\n")[1:]]
    file = read_case_file(block.encode(), "page")
    assert (file.valid, len(file.cases)) == (True, 4), file.findings
