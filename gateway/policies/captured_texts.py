"""What is kept of texts that are captured after redaction: everything that detectors find in them is written over.

Whether a detector acts, warns or only observes makes no difference here, nor whether it is meant for requests or for
answers. What no detector can look at, such as images, is not kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from keeptrusts.gateway.detectors.families.signs import TooMuchToReadError
from keeptrusts.gateway.detectors.scanner import Scanner, TooManyMatchesError
from keeptrusts.gateway.policies.review import Review
from keeptrusts.gateway.policies.text_detector import TextDetector
from keeptrusts.gateway.policies.texts import NO_TEXT, Edit, Path, Text, by_text, rewritten
from keeptrusts.schemas.frozen import frozen

Capture = Literal["redacted", "full"]
KINDS: Final = frozenset({"pii-detector", "hipaa-phi-detector", "dlp-filter"})
"""The kinds whose findings are data that must not be kept; what others find is what somebody wants, not what he is."""
NOT_KEPT: Final = "[not kept]"
_LONGEST_NAME: Final = 200
"""Ids and names of settings are kept up to this length, but for what is found in them."""
_SHORTEST_NUMBER: Final = 7
_MOST_BESIDE: Final = 10_000
"""Different names, ids and numbers of one document; where there are more, none of them is kept."""


@frozen
class Redactor:
    """What is looked for, and by which policies; without a scanner nothing is."""

    scanner: Scanner | None
    detectors: tuple[TextDetector, ...]

    def texts(self, texts: Sequence[Text], secret: bytes) -> tuple[Any, ...]:
        """Give what is kept in the place of each text: a string, or a value where the text is a value's JSON."""
        try:
            edits = by_text(self._edits(texts, secret))
        except (TooManyMatchesError, TooMuchToReadError):  # what cannot be judged is not kept
            return (NOT_KEPT,) * len(texts)
        return tuple(rewritten(text, edits.get(number, ())) for number, text in enumerate(texts))

    def document(self, document: Mapping[str, Any], texts: Sequence[Text], secret: bytes) -> dict[str, Any]:
        """Give what is kept of a request or an answer, whose texts these are."""
        kept = dict(zip((text.path for text in texts), self.texts(texts, secret), strict=True))
        beside: dict[str, None] = {}
        _gather(document, (), kept, beside)
        shown: dict[str, Any] = _kept(document, (), kept, self._beside(tuple(beside), secret))
        return shown

    def _beside(self, found: Sequence[str], secret: bytes) -> Mapping[str, str]:
        """Give what is kept of names, ids and numbers: policies let them pass, but anything may stand in them."""
        if len(found) > _MOST_BESIDE:
            return dict.fromkeys(found, NOT_KEPT)
        texts = [Text(path=("beside", number), channel="user", text=one) for number, one in enumerate(found)]
        return dict(zip(found, self.texts(texts, secret), strict=True))

    def _edits(self, texts: Sequence[Text], secret: bytes) -> list[Edit]:
        if self.scanner is None:
            return []
        review = Review(texts, self.scanner, secret)
        return [
            Edit(text=number, start=finding.start, end=finding.end, replacement=f"[{finding.kind}]")
            for detector in self.detectors
            for number, finding in detector.findings(review)
            if finding.end > finding.start
        ]


def _kept(value: Any, path: Path, kept: Mapping[Path, Any], beside: Mapping[str, str]) -> Any:
    if path in kept:
        return kept[path]
    if isinstance(value, str):
        return beside[value] if _is_named(value, path) else value and NOT_KEPT
    if isinstance(value, dict):
        return {beside[name]: _kept(item, (*path, name), kept, beside) for name, item in value.items()}
    if isinstance(value, list):
        return [_kept(item, (*path, index), kept, beside) for index, item in enumerate(value)]
    digits = _digits(value)
    return value if digits is None or beside[digits] == digits else beside[digits]


def _gather(value: Any, path: Path, kept: Mapping[Path, Any], beside: dict[str, None]) -> None:
    """Gather what ``_kept`` would otherwise keep as it is, each once."""
    if path in kept:
        return
    if isinstance(value, dict):
        for name, item in value.items():
            beside[name] = None
            _gather(item, (*path, name), kept, beside)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _gather(item, (*path, index), kept, beside)
    elif isinstance(value, str):
        if _is_named(value, path):
            beside[value] = None
    elif (digits := _digits(value)) is not None:
        beside[digits] = None


def _is_named(value: str, path: Path) -> bool:
    return bool(value) and path[-1] in NO_TEXT and len(value) <= _LONGEST_NAME


def _digits(value: Any) -> str | None:
    """Give a number that is long enough to be somebody's as text; None for any other value."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    written = str(value)
    return written if len(written) >= _SHORTEST_NUMBER else None
