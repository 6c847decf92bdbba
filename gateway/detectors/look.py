"""What policies call: everything that a chain's rules find in a text, whatever it is dressed or wrapped in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Final

from keeptrusts.gateway.detectors.database import Keeper
from keeptrusts.gateway.detectors.encoded import RUN, Piece, begins_in_escape, pieces, run_rules
from keeptrusts.gateway.detectors.normalize import normalize
from keeptrusts.gateway.detectors.overlaps import resolved
from keeptrusts.gateway.detectors.rules import PLAIN, Finding, Rule
from keeptrusts.gateway.detectors.scanner import Budget, Scanner
from keeptrusts.gateway.detectors.tables import HEADING, Table, heading_rules, table_pieces

DEPTH: Final = 2
"""How many wrappings are undone: base64 in a JSON string in a string is two."""
_APART: Final = "\n" * 208
"""Farther than any rule looks for words around a match."""


def looking(rules: Iterable[Rule], keeper: Keeper | None = None) -> Scanner:
    """Compile a chain's rules, and what the scan must report besides so that encoded runs and tables are looked into.

    Raises BadPatternError.
    """
    return Scanner((*rules, *run_rules(), *heading_rules()), keeper)


def look(scanner: Scanner, text: str, *, least_score: int = PLAIN) -> list[Finding]:
    """Give what counts, in the order of its place; findings never overlap. Offsets are those of the text.

    Raises TooManyMatchesError.
    """
    return resolved(seen(scanner, text), least_score=least_score)


def seen(
    scanner: Scanner, text: str, budget: Budget | None = None, *, rows_from: int = 0, table: Table | None = None
) -> list[Finding]:
    """Give all that may be something, overlapping and weak ones too, for callers that count some rules only.

    What is found in an encoded run is a finding of the whole run; what is found among escapes, of the part that they
    stand for; what is found of a cell by the heading above it, of that cell. Raises TooManyMatchesError.
    """
    return _seen(scanner, text, DEPTH, budget or Budget(), rows_from, table)


def _seen(
    scanner: Scanner, text: str, depth: int, budget: Budget, rows_from: int = 0, table: Table | None = None
) -> list[Finding]:
    normalized = normalize(text)
    plain = normalized.text
    escaped = depth > 0 and ("\\" in plain or "%" in plain)
    found: list[Finding] = []
    runs: list[Finding] = []
    headings: list[Finding] = []
    for one in scanner.scan(plain, budget):
        if one.kind == RUN:
            runs.append(one)
        elif one.kind == HEADING:
            headings.append(one)
        elif not (escaped and begins_in_escape(plain, one.start)):
            found.append(one)
    if depth:
        parts = list(pieces(plain, runs))
        if headings or table is not None:
            begin = rows_from if normalized.starts is None else normalized.starts.place_of(rows_from)
            parts += table_pieces(plain, headings, begin, table)
        found += _inside(scanner, parts, depth - 1, budget)
    places = normalized.starts if found else None
    return found if places is None else [_at(one, places.span(one.start, one.end)) for one in found]


def _inside(scanner: Scanner, parts: list[Piece], depth: int, budget: Budget) -> Iterator[Finding]:
    """Look into pieces, all at once: each scan has a cost of its own. They stand too far apart to be read together.

    Those that say the same are looked into once.
    """
    if not parts:
        return
    equal: dict[str, list[Piece]] = {}
    for part in parts:
        equal.setdefault(part.text, []).append(part)
    texts = list(equal)
    ends = list(accumulate(len(text) + len(_APART) for text in texts))
    for one in _seen(scanner, _APART.join(texts), depth, budget):
        number = bisect_right(ends, one.start)
        text = texts[number]
        begin = ends[number] - len(_APART) - len(text)
        last = min(one.end - begin, len(text))
        if one.start - begin < last:
            for part in equal[text]:
                yield _at(one, part.span(one.start - begin, last))


def _at(one: Finding, place: tuple[int, int]) -> Finding:
    return Finding(kind=one.kind, start=place[0], end=place[1], score=one.score, rule=one.rule)
