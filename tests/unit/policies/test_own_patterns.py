"""Terms and patterns that a policy file names itself."""

from __future__ import annotations

import pytest

from keeptrusts.gateway.detectors.overlaps import resolved
from keeptrusts.gateway.detectors.scanner import Scanner
from keeptrusts.gateway.policies.own_patterns import rules_of_patterns, rules_of_terms

TERMS = ("Project Falcon", "R&D-7", "straße", "ab")
FOUND = [
    ("in any case", "the PROJECT falcon is", 0, ["PROJECT falcon"]),
    ("over lines", "project\n  Falcon", 0, ["project\n  Falcon"]),
    ("signs are no pattern", "R&D-7 and RxD-7", 0, ["R&D-7"]),
    ("not within a word", "projects falcons subproject falcon", 0, []),
    ("other letters", "die Straße", 0, ["Straße"]),
    ("a mistake is none without distance", "projct falcon", 0, []),
    ("a letter too few", "the projct falcon", 1, ["projct falcon"]),
    ("a letter too many", "the project fallcon!", 1, ["project fallcon"]),
    ("another letter", "the project falkon!", 1, ["project falkon"]),
    ("two mistakes", "the projct falkon!", 1, []),
    ("two mistakes, two allowed", "the projct falkon!", 2, ["projct falkon"]),
    ("short terms have none", "ac ad a", 2, []),
]


@pytest.mark.parametrize(("text", "distance", "expected"), [row[1:] for row in FOUND], ids=[row[0] for row in FOUND])
def test_where_terms_are_found(text: str, distance: int, expected: list[str]) -> None:
    found = resolved(Scanner(rules_of_terms(TERMS, "TERM", distance=distance)).scan(text))
    assert [text[one.start : one.end].strip() for one in found] == expected


def test_patterns_are_found_within_words_too() -> None:
    rules = rules_of_patterns((r"ACME-\d{4}", r"v\d"), "PATTERN")
    text = "xACME-1234x v2"
    assert [text[one.start : one.end] for one in resolved(Scanner(rules).scan(text))] == ["ACME-1234", "v2"]
    assert len({rule.id for rule in rules}) == 2


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"A[a-z]{20,600}Z", "x A" + "b" * 30 + "Z y", "A" + "b" * 30 + "Z"),
        (r"\pN{3}", "a 123 b", "123"),
        (r"(?i)straße", "die STRAßE", "STRAßE"),
    ],
    ids=["too large for a beginning", "no ASCII class", "other letters"],
)
def test_what_one_engine_does_not_take_is_left_to_the_other(pattern: str, text: str, found: str) -> None:
    [one] = Scanner(rules_of_patterns((pattern,), "PATTERN")).scan(text)
    assert text[one.start : one.end] == found
