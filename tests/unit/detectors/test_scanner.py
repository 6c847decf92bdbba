"""One scan for many rules: what is found, how sure it is, and what is only a piece of something else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from keeptrusts.gateway.detectors.families import network
from keeptrusts.gateway.detectors.overlaps import resolved
from keeptrusts.gateway.detectors.rules import CERTAIN, LIKELY, WEAK, Context, Finding, Rule
from keeptrusts.gateway.detectors.scanner import MOST_MATCHES, BadPatternError, Scanner, TooManyMatchesError

SHAPED = Rule(id="shaped", kind="SHAPED", pattern=r"\b\d{3}-\d{2}-\d{4}\b", score=LIKELY)
BARE = Rule(
    id="bare",
    kind="BARE",
    pattern=r"\b\d{9}\b",
    score=WEAK,
    context=Context(words=("ssn", "social security"), after=20),
    against=("order",),
)
MAIL = Rule(id="mail", kind="MAIL", pattern=r"[a-z0-9.]+@[a-z0-9.]+\.[a-z]{2,}", caseless=True, joined=True)
EVEN = Rule(id="even", kind="EVEN", pattern=r"\b[0-9]{4}\b", check=lambda text: int(text) % 2 == 0)
VALUE = Rule(
    id="value",
    kind="VALUE",
    pattern=r"key=\S+",
    joined=True,
    inner=lambda text: None if text.endswith("EXAMPLE") else (4, len(text)),
)
LARGE = Rule(id="large", kind="LARGE", pattern=r"\bK[A-Z]{200,400}\b", whole_only=True)
RULES = (SHAPED, BARE, MAIL, EVEN, VALUE, LARGE)
SCANNER = Scanner(RULES)

FOUND = [
    ("by shape", "it is 123-45-6789.", [("SHAPED", "123-45-6789", LIKELY)]),
    ("at both ends", "123-45-6789", [("SHAPED", "123-45-6789", LIKELY)]),
    ("bare, weak alone", "it is 123456789", [("BARE", "123456789", WEAK)]),
    ("bare, with its word before", "SSN: 123456789", [("BARE", "123456789", LIKELY)]),
    ("bare, with its words after", "123456789 (Social Security)", [("BARE", "123456789", LIKELY)]),
    ("a word inside another is none", "the lessn 123456789", [("BARE", "123456789", WEAK)]),
    ("with a word that speaks against it", "order 123456789 for ssn", []),
    ("a piece of a longer id", "a-123-45-6789 and 123-45-6789-b and x123-45-6789", []),
    ("a sentence without its blank", "is 123-45-6789.Then", [("SHAPED", "123-45-6789", LIKELY)]),
    ("a piece of a version", "1.1234.2", []),
    ("what a check says no to", "1233 1234", [("EVEN", "1234", CERTAIN)]),
    ("the longest from each start", "joe@x.example.com!", [("MAIL", "joe@x.example.com", CERTAIN)]),
    ("in any case", "JOE@X.COM", [("MAIL", "JOE@X.COM", CERTAIN)]),
    ("only the inner part", "key=abc", [("VALUE", "abc", CERTAIN)]),
    ("no inner part", "key=EXAMPLE", []),
    ("by characters, not bytes", "Grüße 🎉 joe@x.com é 12 ü", [("MAIL", "joe@x.com", CERTAIN)]),
    ("a lone surrogate", "\ud800 1234", [("EVEN", "1234", CERTAIN)]),
    ("nothing", "", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in FOUND], ids=[row[0] for row in FOUND])
def test_what_is_found(text: str, expected: list[tuple[str, str, int]]) -> None:
    assert [(one.kind, text[one.start : one.end], one.score) for one in SCANNER.scan(text)] == expected


def test_a_pattern_too_large_for_places_is_found_by_the_other_engine() -> None:
    token = "K" + "A" * 300
    text = f"ä {token} and {token}"
    assert [(one.kind, text[one.start : one.end]) for one in SCANNER.scan(text)] == [("LARGE", token)] * 2


def test_a_pattern_that_matches_a_part_of_a_character_finds_the_whole() -> None:
    scanner = Scanner((Rule(id="part", kind="PART", pattern=r"[^a]key[^a]", joined=True),))
    text = "éé中keyé中"
    assert [text[one.start : one.end] for one in scanner.scan(text)] == ["中keyé"]


@pytest.mark.parametrize("pattern", ["(?=a)b", "a(", r"(a)\1", "[z-a]"])
def test_a_pattern_that_cannot_be_scanned_for_is_named(pattern: str) -> None:
    with pytest.raises(BadPatternError) as refused:
        Scanner((MAIL, Rule(id="mine", kind="MINE", pattern=pattern)))
    assert refused.value.rule == "mine" and refused.value.reason


def test_a_text_of_nothing_but_matches_is_given_up() -> None:
    with pytest.raises(TooManyMatchesError) as given_up:
        SCANNER.scan("a@b.ccc " * MOST_MATCHES)
    assert "ccc" not in str(given_up.value)


def test_several_threads_may_scan_with_one_scanner() -> None:
    texts = [" ".join(f"ssn {number:09}, me{number}@x.example" for number in range(at, at + 2_000)) for at in range(4)]
    alone = [SCANNER.scan(text) for text in texts]
    assert all(len(found) == 4_000 for found in alone)
    with ThreadPoolExecutor(max_workers=len(texts)) as threads:
        for _ in range(5):
            assert list(threads.map(SCANNER.scan, texts)) == alone


def test_a_scanner_of_nothing_finds_nothing() -> None:
    assert Scanner(()).scan("123-45-6789") == []


def finding(kind: str, start: int, end: int, score: int) -> Finding:
    return Finding(kind=kind, start=start, end=end, score=score, rule=kind)


OVERLAPS = [
    ("apart", [("a", 0, 2, 80), ("b", 2, 4, 60)], ["a", "b"]),
    ("the surer wins", [("a", 0, 9, 60), ("b", 3, 5, 80)], ["b"]),
    ("of equally sure ones the longer", [("a", 0, 5, 80), ("b", 2, 9, 80)], ["b"]),
    ("what was beaten stands in nobody's way", [("a", 0, 4, 80), ("b", 3, 7, 70), ("c", 6, 9, 60)], ["a", "c"]),
    ("around several", [("a", 0, 9, 70), ("b", 1, 2, 80), ("c", 4, 5, 80)], ["b", "c"]),
    ("weak and empty ones never count", [("a", 0, 5, 20), ("b", 3, 3, 100)], []),
    ("the same twice", [("a", 0, 5, 80), ("a", 0, 5, 80)], ["a"]),
]


@pytest.mark.parametrize(("given", "kept"), [row[1:] for row in OVERLAPS], ids=[row[0] for row in OVERLAPS])
def test_which_findings_count(given: list[tuple[str, int, int, int]], kept: list[str]) -> None:
    assert [one.kind for one in resolved(finding(*one) for one in given)] == kept
    assert [one.kind for one in resolved(finding(*one) for one in reversed(given))] == kept


NEAR = [
    ("the nearest of two labels is surer", "ssn: 1, tax id 123456789", ["TAX", "SOCIAL"]),
    ("a label that speaks against, farther than the one for it", "order for tax id 123456789", ["TAX"]),
    ("blanks of a label may be something else", '{"tax_id": "123456789"}', ["TAX"]),
    ("or nothing", "taxid=123456789", ["TAX"]),
    ("without a label there is nothing", "123456789", []),
    ("a script without blanks", "私の番号は123456789です", ["CHINESE"]),
    ("letters outside ASCII, in any case", "FÜHRERSCHEIN 123456789", ["LICENCE"]),
]


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in NEAR], ids=[row[0] for row in NEAR])
def test_what_labels_say(text: str, expected: list[str]) -> None:
    def labelled(kind: str, word: str) -> Rule:
        context = Context(words=(word,))
        return Rule(id=kind, kind=kind, pattern=r"\b\d{9}\b", score=0, context=context, against=("order",))

    rules = [labelled(*one) for one in
             (("SOCIAL", "ssn"), ("TAX", "tax id"), ("CHINESE", "番号"), ("LICENCE", "führerschein"))]  # fmt: skip
    found = Scanner(rules).scan(text)
    assert [one.kind for one in sorted(found, key=lambda one: -one.score)] == expected


def test_a_rule_may_seek_the_whole_of_what_it_matched_the_beginning_of() -> None:
    def rest_of_the_word(text: str, start: int, end: int) -> tuple[int, int] | None:
        return (start, start + len(text[start : start + 20].split()[0])) if text[start] != "X" else None

    rule = Rule(id="word", kind="WORD", pattern=r"\b[A-Z]{2}", joined=True, seek=rest_of_the_word)
    text = "é ABcdef, XYz"
    assert [text[one.start : one.end] for one in Scanner([rule]).scan(text)] == ["ABcdef,"]


AS_SCANNED = Rule(id="guarded", kind="SHAPED", pattern=r"\b\d{3}[\-]\d{2}[\-]\d{4}\b", score=LIKELY)
"""What SHAPED looks for, of a shape that is scanned for only where it may stand alone."""


def test_what_the_scan_leaves_out_is_what_would_have_been_a_piece_of_something_longer() -> None:
    asked, spared = Scanner((SHAPED,)), Scanner((AS_SCANNED,))
    signs = [*map(chr, range(128)), "\u00e9", "\u5b57", "\U0001f389"]
    texts = [f"{one}{other}123-45-6789" for one in signs for other in signs]
    texts += [f"{one}123-45-6789{other}" for one in signs for other in signs]
    places = [[[(one.start, one.end) for one in scanner.scan(text)] for text in texts] for scanner in (asked, spared)]
    assert places[0] == places[1]
    assert 1_000 < sum(map(len, places[0])) < len(texts)


@pytest.mark.parametrize(
    ("pattern", "piece", "most"),
    [
        (r"\b\d{2}[ .\-]\d{2}[ .\-]\d{2}\b", "12-34-", 2),
        (r"\b\d{1,2}[.\-]\d{1,2}[.\-]\d{2}\b", "12.34.", 2),
        (r"\b\d{3}[ \-]\d{3}[ \-]\d{4}\b", "123-456-7890-", 2),
    ],
)
def test_numbers_without_an_end_are_no_candidates(pattern: str, piece: str, most: int) -> None:
    scanner = Scanner((Rule(id="number", kind="NUMBER", pattern=pattern),))
    assert len(scanner.candidates(piece * 1_000)) <= most
    assert len(scanner.candidates(f"{piece * 3}\n".replace("-\n", "\n").replace(".\n", "\n") * 10)) >= 10


def test_pairs_of_digits_without_an_end_are_no_candidates_for_addresses_of_hardware() -> None:
    scanner = Scanner([rule for rule in network.RULES if rule.id == "mac"])
    assert len(scanner.candidates("12-34-" * 1_000)) <= 1
    assert [one.start for one in scanner.scan("00-1A-2B-3C-4D-5E,(00:1a:2b:3c:4d:5e)")] == [0, 19]
