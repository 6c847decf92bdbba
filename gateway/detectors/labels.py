"""The words beside a match that say what it is, found in the same scan as the matches, and which of them are near."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Final

from keeptrusts.gateway.detectors.rules import Rule

AGAINST_BEFORE: Final = 40
"""How far before a match a word counts that speaks against it, in characters."""
_LONGEST: Final = 40
_SPECIAL: Final = frozenset("\\^$.|?*+()[]{}#")

Label = tuple[int, int, int]
"""Where a word stands, and its number."""
Near = tuple[list[tuple[int, int]], list[tuple[int, int]]]
"""The words before a match and those after it: each its number and how many characters lie between."""


def vocabulary(rules: Sequence[Rule]) -> list[str]:
    """Give every word that a rule knows, once."""
    words: dict[str, None] = {}
    for rule in rules:
        words.update(dict.fromkeys(rule.against))
        if rule.context is not None:
            words.update(dict.fromkeys(rule.context.words))
    return list(words)


def pattern_of(word: str) -> str:
    """Give the pattern that finds a word where it stands alone; Hyperscan's own ``\\b`` knows ASCII only."""
    forms = [word] if word.isascii() else sorted({word, word.upper(), word.capitalize(), word.title()})
    body = "|".join("".join(_escaped(char) for char in form) for form in forms)
    first = r"(?:\b|_)" if _bounded(word[0]) else ""
    last = r"(?:\b|_)" if _bounded(word[-1]) else ""
    return f"{first}(?:{body}){last}"


def _escaped(char: str) -> str:
    if char == " ":
        return "[ _-]?"
    return "\\" + char if char in _SPECIAL else char


def _bounded(char: str) -> bool:
    return char.isascii() and char.isalnum()


class Labels:
    """The words of one text, in the order of their place."""

    def __init__(self, found: Iterable[Label], *, reach: int) -> None:
        """``reach`` is how far from a match a word may count, in characters."""
        self._found = sorted(found)
        self._starts = [start for start, _, _ in self._found]
        self._reach = reach

    def near(self, start: int, end: int) -> Near:
        """Give the words before and after a match that are near enough for some rule."""
        before: list[tuple[int, int]] = []
        after: list[tuple[int, int]] = []
        at = bisect_right(self._starts, start)
        furthest = start - self._reach - _LONGEST
        for index in range(at - 1, -1, -1):
            label_start, label_end, word = self._found[index]
            if label_start < furthest:
                break
            if label_end <= start + 1:  # the blank of a word that ends in ``_``
                before.append((word, max(0, start - label_end)))
        for index in range(at, len(self._found)):
            label_start, _, word = self._found[index]
            if label_start > end + self._reach:
                break
            if label_start >= end - 1:
                after.append((word, max(0, label_start - end)))
        return before, after


def nearest(near: Near, words: frozenset[int], before: int, after: int) -> int | None:
    """Give how many characters lie between a match and the nearest of some words; None where none is near enough."""
    best: int | None = None
    for word, distance in near[0]:
        if distance <= before and word in words and (best is None or distance < best):
            best = distance
    if after:
        for word, distance in near[1]:
            if distance <= after and word in words and (best is None or distance < best):
                best = distance
    return best
