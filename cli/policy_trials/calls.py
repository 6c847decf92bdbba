"""One described call judged by a compiled document, in the order and with the code of the gateway's own pipeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any, Final, Literal

from keeptrusts.gateway.detectors.scanner import Scanner
from keeptrusts.gateway.policies.actions import actions_of
from keeptrusts.gateway.policies.compile import CompiledChain
from keeptrusts.gateway.policies.external_moderation import ExternalModeration
from keeptrusts.gateway.policies.protocol import Decision, RequestFacts
from keeptrusts.gateway.policies.review import Review
from keeptrusts.gateway.policies.run import ChainOutcome, judged_also, judged_later, run_chain, severity
from keeptrusts.gateway.policies.spend_limit import SpendLimit
from keeptrusts.gateway.policies.texts import Text, edited, texts_of_answer, texts_of_request
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.identity import PolicyResult, Verdict
from keeptrusts.schemas.frozen import frozen, replace

HASH_SECRET: Final = b"kt policy test"
"""Keys the hashes of markers here, so that a case can say what it expects; a gateway's own key is another."""
BYTES_PER_TOKEN: Final = 4

_UNDECIDED: Final = Problem(
    code="escalation_required",
    message="the call is held for a person, and refused when nobody decides in time",
    fix="Ask an admin to watch for escalations",
)
NO_SPENDING: Final[Mapping[str, int]] = {}
Period = Literal["month", "day"]


@frozen
class TrialCall:
    """A call to be judged: its facts, its body, and what its answer says, if there is one.

    ``moderation`` is what a moderation service says of it; None: it is not asked. ``cost`` is the most that it may cost
    and ``spent`` what was spent before it by period, both in nano-USD. It comes at ``at_ns``, lasts ``lasts_ns`` and
    uses ``tokens``; None: as many as are presumed from its size.
    """

    facts: RequestFacts
    body: Mapping[str, Any] = field(repr=False)
    answer: str | None = field(default=None, repr=False)
    moderation: bytes | None = None
    cost: int | None = None
    spent: Mapping[str, int] = field(default_factory=lambda: NO_SPENDING)
    at_ns: int = 0
    lasts_ns: int = 0
    tokens: int | None = None


@frozen
class Judged:
    """What a chain says about a call and about its answer; ``body`` and ``answer`` are as they would go on.

    ``answered`` is None where there is no answer to judge: none is described, or the call is refused.
    """

    asked: ChainOutcome
    answered: ChainOutcome | None
    body: Mapping[str, Any] = field(repr=False)
    answer: str | None = field(repr=False)

    @property
    def deciding(self) -> ChainOutcome:
        """The outcome whose verdict is the call's: of two alike, the request's."""
        if self.answered is None or severity(self.answered.verdict) <= severity(self.asked.verdict):
            return self.asked
        return self.answered

    @property
    def verdict(self) -> Verdict:
        """What becomes of the call."""
        return self.deciding.verdict

    @property
    def problem(self) -> Problem | None:
        """What the caller is told instead of an answer; of a call that a person must decide about, if nobody does."""
        if self.verdict == "escalate":
            return replace(_UNDECIDED, policy=self.deciding.policy)
        return self.deciding.problem

    @property
    def status(self) -> int:
        """The HTTP status, if the provider answers with 200."""
        return 200 if self.problem is None else self.problem.status

    @property
    def findings(self) -> Mapping[str, int]:
        """Counts by type: the most that one policy counted in the request, and the most that one did in the answer."""
        counts = _most(self.asked.results)
        for kind, count in _most(() if self.answered is None else self.answered.results).items():
            counts[kind] = counts.get(kind, 0) + count
        return dict(sorted(counts.items()))

    def finish(self, call: TrialCall, now_ns: int) -> None:
        """Give back what policies lent to the call, which is over now."""
        presumed = call.facts.input_bytes // BYTES_PER_TOKEN + 1
        self.asked.finish(tokens=presumed if call.tokens is None else call.tokens, now_ns=now_ns)


def judge(chain: CompiledChain, call: TrialCall) -> Judged:
    """Run the input policies, the caps on spending, and the output policies over what is left to judge.

    ``finish`` is to be called on what comes of it.
    """
    if chain.asks_for_actions:
        call = replace(call, facts=replace(call.facts, actions=actions_of(call.body)))
    texts = texts_of_request(call.body)
    facts = _with_review(replace(call.facts, phase="input"), texts, chain.scanner)
    asked = run_chain(chain, facts, lambda: call.at_ns)
    asked = _with_services(chain, facts, asked, call)
    body = edited(call.body, texts, asked.edits) if asked.edits else call.body
    if asked.problem is None:
        asked = _within_limits(chain, facts, asked, call)
    if call.answer is None or asked.problem is not None or not (chain.output or chain.external):
        return Judged(asked=asked, answered=None, body=body, answer=call.answer if asked.problem is None else None)
    return _with_answer(chain, replace(call, facts=facts, body=body), call.answer, asked)


def _with_answer(chain: CompiledChain, call: TrialCall, answer: str, asked: ChainOutcome) -> Judged:
    document = {"choices": [{"index": 0, "message": {"role": "assistant", "content": answer}}]}
    texts = texts_of_answer(document)
    facts = _with_review(replace(call.facts, phase="output", review=None), texts, chain.output_scanner)
    answered = run_chain(chain, facts, lambda: call.at_ns)
    answered = _with_services(chain, facts, answered, call)
    shown: str | None = None
    if answered.problem is None:
        shown = edited(document, texts, answered.edits)["choices"][0]["message"]["content"]
    return Judged(asked=asked, answered=answered, body=call.body, answer=shown)


def _with_review(facts: RequestFacts, texts: tuple[Text, ...], scanner: Scanner | None) -> RequestFacts:
    return facts if scanner is None else replace(facts, review=Review(texts, scanner, HASH_SECRET))


def _with_services(chain: CompiledChain, facts: RequestFacts, outcome: ChainOutcome, call: TrialCall) -> ChainOutcome:
    """Let moderation services say what the call says they would; nobody is really asked."""
    if outcome.problem is not None:
        return outcome
    for compiled, policy in chain.external:
        if policy.phase in (facts.phase, "both") and (compiled.applies is None or compiled.applies(facts)):
            outcome = judged_also(outcome, compiled, _moderated(policy, facts, call), 0)
    return outcome


def _moderated(policy: ExternalModeration, facts: RequestFacts, call: TrialCall) -> Decision:
    if call.moderation is None:
        return policy.evaluate(facts, call.at_ns)
    try:
        return policy.judged(call.moderation, facts.phase)
    except (ValueError, TypeError, KeyError, AttributeError):  # as gateways take what is no answer
        return policy.silent("service_garbage", facts.phase)


def _within_limits(chain: CompiledChain, facts: RequestFacts, outcome: ChainOutcome, call: TrialCall) -> ChainOutcome:
    """Let spend-limits say what follows from the costs described, as they do once a route has a price."""
    for compiled, limit in chain.spending:
        if compiled.applies is None or compiled.applies(facts):
            for decision in _decisions(limit, facts, call):
                outcome = judged_later(outcome, compiled, decision)
    return outcome


def _decisions(limit: SpendLimit, facts: RequestFacts, call: TrialCall) -> Iterable[Decision]:
    cost = call.cost or 0
    over = limit.over_request_limit(cost)
    if over is not None:
        yield over
    for claim in limit.claims(facts, ""):
        if call.spent.get(claim.period, 0) + cost > claim.limit:
            reached = limit.reached(claim.account, facts)
            if reached is not None:
                yield reached


def _most(results: Iterable[PolicyResult]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for result in results:
        for kind, count in result.findings.items():
            counts[kind] = max(count, counts.get(kind, 0))
    return counts
