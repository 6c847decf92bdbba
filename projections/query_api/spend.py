"""``/v1/spend``: what calls cost, by team, user, model, provider or day, and where the month is heading."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta
from typing import Final

from keeptrusts.projections.query_api.asking import (
    AS_OF,
    FILTER_PARAMETERS,
    LIMIT,
    MIN_POSITION,
    filters_of,
    limit_of,
    range_of,
    words_of,
)
from keeptrusts.projections.query_api.call import Call, Parameter
from keeptrusts.projections.query_api.events import aggregate_scope
from keeptrusts.projections.query_api.groups import grouped
from keeptrusts.projections.query_api.models import Forecast, SpendAnswer
from keeptrusts.projections.query_api.scope import TenantScope
from keeptrusts.schemas.filters import Filters
from keeptrusts.schemas.money import format_usd, parse_usd

GROUPS: Final = ("team", "user", "model", "provider", "gateway", "project", "consumer_group", "day", "week", "month")
_METRICS: Final = ("cost", "requests", "users", "input_tokens", "output_tokens", "first_seen", "last_seen")
_MEASURED_DAYS: Final = 7
_METHOD: Final = "spent so far + mean of the last full days x days left; no seasons, no trend"
_OWN: Final = (
    Parameter(name="group_by", help="by one or more of " + ", ".join(GROUPS) + "; default team"),
    Parameter(name="order_by", help="a key or a metric, with - in front for the largest first; default -cost"),
    LIMIT,
    AS_OF,
)
PARAMETERS: Final = (*FILTER_PARAMETERS, *_OWN, MIN_POSITION)
_NAMES: Final = tuple(item.name for item in _OWN)


async def spend(call: Call) -> SpendAnswer:
    """Answer ``GET /v1/spend``."""
    filters = filters_of(call, _NAMES, since="30d")
    keys = words_of(call, "group_by", GROUPS) or ("team",)
    as_of = call.as_of()
    scope, own = aggregate_scope(call, filters, keys)
    in_time = any(key in ("day", "week", "month") for key in keys)
    order = call.parameters.get("order_by") or (None if in_time else "-cost")
    store, directory = call.deps.store, call.directory
    rows = await grouped(
        store, scope, filters, directory, as_of=as_of.offset, keys=keys, metrics=_METRICS, order_by=order,
        limit=limit_of(call), own=own,
    )  # fmt: skip
    totals = await grouped(
        store, scope, filters, directory, as_of=as_of.offset, keys=(), metrics=_METRICS, own=own
    )  # fmt: skip
    return SpendAnswer(
        data=rows,
        totals=totals[0],
        forecast=await _forecast(call, scope, filters, as_of.offset, own=own),
        as_of=str(as_of),
        range=range_of(filters),
        lag_ms=call.lag_ms(),
    )


async def _forecast(call: Call, scope: TenantScope, filters: Filters, as_of: int, *, own: bool) -> Forecast:
    """Look at the current month with the same filters but the period."""
    month = call.now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    today = call.now.replace(hour=0, minute=0, second=0, microsecond=0)
    begin = min(month, today - timedelta(days=_MEASURED_DAYS))
    rows = await grouped(
        call.deps.store, scope,
        Filters(since=begin, until=call.now, conditions=filters.conditions, tags=filters.tags, text=filters.text),
        call.directory, as_of=as_of, keys=("day",), metrics=("cost", "requests"), own=own,
    )  # fmt: skip
    by_day = {str(getattr(row, "day", "")): parse_usd(row.cost) for row in rows}
    return forecast_of(by_day, call.now)


def forecast_of(cost_by_day: dict[str, int], now: datetime) -> Forecast:
    """Forecast a month from nano-USD by day (``YYYY-MM-DD``). Without a full day of history there is no forecast."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    spent = sum(cost for day, cost in cost_by_day.items() if day.startswith(f"{now:%Y-%m}"))
    measured = [f"{today - timedelta(days=back):%Y-%m-%d}" for back in range(1, _MEASURED_DAYS + 1)]
    first = min(cost_by_day, default=None)
    full = [day for day in measured if first is not None and day >= first]
    mean = sum(cost_by_day.get(day, 0) for day in full) // len(full) if full else 0
    days = calendar.monthrange(now.year, now.month)[1]
    left = (today.replace(day=1) + timedelta(days=days) - now).total_seconds() / 86_400
    return Forecast(
        month=f"{now:%Y-%m}",
        spent=format_usd(spent),
        daily_mean=format_usd(mean),
        days_measured=len(full),
        days_left=round(left, 2),
        month_end=format_usd(spent + mean * round(left * 86_400) // 86_400) if full else None,
        method=_METHOD,
    )
