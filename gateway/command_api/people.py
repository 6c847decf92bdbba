"""Plans of the commands about teams, members and roles."""

from __future__ import annotations

from typing import Any

from keeptrusts.gateway.command_api.answers import member_document, team_document, team_roles
from keeptrusts.gateway.command_api.plan import Asked, Plan
from keeptrusts.gateway.command_api.problems import invalid
from keeptrusts.gateway.command_api.requests import (
    MemberAddBody,
    MemberChangeBody,
    NoFields,
    RoleBody,
    TeamChangeBody,
    TeamCreateBody,
)
from keeptrusts.gateway.command_api.resolution import member_of, team_of
from keeptrusts.schemas import ids
from keeptrusts.schemas.commands import people
from keeptrusts.schemas.events.identity import Role
from keeptrusts.schemas.frozen import replace
from keeptrusts.schemas.snapshots.directory import MemberValue


def create_team(asked: Asked, body: TeamCreateBody) -> Plan:
    slug = body.slug or ids.slug_of(body.name)
    if not slug:
        raise invalid("slug", "the name has no letter a-z or digit to make a slug of", "give a slug as well")
    team = asked.new_id(ids.TEAM)
    return Plan(
        intent=people.TeamCreateRequested(team=team, name=body.name, slug=slug, description=body.description),
        kind="team",
        resource=team,
        expected={
            "id": team,
            "name": body.name,
            "slug": slug,
            "description": body.description,
            "state": "active",
        },
    )


def change_team(asked: Asked, body: TeamChangeBody) -> Plan:
    """Changes what is named. An archived team is found by its id only, to bring it back."""
    changes = body.model_dump(exclude_unset=True)
    if not changes:
        raise invalid("name", "nothing to change", "send name, slug, description or archived")
    reference = asked.path["team"]
    if body.archived is False and ids.has_prefix(reference, ids.TEAM):
        team, before = reference, {}
    else:
        value = team_of(asked.context.directory, asked.org, reference)
        team, before = value.id, team_document(value)
    archived = changes.pop("archived", None)
    state = {} if archived is None else {"state": "archived" if archived else "active"}
    return Plan(
        intent=people.TeamChangeRequested(team=team, archived=archived, **changes),
        kind="team",
        resource=team,
        expected={**changes, **state},
        extra=before if archived else {},
        gone=bool(archived),
    )


def add_team_member(asked: Asked, body: MemberAddBody) -> Plan:
    team = team_of(asked.context.directory, asked.org, asked.path["team"])
    email, known = _person(asked, body)
    roles: dict[str, Role] = dict(known.teams) if known is not None else {}
    plan = _add(asked, body, email, known, team.id)
    return _with(plan, teams=_roles(asked, roles | {team.id: body.role}))


def add_member(asked: Asked, body: MemberAddBody) -> Plan:
    return _with(_add(asked, body, *_person(asked, body), None), role=body.role)


def change_member(asked: Asked, body: MemberChangeBody) -> Plan:
    changes = body.model_dump(exclude_unset=True)
    if not changes:
        raise invalid("state", "nothing to change", "send name or state")
    member = member_of(asked.context.directory, asked.org, asked.path["member"])
    return Plan(
        intent=people.MemberChangeRequested(member=member.id, **changes),
        kind="member",
        resource=member.id,
        expected=changes,
    )


def remove_team_member(asked: Asked, body: NoFields) -> Plan:
    team = team_of(asked.context.directory, asked.org, asked.path["team"])
    member = member_of(asked.context.directory, asked.org, asked.path["member"])
    left = {other: role for other, role in member.teams.items() if other != team.id}
    return Plan(
        intent=people.MemberRemoveRequested(member=member.id, team=team.id),
        kind="member",
        resource=member.id,
        expected={"teams": _roles(asked, left)},
    )


def remove_member(asked: Asked, body: NoFields) -> Plan:
    """Removes a person from the organization; their keys are revoked with it."""
    member = member_of(asked.context.directory, asked.org, asked.path["member"])
    return Plan(
        intent=people.MemberRemoveRequested(member=member.id),
        kind="member",
        resource=member.id,
        expected={"state": "removed", "teams": [], "role": "member"},
        extra=member_document(asked.context.directory, member),
        gone=True,
    )


def grant_role(asked: Asked, body: RoleBody) -> Plan:
    member = member_of(asked.context.directory, asked.org, asked.path["member"])
    if body.team is None:
        return Plan(
            intent=people.RoleGrantRequested(member=member.id, role=body.role),
            kind="member",
            resource=member.id,
            expected={"role": body.role},
        )
    team = team_of(asked.context.directory, asked.org, body.team, field="team")
    roles: dict[str, Role] = {**member.teams, team.id: body.role}
    return Plan(
        intent=people.RoleGrantRequested(member=member.id, role=body.role, team=team.id),
        kind="member",
        resource=member.id,
        expected={"teams": _roles(asked, roles)},
    )


def _person(asked: Asked, body: MemberAddBody) -> tuple[str, MemberValue | None]:
    """Give the e-mail of who is to be added, and the member if there is one already."""
    view = asked.context.directory
    if body.member is not None:
        if body.email is not None:
            raise invalid("member", "email and member name a person each", "name one of them")
        known = member_of(view, asked.org, body.member, field="member")
        return known.email, known
    if body.email is None:
        raise invalid("email", "is required", "send the person's e-mail, or member with the id of a known one")
    return body.email, view.member(asked.org, body.email)


def _add(asked: Asked, body: MemberAddBody, email: str, known: MemberValue | None, team: str | None) -> Plan:
    member = asked.new_id(ids.MEMBER) if known is None else known.id
    return Plan(
        intent=people.MemberAddRequested(member=member, email=email, name=body.name, team=team, role=body.role),
        kind="member",
        resource=member,
        expected={"email": email},
        extra={} if known is not None else {"name": body.name},
    )


def _with(plan: Plan, **expected: Any) -> Plan:
    return replace(plan, expected={**plan.expected, **expected})


def _roles(asked: Asked, roles: dict[str, Role]) -> list[dict[str, Any]]:
    return team_roles(asked.context.directory, asked.org, roles)
