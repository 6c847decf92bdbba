"""Values that nothing changes once they are made, and that cost no more to make than plain ones.

A dataclass that is frozen at run time sets each field through the base class, which takes three times as long; a
governed call makes thirty of them. This one is frozen for the type checker only, and every line of ours is checked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """Make a keyword-only dataclass with slots, equality and a hash; assigning to a field is an error of types."""
    return dataclass(slots=True, kw_only=True, unsafe_hash=True)(cls)
