"""One scan of a text for all rules of a chain: Hyperscan says where, checks and words beside a match say how sure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

import hyperscan
import re2

from keeptrusts.gateway.detectors.database import BadPatternError, Keeper, database
from keeptrusts.gateway.detectors.labels import AGAINST_BEFORE, Labels, Near, Vocabulary, nearest, windows
from keeptrusts.gateway.detectors.rules import NOTHING, Finding, Rule
from keeptrusts.schemas.frozen import frozen

MOST_MATCHES: Final = 200_000
"""Matches that are looked at together; what has more is noise of one kind, made to be slow."""
_CONTINUING: Final = bytes(range(0x80, 0xC0))
"""The bytes of UTF-8 that do not begin a character."""
_JOINING: Final = frozenset("-./_")

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
        self._whole = tuple(_re2(rule) if rule.whole_only or rule.by_re2 else None for rule in firsts)
        self._by_re2 = tuple(number for number, rule in enumerate(firsts) if rule.by_re2)
        self._reach = max((known.reach for group in self._groups for known in group.rules), default=0)
        self._database = database(firsts, keeper) if rules else None

    def scan(self, text: str, budget: Budget | None = None) -> list[Finding]:
        """Give every match that may be something, in the order of its place; they may overlap.

        Raises TooManyMatchesError when the ``budget``, one of its own if none is given, is used up.
        """
        if not self.rules or not text:
            return []
        data = text.encode("utf-8", "surrogatepass")
        ends: dict[tuple[int, int], int] = {(0, number): 0 for number in self._by_re2}
        budget = budget or Budget()

        def matched(number: int, start: int, end: int, _flags: int, _context: object) -> bool:
            budget.left -= 1
            if end > ends.get((start, number), -1):
                ends[(start, number)] = end
            return budget.left <= 0

        try:
            if self._database is not None:
                self._database.scan(data, match_event_handler=matched)
        except hyperscan.ScanTerminated:
            raise TooManyMatchesError("more matches than may be looked at") from None
        if not ends:
            return []
        spans = sorted(self._spans(data, ends))
        if len(data) != len(text):
            spans = _in_characters(data, spans)
        groups = self._groups
        spans = [span for span in spans if not (groups[span[2]].alone and _is_joined(text, span[0], span[1]))]
        if not spans:
            return []
        return list(self._findings(text, spans, self._labels(text, spans)))

    @property
    def patterns(self) -> tuple[tuple[Rule, ...], ...]:
        """Give the rules by their patterns: those of one look for the same."""
        return tuple(tuple(known.rule for known in group.rules) for group in self._groups)

    def candidates(self, text: str) -> list[_Span]:
        """Give where each of the ``patterns`` matches, by its number, before anything is asked about a match.

        Left out are patterns that Hyperscan does not take.
        """
        data = text.encode("utf-8", "surrogatepass")
        spans: list[_Span] = []

        def matched(number: int, start: int, end: int, _flags: int, _context: object) -> None:
            spans.append((start, end, number))

        if self._database is not None:
            self._database.scan(data, match_event_handler=matched)
        return spans if len(data) == len(text) or not spans else _in_characters(data, spans)

    def _labels(self, text: str, spans: Sequence[_Span]) -> Labels:
        """Find the words around the matches for which words count."""
        groups = self._groups
        worded = ((start, end) for start, end, number in spans if groups[number].worded)
        pieces = windows(worded, self._reach, len(text))
        return Labels((word for piece in pieces for word in self._words.found(text, *piece)), reach=self._reach)

    def _spans(self, data: bytes, ends: dict[tuple[int, int], int]) -> Iterator[_Span]:
        """Give the longest match from each start; where Hyperscan only says that there is one, RE2 looks for all."""
        for (start, number), end in ends.items():
            whole = self._whole[number]
            if whole is None:
                yield start, end, number
                continue
            for match in islice(whole.finditer(data), MOST_MATCHES):
                yield match.start(), match.end(), number

    def _findings(self, text: str, spans: Iterable[_Span], labels: Labels) -> Iterator[Finding]:
        last = (-1, -1)
        near: Near = []
        joined: bool | None = None
        for start, end, number in spans:
            if (start, end) != last:
                last, joined = (start, end), None
                near = labels.near(start, end)
            group = self._groups[number]
            if not near and group.labelled:
                continue
            if joined is None and group.apart:
                joined = _is_joined(text, start, end)
            for known in group.rules:
                if joined and not known.rule.joined:
                    continue
                found = _judged(known, text, start, end, near)
                if found is not None:
                    yield found


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
    groups: dict[tuple[str, bool, bool, int], list[_Known]] = {}
    for known in rules:
        rule = known.rule
        groups.setdefault((rule.pattern, rule.caseless, rule.whole_only, rule.distance), []).append(known)
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


def _is_joined(text: str, start: int, end: int) -> bool:
    """Say whether a match is only a piece of something longer, such as of a version, a UUID or a name of a file."""
    if start:
        before = text[start - 1]
        if _glues(before) and text[start].isalnum():
            return True
        if before in _JOINING and start > 1 and _glues(text[start - 2]):
            return True
    if end < len(text):
        after = text[end]
        if _glues(after) and text[end - 1].isalnum():
            return True
        if after in _JOINING and end + 1 < len(text) and _glues(text[end + 1]):
            return after != "." or not text[end + 1].isupper()  # a sentence whose blank was forgotten
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
