"""What stands for values of one request, to be put back into its answer. Nothing of it outlives the call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from keeptrusts.gateway.policies.texts import Text

PATTERN: Final = r"\[[A-Z][A-Z0-9_]{0,60}_[0-9]{1,6}\]"
"""How placeholders look, in Hyperscan's syntax: ``[EMAIL_1]``."""


class Placeholders:
    """Equal values of a kind get the same one, and none is among the words of the request itself."""

    __slots__ = ("_counts", "_known", "_texts", "values")

    def __init__(self, texts: Sequence[Text]) -> None:
        self.values: dict[str, str] = {}
        """Placeholder -> what it stands for."""
        self._texts = texts
        self._known: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}

    def of(self, kind: str, value: str) -> str:
        """Give the placeholder of a value."""
        known = self._known.get((kind, value))
        if known is None:
            known = self._known[(kind, value)] = self._next(kind)
            self.values[known] = value
        return known

    def _next(self, kind: str) -> str:
        while True:
            count = self._counts[kind] = self._counts.get(kind, 0) + 1
            placeholder = f"[{kind}_{count}]"
            if not any(placeholder in text.text for text in self._texts):
                return placeholder
