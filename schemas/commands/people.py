"""Intents about organizations, teams, members, roles, keys and tokens."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from keeptrusts.schemas.events.identity import Role
from keeptrusts.schemas.record import Record, Timestamp

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$")]
Description = Annotated[str, StringConstraints(max_length=1000)]
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, max_length=254, pattern=r"^[^@\s]{1,64}@[^@\s]+$"),
]
KeyPurpose = Literal["access", "gateway"]
WalletMode = Literal["auto", "enforce", "observe"]


class OrganizationCreateRequested(Record):
    """Create a ledger's organization and its first owner; needs no actor's right when the ledger is new."""

    organization: str
    name: Name
    slug: Slug
    owner: str
    owner_email: Email
    owner_name: Name | None = None
    wallet_mode: WalletMode = "auto"


class TeamCreateRequested(Record):
    team: str
    name: Name
    slug: Slug
    description: Description = ""


class TeamChangeRequested(Record):
    team: str
    name: Name | None = None
    slug: Slug | None = None
    description: Description | None = None
    archived: bool | None = None


class MemberAddRequested(Record):
    """Add a person to the organization, and to a team when one is named. ``member`` is used if the e-mail is new."""

    member: str
    email: Email
    name: Name | None = None
    team: str | None = None
    role: Role = "member"


class MemberChangeRequested(Record):
    member: str
    name: Name | None = None
    state: Literal["invited", "active", "suspended"] | None = None


class MemberRemoveRequested(Record):
    """Remove a person from a team, or from the organization when no team is named."""

    member: str
    team: str | None = None


class RoleGrantRequested(Record):
    """Give a role in the organization, or in a team when one is named."""

    member: str
    role: Role
    team: str | None = None


class RoleRevokeRequested(Record):
    member: str
    team: str | None = None


class KeyCreateRequested(Record):
    """Register a key: only its prefix and HMAC are recorded, the key itself is shown once to its creator.

    ``access`` keys act for a member on the control plane. ``gateway`` keys call models; a team's key carries the
    role ``member``; without team and role the key belongs to the organization alone.
    """

    key: str
    purpose: KeyPurpose
    name: Name
    prefix: str
    digest: str
    secret_version: int = 1
    member: str | None = None
    team: str | None = None
    user: str | None = None
    role: Role | None = None
    project: str | None = None
    consumer_group: str | None = None
    models: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    speaks_for_members: bool = True
    expires_at: Timestamp | None = None


class KeyChangeRequested(Record):
    key: str
    name: Name | None = None
    project: str | None = None
    consumer_group: str | None = None
    models: tuple[str, ...] | None = None
    expires_at: Timestamp | None = None


class KeyRotateRequested(Record):
    """Give a key a new secret; the old one works until ``overlap_until``."""

    key: str
    prefix: str
    digest: str
    secret_version: int = 1
    overlap_until: Timestamp | None = None


class KeyRevokeRequested(Record):
    key: str
    reason: str = ""


class TokenCreateRequested(Record):
    """Register a session of a signed-in member."""

    token: str
    member: str
    prefix: str
    digest: str
    secret_version: int = 1
    expires_at: Timestamp


class TokenRevokeRequested(Record):
    token: str
    reason: str = ""
