"""Where a finding may have begun that is not complete yet: what stands before that place in a text is final.

Two things keep a place open. A pattern that has matched up to the end of the text in part: all beginnings of all
patterns are one automaton, which is read backwards from the end. And a pattern that has matched, behind which its
rule's seeker, its words or its neighbours may still say what it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import re2

from keeptrusts.gateway.detectors.beginnings import beginnings
from keeptrusts.gateway.detectors.encoded import ESCAPE, RUN, unescaped
from keeptrusts.gateway.detectors.families.open_ends import Ends, ends_of
from keeptrusts.gateway.detectors.normalize import REACH, normalize, unsettled_from
from keeptrusts.gateway.detectors.rules import Rule
from keeptrusts.gateway.detectors.scanner import Scanner
from keeptrusts.schemas.frozen import frozen

DEPTH: Final = 2
_MOST_MEMORY: Final = 256 << 20
"""Bytes that the automaton may grow to while it meets new texts."""
_LONGEST_LABEL: Final = 25
_LONGEST_PATTERN: Final = 96
_ALONE: Final = r"[\-._/]?[\s\S]"
_MARKS: Final = ("\\", "%", "&")
_LINES: Final = r"[A-Za-z0-9+/]{40,}={0,2}(?:[ \t]*\r?\n\s{0,38}[A-Za-z0-9+/]+={0,2})*[^A-Za-z0-9+/=]"
"""A run that goes on in the next line."""
_CUT: Final = re.compile(
    r"(?:\\(?:[uU][0-9A-Fa-f]{0,3}|[uU][dD][89ABab][0-9A-Fa-f]{2}(?:\\(?:u[0-9A-Fa-f]{0,3})?)?|x[0-9A-Fa-f]?)?"
    r"|(?:%[89A-Fa-f][0-9A-Fa-f]){1,3}(?:%[0-9A-Fa-f]?)?|%[0-9A-Fa-f]?|&(?:#[xX]?[0-9A-Fa-f]{0,7}|[A-Za-z]{0,8}))\Z"
)
"""An escape that the end of a text cuts off."""
_LONGEST_ESCAPE: Final = 12


@frozen
class Opening:
    """``at``: up to where a text is final. ``empty``: nothing before that place can be a finding."""

    at: int
    empty: bool


def needs_whole(rule: Rule) -> bool:
    """Say whether what a rule finds can only be known of a whole text."""
    return rule.needs_whole or rule.whole_only or rule.by_re2 or ends_of(rule) is None


class Openings:
    """The beginnings of everything that a scanner finds, compiled once. None of its rules ``needs_whole``."""

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        ends = {rule.id: _ends(rule) for rule in scanner.rules}
        begun = dict.fromkeys(_begun(rule, ends[rule.id]) for rule in scanner.rules if ends[rule.id].behind is None)
        begun.update(dict.fromkeys((beginnings(_LINES), beginnings("", ESCAPE))))
        self._begun = _compiled(rf"(?:{'|'.join(begun)})\z")
        compiled: dict[str, Any] = {}
        self._asked = tuple(_asked(rules, ends, compiled) for rules in scanner.patterns)

    def first(self, text: str, at: int) -> Opening:
        """Give the first place from ``at`` on where something has begun that more text may complete; the end if none.

        Whatever follows, no finding begins before that place and ends behind it.
        """
        begin = max(0, at - REACH)
        found = self._first(text[begin:], at - begin, DEPTH)
        return Opening(at=begin + found.at, empty=found.empty)

    def _first(self, text: str, at: int, depth: int) -> Opening:
        if text.isascii():
            return self._of_plain(text, at, depth)
        normalized = normalize(text)
        plain, places = normalized.text, normalized.starts
        settled = max(at, unsettled_from(text))
        begin = at if places is None else places.place_of(at)
        if begin >= len(plain):
            return Opening(at=at if at == 0 else settled, empty=True)
        found = self._of_plain(plain, begin, depth)
        if settled < len(text):  # what follows may yet make one text of what is apart now
            end = settled if places is None else places.place_of(settled)
            cut = self._of_plain(plain[:end], min(begin, end), depth)
            found = cut if cut.at < min(end, found.at) else found
        if found.at >= len(plain):
            return Opening(at=settled, empty=found.empty)
        place = found.at if places is None else max(at, places.span(found.at, found.at + 1)[0])
        return Opening(at=min(settled, place), empty=found.empty)

    def _of_plain(self, text: str, at: int, depth: int) -> Opening:
        found = self._open(text, at)
        if not depth or not any(mark in text for mark in _MARKS):
            return found
        end = _cut_off(text, max(at, len(text) - _LONGEST_ESCAPE))
        first = min(end, found.at)
        if end < len(text):  # what follows may be any character
            first = min(first, self._of_plain(text[:end], at, depth - 1).at)
        piece = unescaped(text[:end], around=len(text))
        if piece is None or piece.starts is None:
            return Opening(at=first, empty=found.empty)
        inner = self._first(piece.text, piece.starts.place_of(max(0, at - piece.start)), depth - 1)
        if inner.at < len(piece.text):
            first = min(first, max(at, piece.span(inner.at, inner.at + 1)[0]))
        return Opening(at=first, empty=found.empty and inner.empty)

    def _open(self, text: str, at: int) -> Opening:
        """Look at a text as it is."""
        before = max(0, at - _LONGEST_PATTERN)
        near = text[before:]
        plain = near.isascii()
        data = near.encode("utf-8", "surrogatepass")
        head = at - before if plain else len(near[: at - before].encode("utf-8", "surrogatepass"))
        begun = self._begun.search(data, head)
        first = len(text)
        if begun is not None:
            place = begun.start()
            first = before + place if plain else at + len(data[head:place].decode("utf-8", "replace"))
        empty = True
        for start, end, number in self._scanner.candidates(near):
            for behind, after in self._asked[number]:
                begin = before + (start if behind is None else end + behind)
                if begin < at - (behind is not None):
                    continue
                empty = False
                if begin < first and after is not None:
                    following = data[end:] if plain else near[end:].encode("utf-8", "surrogatepass")
                    if after.fullmatch(following) is not None:
                        first = max(at, begin)
        return Opening(at=first, empty=empty)


def _cut_off(text: str, near: int) -> int:
    """Give where an escape begins that the end of a text cuts off; the end if none. It begins at ``near`` or behind."""
    cut = _CUT.search(text, near)
    if cut is None:
        return len(text)
    signs = len(text[: cut.start()]) - len(text[: cut.start()].rstrip("\\"))
    is_second = text[cut.start()] == "\\" and signs % 2 == 1
    return len(text) if is_second else cut.start()


def _ends(rule: Rule) -> Ends:
    ends = ends_of(rule)
    assert ends is not None, "rules that need a whole text are not looked for in a stream"
    return ends


def _begun(rule: Rule, ends: Ends) -> str:
    """Give the beginnings of a rule's findings; where something stands before the pattern, to their very end."""
    if rule.distance:
        return rf"(?s:.{{1,{min(1_000, len(rule.pattern) + rule.distance)}}})"
    after = ends.after if ends.before else ""
    return beginnings(ends.pattern or rule.pattern, after, ends.before, caseless=rule.caseless)


def _asked(
    rules: Sequence[Rule], ends: dict[str, Ends], compiled: dict[str, Any]
) -> tuple[tuple[int | None, Any], ...]:
    """Give from where a match of a pattern is held, and the pattern of what follows it for so long."""
    asked: dict[tuple[int | None, Any], None] = {}
    for rule in rules:
        own = ends[rule.id]
        words = rule.context.after if rule.context is not None else 0
        for after in (
            "" if own.before else own.after,
            "" if rule.joined or rule.kind == RUN else _ALONE,
            rf"[\s\S]{{0,{words + _LONGEST_LABEL}}}" if words else "",
        ):
            if after and after not in compiled:
                compiled[after] = _compiled(beginnings("", after))
            asked[(own.behind, compiled.get(after))] = None
    return tuple(asked)


def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.max_mem = _MOST_MEMORY
    options.encoding = re2.Options.Encoding.LATIN1
    return re2.compile(pattern.encode(), options)
