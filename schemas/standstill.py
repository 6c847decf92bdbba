"""Tells a reader of the log that stands still from one that has nothing to read.

A Kafka client fetches in a task of its own, and whoever waits for records is not told when that task has ended or
waits for an answer that was lost: to him the log has become silent. Where more records lie behind a place for two
looks, and nothing was read from any place in between, it is the reader that stands still. While other places move, a
place is given longer: a reader that catches up takes them in turns, but one broker of several may be silent alone.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Final, Generic, TypeVar

LOOK_S: Final = 10.0
"""How often a reader looks whether it stands still; it has been standing for one to two of these when it hears so."""
LOOKS: Final = 2
LOOKS_BESIDE_OTHERS: Final = 12
"""So many looks in a row a place may stand behind while others move."""

Place = TypeVar("Place", bound=Hashable)


class StandstillError(Exception):
    """Records lie behind a place, and the reader does not come to them: it must connect anew."""


class Standstill(Generic[Place]):
    """What one reader has seen at its last look, and for how many looks each place has stood behind."""

    def __init__(self) -> None:
        self._positions: Mapping[Place, int] = {}
        self._stood: dict[Place, int] = {}

    def look(self, positions: Mapping[Place, int], ends: Mapping[Place, int]) -> None:
        """Compare the next offset of each place with its end. Raises StandstillError."""
        stays = {place for place, at in positions.items() if self._positions.get(place) == at}
        limit = LOOKS if len(stays) == len(positions) else LOOKS_BESIDE_OTHERS
        self._stood = {
            place: (self._stood.get(place, 0) if place in stays else 0) + 1
            for place, at in positions.items()
            if at < ends[place]
        }
        self._positions = dict(positions)
        for place, looks in self._stood.items():
            if looks >= limit:
                at = positions[place]
                raise StandstillError(f"nothing was read from {place} at {at} for {looks} looks, {LOOK_S:g} s apart")
