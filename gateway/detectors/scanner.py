"""One scan of a text for all rules of a chain: Hyperscan says where, checks and words beside a match say how sure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

import hyperscan
import re2

from keeptrusts.gateway.detectors.database import BadPatternError, Keeper, database
from keeptrusts.gateway.detectors.labels import AGAINST_BEFORE, Labels, Near, Vocabulary, nearest, windows
from keeptrusts.gateway.detectors.rules import NOTHING, Finding, Rule
from keeptrusts.schemas.frozen import frozen, replace

MOST_MATCHES: Final = 200_000
"""Matches that are looked at together; what has more is noise of one kind, made to be slow."""
_CONTINUING: Final = bytes(range(0x80, 0xC0))
"""The bytes of UTF-8 that do not begin a character."""
_JOINING: Final = frozenset("-./_")

_LETTERS_AND_DIGITS: Final = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_FIXED_SHAPE: Final = re.compile(r"\\b(?:\[\d-\d\])?(?:\\d(?:\{\d(?:,\d)?\})?|\[[ .+]*\\-\])+\\b")
"""Patterns of digits with one sign between some: of the matches that end at a place there is one."""
_BEFORE_NUMBER: Final = r"(?:^|[^0-9A-Za-z\-./_]|(?:^|[^0-9A-Za-z])[\-./_])"
"""What may stand before a number that is no piece of something longer; bytes beyond ASCII are asked about."""
_LENGTH: Final = 24
_START: Final = 56
_NUMBER: Final = (1 << _LENGTH) - 1
_MOST: Final = (1 << _START - _LENGTH) - 1
_WITHOUT_LENGTH: Final = ~(_MOST << _LENGTH)
"""How a match is packed into one integer, its start first: of tuples by the thousand the collector asks more than the
matches cost."""

_Span = tuple[int, int, int]
"""Where something matched, in bytes or characters, and the number of what matched."""


class TooManyMatchesError(RuntimeError):
    """Texts in which more matches than may be looked at. Never holds the text."""


class Budget:
    """How many matches may still be looked at, in all texts of one request or answer together."""

    __slots__ = ("left",)

    def __init__(self, left: int = MOST_MATCHES) -> None:
        self.left = left


class Scanner:
    """Rules compiled once. ``scan`` is synchronous and keeps nothing of the text."""

    def __init__(self, rules: Sequence[Rule], keeper: Keeper | None = None) -> None:
        """Compile, or take what a ``keeper`` has of an earlier time. Raises BadPatternError."""
        self.rules: tuple[Rule, ...] = tuple(rules)
        self._words = Vocabulary(self.rules)
        self._groups = _grouped(_Known.of(rule, self._words.numbers) for rule in self.rules)
        firsts = [group.rules[0].rule for group in self._groups]
        whole = tuple(_re2(rule) if rule.whole_only or rule.by_re2 else None for rule in firsts)
        self._by_re2 = tuple(number for number, rule in enumerate(firsts) if rule.by_re2)
        self._sought = {number: whole for number, whole in enumerate(whole) if whole is not None}
        self._alone = frozenset(number for number, group in enumerate(self._groups) if group.alone)
        self._reach = max((known.reach for group in self._groups for known in group.rules), default=0)
        before = [_before(group) for group in self._groups]
        self._begun_before = frozenset(number for number, signs in enumerate(before) if signs)
        scanned = [replace(rule, pattern=signs + rule.pattern) for rule, signs in zip(firsts, before, strict=True)]
        self._database = database(scanned, keeper) if rules else None

    def scan(self, text: str, budget: Budget | None = None) -> list[Finding]:
        """Give every match that may be something, in the order of its place; they may overlap.

        Raises TooManyMatchesError when the ``budget``, one of its own if none is given, is used up.
        """
        if not self.rules or not text:
            return []
        data = text.encode("utf-8", "surrogatepass")
        hits = self._hits(data, budget or Budget())
        if not hits and not self._by_re2:
            return []
        places = self._longest(data, hits)
        if len(data) != len(text):
            places = [_packed(*span) for span in _in_characters(data, [_unpacked(place) for place in places])]
        joined = _Joined(text)
        spans = self._apart(places, joined)
        if not spans:
            return []
        return list(self._findings(text, spans, self._labels(text, spans), joined))

    def _hits(self, data: bytes, budget: Budget) -> list[int]:
        """Give every match, packed, as it comes. Raises TooManyMatchesError."""
        hits: list[int] = []
        most, add = budget.left, hits.append

        def matched(number: int, start: int, end: int, _flags: int, _context: object) -> bool:
            add(start << _START | (end - start) << _LENGTH | number)
            return len(hits) >= most

        try:
            if self._database is not None:
                self._database.scan(data, matched)
        except hyperscan.ScanTerminated:
            raise TooManyMatchesError("more matches than may be looked at") from None
        finally:
            budget.left -= len(hits)
        before = self._begun_before
        return [_stepped(data, hit) if hit & _NUMBER in before else hit for hit in hits]

    def _longest(self, data: bytes, hits: list[int]) -> list[int]:
        """Give, in order, the longest match from each start.

        Where Hyperscan only says that there is one, RE2 looks for all.
        """
        hits.sort()
        ends = {hit & _WITHOUT_LENGTH: hit for hit in hits}
        places = hits if len(ends) == len(hits) else sorted(ends.values())
        if not self._sought:
            return places
        sought = {hit & _NUMBER for hit in places}.intersection(self._sought).union(self._by_re2)
        if not sought:
            return places
        again = [place for place in places if place & _NUMBER not in sought]
        for number in sought:
            matches = islice(self._sought[number].finditer(data), MOST_MATCHES)
            again += [_packed(match.start(), match.end(), number) for match in matches]
        return sorted(again)

    def _apart(self, places: list[int], joined: _Joined) -> list[_Span]:
        """Give the matches but for those of patterns that must stand alone and do not."""
        alone = self._alone
        spans: list[_Span] = []
        for place in places:
            number, start = place & _NUMBER, place >> _START
            end = start + (place >> _LENGTH & _MOST)
            if number not in alone or not joined(start, end):
                spans.append((start, end, number))
        return spans

    @property
    def patterns(self) -> tuple[tuple[Rule, ...], ...]:
        """Give the rules by their patterns: those of one look for the same."""
        return tuple(tuple(known.rule for known in group.rules) for group in self._groups)

    def candidates(self, text: str) -> list[_Span]:
        """Give where each of the ``patterns`` matches, by its number, before anything is asked about a match.

        Left out are patterns that Hyperscan does not take.
        """
        data = text.encode("utf-8", "surrogatepass")
        spans = [_unpacked(hit) for hit in self._hits(data, Budget((len(data) + 1) * len(self._groups) + 1))]
        return spans if len(data) == len(text) or not spans else _in_characters(data, spans)

    def _labels(self, text: str, spans: Sequence[_Span]) -> Labels:
        """Find the words around the matches for which words count."""
        groups = self._groups
        worded = ((start, end) for start, end, number in spans if groups[number].worded)
        pieces = windows(worded, self._reach, len(text))
        return Labels((word for piece in pieces for word in self._words.found(text, *piece)), reach=self._reach)

    def _findings(self, text: str, spans: Iterable[_Span], labels: Labels, joins: _Joined) -> Iterator[Finding]:
        last = (-1, -1)
        near: Near | None = None
        joined: bool | None = None
        nothing: Near = []
        worded = bool(labels)
        for start, end, number in spans:
            group = self._groups[number]
            if group.labelled and not worded:
                continue
            if (start, end) != last:
                last, joined, near = (start, end), None, None
            words = nothing
            if worded and group.worded:
                words = near = _of_its_line(text, end, labels.near(start, end)) if near is None else near
            if group.labelled and not words:
                continue
            if joined is None and group.apart:
                joined = joins(start, end)
            for known in group.rules:
                if joined and not known.rule.joined:
                    continue
                found = _judged(known, text, start, end, words)
                if found is not None:
                    yield found


def _packed(start: int, end: int, number: int) -> int:
    return start << _START | (end - start) << _LENGTH | number


def _unpacked(place: int) -> _Span:
    start = place >> _START
    return start, start + (place >> _LENGTH & _MOST), place & _NUMBER


def _before(group: _Group) -> str:
    """Give the pattern of what is scanned for before a group's own, so that fewer matches are asked about one by one.

    It changes nothing but that: a number of a fixed shape has one beginning only, and in the middle of digits and
    dashes that one is a piece of something longer.
    """
    pattern = group.rules[0].rule.pattern
    if group.alone and not group.rules[0].rule.distance and _FIXED_SHAPE.fullmatch(pattern) is not None:
        return _BEFORE_NUMBER
    return group.rules[0].rule.before


def _stepped(data: bytes, hit: int) -> int:
    """Step over the signs before a match to its first letter or digit."""
    start, end, number = _unpacked(hit)
    while data[start] not in _LETTERS_AND_DIGITS:
        start += 1
    return _packed(start, end, number)


class _Joined:
    """Says which matches of a text are pieces of something longer; equal neighbours are looked at once."""

    __slots__ = ("_after", "_before", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._before: dict[str, bool] = {}
        self._after: dict[str, bool] = {}

    def __call__(self, start: int, end: int) -> bool:
        text = self._text
        beginning = text[start - 2 : start + 1] if start > 1 else text[: start + 1]
        joined = self._before.get(beginning)
        if joined is None:
            joined = self._before[beginning] = _goes_before(beginning)
        if joined:
            return True
        ending = text[end - 1 : end + 2]
        joined = self._after.get(ending)
        if joined is None:
            joined = self._after[ending] = _goes_on(ending)
        return joined


@frozen
class _Known:
    """A rule, and its words by their numbers."""

    rule: Rule
    words: frozenset[int]
    against: frozenset[int]

    @classmethod
    def of(cls, rule: Rule, numbers: dict[str, int]) -> _Known:
        words = rule.context.words if rule.context is not None else ()
        return cls(
            rule=rule,
            words=frozenset(numbers[word] for word in words),
            against=frozenset(numbers[word] for word in rule.against),
        )

    @property
    def reach(self) -> int:
        context = self.rule.context
        return max(context.before if context else 0, context.after if context else 0, AGAINST_BEFORE)


@frozen
class _Group:
    """Rules that look for the same pattern.

    ``worded``: words near count for some; ``labelled``: all need one; ``apart``: some must stand alone, but not all;
    ``alone``: all must.
    """

    rules: tuple[_Known, ...]
    worded: bool
    labelled: bool
    apart: bool
    alone: bool

    @classmethod
    def of(cls, rules: Sequence[_Known]) -> _Group:
        return cls(
            rules=tuple(rules),
            worded=any(known.words or known.against for known in rules),
            labelled=all(known.rule.score <= NOTHING for known in rules),
            apart=any(not known.rule.joined for known in rules) and any(known.rule.joined for known in rules),
            alone=not any(known.rule.joined for known in rules),
        )


def _grouped(rules: Iterable[_Known]) -> tuple[_Group, ...]:
    """Bring together the rules that look for the same pattern: it is scanned for once."""
    groups: dict[tuple[str, bool, bool, int, str], list[_Known]] = {}
    for known in rules:
        rule = known.rule
        groups.setdefault((rule.pattern, rule.caseless, rule.whole_only, rule.distance, rule.before), []).append(known)
    return tuple(_Group.of(group) for group in groups.values())


def _judged(known: _Known, text: str, start: int, end: int, near: Near) -> Finding | None:
    """Say what a match is; None for what is nothing."""
    rule, score = known.rule, known.rule.score
    if near:
        distance = None
        context = rule.context
        if context is not None:
            distance = nearest(near, known.words, context.before, context.after)
            if distance is not None and context.score - distance // 8 > score:
                score = context.score - distance // 8
        if score > NOTHING and known.against:
            against = nearest(near, known.against, AGAINST_BEFORE, 0)
            if against is not None and (distance is None or against <= distance):
                return None
    if score <= NOTHING:
        return None
    if rule.seek is not None:
        place = rule.seek(text, start, end)
        if place is None:
            return None
        start, end = place
    if rule.check is not None and not rule.check(text[start:end]):
        return None
    if rule.inner is not None:
        part = rule.inner(text[start:end])
        if part is None:
            return None
        start, end = start + part[0], start + part[1]
    return Finding(kind=rule.kind, start=start, end=end, score=score, rule=rule.id)


def _of_its_line(text: str, end: int, near: Near) -> Near:
    """Give the words around a match but for those below it: the label of a line says what follows it."""
    last = text.find("\n", end, end + max((distance for _, distance, before in near if not before), default=0))
    return near if last < 0 else [one for one in near if one[2] or end + one[1] <= last]


def _goes_before(beginning: str) -> bool:
    """Say whether a match belongs to what is before it: given are its first character and up to two before it.

    So it may be a piece of a version, of a UUID or of the name of a file.
    """
    if len(beginning) < 2:
        return False
    before = beginning[-2]
    return (_glues(before) and beginning[-1].isalnum()) or (before in _JOINING and _glues(beginning[:-2] or " "))


def _goes_on(ending: str) -> bool:
    """Say whether a match belongs to what follows: given are its last character and up to two behind it."""
    if len(ending) < 2:
        return False
    after = ending[1]
    if _glues(after) and ending[0].isalnum():
        return True
    if after in _JOINING and _glues(ending[2:] or " "):
        return after != "." or not ending[2].isupper()  # a sentence whose blank was forgotten
    return False


def _glues(char: str) -> bool:
    """Say whether a character makes one word of what it touches; Thai, Chinese, Japanese write no blanks."""
    return char.isalnum() and char < "\u0e00"


def _in_characters(data: bytes, spans: Sequence[_Span]) -> list[_Span]:
    """Turn byte offsets into character offsets, in one walk over the text.

    A pattern may match some bytes of a character only, such as ``[^x]`` does: then it counts whole.
    """
    places = sorted({place for start, end, _ in spans for place in (start, end)})
    characters: dict[int, int] = {}
    at = count = 0
    for place in places:
        count += len(data[at:place].translate(None, _CONTINUING))
        at = place
        characters[place] = count
    return [(characters[start] - (data[start] in _CONTINUING), characters[end], number) for start, end, number in spans]


def _re2(rule: Rule) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not rule.caseless
    options.encoding = re2.Options.Encoding.LATIN1  # bytes, so that offsets are Hyperscan's
    try:
        return re2.compile(rule.pattern.encode(), options)
    except re2.error as error:
        raise BadPatternError(rule.id, str(error)) from None
