"""Patients in the messages of clinics: the fields of HL7 version 2, and the names of FHIR."""

from __future__ import annotations

import re
from typing import Final

from keeptrusts.gateway.detectors.families.persons import announced
from keeptrusts.gateway.detectors.rules import LIKELY, Inner, Rule

_FIELD: Final = r"[^|\r\n]*\|"
_GIVEN_BEFORE: Final = re.compile(r"\"given\"")
_PARTS_BEHIND: Final = re.compile(r"\"\s{0,4},\s{0,12}\"(?:given|prefix|suffix|text|use)\"")
_REACH: Final = 80


def _field(number: int, *, part: str) -> Inner:
    """Give a finder for a field of a segment: what ``part`` says of it. Fields stand between bars (HL7 2.5, 3.4.2)."""
    value = re.compile(part)

    def inner(match: str) -> tuple[int, int] | None:
        at = 0
        for _ in range(number):
            at = match.index("|", at) + 1
        found = value.match(match, at, len(match) - 1)
        return found.span() if found is not None else None

    return inner


def family_part(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where the family name of FHIR stands: beside another part of a name."""
    found = announced()(text, start, end)
    if found is None:
        return None
    beside = _GIVEN_BEFORE.search(text, max(0, start - _REACH), start) or _PARTS_BEHIND.match(text, found[1])
    return found if beside is not None else None


def _segment(kind: str, name: str, number: int, part: str) -> Rule:
    return Rule(
        id=f"patient-{name}", kind=kind, score=LIKELY + 5, joined=True, inner=_field(number, part=part),
        pattern=rf"\bPID\|(?:{_FIELD}){{{number - 1}}}[^|\r\n]+\|",
    )  # fmt: skip


RULES: Final = (
    _segment("MEDICAL_RECORD_NUMBER", "number", 3, r"[A-Za-z0-9-]{3,24}"),
    _segment("PERSON", "name", 5, r"[^\W\d_][\w'’ .-]*\^[^|~]*[\w.]"),
    _segment("DATE_OF_BIRTH", "birth", 7, r"(?:19|20)\d{6}"),
    Rule(
        id="person-given-part", kind="PERSON", score=LIKELY, joined=True, seek=announced(),
        pattern=r"\"given\"\s{0,4}:\s{0,4}\[?\s{0,12}\"",
    ),
    Rule(
        id="person-family-part", kind="PERSON", score=LIKELY, joined=True, seek=family_part,
        pattern=r"\"family\"\s{0,4}:\s{0,4}\"",
    ),
)  # fmt: skip
