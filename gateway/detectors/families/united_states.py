"""Numbers of people and employers in the United States."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.checks.united_states import ein, itin, ssn
from keeptrusts.gateway.detectors.families.identity import ALONE, identity
from keeptrusts.gateway.detectors.families.labelled import after_label, label_pattern
from keeptrusts.gateway.detectors.families.shapes import DIGITS_9
from keeptrusts.gateway.detectors.rules import CERTAIN, LIKELY, PLAIN

from keeptrusts.gateway.detectors.rules import Rule  # isort: skip

_SSN_WORDS: Final = (
    "ssn", "ssns", "ss", "ss no", "social security", "social security number", "social security no", "soc sec",
    "social",
    "socsec", "soc", "seguro social", "número de seguro social", "sécurité sociale américaine",
    "社会保障番号", "社会安全号码",
)  # fmt: skip
_ITIN_WORDS: Final = (
    "itin",
    "itins",
    "individual taxpayer",
    "individual taxpayer identification number",
    "taxpayer",
    "tax id",
    "tin",
)
_EIN_WORDS: Final = (
    "ein", "fein", "employer identification", "employer identification number", "employer id", "federal tax id",
    "tax id",
    "fed id", "federal id", "tin", "taxpayer id", "tax identification number", "federal employer",
)  # fmt: skip

RULES: Final = (
    *identity(
        "US_SSN", ssn, _SSN_WORDS,
        (r"\b\d{3}-\d{2}-\d{4}\b", LIKELY + 5), (r"\b\d{3} \d{2} \d{4}\b", LIKELY - 15),
        (r"\b\d{3}\.\d{2}\.\d{4}\b", PLAIN), (r"\b\d{3} - \d{2} - \d{4}\b", LIKELY - 1), (DIGITS_9, ALONE),
        (r"\b\d{3}[ \-]\d{6}\b", ALONE),
    ),
    *identity(
        "US_ITIN", itin, _ITIN_WORDS,
        (r"\b9\d{2}-\d{2}-\d{4}\b", LIKELY + 5), (r"\b9\d{2} \d{2} \d{4}\b", LIKELY - 15), (DIGITS_9, ALONE),
    ),
    *identity("US_EIN", ein, _EIN_WORDS, (r"\b\d{2}-\d{7}\b", 30), (DIGITS_9, ALONE)),
    Rule(
        id="us-ssn-last-four", kind="US_SSN", score=LIKELY, caseless=True, joined=True,
        pattern=label_pattern("last 4 of ssn|last four of ssn|ssn last 4|ssn last four|last 4 ssn|ssn ending in|ssn"
            " ending"),
        seek=after_label(r"\d{4}"),
    ),
    Rule(
        id="us-ssn-masked", kind="US_SSN", score=CERTAIN, caseless=True, joined=True,
        pattern=r"(?:xxx|\*\*\*)-(?:xx|\*\*)-\d{4}\b",
    ),
)  # fmt: skip
