"""``/v1/teams``, ``/v1/members``, ``/v1/keys`` and ``/v1/me``: the directory within the caller's reach."""

from __future__ import annotations

from typing import Final, TypeVar

from keeptrusts.projections.query_api.asking import MIN_POSITION, refuse_unknown
from keeptrusts.projections.query_api.call import Call, Parameter
from keeptrusts.projections.query_api.directory_view import Directory
from keeptrusts.projections.query_api.models import (
    Key,
    Me,
    Member,
    One,
    Organization,
    Page,
    Team,
    TeamMember,
    TeamRole,
)
from keeptrusts.projections.query_api.problems import invalid_parameter, not_found
from keeptrusts.schemas import topics
from keeptrusts.schemas.authorization import ROLES_TABLE, scope_of
from keeptrusts.schemas.record import format_time
from keeptrusts.schemas.snapshots.directory import KeyValue, MemberValue, TeamValue

T = TypeVar("T")

ID: Final = Parameter(name="id", help="team id, slug or name", place="path")
ONLY_READ: Final = (MIN_POSITION,)
TEAMS_PARAMETERS: Final = (Parameter(name="state", help="active (default), archived or all"), MIN_POSITION)
MEMBERS_PARAMETERS: Final = (
    Parameter(name="team", help="only members of this team"),
    Parameter(name="state", help="invited, active, suspended, removed or all; default all but removed"),
    MIN_POSITION,
)
KEYS_PARAMETERS: Final = (
    Parameter(name="purpose", help="access or gateway"),
    Parameter(name="state", help="active, revoked or all (default)"),
    Parameter(name="team", help="only keys of this team"),
    MIN_POSITION,
)


async def teams(call: Call) -> Page[Team]:
    """Answer ``GET /v1/teams``."""
    refuse_unknown(call.parameters, (item.name for item in TEAMS_PARAMETERS))
    state = _choice(call, "state", ("active", "archived", "all"), "active")
    found = [
        team
        for team in call.directory.teams.values()
        if call.scope.covers_team(team.id) and state in ("all", team.state)
    ]
    return _page(call, [_team(team, call.directory) for team in sorted(found, key=lambda team: team.slug)])


async def team(call: Call) -> One[Team]:
    """Answer ``GET /v1/teams/{id}``."""
    refuse_unknown(call.parameters, ())
    return One[Team](data=_team(_named(call), call.directory), as_of=_as_of(call), lag_ms=_lag(call))


async def team_members(call: Call) -> Page[TeamMember]:
    """Answer ``GET /v1/teams/{id}/members``."""
    refuse_unknown(call.parameters, ())
    team = _named(call)
    found = sorted(
        (member for member in call.directory.members.values() if team.id in member.teams and member.state != "removed"),
        key=lambda member: member.email,
    )
    return _page(
        call,
        [
            TeamMember(
                id=member.id, email=member.email, name=member.name, role=member.teams[team.id],
                organization_role=member.role, state=member.state,
            )
            for member in found
        ],
    )  # fmt: skip


async def members(call: Call) -> Page[Member]:
    """Answer ``GET /v1/members``: everybody, or oneself and the members of one's teams."""
    refuse_unknown(call.parameters, (item.name for item in MEMBERS_PARAMETERS))
    state = _choice(call, "state", ("invited", "active", "suspended", "removed", "all"), "")
    wanted = _team_filter(call)
    found = [
        member
        for member in call.directory.members.values()
        if _sees_member(call, member)
        and (member.state != "removed" if state == "" else state in ("all", member.state))
        and (wanted is None or wanted in member.teams)
    ]
    ordered = sorted(found, key=lambda member: member.email)
    return _page(call, [_member(member, call.directory, _shown_teams(call, member)) for member in ordered])


async def keys(call: Call) -> Page[Key]:
    """Answer ``GET /v1/keys``: records of keys, never their digests."""
    refuse_unknown(call.parameters, (item.name for item in KEYS_PARAMETERS))
    purpose = _choice(call, "purpose", ("access", "gateway", "all"), "all")
    state = _choice(call, "state", ("active", "revoked", "all"), "all")
    wanted = _team_filter(call)
    found = [
        key
        for key in await call.deps.directory.keys_of(call.org)
        if _sees_key(call, key)
        and purpose in ("all", key.purpose)
        and state in ("all", key.state)
        and wanted in (None, key.team)
    ]
    return _page(call, [_key(key, call.directory) for key in sorted(found, key=lambda key: (key.created_at, key.id))])


async def me(call: Call) -> One[Me]:
    """Answer ``GET /v1/me``: who is asking, and how far each action reaches."""
    refuse_unknown(call.parameters, ())
    principal, organization, key = call.caller.principal, call.directory.organization, call.caller.key
    assert key is not None, "whoever asks over HTTP has shown a key"
    if organization is None:
        raise not_found("organization", principal.org)
    member = call.directory.members.get(principal.member, call.caller.member)
    data = Me(
        member=_member(member, call.directory, frozenset(member.teams)),
        organization=Organization(
            id=organization.id, name=organization.name, slug=organization.slug,
            wallet_mode=organization.wallet_mode, created_at=format_time(organization.created_at),
        ),
        key_id=key.id,
        role=member.role,
        teams=_roles(member, call.directory, frozenset(member.teams)),
        capabilities={action: scope_of(principal, action).reach for action in ROLES_TABLE},
    )  # fmt: skip
    return One[Me](data=data, as_of=_as_of(call), lag_ms=_lag(call))


def _named(call: Call) -> TeamValue:
    team = call.directory.team_named(call.path["id"])
    if team is None or not call.scope.covers_team(team.id):
        raise not_found("team", call.path["id"])
    return team


def _team_filter(call: Call) -> str | None:
    text = call.parameters.get("team")
    if text is None:
        return None
    team = call.directory.team_named(text)
    if team is None or not call.reach("teams.read").covers_team(team.id):
        raise not_found("team", text)
    return team.id


def _choice(call: Call, name: str, allowed: tuple[str, ...], default: str) -> str:
    text = call.parameters.get(name, default)
    if text != default and text not in allowed:
        raise invalid_parameter(name, f"{text[:40]!r} is not known", "use " + ", ".join(allowed))
    return text


def _sees_member(call: Call, member: MemberValue) -> bool:
    if call.scope.reach == "all" or member.id == call.scope.member:
        return True
    return bool(call.scope.teams & set(member.teams)) if call.scope.reach == "team" else False


def _shown_teams(call: Call, member: MemberValue) -> frozenset[str]:
    if call.scope.reach == "all" or member.id == call.scope.member:
        return frozenset(member.teams)
    return frozenset(member.teams) & call.scope.teams


def _sees_key(call: Call, key: KeyValue) -> bool:
    own = call.scope.member in (key.member, key.user)
    return call.scope.reach != "none" and (own or call.scope.covers_team(key.team))


def _team(team: TeamValue, directory: Directory) -> Team:
    wallet = f"team:{team.id}"
    return Team(
        id=team.id,
        name=team.name,
        slug=team.slug,
        description=team.description,
        state=team.state,
        members=sum(1 for item in directory.members.values() if team.id in item.teams and item.state != "removed"),
        wallet=wallet if wallet in directory.wallets else None,
        created_at=format_time(team.created_at),
    )


def _member(member: MemberValue, directory: Directory, shown: frozenset[str]) -> Member:
    return Member(
        id=member.id,
        email=member.email,
        name=member.name,
        role=member.role,
        state=member.state,
        teams=_roles(member, directory, shown),
        created_at=format_time(member.created_at),
    )


def _roles(member: MemberValue, directory: Directory, shown: frozenset[str]) -> list[TeamRole]:
    roles = [
        TeamRole(team=directory.team_label(team), team_id=team, role=role)
        for team, role in member.teams.items()
        if team in shown
    ]
    return sorted(roles, key=lambda role: role.team)


def _key(key: KeyValue, directory: Directory) -> Key:
    return Key(
        id=key.id,
        purpose=key.purpose,
        name=key.name,
        prefix=key.prefix,
        state=key.state,
        member=directory.user_label(key.member) if key.member else None,
        member_id=key.member,
        team=directory.team_label(key.team) if key.team else None,
        team_id=key.team,
        user=directory.user_label(key.user) if key.user else None,
        role=key.role,
        project=key.project,
        consumer_group=key.consumer_group,
        models=list(key.models),
        scopes=list(key.scopes),
        expires_at=format_time(key.expires_at) if key.expires_at else None,
        created_at=format_time(key.created_at),
        created_by=key.created_by,
        revoked_at=format_time(key.revoked_at) if key.revoked_at else None,
    )


def _as_of(call: Call) -> str:
    return str(call.position(topics.DIRECTORY))


def _lag(call: Call) -> int | None:
    return call.lag_ms(topics.DIRECTORY)


def _page(call: Call, data: list[T]) -> Page[T]:
    return Page[T](data=data, as_of=_as_of(call), lag_ms=_lag(call))
