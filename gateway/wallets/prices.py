"""What a call costs: an integer price table built once from the genai-prices catalogue.

Prices are pico-USD (1e-12 USD) a token, so the catalogue's dollars a million tokens are exact; a call's cost is
added up in pico-USD and rounded up to nano-USD once. A price that is not known is None, never zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from decimal import ROUND_CEILING, Decimal
from importlib.metadata import version as installed_version
from types import MappingProxyType

from genai_prices.data import providers as _catalogue
from genai_prices.types import (
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    Provider,
    TieredPrices,
    TimeOfDateConstraint,
)

from keeptrusts.schemas.events.request import Usage
from keeptrusts.schemas.money import MAX_NANO, PICO_PER_NANO
from keeptrusts.schemas.policy_document.document import TargetPricing

_PICO_FACTOR = Decimal(1_000_000)  # dollars a million tokens -> pico-USD a token
_PICO_A_REQUEST_FACTOR = Decimal(1_000_000_000)  # dollars a thousand requests -> pico-USD a request
_REMEMBERED_NAMES = 8192
_LONGEST_NAME = 200

_CATALOGUE_NAMES: Mapping[str, str] = MappingProxyType(
    {"azure-openai": "azure", "bedrock": "aws", "gemini": "google", "vertex": "google", "xai": "x-ai"}
)

# Names whose vendor is known even before the catalogue lists the model.
_PREFIXES: tuple[tuple[str, str], ...] = (
    ("gpt-", "openai"),
    ("chatgpt-", "openai"),
    ("o1", "openai"),
    ("o3", "openai"),
    ("o4", "openai"),
    ("text-embedding-", "openai"),
    ("claude", "anthropic"),
    ("gemini", "google"),
    ("command-", "cohere"),
    ("deepseek", "deepseek"),
    ("grok", "x-ai"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Prices that hold for calls with more than `above` input tokens in total. `output` None: not known."""

    above: int
    input: int
    cache_read: int
    cache_write: int
    output: int | None
    reasoning: int | None
    dearest: tuple[int, int | None] = field(init=False, compare=False, repr=False)
    """The most that a token of input may cost, and one of output."""

    def __post_init__(self) -> None:
        dearest_out = self.output
        if self.output is not None and self.reasoning is not None:
            dearest_out = max(self.output, self.reasoning)
        object.__setattr__(self, "dearest", (max(self.input, self.cache_read, self.cache_write), dearest_out))


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRow:
    """One model's prices. `bands` from the highest threshold down to 0; `a_request` is pico-USD for each call."""

    vendor: str
    model: str
    version: str
    bands: tuple[Band, ...]
    a_request: int = 0
    has_output_prices: bool = field(init=False, compare=False, repr=False)
    """Whether output tokens have a price, however large the call."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "has_output_prices", all(band.output is not None for band in self.bands))


class PriceTable:
    """The prices in force on one day. Looking up is a dictionary access after the first time a name is seen."""

    def __init__(self, *, version: str, on: date, catalogue: Iterable[Provider]) -> None:
        self.version = version
        self._providers = list(catalogue)
        self._by_vendor = {provider.id: provider for provider in self._providers}
        self._on = on
        self._seen: dict[tuple[str, str], PriceRow | None] = {}

    @classmethod
    def load(cls, *, on: date) -> PriceTable:
        """The catalogue of the installed genai-prices, with the prices that hold on this day."""
        return cls(version=f"genai-prices-{installed_version('genai-prices')}", on=on, catalogue=_catalogue)

    def take_over(self, newer: PriceTable) -> None:
        """Put another table's prices in place of these, for everyone who holds this table."""
        self.version = newer.version
        self._providers, self._by_vendor, self._on = newer._providers, newer._by_vendor, newer._on
        self._seen = {}

    def lookup(self, vendor: str, model: str) -> PriceRow | None:
        """The row for a vendor's model, dated and aliased names included; None when no price is known."""
        key = (vendor, model)
        if key in self._seen:
            return self._seen[key]
        if len(model) > _LONGEST_NAME:
            return None
        if len(self._seen) >= _REMEMBERED_NAMES:
            self._seen.clear()  # names come from callers: remember a bounded number of them
        row = self._resolve(vendor, model)
        self._seen[key] = row
        return row

    def models_of(self, vendor: str) -> tuple[str, ...]:
        """Names the catalogue lists for a vendor, sorted; empty for a vendor it does not know."""
        provider = self._provider(vendor)
        return tuple(sorted(model.id for model in provider.models)) if provider else ()

    def listed(self, vendor: str | None = None) -> tuple[tuple[str, str], ...]:
        """Every (vendor, model) with a price, in the catalogue's names, sorted; of one vendor, or of all."""
        wanted = None if vendor is None else _CATALOGUE_NAMES.get(vendor, vendor)
        providers = [one for one in self._providers if wanted is None or one.id == wanted]
        priced = (
            (one.id, model.id) for one in providers for model in one.models if self._row(one.id, model) is not None
        )
        return tuple(sorted(priced))

    def vendor_of_model(self, model: str) -> str | None:
        """The vendor that makes a model of this name, by known prefixes first, then by the catalogue."""
        name = model.lower()
        if len(name) > _LONGEST_NAME:
            return None
        for prefix, vendor in _PREFIXES:
            if name.startswith(prefix):
                return vendor
        for provider in self._providers:
            if provider.model_match is not None and provider.model_match.is_match(name):
                return provider.id
        return None

    def _resolve(self, vendor: str, name: str) -> PriceRow | None:
        provider = self._provider(vendor)
        if provider is None:
            return None
        model = provider.find_model(name, all_providers=self._providers)
        if model is None:
            return None
        for candidate in (provider.id, *(provider.fallback_model_providers or ())):
            listed = self._by_vendor.get(candidate)
            if listed is not None and any(one is model for one in listed.models):
                return self._row(candidate, model)
        return None

    def _row(self, vendor: str, model: ModelInfo) -> PriceRow | None:
        """Work a model's prices out: when it is asked for, as for all two thousand that takes a tenth of a second."""
        return _row(vendor, model, self.version, self._on)

    def _provider(self, vendor: str) -> Provider | None:
        return self._by_vendor.get(_CATALOGUE_NAMES.get(vendor, vendor))


def cost_nano(row: PriceRow, usage: Usage) -> int | None:
    """What this usage costs in nano-USD, rounded up once; None when a needed price is not known.

    Also None for an amount that no record can carry: only a provider that reports nonsense arrives there.
    `usage.input_tokens` includes cache reads and writes, `usage.output_tokens` includes reasoning. Cache tokens
    beyond the reported input are charged as well.
    """
    pico = cost_pico(row, usage)
    if pico is None:
        return None
    nano = -(-pico // PICO_PER_NANO)
    return nano if nano <= MAX_NANO else None


def cost_pico(row: PriceRow, usage: Usage) -> int | None:
    """The same before rounding, in pico-USD: for comparing prices of a few tokens."""
    given, read, written = usage.input_tokens, usage.cache_read_tokens, usage.cache_write_tokens
    output, reasoning = usage.output_tokens, usage.reasoning_tokens
    band = band_for(row, given)
    pico = row.a_request + read * band.cache_read + written * band.cache_write
    plain = given - read - written
    if plain > 0:
        pico += plain * band.input
    if reasoning:
        reasoning = min(reasoning, output)
        if band.reasoning is None:
            return None
        pico += reasoning * band.reasoning
    if output > reasoning:
        if band.output is None:
            return None
        pico += (output - reasoning) * band.output
    return pico


def band_for(row: PriceRow, input_tokens: int) -> Band:
    """The band that applies to a call with this many input tokens in total."""
    for band in row.bands:
        if input_tokens > band.above:
            return band
    return row.bands[-1]


def prices_on(pricing: TargetPricing, day: date) -> TargetPricing:
    """The target's own prices that hold on a day (UTC): the latest that have begun, which replace earlier ones."""
    in_force = pricing
    for change in pricing.later:
        if change.since is not None and change.since <= day:
            in_force = change
    return in_force


def with_pricing(
    row: PriceRow | None, pricing: TargetPricing, *, vendor: str, model: str, day: date
) -> PriceRow | None:
    """A row with the prices a target declares for a day in place of the table's; its version names that day."""
    own = prices_on(pricing, day)
    priced = with_target_prices(
        row,
        vendor=vendor,
        model=model,
        input_pico=own.input_pico,
        output_pico=own.output_pico,
        cache_read_pico=own.cache_read_pico,
        cache_write_pico=own.cache_write_pico,
        reasoning_pico=own.reasoning_pico,
    )
    if priced is None or priced is row or own.since is None:
        return priced
    return replace(priced, version=f"{priced.version}@{own.since.isoformat()}")


def with_target_prices(
    row: PriceRow | None,
    *,
    vendor: str,
    model: str,
    input_pico: int | None = None,
    output_pico: int | None = None,
    cache_read_pico: int | None = None,
    cache_write_pico: int | None = None,
    reasoning_pico: int | None = None,
) -> PriceRow | None:
    """A row with a target's own prices (pico-USD a token) in place of the table's; without a row both input and
    output are needed, and cache tokens cost what input costs."""
    own = (input_pico, output_pico, cache_read_pico, cache_write_pico, reasoning_pico)
    if all(price is None for price in own):
        return row
    if row is None:
        if input_pico is None or output_pico is None:
            return None
        row = PriceRow(vendor=vendor, model=model, version="", bands=(_flat_band(input_pico, output_pico),))
    version = f"{row.version}+target" if row.version else "target"
    return replace(row, version=version, bands=tuple(_overridden(band, *own) for band in row.bands))


def _flat_band(input_pico: int, output_pico: int) -> Band:
    return Band(
        above=0,
        input=input_pico,
        cache_read=input_pico,
        cache_write=input_pico,
        output=output_pico,
        reasoning=output_pico,
    )


def _overridden(
    band: Band,
    input_pico: int | None,
    output_pico: int | None,
    cache_read: int | None,
    cache_write: int | None,
    reasoning: int | None,
) -> Band:
    """Reasoning follows the output price unless it has one of its own."""
    if reasoning is None:
        reasoning = band.reasoning if output_pico is None else output_pico
    return Band(
        above=band.above,
        input=band.input if input_pico is None else input_pico,
        cache_read=band.cache_read if cache_read is None else cache_read,
        cache_write=band.cache_write if cache_write is None else cache_write,
        output=band.output if output_pico is None else output_pico,
        reasoning=reasoning,
    )


def _row(vendor: str, model: ModelInfo, version: str, on: date) -> PriceRow | None:
    """None for models that are not priced by input tokens (by the minute, the page, the image)."""
    if not model.prices:
        return None
    prices = [model.get_prices(moment) for moment in _moments(model, on)]
    thresholds = sorted({start for price in prices for start in _thresholds(price)}, reverse=True)
    bands = tuple(band for start in (*thresholds, 0) if (band := _band(prices, start)) is not None)
    if len(bands) != len(thresholds) + 1:
        return None
    fees = [_pico(fee, _PICO_A_REQUEST_FACTOR) for price in prices for fee in _all(price, "requests_kcount", 0)]
    return PriceRow(vendor=vendor, model=model.id, version=version, bands=bands, a_request=max(fees, default=0))


def _moments(model: ModelInfo, on: date) -> tuple[datetime, ...]:
    """Noon; every hour when a price depends on the time of day, so that the dearest one is taken."""
    varies = isinstance(model.prices, list) and any(_by_time_of_day(price) for price in model.prices)
    hours = range(24) if varies else (12,)
    return tuple(datetime.combine(on, time(hour), tzinfo=UTC) for hour in hours)


def _by_time_of_day(price: ConditionalPrice) -> bool:
    return isinstance(price.constraint, TimeOfDateConstraint)


def _thresholds(price: ModelPrice) -> set[int]:
    tiered = (value for value in price.__dict__.values() if isinstance(value, TieredPrices))
    return {tier.start for value in tiered for tier in value.tiers}


def _band(prices: list[ModelPrice], above: int) -> Band | None:
    def dearest(name: str) -> int | None:
        found = [_pico(value, _PICO_FACTOR) for price in prices for value in _all(price, name, above)]
        return max(found, default=None)

    tokens_in = dearest("input_mtok")
    if tokens_in is None:
        return None
    cache_read, cache_write, out = dearest("cache_read_mtok"), dearest("cache_write_mtok"), dearest("output_mtok")
    reasoning = dearest("output_reasoning_mtok")
    return Band(
        above=above,
        input=tokens_in,
        cache_read=tokens_in if cache_read is None else cache_read,
        cache_write=tokens_in if cache_write is None else cache_write,
        output=out,
        reasoning=out if reasoning is None else reasoning,
    )


def _all(price: ModelPrice, name: str, above: int) -> tuple[Decimal, ...]:
    """The price of that name for calls above the threshold: one value, or none."""
    value: Decimal | TieredPrices | None = getattr(price, name)
    if value is None:
        return ()
    if not isinstance(value, TieredPrices):
        return (value,)
    reached = [tier.price for tier in value.tiers if tier.start <= above]
    return (reached[-1] if reached else value.base,)


def _pico(dollars: Decimal, factor: Decimal) -> int:
    """Exact for every price with at most six decimals; the few longer ones are rounded up."""
    return int((dollars * factor).to_integral_value(rounding=ROUND_CEILING))
