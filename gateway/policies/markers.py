"""What is written in place of a finding, as the policy's redaction says. Pure; the secret of hashes is passed in."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final

from keeptrusts.schemas.policy_document.kinds.content import Redaction

_HASH_LENGTH: Final = 12
_SHOWN: Final = 4


class Markers:
    """One policy's way of writing. ``secret`` keys the hashes, so that nobody outside can try values against them."""

    __slots__ = ("_custom", "_redaction", "_secret")

    def __init__(self, redaction: Redaction, secret: bytes) -> None:
        self._redaction = redaction
        self._secret = secret
        self._custom: Mapping[str, str] = {name.upper(): marker for name, marker in redaction.custom_markers.items()}

    def of(self, kind: str, value: str) -> str:
        """Give the marker for a value. Equal values get equal markers; only ``partial`` shows some of them."""
        custom = self._custom.get(kind)
        if custom is not None:
            return custom
        match self._redaction.marker_format:
            case "hash":
                digest = hmac.new(self._secret, f"{kind}\x1f{value}".encode("utf-8", "surrogatepass"), hashlib.sha256)
                return self._fitted(f"[{kind}:{digest.hexdigest()[:_HASH_LENGTH]}]", value)
            case "mask" | "asterisks":
                return "".join("*" if letter.isalnum() else letter for letter in value)
            case "partial":
                return _partial(value)
            case "label":
                return self._fitted(f"[{kind}]", value)

    def _fitted(self, marker: str, value: str) -> str:
        if not self._redaction.preserve_length:
            return marker
        return marker[: len(value)].ljust(len(value), "*")


def _partial(value: str) -> str:
    """Mask all but the last four letters and digits; of a value with fewer than eight, all of it."""
    letters = sum(letter.isalnum() for letter in value)
    hidden = letters - _SHOWN if letters >= 2 * _SHOWN else letters
    shown: list[str] = []
    for letter in value:
        if letter.isalnum() and hidden > 0:
            hidden -= 1
            shown.append("*")
        else:
            shown.append(letter)
    return "".join(shown)
