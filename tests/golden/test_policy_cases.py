"""Policies by data: each file holds a document, a caller, and what its chain must say."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from keeptrusts.gateway.policies.compile import compile_document
from keeptrusts.gateway.policies.protocol import RequestFacts
from keeptrusts.gateway.policies.run import run_chain
from keeptrusts.schemas.policy_document.lint import lint_text

CALLER: dict[str, Any] = {
    "org": "o",
    "team_id": "t",
    "team": "eng",
    "user": "u",
    "role": "member",
    "key_id": "k",
    "requested_model": "gpt-4o",
}
FILES = sorted((Path(__file__).parent / "policies").glob("*.yaml"))


def cases() -> list[Any]:
    found = []
    for path in FILES:
        data = yaml.safe_load(path.read_text("utf-8"))
        for case in data["cases"]:
            facts = {**CALLER, **data.get("facts", {}), **case.get("facts", {})}
            found.append(pytest.param(data["document"], facts, case["expect"], id=f"{path.stem}: {case['name']}"))
    return found


@pytest.mark.parametrize(("document", "facts", "expect"), cases())
def test_the_chain_says_what_the_case_expects(document: str, facts: dict[str, Any], expect: dict[str, Any]) -> None:
    report = lint_text(document, "document")
    assert report.document is not None, report.findings
    known = {field.name for field in fields(RequestFacts)}
    assert facts.keys() <= known
    caller = RequestFacts(**{name: tuple(value) if name == "tools" else value for name, value in facts.items()})
    outcome = run_chain(compile_document(report.document).chain_for(caller.team), caller, lambda: 0)
    said: dict[str, Any] = {
        "verdict": outcome.verdict,
        "results": {result.kind: result.result for result in outcome.results},
    }
    if outcome.reason is not None:
        said["reason"] = outcome.reason
    if outcome.problem is not None:
        said |= {"status": outcome.problem.status, "code": outcome.problem.code}
    assert said == expect
