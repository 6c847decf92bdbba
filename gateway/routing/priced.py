"""What a route costs: the price row in force for it, and what a call of expected size would cost. In integers."""

from __future__ import annotations

from datetime import datetime

from keeptrusts.gateway.providers.targets import NO_PRICING
from keeptrusts.gateway.routing.route import Route
from keeptrusts.gateway.wallets.prices import PriceRow, PriceTable, cost_pico, with_pricing
from keeptrusts.schemas.events.request import Usage
from keeptrusts.schemas.frozen import frozen


@frozen
class Expected:
    """How large a call is taken to be when prices are compared; three tokens in to one out unless known better."""

    input_tokens: int = 750
    output_tokens: int = 250


def priced(route: Route, prices: PriceTable, now: datetime, *, with_output: bool = True) -> PriceRow | None:
    """The prices in force for a route: its target's own for the day of ``now`` (UTC), else the table's.

    None when they are not known, which never means free. ``with_output`` False is for calls that have no output
    tokens, such as embeddings: they need no output price.
    """
    if route.target.pricing is NO_PRICING:
        row = prices.lookup(route.target.vendor, route.model)
    else:
        row = _with_pricing_of(route, prices, now)
    return row if row is not None and (row.has_output_prices or not with_output) else None


def _with_pricing_of(route: Route, prices: PriceTable, now: datetime) -> PriceRow | None:
    return with_pricing(
        prices.lookup(route.target.vendor, route.model),
        route.target.pricing,
        vendor=route.target.vendor,
        model=route.model,
        day=now.date(),
    )


def expected_pico(row: PriceRow, expected: Expected, *, with_output: bool = True) -> int | None:
    """What a call of this size costs at a row's prices, in pico-USD; None where a price is not known."""
    tokens_out = expected.output_tokens if with_output else 0
    return cost_pico(row, Usage(input_tokens=expected.input_tokens, output_tokens=tokens_out))
