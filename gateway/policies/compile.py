"""From a document to one chain per team, so that a request pays only for its own policies."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Final

from keeptrusts.gateway.detectors.database import Keeper
from keeptrusts.gateway.detectors.look import looking
from keeptrusts.gateway.detectors.openings import Openings, needs_whole
from keeptrusts.gateway.detectors.rules import Rule
from keeptrusts.gateway.detectors.scanner import Scanner
from keeptrusts.gateway.policies.agent_firewall import AgentFirewall
from keeptrusts.gateway.policies.audit_logger import AuditLogger
from keeptrusts.gateway.policies.captured_texts import KINDS, Capture, Redactor
from keeptrusts.gateway.policies.data_routing_policy import DataRoutingPolicy
from keeptrusts.gateway.policies.external_moderation import ExternalModeration
from keeptrusts.gateway.policies.globs import Globs
from keeptrusts.gateway.policies.human_oversight import HumanOversight
from keeptrusts.gateway.policies.model_access import ModelAccess
from keeptrusts.gateway.policies.protocol import ModelRule, Policy, RequestFacts
from keeptrusts.gateway.policies.rate_limit import KIND as RATE_LIMIT
from keeptrusts.gateway.policies.rate_limit import RateLimit, WorkerShare
from keeptrusts.gateway.policies.rbac import Rbac, header_names
from keeptrusts.gateway.policies.registry import build_policy
from keeptrusts.gateway.policies.shares import ShareBook, Sharing
from keeptrusts.gateway.policies.spend_limit import SpendLimit
from keeptrusts.gateway.policies.text_detector import TextDetector
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.policy_document.document import ChainEntry, FailMode, Mode, PolicyDocument, Targeting
from keeptrusts.schemas.policy_document.fingerprint import fingerprint
from keeptrusts.schemas.policy_document.kinds.access import RbacOptions
from keeptrusts.schemas.policy_document.kinds.content import Phase
from keeptrusts.schemas.policy_document.kinds.oversight import AuditLoggerOptions

Condition = Callable[[RequestFacts], bool]
MOST_SCANNERS: Final = 16
"""Sets of rules whose scanners are kept; a document with more compiles some again at a reload."""


@frozen
class CompiledPolicy:
    """One policy of a chain; `applies` is None when it applies to every call of the chain."""

    kind: str
    name: str
    mode: Mode
    fail_mode: FailMode
    policy: Policy
    applies: Condition | None = None
    phase: Phase = "input"


@frozen
class Keeping:
    """Which texts are kept: `entries` are the chain's audit-loggers, the first that applies counts.

    `keep_days` is for how long: the largest that any audit-logger of the document says. `redactor` takes out of them
    what the chain's detectors find, whatever they do about it.
    """

    entries: tuple[tuple[Condition | None, AuditLoggerOptions], ...]
    keep_days: int
    redactor: Redactor

    def captured(self, facts: RequestFacts) -> Capture | None:
        """What is kept of a call; None where nothing is."""
        for applies, options in self.entries:
            if applies is None or applies(facts):
                return None if options.capture == "none" else options.capture
        return None


@frozen
class CompiledChain:
    """The policies of one team in the order they run. `audit` is the first audit-logger's options, if any.

    `policies` judge a request, `output` its answer; a policy may be among both. `spending` are the spend-limits among
    them: they decide once a call's cost has a bound. `rates` are rate limits in force, whose shares calls wait for.
    `routing` are those that say where a call's data may go;
    `asks_for_actions`: one of them wants to know what an agent has done. `external` are those that ask another service,
    about requests or answers; they are in neither phase's list, since they are asked after all others.
    `scanner` and `output_scanner` look for everything that the policies of a phase want found; None where none of them
    looks at texts. `openings` let a streamed answer go as it is judged; None where it must be whole before it can be.
    `holds_answers`: somebody else judges them, so that nothing of a stream goes out before.
    `keeping` says what is kept of texts; None where nothing ever is.
    """

    policies: tuple[CompiledPolicy, ...] = ()
    output: tuple[CompiledPolicy, ...] = ()
    scanner: Scanner | None = None
    output_scanner: Scanner | None = None
    openings: Openings | None = None
    holds_answers: bool = False
    spending: tuple[tuple[CompiledPolicy, SpendLimit], ...] = ()
    routing: tuple[tuple[CompiledPolicy, DataRoutingPolicy], ...] = ()
    rates: tuple[tuple[CompiledPolicy, RateLimit], ...] = ()
    asks_for_actions: bool = False
    external: tuple[tuple[CompiledPolicy, ExternalModeration], ...] = ()
    model_rules: tuple[tuple[Condition | None, ModelRule], ...] = ()
    audit: AuditLoggerOptions | None = None
    keeping: Keeping | None = None

    def kinds(self) -> tuple[str, ...]:
        """The kinds in running order: those that only judge answers behind, and those that ask another service last."""
        only_output = (policy for policy in self.output if policy not in self.policies)
        external = (compiled for compiled, _ in self.external)
        return tuple(policy.kind for policy in (*self.policies, *only_output, *external))


@frozen
class _Aim:
    """Whom an entry is for: its kind, the teams (None: all) and the targeting beyond them."""

    kind: str
    teams: frozenset[str] | None
    beyond_team: Targeting | None

    @classmethod
    def of(cls, entry: ChainEntry) -> "_Aim":
        # How a team came to be named makes no difference to what an entry does for it.
        if entry.targeting is not None and entry.targeting.scope == "team":
            return cls(kind=entry.kind, teams=frozenset(entry.targeting.names), beyond_team=None)
        return cls(kind=entry.kind, teams=None, beyond_team=entry.targeting)

    def overlaps(self, other: "_Aim") -> bool:
        """Whether calls of one team may be aimed at by both; what there is beyond teams is not looked at."""
        if self.kind != other.kind:
            return False
        return self.teams is None or other.teams is None or not self.teams.isdisjoint(other.teams)


@frozen
class _Built:
    """A compiled entry, whom it is for, and `meaning`, which equal entries share whatever their teams."""

    compiled: CompiledPolicy
    aim: _Aim
    meaning: Hashable

    @property
    def key(self) -> Hashable:
        """What two entries share that are the same in two documents."""
        return self.meaning, self.aim


class _Predecessors:
    """The policies of the document before this one: each is succeeded once."""

    def __init__(self, before: "CompiledDocument | None", staying: frozenset[Hashable]) -> None:
        built = () if before is None else before._built
        self._same = {one.key: one.compiled.policy for one in built}
        self._gone = [one for one in built if one.key not in staying]

    def same(self, key: Hashable) -> Policy | None:
        """The policy that stands in both documents."""
        return self._same.get(key)

    def changed(self, aim: _Aim) -> Policy | None:
        """The policy that is gone and was for the same callers, or else for some of them; the first of several."""
        found = next((one for one in self._gone if one.aim == aim), None)
        if found is None:
            found = next((one for one in self._gone if one.aim.overlaps(aim)), None)
        if found is None:
            return None
        self._gone.remove(found)
        return found.compiled.policy


@frozen
class CompiledDocument:
    """A document ready to decide. `version` is its fingerprint, `header_names` (lower case) what rbac asks for.

    `shares` is the book of its rate limits where they are those of all gateways together.
    """

    document: PolicyDocument
    version: str
    header_names: frozenset[str]
    _by_team: Mapping[str, CompiledChain]
    _others: CompiledChain
    _built: tuple[_Built, ...] = ()
    shares: ShareBook | None = None

    def chain_for(self, team: str | None) -> CompiledChain:
        """The chain of a team by slug; None and teams that no targeting names share one chain."""
        return self._by_team.get(team, self._others) if team is not None else self._others

    def compiled_entries(self) -> tuple[tuple[ChainEntry, CompiledPolicy], ...]:
        """Every entry in the order printed with what it was compiled to; none where the pack is switched off."""
        entries = self.document.chain if self.document.enabled else ()
        return tuple((entry, one.compiled) for entry, one in zip(entries, self._built, strict=True))


def compile_document(
    document: PolicyDocument,
    workers: int = 1,
    worker: int = 0,
    before: CompiledDocument | None = None,
    keeper: Keeper | None = None,
    shares: ShareBook | None = None,
) -> CompiledDocument:
    """Compiles every chain once. `worker` of `workers` (from 0) enforces its share of each rate limit.

    Rate limits go on with the counts of `before` (compiled for the same worker), also where their numbers, their mode
    or their targeting have changed: a reload is no fresh allowance. New tiers, and entries for other teams, start
    empty. With `shares`, rate limits are those of all gateways together, and no worker's part is fixed. Raises
    ValueError when `worker` is not one of `workers`.
    """
    if not 0 <= worker < workers:
        raise ValueError(f"worker {worker} is not one of {workers}: number workers from 0")
    share = WorkerShare(workers=workers, worker=worker)
    entries = document.chain if document.enabled else ()
    staying = frozenset((_meaning(entry), _Aim.of(entry)) for entry in entries)
    predecessors = _Predecessors(before, staying)
    named = [None if shares is None else Sharing(scope=scope, book=shares) for scope in _scopes(entries)]
    built = tuple(_compile_entry(entry, share, predecessors, one) for entry, one in zip(entries, named, strict=True))
    keep_days = max(
        (one.options.retention_days for one in entries if isinstance(one.options, AuditLoggerOptions)), default=0
    )
    headers = [header_names(entry.options) for entry in entries if isinstance(entry.options, RbacOptions)]
    return CompiledDocument(
        document=document,
        version=fingerprint(document),
        header_names=frozenset().union(*headers),
        _by_team={slug: _chain(built, slug, keeper, keep_days) for slug in document.named_teams()},
        _others=_chain(built, None, keeper, keep_days),
        _built=built,
        shares=shares,
    )


def _meaning(entry: ChainEntry) -> Hashable:
    return entry.kind, entry.mode, entry.fail_mode, _Aim.of(entry).beyond_team, entry.options.model_dump_json()


def _scopes(entries: Sequence[ChainEntry]) -> tuple[str, ...]:
    """Names of rate limits that all gateways give them which have the same document: by whom an entry is aimed at.

    Entries aimed at the same callers are numbered; numbers and modes of an entry are no part of its name.
    """
    met: dict[str, int] = {}
    names = []
    for entry in entries:
        aim = _Aim.of(entry)
        teams = "" if aim.teams is None else " ".join(sorted(aim.teams))
        beyond = "" if aim.beyond_team is None else f"{aim.beyond_team.scope} {sorted(aim.beyond_team.names)}"
        aimed = sha256(f"{teams}|{beyond}".encode()).hexdigest()[:16] if teams or beyond else "all"
        name = f"{entry.kind}/{aimed}"
        met[name] = met.get(name, 0) + (1 if entry.kind == RATE_LIMIT else 0)
        names.append(name if met[name] <= 1 else f"{name}.{met[name]}")
    return tuple(names)


def _compile_entry(
    entry: ChainEntry, share: WorkerShare, predecessors: _Predecessors, sharing: Sharing | None
) -> _Built:
    meaning, aim = _meaning(entry), _Aim.of(entry)
    policy = predecessors.same((meaning, aim))
    if policy is None:
        policy = build_policy(entry, share, predecessors.changed(aim), sharing)
    elif isinstance(policy, RateLimit) and policy.sharing != sharing:  # it goes by another name now
        policy = build_policy(entry, share, policy, sharing)
    compiled = CompiledPolicy(
        kind=entry.kind,
        name=entry.name,
        mode=entry.mode,
        fail_mode=entry.fail_mode,
        policy=policy,
        applies=condition_of(entry.targeting),
        phase=policy.phase if isinstance(policy, TextDetector | HumanOversight) else "input",
    )
    return _Built(compiled=compiled, aim=aim, meaning=meaning)


def _chain(built: tuple[_Built, ...], team: str | None, keeper: Keeper | None, keep_days: int) -> CompiledChain:
    """The team's entries, rbac first, equal ones once."""
    chosen: dict[Hashable, CompiledPolicy] = {}
    for one in built:
        if one.aim.teams is None or team in one.aim.teams:
            chosen.setdefault(one.meaning, one.compiled)
    first_rbac = sorted(chosen.values(), key=lambda compiled: compiled.kind != "rbac")
    external = tuple((one, one.policy) for one in first_rbac if isinstance(one.policy, ExternalModeration))
    ordered = tuple(one for one in first_rbac if not isinstance(one.policy, ExternalModeration))
    policies = tuple(one for one in ordered if one.phase != "output")
    output = tuple(one for one in ordered if one.phase != "input")
    return CompiledChain(
        policies=policies,
        output=output,
        scanner=_scanner(policies, keeper),
        output_scanner=_scanner(output, keeper),
        openings=_openings(output, keeper),
        holds_answers=any(policy.phase != "input" for _, policy in external) or any(map(_asks_person, output)),
        spending=tuple((one, one.policy) for one in policies if isinstance(one.policy, SpendLimit)),
        rates=tuple(
            (one, one.policy) for one in policies if isinstance(one.policy, RateLimit) and one.mode == "enforce"
        ),
        routing=tuple((one, one.policy) for one in policies if isinstance(one.policy, DataRoutingPolicy)),
        asks_for_actions=any(isinstance(one.policy, AgentFirewall) for one in policies),
        external=external,
        model_rules=_model_rules(policies),
        audit=_audit(policies),
        keeping=_keeping(ordered, keeper, keep_days),
    )


def _asks_person(compiled: CompiledPolicy) -> bool:
    """Say whether a policy may have an answer held: in observe and guide it only says that it would have."""
    policy = compiled.policy
    asks = isinstance(policy, HumanOversight) or (isinstance(policy, TextDetector) and policy.escalates)
    return asks and compiled.mode == "enforce"


def _scanner(policies: tuple[CompiledPolicy, ...], keeper: Keeper | None) -> Scanner | None:
    """The scanner for all that these policies look for."""
    rules = _rules(policies)
    return _shared(rules, keeper) if rules else None


def _rules(policies: tuple[CompiledPolicy, ...]) -> tuple[Rule, ...]:
    rules = {rule.id: rule for one in policies if isinstance(one.policy, TextDetector) for rule in one.policy.rules}
    return tuple(sorted(rules.values(), key=lambda rule: rule.id))


def _openings(policies: tuple[CompiledPolicy, ...], keeper: Keeper | None) -> Openings | None:
    """What lets streams go under these policies; None where one of them needs the whole answer, or its rules do."""
    if not policies or not all(isinstance(one.policy, TextDetector) and not one.policy.reads_whole for one in policies):
        return None
    rules = _rules(policies)
    return None if not rules or any(needs_whole(rule) for rule in rules) else _shared_openings(rules, keeper)


@lru_cache(maxsize=MOST_SCANNERS)
def _shared(rules: tuple[Rule, ...], keeper: Keeper | None) -> Scanner:
    """Chains that look for the same share one scanner, also over reloads: to compile one takes seconds."""
    return looking(rules, keeper)


@lru_cache(maxsize=MOST_SCANNERS)
def _shared_openings(rules: tuple[Rule, ...], keeper: Keeper | None) -> Openings:
    return Openings(_shared(rules, keeper))


def _model_rules(policies: tuple[CompiledPolicy, ...]) -> tuple[tuple[Condition | None, ModelRule], ...]:
    return tuple(
        (compiled.applies, compiled.policy)
        for compiled in policies
        if compiled.mode == "enforce" and isinstance(compiled.policy, Rbac | ModelAccess)
    )


def _keeping(policies: tuple[CompiledPolicy, ...], keeper: Keeper | None, keep_days: int) -> Keeping | None:
    """What is kept of texts; None where no audit-logger in force keeps any."""
    entries = tuple(
        (one.applies, one.policy.options)
        for one in policies
        if isinstance(one.policy, AuditLogger) and one.mode == "enforce"
    )
    if all(options.capture == "none" for _, options in entries):
        return None
    found = tuple(one for one in policies if one.kind in KINDS)
    redacts = any(options.capture == "redacted" for _, options in entries)
    return Keeping(
        entries=entries,
        keep_days=keep_days,
        redactor=Redactor(
            scanner=_scanner(found, keeper) if redacts else None,
            detectors=tuple(one.policy for one in found if isinstance(one.policy, TextDetector)),
        ),
    )


def _audit(policies: tuple[CompiledPolicy, ...]) -> AuditLoggerOptions | None:
    return next((one.policy.options for one in policies if isinstance(one.policy, AuditLogger)), None)


def condition_of(targeting: Targeting | None) -> Condition | None:
    """A test for targeting that is not decided by the team."""
    if targeting is None:
        return None
    names = frozenset(targeting.names)
    match targeting.scope:
        case "team":
            return None
        case "user":
            emails = frozenset(name.lower() for name in names if "@" in name)
            if not emails:
                return lambda facts: facts.user in names
            return lambda facts: facts.user in names or (facts.user_email or "").lower() in emails
        case "role":
            return lambda facts: facts.role in names
        case "consumer_group":
            return lambda facts: facts.consumer_group in names
        case "gateway":
            return lambda facts: facts.gateway in names
        case "model":
            models = Globs.of(targeting.names)
            return lambda facts: facts.model is not None and models.matches(facts.model)
