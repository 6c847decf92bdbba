"""The policies that find things in texts: what each looks for, as its options say."""

from __future__ import annotations

from typing import Any

import pytest

from keeptrusts.gateway.detectors.families.personal import kinds
from keeptrusts.gateway.policies.compile import compile_document
from keeptrusts.gateway.policies.protocol import RequestFacts
from keeptrusts.gateway.policies.review import Review
from keeptrusts.gateway.policies.run import run_chain
from keeptrusts.gateway.policies.texts import Text, edited
from keeptrusts.schemas.policy_document.kinds.entities import ENTITIES, entities_named
from keeptrusts.schemas.policy_document.lint import lint_text

TEXT = (
    "Jane Doe's SSN is 536-90-4399, her card 4111 1111 1111 1111, mail jane@acme.org, "
    "MRN: 00451234, visited 2024-03-05. The code word is falcon."
)


def after(kind: str, options: str, text: str = TEXT) -> tuple[str, dict[str, int]]:
    """What is left of a text, and what was counted."""
    report = lint_text(f"policies: {{chain: [{kind}]}}\npolicy: {{{kind}: {options}}}\n", "file")
    assert report.document is not None, report.findings
    chain = compile_document(report.document).chain_for(None)
    assert chain.scanner is not None
    texts = (Text(path=("x",), channel="user", text=text),)
    facts = RequestFacts(org="o", review=Review(texts, chain.scanner, b"secret"))
    outcome = run_chain(chain, facts, lambda: 0)
    [result] = outcome.results
    return str(edited({"x": text}, texts, outcome.edits)["x"]), dict(result.findings)


LOOKS = [
    ("pii-detector", "{}", ["536-90-4399", "4111 1111 1111 1111", "jane@acme.org"], ["2024-03-05", "falcon"]),
    ("pii-detector", "{entities: [email]}", ["jane@acme.org", "4111 1111 1111 1111"], ["536-90-4399"]),
    ("pii-detector", "{entities: [email], pci_mode: false}", ["jane@acme.org"], ["536-90-4399", "4111 1111 1111 1111"]),
    ("pii-detector", "{pci_mode: false}", ["536-90-4399"], ["4111 1111 1111 1111"]),
    ("pii-detector", "{healthcare_mode: true}", ["00451234", "536-90-4399"], ["2024-03-05"]),
    ("pii-detector", "{entities: [ssn], detect_patterns: ['fal.on']}", ["536-90-4399", "falcon"], ["jane@acme.org"]),
    ("hipaa-phi-detector", "{}", ["536-90-4399", "jane@acme.org", "00451234", "2024-03-05"], ["falcon"]),
    ("hipaa-phi-detector", "{safe_harbor_method: false}", ["536-90-4399", "00451234"], ["2024-03-05"]),
    ("dlp-filter", "{blocked_terms: [Falcon]}", ["falcon"], ["536-90-4399", "jane@acme.org"]),
    ("dlp-filter", "{blocked_terms: [falkon], fuzzy_matching: true}", ["falcon"], ["536-90-4399"]),
    ("dlp-filter", "{pattern: 'SSN is', secrets: false}", ["SSN is"], ["falcon", "536-90-4399"]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "options", "gone", "left"), LOOKS, ids=[f"{row[0]} {row[1]}" for row in LOOKS])
def test_what_a_policy_looks_for(kind: str, options: str, gone: list[str], left: list[str]) -> None:
    text, counts = after(kind, options)
    assert [one for one in gone if one in text] == []
    assert [one for one in left if one not in text] == []
    assert sum(counts.values()) >= len(gone)


@pytest.mark.parametrize(
    ("disguised", "value"),
    [
        ("ｊａｎｅ＠ａｃｍｅ．ｏｒｇ is mine", "ａｃｍｅ"),
        ("j\u200ban\u200be@acme.org", "acme"),
        ("jane [at] acme [dot] org", "acme"),
        ("jane at acme dot org", "acme"),
        ("amFuZUBhY21lLm9yZyBpcyBoZXIgbWFpbCBhZGRyZXNz", "YWNtZS5v"),
    ],
)
def test_disguises_and_wrappings_are_seen_through(disguised: str, value: str) -> None:
    text, counts = after("pii-detector", "{entities: [email]}", f"see {disguised} there")
    assert value not in text and counts == {"EMAIL": 1} and text.startswith("see ") and text.endswith(" there")


@pytest.mark.parametrize(
    ("phase", "stream", "verdict"),
    [
        ("input", False, "escalate"), ("input", True, "escalate"),
        ("output", False, "escalate"), ("output", True, "escalate"),
    ],
)  # fmt: skip
def test_a_filter_may_ask_a_person(phase: Any, stream: bool, verdict: str) -> None:
    text = "policies: {chain: [dlp-filter]}\npolicy: {dlp-filter: {action: escalate, terms: [falcon]}}\n"
    report = lint_text(text, "file")
    assert report.document is not None
    chain = compile_document(report.document).chain_for(None)
    assert chain.scanner is not None
    review = Review((Text(path=(0,), channel="user", text="a falcon"),), chain.scanner, b"secret")
    facts = RequestFacts(org="o", phase=phase, stream=stream, review=review)
    outcome = run_chain(chain, facts, lambda: 0)
    assert (outcome.verdict, outcome.reason) == (verdict, "confidential_data")
    assert (outcome.escalation is not None) == (verdict == "escalate")


def test_many_texts_together_may_not_be_slower_than_one_and_are_refused_when_they_would_be() -> None:
    report = lint_text("policies: {chain: [pii-detector]}\n", "file")
    assert report.document is not None
    chain = compile_document(report.document).chain_for(None)
    assert chain.scanner is not None
    one = "12 34 56 78 " * 5_000
    texts = tuple(Text(path=(number,), channel="user", text=one) for number in range(20))
    for some, verdict in ((texts[:2], "allow"), (texts, "block")):
        facts = RequestFacts(org="o", review=Review(some, chain.scanner, b"secret"))
        outcome = run_chain(chain, facts, lambda: 0)
        assert outcome.verdict == verdict
    assert outcome.reason == "too_many_matches" and [one.result for one in outcome.results] == ["error"]
    assert outcome.problem is not None and outcome.problem.code == "input_blocked"
    assert "more that looks like personal data than can be looked at" in outcome.problem.text


def test_policies_can_name_every_kind_that_is_found() -> None:
    assert set(kinds()) == ENTITIES


WORDS: list[tuple[str, Any]] = [
    ("SSN", {"US_SSN"}),
    ("social security number", {"US_SSN"}),
    ("credit-cards", {"CREDIT_CARD"}),
    ("emails", {"EMAIL"}),
    ("US_SSN", {"US_SSN"}),
    ("address", {"ADDRESS"}),
]


@pytest.mark.parametrize(("word", "expected"), WORDS)
def test_kinds_are_named_as_people_write_them(word: str, expected: set[str]) -> None:
    assert entities_named([word]) == expected


def test_a_kind_that_nobody_knows_is_refused_with_what_was_meant() -> None:
    report = lint_text("policies: {chain: [pii-detector]}\npolicy: {pii-detector: {entities: [emial]}}\n", "file")
    assert report.document is None
    assert "did you mean email?" in " ".join(one.message for one in report.findings)
