"""Step 3: which target and model a call goes to. Takes the first candidate, whatever the strategy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from keeptrusts.gateway.providers.targets import UpstreamTarget
from keeptrusts.gateway.routing import candidates as routing
from keeptrusts.gateway.routing.candidates import RoutingRules, Wish
from keeptrusts.gateway.routing.route import Route
from keeptrusts.gateway.wallets.prices import PriceTable
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.policy_document.document import ConsumerGroup

SERVED_WIRES: Final = frozenset({"openai"})
_NO_DAY: Final = datetime(1970, 1, 1, tzinfo=UTC)  # prices do not decide here, so their day does not matter


def route(
    model: str,
    group: ConsumerGroup | None,
    targets: Sequence[UpstreamTarget],
    prices: PriceTable,
) -> Route | Problem:
    """Choose the first target that serves what the caller, or the caller's consumer group, asks for."""
    rules = RoutingRules(targets=tuple(targets))
    found = routing.served(Wish(model=model, wires=SERVED_WIRES, group=group), rules, prices, _NO_DAY)
    return found if isinstance(found, Problem) else found.candidates[0].route


def models_served(targets: Iterable[UpstreamTarget], prices: PriceTable) -> tuple[tuple[str, UpstreamTarget], ...]:
    """Give every model name that available targets serve, with the target, each name once."""
    return routing.models_served(RoutingRules(targets=tuple(targets)), SERVED_WIRES, prices)
