"""Numbers of people in the United Kingdom and Ireland."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.checks.united_kingdom import nhs, nino, pps, utr
from keeptrusts.gateway.detectors.families.identity import ALONE, identity
from keeptrusts.gateway.detectors.families.shapes import DIGITS_10
from keeptrusts.gateway.detectors.rules import CERTAIN, LIKELY, PLAIN

_NINO_WORDS: Final = (
    "nino", "ni", "ni number", "ni no", "national insurance", "national insurance number", "national insurance no",
    "hmrc",
)  # fmt: skip
_NHS_WORDS: Final = ("nhs", "nhs number", "nhs no", "nhs num", "patient", "patient number", "health service")
_UTR_WORDS: Final = (
    "utr",
    "unique taxpayer reference",
    "taxpayer reference",
    "self assessment",
    "tax reference",
    "hmrc",
)
_PPS_WORDS: Final = ("pps", "ppsn", "pps number", "pps no", "personal public service", "rsi number", "irish")

RULES: Final = (
    *identity(
        "UK_NINO", nino, _NINO_WORDS,
        (r"\b[a-z]{2}[ \-]\d{2}[ \-]\d{2}[ \-]\d{2}[ \-][a-d]\b", CERTAIN), (r"\b[a-z]{2}\d{6}[a-d]\b", ALONE),
        (r"\b[a-z]{2} ?\d{2} ?\d{2} ?\d{2} ?[a-d]\b", LIKELY - 10), caseless=True,
    ),
    *identity("UK_NINO", nino, _NINO_WORDS, (r"\b[A-Z]{2}\d{6}[A-D]\b", LIKELY)),
    *identity(
        "UK_NHS_NUMBER", nhs, _NHS_WORDS,
        (r"\b\d{3}[ \-]\d{3}[ \-]\d{4}\b", ALONE), (DIGITS_10, ALONE),
    ),
    *identity("UK_UTR", utr, _UTR_WORDS, (DIGITS_10, ALONE), (r"\b\d{5} \d{5}\b", ALONE)),
    *identity("IE_PPS", pps, _PPS_WORDS, (r"\b\d{7}[A-W][A-IWTX]?\b", PLAIN + 10), (r"\b\d{7} ?[a-w][a-iwtx]?\b",
    ALONE)),
)  # fmt: skip
