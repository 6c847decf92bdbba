"""The price of a route is that of its target for the day, else the table's; not known is never free."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.routing import NOW, prices, read, target

from keeptrusts.gateway.routing.priced import Expected, expected_pico, priced
from keeptrusts.gateway.routing.route import Route
from keeptrusts.gateway.wallets.prices import PriceTable, cost_nano, cost_pico, prices_on
from keeptrusts.schemas.events.request import Usage
from keeptrusts.schemas.policy_document.document import TargetPricing

DATED = (
    "providers: {targets: [{id: openai, pricing: [{input: 1, output: 2}, {from: 2026-07-01, input: 3},"
    " {from: 2027-01-01, reasoning: 9}]}]}"
)


def route(model: str, vendor: str = "openai", pricing: TargetPricing | None = None) -> Route:
    return Route(target=replace(target("t", vendor=vendor), pricing=pricing or TargetPricing()), model=model)


DAYS: list[tuple[str, tuple[int, int | None, int | None], str]] = [
    ("2026-06-30T23:59:59", (1_000_000, 2_000_000, 2_000_000), "+target"),
    ("2026-07-01T00:00:00", (3_000_000, 10_000_000, 10_000_000), "+target@2026-07-01"),
    ("2026-12-31T23:59:59", (3_000_000, 10_000_000, 10_000_000), "+target@2026-07-01"),
    ("2027-01-01T00:00:00", (2_500_000, 10_000_000, 9_000_000), "+target@2027-01-01"),
]


@pytest.mark.parametrize(("moment", "expected", "suffix"), DAYS, ids=[one[0] for one in DAYS])
def test_prices_change_at_midnight_utc_and_the_row_says_whose_they_are(
    moment: str, expected: tuple[int, int | None, int | None], suffix: str
) -> None:
    pricing = read(DATED).targets[0].pricing
    row = priced(route("gpt-4o", pricing=pricing), prices(), datetime.fromisoformat(moment).replace(tzinfo=UTC))
    assert row is not None
    assert (row.bands[0].input, row.bands[0].output, row.bands[0].reasoning) == expected
    assert row.version == prices().version + suffix


def test_without_own_prices_the_row_is_the_tables_own() -> None:
    assert priced(route("gpt-4o"), prices(), NOW) is prices().lookup("openai", "gpt-4o")


def test_a_price_that_is_not_known_is_none() -> None:
    assert priced(route("house-model", vendor="house"), prices(), NOW) is None
    half = TargetPricing(input_pico=5)
    assert priced(route("house-model", vendor="house", pricing=half), prices(), NOW) is None


def test_embeddings_need_no_output_price() -> None:
    pricing = TargetPricing(later=(TargetPricing(since=date(2030, 1, 1), input_pico=1, output_pico=1),))
    assert prices_on(pricing, date(2026, 1, 1)) is pricing
    row = prices().lookup("openai", "gpt-4o")
    assert row is not None
    inputs_only = replace(row, bands=tuple(replace(band, output=None, reasoning=None) for band in row.bands))

    class Table(PriceTable):
        def __init__(self) -> None:
            super().__init__(version="v", on=NOW.date(), catalogue=())

        def lookup(self, vendor: str, model: str) -> object:
            return inputs_only

    assert priced(route("m"), Table(), NOW) is None
    assert priced(route("m"), Table(), NOW, with_output=False) is inputs_only
    assert expected_pico(inputs_only, Expected()) is None
    assert expected_pico(inputs_only, Expected(), with_output=False) == 750 * 2_500_000


@given(tokens_in=st.integers(0, 10**6), tokens_out=st.integers(0, 10**6))
def test_the_cost_in_nano_is_the_one_in_pico_rounded_up(tokens_in: int, tokens_out: int) -> None:
    row = prices().lookup("anthropic", "claude-sonnet-4-5")
    assert row is not None
    used = Usage(input_tokens=tokens_in, output_tokens=tokens_out)
    pico, nano = cost_pico(row, used), cost_nano(row, used)
    assert pico is not None and nano is not None
    assert 0 <= nano * 1_000 - pico < 1_000


def test_listed_models_all_have_a_price() -> None:
    table = prices()
    assert ("openai", "gpt-4o") in table.listed()
    assert set(table.listed("azure-openai")) <= set(table.listed())
    assert {vendor for vendor, _ in table.listed("gemini")} == {"google"}
    assert table.listed("nobody") == ()
    assert all(table.lookup(vendor, model) is not None for vendor, model in table.listed("anthropic"))
