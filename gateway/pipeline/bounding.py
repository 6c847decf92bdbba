"""What an attempt may cost at most: its output limited, its translation made for that, its price looked up."""

from __future__ import annotations

from keeptrusts.gateway.pipeline.route import prepare
from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.gateway.pipeline.values import IncomingCall, ModelCall, Prepared
from keeptrusts.gateway.routing.priced import priced
from keeptrusts.gateway.wallets.bounds import Bound, upper_bound
from keeptrusts.gateway.wallets.output_limits import has_limit
from keeptrusts.gateway.wallets.prices import PriceRow
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.policy_document.document import WalletOptions


@frozen
class Quote:
    """An attempt, ready to be sent, that costs at most ``bound``; ``row`` holds the prices it is settled by."""

    prepared: Prepared
    bound: Bound
    row: PriceRow


def quote(
    services: Services,
    call: IncomingCall,
    asked: ModelCall,
    prepared: Prepared,
    options: WalletOptions,
    limit: int | None = None,
) -> Quote | Problem | None:
    """Bound one attempt; None where no price is known, which only happens where such calls are allowed.

    A call without a limit of its output gets one, and ``limit``, if given, lowers what it has: so what is sent may
    differ from what the caller sent.
    """
    now = services.now()
    route = prepared.route
    row = priced(route, services.prices, now, with_output=asked.with_output)
    if row is None:
        return None
    if asked.with_output and (limit is not None or not has_limit(asked.api, prepared.client_call.document)):
        limited = prepare(route, call, asked, now, limit or options.default_max_output_tokens, lower=limit is not None)
        if type(limited) is Problem:
            return limited
        prepared = limited
    bound = upper_bound(
        api=asked.api,
        vendor=route.target.vendor,
        model=route.model,
        document=prepared.client_call.document,
        body=prepared.provider_call.body,
        row=row,
        estimate=options.estimate,
    )
    return bound if type(bound) is Problem else Quote(prepared=prepared, bound=bound, row=row)
