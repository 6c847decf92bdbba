"""The raw shapes of every part that is not a policy: pack, providers, groups, gateway."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from keeptrusts.schemas.events.identity import Role
from keeptrusts.schemas.money import PICO_PER_NANO
from keeptrusts.schemas.policy_document.kinds.options import Section
from keeptrusts.schemas.policy_document.kinds.scalars import Flag, Name, Names, Text, UsdAmount, Whole

STRATEGIES = ("ordered", "round_robin", "lowest_latency", "cost_optimized", "random", "weighted")
STRATEGY_SPELLINGS: dict[str, str] = {
    "round-robin": "round_robin",
    "latency": "lowest_latency",
    "cost": "cost_optimized",
    "single": "ordered",
    "priority": "ordered",
}


def _strategy(value: object) -> object:
    return STRATEGY_SPELLINGS.get(value, value) if isinstance(value, str) else value


def _url(value: str) -> str:
    if not value.startswith(("http://", "https://")) or len(value) < 10 or any(char.isspace() for char in value):
        raise ValueError("a URL starts with https:// or http://")
    return value.rstrip("/")


def _per_token(nano_per_million: int) -> int:
    # nano-USD a million tokens is the same number as femto-USD a token; prices are kept in pico-USD.
    if nano_per_million % PICO_PER_NANO:
        raise ValueError("a price is US dollars a million tokens with at most 6 decimals")
    return nano_per_million // PICO_PER_NANO


def _secret_place(value: object) -> object:
    return {"env": value} if isinstance(value, str) else value


StrategyName = Annotated[
    Literal["ordered", "round_robin", "lowest_latency", "cost_optimized", "random", "weighted"],
    BeforeValidator(_strategy),
    WithJsonSchema({"enum": [*STRATEGIES, *sorted(STRATEGY_SPELLINGS)]}),
]
Url = Annotated[str, Field(max_length=2000), AfterValidator(_url)]
PicoPerToken = Annotated[UsdAmount, AfterValidator(_per_token)]
EnvName = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
StoreName = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9_.-]+$")]


class PackSection(Section):
    """Name, version and switch of a document."""

    name: Annotated[Name, Field(max_length=200)]
    version: Name | None = None
    enabled: Flag | None = None
    id: Name | None = None
    author: Annotated[str, Field(max_length=200)] = ""
    description: Annotated[str, Field(max_length=2000)] = ""


class SecretSection(Section):
    """Exactly one place where a secret is kept."""

    env: EnvName | None = None
    store: StoreName | None = None


class PricingSection(Section):
    """US dollars a million tokens, read exactly."""

    aliases: ClassVar[Mapping[str, str]] = {
        "input": "input_per_million",
        "output": "output_per_million",
        "cache_read": "cache_read_per_million",
        "cache_write": "cache_write_per_million",
        "cached": "cache_read_per_million",
    }
    input_per_million: PicoPerToken | None = None
    output_per_million: PicoPerToken | None = None
    cache_read_per_million: PicoPerToken | None = None
    cache_write_per_million: PicoPerToken | None = None


class DataPolicySection(Section):
    """What the operator declares about data at a target."""

    zero_data_retention: Flag | None = None
    training_opt_out: Flag | None = None
    retention_days: Whole | None = None
    region: Name | None = None


class TargetSection(Section):
    """One upstream, after a nested `provider` mapping was lifted into it."""

    aliases: ClassVar[Mapping[str, str]] = {
        "vendor": "provider",
        "endpoint": "base_url",
        "azure_endpoint": "base_url",
        "api_version": "azure_api_version",
        "deployment": "azure_deployment",
    }
    id: Name | None = None
    provider: Name | None = None
    model: Name | None = None
    models: Names = ()
    base_url: Url | None = None
    secret_key_ref: Annotated[SecretSection | None, BeforeValidator(_secret_place)] = None
    api_key: Annotated[str | None, Field(max_length=2000)] = None
    weight: Annotated[int, Field(strict=True, ge=0, le=1_000_000)] = 1
    pricing: PricingSection = PricingSection()
    data_policy: DataPolicySection = DataPolicySection()
    zdr: Flag | None = None
    azure_api_version: Name | None = None
    azure_deployment: Name | None = None
    enabled: Flag = True
    description: Text = ""


class GroupModelSection(Section):
    """One model of a consumer group."""

    provider: Name | None = None
    model: Name
    weight: Annotated[int, Field(strict=True, ge=0, le=1_000_000)] = 1


class ConsumerGroupSection(Section):
    """A kind of application and the models it may get."""

    aliases: ClassVar[Mapping[str, str]] = {"strategy": "routing"}
    name: Name
    models: tuple[GroupModelSection, ...] = ()
    routing: StrategyName = "ordered"
    strict: Flag = False
    description: Text = ""


class FallbackSection(Section):
    """When another target is tried."""

    aliases: ClassVar[Mapping[str, str]] = {"retry_on": "triggers", "max_retries": "max_fallback_attempts"}
    enabled: Flag = True
    triggers: tuple[Literal["rate_limit", "server_error", "5xx", "timeout"], ...] = (
        "rate_limit",
        "server_error",
        "timeout",
    )
    max_fallback_attempts: Annotated[int, Field(strict=True, ge=0, le=10)] = 3


class RoutingSection(Section):
    """The strategy, alone or with its fallback."""

    strategy: StrategyName = "ordered"
    fallback: FallbackSection | None = None


class GatewayFileSection(Section):
    """Behaviour of gateways that load the document."""

    anonymous: Flag = False
    fail_mode: Literal["block", "allow"] = "block"


class TargetingSection(Section):
    """Whom an entry applies to; the list is named after the scope."""

    scope: Literal["team", "user", "role", "consumer_group", "model", "gateway"] | None = None
    teams: Names | None = None
    users: Names | None = None
    roles: tuple[Role, ...] | None = None
    consumer_groups: Names | None = None
    models: Names | None = None
    gateways: Names | None = None


class EntrySettings(Section):
    """What every policy entry may say besides its kind's options. `enforcement` is the rollout mode."""

    name: Name | None = None
    enabled: Flag = True
    description: Text = ""
    enforcement: Literal["observe", "guide", "enforce"] = "enforce"
    fail_mode: Literal["block", "allow"] | None = None
    targeting: TargetingSection | None = None
