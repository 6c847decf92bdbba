"""The roles table: what owners, admins and members may see and do. The API and the authority read the same one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Final, Literal

from keeptrusts.schemas.events.identity import Role
from keeptrusts.schemas.frozen import frozen

RoleColumn = Literal["owner", "org_admin", "team_admin", "member"]
Reach = Literal["all", "team", "own", "none"]
Action = Literal[
    "events.read",
    "events.aggregate",
    "content.read",
    "privacy.erase",
    "wallets.read",
    "wallets.fund",
    "wallets.allocate",
    "wallets.reclaim",
    "wallets.mode_set",
    "usage.read",
    "adoption.read",
    "spend.read",
    "teams.read",
    "teams.create",
    "teams.change",
    "members.read",
    "members.add",
    "members.change",
    "members.remove",
    "roles.grant",
    "keys.read",
    "keys.create",
    "keys.revoke",
    "log.read",
    "budgets.set",
    "tickets.decide",
    "escalations.read",
    "escalations.decide",
    "webhooks.manage",
    "configurations.read",
    "configurations.edit",
    "templates.edit",
    "exports.create",
    "reports.create",
]

RANK: Final[Mapping[Role, int]] = MappingProxyType({"member": 1, "admin": 2, "owner": 3})

_COLUMNS: Final[tuple[RoleColumn, ...]] = ("owner", "org_admin", "team_admin", "member")


def _row(owner: Reach, org_admin: Reach, team_admin: Reach, member: Reach) -> Mapping[RoleColumn, Reach]:
    return MappingProxyType(dict(zip(_COLUMNS, (owner, org_admin, team_admin, member), strict=True)))


ROLES_TABLE: Final[Mapping[Action, Mapping[RoleColumn, Reach]]] = MappingProxyType(
    {
        "events.read": _row("all", "all", "team", "own"),
        "events.aggregate": _row("all", "all", "team", "team"),
        "content.read": _row("all", "all", "team", "none"),
        "privacy.erase": _row("all", "none", "none", "none"),
        "wallets.read": _row("all", "all", "team", "team"),
        "wallets.fund": _row("all", "none", "none", "none"),
        "wallets.allocate": _row("all", "all", "team", "none"),
        "wallets.reclaim": _row("all", "all", "none", "none"),
        "wallets.mode_set": _row("all", "none", "none", "none"),
        "usage.read": _row("all", "all", "team", "own"),
        "adoption.read": _row("all", "all", "team", "team"),
        "spend.read": _row("all", "all", "team", "team"),
        "teams.read": _row("all", "all", "team", "team"),
        "teams.create": _row("all", "all", "none", "none"),
        "teams.change": _row("all", "all", "team", "none"),
        "members.read": _row("all", "all", "team", "team"),
        "members.add": _row("all", "all", "team", "none"),
        "members.change": _row("all", "all", "none", "none"),
        "members.remove": _row("all", "all", "team", "none"),
        "roles.grant": _row("all", "all", "team", "none"),
        "keys.read": _row("all", "all", "team", "own"),
        "keys.create": _row("all", "all", "team", "own"),
        "keys.revoke": _row("all", "all", "team", "own"),
        "log.read": _row("all", "all", "team", "own"),
        "budgets.set": _row("all", "all", "team", "none"),
        "tickets.decide": _row("all", "all", "team", "none"),
        "escalations.read": _row("all", "all", "team", "team"),
        "escalations.decide": _row("all", "all", "team", "none"),
        "webhooks.manage": _row("all", "all", "none", "none"),
        "configurations.read": _row("all", "all", "team", "team"),
        "configurations.edit": _row("all", "all", "team", "none"),
        "templates.edit": _row("all", "all", "team", "none"),
        "exports.create": _row("all", "all", "team", "own"),
        "reports.create": _row("all", "all", "none", "none"),
    }
)


@frozen
class Principal:
    """A member as the roles table sees one: the role in the organization and the roles in teams (team id -> role)."""

    org: str
    member: str
    role: Role
    teams: Mapping[str, Role] = field(default_factory=lambda: MappingProxyType({}))


@frozen
class Scope:
    """How far an action of a principal reaches: everything, these teams, or only what is his own."""

    org: str
    reach: Reach
    member: str
    teams: frozenset[str] = frozenset()

    def covers_team(self, team: str | None) -> bool:
        """Say whether something of a team (None: of the organization) is within reach."""
        return self.reach == "all" or (self.reach == "team" and team is not None and team in self.teams)


def scope_of(principal: Principal, action: Action) -> Scope:
    """Give how far a principal may go with an action: the widest reach that any of his roles has."""
    row = ROLES_TABLE[action]
    if principal.role in ("owner", "admin"):
        reach = row["owner" if principal.role == "owner" else "org_admin"]
        if reach != "none":
            return Scope(org=principal.org, reach=reach, member=principal.member, teams=frozenset(principal.teams))
    administered = frozenset(team for team, role in principal.teams.items() if role in ("admin", "owner"))
    as_admin = row["team_admin"] if administered else "none"
    as_member = row["member"]
    if as_admin == "team":
        teams = administered if as_member != "team" else frozenset(principal.teams)
        return Scope(org=principal.org, reach="team", member=principal.member, teams=teams)
    if as_member == "team":
        return Scope(org=principal.org, reach="team", member=principal.member, teams=frozenset(principal.teams))
    return Scope(org=principal.org, reach=as_member, member=principal.member)


def may_grant(principal: Principal, role: Role, team: str | None) -> bool:
    """Say whether a principal may give a role: nobody grants what he does not hold, and admins no owners."""
    if principal.role == "owner":
        return True
    if principal.role == "admin":
        return role != "owner"
    if team is None:
        return False
    held = principal.teams.get(team)
    return held == "admin" and RANK[role] <= RANK["admin"]
