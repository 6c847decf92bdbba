"""dlp-filter by how sensitive its data is: texts that bear a marking count as a whole, talk about secrets does not."""

from __future__ import annotations

import pytest
from support.judged_texts import chain_of, judged

from keeptrusts.gateway.policies.run import ChainOutcome
from keeptrusts.gateway.policies.texts import Text
from keeptrusts.schemas.policy_document.lint import lint_text

MARKED = [
    "STRICTLY CONFIDENTIAL - Board minutes of 3 May",
    "Board minutes\n\nStrictly  confidential\n\nThe offer is 12 EUR a share.",
    "This memo is attorney-client privileged.",
    "CONFIDENTIAL\nProject plan",
    "[CONFIDENTIAL] salaries of 2026",
    "TOP SECRET//SI//NOFORN",
    "Classification: Restricted\nNetwork plan",
    "classification = 'internal'",
    "TLP:RED the indicators below",
    "tlp: amber+strict",
    "FOR OFFICIAL USE ONLY",
    "Company confidential. Not for distribution outside ACME.",
    "Streng vertraulich! Angebot an die Käuferin",
    "Ce document est strictement confidentiel.",
    "Documento de uso interno",
    "社外秘 来期の計画",
    "ＣＯＮＦＩＤＥＮＴＩＡＬ",
]
WORDS = [
    "this is confidential, please keep it so",
    "a sensitive matter",
    "proprietary algorithm",
    "diese Unterlage ist vertraulich",
    "TLP:GREEN for the community",
]
INNOCENT = [
    "How do OAuth confidential clients differ from public ones?",
    "What classification: supervised or unsupervised?",
    "enum Level { PUBLIC, INTERNAL, CONFIDENTIAL_DATA }",
    "Level.CONFIDENTIAL.value",
    "The recipe is a secret, but do tell",
    "the sensitivity of the sensor is 3 mV",
    "restricted stock units vest over four years",
    "We distribute this for public release",
    "top secrets of good pasta",
]


def said(text: str, level: str, options: str = "action: block") -> ChainOutcome:
    chain = chain_of("dlp-filter", f"{{sensitivity_level: {level}, {options}}}")
    assert chain.scanner is not None
    return judged(chain, (Text(path=("x",), channel="user", text=text),))


@pytest.mark.parametrize("text", MARKED)
def test_what_bears_a_marking_does_not_leave_at_the_higher_levels(text: str) -> None:
    assert said(text, "standard").verdict == "allow"
    for level in ("high", "restricted"):
        outcome = said(text, level)
        assert outcome.verdict == "block" and outcome.results[0].findings == {"CLASSIFICATION": 1}, level


@pytest.mark.parametrize("text", WORDS)
def test_words_alone_count_only_at_the_highest(text: str) -> None:
    assert [said(text, level).verdict for level in ("standard", "high", "restricted")] == ["allow", "allow", "block"]


@pytest.mark.parametrize("text", INNOCENT)
def test_talk_of_such_things_is_no_marking(text: str) -> None:
    assert said(text, "high").verdict == "allow"


def test_a_marked_text_is_written_over_as_a_whole_with_what_else_is_in_it() -> None:
    text = "Strictly confidential: the key is AKIAZ7QK3M5N2P4R6T8V"
    [edit] = said(text, "high", "action: redact").edits
    assert (edit.start, edit.end, edit.replacement) == (0, len(text), "[CLASSIFICATION]")


def test_other_findings_stay_as_they_are_and_answers_are_judged_whole() -> None:
    outcome = said("the falcon and the key AKIAZ7QK3M5N2P4R6T8V", "high", "action: redact, blocked_terms: [falcon]")
    assert sorted(edit.replacement for edit in outcome.edits) == ["[AWS_ACCESS_KEY]", "[TERM]"]
    assert chain_of("dlp-filter", "{sensitivity_level: high}").openings is None
    assert chain_of("dlp-filter").openings is not None


def test_an_entry_that_only_knows_markings_looks_for_something() -> None:
    report = lint_text(
        "policies: {chain: [dlp-filter]}\npolicy: {dlp-filter: {secrets: false, sensitivity_level: high}}\n", "file"
    )
    assert not [one for one in report.findings if "nothing" in one.message or one.code == "KT145"]
