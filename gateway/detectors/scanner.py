"""One scan of a text for all rules of a chain: Hyperscan says where, checks and words beside a match say how sure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import hyperscan
import re2

from keeptrusts.gateway.detectors.rules import NOTHING, Context, Finding, Rule

MOST_MATCHES: Final = 200_000
"""Matches of one text that are looked at; what has more is noise of one kind, made to be slow."""
_JOINING: Final = frozenset("-./_")

_Span = tuple[int, int, int]
"""A rule's number, and where it matched: bytes or characters."""


class BadPatternError(ValueError):
    """A pattern that cannot be scanned for. ``rule`` is its rule's id; ``reason`` is the engine's."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f"{rule}: {reason}")
        self.rule = rule
        self.reason = reason


class TooManyMatchesError(RuntimeError):
    """A text in which more matches than may be looked at. Never holds the text."""


class Scanner:
    """Rules compiled once. ``scan`` is synchronous and keeps nothing of the text."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Compile. Raises BadPatternError."""
        self.rules: tuple[Rule, ...] = tuple(rules)
        self._whole = tuple(_re2(rule) if rule.whole_only else None for rule in rules)
        self._database = _database(self.rules) if rules else None

    def scan(self, text: str) -> list[Finding]:
        """Give every match that may be something, in the order of its place; they may overlap.

        Raises TooManyMatchesError.
        """
        if self._database is None or not text:
            return []
        data = text.encode("utf-8", "surrogatepass")
        ends: dict[tuple[int, int], int] = {}
        left = MOST_MATCHES

        def matched(rule: int, start: int, end: int, _flags: int, _context: object) -> bool:
            nonlocal left
            left -= 1
            if end > ends.get((rule, start), -1):
                ends[(rule, start)] = end
            return left <= 0

        try:
            self._database.scan(data, match_event_handler=matched)
        except hyperscan.ScanTerminated:
            raise TooManyMatchesError("more matches than may be looked at") from None
        if not ends:
            return []
        spans: Iterable[_Span] = self._spans(data, ends)
        if len(data) != len(text):
            spans = _in_characters(data, spans)
        return [
            found
            for number, start, end in sorted(spans, key=_place)
            if (found := _judged(self.rules[number], text, start, end)) is not None
        ]

    def _spans(self, data: bytes, ends: dict[tuple[int, int], int]) -> Iterator[_Span]:
        """Give the longest match from each start; where Hyperscan only says that there is one, RE2 looks for all."""
        for (number, start), end in ends.items():
            whole = self._whole[number]
            if whole is None:
                yield number, start, end
                continue
            for match in whole.finditer(data):
                yield number, match.start(), match.end()


def _place(span: _Span) -> tuple[int, int]:
    return span[1], span[2]


def _judged(rule: Rule, text: str, start: int, end: int) -> Finding | None:
    """Say what a match is; None for what is nothing."""
    if not rule.joined and _is_joined(text, start, end):
        return None
    if rule.check is not None and not rule.check(text[start:end]):
        return None
    score = rule.score
    if rule.context is not None and score < rule.context.score and _has_near(text, start, end, rule.context):
        score = rule.context.score
    if rule.against and _has_any(text[max(0, start - 40) : start].lower(), rule.against):
        return None
    if score <= NOTHING:
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
        if before.isalnum() and text[start].isalnum():
            return True
        if before in _JOINING and start > 1 and text[start - 2].isalnum():
            return True
    if end < len(text):
        after = text[end]
        if after.isalnum() and text[end - 1].isalnum():
            return True
        if after in _JOINING and end + 1 < len(text) and text[end + 1].isalnum():
            return after != "." or not text[end + 1].isupper()  # a sentence whose blank was forgotten
    return False


def _has_near(text: str, start: int, end: int, context: Context) -> bool:
    if _has_any(text[max(0, start - context.before) : start].lower(), context.words):
        return True
    return context.after > 0 and _has_any(text[end : end + context.after].lower(), context.words)


def _has_any(window: str, words: Iterable[str]) -> bool:
    """Say whether one of the words stands alone in a piece of lower-case text."""
    for word in words:
        at = window.find(word)
        while at >= 0:
            end = at + len(word)
            if (at == 0 or not window[at - 1].isalnum()) and (end == len(window) or not window[end].isalnum()):
                return True
            at = window.find(word, at + 1)
    return False


def _in_characters(data: bytes, spans: Iterable[_Span]) -> Iterator[_Span]:
    """Turn byte offsets into character offsets, in one walk over the text."""
    known = list(spans)
    places = sorted({place for _, start, end in known for place in (start, end)})
    characters: dict[int, int] = {}
    at = count = 0
    for place in places:
        count += len(data[at:place].decode("utf-8", "surrogatepass"))
        at = place
        characters[place] = count
    for number, start, end in known:
        yield number, characters[start], characters[end]


def _database(rules: Sequence[Rule]) -> Any:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    try:
        database.compile(
            expressions=[rule.pattern.encode() for rule in rules],
            ids=list(range(len(rules))),
            elements=len(rules),
            flags=[_flags(rule) for rule in rules],
        )
    except hyperscan.error:
        raise _culprit(rules) from None
    return database


def _flags(rule: Rule) -> int:
    flags = hyperscan.HS_FLAG_SINGLEMATCH if rule.whole_only else hyperscan.HS_FLAG_SOM_LEFTMOST
    return int(flags | hyperscan.HS_FLAG_CASELESS) if rule.caseless else int(flags)


def _culprit(rules: Sequence[Rule]) -> BadPatternError:
    """Find which of the rules does not compile, for Hyperscan does not say."""
    for rule in rules:
        try:
            hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK).compile(
                expressions=[rule.pattern.encode()], ids=[0], elements=1, flags=[_flags(rule)]
            )
        except hyperscan.error as error:
            return BadPatternError(rule.id, str(error))
    return BadPatternError(rules[0].id, "these patterns are too large together")


def _re2(rule: Rule) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not rule.caseless
    options.encoding = re2.Options.Encoding.LATIN1  # bytes, so that offsets are Hyperscan's
    try:
        return re2.compile(rule.pattern.encode(), options)
    except re2.error as error:
        raise BadPatternError(rule.id, str(error)) from None
