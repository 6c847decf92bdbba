"""A text in pieces: what is let go is what the whole would be, however it is cut, and as early as can be."""

from __future__ import annotations

from base64 import b64encode
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.marked_texts import unmarked
from support.streamed_texts import (
    FOUND,
    NOTHING,
    cut,
    differs,
    few_rules,
    first_difference,
    openings,
    streamed,
    text_of,
    written_over,
)
from unit.detectors.test_families_addresses import FOUND as ADDRESSES
from unit.detectors.test_families_numbers import FOUND as NUMBERS
from unit.detectors.test_families_persons import FOUND as PERSONS
from unit.detectors.test_families_roles import FOUND as ROLES
from unit.detectors.test_families_texts import FOUND as TEXTS
from unit.detectors.test_secret_codes import FOUND as CODES
from unit.detectors.test_secrets import PEM, TOKENS

from keeptrusts.gateway.detectors.families.personal import health_rules, payment_rules, personal_rules
from keeptrusts.gateway.detectors.families.secrets import secret_rules
from keeptrusts.gateway.detectors.look import looking, seen
from keeptrusts.gateway.detectors.openings import Openings, needs_whole
from keeptrusts.gateway.detectors.rules import Rule
from keeptrusts.gateway.detectors.streamed import LONGEST, MOST_HELD, StreamedText

SEED = 20_240_907
CHUNKINGS = 10_000
CHUNKINGS_OF_ALL_RULES = 300
EXAMPLES = [unmarked(marked)[0] for marked in (*NUMBERS, *TEXTS, *PERSONS, *ROLES, *ADDRESSES, *CODES)]
CREDENTIALS = [mark + rest for _, mark, rest in TOKENS]


@pytest.fixture(scope="module")
def everything() -> tuple[object, Openings]:
    rules = {rule.id: rule for make in (personal_rules, payment_rules, health_rules, secret_rules) for rule in make()}
    scanner = looking(rules.values())
    return scanner, Openings(scanner)


def test_any_text_however_cut_is_what_the_whole_is() -> None:
    assert (how := first_difference(SEED, CHUNKINGS)) is None, how


def test_all_rules_over_any_text_however_cut(everything) -> None:  # type: ignore[no-untyped-def]  # made in this file
    random = Random(SEED)
    found = [*EXAMPLES, *CREDENTIALS]
    for number in range(CHUNKINGS_OF_ALL_RULES):
        pieces = cut(random, text_of(random, found))
        assert (how := differs(*everything, pieces)) is None, f"seed {SEED}, number {number}: {how}"


@pytest.mark.parametrize("around", [("", ""), ("Well, see what follows. ", " and then, of course, we left.\nBye")])
def test_every_example_letter_by_letter_is_what_the_whole_is(everything, around: tuple[str, str]) -> None:  # type: ignore[no-untyped-def]  # made in this file
    for example in EXAMPLES[:: 1 if around[0] else 3]:
        assert (how := differs(*everything, list(around[0] + example + around[1]))) is None, how


LETTERS = st.sampled_from("a7@. -:\n\"'\\%u0+é\u200bа中=")
PARTS = st.one_of(st.sampled_from([*FOUND, *NOTHING]), LETTERS)


@settings(max_examples=150)
@given(st.lists(PARTS, max_size=8).map("".join), st.randoms(use_true_random=False))
def test_whatever_stands_together_is_what_the_whole_is(text: str, random: Random) -> None:
    assert (how := differs(few_rules(), openings(), cut(random, text))) is None, how
    assert (how := differs(few_rules(), openings(), list(text))) is None, how


@settings(max_examples=60)
@given(st.text(max_size=60), st.sampled_from(FOUND), st.text(max_size=60), st.randoms(use_true_random=False))
def test_any_characters_around_are_what_the_whole_is(before: str, found: str, after: str, random: Random) -> None:
    assert (how := differs(few_rules(), openings(), cut(random, before + found + after))) is None, how


LONG = {
    "letters": "x" * 900,
    "digits": "1234567890" * 90,
    "a password that never ends": "password = '" + "k7Rw!qz94-" * 90,
    "base64 of prose": b64encode((NOTHING[0] * 12).encode()).decode(),
    "base64 of an address, late": b64encode((NOTHING[0] * 6 + "joe@example.com" + NOTHING[0] * 6).encode()).decode(),
    "an address with a long name": "x" * 300 + "@example.com " + "joe@example.com",
    "a label and blanks": "tel:" + " " * 400 + "5551234567",
    "hidden characters": "joe" + "\u200b" * 600 + "@example.com",
    "Chinese": NOTHING[8] * 60,
    "a key without an end": PEM[: PEM.index("-----END")],
    "a key longer than is looked at": PEM.replace("\n", "\n" + "Ab3+" * 4_000 + "\n", 1),
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_what_stays_open_too_long_is_decided_by_the_text_alone(text: str) -> None:
    random = Random(SEED)
    text = f"See joe@example.com; {text} (and) +1 415 555 2671."
    expected, _ = streamed(few_rules(), openings(), [text])
    for _ in range(12):
        sent, held = streamed(few_rules(), openings(), cut(random, text))
        assert sent == expected and held <= MOST_HELD
    assert expected.startswith("See [EMAIL]; ") and expected.endswith(" (and) [PHONE].")


def test_a_private_key_is_written_over_from_its_first_line_to_its_last() -> None:
    text = f"Here it is:\n{PEM}\nKeep it."
    for size in (1, 7, 64, 5_000):
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        assert streamed(few_rules(), openings(), pieces)[0] == "Here it is:\n[PRIVATE_KEY]\nKeep it."
    assert MOST_HELD < len(PEM) < LONGEST


@pytest.mark.parametrize("wrap", [lambda data: b64encode(data).decode(), bytes.hex], ids=["base64", "hexadecimal"])
def test_a_long_run_in_which_something_is_found_is_written_over_whatever_is_before_it(wrap) -> None:  # type: ignore[no-untyped-def]  # a table's column
    run = wrap(f"joe@example.com {NOTHING[0] * 6}".encode())
    for before in ("", "\n", " \n", "  \n", "see: \n"):
        text = f"{before}{run} there"
        for size in (1, 9, 5_000):
            pieces = [text[at : at + size] for at in range(0, len(text), size)]
            assert streamed(few_rules(), openings(), pieces)[0] == f"{before}[EMAIL] there"
    assert len(run) > MOST_HELD


def test_parts_join_to_the_text_and_findings_stand_in_them() -> None:
    random = Random(SEED)
    for _ in range(200):
        pieces = cut(random, text_of(random))
        text = StreamedText(few_rules(), openings())
        parts = [part for piece in pieces for part in text.feed(piece)] + text.end()
        assert "".join(part.text for part in parts) == "".join(pieces)
        assert all(0 <= one.start < one.end <= len(part.text) for part in parts for one in part.findings)


def test_prose_goes_word_by_word() -> None:
    text, sent, said = StreamedText(few_rules(), openings()), "", ""
    for word in ["Nobody", "was", "in", "a", "hurry,", "and", "the", "garden", "stayed", "as", "it", "was."]:
        for letter in f"{word} ":
            sent += "".join(part.text for part in text.feed(letter))
        assert sent.startswith(said)
        said += f"{word} "


NEEDING = [
    ("a pattern of RE2's", Rule(id="x", kind="X", pattern=r"a", by_re2=True), True),
    ("a pattern without a beginning", Rule(id="x", kind="X", pattern=r"a", whole_only=True), True),
    ("a pattern that matches much", Rule(id="x", kind="X", pattern=r"a.*b", needs_whole=True), True),
    ("a seeker nobody knows", Rule(id="x", kind="X", pattern=r"a", seek=lambda _text, start, end: (start, end)), True),
    ("a pattern", Rule(id="x", kind="X", pattern=r"ab+"), False),
    ("letters that may be wrong", Rule(id="x", kind="X", pattern=r"abcdefgh", distance=1, joined=True), False),
]


@pytest.mark.parametrize(("rule", "whole"), [row[1:] for row in NEEDING], ids=[row[0] for row in NEEDING])
def test_which_rules_need_the_whole_text(rule: Rule, whole: bool) -> None:
    assert needs_whole(rule) is whole


def test_no_rule_of_ours_needs_the_whole_text() -> None:
    rules = [*personal_rules(), *payment_rules(), *health_rules(), *secret_rules()]
    assert [rule.id for rule in rules if needs_whole(rule)] == []


def test_a_term_with_wrong_letters_is_found_however_it_is_cut() -> None:
    scanner = looking((Rule(id="near", kind="TERM", pattern="confidential", distance=2, caseless=True, joined=True),))
    made, random = Openings(scanner), Random(SEED)
    text = "It is Confidentail, and confidntal too; confident people say so."
    assert written_over(text, seen(scanner, text)).count("[TERM]") >= 2
    for _ in range(40):
        assert (how := differs(scanner, made, cut(random, text))) is None, how
