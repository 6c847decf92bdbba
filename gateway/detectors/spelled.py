"""E-mail addresses that are written out so that programs do not see them: ``joe [at] example [dot] com``."""

from __future__ import annotations

import re
from typing import Final

from keeptrusts.gateway.detectors.rules import CERTAIN, LIKELY, Rule

_WINDOW: Final = 128
_OPEN: Final = r"\s{0,2}[\[({<]\s{0,2}"
_CLOSE: Final = r"\s{0,2}[\])}>]\s{0,2}"
_AT: Final = r"(?:at|@|bei|arroba|chez)"
_POINT: Final = r"(?:dot|\.|punkt|punto|ponto|point)"
_LABEL: Final = r"[a-z0-9-]{1,63}"
_NAME: Final = r"(?<![a-z0-9._%+-])[a-z0-9][a-z0-9._%+-]{0,63}"
_DOT: Final = rf"(?:\.|{_OPEN}{_POINT}{_CLOSE}|\s{{1,2}}(?:dot|punkt)\s{{1,2}})"
_BARE_DOT: Final = r"(?:\.|\s{1,2}(?:dot|punkt)\s{1,2})"
_ENDINGS: Final = r"(?:com|org|net|edu|gov|info|io|dev|app|biz|ai|co|de|fr|es|it|nl|uk|eu|ch|at|be|br|in|jp|au|ca|us)"
_BRACKETED: Final = re.compile(
    rf"{_NAME}{_OPEN}{_AT}{_CLOSE}{_LABEL}(?:{_DOT}{_LABEL}){{0,4}}{_DOT}[a-z]{{2,24}}(?![a-z])", re.I
)
_IN_WORDS: Final = re.compile(
    rf"{_NAME}\s{{1,2}}(?:at|@)\s{{1,2}}{_LABEL}(?:{_BARE_DOT}{_LABEL}){{0,3}}?\s{{1,2}}(?:dot|punkt)\s{{1,2}}{_ENDINGS}"
    rf"(?:\s{{1,2}}(?:dot|punkt)\s{{1,2}}{_ENDINGS})?(?![a-z0-9])",
    re.I,
)


def spelled_email_rules() -> tuple[Rule, ...]:
    """Give the rules for addresses with a bracketed ``at``, and for such of words alone: ``joe at example dot com``."""
    return (
        Rule(
            id="email-bracketed",
            kind="EMAIL",
            pattern=rf"[\[({{<]\s{{0,2}}{_AT}\s{{0,2}}[\])}}>]",
            score=CERTAIN,
            caseless=True,
            joined=True,
            seek=_bracketed,
        ),
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


def _bracketed(text: str, start: int, end: int) -> tuple[int, int] | None:
    return _around(_BRACKETED, text, start, end)


def _in_words(text: str, start: int, end: int) -> tuple[int, int] | None:
    return _around(_IN_WORDS, text, start, end)


def _around(pattern: re.Pattern[str], text: str, start: int, end: int) -> tuple[int, int] | None:
    """Find the address that a part of one is in."""
    for match in pattern.finditer(text, max(0, start - _WINDOW), end + _WINDOW):
        if match.start() < start and match.end() >= end:
            return match.span()
    return None
