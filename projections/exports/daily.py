"""Sums by day, team, user, model and provider: usage as it is, and what it cost in the columns of FOCUS."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from keeptrusts.projections.exports import focus
from keeptrusts.projections.exports.patience import patiently
from keeptrusts.projections.query_api.asking import filters_of
from keeptrusts.projections.query_api.call import Call
from keeptrusts.projections.query_api.groups import grouped
from keeptrusts.projections.query_api.models import GroupRow
from keeptrusts.projections.store.protocol import QueryLimitError
from keeptrusts.schemas.filters import METRICS, Filters

Rows = list[dict[str, Any]]

_KEYS: Final = ("team", "user", "model", "provider")
_DAY: Final = timedelta(days=1)
MOST_ROWS_OF_DAY: Final = 50_000
"""What memory holds at once."""
USAGE_COLUMNS: Final = (
    "day", "team", "team_id", "user", "user_id", "model", "provider",
    *(name for name in METRICS if name != "users"),
)  # fmt: skip


async def usage_rows(call: Call) -> AsyncGenerator[Rows, None]:
    """Give the sums of each day with requests, the earliest first."""
    async for day, groups in _days(call):
        yield [{"day": day.isoformat(), **group.model_dump()} for group in groups]


async def cost_rows(call: Call) -> AsyncGenerator[Rows, None]:
    """Give a charge for each sum of calls that some provider answered, the earliest day first."""
    organization = call.directory.organization
    name = None if organization is None else organization.name
    async for day, groups in _days(call):
        yield [
            focus.charge(day, group.model_dump(), org=call.org, org_name=name)
            for group in groups
            if group.model_dump().get("provider")
        ]


async def _days(call: Call) -> AsyncGenerator[tuple[date, list[GroupRow]], None]:
    """Give each day (UTC) that has requests within the period, with its sums; no question spans more than a day."""
    filters = filters_of(call, ("as_of",))
    for row in await _sums(call, filters, ("day",)):
        day = date.fromisoformat(str(row.model_dump()["day"]))
        begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
        since = begin if filters.since is None else max(begin, filters.since)
        until = begin + _DAY if filters.until is None else min(begin + _DAY, filters.until)
        yield day, await _sums(call, dataclasses.replace(filters, since=since, until=until), _KEYS)


async def _sums(call: Call, filters: Filters, keys: tuple[str, ...]) -> list[GroupRow]:
    """Give the sums by keys, all of them: raises QueryLimitError where there are more than one question gives."""
    ties = ",".join(keys)
    rows = await patiently(
        lambda: grouped(
            call.deps.store, call.reach("usage.read"), filters, call.directory, as_of=call.as_of().offset, keys=keys,
            metrics=[name for name in METRICS if name != "users"], order_by=ties, limit=MOST_ROWS_OF_DAY + 1,
        )
    )  # fmt: skip
    if len(rows) > MOST_ROWS_OF_DAY:
        raise QueryLimitError(f"a day has more than {MOST_ROWS_OF_DAY} rows; export one team or model at a time")
    return rows
