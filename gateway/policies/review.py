"""The texts of one request or answer under review: looked at once, whatever number of policies asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from keeptrusts.gateway.detectors.look import seen
from keeptrusts.gateway.detectors.overlaps import resolved
from keeptrusts.gateway.detectors.rules import PLAIN, Finding
from keeptrusts.gateway.detectors.scanner import Budget, Scanner
from keeptrusts.gateway.policies.placeholders import Placeholders
from keeptrusts.gateway.policies.texts import Text, size_of


class Review:
    """Texts and the scanner of their chain. ``secret`` keys the hashes that stand for findings, ``placeholders`` are
    what stands for those that are put back.

    ``found`` is what was found in the first of the texts, where a scan of it is known already.
    """

    __slots__ = ("_found", "_scanner", "placeholders", "secret", "texts")

    def __init__(
        self, texts: Sequence[Text], scanner: Scanner, secret: bytes, found: Sequence[Finding] | None = None
    ) -> None:
        self.texts = tuple(texts)
        self.secret = secret
        self.placeholders = Placeholders(self.texts)
        self._scanner = scanner
        self._found: tuple[tuple[int, list[Finding]], ...] | None = None if found is None else ((0, list(found)),)

    @property
    def size(self) -> int:
        """How long the texts are together, in characters."""
        return size_of(self.texts)

    def findings(self, rules: frozenset[str], *, least_score: int = PLAIN) -> list[tuple[int, Finding]]:
        """Give what rules with these ids find, each with the number of its text; of one text they never overlap.

        Raises TooManyMatchesError.
        """
        return [
            (number, finding)
            for number, found in self._looked()
            for finding in resolved((one for one in found if one.rule in rules), least_score=least_score)
        ]

    def places(self, rules: frozenset[str]) -> Iterator[tuple[int, list[Finding]]]:
        """Give where rules with these ids match, by the number of the text; places may overlap.

        Raises TooManyMatchesError.
        """
        for number, found in self._looked():
            own = [one for one in found if one.rule in rules]
            if own:
                yield number, own

    def _looked(self) -> tuple[tuple[int, list[Finding]], ...]:
        if self._found is None:
            budget = Budget()
            looked = ((number, seen(self._scanner, text.text, budget)) for number, text in enumerate(self.texts))
            self._found = tuple((number, found) for number, found in looked if found)
        return self._found
