"""From a document to one chain per team, so that a request pays only for its own policies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from keeptrusts.gateway.policies.audit_logger import AuditLogger
from keeptrusts.gateway.policies.globs import Globs
from keeptrusts.gateway.policies.model_access import ModelAccess
from keeptrusts.gateway.policies.protocol import ModelRule, Policy, RequestFacts
from keeptrusts.gateway.policies.rate_limit import WorkerShare
from keeptrusts.gateway.policies.rbac import Rbac, header_names
from keeptrusts.gateway.policies.registry import build_policy
from keeptrusts.schemas.policy_document.document import ChainEntry, FailMode, Mode, PolicyDocument, Targeting
from keeptrusts.schemas.policy_document.fingerprint import fingerprint
from keeptrusts.schemas.policy_document.kinds.access import RbacOptions
from keeptrusts.schemas.policy_document.kinds.oversight import AuditLoggerOptions

Condition = Callable[[RequestFacts], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledPolicy:
    """One policy of a chain; `applies` is None when it applies to every call of the chain."""

    kind: str
    name: str
    mode: Mode
    fail_mode: FailMode
    policy: Policy
    applies: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledChain:
    """The policies of one team in the order they run. `audit` is the first audit-logger's options, if any."""

    policies: tuple[CompiledPolicy, ...] = ()
    model_rules: tuple[tuple[Condition | None, ModelRule], ...] = ()
    audit: AuditLoggerOptions | None = None

    def kinds(self) -> tuple[str, ...]:
        """The kinds in running order."""
        return tuple(policy.kind for policy in self.policies)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledDocument:
    """A document ready to decide. `version` is its fingerprint, `header_names` (lower case) what rbac asks for."""

    document: PolicyDocument
    version: str
    header_names: frozenset[str]
    _by_team: Mapping[str, CompiledChain]
    _others: CompiledChain

    def chain_for(self, team: str | None) -> CompiledChain:
        """The chain of a team by slug; None and teams that no targeting names share one chain."""
        return self._by_team.get(team, self._others) if team is not None else self._others


def compile_document(document: PolicyDocument, workers: int = 1, worker: int = 0) -> CompiledDocument:
    """Compiles every chain once. `worker` of `workers` (from 0) enforces its share of each rate limit.

    Rate limits start empty. Raises ValueError when `worker` is not one of `workers`.
    """
    if not 0 <= worker < workers:
        raise ValueError(f"worker {worker} is not one of {workers}: number workers from 0")
    share = WorkerShare(workers=workers, worker=worker)
    entries = document.chain if document.enabled else ()
    built = tuple((entry, _compile_entry(entry, share)) for entry in entries)
    headers = [header_names(entry.options) for entry in entries if isinstance(entry.options, RbacOptions)]
    return CompiledDocument(
        document=document,
        version=fingerprint(document),
        header_names=frozenset().union(*headers),
        _by_team={slug: _chain(built, slug) for slug in document.named_teams()},
        _others=_chain(built, None),
    )


def _compile_entry(entry: ChainEntry, share: WorkerShare) -> CompiledPolicy:
    return CompiledPolicy(
        kind=entry.kind,
        name=entry.name,
        mode=entry.mode,
        fail_mode=entry.fail_mode,
        policy=build_policy(entry, share),
        applies=_condition(entry.targeting),
    )


def _chain(built: tuple[tuple[ChainEntry, CompiledPolicy], ...], team: str | None) -> CompiledChain:
    """The team's entries, rbac first, equal ones once."""
    chosen: list[tuple[ChainEntry, CompiledPolicy]] = []
    for entry, compiled in built:
        if entry.applies_to_team(team) and not any(_equal(entry, other) for other, _ in chosen):
            chosen.append((entry, compiled))
    chosen.sort(key=lambda pair: pair[0].kind != "rbac")
    policies = tuple(compiled for _, compiled in chosen)
    return CompiledChain(policies=policies, model_rules=_model_rules(policies), audit=_audit(policies))


def _equal(one: ChainEntry, other: ChainEntry) -> bool:
    """Whether two entries do the same for a team; how the team came to be named does not matter."""
    return (
        one.kind == other.kind
        and one.mode == other.mode
        and one.fail_mode == other.fail_mode
        and _beyond_team(one.targeting) == _beyond_team(other.targeting)
        and one.options == other.options
    )


def _beyond_team(targeting: Targeting | None) -> Targeting | None:
    return None if targeting is None or targeting.scope == "team" else targeting


def _model_rules(policies: tuple[CompiledPolicy, ...]) -> tuple[tuple[Condition | None, ModelRule], ...]:
    return tuple(
        (compiled.applies, compiled.policy)
        for compiled in policies
        if compiled.mode == "enforce" and isinstance(compiled.policy, Rbac | ModelAccess)
    )


def _audit(policies: tuple[CompiledPolicy, ...]) -> AuditLoggerOptions | None:
    return next((one.policy.options for one in policies if isinstance(one.policy, AuditLogger)), None)


def _condition(targeting: Targeting | None) -> Condition | None:
    """A test for targeting that is not decided by the team."""
    if targeting is None:
        return None
    names = frozenset(targeting.names)
    match targeting.scope:
        case "team":
            return None
        case "user":
            return lambda facts: facts.user in names
        case "role":
            return lambda facts: facts.role in names
        case "consumer_group":
            return lambda facts: facts.consumer_group in names
        case "gateway":
            return lambda facts: facts.gateway in names
        case "model":
            models = Globs.of(targeting.names)
            return lambda facts: facts.model is not None and models.matches(facts.model)
