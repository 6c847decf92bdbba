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

    name: Annotated[Name, Field(max_length=200)] = Field(description="What the file is called.")
    version: Name | None = Field(None, description="MAJOR.MINOR.PATCH.")
    enabled: Flag | None = Field(None, description="False switches off every policy of the file.")
    id: Name | None = Field(None, description="A second name that stays; the name, if nothing is said.")
    author: Annotated[str, Field(max_length=200)] = Field("", description="Who wrote it.")
    description: Annotated[str, Field(max_length=2000)] = Field("", description="A remark for readers of the file.")


class SecretSection(Section):
    """Exactly one place where a secret is kept."""

    env: EnvName | None = Field(None, description="The environment variable that holds the secret.")
    store: StoreName | None = Field(None, description="The entry of a secret store that holds it.")


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
    since: Day | None = Field(
        default=None, alias="from", description="The day (UTC) from whose beginning on these prices hold."
    )
    input_per_million: PicoPerToken | None = Field(None, description="US dollars a million input tokens.")
    output_per_million: PicoPerToken | None = Field(None, description="US dollars a million output tokens.")
    cache_read_per_million: PicoPerToken | None = Field(
        None, description="US dollars a million input tokens that come from a cache."
    )
    cache_write_per_million: PicoPerToken | None = Field(
        None, description="US dollars a million input tokens that are written to a cache."
    )
    reasoning_per_million: PicoPerToken | None = Field(None, description="US dollars a million reasoning tokens.")


class DataPolicySection(Section):
    """What the operator declares about data at a target."""

    zero_data_retention: Flag | None = Field(None, description="Nothing is kept there.")
    training_opt_out: Flag | None = Field(None, description="Nothing is trained on there.")
    retention_days: Whole | None = Field(None, description="Days for which data is kept there.")
    region: Name | None = Field(None, description="Where data is processed.")


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
    id: Name | None = Field(None, description="What records call the target, unique in the file.")
    provider: Name | None = Field(None, description="The vendor, such as openai; read from the id, if nothing is said.")
    model: Name | None = Field(None, description="The model that is served.")
    models: Names = Field((), description="The models that are served; none: what the vendor is known to serve.")
    base_url: Url | None = Field(None, description="Where the target is, if not at the vendor's usual address.")
    secret_key_ref: Annotated[SecretSection | None, BeforeValidator(_secret_place)] = Field(
        None, description="Where its key is kept; the vendor's usual variable, if nothing is said."
    )
    api_key: Annotated[str | None, Field(max_length=2000)] = Field(
        None, description="The key itself, which everybody who reads the file can use."
    )
    weight: Weight = Field(1, description="Its share among targets that serve the same; 0: only as a fallback.")
    pricing: Annotated[tuple[PricingSection, ...], Field(max_length=100)] = Field(
        (), description="Prices of its own, in place of the price list's."
    )
    data_policy: DataPolicySection = Field(
        DataPolicySection(), description="What its operator has declared about data."
    )
    zdr: Flag | None = Field(None, description="Another way to say data_policy.zero_data_retention.")
    azure_api_version: Name | None = Field(None, description="The API version of Azure.")
    azure_deployment: Name | None = Field(
        None, description="The deployment of Azure, if it is not called as the model."
    )
    aws_region: RegionName | None = Field(None, description="The region of Bedrock.")
    format: Wire | None = Field(None, description="The wire that is spoken there, if not the vendor's own.")
    timeout_seconds: Seconds | None = Field(None, description="Seconds that one attempt may take.")
    enabled: Flag = Field(True, description="False leaves the target out.")
    description: Text = Field("", description="A remark for readers of the file.")


class GroupModelSection(Section):
    """One model of a consumer group."""

    provider: Name | None = Field(None, description="The vendor; known from the model's name, if nothing is said.")
    model: Name = Field(description="The model.")
    weight: Weight = Field(1, description="Its share among the models of the group.")


class ConsumerGroupSection(Section):
    """A kind of application and the models it may get."""

    aliases: ClassVar[Mapping[str, str]] = {"strategy": "routing", "cheaper_at_cap": "budget_fallbacks"}
    name: Name = Field(description="What keys and the header X-Keeptrusts-Consumer-Group say.")
    models: tuple[GroupModelSection, ...] = Field((), description="The models that calls of the group may get.")
    routing: StrategyName | None = Field(
        None, description="How one of them is chosen; as in providers.routing, if nothing is said."
    )
    strict: Flag = Field(False, description="Refuse models outside the group.")
    budget_fallbacks: Fallbacks = Field((), description="Models that calls go to once their budget is reached.")
    description: Text = Field("", description="A remark for readers of the file.")


class FallbackSection(Section):
    """When another target is tried."""

    aliases: ClassVar[Mapping[str, str]] = {"retry_on": "triggers", "max_retries": "max_fallback_attempts"}
    enabled: Flag = Field(True, description="Whether another target is tried at all.")
    triggers: tuple[TriggerName, ...] = Field(
        ("rate_limit", "server_error", "timeout"), description="What another target is tried after."
    )
    max_fallback_attempts: Annotated[int, Field(strict=True, ge=0, le=10)] = Field(
        3, description="The most further attempts of one call."
    )
    retry_percent: Percent = Field(20, description="The largest share of calls that may be tried again.")


class RoutingSection(Section):
    """The strategy, alone or with its fallback; `timeout_seconds` is for a call with all its attempts."""

    aliases: ClassVar[Mapping[str, str]] = {"timeout": "timeout_seconds", "cheaper_at_cap": "budget_fallbacks"}
    strategy: StrategyName = Field("ordered", description="How a target is chosen among those that serve a call.")
    fallback: FallbackSection | None = Field(None, description="When another target is tried.")
    timeout_seconds: Seconds | None = Field(None, description="Seconds that a call may take with all its attempts.")
    exploration_percent: Percent = Field(
        5, description="The share of calls with which lowest_latency looks at other targets."
    )
    budget_fallbacks: Fallbacks = Field((), description="Models that calls go to once their budget is reached.")


class CircuitBreakerSection(Section):
    """When calls stop going to a target that fails, and how it is tried again."""

    enabled: Flag = Field(True, description="Whether failing targets are left alone for a while.")
    failure_threshold: Annotated[int, Field(strict=True, ge=1, le=1_000)] = Field(
        5, description="Failures in a row after which a target is left alone."
    )
    failure_percent: Annotated[int, Field(strict=True, ge=1, le=100)] = Field(
        50, description="Failures of a hundred calls after which it is."
    )
    minimum_requests: Annotated[int, Field(strict=True, ge=1, le=100_000)] = Field(
        20, description="Calls without which failure_percent does not count."
    )
    window_seconds: Seconds = Field(30, description="Seconds over which calls are counted.")
    cooldown_seconds: Seconds = Field(5, description="Seconds for which it is left alone at first.")
    max_cooldown_seconds: Seconds = Field(60, description="The most seconds, after several times in a row.")
    probes: Annotated[int, Field(strict=True, ge=1, le=10)] = Field(
        1, description="Calls that must succeed before it is used again."
    )

    @model_validator(mode="after")
    def _cooldown_fits(self) -> Self:
        if self.cooldown_seconds > self.max_cooldown_seconds:
            raise ValueError("cooldown_seconds is longer than max_cooldown_seconds")
        return self


class AliasSection(Section):
    """What an alias stands for: a model, at one target or wherever it is served."""

    target: Name | None = Field(None, description="The target that serves the model; any, if nothing is said.")
    model: Name = Field(description="The model that the alias stands for.")


class GatewayFileSection(Section):
    """Behaviour of gateways that load the document."""

    anonymous: Flag = Field(False, description="Let calls in without a key.")
    fail_mode: Literal["block", "allow"] = Field(
        "block", description="What becomes of calls when a policy itself fails, unless its entry says otherwise."
    )
    unknown_price: Literal["allow", "refuse"] = Field(
        "allow", description="What becomes of calls for a model without a known price."
    )


class WalletsSection(Section):
    """How calls are paid for; `max_wait_seconds` 0 refuses at once what no wallet covers."""

    aliases: ClassVar[Mapping[str, str]] = {
        "max_wait": "max_wait_seconds",
        "default_max_tokens": "default_max_output_tokens",
    }
    max_wait_seconds: Annotated[int, Field(strict=True, ge=0, le=600)] = Field(
        30, description="Seconds that a call waits for money; 0 refuses at once."
    )
    default_max_output_tokens: Annotated[int, Field(strict=True, ge=16, le=1_000_000)] = Field(
        4_096, description="The longest answer of a call that names no limit."
    )
    shrink_to_fit: Flag = Field(
        False, description="Lower a call's longest answer to what is covered, rather than refuse it."
    )
    estimate: Literal["bounded", "typical"] = Field(
        "bounded", description="bounded refuses calls whose cost has no bound, typical lets them through."
    )


class TargetingSection(Section):
    """Whom an entry applies to; the list is named after the scope."""

    scope: Literal["team", "user", "role", "consumer_group", "model", "gateway"] | None = Field(
        None, description="What callers are chosen by; may be left out where one list is given."
    )
    teams: Names | None = Field(None, description="Slugs of teams.")
    users: Names | None = Field(None, description="E-mails of members, or ids of users such as external:ID.")
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
