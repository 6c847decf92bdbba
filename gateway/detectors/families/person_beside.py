"""Names that what stands on both sides of them gives away: in chats, in logs, and where people say who they are."""

from __future__ import annotations

import re
from typing import Final

from keeptrusts.gateway.detectors.families.names_of_things import of_thing
from keeptrusts.gateway.detectors.families.persons import after_titles, credentialed, is_known, name_end
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
_DATED: Final = re.compile(r"(?P<open>\[?)(?<!\d)\d{1,4}[./-]\d{1,2}[./-]\d{2,4},? \d{1,2}(?::\d\d)?\Z")
_HERE: Final = re.compile(r" (?:here|hier|ici|aquí|aqui)\b")
_MENTION: Final = re.compile(r"[,.;:!?)]| (?:[a-z]|I\b)|\s*\Z|\s*\n")
_MAIDEN: Final = re.compile(r"[,.;)\n\r]|\s*\Z")
_WHATEVER: Final = re.compile(r"(?!\w)")
_FAMILY: Final = (
    "husband|wife|son|daughter|brother|sister|mother|father|mum|mom|dad|nephew|niece|uncle|aunt|cousin|grandson"
    "|granddaughter|stepson|stepdaughter|boyfriend|girlfriend|fianc\xc3\xa9e?|fils|fille|fr\xc3\xa8re|s\xc5\x93ur|mari"
    "|femme|neveu|ni\xc3\xa8ce|hijo|hija|esposo|esposa|hermano|hermana|marido|mujer|sobrino|sobrina|figlio|figlia"
    "|marito|moglie|fratello|sorella|filho|filha|irm\xc3\xa3o|irm\xc3\xa3|zoon|dochter|broer|zus|vrouw"
)
_MINE: Final = (
    "[Mm]y|[Oo]ur|[Hh]is|[Hh]er|[Tt]heir|[Mm]on|[Mm]a|[Ss]on|[Ss]a|[Nn]otre|[Mm]i|[Ss]u|[Mm]i[oa]|[Mm]eu|[Mm]inha"
    "|[Mm]ijn"
)
_HAPPENS: Final = (
    "joined us|has joined|will be joining|passed away|has left us|is retiring|was promoted|was hired|was fired"
    "|was laid off|was born|was admitted|was discharged|was diagnosed|was arrested|was sentenced|tested positive"
    "|resigned"
)
_TELLS: Final = (
    "spoke(?:n)? (?:with|to)|talk(?:ed|ing)? (?:with|to)|speak (?:with|to)|met with|reports? to"
    "|introduced (?:me |us )?to|forward(?:ed)? (?:(?:this|that|it|them) )?to"
    "|hand(?:ed)? (?:(?:this|that|it|them) )?(?:over )?to"
    "|pass(?:ed)? (?:(?:this|that|it|them) )?on to|copied in|cc'?ed"
)
_HALF: Final = re.compile(r"(?i)\b(?:first|last|given|family|sur)(?:[ _]?name)?[\"']?\s?[:=]\s?[\"']?[^\W\d_]")
_OF_SOMEBODY: Final = re.compile(
    r"(?i)(?:\b|_)(?:dob|birth\w*|e-?mail|phone|mobile|ssn|user|customer|client|patient|employee|person|passenger|guest"
    r"|member|student|gender|sex)(?:\b|_)"
)
_NEAR: Final = 64


def between(follows: re.Pattern[str], *, sure: bool = False, least: int = 2) -> Seek:
    """Give a seeker for a name that begins with the last character of the match and ends before what ``follows``.

    It has ``least`` parts; ``sure`` takes one part too if it is a common name.
    """

    def seek(text: str, _start: int, end: int) -> tuple[int, int] | None:
        first = after_titles(text, end - 1)
        last = name_end(text, first, particle=True)
        if last is None or follows.match(text, last) is None or of_thing(text, first, last):
            return None
        if least > 1 and " " not in text[first:last] and not (sure and is_known(text[first:last])):
            return None
        return first, last

    return seek


def message(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where the name stands between the day and the time of a message and what it says."""
    dated = _DATED.search(text, max(0, start - 20), start)
    if dated is None or ("]" in text[start:end] and not dated["open"]):
        return None
    return _WRITER(text, start, end)


def mentioned(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where the name stands of whoever is spoken to with an at sign, which no letter is before."""
    return _CALLED(text, start, end) if not text[max(0, start - 1) : start].strip(" \t\n(") else None


def who(text: str, start: int, _end: int) -> tuple[int, int] | None:
    """Give where the name stands before what happens to people only."""
    found = credentialed(text, start, start + 1)
    return found if found is not None and not of_thing(text, *found) else None


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
_CALLED: Final = between(_MENTION)


def _beside(name: str, pattern: str, seek: Seek, *, score: int = LIKELY) -> Rule:
    return Rule(id=f"person-beside-{name}", kind="PERSON", pattern=pattern, score=score, joined=True, seek=seek)


FIRST: Final = r"[A-Z\xc3-\xc5]"
"""How a name begins, in bytes of UTF-8."""
_TIME: Final = r":\d\d(?: ?[AaPp][Mm])?"
"""The end of a time of day, which a scan finds sooner than its beginning."""
RULES: Final = (
    _beside("self", rf"\b(?:I|Ich|Yo|Io|Eu|Moi), {FIRST}", between(_COMMA)),
    _beside("present", rf"\b(?:[Tt]his is|I am|I'm|[Ii]t's|[Ii]t is) {FIRST}", between(_PRESENT), score=LIKELY - 15),
    _beside("told", rf"\b(?i:{_TELLS}) {FIRST}", between(_TOLD), score=LIKELY - 20),
    _beside("signed", rf"\b(?:[Ss]igned|SIGNED|[Ss]gd\.?), {FIRST}", between(_SIGNED)),
    _beside("nick", rf"{_TIME}[\])]? ?<{FIRST}", between(_POINTED, sure=True)),
    _beside("message", rf"{_TIME}(?:\]| -) {FIRST}", message),
    _beside("here", rf"\b(?:Hi|Hello|Hey|Hallo|Bonjour|Hola|Ciao)[,!.]? {FIRST}", between(_HERE, least=1)),
    _beside("mention", rf"@{FIRST}", mentioned),
    _beside("maiden", rf"\b(?:geb\.|verh\.|geborene|verheiratete|n\xc3\xa9e|z domu|roz\.) {FIRST}",
            between(_MAIDEN, least=1)),
    _beside("family", rf"\b(?:{_MINE}) (?:{_FAMILY}),? {FIRST}", between(_WHATEVER, least=1), score=LIKELY - 15),
    _beside("french", rf" (?:de|et|par|avec|pour|chez|que|cher) M\. {FIRST}", between(_WHATEVER, least=1)),
    _beside("happens", rf"[a-z] (?:{_HAPPENS})\b", who, score=LIKELY - 20),
    _beside("half", rf"\b(?:first|last|given|family)[\"']?[ ]?[:=][ ]?[\"']?{FIRST}", half),
)  # fmt: skip
