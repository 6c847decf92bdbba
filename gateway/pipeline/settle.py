"""Step 7: what a finished call cost. Pure, in integers; a price that is not known is a state, never zero."""

from __future__ import annotations

from keeptrusts.gateway.pipeline.values import Invocation, Route, Settlement
from keeptrusts.gateway.wallets.prices import PriceTable, cost_nano, with_target_prices


def settle(invocation: Invocation, chosen: Route, prices: PriceTable) -> Settlement:
    """Price the usage that the provider reported; a call it did not bill costs nothing."""
    if not invocation.billed:
        return Settlement(cost=None, state="none", price_version=None)
    pricing = chosen.target.pricing
    row = with_target_prices(
        prices.lookup(chosen.target.vendor, chosen.model),
        vendor=chosen.target.vendor,
        model=chosen.model,
        input_pico=pricing.input_pico,
        output_pico=pricing.output_pico,
        cache_read_pico=pricing.cache_read_pico,
        cache_write_pico=pricing.cache_write_pico,
    )
    if row is None or invocation.usage is None:
        return Settlement(cost=None, state="unpriced", price_version=None if row is None else row.version)
    cost = cost_nano(row, invocation.usage)
    return Settlement(cost=cost, state="unpriced" if cost is None else "priced", price_version=row.version)
