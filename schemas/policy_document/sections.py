"""The raw shapes of every part that is not a policy: pack, providers, groups, gateway."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from keeptrusts.schemas.events.identity import Role
from keeptrusts.schemas.money import PICO_PER_NANO
from keeptrusts.schemas.policy_document.kinds.options import Section
from keeptrusts.schemas.policy_document.kinds.scalars import Flag, Name, Names, Text, UsdAmount, Whole
from keeptrusts.schemas.policy_document.vendors import Wire

STRATEGIES = ("ordered", "round_robin", "lowest_latency", "cost_optimized", "random", "weighted")
TRIGGERS = ("rate_limit", "server_error", "timeout")
TRIGGER_SPELLINGS: dict[str, str] = {
    "5xx": "server_error",
    "service_unavailable": "server_error",
    "rate_limit_exceeded": "rate_limit",
}
STRATEGY_SPELLINGS: dict[str, str] = {
    "round-robin": "round_robin",
    "latency": "lowest_latency",
    "cost": "cost_optimized",
    "single": "ordered",
    "priority": "ordered",
}


def _strategy(value: object) -> object:
    return STRATEGY_SPELLINGS.get(value, value) if isinstance(value, str) else value


def _trigger(value: object) -> object:
    return TRIGGER_SPELLINGS.get(value, value) if isinstance(value, str) else value


def _day(value: object) -> date:
    if isinstance(value, str) and len(value) == 10:
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise ValueError(f"not a day: {error}") from None
    raise ValueError("a day is written YYYY-MM-DD, such as 2026-01-31")


def _url(value: str) -> str:
    if not value.startswith(("http://", "https://")) or len(value) < 10 or any(char.isspace() for char in value):
        raise ValueError("a URL starts with https:// or http://")
    return value.rstrip("/")


def _region(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}", value):
        raise ValueError("an AWS region is written as us-east-1 is")
    return value


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
Fallbacks = Annotated[tuple[Name, ...], Field(max_length=20)]
Url = Annotated[str, Field(max_length=2000), AfterValidator(_url)]
TriggerName = Annotated[
    Literal["rate_limit", "server_error", "timeout"],
    BeforeValidator(_trigger),
    WithJsonSchema({"enum": [*TRIGGERS, *sorted(TRIGGER_SPELLINGS)]}),
]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Seconds = Annotated[int, Field(strict=True, ge=1, le=3_600)]
Percent = Annotated[int, Field(strict=True, ge=0, le=100)]
Weight = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
PicoPerToken = Annotated[UsdAmount, AfterValidator(_per_token)]
EnvName = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
RegionName = Annotated[str, Field(max_length=40), AfterValidator(_region)]
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
    """US dollars a million tokens, read exactly; in a list, from the beginning (UTC) of the day `from` on."""

    aliases: ClassVar[Mapping[str, str]] = {
        "input": "input_per_million",
        "output": "output_per_million",
        "cache_read": "cache_read_per_million",
        "cache_write": "cache_write_per_million",
        "cached": "cache_read_per_million",
        "reasoning": "reasoning_per_million",
        "input_per_1m": "input_per_million",
        "output_per_1m": "output_per_million",
        "cache_read_per_1m": "cache_read_per_million",
        "cache_write_per_1m": "cache_write_per_million",
        "reasoning_per_1m": "reasoning_per_million",
    }
    since: Day | None = Field(default=None, alias="from")
    input_per_million: PicoPerToken | None = None
    output_per_million: PicoPerToken | None = None
    cache_read_per_million: PicoPerToken | None = None
    cache_write_per_million: PicoPerToken | None = None
    reasoning_per_million: PicoPerToken | None = None


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
        "region": "aws_region",
        "provider_type": "format",
        "timeout": "timeout_seconds",
    }
    id: Name | None = None
    provider: Name | None = None
    model: Name | None = None
    models: Names = ()
    base_url: Url | None = None
    secret_key_ref: Annotated[SecretSection | None, BeforeValidator(_secret_place)] = None
    api_key: Annotated[str | None, Field(max_length=2000)] = None
    weight: Weight = 1
    pricing: Annotated[tuple[PricingSection, ...], Field(max_length=100)] = ()
    data_policy: DataPolicySection = DataPolicySection()
    zdr: Flag | None = None
    azure_api_version: Name | None = None
    azure_deployment: Name | None = None
    aws_region: RegionName | None = None
    format: Wire | None = None
    timeout_seconds: Seconds | None = None
    enabled: Flag = True
    description: Text = ""


class GroupModelSection(Section):
    """One model of a consumer group."""

    provider: Name | None = None
    model: Name
    weight: Weight = 1


class ConsumerGroupSection(Section):
    """A kind of application and the models it may get."""

    aliases: ClassVar[Mapping[str, str]] = {"strategy": "routing", "cheaper_at_cap": "budget_fallbacks"}
    name: Name
    models: tuple[GroupModelSection, ...] = ()
    routing: StrategyName | None = None
    strict: Flag = False
    budget_fallbacks: Fallbacks = ()
    description: Text = ""


class FallbackSection(Section):
    """When another target is tried."""

    aliases: ClassVar[Mapping[str, str]] = {"retry_on": "triggers", "max_retries": "max_fallback_attempts"}
    enabled: Flag = True
    triggers: tuple[TriggerName, ...] = ("rate_limit", "server_error", "timeout")
    max_fallback_attempts: Annotated[int, Field(strict=True, ge=0, le=10)] = 3
    retry_percent: Percent = 20


class RoutingSection(Section):
    """The strategy, alone or with its fallback; `timeout_seconds` is for a call with all its attempts."""

    aliases: ClassVar[Mapping[str, str]] = {"timeout": "timeout_seconds", "cheaper_at_cap": "budget_fallbacks"}
    strategy: StrategyName = "ordered"
    fallback: FallbackSection | None = None
    timeout_seconds: Seconds | None = None
    exploration_percent: Percent = 5
    budget_fallbacks: Fallbacks = ()


class CircuitBreakerSection(Section):
    """When calls stop going to a target that fails, and how it is tried again."""

    enabled: Flag = True
    failure_threshold: Annotated[int, Field(strict=True, ge=1, le=1_000)] = 5
    failure_percent: Annotated[int, Field(strict=True, ge=1, le=100)] = 50
    minimum_requests: Annotated[int, Field(strict=True, ge=1, le=100_000)] = 20
    window_seconds: Seconds = 30
    cooldown_seconds: Seconds = 5
    max_cooldown_seconds: Seconds = 60
    probes: Annotated[int, Field(strict=True, ge=1, le=10)] = 1

    @model_validator(mode="after")
    def _cooldown_fits(self) -> Self:
        if self.cooldown_seconds > self.max_cooldown_seconds:
            raise ValueError("cooldown_seconds is longer than max_cooldown_seconds")
        return self


class AliasSection(Section):
    """What an alias stands for: a model, at one target or wherever it is served."""

    target: Name | None = None
    model: Name


class GatewayFileSection(Section):
    """Behaviour of gateways that load the document."""

    anonymous: Flag = False
    fail_mode: Literal["block", "allow"] = "block"
    unknown_price: Literal["allow", "refuse"] = "allow"


class WalletsSection(Section):
    """How calls are paid for; `max_wait_seconds` 0 refuses at once what no wallet covers."""

    aliases: ClassVar[Mapping[str, str]] = {
        "max_wait": "max_wait_seconds",
        "default_max_tokens": "default_max_output_tokens",
    }
    max_wait_seconds: Annotated[int, Field(strict=True, ge=0, le=600)] = 30
    default_max_output_tokens: Annotated[int, Field(strict=True, ge=16, le=1_000_000)] = 4_096
    shrink_to_fit: Flag = False
    estimate: Literal["bounded", "typical"] = "bounded"


class TargetingSection(Section):
    """Whom an entry applies to; the list is named after the scope."""

    scope: Literal["team", "user", "role", "consumer_group", "model", "gateway"] | None = Field(
        None, description="What callers are chosen by; may be left out where one list is given."
    )
    teams: Names | None = Field(None, description="Slugs of teams.")
    users: Names | None = Field(None, description="Ids of users.")
    roles: tuple[Role, ...] | None = Field(None, description="Roles: owner, admin, member.")
    consumer_groups: Names | None = Field(None, description="Names of consumer groups.")
    models: Names | None = Field(None, description='Names of models; "*" stands for any text.')
    gateways: Names | None = Field(None, description="Names of gateways.")


class EntrySettings(Section):
    """What every policy entry may say besides its kind's options. `enforcement` is the rollout mode."""

    name: Name | None = Field(None, description="What records call the entry; the kind, if nothing is said.")
    enabled: Flag = Field(True, description="False leaves the entry out.")
    description: Text = Field("", description="A remark for readers of the file.")
    enforcement: Literal["observe", "guide", "enforce"] = Field(
        "enforce",
        description="observe records what the policy says, guide makes it a warning, enforce acts on it; also: mode.",
    )
    fail_mode: Literal["block", "allow"] | None = Field(
        None, description="What becomes of calls when the policy itself fails; gateway.fail_mode, if nothing is said."
    )
    targeting: TargetingSection | None = Field(None, description="Whose calls the entry is for; absent: everyone's.")
