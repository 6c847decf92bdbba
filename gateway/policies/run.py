"""Running a chain: each policy in turn, its mode decides whether it logs, warns or acts."""

from collections.abc import Callable, Generator
from functools import partial
from typing import Final, Literal

from keeptrusts.gateway.policies.compile import CompiledChain, CompiledPolicy
from keeptrusts.gateway.policies.protocol import Decision, Escalation, Permit, RequestFacts
from keeptrusts.gateway.policies.text_detector import TextDetector
from keeptrusts.gateway.policies.texts import Edit
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.identity import PolicyOutcome, PolicyResult, Verdict
from keeptrusts.schemas.frozen import frozen, replace
from keeptrusts.schemas.policy_document.document import Mode
from keeptrusts.schemas.remembered import remembered

Clock = Callable[[], int]
"""A monotonic clock in nanoseconds."""
Judging = Callable[[], Decision]
"""Asks a policy, and never raises."""

NS_PER_US: Final = 1_000
_SEVERITY: Final[tuple[Verdict, ...]] = ("allow", "warn", "redact", "escalate", "block")

UNTYPED: Final = Escalation(type="policy", severity="medium")
_FAILED: Final = Decision(result="error", reason="policy_error")


@frozen
class ChainOutcome:
    """What the chain says about a call.

    `problem` is set exactly when `verdict` is block: its code gives the HTTP status. `escalation` is set exactly when
    it is escalate: the call must not go on until a person has decided. `reason` and `policy` are those of the policy
    that decided the verdict. `edits` are to be made in the texts that were under review, `appended` go to the end of
    the answer. Call `finish` once when an allowed call is over.
    """

    verdict: Verdict
    results: tuple[PolicyResult, ...] = ()
    reason: str | None = None
    policy: str | None = None
    problem: Problem | None = None
    permits: tuple[Permit, ...] = ()
    edits: tuple[Edit, ...] = ()
    escalation: Escalation | None = None
    appended: tuple[str, ...] = ()

    def finish(self, *, tokens: int, now_ns: int) -> None:
        """Gives back what policies lent to the call; `tokens` is what it used."""
        for permit in self.permits:
            permit.finish(tokens=tokens, now_ns=now_ns)


def run_chain(chain: CompiledChain, facts: RequestFacts, clock: Clock) -> ChainOutcome:
    """Evaluates the policies of the facts' phase until one blocks in enforce. Never raises for a policy's failure."""
    try:
        next(chain_in_steps(chain, facts, clock, asks=False))
    except StopIteration as ended:
        outcome: ChainOutcome = ended.value
        return outcome
    raise AssertionError("a chain that does not ask runs to its end")


def chain_in_steps(
    chain: CompiledChain, facts: RequestFacts, clock: Clock, *, asks: bool = True
) -> Generator[Judging, Decision, ChainOutcome]:
    """Run a chain whose policies on texts are judged by whoever drives it: each is yielded, its decision sent back.

    Everything else runs where the driver is. Closed before its end, it gives back what policies lent to the call.
    """
    verdict: Verdict = "allow"
    deciding: tuple[CompiledPolicy, Decision] | None = None
    results: list[PolicyResult] = []
    permits: list[Permit] = []
    edits: tuple[Edit, ...] = ()
    appended: tuple[str, ...] = ()
    started = clock()
    for compiled in chain.policies if facts.phase == "input" else chain.output:
        if compiled.applies is not None and not compiled.applies(facts):
            continue
        if asks and isinstance(compiled.policy, TextDetector):
            try:
                decision = yield partial(_decided, compiled, facts, started)
            except GeneratorExit:
                _give_back(permits, clock())
                raise
        else:
            decision = _decided(compiled, facts, started)
        ended = clock()
        us = (ended - started) // NS_PER_US if ended > started else 0
        if decision.findings:
            results.append(_result_with_findings(compiled, decision, us))
        else:
            results.append(
                _plain_result((compiled.kind, compiled.name, compiled.mode, decision.result, decision.reason, us))
            )
        if decision.permit is not None:
            permits.append(decision.permit)
        if decision.result == "allow":
            started = ended
            if decision.appended and compiled.mode == "enforce":
                appended += decision.appended
            continue
        effect = _effect(compiled, decision)
        if _SEVERITY.index(effect) > _SEVERITY.index(verdict):
            verdict, deciding = effect, (compiled, decision)
        if effect == "redact":
            edits += decision.edits
        started = ended
        if effect == "block":
            break
    if deciding is None:
        return ChainOutcome(verdict=verdict, results=tuple(results), permits=tuple(permits), appended=appended)
    outcome = _outcome(facts.phase, verdict, *deciding, results, permits, edits, started)
    return outcome if not appended else replace(outcome, appended=appended)


def _decided(compiled: CompiledPolicy, facts: RequestFacts, now_ns: int) -> Decision:
    """What a policy says; one that fails has decided that it failed."""
    try:
        return compiled.policy.evaluate(facts, now_ns)
    except Exception:  # noqa: BLE001 - whatever a policy raises, its fail mode decides; the text may hold content
        return _FAILED


def _give_back(permits: list[Permit], now_ns: int) -> None:
    for permit in permits:
        permit.finish(tokens=0, now_ns=now_ns)


def judged_later(outcome: ChainOutcome, compiled: CompiledPolicy, decision: Decision) -> ChainOutcome:
    """What the chain says once one of its policies, which allowed the call, has decided otherwise after all.

    Permits stay the call's own, also when it is refused now: `finish` is still to be called.
    """
    results = list(outcome.results)
    for index, result in enumerate(results):
        if (result.kind, result.name, result.result) == (compiled.kind, compiled.name, "allow"):
            results[index] = _plain_result(
                (compiled.kind, compiled.name, compiled.mode, decision.result, decision.reason, result.us)
            )
            break
    return _with_decision(outcome, compiled, decision, tuple(results))


def judged_also(outcome: ChainOutcome, compiled: CompiledPolicy, decision: Decision, us: int) -> ChainOutcome:
    """What the chain says once a further policy has decided, which runs after all others.

    Permits stay the call's own, also when it is refused now: `finish` is still to be called.
    """
    results = (*outcome.results, _result_with_findings(compiled, decision, us))
    return _with_decision(outcome, compiled, decision, results)


def _with_decision(
    outcome: ChainOutcome, compiled: CompiledPolicy, decision: Decision, results: tuple[PolicyResult, ...]
) -> ChainOutcome:
    """Give an outcome after one more decision: the more severe verdict stands."""
    effect = _effect(compiled, decision)
    if _SEVERITY.index(effect) <= _SEVERITY.index(outcome.verdict):
        return replace(outcome, results=results)
    return ChainOutcome(
        verdict=effect,
        results=results,
        reason=decision.reason,
        policy=compiled.kind,
        problem=(decision.problem or _problem(compiled, decision)) if effect == "block" else None,
        permits=outcome.permits,
        edits=() if effect == "block" else outcome.edits,
        escalation=(decision.escalation or UNTYPED) if effect == "escalate" else None,
        appended=outcome.appended,
    )


def severity(verdict: Verdict) -> int:
    """Give how much a verdict is: of two, the greater stands."""
    return _SEVERITY.index(verdict) if verdict in _SEVERITY else len(_SEVERITY)


def may_use_model(chain: CompiledChain, facts: RequestFacts, model: str) -> bool:
    """Whether the chain's enforced model rules let this caller use a model, for listing models."""
    return all(rule.allows_model(facts, model) for applies, rule in chain.model_rules if not applies or applies(facts))


def _effect(compiled: CompiledPolicy, decision: Decision) -> Verdict:
    result = decision.result
    if result == "allow" or result == "not_evaluated" or compiled.mode == "observe":
        return "allow"
    if compiled.mode == "guide":
        return "warn"
    if result == "error":
        return "block" if compiled.fail_mode == "block" else "allow"
    return result


def _result_with_findings(compiled: CompiledPolicy, decision: Decision, us: int) -> PolicyResult:
    return PolicyResult(
        kind=compiled.kind,
        name=compiled.name,
        mode=compiled.mode,
        result=decision.result,
        reason=decision.reason,
        findings=dict(decision.findings),
        us=us,
    )


_Plain = tuple[str, str, Mode, PolicyOutcome, str | None, int]


@remembered(most=8_192)
def _plain_result(named: _Plain) -> PolicyResult:
    """Give a result without findings: the same few come again and again, and they never change."""
    kind, name, mode, result, reason, us = named
    return PolicyResult(kind=kind, name=name, mode=mode, result=result, reason=reason, us=us)


def _outcome(
    phase: Literal["input", "output"],
    verdict: Verdict,
    compiled: CompiledPolicy,
    decision: Decision,
    results: list[PolicyResult],
    permits: list[Permit],
    edits: tuple[Edit, ...],
    now_ns: int,
) -> ChainOutcome:
    outcome = ChainOutcome(
        verdict=verdict,
        results=tuple(results),
        reason=decision.reason,
        policy=compiled.kind,
        problem=(decision.problem or _problem(compiled, decision, phase)) if verdict == "block" else None,
        permits=() if verdict == "block" else tuple(permits),
        edits=() if verdict == "block" else edits,
        escalation=(decision.escalation or UNTYPED) if verdict == "escalate" else None,
    )
    if verdict == "block":
        _give_back(permits, now_ns)
    return outcome


def _problem(compiled: CompiledPolicy, decision: Decision, phase: Literal["input", "output"] = "input") -> Problem:
    what = "call" if phase == "input" else "answer"
    if decision.result == "error":
        return Problem(
            code=f"{phase}_blocked",
            message=f"the policy failed, and its fail mode refuses the {what}",
            fix="Retry; if it stays, tell an admin the request id",
            policy=compiled.kind,
        )
    message = f"the policy refuses the {what}"
    return Problem(code=f"{phase}_blocked", message=message, fix="Ask an admin", policy=compiled.kind)
