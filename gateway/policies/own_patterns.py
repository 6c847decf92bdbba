"""Rules made of what a policy file names itself: patterns and terms."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Final

from keeptrusts.gateway.detectors.beginnings import longest
from keeptrusts.gateway.detectors.database import refused
from keeptrusts.gateway.detectors.rules import CERTAIN, Rule
from keeptrusts.gateway.detectors.streamed import MOST_HELD
from keeptrusts.schemas.frozen import replace

LETTERS_A_MISTAKE: Final = 4


def rules_of_patterns(patterns: Iterable[str], kind: str) -> tuple[Rule, ...]:
    """Give a rule for each pattern. A finding may stand anywhere, also within a word."""
    return tuple(_scannable(Rule(id=_id(kind, one), kind=kind, pattern=one, joined=True)) for one in patterns)


def _scannable(rule: Rule) -> Rule:
    """Leave to RE2 what Hyperscan cannot say the beginning of, or does not take at all."""
    if refused(rule) is None:
        most = longest(rule.pattern)
        return rule if most is not None and most <= MOST_HELD else replace(rule, needs_whole=True)
    whole = replace(rule, whole_only=True)
    return whole if refused(whole) is None else replace(rule, by_re2=True)


def rules_of_terms(terms: Iterable[str], kind: str, *, distance: int = 0) -> tuple[Rule, ...]:
    """Give rules for each term: whole words, in any case, with any blanks between them.

    With a ``distance``, so many letters may be wrong, but never more than one of each four.
    """
    found = []
    for term in terms:
        words = r"\s+".join(re.escape(word) for word in term.split())
        found.append(Rule(id=_id(kind, term), kind=kind, pattern=words, score=CERTAIN, caseless=True))
        wrong = min(distance, len(term.strip()) // LETTERS_A_MISTAKE)
        if wrong:
            near = _id(f"{kind}~{wrong}", term)
            found.append(Rule(id=near, kind=kind, pattern=words, caseless=True, joined=True, distance=wrong))
    return tuple(found)


def _id(kind: str, text: str) -> str:
    return f"{kind.lower()}:{hashlib.sha256(text.encode()).hexdigest()[:16]}"
