"""Texts in which what must be found is marked as ``[[KIND:value]]``, and what the rules find in them."""

from __future__ import annotations

import re
from functools import cache

from keeptrusts.gateway.detectors.families.personal import health_rules, payment_rules, personal_rules
from keeptrusts.gateway.detectors.overlaps import resolved
from keeptrusts.gateway.detectors.scanner import Scanner

Found = tuple[str, str, int]
"""A kind, the text found, and where it begins."""
_MARK = re.compile(r"\[\[([A-Z_]+):(.*?)\]\]", re.DOTALL)


@cache
def scanner() -> Scanner:
    """Give the scanner of all rules, compiled once for all tests."""
    return Scanner((*personal_rules(), *payment_rules(), *health_rules()))


def unmarked(marked: str) -> tuple[str, list[Found]]:
    """Give the plain text, and what is marked in it."""
    plain, expected, at = "", [], 0
    for match in _MARK.finditer(marked):
        plain += marked[at : match.start()]
        expected.append((match.group(1), match.group(2), len(plain)))
        plain += match.group(2)
        at = match.end()
    return plain + marked[at:], expected


def found(text: str) -> list[Found]:
    """Give what all rules find in a text."""
    return [(one.kind, text[one.start : one.end], one.start) for one in resolved(scanner().scan(text))]
