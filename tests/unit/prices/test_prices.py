"""Costs are exact integers that agree with the catalogue's own calculation and are rounded up once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import ROUND_CEILING, Decimal

import genai_prices
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keeptrusts.gateway.wallets.prices import Band, PriceRow, PriceTable, band_for, cost_nano, with_target_prices
from keeptrusts.schemas.events.request import Usage

_DAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def table() -> PriceTable:
    return PriceTable.load(on=_DAY)


def usage(
    input_tokens: int = 0, cache_read: int = 0, cache_write: int = 0, output: int = 0, reasoning: int = 0
) -> Usage:
    return Usage(
        input_tokens=input_tokens,
        cache_read_tokens=cache_read,
        cache_write_tokens=cache_write,
        output_tokens=output,
        reasoning_tokens=reasoning,
    )


def test_a_price_in_dollars_a_million_tokens_is_exact_in_pico(table: PriceTable) -> None:
    row = table.lookup("openai", "gpt-4o")
    assert row is not None
    assert row.bands == (
        Band(
            above=0,
            input=2_500_000,
            cache_read=1_250_000,
            cache_write=2_500_000,
            output=10_000_000,
            reasoning=10_000_000,
        ),
    )
    assert row.version == table.version == f"genai-prices-{genai_prices.__version__}"


_CASES = [
    ("openai", "gpt-4o", usage(1000, cache_read=400, output=250, reasoning=100)),
    ("openai", "gpt-4o-mini", usage(1, output=1)),
    ("openai", "gpt-4o-mini-2024-07-18", usage(123_457, output=991)),
    ("openai", "o3-mini", usage(777, output=5000, reasoning=4096)),
    ("openai", "text-embedding-3-small", usage(8191)),
    ("anthropic", "claude-sonnet-4-5", usage(5000, cache_read=3000, cache_write=1500, output=700)),
    ("anthropic", "claude-sonnet-4-5", usage(200_000, cache_read=3000, output=700)),
    ("anthropic", "claude-sonnet-4-5", usage(200_001, cache_read=3000, cache_write=10_000, output=700)),
    ("anthropic", "claude-3-5-haiku-20241022", usage(999, output=333)),
    ("google", "gemini-2.5-pro", usage(250_000, output=1000)),
    ("azure", "gpt-4o", usage(1000, output=1000)),
    ("azure-openai", "gpt-4o", usage(1000, output=1000)),
]


@pytest.mark.parametrize(("vendor", "model", "used"), _CASES)
def test_costs_agree_with_the_catalogues_own_calculation(
    table: PriceTable, vendor: str, model: str, used: Usage
) -> None:
    theirs = genai_prices.calc_price(
        genai_prices.Usage(
            input_tokens=used.input_tokens,
            cache_read_tokens=used.cache_read_tokens,
            cache_write_tokens=used.cache_write_tokens,
            output_tokens=used.output_tokens,
        ),
        model_ref=model,
        provider_id="azure" if vendor == "azure-openai" else vendor,
        genai_request_timestamp=datetime(2026, 11, 20, 12, tzinfo=UTC),
    ).total_price
    row = table.lookup(vendor, model)
    assert row is not None
    expected = int((theirs * Decimal(1_000_000_000)).to_integral_value(rounding=ROUND_CEILING))
    assert cost_nano(row, used) == expected


def test_every_priced_text_model_of_the_large_vendors_agrees_with_the_catalogue(table: PriceTable) -> None:
    used = usage(1000, cache_read=10, output=100)
    wrong: list[str] = []
    compared = 0
    for vendor in ("openai", "anthropic"):
        for model in table.models_of(vendor):
            row = table.lookup(vendor, model)
            if row is None or cost_nano(row, used) is None:
                continue
            theirs = genai_prices.calc_price(
                genai_prices.Usage(input_tokens=1000, cache_read_tokens=10, output_tokens=100),
                model_ref=model,
                provider_id=vendor,
                genai_request_timestamp=datetime(2026, 11, 20, 12, tzinfo=UTC),
            ).total_price
            compared += 1
            if cost_nano(row, used) != int((theirs * 10**9).to_integral_value(rounding=ROUND_CEILING)):
                wrong.append(f"{vendor} {model}")
    assert wrong == []
    assert compared > 80


def test_an_unknown_price_is_none_and_never_zero(table: PriceTable) -> None:
    assert table.lookup("openai", "nobody-serves-this") is None
    assert table.lookup("nobody", "gpt-4o") is None
    assert table.lookup("openai", "x" * 10_000) is None
    embedding = table.lookup("openai", "text-embedding-3-small")
    assert embedding is not None
    assert cost_nano(embedding, usage(10, output=1)) is None


def test_names_of_callers_are_remembered_in_a_bounded_number(table: PriceTable) -> None:
    for number in range(9000):
        assert table.lookup("nobody", f"m{number}") is None
    assert len(table._seen) <= 8192
    assert table.lookup("openai", "gpt-4o") is table.lookup("openai", "gpt-4o")


def test_the_band_changes_above_its_threshold_not_at_it(table: PriceTable) -> None:
    row = table.lookup("anthropic", "claude-sonnet-4-5")
    assert row is not None
    assert [band.above for band in row.bands] == [200_000, 0]
    assert band_for(row, 200_000).input == 3_000_000
    assert band_for(row, 200_001).input == 6_000_000
    assert band_for(row, 0).input == 3_000_000


@pytest.mark.parametrize(
    ("model", "vendor"),
    [
        ("gpt-4o", "openai"),
        ("o3-mini", "openai"),
        ("GPT-9-turbo", "openai"),
        ("text-embedding-3-large", "openai"),
        ("claude-sonnet-4-5", "anthropic"),
        ("gemini-2.5-pro", "google"),
        ("mistral-large-latest", "mistral"),
        ("unheard-of", None),
    ],
)
def test_the_vendor_of_a_model_is_known_by_its_name(table: PriceTable, model: str, vendor: str | None) -> None:
    assert table.vendor_of_model(model) == vendor


def test_models_of_a_vendor_are_listed(table: PriceTable) -> None:
    assert "gpt-4o" in table.models_of("openai")
    assert "claude-sonnet-4-5" in table.models_of("anthropic")
    assert table.models_of("nobody") == ()


def test_a_targets_own_prices_replace_only_what_they_name(table: PriceTable) -> None:
    row = table.lookup("openai", "gpt-4o")
    own = with_target_prices(row, vendor="openai", model="gpt-4o", input_pico=1_000_000)
    assert own is not None
    assert (own.bands[0].input, own.bands[0].output) == (1_000_000, 10_000_000)
    assert own.version.endswith("+target")
    assert with_target_prices(row, vendor="openai", model="gpt-4o") is row
    assert with_target_prices(None, vendor="v", model="m", input_pico=5) is None
    fresh = with_target_prices(None, vendor="v", model="m", input_pico=5, output_pico=7)
    assert fresh is not None
    assert cost_nano(fresh, usage(100, output=100)) == 2  # 1,200 pico are rounded up once


_PRICE = st.integers(min_value=0, max_value=10**9)
_TOKENS = st.integers(min_value=0, max_value=10**7)


@given(input_price=_PRICE, output_price=_PRICE, tokens_in=_TOKENS, tokens_out=_TOKENS)
def test_rounding_up_happens_once_and_never_costs_a_nano_more(
    input_price: int, output_price: int, tokens_in: int, tokens_out: int
) -> None:
    row = with_target_prices(None, vendor="v", model="m", input_pico=input_price, output_pico=output_price)
    assert row is not None
    cost = cost_nano(row, usage(tokens_in, output=tokens_out))
    exact_pico = tokens_in * input_price + tokens_out * output_price
    assert cost is not None
    assert 0 <= cost * 1000 - exact_pico < 1000


@given(parts=st.tuples(_TOKENS, _TOKENS, _TOKENS, _TOKENS, _TOKENS))
def test_no_usage_is_cheaper_for_being_reported_inconsistently(parts: tuple[int, int, int, int, int]) -> None:
    band = Band(above=0, input=7, cache_read=3, cache_write=9, output=11, reasoning=13)
    row = PriceRow(vendor="v", model="m", version="1", bands=(band,))
    cost = cost_nano(row, usage(*parts))
    assert cost is not None
    assert cost * 1000 >= parts[1] * 3 + parts[2] * 9 + parts[3] * 11
