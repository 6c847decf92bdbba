"""The one normalized policy document that both YAML dialects become; what the gateway compiles."""

from dataclasses import dataclass, field
from typing import Literal

from keeptrusts.schemas.policy_document.kinds.options import KindOptions

Mode = Literal["observe", "guide", "enforce"]
FailMode = Literal["block", "allow"]
Scope = Literal["team", "user", "role", "consumer_group", "model", "gateway"]
Strategy = Literal["ordered", "round_robin", "lowest_latency", "cost_optimized", "random", "weighted"]

AUTO_MODEL = "auto"
"""The requested model that leaves the choice to the consumer group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """Who this document says it is. `enabled: false` switches every policy of it off."""

    name: str
    version: str = "0.0.0"
    enabled: bool = True
    id: str = ""
    author: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Targeting:
    """An entry applies to calls whose `scope` attribute is one of `names` (globs for models)."""

    scope: Scope
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainEntry:
    """One policy in the order printed, with its options checked."""

    kind: str
    name: str
    options: KindOptions
    mode: Mode = "enforce"
    fail_mode: FailMode = "block"
    targeting: Targeting | None = None
    description: str = ""

    def applies_to_team(self, slug: str | None) -> bool:
        """Whether the entry belongs to the chain of a team; entries of other scopes belong to every chain."""
        if self.targeting is None or self.targeting.scope != "team":
            return True
        return slug in self.targeting.names


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretReference:
    """Where a target's secret comes from: an environment variable, a stored secret, or (discouraged) the file."""

    env: str | None = None
    store: str | None = None
    literal: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetPricing:
    """Prices in pico-USD (1e-12) a token; None leaves the price table in force for that kind of token."""

    input_pico: int | None = None
    output_pico: int | None = None
    cache_read_pico: int | None = None
    cache_write_pico: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPolicy:
    """What the target's operator has declared about data; None is undeclared."""

    zero_data_retention: bool | None = None
    training_opt_out: bool | None = None
    retention_days: int | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One upstream; without models it serves what its vendor is known to serve."""

    id: str
    vendor: str
    models: tuple[str, ...] = ()
    base_url: str | None = None
    secret: SecretReference = SecretReference()
    weight: int = 1
    pricing: TargetPricing = TargetPricing()
    data_policy: DataPolicy = DataPolicy()
    azure_api_version: str | None = None
    azure_deployment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupModel:
    """One choice of a consumer group."""

    vendor: str
    model: str
    weight: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerGroup:
    """A kind of application; `strict` refuses models outside `models`."""

    name: str
    models: tuple[GroupModel, ...]
    routing: Strategy = "ordered"
    strict: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """How a target is chosen and when the next one is tried."""

    strategy: Strategy = "ordered"
    fallback_triggers: tuple[str, ...] = ("rate_limit", "server_error", "timeout")
    max_fallback_attempts: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySection:
    """What a gateway does with this document; `anonymous` opts out of required keys."""

    anonymous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDocument:
    """Everything a gateway needs from its policy files.

    `has_providers` is False when the files have no providers section: then the vendors whose standard
    environment variable is set are the targets. `has_policies` is False for a part of a file without policies.
    """

    pack: Pack | None = None
    chain: tuple[ChainEntry, ...] = ()
    targets: tuple[Target, ...] = ()
    consumer_groups: tuple[ConsumerGroup, ...] = ()
    routing: Routing = Routing()
    gateway: GatewaySection = GatewaySection()
    fail_mode: FailMode = "block"
    has_providers: bool = False
    has_policies: bool = False

    @property
    def enabled(self) -> bool:
        """False when the pack is switched off."""
        return self.pack is None or self.pack.enabled

    def named_teams(self) -> tuple[str, ...]:
        """Slugs that targeting names, in the order of first mention."""
        names = (
            name
            for entry in self.chain
            if entry.targeting and entry.targeting.scope == "team"
            for name in entry.targeting.names
        )
        return tuple(dict.fromkeys(names))
