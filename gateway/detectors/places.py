"""Where characters of a changed text stood before the change."""

from __future__ import annotations

from bisect import bisect_right

from keeptrusts.schemas.frozen import frozen


@frozen
class Places:
    """Pairs of places, in the changed text and in the original: from each on, both run side by side.

    ``changed`` never falls, and ``origins`` rises wherever ``changed`` does; what is before the first pair stood where
    it stands. Of several pairs for one place the last counts.
    """

    changed: list[int]
    origins: list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Give the part of the original that became these characters, with what was left out in it and behind it.

        What was left out before the first character of the text counts as a part of it.
        """
        first, last = self._origin(start) if start else 0, self._origin(end)
        return first, max(last, self._origin(end - 1) + 1) if end > start else last

    def place_of(self, origin: int) -> int:
        """Give where in the changed text stands what stood at a place of the original, or what follows it there."""
        known = bisect_right(self.origins, origin) - 1
        if known < 0:
            return min(origin, self.changed[0]) if self.changed else origin
        place = self.changed[known] + origin - self.origins[known]
        return min(place, self.changed[known + 1]) if known + 1 < len(self.changed) else place

    def _origin(self, at: int) -> int:
        known = bisect_right(self.changed, at) - 1
        return at if known < 0 else self.origins[known] + at - self.changed[known]
