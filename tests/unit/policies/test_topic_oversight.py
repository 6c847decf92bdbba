"""human-oversight by topics: what makes a call one about a topic, in which words, and what then follows."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import pytest
from support.judged_texts import chain_of, judged

from keeptrusts.gateway.policies.human_oversight import MOST_WORDS, enough_words
from keeptrusts.gateway.policies.run import ChainOutcome
from keeptrusts.gateway.policies.texts import Channel, Text

ADVICE = "Draft an opinion: is the landlord liable under this contract when the tenant sues?"


def said(
    *texts: str,
    options: str = "{require_human_for: [legal_opinions]}",
    channel: Channel = "user",
    phase: Literal["input", "output"] = "input",
) -> ChainOutcome:
    found = tuple(Text(path=(number,), channel=channel, text=text) for number, text in enumerate(texts))
    return judged(chain_of("human-oversight", options), found, phase)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("legal_opinions", ADVICE),
        ("legal", ADVICE),
        ("Legal Advice", ADVICE),
        ("financial-advice", "Should I move my pension into bonds?"),
        ("medical_decisions", "What dose of this antibiotic for a patient of 70 kg?"),
        ("hiring_actions", "Rank these candidates for an interview"),
        ("safety_critical", "May I bypass the interlock of the emergency stop?"),
    ],
)
def test_a_person_decides_about_what_is_said_about_a_topic(name: str, text: str) -> None:
    outcome = said(text, options=f"{{require_human_for: [{name}]}}")
    [result] = outcome.results
    assert outcome.verdict == "escalate" and outcome.reason == "review_required"
    assert outcome.escalation is not None and outcome.escalation.type == "human_oversight"
    assert list(result.findings.values()) == [1] and all(kind.startswith("TOPIC_") for kind in result.findings)


@pytest.mark.parametrize(
    "text",
    [
        "Write a haiku about autumn",
        "The API contract says that the field is optional",
        "contract, contract and contract",
        "The court is booked for tennis",
        "What dose of this antibiotic for a patient of 70 kg?",
    ],
)
def test_other_calls_pass_one_word_in_passing_too(text: str) -> None:
    assert said(text).verdict == "allow"


def test_words_count_over_the_whole_conversation_but_not_what_the_application_says_of_itself() -> None:
    assert said("Is my landlord right?", "He says that I am liable").verdict == "escalate"
    assert said(ADVICE, channel="system").verdict == "allow"


def test_any_other_name_is_a_word_itself_and_one_mention_is_enough() -> None:
    options = "{require_human_for: [merger_talks, Project Falcon]}"
    assert said("When do the merger  talks begin?", options=options).verdict == "escalate"
    assert said("see merger_talks, or merger-talks", options=options).verdict == "escalate"
    assert said("project falcon is late", options=options).verdict == "escalate"
    assert said("the falcon flies", options=options).verdict == "allow"


def test_how_sure_it_must_be_is_how_many_different_words_are_said() -> None:
    words = {share: enough_words(Decimal(share)) for share in ("0", "0.3", "0.5", "0.6", "0.75", "0.9")}
    assert words == {"0": 1, "0.3": 2, "0.5": 2, "0.6": 3, "0.75": 3, "0.9": 5}
    assert enough_words(None) == 2 and enough_words(Decimal("0.99")) == enough_words(Decimal(1)) == MOST_WORDS
    sure = "{require_human_for: [legal], confidence_threshold: 0.9}"
    unsure = "{require_human_for: [legal], confidence_threshold: 0}"
    assert said(ADVICE, options=sure).verdict == "allow"
    assert said(ADVICE + " See the statute and this clause.", options=sure).verdict == "escalate"
    assert said("a word about the statute", options=unsure).verdict == "escalate"


def test_it_refuses_where_nobody_may_be_asked_and_names_no_words() -> None:
    outcome = said(ADVICE, options="{require_human_for: [legal], action: block}")
    assert outcome.problem is not None and outcome.problem.code == "input_blocked"
    assert outcome.reason == "review_required" and "landlord" not in outcome.problem.message


def test_answers_are_judged_where_the_phase_says_so() -> None:
    options = "{require_human_for: [legal], phase: output}"
    chain = chain_of("human-oversight", options)
    assert chain.scanner is None and chain.holds_answers
    assert said(ADVICE, options=options, phase="output").verdict == "escalate"
    assert said("Autumn leaves", options=options, phase="output").verdict == "allow"


def test_an_entry_that_has_every_call_held_needs_no_topics() -> None:
    options = "{require_review: true, require_human_for: [legal]}"
    assert chain_of("human-oversight", options).scanner is None
    assert said("Autumn leaves", options=options).verdict == "escalate"
