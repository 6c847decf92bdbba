"""Running cases: each begins with empty counts, and what comes of its calls is compared with what was expected."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from keeptrusts.cli.policy_trials.calls import Judged, TrialCall, judge
from keeptrusts.cli.policy_trials.case_files import Case, ExpectedCall
from keeptrusts.cli.policy_trials.case_sections import ExpectSection
from keeptrusts.cli.policy_trials.offered import OfferedTargets
from keeptrusts.gateway.policies.compile import CompiledDocument
from keeptrusts.schemas.frozen import frozen, replace
from keeptrusts.schemas.policy_document.source import Mark

BETWEEN_CASES_NS: Final = 72 * 3_600 * 1_000_000_000
"""Longer than a case can take and than anything is counted."""


@frozen
class Difference:
    """One thing that came otherwise than expected; values are as JSON can say them."""

    field: str
    expected: Any
    got: Any


@frozen
class CallResult:
    """How one call of a case went. `number` counts from 1, `got` is everything that could have been expected."""

    number: int
    mark: Mark
    differences: tuple[Difference, ...]
    got: dict[str, Any]


@frozen
class CaseResult:
    """How a case went: passed when every call did as expected."""

    name: str
    mark: Mark
    calls: tuple[CallResult, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing came otherwise."""
        return not any(call.differences for call in self.calls)


@dataclass(slots=True)
class CaseRunner:
    """Runs cases of one compiled document one after the other; no case sees what another one counted.

    Everything that policies count is counted by organization and for a bounded time, so each case has an organization
    of its own and begins long after the one before.
    """

    compiled: CompiledDocument
    offered: OfferedTargets | None = None
    _numbers: Iterator[int] = field(default_factory=count)

    def run(self, cases: Iterable[Case]) -> Iterator[CaseResult]:
        """How each case went."""
        for case in cases:
            number = next(self._numbers)
            calls = tuple(_of_case(number, one, self.offered) for one in case.calls)
            yield CaseResult(name=case.name, mark=case.mark, calls=tuple(_run(self.compiled, calls)))


def _of_case(number: int, one: ExpectedCall, offered: OfferedTargets | None) -> ExpectedCall:
    facts = replace(one.call.facts, org=f"case-{number}")
    if offered is not None:
        facts = offered.facts_of(facts)
    return replace(one, call=replace(one.call, facts=facts, at_ns=one.call.at_ns + (number + 1) * BETWEEN_CASES_NS))


def _run(compiled: CompiledDocument, calls: Iterable[ExpectedCall]) -> Iterator[CallResult]:
    under_way: list[tuple[int, int, Judged, TrialCall]] = []
    for number, one in enumerate(calls, start=1):
        while under_way and under_way[0][0] <= one.call.at_ns:
            _finish(heapq.heappop(under_way))
        judged = judge(compiled.chain_for(one.call.facts.team), one.call)
        heapq.heappush(under_way, (one.call.at_ns + one.call.lasts_ns, number, judged, one.call))
        got = outcome_of(judged, one)
        yield CallResult(number=number, mark=one.mark, differences=tuple(_differences(one.expect, got)), got=got)
    for left in sorted(under_way, key=lambda item: item[:2]):
        _finish(left)


def _finish(ended: tuple[int, int, Judged, TrialCall]) -> None:
    at_ns, _, judged, call = ended
    judged.finish(call, at_ns)


def outcome_of(judged: Judged, one: ExpectedCall) -> dict[str, Any]:
    """Give all that a case can expect, under the same names. A call that is refused sends and shows no texts."""
    deciding, problem = judged.deciding, judged.problem
    sent = judged.body if judged.asked.problem is None else {}
    messages = sent.get("messages")
    text = None
    if one.section.request is None and one.section.messages is None and messages:
        text = messages[0]["content"]
    return {
        "verdict": judged.verdict,
        "policy": deciding.policy,
        "reason": deciding.reason,
        "code": None if problem is None else problem.code,
        "status": judged.status,
        "retry_after": None if problem is None else problem.retry_after_s,
        "findings": dict(judged.findings),
        "results": _results(judged),
        "text": text,
        "messages": messages,
        "answer": judged.answer,
    }


def _results(judged: Judged) -> dict[str, str]:
    """What each policy said, by name; of what it said twice, that which is not to allow."""
    answered = () if judged.answered is None else judged.answered.results
    said: dict[str, str] = {}
    for result in (*judged.asked.results, *answered):
        name = result.name or result.kind
        if said.get(name, "allow") == "allow":
            said[name] = result.result
    return said


def _differences(expect: ExpectSection, got: dict[str, Any]) -> Iterator[Difference]:
    for name in ExpectSection.model_fields:
        if name not in expect.model_fields_set:
            continue
        expected = _plain(getattr(expect, name))
        found = got[name]
        if name == "findings":
            expected = {kind.upper(): count for kind, count in (expected or {}).items() if count}
            found = {kind.upper(): count for kind, count in found.items()}
        if name == "results" and expected is not None:
            found = {kind: found.get(kind) for kind in expected}
        if expected != found:
            yield Difference(field=name, expected=expected, got=found)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return {key: _plain(item) for key, item in value.items()} if isinstance(value, dict) else value
