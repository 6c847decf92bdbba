"""The audit of a run: joins what callers saw, what the provider billed, the log and the projection's rows.

    findings = check(Evidence(...))
    print(as_table(evidence, findings))

Everything is read after the run and offline: no part of the system is asked whether it did well. Each rule is a
function that gives what speaks against it; tests/unit/checker doctors an honest run in each way a rule must catch.
"""

from __future__ import annotations

import base64
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events.identity import DENYING
from keeptrusts.schemas.events.request import RequestAbandoned, RequestAttempted, RequestCompleted, RequestDecided

UNRECORDED = frozenset({"audit_unavailable", "not_ready", "overloaded", "malformed_http"})
"""The codes of answers that are counted instead of recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One call as its caller saw it. ``whole`` is True when the answer came to its proper end.

    ``request`` and ``position`` are None when no head arrived, or when it named none. ``honest`` is False where the
    provider was told to report another usage than it billed.
    """

    request: str | None
    status: int | None
    code: str | None = None
    position: str | None = None
    whole: bool = False
    streamed: bool = False
    honest: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One record of kt.events and where it lies."""

    partition: int
    offset: int
    event: Event

    @property
    def position(self) -> str:
        return f"{self.partition}:{self.offset}"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything that a run left behind.

    ``bill`` are the simulated provider's lines. ``rows`` are the query API's. ``killed`` are the sources of gateways
    that ended without a chance to finish; only their calls may still be open.
    """

    seen: Sequence[Seen]
    bill: Sequence[Mapping[str, Any]]
    log: Sequence[Logged]
    rows: Sequence[Mapping[str, Any]]
    killed: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def once(self) -> tuple[Logged, ...]:
        """The log with exact repeats taken out: an event's id counts once."""
        first: dict[str, Logged] = {}
        for record in self.log:
            first.setdefault(record.event.id, record)
        return tuple(first.values())

    @cached_property
    def decisions(self) -> dict[str, Logged]:
        return {r.event.data.request: r for r in self.once if isinstance(r.event.data, RequestDecided)}

    @cached_property
    def ends(self) -> dict[str, list[Logged]]:
        ends: dict[str, list[Logged]] = defaultdict(list)
        for record in self.once:
            if isinstance(record.event.data, RequestCompleted | RequestAbandoned):
                ends[record.event.data.request].append(record)
        return dict(ends)

    @cached_property
    def completions(self) -> dict[str, RequestCompleted]:
        return {
            request: data
            for request, records in self.ends.items()
            if isinstance(data := records[0].event.data, RequestCompleted)
        }

    @cached_property
    def attempts(self) -> Counter[str]:
        """How often each call may have been sent: once for its decision, once for each further attempt."""
        allowed: Counter[str] = Counter()
        for record in self.once:
            data = record.event.data
            if (isinstance(data, RequestDecided) and data.verdict not in DENYING) or isinstance(data, RequestAttempted):
                allowed[data.request] += 1
        return allowed


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that must not be: which rule it breaks, about what, and how."""

    rule: str
    about: str
    what: str


def check(evidence: Evidence) -> list[Finding]:
    """Give everything that speaks against the promises; empty for an honest run."""
    return [Finding(rule.__name__, about, what) for rule in RULES for about, what in rule(evidence)]


def billed_only_after_a_decision(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """The provider worked only for calls that were decided, and not more often than was recorded beforehand."""
    for request, count in Counter(line["request_id"] for line in evidence.bill).items():
        allowed = evidence.attempts[request]
        if count > allowed:
            yield request, f"billed {count} times, recorded for {allowed}"


def answered_only_after_a_completion(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """An answer that came whole has a completion with the same status; other answers are of the unrecorded kinds."""
    for seen in evidence.seen:
        if seen.status is None or seen.code in UNRECORDED:
            continue
        if seen.request is None:
            yield "-", f"an answer with status {seen.status} names no request"
            continue
        completion = evidence.completions.get(seen.request)
        if not seen.whole and seen.streamed:
            continue
        if completion is None:
            yield seen.request, f"answered with {seen.status} without a completion"
        elif completion.status != seen.status:
            yield seen.request, f"answered with {seen.status}, recorded {completion.status}"


def acknowledged_is_in_the_log(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """At every position that a caller was told lies the end of its call."""
    places = {record.position: record.event for record in evidence.log}
    for seen in evidence.seen:
        if seen.position is None:
            continue
        event = places.get(seen.position)
        if event is None:
            yield seen.request or "-", f"nothing at position {seen.position}"
        elif not isinstance(event.data, RequestCompleted) or event.data.request != seen.request:
            yield seen.request or "-", f"position {seen.position} holds something else"


def decided_once_and_ended_once(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """A call has one decision and at most one end, and the end comes after it."""
    decisions = Counter(r.event.data.request for r in evidence.once if isinstance(r.event.data, RequestDecided))
    for request, count in decisions.items():
        if count > 1:
            yield request, f"decided {count} times"
    for request, ends in evidence.ends.items():
        if len(ends) > 1:
            yield request, f"ended {len(ends)} times"
        decision = evidence.decisions.get(request)
        if decision is None:
            yield request, "ended without a decision"
        elif (decision.partition, decision.offset) >= (ends[0].partition, ends[0].offset):
            yield request, "ended before it was decided"


def every_call_ends(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """A call that was decided has an end, unless its gateway was killed: then the authority ends it in its time."""
    for request, record in evidence.decisions.items():
        if request not in evidence.ends and record.event.source not in evidence.killed:
            yield request, f"never ended, and its gateway {record.event.source} was not killed"


def numbered_in_order(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Each source numbers its records upwards in every partition, so that a lost or swapped one would show."""
    latest: dict[tuple[str, int], tuple[int, str]] = {}
    for record in sorted(evidence.log, key=lambda one: (one.partition, one.offset)):
        number = record.event.sequence
        if number is None:
            continue
        place = record.event.source, record.partition
        before = latest.get(place)
        if before is not None and number <= before[0] and (number, record.event.id) != before:
            yield record.event.source, f"number {number} after {before[0]} at {record.position}"
        if before is None or number > before[0]:
            latest[place] = number, record.event.id


def billed_as_used(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Where a call was priced by what an honest provider reported, that is what the provider billed."""
    lying = {seen.request for seen in evidence.seen if not seen.honest}
    lines: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for line in evidence.bill:
        lines[line["request_id"]].append(line)
    for request, completion in evidence.completions.items():
        if completion.cost_state != "priced" or completion.usage is None or request in lying:
            continue
        used = completion.usage.model_dump(exclude={"basis"})
        billed = [{name: line["usage"][name] for name in used} for line in lines[request]]
        if used not in billed:
            yield request, f"recorded {used}, billed {billed}"


def rows_are_the_log(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """The projection has one row a decided call, with the status and the cost that the log holds."""
    counted = Counter(row["request_id"] for row in evidence.rows)
    for request, count in counted.items():
        if count > 1:
            yield request, f"has {count} rows"
        if request not in evidence.decisions:
            yield request, "has a row without a decision"
    by_request = {row["request_id"]: row for row in evidence.rows}
    for request in evidence.decisions:
        row = by_request.get(request)
        if row is None:
            yield request, "has no row"
            continue
        completion = evidence.completions.get(request)
        if completion is not None and row["status"] != completion.status:
            yield request, f"row says {row['status']}, log says {completion.status}"
        if completion is not None and (row["cost"] is None) != (completion.cost is None):
            yield request, f"row says cost {row['cost']}, log says {completion.cost}"


RULES = (
    billed_only_after_a_decision,
    answered_only_after_a_completion,
    acknowledged_is_in_the_log,
    decided_once_and_ended_once,
    every_call_ends,
    numbered_in_order,
    billed_as_used,
    rows_are_the_log,
)


def as_table(evidence: Evidence, findings: Sequence[Finding]) -> str:
    """What was looked at and what was found, for people."""
    statuses = Counter(
        "broke off" if seen.status is None else f"{seen.status} {seen.code or ('whole' if seen.whole else 'in part')}"
        for seen in evidence.seen
    )
    ends = Counter(type(records[0].event.data).__name__ for records in evidence.ends.values())
    counts = {
        "calls seen by callers": len(evidence.seen),
        **{f"  {name}": count for name, count in sorted(statuses.items())},
        "calls billed": len({line["request_id"] for line in evidence.bill}),
        **{f"  {name}": count for name, count in sorted(Counter(str(b["ended"]) for b in evidence.bill).items())},
        "records in the log": len(evidence.log),
        "  exact repeats": len(evidence.log) - len(evidence.once),
        "  decisions": len(evidence.decisions),
        **{f"  ended by {name}": count for name, count in sorted(ends.items())},
        "  open, their gateway killed": len(evidence.decisions.keys() - evidence.ends.keys()),
        "rows": len(evidence.rows),
    }
    lines = [f"{name:<44}{count:>8}" for name, count in counts.items()]
    broken = Counter(finding.rule for finding in findings)
    lines += [f"{rule.__name__:<44}{'ok' if not broken[rule.__name__] else broken[rule.__name__]:>8}" for rule in RULES]
    lines += [f"! {finding.rule}: {finding.about} {finding.what}" for finding in findings[:50]]
    return "\n".join(lines)


def leaks(places: Mapping[str, bytes], canaries: Mapping[str, str]) -> list[str]:
    """Give every place that holds a canary, however it is written: plain, as JSON escapes it, hex or base64."""
    needles = {name: _spellings(text) for name, text in canaries.items()}
    return [
        f"{name} in {place}"
        for place, content in places.items()
        for name, spellings in needles.items()
        if any(spelling in content for spelling in spellings)
    ]


def _spellings(text: str) -> tuple[bytes, ...]:
    """Base64 depends on where a text begins, so the part in the middle that all of them share is looked for."""
    raw = text.encode()
    shifted = [base64.b64encode(b"\0" * shift + raw)[4:-4] for shift in range(3)]
    return (raw, raw.hex().encode(), raw[::-1], *(part for part in shifted if len(part) >= 8))
