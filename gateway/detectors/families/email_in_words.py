"""E-mail addresses in words, so that programs do not see them: ``joe at example dot com``."""

from __future__ import annotations

import re
import string
from typing import Final

from keeptrusts.gateway.detectors.rules import LIKELY, Rule

_WINDOW: Final = 128
_LABEL: Final = r"[a-z0-9-]{1,63}"
_NAME_CHARACTERS: Final = string.ascii_letters + string.digits + "._%+-"
_LONGEST_NAME: Final = 64
_BARE_DOT: Final = r"(?:\.|\s{1,2}(?:dot|punkt)\s{1,2})"
_ENDINGS: Final = r"(?:com|org|net|edu|gov|info|io|dev|app|biz|ai|co|de|fr|es|it|nl|uk|eu|ch|at|be|br|in|jp|au|ca|us)"
_DOTTED: Final = re.compile(r"(?:^|(?<=[^A-Za-z0-9._%+-]))([A-Za-z0-9_%+-]+)\s{1,2}(?:dot|punkt)\s{1,2}\Z", re.I)
_AT_WORD: Final = re.compile(r"\s(?:at|@)(?=\s)", re.I)
_WORD_DOMAIN: Final = re.compile(
    rf"\s{{1,2}}{_LABEL}(?:{_BARE_DOT}{_LABEL}){{0,3}}?\s{{1,2}}(?:dot|punkt)\s{{1,2}}{_ENDINGS}"
    rf"(?:\s{{1,2}}(?:dot|punkt)\s{{1,2}}{_ENDINGS})?(?![a-z0-9])",
    re.I,
)


def _in_words(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give the address that ends in words for a dot and what is behind it."""
    for at in _AT_WORD.finditer(text, max(0, start - _WINDOW // 2), start):
        begin = _name_before(text, at.start())
        domain = _WORD_DOMAIN.match(text, at.end(), end + _WINDOW // 2)
        if begin is not None and domain is not None and domain.end() >= end:
            return begin, domain.end()
    return None


def _name_before(text: str, at: int) -> int | None:
    """Give where the name begins that ends before a place, but for two blanks."""
    before = text[max(0, at - _LONGEST_NAME - 2) : at]
    name = before.rstrip()
    if len(before) - len(name) > 2:
        return None
    begin = len(name.rstrip(_NAME_CHARACTERS))
    while begin < len(name) and not name[begin].isalnum():
        begin += 1
    if begin == len(name):
        return None
    dotted = _DOTTED.search(name, 0, begin)
    return at - len(before) + (dotted.start(1) if dotted is not None else begin)


RULES: Final = (
    Rule(
        id="email-in-words",
        kind="EMAIL",
        pattern=rf"\s(?:dot|punkt)\s{{1,2}}{_ENDINGS}\b",
        score=LIKELY,
        caseless=True,
        joined=True,
        seek=_in_words,
    ),
)
