"""Recorded calls judged by another document: by what is recorded of them, and never by guesses about the rest."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from types import MappingProxyType
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from keeptrusts.cli.policy_trials.captured import NO_ANSWER, NO_CONTENT, REDACTED, Captured, Read
from keeptrusts.cli.policy_trials.recorded import RecordedCall
from keeptrusts.gateway.detectors.scanner import Scanner
from keeptrusts.gateway.policies.compile import CompiledChain, compile_document, condition_of
from keeptrusts.gateway.policies.protocol import RequestFacts
from keeptrusts.gateway.policies.review import Review
from keeptrusts.gateway.policies.run import ChainOutcome, judged_later, run_chain, severity
from keeptrusts.gateway.policies.texts import Text
from keeptrusts.schemas.events.identity import Verdict
from keeptrusts.schemas.events.money import BudgetClaim
from keeptrusts.schemas.frozen import frozen, replace
from keeptrusts.schemas.policy_document.document import ChainEntry, PolicyDocument
from keeptrusts.schemas.policy_document.kinds.access import RbacOptions
from keeptrusts.schemas.policy_document.kinds.oversight import HumanOversightOptions
from keeptrusts.schemas.policy_document.not_yet import refused_option

BY_FACTS: Final = frozenset({"rbac", "model-access", "rate-limit", "spend-limit", "human-oversight", "audit-logger"})
"""Kinds that judge by what is recorded of every call."""
BY_TEXTS: Final = frozenset({"pii-detector", "hipaa-phi-detector", "dlp-filter", "prompt-injection", "content-filter"})
"""Kinds that judge by texts alone, where those were captured."""
NOT_RECORDED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "agent-firewall": "tools and what was done with them are not recorded",
        "data-routing-policy": "what targets have declared is not recorded",
    }
)
"""What kinds need that judge neither by facts nor by texts."""
NO_HEADERS: Final = "headers are not recorded"
NO_TOOLS: Final = "tools are not recorded"
BYTES_PER_TOKEN: Final = 4
_ATTRIBUTES: Final = frozenset({"role", "team", "user", "key", "consumer_group", "project"})
_BY_KEY: Final = "key"
"""What stands for a policy where a key's own models refused the call."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Judgement = Literal["decided", "undecided", "not_judged"]


@frozen
class Doubt:
    """A policy that may say more about a call than is known, and why that is not known."""

    policy: str
    why: str


@frozen
class Replayed:
    """What would become of a recorded call. `verdict` is None where it could not be decided or was not judged."""

    call: RecordedCall
    judgement: Judgement
    verdict: Verdict | None = None
    policy: str | None = None
    reason: str | None = None
    doubts: tuple[Doubt, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the call would end otherwise than it did."""
        return self.judgement == "decided" and self.verdict != self.call.decision


class Replay:
    """Judges calls in the order of their times; counts of rates and money begin at `since`.

    `read` gives captured texts; without it none are looked at.
    """

    def __init__(self, document: PolicyDocument, since: datetime, read: Read | None = None) -> None:
        entries = document.chain if document.enabled else ()
        by_facts = tuple(entry for entry in entries if _judged_by_facts(entry))
        self._since = since
        self._by_content = tuple(entry for entry in entries if not _judged_by_facts(entry))
        self._rbac = tuple(entry for entry in by_facts if isinstance(entry.options, RbacOptions))
        self._compiled = compile_document(replace(document, chain=by_facts))
        by_texts = tuple(entry for entry in self._by_content if _by_texts(entry))
        self._read = read
        self._texts = None if read is None else compile_document(replace(document, chain=by_texts))
        self._groups = frozenset(group.name for group in document.consumer_groups)
        self._under_way: list[tuple[int, int, int, ChainOutcome]] = []
        self._number = 0
        self._spent: dict[tuple[str, str, str], int] = {}

    def run(self, calls: Iterable[RecordedCall]) -> Iterator[Replayed]:
        """What would become of each call; they come oldest first."""
        for call in calls:
            yield self._judge(call)

    def _judge(self, call: RecordedCall) -> Replayed:
        if call.decision is None or call.decision == "refuse":
            return Replayed(call=call, judgement="not_judged", reason=call.reason or "not decided yet")
        if call.policy == _BY_KEY:
            return Replayed(call=call, judgement="not_judged", reason="its key is bound to other models")
        if call.consumer_group is not None and call.consumer_group not in self._groups:
            reason = "unknown_consumer_group"
            return Replayed(call=call, judgement="decided", verdict="refuse", policy="gateway", reason=reason)
        facts = self._facts(call)
        chain = self._compiled.chain_for(call.team)
        outcome, money = self._outcome(chain, facts, call)
        if outcome.verdict == "block":
            return self._decided(call, outcome)
        outcome, why = self._by_texts(call, facts, outcome)
        if outcome.verdict == "block":
            return self._decided(call, outcome)
        doubts = (*self._doubts(facts, why), *money)
        if doubts:
            return Replayed(call=call, judgement="undecided", doubts=tuple(dict.fromkeys(doubts)))
        return self._decided(call, outcome)

    def _decided(self, call: RecordedCall, outcome: ChainOutcome) -> Replayed:
        verdict, policy, reason = outcome.verdict, outcome.policy, outcome.reason
        return Replayed(call=call, judgement="decided", verdict=verdict, policy=policy, reason=reason)

    def _facts(self, call: RecordedCall) -> RequestFacts:
        return RequestFacts(
            org=f"{call.org}/{call.gateway}",  # each gateway counts for itself
            team_id=call.team_id,
            team=call.team,
            user=call.user,
            user_email=call.user_name,
            role=call.role,
            key_id=call.key_id,
            consumer_group=call.consumer_group,
            project=call.project,
            authenticated=call.key_id is not None,
            gateway=call.gateway,
            endpoint=call.endpoint,
            requested_model=call.requested_model,
            candidate_model=call.model,
            stream=call.stream,
            input_bytes=call.input_tokens * BYTES_PER_TOKEN,
            headers=dict.fromkeys(self._compiled.header_names, "present"),
        )

    def _outcome(
        self, chain: CompiledChain, facts: RequestFacts, call: RecordedCall
    ) -> tuple[ChainOutcome, tuple[Doubt, ...]]:
        now_ns = _ns(call.time)
        while self._under_way and self._under_way[0][0] <= now_ns:
            ended_ns, _, tokens, ended = heapq.heappop(self._under_way)
            ended.finish(tokens=tokens, now_ns=ended_ns)
        outcome = run_chain(chain, facts, lambda: now_ns)
        if outcome.verdict == "block":
            return outcome, ()
        if chain.output:  # answers that a person holds, whatever they say
            answered = run_chain(chain, replace(facts, phase="output"), lambda: now_ns)
            outcome = answered if severity(answered.verdict) > severity(outcome.verdict) else outcome
        self._number += 1
        tokens = call.tokens or call.input_tokens
        heapq.heappush(self._under_way, (now_ns + call.latency_ns, self._number, tokens, outcome))
        return self._with_money(chain, facts, call, outcome)

    def _by_texts(
        self, call: RecordedCall, facts: RequestFacts, outcome: ChainOutcome
    ) -> tuple[ChainOutcome, str | None]:
        """Judge a call by its captured texts too; gives why they could not be judged, None where they were."""
        if self._texts is None or self._read is None:
            return outcome, NO_CONTENT
        chain = self._texts.chain_for(facts.team)
        if not any(_by_texts(entry) and _asks(entry, facts) for entry in self._by_content):
            return outcome, None
        captured = self._read(call.id)
        if isinstance(captured, str):
            return outcome, captured
        said = _run(chain, facts, captured)
        worse = said if severity(said.verdict) > severity(outcome.verdict) else outcome
        if said.verdict == "block" or not chain.output:
            return worse, None
        if captured.answer is None:
            return worse, NO_ANSWER
        return worse, REDACTED if call.stream and call.decision == "redact" else None  # streams are kept as released

    def _with_money(
        self, chain: CompiledChain, facts: RequestFacts, call: RecordedCall, outcome: ChainOutcome
    ) -> tuple[ChainOutcome, tuple[Doubt, ...]]:
        doubts: list[Doubt] = []
        cost = call.cost or 0
        claimed: list[tuple[str, str, str]] = []
        for compiled, limit in chain.spending:
            if compiled.applies is not None and not compiled.applies(facts):
                continue
            over = limit.over_request_limit(cost)
            if over is not None:
                outcome = judged_later(outcome, compiled, over)
            for claim in limit.claims(facts, ""):
                period, begun_before = self._period(claim, call.time)
                key = (call.org, claim.account, period)
                claimed.append(key)
                reached = limit.reached(claim.account, facts)
                if reached is not None and self._spent.get(key, 0) + cost > claim.limit:
                    outcome = judged_later(outcome, compiled, reached)
                elif begun_before and compiled.mode != "observe":
                    since = self._since.strftime("%Y-%m-%d %H:%M")
                    doubts.append(Doubt(policy=compiled.kind, why=f"spending before {since} is not known"))
        if outcome.verdict != "block":
            for key in set(claimed):
                self._spent[key] = self._spent.get(key, 0) + cost
        return outcome, tuple(doubts)

    def _period(self, claim: BudgetClaim, moment: datetime) -> tuple[str, bool]:
        """Name the period that a moment lies in, and say whether it began before anything is known."""
        try:
            zone = ZoneInfo(claim.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            zone = ZoneInfo("UTC")
        local = moment.astimezone(zone)
        begin = local.replace(hour=0, minute=0, second=0, microsecond=0)
        if claim.period == "month":
            begin = begin.replace(day=1)
        return f"{claim.period} {begin.date()}", begin < self._since

    def _doubts(self, facts: RequestFacts, why: str | None) -> Iterator[Doubt]:
        for entry in self._by_content:
            if not _asks(entry, facts) or (why is None and _by_texts(entry)):
                continue
            yield Doubt(policy=entry.kind, why=NOT_RECORDED.get(entry.kind, why or NO_CONTENT))
        for entry in self._rbac:
            if entry.mode == "observe" or not isinstance(entry.options, RbacOptions) or not _applies(entry, facts):
                continue
            if set(entry.options.deny_if_missing) - _ATTRIBUTES:
                yield Doubt(policy=entry.kind, why=NO_HEADERS)
            rules = entry.options.roles.get(facts.role or "") or entry.options.roles.get("*")
            if rules is not None and (rules.allowed_tools is not None or rules.denied_tools):
                yield Doubt(policy=entry.kind, why=NO_TOOLS)


@dataclass(frozen=True)
class Impact:
    """What would become of all calls together."""

    replayed: tuple[Replayed, ...]

    @cached_property
    def judgements(self) -> Mapping[str, int]:
        """How many calls would end as they did, otherwise, could not be decided, or were not judged."""
        counts = {"unchanged": 0, "changed": 0, "undecided": 0, "not_judged": 0}
        for one in self.replayed:
            decided = "changed" if one.changed else "unchanged"
            counts[decided if one.judgement == "decided" else one.judgement] += 1
        return counts


def _judged_by_facts(entry: ChainEntry) -> bool:
    """Whether an entry says the same whatever a call's texts are: also one that refuses every call."""
    return (entry.kind in BY_FACTS and not _by_texts(entry)) or refused_option(entry.options) is not None


def _by_texts(entry: ChainEntry) -> bool:
    """Whether an entry judges by texts alone."""
    topical = isinstance(entry.options, HumanOversightOptions) and entry.options.asks_about_topics
    return entry.kind in BY_TEXTS or topical


def _asks(entry: ChainEntry, facts: RequestFacts) -> bool:
    """Whether what an entry says makes a difference to a call."""
    return entry.mode != "observe" and _applies(entry, facts)


def _run(chain: CompiledChain, facts: RequestFacts, captured: Captured) -> ChainOutcome:
    """What policies say of a call's texts: of its request, and of its answer unless that never was asked for."""

    def run(phase: Literal["input", "output"], texts: tuple[Text, ...], scanner: Scanner | None) -> ChainOutcome:
        review = None if scanner is None else Review(texts, scanner, b"")
        return run_chain(chain, replace(facts, phase=phase, review=review), lambda: 0)

    asked = run("input", captured.request, chain.scanner)
    if asked.verdict == "block" or captured.answer is None or not chain.output:
        return asked
    answered = run("output", captured.answer, chain.output_scanner)
    return answered if severity(answered.verdict) > severity(asked.verdict) else asked


def _applies(entry: ChainEntry, facts: RequestFacts) -> bool:
    condition = condition_of(entry.targeting)
    return entry.applies_to_team(facts.team) and (condition is None or condition(facts))


def _ns(moment: datetime) -> int:
    past = moment - _EPOCH
    return ((past.days * 86_400 + past.seconds) * 1_000_000 + past.microseconds) * 1_000
