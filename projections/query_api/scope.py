"""What a caller may see: a required argument of every question, so that none can forget whose data it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Any

from keeptrusts.schemas.authorization import Reach, Scope
from keeptrusts.schemas.frozen import frozen


@frozen
class TenantScope:
    """One organization, and within it everything (``all``), some teams and what is one's own, or only one's own."""

    org: str
    reach: Reach
    member: str
    teams: frozenset[str] = frozenset()

    def covers_team(self, team: str | None) -> bool:
        """Say whether something of a team (None: of the organization) is within reach."""
        return self.reach == "all" or (self.reach == "team" and team is not None and team in self.teams)

    def covers(self, *, team: str | None, user: str | None) -> bool:
        """Say whether something of a team and a user is within reach; one's own always is, unless nothing is."""
        if self.reach == "none":
            return False
        return self.covers_team(team) or (bool(user) and user == self.member)


@frozen
class Condition:
    """A piece of SQL that is true or false for a row, with the values it names."""

    sql: str
    parameters: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


def tenant_scope(scope: Scope) -> TenantScope:
    """Take a scope of the roles table."""
    return TenantScope(org=scope.org, reach=scope.reach, member=scope.member, teams=scope.teams)


def row_condition(scope: TenantScope, *, team: str = "team", user: str = "user", own: bool = True) -> Condition:
    """Give the condition on rows with a team and a user column; without ``own`` a team's reach is the team alone."""
    org = "org = {scope_org:String}"
    values: dict[str, Any] = {"scope_org": scope.org}
    if scope.reach == "all":
        return Condition(sql=org, parameters=values)
    if scope.reach == "none":
        return Condition(sql=f"{org} AND 0", parameters=values)
    values["scope_member"] = scope.member
    mine = f"{user} = {{scope_member:String}}"
    if scope.reach == "own":
        return Condition(sql=f"{org} AND {mine}", parameters=values)
    values["scope_teams"] = sorted(scope.teams)
    within = f"has({{scope_teams:Array(String)}}, {team})"
    if own:
        within = f"({within} OR {mine})"
    return Condition(sql=f"{org} AND {within}", parameters=values)
