"""Which of several findings of the same text count: the surest, then the longest; what is left never overlaps."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from keeptrusts.gateway.detectors.rules import PLAIN, Finding


def resolved(findings: Iterable[Finding], *, least_score: int = PLAIN) -> list[Finding]:
    """Give the findings that count, in the order of their place."""
    ranked = sorted(
        (one for one in findings if one.score >= least_score and one.end > one.start),
        key=lambda one: (-one.score, -one.length, one.start, one.kind, one.rule),
    )
    if len(ranked) < 2:
        return ranked
    starts: list[int] = []
    kept: list[Finding] = []
    for one in ranked:
        at = bisect_left(starts, one.start)
        if at < len(kept) and kept[at].start < one.end:
            continue
        if at > 0 and kept[at - 1].end > one.start:
            continue
        starts.insert(at, one.start)
        kept.insert(at, one)
    return kept
