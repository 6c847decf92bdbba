"""Random bytes from the system, a page at a time: a call needs thirty, and each fetch is a system call."""

from __future__ import annotations

import os
from typing import Final

PAGE_BYTES: Final = 4096


class Entropy:
    """Gives bytes of the system's randomness, each of them once. A forked child must make one of its own."""

    __slots__ = ("_at", "_page")

    def __init__(self) -> None:
        self._page = b""
        self._at = 0

    def take(self, count: int) -> bytes:
        """Give ``count`` random bytes."""
        end = self._at + count
        if end > len(self._page):
            if count > PAGE_BYTES:
                return os.urandom(count)
            self._page, self._at, end = os.urandom(PAGE_BYTES), 0, count
        taken, self._at = self._page[self._at : end], end
        return taken
