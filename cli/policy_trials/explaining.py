"""The chain that a caller's calls run through, why each entry is in it, and what each would say about one call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from keeptrusts.cli.policy_trials.calls import Judged, TrialCall, judge
from keeptrusts.gateway.policies.compile import CompiledChain, CompiledDocument, CompiledPolicy
from keeptrusts.gateway.policies.protocol import RequestFacts
from keeptrusts.gateway.policies.run import ChainOutcome
from keeptrusts.gateway.policies.texts import texts_of_request
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.frozen import frozen, replace
from keeptrusts.schemas.policy_document.document import ChainEntry

_SHOWN_NAMES = 8


@frozen
class Said:
    """What one policy says about a request or an answer.

    `effect` is what its mode makes of the result; `texts` are those it rewrites, as they would go on.
    """

    result: str
    effect: str
    reason: str | None
    findings: Mapping[str, int]
    texts: tuple[str, ...] = field(default=(), repr=False)


@frozen
class Step:
    """One entry of the chain. `applies` is whether this caller's calls are aimed at; `why` says why it is here.

    `request` and `answer` are what it says of each: None where it does not judge it or is not reached.
    """

    entry: ChainEntry
    phases: tuple[str, ...]
    applies: bool
    why: str
    reached: bool = True
    request: Said | None = None
    answer: Said | None = None


@frozen
class LeftOut:
    """An entry of the document that is not in the chain, and why."""

    entry: ChainEntry
    why: str


@frozen
class Explanation:
    """A chain explained; `judged` is None where no call was described."""

    document_enabled: bool
    team: str | None
    team_is_named: bool
    steps: tuple[Step, ...]
    left_out: tuple[LeftOut, ...]
    judged: Judged | None = None

    @property
    def problem(self) -> Problem | None:
        """What the caller would be told instead of an answer."""
        return None if self.judged is None else self.judged.problem


def explain(compiled: CompiledDocument, facts: RequestFacts, call: TrialCall | None) -> Explanation:
    """Explain the chain of the facts' team; with a call also what each step says about it."""
    chain = compiled.chain_for(facts.team)
    only_output = (one for one in chain.output if not _among(one, chain.policies))
    running = (*chain.policies, *only_output, *(one for one, _ in chain.external))
    entries = compiled.compiled_entries()
    judged = None if call is None else judge(chain, call)
    steps = tuple(
        _step(entry, one, chain, facts, call, judged)
        for one in running
        for entry, candidate in entries
        if candidate is one
    )
    return Explanation(
        document_enabled=compiled.document.enabled,
        team=facts.team,
        team_is_named=facts.team in compiled.document.named_teams(),
        steps=steps,
        left_out=tuple(_left_out(entries, running, facts)),
        judged=judged,
    )


def _step(
    entry: ChainEntry,
    one: CompiledPolicy,
    chain: CompiledChain,
    facts: RequestFacts,
    call: TrialCall | None,
    judged: Judged | None,
) -> Step:
    requests, answers = _phases(chain)
    phases = tuple(name for name, part in (("request", requests), ("answer", answers)) if _among(one, part))
    aimed = one.applies is None or one.applies(facts)
    step = Step(entry=entry, phases=phases, applies=aimed, why=_why(entry, facts))
    if not aimed or call is None or judged is None:
        return step
    alone = judge(_only(one, chain), replace(call, facts=replace(call.facts, org=f"{call.facts.org}, one by one")))
    request = answer = None
    if "request" in phases and _reached(one, requests, judged.asked, facts):
        request = _said(alone.asked, _changed_texts(call, alone))
    if "answer" in phases and judged.answered is not None and _reached(one, answers, judged.answered, facts):
        answer = _said(alone.answered, () if alone.answer in (None, call.answer) else (str(alone.answer),))
    return replace(step, request=request, answer=answer, reached=request is not None or answer is not None)


def _phases(chain: CompiledChain) -> tuple[tuple[CompiledPolicy, ...], tuple[CompiledPolicy, ...]]:
    """The policies that judge requests, and those that judge answers; services are asked last."""
    requests = (*chain.policies, *(one for one, policy in chain.external if policy.phase != "output"))
    return requests, (*chain.output, *(one for one, policy in chain.external if policy.phase != "input"))


def _only(one: CompiledPolicy, chain: CompiledChain) -> CompiledChain:
    return replace(
        chain,
        policies=tuple(policy for policy in chain.policies if policy is one),
        output=tuple(policy for policy in chain.output if policy is one),
        spending=tuple(pair for pair in chain.spending if pair[0] is one),
        external=tuple(pair for pair in chain.external if pair[0] is one),
    )


def _reached(
    one: CompiledPolicy, running: tuple[CompiledPolicy, ...], outcome: ChainOutcome, facts: RequestFacts
) -> bool:
    """Whether the chain came to a policy: those that apply have a result each, until one refuses."""
    aimed = [policy for policy in running if policy.applies is None or policy.applies(facts)]
    return any(policy is one for policy in aimed[: len(outcome.results)])


def _said(outcome: ChainOutcome | None, texts: tuple[str, ...]) -> Said | None:
    if outcome is None or not outcome.results:
        return None
    result = outcome.results[0]
    return Said(
        result=result.result,
        effect=outcome.verdict,
        reason=result.reason,
        findings=dict(result.findings),
        texts=texts if outcome.verdict == "redact" else (),
    )


def _changed_texts(call: TrialCall, alone: Judged) -> tuple[str, ...]:
    before = {text.path: text.text for text in texts_of_request(call.body)}
    return tuple(text.text for text in texts_of_request(alone.body) if before.get(text.path) != text.text)


def _left_out(
    entries: tuple[tuple[ChainEntry, CompiledPolicy], ...], running: tuple[CompiledPolicy, ...], facts: RequestFacts
) -> Iterator[LeftOut]:
    for entry, one in entries:
        if _among(one, running):
            continue
        if entry.applies_to_team(facts.team):
            yield LeftOut(entry=entry, why="says the same as an entry before it, and equal entries run once")
        elif entry.targeting is not None:
            yield LeftOut(entry=entry, why=f"is for the teams {_listed(entry.targeting.names)}")


def _why(entry: ChainEntry, facts: RequestFacts) -> str:
    first = ", and rbac runs first wherever it stands" if entry.kind == "rbac" else ""
    if entry.targeting is None:
        return f"is for every call{first}"
    scope, names = entry.targeting.scope, _listed(entry.targeting.names)
    if scope == "team":
        return f"is for the teams {names}{first}"
    own = {
        "user": facts.user,
        "role": facts.role,
        "consumer_group": facts.consumer_group,
        "model": facts.model,
        "gateway": facts.gateway,
    }[scope]
    label = scope.replace("_", " ")
    return f"is for the {label}s {names}{first}; this call has {'none' if own is None else own}"


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _SHOWN_NAMES} more" if len(names) > _SHOWN_NAMES else ""
    return ", ".join(names[:_SHOWN_NAMES]) + more


def _among(one: CompiledPolicy, policies: tuple[CompiledPolicy, ...]) -> bool:
    return any(policy is one for policy in policies)
