"""The words beside matches that say what they are: found around matches only, and which of them are near to which."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import hyperscan

from keeptrusts.gateway.detectors.database import Database
from keeptrusts.gateway.detectors.rules import Rule

AGAINST_BEFORE: Final = 40
"""How far before a match a word counts that speaks against it, in characters."""
_BLANKS: Final = bytes(byte if byte >= 0x80 or chr(byte).isalnum() else 0x20 for byte in range(256))
"""Turns what is no letter or digit into blanks; bytes outside ASCII stay."""

Label = tuple[int, int, int]
"""Where a word stands, in characters, and its number."""
Near = list[tuple[int, int, bool]]
"""The words around a match: the number of each, how many characters lie between, and whether it is before the match."""


class Vocabulary:
    """Every word that some rule knows, compiled once."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        words: dict[str, None] = {}
        for rule in rules:
            words.update(dict.fromkeys(rule.against))
            if rule.context is not None:
                words.update(dict.fromkeys(rule.context.words))
        self.numbers: dict[str, int] = {word: number for number, word in enumerate(words)}
        self._forms = [(form, number) for word, number in self.numbers.items() for form in _forms(word)]
        self._lengths = [len(form.decode().strip()) for form, _ in self._forms]
        self._trailing = [form.endswith(b" ") for form, _ in self._forms]
        self._database = _literals([form for form, _ in self._forms]) if self._forms else None

    def found(self, text: str, start: int, end: int) -> Iterator[Label]:
        """Give the words in a piece of a text, in any order."""
        if self._database is None:
            return
        lower = text[start:end].lower()
        if len(lower) != end - start:
            lower = text[start:end]
        data = f" {lower} ".encode("utf-8", "surrogatepass").translate(_BLANKS)
        hits: list[tuple[int, int]] = []

        def matched(form: int, _start: int, last: int, _flags: int, _context: object) -> None:
            hits.append((form, last))

        self._database.scan(data, matched)
        plain = len(data) == end - start + 2
        for form, last in hits:
            last -= self._trailing[form]
            place = start - 1 + (last if plain else len(data[:last].decode("utf-8", "surrogatepass")))
            yield place - self._lengths[form], place, self._forms[form][1]


def _forms(word: str) -> list[bytes]:
    """Give the ways in which a word may stand in a text without signs: in two words, and written as one."""
    plain = word.encode().translate(_BLANKS).decode()
    first = "" if plain[0] >= "\u0e00" else " "
    last = "" if plain[-1] >= "\u0e00" else " "
    return [f"{first}{form}{last}".encode() for form in dict.fromkeys((plain, plain.replace(" ", "")))]


def _literals(forms: Sequence[bytes]) -> Database:
    made = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    made.compile(expressions=list(forms), ids=list(range(len(forms))), elements=len(forms), flags=[0] * len(forms))
    return Database(made)


class Labels:
    """The words of one text that stand near its matches, in the order of their place."""

    def __init__(self, found: Iterable[Label], *, reach: int) -> None:
        """``reach`` is how far from a match a word may count, in characters."""
        self._found = sorted(found)
        self._starts = [start for start, _, _ in self._found]
        self._reach = reach

    def __bool__(self) -> bool:
        """Say whether there are any."""
        return bool(self._found)

    def near(self, start: int, end: int) -> Near:
        """Give the words before and after a match that are near enough for some rule."""
        starts = self._starts
        at = bisect_left(starts, start - self._reach)
        if at == len(starts) or starts[at] > end + self._reach:
            return []
        near: Near = []
        for index in range(at, bisect_right(starts, end + self._reach)):
            label_start, label_end, word = self._found[index]
            if label_end <= start:
                near.append((word, start - label_end, True))
            elif label_start >= end:
                near.append((word, label_start - end, False))
        return near


def windows(spans: Iterable[tuple[int, int]], reach: int, length: int) -> Iterator[tuple[int, int]]:
    """Give the pieces of a text of some length in which words may be near to spans, in order, each place once."""
    first = last = -1
    for start, end in spans:
        before, after = max(0, start - reach - 1), min(length, end + reach)
        if before > last:
            if last > first:
                yield first, last
            first, last = before, after
        elif after > last:
            last = after
    if last > first:
        yield first, last


def nearest(near: Near, words: frozenset[int], before: int, after: int) -> int | None:
    """Give how many characters lie between a match and the nearest of some words; None where none is near enough."""
    best: int | None = None
    for word, distance, is_before in near:
        if word in words and distance < (before if is_before else after) and (best is None or distance < best):
            best = distance
    return best
