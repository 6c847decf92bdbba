"""Upcasters: how a record of an older version of a type is read as the newest version.

A type's fields may be added, never changed or removed. A breaking change is a new version with a function here
from the old data to the new; they chain, are pure, and never rewrite the log.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

UPCASTERS: Final[MappingProxyType[str, tuple[str, Upcaster]]] = MappingProxyType({})
"""Old type -> (newer type, function). Empty: every type is at its first version."""


def upcast(type_name: str, data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Read data of any shipped version as its newest version; each step raises what its function raises."""
    for _ in range(len(UPCASTERS) + 1):
        step = UPCASTERS.get(type_name)
        if step is None:
            return type_name, data
        type_name, data = step[0], step[1](data)
    raise AssertionError("upcasters form a cycle")
