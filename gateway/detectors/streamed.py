"""One text that comes in pieces: what is found in it, as in the whole, and let go as soon as nothing can change it.

A place is let go once no finding can begin before it and end behind it, so what is let go does not depend on how the
text was cut. What may be a finding and stays open for ``MOST_HELD`` characters is decided as it stands then:

- it is a finding already: it goes on, up to ``LONGEST`` characters, until it can go on no further;
- something is found within it: what stands before that is let go;
- nothing is: ``LET_GO`` characters are let go, and behind a letter or digit the rest is judged as if it began there.

These decisions hang on the text alone as well. ``CONTEXT`` characters that were let go are looked at with what follows,
and a table's heading is known until the table ends. A row of one is let go when it is whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from keeptrusts.gateway.detectors.look import seen
from keeptrusts.gateway.detectors.openings import Openings
from keeptrusts.gateway.detectors.rules import Finding
from keeptrusts.gateway.detectors.scanner import Scanner
from keeptrusts.gateway.detectors.tables import Table, table_at
from keeptrusts.schemas.frozen import frozen, replace

MOST_HELD: Final = 256
LET_GO: Final = 128
LONGEST: Final = 8_192
CONTEXT: Final = 448
_SLAB: Final = 1_024
_GROUP: Final = 4
_RUNS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-=")


@frozen
class Passed:
    """A part of a text in which nothing changes any more: it is clean, or findings that overlap are all of it."""

    text: str
    findings: tuple[Finding, ...] = ()


class StreamedText:
    """One text. Pure but for what it holds; ``feed`` and ``end`` give parts that join to the text."""

    __slots__ = ("_at", "_goes_on", "_known", "_line", "_openings", "_scanner", "_table", "_text")

    def __init__(self, scanner: Scanner, openings: Openings) -> None:
        self._scanner = scanner
        self._openings = openings
        self._text = ""
        self._at = 0
        self._goes_on = False
        self._line = 0  # where the line begins in which ``_at`` is
        self._table: Table | None = None  # what that line belongs to
        self._known = False  # something is found that is not let go yet, whatever led to it

    @property
    def held(self) -> int:
        """Give how many characters are held."""
        return len(self._text) - self._at

    def feed(self, piece: str) -> list[Passed]:
        """Take a piece, and give what may go. Raises TooManyMatchesError."""
        passed: list[Passed] = []
        for at in range(0, len(piece), _SLAB):
            self._text += piece[at : at + _SLAB]
            self._advance(passed)
            if self._at > 2 * CONTEXT:
                self._line = max(0, self._line - self._at + CONTEXT)
                self._text = self._text[self._at - CONTEXT :]
                self._at = CONTEXT
        return passed

    def _advance(self, passed: list[Passed]) -> None:
        while self.held:
            most = LONGEST if self._goes_on else MOST_HELD
            end = min(len(self._text), self._at + most)
            stop, found = self._settled(end)
            if stop > self._at:
                passed += self._release(stop, found)
                self._goes_on = False
            elif end - self._at < most:
                return
            else:
                passed += self._decided(end)

    def end(self) -> list[Passed]:
        """Give the rest. Raises TooManyMatchesError."""
        return list(self._release(len(self._text), self._found(len(self._text)))) if self.held else []

    def _settled(self, end: int) -> tuple[int, Sequence[Finding]]:
        """Give up to where nothing changes any more, were the text to go on behind ``end``, and what is found there."""
        opening = self._openings.first(self._text[:end], self._at)
        line, table, met = table_at(self._text, opening.at, self._line, self._table)
        is_cut = table is not None and self._text.find("\n", opening.at, end) < 0
        stop = min(opening.at, max(self._at, line)) if is_cut else opening.at
        if stop <= self._at or (opening.empty and not self._known and not met):
            return stop, ()
        found = self._found(end)
        for one in sorted(found, key=lambda one: -one.start):
            if one.start < stop and (one.end > stop or one.end == end):
                stop = one.start
        self._known = any(one.end > stop for one in found)
        return stop, [one for one in found if one.end <= stop]

    def _decided(self, end: int) -> list[Passed]:
        """Decide as it stands about what stayed open for too long."""
        # A run of base64 or hexadecimal can be read at every fourth or second character only.
        found = next((found for back in range(_GROUP) if (found := self._found(end - back))), [])
        self._known = bool(found)
        first = min((one.start for one in found), default=end)
        if first == self._at and not self._goes_on:
            self._goes_on = True
            return []
        if first > self._at and found:
            return self._release(first, ())
        stop = self._at + LET_GO
        if found:
            stop = self._at
            for one in sorted(found, key=lambda one: one.start):
                stop = max(stop, one.end) if one.start <= stop else stop
        passed = self._release(stop, [one for one in found if one.end <= stop])
        self._goes_on = False
        if self._text[stop - 1] in _RUNS:
            self._text, self._at, self._line = self._text[stop:], 0, 0
        return passed

    def _found(self, end: int) -> list[Finding]:
        """Give what is found in what is held, up to a place and as if the text ended there."""
        begin = max(0, self._at - CONTEXT)
        rows_from = max(0, self._line - begin)
        found = seen(self._scanner, self._text[begin:end], rows_from=rows_from, table=self._table)
        return [
            replace(one, start=begin + one.start, end=begin + one.end) for one in found if begin + one.start >= self._at
        ]

    def _release(self, stop: int, found: Sequence[Finding]) -> list[Passed]:
        passed = list(_parts(self._text, self._at, stop, found))
        self._line, self._table, _ = table_at(self._text, stop, self._line, self._table)
        self._at = stop
        return passed


def _parts(text: str, start: int, stop: int, found: Sequence[Finding]) -> Iterator[Passed]:
    """Cut a part of a text into what is clean, and what overlapping findings take in."""
    at = start
    together: list[Finding] = []
    for one in sorted(found, key=lambda one: one.start):
        if together and one.start >= at:
            yield _cluster(text, together, at)
            together = []
        if not together:
            if one.start > at:
                yield Passed(text=text[at : one.start])
            at = one.end
        together.append(one)
        at = max(at, one.end)
    if together:
        yield _cluster(text, together, at)
    if stop > at:
        yield Passed(text=text[at:stop])


def _cluster(text: str, found: Sequence[Finding], end: int) -> Passed:
    start = found[0].start
    return Passed(
        text=text[start:end],
        findings=tuple(replace(one, start=one.start - start, end=one.end - start) for one in found),
    )
