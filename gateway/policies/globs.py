"""Name patterns with "*", matched without regular expressions and without regard to case."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

_REMEMBERED: Final = 1_024


@dataclass(frozen=True, slots=True)
class Globs:
    """Many patterns as one test; exact names cost one set look-up."""

    exact: frozenset[str]
    patterns: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, names: Iterable[str]) -> "Globs":
        """Compiles patterns; only "*" is special and stands for any run of characters."""
        folded = [name.casefold() for name in names]
        exact = frozenset(name for name in folded if "*" not in name)
        return cls(exact, tuple(tuple(name.split("*")) for name in folded if "*" in name))

    def matches(self, name: str) -> bool:
        """Whether any pattern covers the whole name."""
        folded = name.casefold()
        return folded in self.exact or any(_fits(folded, parts) for parts in self.patterns)


def _fits(name: str, parts: tuple[str, ...]) -> bool:
    first, *middle, last = parts
    if len(name) < len(first) + len(last) or not name.startswith(first) or not name.endswith(last):
        return False
    position, end = len(first), len(name) - len(last)
    for part in middle:
        found = name.find(part, position, end)
        if found < 0:
            return False
        position = found + len(part)
    return True


@dataclass(frozen=True, slots=True)
class AllowDeny:
    """An allow list (None allows everything) and a deny list, which wins."""

    allowed: Globs | None
    denied: Globs
    _known: dict[str, bool] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, allowed: Iterable[str] | None, denied: Iterable[str]) -> "AllowDeny":
        """Compiles both lists."""
        return cls(Globs.of(allowed) if allowed is not None else None, Globs.of(denied))

    def permits(self, name: str) -> bool:
        """Whether the name is not denied and, with an allow list, is on it."""
        known = self._known.get(name)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()  # names come from callers: remember a bounded number of them
            known = self._known[name] = self._permits(name)
        return known

    def _permits(self, name: str) -> bool:
        if self.denied.matches(name):
            return False
        return self.allowed is None or self.allowed.matches(name)
