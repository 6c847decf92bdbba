"""What a pure function gave, kept by its argument, for functions that every call asks the same few things."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import wraps
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def remembered(*, most: int) -> Callable[[Callable[[K], V]], Callable[[K], V]]:
    """Let a function work out each answer once. With ``most`` of them it forgets them all and begins anew.

    A look-up costs a fraction of one in a bounded ``lru_cache``, which keeps a list of what was used when, and less
    than one in a kind of `dict` of our own, which the interpreter looks up through a method.
    """

    def remembering(made: Callable[[K], V]) -> Callable[[K], V]:
        known: dict[K, V] = {}

        @wraps(made)
        def look_up(key: K) -> V:
            try:
                return known[key]
            except KeyError:
                pass
            value = made(key)
            if len(known) >= most:
                known.clear()
            known[key] = value
            return value

        return look_up

    return remembering
