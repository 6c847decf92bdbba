"""Rules made of what a policy file names itself: patterns and terms."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from keeptrusts.gateway.detectors.rules import CERTAIN, Rule


def rules_of_patterns(patterns: Iterable[str], kind: str) -> tuple[Rule, ...]:
    """Give a rule for each pattern. A finding may stand anywhere, also within a word."""
    return tuple(Rule(id=_id(kind, one), kind=kind, pattern=one, score=CERTAIN, joined=True) for one in patterns)


def rules_of_terms(terms: Iterable[str], kind: str) -> tuple[Rule, ...]:
    """Give a rule for each term: whole words, in any case, with any blanks between them."""
    found = []
    for term in terms:
        words = r"\s+".join(re.escape(word) for word in term.split())
        before = r"\b" if term.strip()[:1].isalnum() and term.isascii() else ""
        after = r"\b" if term.strip()[-1:].isalnum() and term.isascii() else ""
        pattern = f"{before}{words}{after}"
        found.append(Rule(id=_id(kind, term), kind=kind, pattern=pattern, score=CERTAIN, joined=True, caseless=True))
    return tuple(found)


def _id(kind: str, text: str) -> str:
    return f"{kind.lower()}:{hashlib.sha256(text.encode()).hexdigest()[:16]}"
