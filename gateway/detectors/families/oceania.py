"""Numbers of people and businesses in Australia."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.checks.australia import abn, medicare, tfn
from keeptrusts.gateway.detectors.families.identity import ALONE, identity
from keeptrusts.gateway.detectors.families.shapes import DIGITS_8, DIGITS_9, DIGITS_10, DIGITS_11, THREES
from keeptrusts.gateway.detectors.rules import LIKELY

_TFN: Final = ("tfn", "tax file", "tax file number", "tax file no", "ato", "tfn number")
_ABN: Final = ("abn", "australian business number", "business number", "a b n")
_MEDICARE: Final = ("medicare", "medicare card", "medicare number", "medicare no", "medicare card number")

RULES: Final = (
    *identity("AU_TFN", tfn, _TFN, (DIGITS_9, ALONE), (DIGITS_8, ALONE), (THREES, ALONE)),
    *identity("AU_ABN", abn, _ABN, (r"\b\d{2} \d{3} \d{3} \d{3}\b", LIKELY - 5), (DIGITS_11, ALONE)),
    *identity(
        "AU_MEDICARE", medicare, _MEDICARE,
        (r"\b[2-6]\d{3}[ \-]\d{5}[ \-]\d\b", LIKELY), (r"\b[2-6]\d{3}[ \-]\d{5}[ \-]\d[ \-/]\d\b", LIKELY),
        (DIGITS_10, ALONE),
        (DIGITS_11, ALONE),
    ),
)  # fmt: skip
