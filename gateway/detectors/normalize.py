"""Making texts comparable: one pass that undoes disguises, and says where each character stood in the original.

Four steps, each of which looks at a few characters only:

1. Characters without a look (zero-width, bidi controls, soft hyphens, variation selectors, tags) and marks laid over
   others are left out; letters and digits in costume (fullwidth, mathematical, circled), digits of all scripts, odd
   blanks, dashes and quotes become ASCII. Each character by itself.
2. Raised and lowered digits, and the digits of Chinese and Japanese, become ASCII where three of them, or of them and
   ASCII digits, stand in a row, with at most one blank, dot or dash between two.
3. Letters of other alphabets that look like ASCII become ASCII in runs of at most 32 (with at most two of ``._@+-``
   between two) that touch an ASCII letter or digit, or hold an ``@``: prose in Russian or Greek stays as it is.
4. The ideographic full stop between two ASCII letters or digits becomes a dot.

A text may be normalized in pieces: of what step 1 leaves, no character depends on another further than ``REACH`` away.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import accumulate
from typing import Final

from keeptrusts.gateway.detectors.places import Places
from keeptrusts.schemas.frozen import frozen

_MOST_LOOKALIKES: Final = 32
REACH: Final = 3 * _MOST_LOOKALIKES + 4
"""Characters before and behind, counted without hidden ones, that may change what a character becomes."""
_MANY_RUNS: Final = 256
_FEW_KINDS: Final = 64
"""Where odd characters stand in very many places and are of few kinds, each kind is replaced by itself."""
_ASTRAL: Final = "\U00010000"
_ODD_ASTRAL: Final = "\U00010400-\U0001bfff\U0001d173-\U0001f1a0\U0001fbf0-\U0001fbf9\U000e0000-\U000e0fff"
"""Where the odd characters beyond the first plane are, in few ranges, for each is tried in turn; without emoji."""

_HIDDEN: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_MARKS: Final = "\u0300-\u034e\u0350-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_ORDINARY: Final = (
    "[\u200c-\u200f\ufe0e\ufe0f\u061c\ufeff]"
    "(?:(?<=[^\\x00-\\x7f][\u200c\u200d\ufe0e\ufe0f])|(?<=[0-9#*]\ufe0f)|(?<=[\u200e\u200f\u061c])|(?<=\\A\ufeff))"
)
"""Hidden characters that scripts and emoji need."""

_COSTUMES: Final = (
    (0x2100, 0x218B),
    (0x2460, 0x24FF),
    (0x3200, 0x33FF),
    (0xFB00, 0xFB06),
    (0xFE10, 0xFE6B),
    (0xFF01, 0xFF5E),
    (0x1D400, 0x1D6A5),
    (0x1D7CE, 0x1D7FF),
    (0x1F100, 0x1F18F),
    (0x1FBF0, 0x1FBF9),
)
_ZEROS: Final = (
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0, 0xF20,
    0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0,
    0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450,
    0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x16A60, 0x16AC0, 0x16B50,
    0x1E140, 0x1E2F0, 0x1E950,
)  # fmt: skip
"""The zero of every script's own digits; its other nine follow it."""
_PUNCTUATION: Final = {
    " ": "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    "\n": "\u0085\u2028\u2029",
    "-": "\u2010\u2011\u2012\u2013\u2043\u207b\u2212\u02d7\u06d4\u2796",
    ".": "\u2024\ua60e",
    "/": "\u2044\u2215\u29f8",
    ":": "\u02d0\u2236\ua789",
    "'": "\u2018\u2019\u201b\u02b9\u02bc\u2032",
    '"': "\u201c\u201d\u201f\u2033",
    "*": "\u204e\u2217",
    "|": "\u2223",
    "_": "\u203f",
}
_SMALL_DIGITS: Final = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "01234567890123456789", strict=True))
_HAN_DIGITS: Final = dict(zip("〇零一二三四五六七八九", "00123456789", strict=True))
_LOOKALIKES: Final = (
    ("абеорсухіјѕԁԛԝһӏкьг", "a6eopcyxijsdqwhlkbr"),
    ("АВЕКМНОРСТУХІЈЅԌӀԜԚҮ", "ABEKMHOPCTYXIJSGIWQY"),
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹͿ", "ABEZHIKMNOPTYXCJ"),
    ("αβγεηικνορτυχωϲϳ", "abyenikvoptuxwcj"),
    ("օոսհցյզաքՏՕՍԼ", "onuhgjqwpSOUL"),
    ("ɑɡıɩᴀʙᴄᴅᴇɢʜᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢⅼ", "agiiabcdeghjklmnoprstuvwyzl"),
    ("ᎪᏴᏟᎠᎬᏀᎻᎥᎫᏦᏞᎷᏢᏚᎢᏙᎳᏃ", "ABCDEGHiJKLMPSTVWZ"),
)
_OTHER_LETTERS: Final = "\u0370-\u03ff\u1f00-\u1fff\u0400-\u052f\u0530-\u058f\u13a0-\u13ff"


@frozen
class Normalized:
    """A text as rules see it. ``original`` is what was given; ``moved``: characters stood elsewhere in it."""

    text: str
    original: str
    moved: bool = False

    @property
    def starts(self) -> Places | None:
        """Where characters of ``text`` stood; None where each stood where it stands. Made anew each time."""
        return _places(self.original, _tables()) if self.moved else None

    @property
    def hidden(self) -> int:
        """How many characters nobody can see and no script or emoji needs: a sign in itself."""
        return _hidden(self.original, _tables()) if self.moved else 0

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Give the part of the original that became these characters, with what was hidden in it and behind it."""
        starts = self.starts
        return (start, end) if starts is None else starts.span(start, end)


def normalize(text: str) -> Normalized:
    """Undo disguises. A text without any comes back as it is, ASCII at the cost of one look."""
    if text.isascii():
        return Normalized(text=text, original=text)
    tables = _tables()
    folded, moved = _plain(text, tables)
    if tables.numerals.search(folded) is not None:
        folded = tables.small_runs.sub(tables.as_digits, folded)
        folded = tables.han_runs.sub(tables.as_digits, folded)
    folded = tables.look_runs.sub(tables.as_ascii, folded)
    if "。" in folded:
        folded = tables.stops.sub(".", folded)
    return Normalized(text=folded, original=text, moved=moved)


def unsettled_from(text: str) -> int:
    """Give from where on what characters become may still depend on what follows the text; its end if nowhere."""
    found = _tables().unsettled.search(text, max(0, len(text) - REACH))
    return len(text) if found is None else found.start()


def _plain(text: str, tables: _Tables) -> tuple[str, bool]:
    """Leave out what has no look, and undress every character that is in costume; say whether others moved by it."""
    runs = tables.odd_runs_astral if tables.astral.search(text) is not None else tables.odd_runs
    parts = runs.split(text, _MANY_RUNS)
    if len(parts) == 1:
        return text, False
    plain, undressed = tables.plain, tables.undressed
    if len(parts) > 2 * _MANY_RUNS:
        odd = plain.keys() & set(text)
        if len(odd) <= _FEW_KINDS:
            for one in odd:
                text = text.replace(one, plain[one])
            return text, not tables.resized.isdisjoint(odd)
        parts = runs.split(text)
    given = parts[1::2]
    known = {run: plain.get(run) or run.translate(undressed) for run in set(given)}
    parts[1::2] = map(known.__getitem__, given)
    return "".join(parts), not tables.resized.isdisjoint("".join(known))


def _places(text: str, tables: _Tables) -> Places:
    """Say where characters stood that are left of a text whose length changed."""
    parts = (tables.odd_astral if tables.astral.search(text) is not None else tables.odd).split(text)
    given = parts[1::2]
    parts[1::2] = map(tables.plain.get, given, given)
    places = list(accumulate(map(len, parts)))
    parts[1::2] = given
    origins = list(accumulate(map(len, parts)))
    if tables.several.isdisjoint(given):
        return Places(changed=places[1::2], origins=origins[1::2])
    return _within(places, origins)


def _within(places: list[int], origins: list[int]) -> Places:
    """Say where characters stood, also those that are only a part of a character."""
    starts = Places(changed=[], origins=[])
    for at in range(1, len(places), 2):
        for part in range(places[at - 1] + 1, places[at]):
            starts.changed.append(part)
            starts.origins.append(origins[at - 1])
        starts.changed.append(places[at])
        starts.origins.append(origins[at])
    return starts


def _hidden(text: str, tables: _Tables) -> int:
    return len(tables.hidden.findall(text)) - len(tables.ordinary.findall(text))


class _Tables:
    """What becomes what, made once, when the first text comes that is not ASCII alone."""

    def __init__(self) -> None:
        costumes = _costumes()
        costumes.update((ord(one), "") for one in _characters(_HIDDEN + _MARKS))
        self.plain = {chr(one): plain for one, plain in costumes.items()}
        self.several = frozenset(one for one, plain in self.plain.items() if len(plain) > 1)
        self.resized = self.several | frozenset(one for one, plain in self.plain.items() if not plain)
        within = [one for one in self.plain if one < _ASTRAL]
        self.undressed = {ord(one): plain for one, plain in self.plain.items()}
        odd = _class(within)
        odd_astral = odd + _ODD_ASTRAL
        self.odd, self.odd_astral = re.compile(f"([{odd}])"), re.compile(f"([{odd_astral}])")
        self.odd_runs = re.compile(f"([{odd}][{odd}]*+)")
        self.odd_runs_astral = re.compile(f"([{odd_astral}][{odd_astral}]*+)")
        self.astral = re.compile(f"[{_ASTRAL}-\U0010ffff]")
        self.hidden = re.compile(f"[{_HIDDEN}]")
        self.ordinary = re.compile(_ORDINARY)
        self.digits = {ord(one): digit for one, digit in (_SMALL_DIGITS | _HAN_DIGITS).items()}
        small, han = "".join(_SMALL_DIGITS), "".join(_HAN_DIGITS)
        self.numerals = re.compile(f"[{small}{han}]")
        self.small_runs = re.compile(f"[{small}]{{3,}}+")
        self.han_runs = re.compile(f"[{han}0-9](?:[-. 。]?[{han}0-9]){{2,}}+")
        self.stops = re.compile("(?<=[A-Za-z0-9])。(?=[A-Za-z0-9])")
        self.looks = {ord(one): plain for ones, plains in _LOOKALIKES for one, plain in zip(ones, plains, strict=True)}
        alike = _class(map(chr, self.looks))
        self.look_runs = _look_runs(alike)
        own = f"{alike}{small}{han}。"
        inside = f"{own}{_OTHER_LETTERS}{odd}{_ODD_ASTRAL}0-9A-Za-z._@+\\-"
        self.unsettled = re.compile(f"[{own}](?:[{inside}]|(?<=[{small}{han}0-9]) )*+\\Z")

    def as_digits(self, match: re.Match[str]) -> str:
        return match[0].translate(self.digits)

    def as_ascii(self, match: re.Match[str]) -> str:
        return match[0].translate(self.looks)


def _look_runs(looks: str) -> re.Pattern[str]:
    """Give the pattern of runs of lookalikes that are beside ASCII letters or digits, or hold an @.

    What stands before a run is looked at from behind its first character, so that the search for one is fast.
    """
    letters, between, word = f"[{looks}{_OTHER_LETTERS}]", "[._@+\\-]", "[A-Za-z0-9]"
    begins = f"[{looks}](?<!{letters}.)(?<!{letters}{between}.)(?<!{letters}{between}{{2}}.)"
    beside = f"(?:(?<={word}.)|(?<={word}{between}.)|(?<={word}{between}{{2}}.)|(?=[{looks}._+\\-]{{0,96}}+@))"
    rest = f"(?:{between}{{0,2}}+[{looks}]){{0,{_MOST_LOOKALIKES - 1}}}+"
    return re.compile(f"{begins}(?:{beside}{rest}(?!{between}{{0,2}}+{letters})|{rest}(?={between}{{0,2}}+{word}))")


def _characters(ranges: str) -> Iterator[str]:
    """Give the characters of the inside of a class of a regular expression."""
    at = 0
    while at < len(ranges):
        last = at + 2 if ranges[at + 1 : at + 2] == "-" else at
        yield from map(chr, range(ord(ranges[at]), ord(ranges[last]) + 1))
        at = last + 1


@cache
def _tables() -> _Tables:
    return _Tables()


def _costumes() -> dict[int, str]:
    """Say which characters are ASCII characters in costume."""
    plains: dict[int, str] = {}
    for first, last in _COSTUMES:
        for code in range(first, last + 1):
            plain = unicodedata.normalize("NFKC", chr(code))
            if plain.isascii() and (len(plain) == 1 or (plain.isalnum() and len(plain) <= 4)):
                plains[code] = plain
    for plain, odd in _PUNCTUATION.items():
        plains.update((ord(one), plain) for one in odd)
    for zero in _ZEROS:
        plains.update((zero + value, str(value)) for value in range(10))
    for first in (0x1F150, 0x1F170):
        plains.update((first + at, chr(ord("A") + at)) for at in range(26))
    for first in (0x2776, 0x2780, 0x278A, 0x24F5):
        plains.update((first + at, str(at + 1)) for at in range(9))
    plains[0x24FF] = "0"
    return plains


def _class(characters: Iterable[str]) -> str:
    """Write characters as the inside of a class of a regular expression, neighbours as ranges."""
    codes = sorted(map(ord, characters))
    written: list[str] = []
    at = 0
    while at < len(codes):
        last = at
        while last + 1 < len(codes) and codes[last + 1] == codes[last] + 1:
            last += 1
        written.append(f"{chr(codes[at])}-{chr(codes[last])}")
        at = last + 1
    return "".join(written)
