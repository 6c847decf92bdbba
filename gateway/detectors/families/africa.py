"""Numbers of people in South Africa."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.checks.africa import south_african_id
from keeptrusts.gateway.detectors.families.identity import ALONE, identity
from keeptrusts.gateway.detectors.families.shapes import DIGITS_13
from keeptrusts.gateway.detectors.rules import LIKELY

_WORDS: Final = (
    "id", "id number", "id no", "identity number", "identity no", "identity", "id nommer", "identiteitsnommer",
    "sa id", "rsa id", "south african id", "south african", "national id", "id nr",
)  # fmt: skip

RULES: Final = identity(
    "NATIONAL_ID", south_african_id, _WORDS,
    (DIGITS_13, ALONE), (r"\b\d{6}[ \-]\d{4}[ \-]\d{3}\b", LIKELY), (r"\b\d{6} \d{4} \d \d \d\b", LIKELY),
    with_words=LIKELY + 5, variant="south-african",
)  # fmt: skip
