"""`kt policy explain`: the chain in running order, why each entry is in it, and what each says about a call."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from unit.policy_trials.conftest import Kt

CHAIN = """
policies:
  chain:
    - audit-logger
    - dlp-filter: {targeting: {scope: team, teams: [legal]}, blocked_terms: [crane]}
    - dlp-filter: {name: terms, targeting: {scope: role, roles: [member]}, blocked_terms: [falcon]}
    - dlp-filter: {name: watched, mode: observe, action: block, blocked_terms: [heron]}
    - dlp-filter: {name: refused, action: block, blocked_terms: [osprey]}
    - dlp-filter: {name: refused again, action: block, blocked_terms: [osprey]}
    - dlp-filter: {name: answers, mode: guide, apply_to: output, blocked_terms: [egret]}
    - spend-limit: {per_request_limit: 0.5, mode: guide}
    - rate-limit: {per_team: {requests_per_minute: 1}}
    - rbac
policy:
  dlp-filter: {secrets: false}
  rbac: {deny_if_missing: [team]}
"""


@pytest.fixture
def explained(kt: Kt, tmp_path: Path) -> Any:
    (tmp_path / "chain.yaml").write_text(CHAIN, "utf-8")

    def run(*arguments: str, stdin: str | None = None) -> Any:
        result = kt("explain", "--file", "chain.yaml", "--format", "json", *arguments, stdin=stdin)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return run


def test_steps_stand_in_running_order_with_the_reason_for_each(explained: Any) -> None:
    found = explained("--team", "support", "--role", "admin")
    steps = [(step["name"], step["applies"], step["phases"]) for step in found["steps"]]
    assert steps == [
        ("rbac", True, ["request"]),
        ("audit-logger", True, ["request"]),
        ("terms", False, ["request", "answer"]),
        ("watched", True, ["request", "answer"]),
        ("refused", True, ["request", "answer"]),
        ("spend-limit", True, ["request"]),
        ("rate-limit", True, ["request"]),
        ("answers", True, ["answer"]),
    ]
    assert found["steps"][0]["why"] == "is for every call, and rbac runs first wherever it stands"
    assert found["steps"][2]["why"] == "is for the roles member; this call has admin"
    assert [(one["name"], one["why"]) for one in found["left_out"]] == [
        ("dlp-filter", "is for the teams legal"),
        ("refused again", "says the same as an entry before it, and equal entries run once"),
    ]
    assert found["call"] is None


def test_each_step_says_what_it_finds_and_what_its_mode_makes_of_it(explained: Any) -> None:
    found = explained(
        "--team", "support", "--role", "member", "--cost", "0.6",
        "--text", "a falcon and a heron", "--output-text", "an egret, a falcon",
    )  # fmt: skip
    said = {step["name"]: (step["request"], step["answer"]) for step in found["steps"]}
    assert said["rbac"] == ({"result": "allow", "effect": "allow", "reason": None, "findings": {}, "texts": []}, None)
    assert said["terms"] == (
        {"result": "redact", "effect": "redact", "reason": "confidential_data", "findings": {"TERM": 1},
         "texts": ["a [TERM] and a heron"]},
        {"result": "redact", "effect": "redact", "reason": "confidential_data", "findings": {"TERM": 1},
         "texts": ["an egret, a [TERM]"]},
    )  # fmt: skip
    assert (said["watched"][0]["result"], said["watched"][0]["effect"]) == ("block", "allow")
    assert (said["spend-limit"][0]["reason"], said["spend-limit"][0]["effect"]) == ("per_request_limit", "warn")
    assert (said["answers"][1]["result"], said["answers"][1]["effect"]) == ("redact", "warn")
    assert found["call"]["request"]["messages"] == [{"role": "user", "content": "a [TERM] and a heron"}]
    assert (found["call"]["verdict"], found["call"]["status"]) == ("redact", 200)
    assert found["call"]["answer"] == "an egret, a [TERM]"


def test_what_comes_after_a_refusal_is_not_reached(explained: Any) -> None:
    found = explained("--team", "support", "--text-file", "-", "--output-text", "egret", stdin="an osprey")
    assert [step["name"] for step in found["steps"] if not step["reached"] and step["applies"]] == [
        "spend-limit", "rate-limit", "answers",
    ]  # fmt: skip
    call = found["call"]
    assert (call["verdict"], call["status"], call["code"], call["policy"]) == (
        "block",
        409,
        "input_blocked",
        "dlp-filter",
    )
    assert (call["request"], call["answer"]) == (None, None)


def test_text_output_says_the_same(kt: Kt, tmp_path: Path) -> None:
    (tmp_path / "chain.yaml").write_text(CHAIN, "utf-8")
    shown = kt("explain", "--file", "chain.yaml", "--team", "support", "--role", "member", "--text", "falcon, osprey")
    for line in (
        "team support: 8 of 10 policies run, in this order (nothing in the file names this team)",
        "  1  rbac                  enforce, request",
        "       request  redact (confidential_data): 1 TERM",
        "                | [TERM], osprey",
        "       is not reached",
        "  -  dlp-filter (refused again)  says the same as an entry before it, and equal entries run once",
        "verdict  block by dlp-filter (confidential_data)",
        "status   409 input_blocked",
    ):
        assert line in shown.stdout.splitlines(), shown.stdout


def test_services_are_last_and_are_not_asked(kt: Kt, tmp_path: Path) -> None:
    chain = "policies: {chain: [external-moderation: {mode: guide}, audit-logger]}"
    shown = kt("explain", "--file", "-", "--text", "a", "--output-text", "b", stdin=chain)
    lines = shown.stdout.splitlines()
    assert [line.split()[1] for line in lines if line[:3].strip().isdigit()] == ["audit-logger", "external-moderation"]
    assert "       request  not_evaluated (not_asked)" in lines and "       answer   not_evaluated (not_asked)" in lines


def test_a_pack_that_is_switched_off_runs_nothing(kt: Kt, tmp_path: Path) -> None:
    (tmp_path / "off.yaml").write_text("pack: {name: a, enabled: false}\npolicies: {chain: [rbac]}\n", "utf-8")
    shown = kt("explain", "--file", "off.yaml", "--model", "gpt-4o")
    assert (shown.exit_code, "switched off, so no policy runs" in shown.stdout) == (0, True)


def test_a_policy_file_may_come_by_standard_input(kt: Kt) -> None:
    shown = kt("explain", "--file", "-", "--model", "o3", stdin="policies: {chain: [audit-logger]}")
    assert (shown.exit_code, "1 of 1 policies run" in shown.stdout) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Missing option '--file'"),
        (["-f", "absent.yaml"], "absent.yaml cannot be read"),
        (["-f", "policy.yaml", "-f", "bad.yaml"], "KT104"),
        (["-f", "policy.yaml", "--cost", "-1"], "an amount cannot be negative"),
        (["-f", "policy.yaml", "--header", "x"], "--header needs NAME:VALUE"),
        (["-f", "policy.yaml", "--model", " "], "model must be"),
        (["-f", "policy.yaml", "--text-file", "."], ". cannot be read"),
        (["-f", "policy.yaml", "--text-file", "bytes"], "is not UTF-8 text"),
        (["-f", "policy.yaml", "--text", "a", "--text-file", "bytes"], "both say the text"),
        (["-f", "policy.yaml", "--text-file", "-", "--output-text-file", "-"], "can be read once"),
        (["-f", "-", "--text-file", "-"], "can be read once"),
    ],
)
def test_what_is_wrong_is_said_with_exit_code_2(kt: Kt, tmp_path: Path, arguments: list[str], words: str) -> None:
    (tmp_path / "bad.yaml").write_text("policies: {chain: [rbacc]}", "utf-8")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    result = kt("explain", *arguments)
    assert (result.exit_code, words in result.output) == (2, True), result.output
