"""Values that only their label tells from any other number: the label is scanned for, the value read behind it."""

from __future__ import annotations

import re
from typing import Final

from keeptrusts.gateway.detectors.rules import Check
from keeptrusts.schemas.frozen import frozen

REACH: Final = 90
"""How far behind a label its value may end, in characters."""
_FILLER: Final = (
    r"(?:[\"']\s?(?:,|:\s?\{)\s{0,8}[\"'](?:number|no|id|value)[\"'])?"
    r"\.?(?:[\s_,-]{0,2}(?:numbers?|numero|número|numéro|nummer|numer|num|nbr|nos?|nr|n|ids?|identifier|code|doc|document"
    r"|card|value|#|№"
    r"|nº|n°|号码|号|番号|번호|номер)(?![a-z])\.?){0,3}"
    r"(?:\s?\([^()\n]{0,20}\))?"
    r"(?:(?:,?\s?please)?[.?!]?\s{1,2}(?:caller|customer|client|patient|user|guest|member|them|a|me)\s?:\s?"
    r"(?:(?:yes|yeah|sure|ok|okay|it's|it is|that's|hi|um)[,.]?\s){0,3})?"
    r"[\s\"'`:=#*\[\]>|,(\\-]{0,6}"
    r"(?:(?:me|us|him|her)(?![a-z])\s?)?(?:(?:at|on|is|was|are|ist|lautet|est|es|è|é|of|on file|ending in|reads?|to"
    r"|は|是|为|는|은)(?![a-z]))?"
    r"[\s\"'`:=#*\[>|：\\-]{0,5}"
)
_ENDS: Final = ("number", "no", "num", "id", "code", "card", "nummer", "nr")
_DIGIT: Final = re.compile("[0-9]")
ALNUM: Final = r"[A-Za-z0-9](?:[A-Za-z0-9]|[ ./-](?=[A-Za-z0-9])){3,24}"


@frozen
class AfterLabel:
    """Seeks the value behind a label. ``follows`` is a pattern of all that may stand from the label to its end."""

    value: re.Pattern[str]
    follows: str
    least_digits: int
    check: Check | None

    def __call__(self, text: str, start: int, end: int) -> tuple[int, int] | None:
        if _goes_on(text, start, end) or (self.least_digits and _DIGIT.search(text, end, end + REACH) is None):
            return None
        match = self.value.match(text, end, end + REACH)
        if match is None:
            return None
        found = match.group(1)
        if sum("0" <= char <= "9" for char in found) < self.least_digits:
            return None
        return match.span(1) if self.check is None or self.check(found) else None


def after_label(value: str, *, least_digits: int = 4, check: Check | None = None) -> AfterLabel:
    """Give a seeker for the value behind a label. ``value`` is a pattern of Python's ``re`` for what it may be, in any
    case; the value holds ``least_digits`` digits, passes ``check``, and no letter or digit follows it."""
    pattern = re.compile(rf"{_FILLER}({value})(?![A-Za-z0-9])", re.IGNORECASE)
    return AfterLabel(value=pattern, follows=f"{_FILLER}(?:{value})", least_digits=least_digits, check=check)


def _goes_on(text: str, start: int, end: int) -> bool:
    """Say whether a label is only the beginning of a longer word, or a short one within random letters."""
    following = text[end : end + 1]
    if not following.isalnum() or following >= "\u0e00":
        return False
    if following.isdigit():
        return end - start < 3
    return not (following.isupper() and text[end - 1].islower())


def label_pattern(words: str) -> str:
    """Give the pattern of the beginning of a label: words between bars, blanks of which may be ``_``, ``-`` or nothing.

    What ``after_label`` reads over is left away: ``passport`` is enough for ``passport number``.
    """
    known = words.split("|")
    stems = [word for word in known if not any(word == f"{stem} {end}" for stem in known for end in _ENDS)]
    forms = [stem.replace(" ", "[ _-]?") for stem in stems]
    plain = [form for form in forms if form[0].isascii()]
    others = [form for form in forms if not form[0].isascii()]
    return "|".join([rf"(?:\b|_)(?:{'|'.join(plain)})"] * bool(plain) + others)
