"""The random source that routing is given: whole numbers below a limit. ``random.Random`` is one."""

from __future__ import annotations

from typing import Protocol


class Chance(Protocol):
    """Draws whole numbers; a seeded one makes every choice repeatable."""

    def randrange(self, start: int, /) -> int:
        """Give a whole number from 0 up to, not including, ``start``, which is at least 1."""
        ...
