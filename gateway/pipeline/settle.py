"""Step 7: what a finished call cost. Pure, in integers; a price that is not known is a state, never zero."""

from __future__ import annotations

from datetime import datetime

from keeptrusts.gateway.pipeline.counters import Counters
from keeptrusts.gateway.pipeline.spans import CallSpan
from keeptrusts.gateway.pipeline.values import Invocation, ModelCall, Settlement
from keeptrusts.gateway.routing.priced import priced
from keeptrusts.gateway.wallets.prices import PriceTable, cost_nano


def settle(invocation: Invocation, asked: ModelCall, prices: PriceTable, now: datetime) -> Settlement:
    """Price the usage that the provider reported; a call it did not bill costs nothing."""
    if not invocation.billed or not asked.metered:
        return Settlement(cost=None, state="none", price_version=None)
    row = priced(invocation.route, prices, now, with_output=asked.with_output)
    if row is None or invocation.usage is None:
        return Settlement(cost=None, state="unpriced", price_version=None if row is None else row.version)
    cost = cost_nano(row, invocation.usage)
    return Settlement(cost=cost, state="unpriced" if cost is None else "priced", price_version=row.version)


def count_invocation(counters: Counters, span: CallSpan | None, invocation: Invocation, settlement: Settlement) -> None:
    """Add to metrics and trace how long a call's provider took, what was used there and what it cost."""
    route = invocation.route
    if span is not None:
        span.used(
            target=route.target.id,
            vendor=route.target.vendor,
            model=route.model,
            usage=invocation.usage,
            cost_nano=settlement.cost,
        )
    counters.took("provider", invocation.provider_us * 1_000)
    if invocation.first_token_us is not None:
        counters.took("first_token", invocation.first_token_us * 1_000)
    used, usage = counters.used_by(route.target.id), invocation.usage
    used.cost_nano += settlement.cost or 0
    used.unpriced += settlement.state == "unpriced"
    if usage is None:
        return
    used.input_tokens += usage.input_tokens
    used.cache_read_tokens += usage.cache_read_tokens
    used.cache_write_tokens += usage.cache_write_tokens
    used.output_tokens += usage.output_tokens
    used.reasoning_tokens += usage.reasoning_tokens
