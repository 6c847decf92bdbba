"""Tells a reader of the log that stands still from one that has nothing to read.

A Kafka client fetches in a task of its own, and whoever waits for records is not told when that task has ended or
waits for an answer that was lost: to him the log has become silent. Where more records lie behind a place for two
looks, and nothing was read from it in between, it is the reader that stands still.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Final, Generic, TypeVar

LOOK_S: Final = 10.0
"""How often a reader looks whether it stands still; it has been standing for one to two of these when it hears so."""

Place = TypeVar("Place", bound=Hashable)


class StandstillError(Exception):
    """Records lie behind a place, and the reader does not come to them: it must connect anew."""


class Standstill(Generic[Place]):
    """What one reader has seen at its last look."""

    def __init__(self) -> None:
        self._behind: Mapping[Place, int] = {}

    def look(self, positions: Mapping[Place, int], ends: Mapping[Place, int]) -> None:
        """Compare the next offset of each place with its end. Raises StandstillError."""
        behind = {place: at for place, at in positions.items() if at < ends[place]}
        stands = [place for place, at in behind.items() if self._behind.get(place) == at]
        self._behind = behind
        if stands:
            raise StandstillError(f"nothing has been read from {stands[0]} at {behind[stands[0]]} for {LOOK_S:g} s")
