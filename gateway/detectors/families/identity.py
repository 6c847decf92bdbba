"""Rules for numbers that states give people: the same check and words for each way in which they are written."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.families.shapes import OTHER_NUMBERS
from keeptrusts.gateway.detectors.rules import CERTAIN, NOTHING, Check, Context, Rule

ALONE: Final = NOTHING
"""The score of a way of writing that only a label makes a finding."""


def identity(
    kind: str,
    check: Check | None,
    words: tuple[str, ...],
    *shapes: tuple[str, int],
    with_words: int = CERTAIN,
    caseless: bool = False,
    variant: str = "",
) -> tuple[Rule, ...]:
    """Give a rule for each shape: a pattern, and how sure its match is that passes the check with no word near.

    ``variant`` tells the ids of these rules from those of another call for the same kind.
    """
    name = "-".join(part for part in (kind.lower().replace("_", "-"), variant, "any-case" * caseless) if part)
    context = Context(words=words, score=with_words, before=60, after=24)
    return tuple(
        Rule(
            id=f"{name}-{number}",
            kind=kind,
            pattern=pattern,
            score=score,
            check=check,
            context=context,
            against=OTHER_NUMBERS,
            caseless=caseless,
        )
        for number, (pattern, score) in enumerate(shapes)
    )
