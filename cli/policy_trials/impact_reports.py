"""What a document would change, as text for people and JSON for scripts: by team and policy, with what is not known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from keeptrusts.cli.output.columns import field
from keeptrusts.cli.output.formats import table
from keeptrusts.cli.policy_trials.replaying import Impact
from keeptrusts.schemas.frozen import frozen

ASSUMED: Final = (
    "models are chosen as they were chosen",
    "costs are those that were charged; a gateway goes by the most that a call may cost",
    "counts of rates and spending begin with the first of these calls",
)
_MOST_ROWS: Final = 100
_NOBODY: Final = "-"


@frozen
class Compared:
    """A document and the calls it was tried on: where they come from, and whether there were more."""

    source: str
    impact: Impact
    more: bool


def as_json(compared: Compared) -> dict[str, Any]:
    """`{source, calls, more, from, to, unchanged, changed, undecided, not_judged, assumed}`; lists hold counts."""
    calls = [one.call for one in compared.impact.replayed]
    counts = compared.impact.judgements
    return {
        "source": compared.source,
        "calls": len(calls),
        "more": compared.more,
        "from": calls[0].time.isoformat() if calls else None,
        "to": calls[-1].time.isoformat() if calls else None,
        "counts": dict(counts),
        "changed": list(_changed(compared.impact)),
        "undecided": list(_undecided(compared.impact)),
        "not_judged": list(_not_judged(compared.impact)),
        "assumed": list(ASSUMED),
    }


def as_text(compared: Compared) -> str:
    """A summary, and a table each of what would end otherwise, of what is not known, and of what was not judged."""
    calls = [one.call for one in compared.impact.replayed]
    if not calls:
        return f"against {compared.source}: no recorded calls"
    counts = compared.impact.judgements
    span = f"{calls[0].time:%Y-%m-%d %H:%M} to {calls[-1].time:%Y-%m-%d %H:%M} UTC"
    older = ", the newest; older ones were left out" if compared.more else ""
    width = len(f"{max(counts.values()):,}")
    lines = [f"against {compared.source}: {len(calls):,} recorded calls, {span}{older}"]
    for name, words in (
        ("unchanged", "would end as they did"),
        ("changed", "would end otherwise"),
        ("undecided", "could not be decided"),
        ("not_judged", "were refused for reasons that are no policy's, or are not decided yet"),
    ):
        lines.append(f"  {counts[name]:>{width},}  {words}")
    lines += _section("would end otherwise", list(_changed(compared.impact)), _CHANGED)
    lines += _section("could not be decided", list(_undecided(compared.impact)), _UNDECIDED)
    lines += _section("not judged", list(_not_judged(compared.impact)), _NOT_JUDGED)
    return "\n".join([*lines, "", "assumed: " + "; ".join(ASSUMED)])


_CHANGED: Final = (
    field("calls", right=True), field("team"), field("was"), field("would_be", "WOULD BE"), field("policy"),
    field("reason"), field("example", "FOR EXAMPLE"),
)  # fmt: skip
_UNDECIDED: Final = (field("calls", right=True), field("team"), field("policy"), field("why"))
_NOT_JUDGED: Final = (field("calls", right=True), field("team"), field("reason"))


def _section(title: str, rows: list[dict[str, Any]], columns: Any) -> list[str]:
    if not rows:
        return []
    lines = ["", title, table(rows[:_MOST_ROWS], columns)]
    return lines + ([f"and {len(rows) - _MOST_ROWS} more; --format json shows all"] if len(rows) > _MOST_ROWS else [])


def _changed(impact: Impact) -> Iterator[dict[str, Any]]:
    """By team, policy and verdicts; the policy is that which decides now, or that which did."""
    counts: Counter[tuple[str, str, str, str, str]] = Counter()
    examples: dict[tuple[str, str, str, str, str], str] = {}
    for one in impact.replayed:
        if not one.changed:
            continue
        policy = one.policy or one.call.policy or _NOBODY
        reason = one.reason or one.call.reason or _NOBODY
        key = (one.call.team or _NOBODY, str(one.call.decision), str(one.verdict), policy, reason)
        counts[key] += 1
        examples.setdefault(key, one.call.id)
    for key, count in _largest_first(counts):
        team, was, becomes, policy, reason = key
        yield {
            "calls": count, "team": team, "was": was, "would_be": becomes, "policy": policy, "reason": reason,
            "example": examples[key],
        }  # fmt: skip


def _undecided(impact: Impact) -> Iterator[dict[str, Any]]:
    """A call with several doubts is counted with each of them."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for one in impact.replayed:
        for doubt in one.doubts:
            counts[(one.call.team or _NOBODY, doubt.policy, doubt.why)] += 1
    for (team, policy, why), count in _largest_first(counts):
        yield {"calls": count, "team": team, "policy": policy, "why": why}


def _not_judged(impact: Impact) -> Iterator[dict[str, Any]]:
    counts: Counter[tuple[str, str]] = Counter()
    for one in impact.replayed:
        if one.judgement == "not_judged":
            counts[(one.call.team or _NOBODY, one.reason or _NOBODY)] += 1
    for (team, reason), count in _largest_first(counts):
        yield {"calls": count, "team": team, "reason": reason}


def _largest_first(counts: Counter[Any]) -> list[tuple[Any, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
