"""Round robin under weights: each target gets its share, spread evenly instead of in bursts.

The rule is smooth weighted round robin: at each turn every target gains its weight, the highest is chosen and loses
the sum of all weights. After as many turns as that sum, each was chosen exactly as often as its weight.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

_REMEMBERED_POOLS: Final = 1_024
_REMEMBERED_SLOTS: Final = 4_096


class Rotations:
    """Whose turn it is, pool by pool; the pools used least recently are forgotten."""

    __slots__ = ("_pools",)

    def __init__(self) -> None:
        self._pools: OrderedDict[str, dict[str, int]] = OrderedDict()

    def turn(self, pool: str, slots: Sequence[tuple[str, int]]) -> int:
        """Give the position of the slot whose turn it is; ``slots`` are names with positive weights, one at least.

        Slots that are left out for a while keep their place in the rotation.
        """
        credits = self._credits(pool)
        total = 0
        best = 0
        for position, (name, weight) in enumerate(slots):
            total += weight
            credits[name] = credits.get(name, 0) + weight
            if credits[name] > credits[slots[best][0]]:
                best = position
        credits[slots[best][0]] -= total
        return best

    def _credits(self, pool: str) -> dict[str, int]:
        found = self._pools.get(pool)
        if found is None or len(found) > _REMEMBERED_SLOTS:
            found = self._pools[pool] = {}
        self._pools.move_to_end(pool)
        if len(self._pools) > _REMEMBERED_POOLS:
            self._pools.popitem(last=False)
        return found
