"""Several names behind one label: those who came, who travel, who inherit."""

from __future__ import annotations

import re
from typing import Final

from keeptrusts.gateway.detectors.families.names_of_things import of_thing
from keeptrusts.gateway.detectors.families.person_words import LISTS
from keeptrusts.gateway.detectors.families.persons import after_titles, is_known, name_end
from keeptrusts.gateway.detectors.rules import LIKELY, Rule

LONGEST: Final = 160
"""How far behind its label a list may end, in characters."""
_MOST_NAMES: Final = 12
_TO_FIRST: Final = re.compile(r"[\s\"'`*_\[(-]{0,8}(?:1[.)] )?")
_BETWEEN: Final = re.compile(
    r"(?: \([^()\n]{1,32}\))?(?:[\"'`]?[,;] ?(?:and |und |et |y |e |en |i |& )?[\"'`]?| (?:and|und|et|y|e|en|i|&) )"
)


def listed(text: str, _start: int, end: int) -> tuple[int, int] | None:
    """Give the names from the first to the last: two at least, each of two parts or with a common one."""
    limit = end + LONGEST
    gap = _TO_FIRST.match(text, end)
    at = gap.end() if gap is not None else end
    first = last = -1
    count = 0
    while count < _MOST_NAMES:
        begin = after_titles(text, at)
        close = name_end(text, begin, particle=True)
        if close is None or close > limit or of_thing(text, begin, close):
            break
        if " " not in text[begin:close] and not is_known(text[begin:close]):
            break
        first, last, count = (begin if first < 0 else first), close, count + 1
        between = _BETWEEN.match(text, close, close + 44)
        if between is None:
            break
        at = between.end()
    return (first, last) if count > 1 else None


RULES: Final = (
    Rule(
        id="person-list", kind="PERSON", score=LIKELY + 1, caseless=True, joined=True, seek=listed,
        pattern=rf"(?:\b|_)(?:{LISTS})(?:\(s\))?[\"']?\]? ?:",
    ),
)  # fmt: skip
