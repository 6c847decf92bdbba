"""One pass against disguises: what becomes what, what stays, and where in the original a finding stood."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keeptrusts.gateway.detectors.normalize import normalize

FOLDED = [
    ("fullwidth", "ｊｏｅ＠ｅｘａｍｐｌｅ．ｃｏｍ", "joe@example.com"),
    ("zero-width", "j\u200bo\u200de\u2060@example.com", "joe@example.com"),
    ("soft hyphens and a byte order mark", "\ufeffex\u00adample", "example"),
    ("bidi controls", "\u202ejoe\u202c@x.com", "joe@x.com"),
    ("tags", "a\U000e0041\U000e0042b", "ab"),
    ("variation selectors", "1\ufe0f2\U000e01003", "123"),
    ("combining marks", "s\u0336e\u0336c\u0336r\u0336e\u0336t", "secret"),
    ("mathematical letters", "𝐩𝑎𝓈𝔰𝕨𝗼𝘳𝙙", "password"),
    ("mathematical digits", "𝟒𝟙𝟣𝟭", "4111"),
    ("circled letters", "ⓙⓞⓔ 🅐🅑", "joe AB"),
    ("circled digits", "①②③ ⑩ ❶", "123 10 1"),
    ("ligatures", "oﬃce", "office"),
    ("Arabic digits", "٤١١١ ۴۱۱۱", "4111 4111"),
    ("digits of India and Thailand", "१२३ ১২৩ ๑๒๓", "123 123 123"),
    ("digits of Japan", "〇九〇-一二三四-五六七八", "090-1234-5678"),
    ("a year in Chinese", "二〇二四年", "2024年"),
    ("raised digits", "⁴¹¹¹", "4111"),
    ("a lookalike in a word", "pаsswоrd", "password"),
    ("lookalikes beside a dot", "jоhn@ехаmрlе.со", "john@example.co"),
    ("an address of nothing but lookalikes", "соре@хоре.сс", "cope@xope.cc"),
    ("a key's first letters", "АКІА1234", "AKIA1234"),
    ("Greek capitals", "ΑΚΙΑ1", "AKIA1"),
    ("dashes", "555\u2010123\u20114567 5\u20136", "555-123-4567 5-6"),
    ("blanks", "a\u00a0b\u2009c\u3000d", "a b c d"),
    ("quotes", "“it’s”", "\"it's\""),
    ("the ideographic full stop in a name", "example。com", "example.com"),
]  # fmt: skip

KEPT = [
    ("ASCII", "plain text, 1-2-3"),
    ("French", "L'été à Nîmes, c'était où ?"),
    ("Russian", "Вчера мы с коллегами были в офисе, а потом у окна."),
    ("a Russian word after a dash", "API-ключ и SQL-запрос"),
    ("Greek", "Ο άνθρωπος και η φύση"),
    ("Chinese", "第一次见面,三个人。我们"),
    ("Turkish", "güneş"),
    ("a formula", "H₂O und x²"),
    ("emoji", "🎉👍"),
    ("a long dash", "one — two"),
    ("flags", "🇫🇷"),
]  # fmt: skip


@pytest.mark.parametrize(("given_text", "expected"), [row[1:] for row in FOLDED], ids=[row[0] for row in FOLDED])
def test_what_a_disguise_becomes(given_text: str, expected: str) -> None:
    assert normalize(given_text).text == expected


@pytest.mark.parametrize("text", [row[1] for row in KEPT], ids=[row[0] for row in KEPT])
def test_what_stays_as_it_is(text: str) -> None:
    normalized = normalize(text)
    assert normalized.text == text and normalized.starts is None and normalized.hidden == 0


SPANS = [
    ("one to one", "xｊｏｅy", "joe", "ｊｏｅ"),
    ("hidden inside", "x j\u200bo\u200b\u200be y", "joe", "j\u200bo\u200b\u200be"),
    ("hidden behind", "x joe\u200b\u202c y", "joe", "joe\u200b\u202c"),
    ("hidden at the very start", "\u200bjoe y", "joe", "\u200bjoe"),
    ("hidden before, which belongs to what is before it", "x \u200bjoe", "joe", "joe"),
    ("several from one", "x oﬃce y", "office", "oﬃce"),
    ("a part of one", "x oﬃce y", "of", "oﬃ"),
    ("the end of a part of one", "x oﬃce y", "ice", "ﬃce"),
    ("marks behind the last", "x joe\u0336 y", "joe", "joe\u0336"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "part", "original"), [row[1:] for row in SPANS], ids=[row[0] for row in SPANS])
def test_where_a_part_stood(text: str, part: str, original: str) -> None:
    normalized = normalize(text)
    at = normalized.text.index(part)
    start, end = normalized.original_span(at, at + len(part))
    assert text[start:end] == original


HIDDEN = [
    ("none", "plain", 0),
    ("between letters", "ig\u200bno\u200bre", 2),
    ("tags", "hello\U000e0069\U000e0067", 2),
    ("a family", "👩\u200d👩\u200d👧 ❤\ufe0f", 0),
    ("Persian", "می\u200cخواهم", 0),
    ("a byte order mark first", "\ufeffé", 0),
    ("marks are seen", "e\u0301", 0),
]  # fmt: skip


@pytest.mark.parametrize(("text", "count"), [row[1:] for row in HIDDEN], ids=[row[0] for row in HIDDEN])
def test_what_nobody_can_see_is_counted(text: str, count: int) -> None:
    assert normalize(text).hidden == count


def test_the_digits_of_every_script_become_ascii() -> None:
    digits = [chr(code) for code in range(0x80, 0x20000) if unicodedata.decimal(chr(code), None) is not None]
    assert len(digits) > 500
    assert {one: normalize(one).text for one in digits} == {one: str(unicodedata.decimal(one)) for one in digits}


def test_ascii_comes_back_as_the_same_object() -> None:
    text = "plain"
    assert normalize(text).text is text and normalize(text).original is text


ODD = "аеорсхАКВ.@-_+ab1 \n\u200b\u0301\ufb03ａ１⑩一二〇³²¹٣。é中\u00a0–𝐚👍\ufe0f\ud800"
TEXTS = st.text(st.sampled_from(ODD), max_size=60) | st.text(max_size=40)


@given(TEXTS)
@example("〇1。1")
def test_normalizing_twice_changes_nothing_more(text: str) -> None:
    once = normalize(text).text
    assert normalize(once).text == once


@given(TEXTS)
def test_every_character_stood_somewhere_and_in_order(text: str) -> None:
    normalized = normalize(text)
    spans = [normalized.original_span(at, at + 1) for at in range(len(normalized.text))]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[0] <= other[0] and one[1] <= other[1] for one, other in pairwise(spans))
    assert all(other[0] <= one[1] for one, other in pairwise(spans))
    if spans:
        assert normalized.original_span(0, len(normalized.text)) == (0, len(text))


@given(TEXTS, st.data())
def test_the_original_of_whole_lines_becomes_the_same_again(text: str, data: st.DataObject) -> None:
    normalized = normalize(text)
    borders = [0, *(at + 1 for at, one in enumerate(normalized.text) if one == "\n"), len(normalized.text) + 1]
    first = data.draw(st.integers(0, len(borders) - 2))
    last = data.draw(st.integers(first + 1, len(borders) - 1))
    start, end = borders[first], borders[last] - 1
    original = slice(*normalized.original_span(start, end))
    assert normalized.text[start:end] in normalize(text[original]).text


@given(st.text(st.characters(max_codepoint=127), max_size=60))
def test_ascii_stays(text: str) -> None:
    assert normalize(text).text is text


MANY = 300
"""Odd characters by which a text is undressed by their kinds rather than by their places."""


@pytest.mark.parametrize("text", [row[1] for row in FOLDED], ids=[row[0] for row in FOLDED])
def test_many_odd_characters_become_what_few_do(text: str) -> None:
    apart = f"\n{text}\n"
    one, many = normalize(apart), normalize(apart * MANY)
    assert many.text == one.text * MANY
    for number in (0, 1, MANY - 1):
        start, end = many.original_span(number * len(one.text) + 1, (number + 1) * len(one.text))
        first, last = one.original_span(1, len(one.text))
        assert (start - number * len(apart), end - number * len(apart)) == (first, last)
