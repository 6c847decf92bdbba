"""Who reaches what: every action of every kind of member in every relation to a team, as a table a person can review.

`authorization/reach.csv`: how far each action goes and which teams' things it covers. `authorization/grants.csv`: which
role each may give where. The files are the specification; after a wanted change, edit them by hand.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import get_args

import pytest

from keeptrusts.schemas.authorization import (
    RANK,
    ROLES_TABLE,
    Action,
    Principal,
    may_grant,
    scope_of,
)
from keeptrusts.schemas.events.identity import Role

FOLDER = Path(__file__).parent / "authorization"
PRINCIPALS = {
    "owner": Principal(org="org", member="m", role="owner"),
    "admin": Principal(org="org", member="m", role="admin"),
    "lead of A, member of B": Principal(org="org", member="m", role="member", teams={"A": "admin", "B": "member"}),
    "member of A": Principal(org="org", member="m", role="member", teams={"A": "member"}),
    "member of no team": Principal(org="org", member="m", role="member"),
}
PLACES: dict[str, str | None] = {"A": "A", "B": "B", "C": "C", "organization": None}
ROLES: tuple[Role, ...] = ("member", "admin", "owner")


def table(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def word(yes: bool) -> str:
    return "yes" if yes else "no"


def reach_rows() -> list[dict[str, str]]:
    rows = []
    for action in get_args(Action):
        for name, principal in PRINCIPALS.items():
            scope = scope_of(principal, action)
            covered = {place: word(scope.covers_team(team)) for place, team in PLACES.items()}
            rows.append({"action": action, "principal": name, "reach": scope.reach} | covered)
    return rows


def grant_rows() -> list[dict[str, str]]:
    return [
        {"principal": name, "place": place} | {role: word(may_grant(principal, role, team)) for role in ROLES}
        for name, principal in PRINCIPALS.items()
        for place, team in PLACES.items()
    ]


def test_reach_is_as_the_table_says() -> None:
    assert reach_rows() == table("reach.csv")


def test_grants_are_as_the_table_says() -> None:
    assert grant_rows() == table("grants.csv")


def test_every_action_has_a_row_for_every_role() -> None:
    assert set(ROLES_TABLE) == set(get_args(Action))
    assert all(set(row) == {"owner", "org_admin", "team_admin", "member"} for row in ROLES_TABLE.values())


def held(principal: Principal, team: str | None) -> int:
    """The rank a principal holds at a place: his organization's role, or the role in that team."""
    in_team = principal.teams.get(team) if team is not None else None
    own = RANK[principal.role] if principal.role != "member" else 0
    return max(own, RANK[in_team] if in_team is not None else 0)


@pytest.mark.parametrize("name", PRINCIPALS)
def test_nobody_grants_what_he_does_not_hold_there(name: str) -> None:
    principal = PRINCIPALS[name]
    for team in PLACES.values():
        for role in ROLES:
            if may_grant(principal, role, team):
                assert RANK[role] <= held(principal, team)
                assert scope_of(principal, "roles.grant").covers_team(team)


@pytest.mark.parametrize("action", get_args(Action))
def test_a_higher_role_never_reaches_less(action: Action) -> None:
    order = ["none", "own", "team", "all"]
    row = ROLES_TABLE[action]
    ranks = [order.index(row[column]) for column in ("member", "team_admin", "org_admin", "owner")]
    assert ranks == sorted(ranks)


@pytest.mark.parametrize("action", get_args(Action))
def test_a_scope_names_its_own_organization_and_member(action: Action) -> None:
    for principal in PRINCIPALS.values():
        scope = scope_of(principal, action)
        assert (scope.org, scope.member) == (principal.org, principal.member)
        assert scope.teams <= set(principal.teams)
