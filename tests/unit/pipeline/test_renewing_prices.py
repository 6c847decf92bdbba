"""A gateway that runs for weeks charges each day by that day's prices."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from genai_prices.data import providers
from genai_prices.types import ConditionalPrice, StartDateConstraint
from support.gateway import gateway

from keeptrusts.gateway.app import renew_prices_for_ever
from keeptrusts.gateway.wallets.prices import PriceTable

OPEN = "policies:\n  chain: [audit-logger]\nproviders:\n  targets:\n    - {id: openai, provider: openai}\n"
PATIENCE_S = 30.0


def a_change() -> tuple[str, str, date]:
    """A vendor's model of the catalogue and a day on which its price changed."""
    for provider in providers:
        for model in provider.models:
            for price in model.prices if isinstance(model.prices, list) else ():
                if isinstance(price, ConditionalPrice) and isinstance(price.constraint, StartDateConstraint):
                    day = price.constraint.start_date
                    eve = PriceTable.load(on=day - timedelta(days=1)).lookup(provider.id, model.id)
                    if eve != PriceTable.load(on=day).lookup(provider.id, model.id):
                        return provider.id, model.id, day
    raise AssertionError("the catalogue knows no price that changed")


async def test_a_new_days_prices_are_taken_over_soon_after_midnight_utc() -> None:
    vendor, model, day = a_change()
    made = gateway(OPEN)
    made.clock.at = datetime.combine(day, datetime.min.time(), tzinfo=UTC) - timedelta(seconds=0.05)
    services = replace(made.services, prices=PriceTable.load(on=made.clock.at.date()))
    before, after = (services.prices.lookup(vendor, model), PriceTable.load(on=day).lookup(vendor, model))
    assert before != after
    renewing = asyncio.create_task(renew_prices_for_ever(services))
    try:
        await asyncio.sleep(0)  # it has looked at the clock, and sleeps until the day is over
        made.clock.at += timedelta(seconds=0.15)
        async with asyncio.timeout(PATIENCE_S):
            while services.prices.lookup(vendor, model) == before:  # noqa: ASYNC110 - the table tells nobody
                await asyncio.sleep(0.01)
    finally:
        renewing.cancel()
    assert services.prices.lookup(vendor, model) == after


async def test_a_clock_that_is_set_to_another_day_is_noticed() -> None:
    vendor, model, day = a_change()
    made = gateway(OPEN)
    made.clock.at = datetime.combine(day, datetime.min.time(), tzinfo=UTC) + timedelta(hours=12)
    services = replace(made.services, prices=PriceTable.load(on=day))
    before = services.prices.lookup(vendor, model)
    renewing = asyncio.create_task(renew_prices_for_ever(services, every_s=0.01))
    try:
        await asyncio.sleep(0)  # it has looked at the clock
        made.clock.at -= timedelta(days=1)
        async with asyncio.timeout(PATIENCE_S):
            while services.prices.lookup(vendor, model) == before:  # noqa: ASYNC110 - the table tells nobody
                await asyncio.sleep(0.01)
    finally:
        renewing.cancel()
