"""Names that what stands on both sides of them gives away: in chats, in logs, and where people say who they are."""

from __future__ import annotations

import re
from typing import Final

from keeptrusts.gateway.detectors.families.names_of_things import of_thing
from keeptrusts.gateway.detectors.families.persons import after_titles, is_known, name_end
from keeptrusts.gateway.detectors.rules import LIKELY, Rule, Seek

_COMMA: Final = re.compile(",")
_PRESENT: Final = re.compile(
    r" (?:here|calling|speaking|writing|from (?:apartment|apt|flat|unit|room|number|no\.|next door|downstairs|upstairs"
    r"|across|accounts|accounting|payroll|HR|IT|finance|sales|support|legal|billing|marketing|reception"
    r"|the [a-z]+ (?:team|department|desk|office|shop|clinic)|the (?:office|school|clinic|hospital|bank)))\b"
)
_TOLD: Final = re.compile(
    r"[,.;:!?)]|\s*\Z|\s*\n| (?:in|from|at|about|on|and|who|for|if|as|when|that|by|because|regarding|yesterday|today"
    r"|tomorrow|this|last|again|instead|directly)\b"
)
_SIGNED: Final = re.compile(r"[,.;(\r\n]|\Z")
_POINTED: Final = re.compile(">")
_COLON: Final = re.compile(": ")
_DATED: Final = re.compile(r"(?<!\d)\d{1,4}[./-]\d{1,2}[./-]\d{2,4},? \d{1,2}(?::\d\d)?\Z")
_TELLS: Final = (
    "spoke(?:n)? (?:with|to)|talk(?:ed|ing)? (?:with|to)|speak (?:with|to)|met with|reports? to"
    "|introduced (?:me |us )?to|forward(?:ed)? (?:(?:this|that|it|them) )?to"
    "|hand(?:ed)? (?:(?:this|that|it|them) )?(?:over )?to"
    "|pass(?:ed)? (?:(?:this|that|it|them) )?on to|copied in|cc'?ed"
)
_HALF: Final = re.compile(r"(?i)\b(?:first|last|given|family|sur)(?:[ _]?name)?[\"']?\s?[:=]\s?[\"']?[^\W\d_]")
_OF_SOMEBODY: Final = re.compile(
    r"(?i)(?:\b|_)(?:dob|birth\w*|e-?mail|phone|mobile|ssn|user|customer|client|patient|employee|person|passenger|guest"
    r"|member|name|student|gender|sex)(?:\b|_)"
)
_NEAR: Final = 64


def between(follows: re.Pattern[str], *, sure: bool = False) -> Seek:
    """Give a seeker for a name of two parts that begins with the last character of the match and ends before what
    ``follows``. ``sure`` takes one part too if it is a common name."""

    def seek(text: str, _start: int, end: int) -> tuple[int, int] | None:
        first = after_titles(text, end - 1)
        last = name_end(text, first, particle=True)
        if last is None or follows.match(text, last) is None or of_thing(text, first, last):
            return None
        if " " not in text[first:last] and not (sure and is_known(text[first:last])):
            return None
        return first, last

    return seek


def message(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where the name stands between the day and the time of a message and what it says."""
    is_dated = _DATED.search(text, max(0, start - 20), start) is not None
    return _WRITER(text, start, end) if is_dated else None


def half(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where a given or a family name stands whose other half has its label beside it, and that is somebody's."""
    last = name_end(text, end - 1, particle=True)
    if last is None or text[last : last + 1] in ("(", "_", "@", "/", "."):
        return None
    if not any(_HALF.search(text, *piece) for piece in ((max(0, start - _NEAR), start), (last, last + _NEAR))):
        return None
    known = is_known(text[end - 1 : last])
    return (end - 1, last) if known or _OF_SOMEBODY.search(text, max(0, start - _NEAR), last + _NEAR) else None


_WRITER: Final = between(_COLON, sure=True)


def _beside(name: str, pattern: str, seek: Seek, *, score: int = LIKELY) -> Rule:
    return Rule(id=f"person-beside-{name}", kind="PERSON", pattern=pattern, score=score, joined=True, seek=seek)


_FIRST: Final = r"[A-Z\xc3-\xc5]"
_TIME: Final = r":\d\d(?: ?[AaPp][Mm])?"
"""The end of a time of day, which a scan finds sooner than its beginning."""
RULES: Final = (
    _beside("self", rf"\b(?:I|Ich|Yo|Io|Eu|Moi), {_FIRST}", between(_COMMA)),
    _beside("present", rf"\b(?:[Tt]his is|I am|I'm|[Ii]t's|[Ii]t is) {_FIRST}", between(_PRESENT), score=LIKELY - 15),
    _beside("told", rf"\b(?i:{_TELLS}) {_FIRST}", between(_TOLD), score=LIKELY - 20),
    _beside("signed", rf"\b(?:[Ss]igned|SIGNED|[Ss]gd\.?), {_FIRST}", between(_SIGNED)),
    _beside("nick", rf"{_TIME}[\])]? ?<{_FIRST}", between(_POINTED, sure=True)),
    _beside("message", rf"{_TIME}(?:\]| -) {_FIRST}", message),
    _beside("half", rf"\b(?:first|last|given|family)[\"']?[ ]?[:=][ ]?[\"']?{_FIRST}", half),
)  # fmt: skip
