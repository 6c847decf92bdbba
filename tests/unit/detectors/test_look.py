"""What a chain sees in a text: through disguises and wrappings, with places in the text as it was given."""

from __future__ import annotations

import html
import json
import textwrap
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keeptrusts.gateway.detectors.families import email, email_in_words
from keeptrusts.gateway.detectors.look import look, looking, seen
from keeptrusts.gateway.detectors.rules import LIKELY, PLAIN, WEAK, Context, Rule

MAIL = Rule(id="mail", kind="MAIL", pattern=r"[a-z0-9.]+@[a-z0-9.]+\.[a-z]{2,}", caseless=True, joined=True)
PIN = Rule(id="pin", kind="PIN", pattern=r"\b[0-9]{4}\b", score=WEAK)
SCANNER = looking((MAIL, PIN))
PLAIN_TEXT = "Please write to jane.doe@example.com before Friday, and to nobody else; thank you very much."
BASE64 = b64encode(PLAIN_TEXT.encode()).decode()
TWICE = b64encode(BASE64.encode()).decode()
HEX = PLAIN_TEXT.encode().hex()
WRAPPED = textwrap.fill(BASE64, 64)
INDENTED = textwrap.fill(BASE64, 60, subsequent_indent="    ")

FOUND = [
    ("nothing", "plain text", []),
    ("as it is", "to joe@x.com, or", ["joe@x.com"]),
    ("in disguise", "to ｊоe\u200b@x.com, or", ["ｊоe\u200b@x.com"]),
    ("base64", f"see {BASE64} there", [BASE64]),
    ("base64 as a value", f"data={BASE64};", [BASE64]),
    ("base64 behind letters of another script", f"中{BASE64}中", [BASE64]),
    ("base64 of a short text", "MTIzNCBqb0B4LmNv here", ["MTIzNCBqb0B4LmNv"]),
    ("base64 without padding", f"see {BASE64.rstrip('=')} there", [BASE64.rstrip("=")]),
    ("base64 in lines", f"see\n{WRAPPED}\nthere", [WRAPPED]),
    ("base64 in indented lines", f"    {INDENTED}\nthere", [INDENTED]),
    ("base64 for addresses", urlsafe_b64encode(b"??>>joe@x.com??>>").decode(), ["Pz8-Pmpv" + "ZUB4LmNvbT8_Pj4="]),
    ("base64 in a path", f"/files/{BASE64}", [BASE64]),
    ("base64 of UTF-16", b64encode("joe@x.com".encode("utf-16-le")).decode(), ["agBvAGUAQAB4AC4AYwBvAG0A"]),
    ("base64 that begins in Russian", b64encode("Пишите на joe@x.com".encode()).decode(), None),
    ("base64 that begins with an accent", b64encode("naïve joe@example.com".encode()).decode(), None),
    ("base64 twice", f"see {TWICE} there", [TWICE]),
    ("base64 thrice is deeper than is looked", b64encode(TWICE.encode()).decode(), []),
    ("hexadecimal", f"see {HEX} there", [HEX]),
    ("hexadecimal in capitals", f"0x{HEX.upper()}"[2:], [HEX.upper()]),
    ("percent signs", f"q={quote('joe@x.com')}&r=1", ["joe%40x.com"]),
    ("all in percent signs", "".join(f"%{ord(one):02X}" for one in "joe@x.com"), None),
    ("percent signs twice", "joe%2540x.com", ["joe%2540x.com"]),
    ("behind a percent sign", "to%20joe@x.com", ["joe@x.com"]),
    ("among characters of several bytes", quote("ü:joe@x.com:ü"), ["joe%40x.com"]),
    ("entities", "to &#106;oe&#x40;x.com &amp; so", ["&#106;oe&#x40;x.com"]),
    ("entities with names", html.escape("<joe@x.com>"), ["joe@x.com"]),
    ("a JSON string", json.dumps({"to": "é joe@x.com"}), ["joe@x.com"]),
    ("an escaped letter", '{"to": "joe\\u0040x.com"}', ["joe\\u0040x.com"]),
    ("behind an escaped end of line", '"Hi,\\njoe@x.com"', ["joe@x.com"]),
    ("a JSON string in a JSON string", json.dumps({"a": json.dumps({"b": "é\njoe@x.com"})}), ["joe@x.com"]),
    ("base64 in a JSON string", json.dumps({"a": f'"{BASE64}"\n'}), [BASE64]),
    ("base64 of JSON", b64encode(b'{"a": "joe\\u0040x.com"}').decode(), None),
    ("bytes of a string", "b'\\x6aoe\\x40x.com'", ["\\x6aoe\\x40x.com"]),
    ("a path of Windows", r"C:\new\table\joe@x.com", ["joe@x.com"]),
    ("percents", "100% of joe@x.com", ["joe@x.com"]),
    ("an invalid escape", "%ff%fe joe@x.com \\ud800 &nothing;", ["joe@x.com"]),
    ("an escape deeper than is looked", "%252520joe@x.com", ["20joe@x.com"]),
    ("weak ones do not count", "1234", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in FOUND], ids=[row[0] for row in FOUND])
def test_what_is_seen(text: str, expected: list[str] | None) -> None:
    found = [text[one.start : one.end] for one in look(SCANNER, text)]
    assert found == ([text] if expected is None else expected)


NOT_LOOKED_INTO = [
    "3f786850e387550fdab836ed7e6dc881de23001b",
    "550e8400-e29b-41d4-a716-446655440000",
    "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "internationalization_of_everything_everywhere",
    "https://example.com/a/very/long/path/to/some/resource/index/page",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
]


@pytest.mark.parametrize("text", NOT_LOOKED_INTO)
def test_what_is_no_text_inside_text_is_nothing(text: str) -> None:
    anything = looking((Rule(id="any", kind="ANY", pattern=r"[a-z ]{3,}", caseless=True, joined=True),))
    assert all(one.length < len(text) or text.isalpha() for one in look(anything, text))


def test_weak_ones_are_seen_by_who_asks() -> None:
    assert [one.kind for one in seen(SCANNER, "1234")] == ["PIN"]
    assert [one.score for one in look(SCANNER, "1234", least_score=WEAK)] == [WEAK]
    assert WEAK < PLAIN <= LIKELY


def test_a_word_in_one_wrapping_says_nothing_of_a_number_in_another() -> None:
    beside = looking(
        (Rule(id="pin", kind="PIN", pattern=r"\b[0-9]{4}\b", score=WEAK, context=Context(words=("pin",), before=60)),)
    )
    word, number = b64encode(b"this is the pin").decode(), b64encode(b"8472 of them are here").decode()
    assert look(beside, f"{word} {number}") == []
    assert [one.kind for one in look(beside, b64encode(b"this is the pin: 8472").decode())] == ["PIN"]


SPELLED = [
    ("brackets", "ask joe [at] example [dot] com.", ["joe [at] example [dot] com"]),
    ("round ones", "joe.doe(at)mail.example(dot)co(dot)uk", ["joe.doe(at)mail.example(dot)co(dot)uk"]),
    ("a dot as it is", "joe [at] example.com", ["joe [at] example.com"]),
    ("words", "it is joe at example dot com, right", ["joe at example dot com"]),
    ("capitals", "JOE (AT) EXAMPLE (DOT) ORG", ["JOE (AT) EXAMPLE (DOT) ORG"]),
    ("German", "joe (at) beispiel (punkt) de", ["joe (at) beispiel (punkt) de"]),
    ("a meeting", "meet me at example street dot", []),
    ("prose", "look at the dot, com is not there; arrive at noon (at the latest) sharp", []),
    ("an index", "a[at] = b", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in SPELLED], ids=[row[0] for row in SPELLED])
def test_addresses_that_are_written_out(text: str, expected: list[str]) -> None:
    scanner = looking((*email.RULES, *email_in_words.RULES))
    assert [text[one.start : one.end] for one in look(scanner, text)] == expected


PARTS = st.sampled_from(
    [
        "joe@x.com",
        "%40",
        "%C3%A9",
        "\\u0040",
        "\\n",
        "&amp;",
        "é",
        "\u200b",
        "ﬃ",
        " ",
        "a",
        "%",
        "\\",
        BASE64,
        HEX,
        "=",
        "中",
    ]
)


@given(st.lists(PARTS, max_size=12).map("".join))
def test_every_finding_stands_in_the_text_and_none_overlap(text: str) -> None:
    end = 0
    for one in look(SCANNER, text):
        assert end <= one.start < one.end <= len(text)
        end = one.end


@given(st.lists(PARTS, max_size=6).map("".join), st.lists(PARTS, max_size=6).map("".join))
def test_an_address_between_blanks_is_found_whatever_is_around(before: str, after: str) -> None:
    text = f"{before} joe@x.com {after}"
    at = len(before) + 1
    assert any(one.start <= at and one.end >= at + len("joe@x.com") for one in look(SCANNER, text))


def test_equal_runs_are_looked_into_once_and_found_each() -> None:
    asked: list[str] = []

    def sought(text: str, start: int, end: int) -> tuple[int, int]:
        asked.append(text[start:end])
        return start, end

    rule = Rule(id="asked", kind="ASKED", pattern=r"number \d{4}", joined=True, seek=sought)
    runs = [b64encode(f"this is the number {number}".encode()).decode() for number in (1234, 5678)]
    found = look(looking((rule,)), " ".join(runs * 100))
    assert len(found) == 200
    assert sorted(asked) == ["number 1234", "number 5678"]
