"""``/v1/usage`` and ``/v1/teams/{id}/usage``: who uses how much, with totals."""

from __future__ import annotations

import dataclasses
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
from keeptrusts.projections.query_api.groups import grouped
from keeptrusts.projections.query_api.models import GroupRow, TeamUsageAnswer, UsageAnswer
from keeptrusts.projections.query_api.problems import invalid_parameter, not_found
from keeptrusts.projections.query_api.scope import TenantScope
from keeptrusts.schemas.filters import GROUP_KEYS, Condition, Filters

DEFAULT_SINCE: Final = "30d"
_OWN: Final = (
    Parameter(name="group_by", help="sums by one or more of " + ", ".join(GROUP_KEYS) + "; default user"),
    Parameter(name="order_by", help="a key or a metric, with - in front for the largest first"),
    LIMIT,
    AS_OF,
)
PARAMETERS: Final = (*FILTER_PARAMETERS, *_OWN, MIN_POSITION)
TEAM_PARAMETERS: Final = (
    *(item for item in PARAMETERS if item.name != "team"),
    Parameter(name="id", help="team id, slug or name", place="path"),
)
_NAMES: Final = tuple(item.name for item in _OWN)


async def usage(call: Call) -> UsageAnswer:
    """Answer ``GET /v1/usage``: persons as far as the caller may see persons, totals of the same."""
    filters = filters_of(call, _NAMES, since=DEFAULT_SINCE)
    keys = words_of(call, "group_by", GROUP_KEYS) or ("user",)
    as_of = call.as_of()
    scope = call.reach("usage.read")
    return UsageAnswer(
        data=await _rows(call, scope, filters, as_of.offset, keys, own=True),
        totals=(await _rows(call, scope, filters, as_of.offset, (), own=True))[0],
        as_of=str(as_of),
        range=range_of(filters),
        lag_ms=call.lag_ms(),
    )


async def team_usage(call: Call) -> TeamUsageAnswer:
    """Answer ``GET /v1/teams/{id}/usage``: rows as far as the caller may see them, totals of the whole team."""
    if "team" in call.parameters:
        raise invalid_parameter("team", "is already in the path")
    team = call.directory.team_named(call.path["id"])
    if team is None or not call.reach("events.aggregate").covers_team(team.id):
        raise not_found("team", call.path["id"])
    asked = filters_of(call, _NAMES, since=DEFAULT_SINCE)
    within = Condition(name="team", values=(team.id,))
    filters = dataclasses.replace(asked, conditions=(*asked.conditions, within))
    keys = words_of(call, "group_by", GROUP_KEYS) or ("user",)
    as_of = call.as_of()
    whole = call.reach("events.aggregate")
    totals_filters = Filters(since=asked.since, until=asked.until, conditions=(within,))
    return TeamUsageAnswer(
        team=team.slug,
        team_id=team.id,
        data=await _rows(call, call.reach("usage.read"), filters, as_of.offset, keys, own=True),
        totals=(await _rows(call, whole, totals_filters, as_of.offset, (), own=False))[0],
        as_of=str(as_of),
        range=range_of(filters),
        lag_ms=call.lag_ms(),
    )


async def _rows(
    call: Call, scope: TenantScope, filters: Filters, as_of: int, keys: tuple[str, ...], *, own: bool
) -> list[GroupRow]:
    return await grouped(
        call.deps.store, scope, filters, call.directory, as_of=as_of, keys=keys, own=own,
        order_by=call.parameters.get("order_by") if keys else None,
        limit=limit_of(call),
    )  # fmt: skip
