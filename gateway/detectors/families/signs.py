"""Signs in language: cheap anchors in the chain's one scan say where to read, and RE2 reads there what is said.

A phrase such as "ignore all the rules you were given" has too many forms to be one pattern of the scan. An anchor is a
pattern that is seldom there otherwise; around its matches, and only there, the group's signs are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cache
from typing import Any, Final, Literal

import re2

from keeptrusts.gateway.detectors.encoded import RUN, pieces
from keeptrusts.gateway.detectors.families.respelled import respelled
from keeptrusts.gateway.detectors.normalize import normalize
from keeptrusts.gateway.detectors.rules import LIKELY, Finding, Rule
from keeptrusts.schemas.frozen import frozen

MOST_READ: Final = 8_192
"""Characters that are read in any text, and as many more for each of its own."""
_READ_EACH: Final = 6
_DEPTH: Final = 2
_LEAST_WRAPPED: Final = 16
_RIGHT_BEFORE, _RIGHT_BEHIND = 24, 48
_AROUND: Final = 160
"""Characters on either side of a piece that are not read for signs, and say what is meant by those that are."""
_LONG_WORD: Final = re.compile(r"(?<![\w+/=-])([\w+/-]{16,}={0,2})")
_LEAST_WORD: Final = 4
_OTHER_LETTERS: Final = re.compile("[\u0370-\u058f\u13a0-\u13ff]")

_OF_JSON: Final = re.compile(r'\\["nrt]|"')
_OPENED: Final = {'"': "\n", '\\"': ' "', "\\n": " \n", "\\r": " \n", "\\t": "  "}

Disguise = Literal["", "costume", "lookalikes"]


NONE_SETTLED: Final = frozenset["Sign"]()


@frozen
class Sign:
    """Something said. ``kind`` is what it is counted as, ``weight`` how much it means alone, in percent.

    ``pattern`` is RE2's, in any case, over normalized text. ``telling``: it counts as it stands, whatever is around it.
    ``imperative``: the words are a command by their form, wherever in a sentence they stand. ``foreign``: it means
    something only in texts that nobody writes to a model, such as what a tool answered. ``unless``: words in it or
    right beside it that turn it into something else, as in "do not forget".
    """

    kind: str
    weight: int
    pattern: str
    telling: bool = False
    imperative: bool = False
    foreign: bool = False
    unless: str = ""


@frozen
class Group:
    """Signs that share their ``anchors``, and how far around an anchor they are read, in characters.

    ``respelled``: they are read as what letters apart, backwards and the like stand for, and not as they stand.
    """

    name: str
    anchors: tuple[str, ...]
    signs: tuple[Sign, ...]
    before: int = 60
    after: int = 120
    respelled: bool = False


@frozen
class Around:
    """What stands on either side of a piece of text; ``whole``: nothing is before that."""

    earlier: str = ""
    later: str = ""
    whole: bool = True


_NOTHING: Final = Around()


@frozen
class Read:
    """A sign where it was read: the piece of text, and its place there.

    ``wrapped``: it was decoded first. ``disguise`` says what its letters were before they were normalized.
    """

    sign: Sign
    text: str
    start: int
    end: int
    wrapped: bool = False
    disguise: Disguise = ""
    around: Around = _NOTHING

    @property
    def before(self) -> str:
        """What stands before the sign, in its piece and a little before that."""
        return normalize(self.around.earlier).text + self.text[: self.start]

    @property
    def after(self) -> str:
        """What stands behind the sign, in its piece and a little behind that."""
        return self.text[self.end :] + normalize(self.around.later).text


class TooMuchToReadError(RuntimeError):
    """A text in which anchors are everywhere. Never holds the text."""


def rules_of_groups(groups: Iterable[Group]) -> tuple[Rule, ...]:
    """Give the anchors as rules. What they find is a place to read, and no finding by itself."""
    return tuple(
        Rule(id=rule_id(group, number), kind=group.signs[0].kind, pattern=anchor, score=LIKELY, caseless=True,
             joined=True)
        for group in groups
        for number, anchor in enumerate(group.anchors)
    )  # fmt: skip


def rule_id(group: Group, number: int) -> str:
    """Name the rule of an anchor."""
    return f"sign-{group.name}-{number}"


def is_json(text: str, *, lists: bool) -> bool:
    """Say whether a text is a document of JSON by how it begins; a list may also be one of examples."""
    return text[:64].lstrip()[:1] in ("{", "[" if lists else "{")


class Reader:
    """The signs of groups, compiled once."""

    __slots__ = ("_groups", "_of_rule", "_rules", "_sets")

    def __init__(self, groups: Sequence[Group]) -> None:
        self._groups = tuple(groups)
        self._of_rule: Mapping[str, int] = {
            rule_id(group, number): place for place, group in enumerate(groups) for number in range(len(group.anchors))
        }
        self._rules = frozenset(self._of_rule)
        self._sets = tuple(_SignSet(group) for group in groups)

    @property
    def rules(self) -> frozenset[str]:
        """The ids of the anchors' rules."""
        return self._rules

    def read(
        self, text: str, anchors: Iterable[Finding], settled: Set[Sign] = NONE_SETTLED, *, json: bool = False
    ) -> Iterator[Read]:
        """Read around anchors. Signs are left out from when the caller adds them to ``settled``.

        In a text that is ``json`` the quotation marks of its strings are no quotation. Raises TooMuchToReadError.
        """
        places: dict[int, list[tuple[int, int]]] = {}
        for one in anchors:
            places.setdefault(self._of_rule[one.rule], []).append((one.start, one.end))
        left = MOST_READ + _READ_EACH * len(text)
        for number, spans in places.items():
            group = self._groups[number]
            for start, end in _windows(spans, group.before, group.after, len(text)):
                left -= end - start
                if left < 0:
                    raise TooMuchToReadError("more places to read than may be read")
                first = max(0, start - _AROUND)
                cut = (text[first:start], text[start:end], text[end : end + _AROUND])
                earlier, piece, later = map(opened, cut) if json else cut
                around = Around(earlier=earlier, later=later, whole=first == 0)
                yield from self._sets[number].read(piece, around, settled)


class _SignSet:
    """The signs of one group."""

    __slots__ = ("_patterns", "_respelled", "_signs", "_unless")

    def __init__(self, group: Group) -> None:
        signs = group.signs
        self._signs = tuple(signs)
        self._respelled = group.respelled
        self._patterns: tuple[Any, ...] = tuple(compiled(sign.pattern) for sign in signs)
        self._unless: tuple[Any, ...] = tuple(compiled(sign.unless) if sign.unless else None for sign in signs)

    def read(self, raw: str, around: Around, settled: Set[Sign]) -> Iterator[Read]:
        """Read a piece as it is, and what is wrapped in it; or what it says as it is spelled, where that is all."""
        plain = normalize(raw).text
        if not self._respelled:
            yield from self._said(plain, raw, settled, around)
        if len(raw) < _LEAST_WRAPPED:
            return
        for inner in _unwrapped(plain, _DEPTH):
            yield from self._said(inner, None, settled)
        if self._respelled:
            for spelling in respelled(plain):
                yield from self._said(spelling, raw, settled)

    def _said(self, text: str, raw: str | None, settled: Set[Sign], around: Around = _NOTHING) -> Iterator[Read]:
        """Give what a text says; ``raw`` is what it was before it was normalized, None where it was wrapped."""
        data = text.encode("utf-8", "replace")
        plain = len(data) == len(text)
        for sign, pattern, unless in zip(self._signs, self._patterns, self._unless, strict=True):
            if sign in settled:
                continue
            for match in pattern.finditer(data):
                start, end = match.span()
                if unless is not None and unless.search(_beside(data, start, end)) is not None:
                    continue
                if not plain:
                    start, end = len(data[:start].decode("utf-8", "ignore")), len(data[:end].decode("utf-8", "ignore"))
                disguise: Disguise = "" if raw is None or raw is text else _disguise(raw, text[start:end])
                yield Read(sign=sign, text=text, start=start, end=end, wrapped=raw is None, disguise=disguise,
                           around=around)  # fmt: skip
                if sign in settled:
                    break


def _beside(data: bytes, start: int, end: int) -> bytes:
    """Give a match and the characters beside it."""
    beside = data[max(0, start - _RIGHT_BEFORE) : end + _RIGHT_BEHIND]
    return beside if beside.isascii() else beside.decode("utf-8", "ignore").encode()


def opened(piece: str) -> str:
    """Give a piece of JSON in which strings begin and end as lines do; every character stays where it is."""
    return _OF_JSON.sub(lambda match: _OPENED[match[0]], piece)


def _disguise(raw: str, said: str) -> Disguise:
    """Say what hid words that stand otherwise in the text as it was given."""
    given = raw.lower()
    if all(word in given for word in said.lower().split() if len(word) >= _LEAST_WORD and word.isalpha()):
        return ""
    return "lookalikes" if _OTHER_LETTERS.search(raw) is not None else "costume"


def _windows(spans: list[tuple[int, int]], before: int, after: int, length: int) -> Iterator[tuple[int, int]]:
    """Give the pieces around spans, each place once."""
    spans.sort()
    first = last = -1
    for start, end in spans:
        begin, stop = max(0, start - before), min(length, end + after)
        if begin > last:
            if last > first:
                yield first, last
            first, last = begin, stop
        elif stop > last:
            last = stop
    if last > first:
        yield first, last


def _unwrapped(text: str, depth: int) -> Iterator[str]:
    """Give what the words of a piece stand for, if they are encoded."""
    runs = [
        Finding(kind=RUN, start=word.start(1), end=word.end(1), score=LIKELY, rule=RUN)
        for word in (_LONG_WORD.finditer(text) if _may_hold_runs(text) else ())
    ]
    for piece in pieces(text, runs):
        yield piece.text
        if depth > 1:
            yield from _unwrapped(piece.text, depth - 1)


def _may_hold_runs(text: str) -> bool:
    """Look for a long word fast; where there are other letters than ASCII, it is not known."""
    return not text.isascii() or _long_word().search(text.encode()) is not None


@cache
def _long_word() -> Any:
    return re2.compile(rb"[0-9A-Za-z_+/\-]{16}")


@cache
def compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    return re2.compile(pattern, options)
