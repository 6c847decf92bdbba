"""Directory rules: who may create and change organizations, teams, members, roles and keys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from keeptrusts.schemas.authorization import RANK, Action, Principal, may_grant, scope_of
from keeptrusts.schemas.commands import people
from keeptrusts.schemas.events.identity import Role
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.directory import KeyValue, MemberValue, OrganizationValue, TeamValue
from keeptrusts.stream_processors.authority.rule import Rule
from keeptrusts.stream_processors.authority.state import LedgerState
from keeptrusts.stream_processors.authority.verdicts import Accepted, Rejected, Verdict, forbidden, missing

MAX_TEAMS: Final = 10_000
MAX_MEMBERS: Final = 200_000
MAX_KEYS: Final = 200_000


def create_organization(state: LedgerState, intent: people.OrganizationCreateRequested, at: datetime) -> Verdict:
    """The first intent of a ledger creates the organization and its owner without an actor's right."""
    if state.organization is not None:
        return Rejected("organization_exists", f"this ledger already belongs to {state.organization.slug!r}")
    if intent.organization != state.ledger:
        return Rejected("wrong_ledger", "an organization is created in the ledger that carries its id")
    organization = OrganizationValue(
        id=intent.organization,
        org=intent.organization,
        name=intent.name,
        slug=intent.slug,
        wallet_mode=intent.wallet_mode,
        created_at=at,
    )
    owner = MemberValue(
        id=intent.owner,
        org=intent.organization,
        email=intent.owner_email,
        name=intent.owner_name,
        role="owner",
        created_at=at,
    )
    return Accepted("organization", intent.organization, changes=(organization, owner))


def create_team(state: LedgerState, actor: Principal, intent: people.TeamCreateRequested, at: datetime) -> Verdict:
    if scope_of(actor, "teams.create").reach != "all":
        return forbidden("create teams", "ask an owner or an admin of the organization")
    if intent.team in state.teams:
        return Rejected("already_exists", f"team {intent.team} already exists")
    taken = _name_taken(state, intent.name, intent.slug, except_team=None)
    if taken is not None:
        return taken
    if len(state.teams) >= MAX_TEAMS:
        return Rejected("limit_reached", f"an organization has at most {MAX_TEAMS} teams")
    team = TeamValue(
        id=intent.team,
        org=actor.org,
        name=intent.name,
        slug=intent.slug,
        description=intent.description,
        created_at=at,
    )
    return Accepted("team", team.id, changes=(team,))


def change_team(state: LedgerState, actor: Principal, intent: people.TeamChangeRequested, at: datetime) -> Verdict:
    team = state.teams.get(intent.team)
    if team is None:
        return missing("team", intent.team)
    if not scope_of(actor, "teams.change").covers_team(team.id):
        return forbidden("change this team", "ask an admin of the team")
    taken = _name_taken(state, intent.name or team.name, intent.slug or team.slug, except_team=team.id)
    if taken is not None:
        return taken
    changed = team.model_copy(
        update=_given(intent, "name", "slug", "description")
        | ({} if intent.archived is None else {"state": "archived" if intent.archived else "active"})
    )
    return Accepted("team", team.id, changes=(changed,))


def add_member(state: LedgerState, actor: Principal, intent: people.MemberAddRequested, at: datetime) -> Verdict:
    """Adds a person to the organization or to a team; adding twice with the same role changes nothing."""
    if intent.team is not None and not _active_team(state, intent.team):
        return missing("team", intent.team)
    if not _covers(actor, "members.add", intent.team):
        return forbidden("add members here", "ask an admin of the team or of the organization")
    if not may_grant(actor, intent.role, intent.team):
        return forbidden(f"grant the role {intent.role!r}", "nobody can grant what he does not hold")
    if intent.team is not None and intent.role == "owner":
        return Rejected("invalid_role", "a team has admins and members; owner is a role of the organization")
    known = state.member_by_email.get(intent.email)
    if known is None:
        return _new_member(state, actor, intent, at)
    member = state.members[known]
    revived = "active" if member.state == "removed" else member.state
    if intent.team is None:
        if RANK[member.role] > RANK[intent.role] and not _may_demote(state, actor, member):
            return forbidden("lower this member's role", "ask an owner")
        return Accepted("member", known, changes=(member.model_copy(update={"role": intent.role, "state": revived}),))
    teams = member.teams | {intent.team: intent.role}
    return Accepted("member", known, changes=(member.model_copy(update={"teams": teams, "state": revived}),))


def change_member(state: LedgerState, actor: Principal, intent: people.MemberChangeRequested, at: datetime) -> Verdict:
    member = state.members.get(intent.member)
    if member is None or member.state == "removed":
        return missing("member", intent.member)
    if not _covers(actor, "members.change", None):
        return forbidden("change members", "ask an owner or an admin of the organization")
    if member.role == "owner" and actor.role != "owner":
        return forbidden("change an owner", "ask an owner")
    if intent.state == "suspended" and _is_last_owner(state, member):
        return Rejected("last_owner", "the last owner cannot be suspended; make somebody else an owner first")
    return Accepted("member", member.id, changes=(member.model_copy(update=_given(intent, "name", "state")),))


def remove_member(state: LedgerState, actor: Principal, intent: people.MemberRemoveRequested, at: datetime) -> Verdict:
    member = state.members.get(intent.member)
    if member is None or member.state == "removed":
        return missing("member", intent.member)
    if not _covers(actor, "members.remove", intent.team):
        return forbidden("remove members here", "ask an admin of the team or of the organization")
    if intent.team is not None:
        if intent.team not in member.teams:
            return Rejected("not_a_member", f"{member.email} is not in that team")
        teams = {team: role for team, role in member.teams.items() if team != intent.team}
        left = member.model_copy(update={"teams": teams})
        return Accepted("member", member.id, changes=(left, *_revoked_keys_of(state, member.id, at, team=intent.team)))
    if member.role == "owner" and actor.role != "owner":
        return forbidden("remove an owner", "ask an owner")
    if _is_last_owner(state, member):
        return Rejected("last_owner", "the last owner cannot be removed; make somebody else an owner first")
    gone = member.model_copy(update={"state": "removed", "teams": {}, "role": "member"})
    return Accepted("member", member.id, changes=(gone, *_revoked_keys_of(state, member.id, at)))


def grant_role(state: LedgerState, actor: Principal, intent: people.RoleGrantRequested, at: datetime) -> Verdict:
    member = state.members.get(intent.member)
    if member is None or member.state == "removed":
        return missing("member", intent.member)
    if not _covers(actor, "roles.grant", intent.team) or not may_grant(actor, intent.role, intent.team):
        return forbidden(f"grant the role {intent.role!r}", "nobody can grant what he does not hold")
    if intent.team is not None:
        if intent.role == "owner":
            return Rejected("invalid_role", "a team has admins and members; owner is a role of the organization")
        if intent.team not in member.teams:
            return Rejected("not_a_member", f"{member.email} is not in that team; add the member first")
        teams = member.teams | {intent.team: intent.role}
        return Accepted("member", member.id, changes=(member.model_copy(update={"teams": teams}),))
    if RANK[member.role] > RANK[intent.role] and not _may_demote(state, actor, member):
        return forbidden("lower this member's role", "ask an owner; the last owner stays")
    return Accepted("member", member.id, changes=(member.model_copy(update={"role": intent.role}),))


def revoke_role(state: LedgerState, actor: Principal, intent: people.RoleRevokeRequested, at: datetime) -> Verdict:
    """Takes a role back: the member stays, with the role ``member``."""
    lowered = people.RoleGrantRequested(member=intent.member, role="member", team=intent.team)
    return grant_role(state, actor, lowered, at)


def create_key(state: LedgerState, actor: Principal, intent: people.KeyCreateRequested, at: datetime) -> Verdict:
    if intent.key in state.keys or intent.prefix in state.key_by_prefix:
        return Rejected("already_exists", "this key already exists; create another one")
    if len(state.keys) >= MAX_KEYS:
        return Rejected("limit_reached", f"an organization has at most {MAX_KEYS} keys")
    if intent.expires_at is not None and intent.expires_at <= at:
        return Rejected("invalid_expiry", "expires_at must be in the future")
    refusal = _access_key_refusal(state, actor, intent) if intent.purpose == "access" else None
    refusal = refusal or (_gateway_key_refusal(state, actor, intent) if intent.purpose == "gateway" else None)
    if refusal is not None:
        return refusal
    return Accepted("key", intent.key, changes=(_new_key(actor, intent, at),))


def change_key(state: LedgerState, actor: Principal, intent: people.KeyChangeRequested, at: datetime) -> Verdict:
    key = state.keys.get(intent.key)
    if key is None or not _may_touch_key(actor, "keys.create", key):
        return missing("key", intent.key)
    if key.state == "revoked":
        return Rejected("key_revoked", "a revoked key cannot be changed; create another one")
    update = _given(intent, "name", "project", "consumer_group", "models", "expires_at")
    return Accepted("key", key.id, changes=(key.model_copy(update=update),))


def rotate_key(state: LedgerState, actor: Principal, intent: people.KeyRotateRequested, at: datetime) -> Verdict:
    """Gives a key a new secret. Who rotates gets to see it, so the rule is that of creating such a key."""
    key = state.keys.get(intent.key)
    if key is None or not _may_touch_key(actor, "keys.create", key):
        return missing("key", intent.key)
    if not _may_hold(state, actor, key):
        return forbidden("rotate a key that may do more than you", "ask whom it belongs to, or an owner")
    if key.state == "revoked":
        return Rejected("key_revoked", "a revoked key cannot be rotated; create another one")
    if intent.prefix in state.key_by_prefix:
        return Rejected("already_exists", "this secret is already in use; make another one")
    rotated = key.model_copy(
        update={
            "prefix": intent.prefix,
            "digest": intent.digest,
            "secret_version": intent.secret_version,
            "previous_prefix": key.prefix if intent.overlap_until is not None else None,
            "previous_digest": key.digest if intent.overlap_until is not None else None,
            "overlap_until": intent.overlap_until,
        }
    )
    return Accepted("key", key.id, changes=(rotated,))


def revoke_key(state: LedgerState, actor: Principal, intent: people.KeyRevokeRequested, at: datetime) -> Verdict:
    """Revokes a key; revoking twice changes nothing."""
    key = state.keys.get(intent.key)
    if key is None or not _may_touch_key(actor, "keys.revoke", key):
        return missing("key", intent.key)
    if key.state == "revoked":
        return Accepted("key", key.id)
    return Accepted("key", key.id, changes=(_revoked(key, at),))


RULES: Final[Mapping[type[Record], Rule]] = MappingProxyType(
    {
        people.TeamCreateRequested: create_team,
        people.TeamChangeRequested: change_team,
        people.MemberAddRequested: add_member,
        people.MemberChangeRequested: change_member,
        people.MemberRemoveRequested: remove_member,
        people.RoleGrantRequested: grant_role,
        people.RoleRevokeRequested: revoke_role,
        people.KeyCreateRequested: create_key,
        people.KeyChangeRequested: change_key,
        people.KeyRotateRequested: rotate_key,
        people.KeyRevokeRequested: revoke_key,
    }
)
"""Intent -> rule. Every rule gets the state, the acting member, the intent and the intent's business time."""


def _new_member(state: LedgerState, actor: Principal, intent: people.MemberAddRequested, at: datetime) -> Verdict:
    if intent.member in state.members:
        return Rejected("already_exists", f"member {intent.member} already exists with another e-mail")
    if len(state.members) >= MAX_MEMBERS:
        return Rejected("limit_reached", f"an organization has at most {MAX_MEMBERS} members")
    role: Role = intent.role if intent.team is None else "member"
    teams: dict[str, Role] = {} if intent.team is None else {intent.team: intent.role}
    member = MemberValue(
        id=intent.member,
        org=actor.org,
        email=intent.email,
        name=intent.name,
        role=role,
        teams=teams,
        created_at=at,
    )
    return Accepted("member", member.id, changes=(member,))


def _new_key(actor: Principal, intent: people.KeyCreateRequested, at: datetime) -> KeyValue:
    role = intent.role
    if intent.purpose == "gateway" and intent.team is not None and role is None:
        role = "member"
    return KeyValue(
        id=intent.key,
        org=actor.org,
        purpose=intent.purpose,
        name=intent.name,
        prefix=intent.prefix,
        digest=intent.digest,
        secret_version=intent.secret_version,
        member=intent.member,
        team=intent.team,
        user=intent.user,
        role=role,
        project=intent.project,
        consumer_group=intent.consumer_group,
        models=intent.models,
        scopes=intent.scopes,
        speaks_for_members=intent.speaks_for_members and intent.user is None,
        expires_at=intent.expires_at,
        created_at=at,
        created_by=actor.member,
    )


def _access_key_refusal(state: LedgerState, actor: Principal, intent: people.KeyCreateRequested) -> Rejected | None:
    member = state.members.get(intent.member or "")
    if member is None or member.state == "removed":
        return missing("member", intent.member or "(none)")
    if intent.team is not None or intent.user is not None or intent.role is not None:
        return Rejected("invalid_key", "an access key acts as its member: it has no team, user or role of its own")
    if _may_act_as(actor, member):
        return None
    return forbidden("create access keys for others", "sign in as that member")


def _gateway_key_refusal(state: LedgerState, actor: Principal, intent: people.KeyCreateRequested) -> Rejected | None:
    if intent.team is not None and not _active_team(state, intent.team):
        return missing("team", intent.team)
    if intent.member is not None:
        return Rejected("invalid_key", "a gateway key belongs to a team or the organization, not to a member")
    scope = scope_of(actor, "keys.create")
    own = intent.user == actor.member and intent.team is not None and intent.team in actor.teams
    if not scope.covers_team(intent.team) and not own:
        return forbidden("create keys here", "ask an admin of the team")
    user = state.members.get(intent.user or "")
    if intent.user is not None and (user is None or user.state == "removed"):
        return missing("member", intent.user)
    if user is not None and scope.reach != "all" and intent.team not in user.teams:
        return Rejected("not_a_member", f"{user.email} is not in that team; add the member first")
    if intent.role is None:
        return None
    if RANK[intent.role] > RANK[_role_held(actor, intent.team)]:
        return forbidden(f"give a key the role {intent.role!r}", "nobody can grant what he does not hold")
    return None


def _may_touch_key(actor: Principal, action: Action, key: KeyValue) -> bool:
    """A key belongs to whom it acts for; having created it once gives no right that a role does not."""
    if actor.member in (key.member, key.user):
        return True
    scope = scope_of(actor, action)
    if key.purpose == "access":
        return scope.reach == "all"
    return scope.covers_team(key.team)


def _may_hold(state: LedgerState, actor: Principal, key: KeyValue) -> bool:
    """Say whether an actor may have a key's secret: it acts for the actor, or for nobody above."""
    if actor.member in (key.member, key.user):
        return True
    if key.purpose == "access":
        member = state.members.get(key.member or "")
        return member is not None and _may_act_as(actor, member)
    return key.role is None or RANK[key.role] <= RANK[_role_held(actor, key.team)]


def _may_act_as(actor: Principal, member: MemberValue) -> bool:
    """Say whether an actor may have access keys of a member: the own ones, and those of members below."""
    if member.id == actor.member or actor.role == "owner":
        return True
    return actor.role == "admin" and member.role != "owner"


def _role_held(actor: Principal, team: str | None) -> Role:
    return actor.role if team is None or actor.role != "member" else actor.teams.get(team, "member")


def _revoked_keys_of(state: LedgerState, member: str, at: datetime, *, team: str | None = None) -> tuple[KeyValue, ...]:
    """Revoke what a member acts with: everything, or only what is bound to one team."""
    return tuple(
        _revoked(key, at)
        for key in state.keys.values()
        if key.state == "active" and member in (key.member, key.user) and team in (None, key.team)
    )


def _revoked(key: KeyValue, at: datetime) -> KeyValue:
    return key.model_copy(update={"state": "revoked", "revoked_at": at, "overlap_until": None})


def _covers(actor: Principal, action: Action, team: str | None) -> bool:
    return scope_of(actor, action).covers_team(team)


def _active_team(state: LedgerState, team: str) -> bool:
    value = state.teams.get(team)
    return value is not None and value.state == "active"


def _name_taken(state: LedgerState, name: str, slug: str, *, except_team: str | None) -> Rejected | None:
    for team in state.teams.values():
        if team.id == except_team or team.state == "archived":
            continue
        if team.slug == slug:
            return Rejected("already_exists", f"a team with the slug {slug!r} already exists ({team.id})")
        if team.name.casefold() == name.casefold():
            return Rejected("already_exists", f"a team named {team.name!r} already exists ({team.id})")
    return None


def _is_last_owner(state: LedgerState, member: MemberValue) -> bool:
    if member.role != "owner":
        return False
    others = (other for other in state.members.values() if other.id != member.id)
    return not any(other.role == "owner" and other.state == "active" for other in others)


def _may_demote(state: LedgerState, actor: Principal, member: MemberValue) -> bool:
    if member.role == "owner":
        return actor.role == "owner" and not _is_last_owner(state, member)
    return actor.role in ("owner", "admin")


def _given(intent: Record, *names: str) -> dict[str, Any]:
    """Give the fields of an intent that were set."""
    return {name: value for name in names if (value := getattr(intent, name)) is not None}
