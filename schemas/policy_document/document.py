"""The one normalized policy document that both YAML dialects become; what the gateway compiles."""

from dataclasses import field
from datetime import date
from typing import Literal

from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.policy_document.kinds.options import KindOptions
from keeptrusts.schemas.policy_document.vendors import Wire

Mode = Literal["observe", "guide", "enforce"]
FailMode = Literal["block", "allow"]
Scope = Literal["team", "user", "role", "consumer_group", "model", "gateway"]
Strategy = Literal["ordered", "round_robin", "lowest_latency", "cost_optimized", "random", "weighted"]
UnknownPrice = Literal["allow", "refuse"]
Estimate = Literal["bounded", "typical"]

AUTO_MODEL = "auto"
"""The requested model that leaves the choice to the consumer group."""


@frozen
class Pack:
    """Who this document says it is. `enabled: false` switches every policy of it off."""

    name: str
    version: str = "0.0.0"
    enabled: bool = True
    id: str = ""
    author: str = ""
    description: str = ""


@frozen
class Targeting:
    """An entry applies to calls whose `scope` attribute is one of `names` (globs for models)."""

    scope: Scope
    names: tuple[str, ...]


@frozen
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


@frozen
class SecretReference:
    """Where a target's secret comes from: an environment variable, a stored secret, or (discouraged) the file."""

    env: str | None = None
    store: str | None = None
    literal: str | None = field(default=None, repr=False)


@frozen
class TargetPricing:
    """Prices in pico-USD (1e-12) a token; None leaves the price table in force for that kind of token.

    `later` holds what replaces these prices as a whole, each from the beginning (UTC) of its `since` on, in
    ascending order; `since` is None for the prices before the first of them.
    """

    input_pico: int | None = None
    output_pico: int | None = None
    cache_read_pico: int | None = None
    cache_write_pico: int | None = None
    reasoning_pico: int | None = None
    since: date | None = None
    later: tuple["TargetPricing", ...] = ()


@frozen
class DataPolicy:
    """What the target's operator has declared about data; None is undeclared."""

    zero_data_retention: bool | None = None
    training_opt_out: bool | None = None
    retention_days: int | None = None
    region: str | None = None


@frozen
class Target:
    """One upstream; without models it serves what its vendor is known to serve.

    `weight` 0 is chosen only as a fallback. `timeout_s` bounds one attempt at this target. `format` is the wire spoken
    there, None for the vendor's own.
    """

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
    aws_region: str | None = None
    format: Wire | None = None
    timeout_s: int | None = None


@frozen
class GroupModel:
    """One choice of a consumer group."""

    vendor: str
    model: str
    weight: int = 1


@frozen
class ConsumerGroup:
    """A kind of application; `strict` refuses models outside `models`.

    Without a `routing` of its own the strategy of the providers section holds. `budget_fallbacks` are the models,
    or aliases, that calls go to once their budget is reached; empty: those of the providers section.
    """

    name: str
    models: tuple[GroupModel, ...]
    routing: Strategy | None = None
    strict: bool = False
    description: str = ""
    budget_fallbacks: tuple[str, ...] = ()


@frozen
class Routing:
    """How a target is chosen and when the next one is tried.

    `timeout_s` bounds a call with all its attempts. `retry_percent` is the largest share of calls that may be tried
    again, `exploration_percent` the share that lowest_latency spends on looking at the other targets.
    """

    strategy: Strategy = "ordered"
    fallback_triggers: tuple[str, ...] = ("rate_limit", "server_error", "timeout")
    max_fallback_attempts: int = 3
    retry_percent: int = 20
    exploration_percent: int = 5
    timeout_s: int | None = None
    budget_fallbacks: tuple[str, ...] = ()


@frozen
class CircuitBreaker:
    """When calls stop going to a target that fails, and when one is let through to see whether it works again.

    It opens after `failure_threshold` failures in a row, or when at least `failure_percent` of at least
    `minimum_requests` calls within `window_s` failed; for `cooldown_s`, doubled each time in a row it opens again.
    `probes` calls, one after another, must succeed to close it.
    """

    enabled: bool = True
    failure_threshold: int = 5
    failure_percent: int = 50
    minimum_requests: int = 20
    window_s: int = 30
    cooldown_s: int = 5
    max_cooldown_s: int = 60
    probes: int = 1


@frozen
class ModelAlias:
    """A name that callers may ask for, and the model it stands for; `target` None: any target that serves it."""

    name: str
    model: str
    target: str | None = None


@frozen
class GatewaySection:
    """What a gateway does with this document; `anonymous` opts out of required keys.

    `unknown_price` says whether a model without a known price may be called.
    """

    anonymous: bool = False
    unknown_price: UnknownPrice = "allow"


@frozen
class WalletOptions:
    """How calls are paid for.

    A call that no wallet covers waits up to `max_wait_s` for money, 0: not at all. One without a limit of its output
    gets `default_max_output_tokens`. With `shrink_to_fit` a limit is lowered to what is covered. `estimate` typical
    also lets calls through whose cost has no upper bound; what they cost above the estimate is nobody's.
    """

    max_wait_s: int = 30
    default_max_output_tokens: int = 4_096
    shrink_to_fit: bool = False
    estimate: Estimate = "bounded"


@frozen
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
    circuit_breaker: CircuitBreaker = CircuitBreaker()
    aliases: tuple[ModelAlias, ...] = ()
    gateway: GatewaySection = GatewaySection()
    wallets: WalletOptions = WalletOptions()
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
