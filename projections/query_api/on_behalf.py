"""Questions that the system asks on a member's behalf, such as for an export: as the member could ask them now."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from keeptrusts.projections.query_api.authentication import Caller
from keeptrusts.projections.query_api.call import Call, Deps
from keeptrusts.schemas import topics
from keeptrusts.schemas.authorization import Action, Principal
from keeptrusts.schemas.positions import Position

MOST_ROWS: Final = 2_000
"""Rows of a page: half of a page's time goes into asking, but a large one would make others wait while it is read."""
_READS: Final = (topics.EVENTS, topics.LEDGER, topics.DIRECTORY)


async def call_of_member(
    deps: Deps, *, org: str, member: str, action: Action, position: Position, parameters: Mapping[str, str]
) -> Call | None:
    """Give a call of a member with the rights of now; None when the member is not active.

    Waits until the tables have seen the position; raises Refused (503) when that takes too long.
    """
    tip = await deps.tips.wait_for(
        _READS,
        position,
        seconds=deps.settings.position_wait_seconds,
        poll_seconds=deps.settings.position_poll_seconds,
    )
    directory = await deps.directory.of(org, fresh=True)
    found = directory.members.get(member)
    if found is None or found.state != "active":
        return None
    principal = Principal(org=org, member=found.id, role=found.role, teams=found.teams)
    return Call(
        deps=deps,
        caller=Caller(principal=principal, member=found, key=None, directory=directory),
        directory=directory,
        tip=tip,
        now=deps.now(),
        parameters=MappingProxyType(dict(parameters)),
        path=MappingProxyType({}),
        headers=MappingProxyType({}),
        action=action,
        most_rows=MOST_ROWS,
    )
