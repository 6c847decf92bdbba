"""Values of kt.directory: who exists, who may call, which wallets exist. Each is the whole current value.

Revocation and archiving are values, never only a tombstone, so a reader that starts at offset 0 sees them.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from keeptrusts.schemas.commands.people import KeyPurpose, WalletMode
from keeptrusts.schemas.commands.wallets import BudgetPeriod, BudgetScope
from keeptrusts.schemas.events.identity import Role
from keeptrusts.schemas.events.webhook import SwitchedOffFor
from keeptrusts.schemas.money import NanoUsd
from keeptrusts.schemas.record import Record, Timestamp


class OrganizationValue(Record):
    kind: Literal["organization"] = "organization"
    id: str
    org: str
    name: str
    slug: str
    wallet_mode: WalletMode
    created_at: Timestamp


class TeamValue(Record):
    kind: Literal["team"] = "team"
    id: str
    org: str
    name: str
    slug: str
    description: str = ""
    state: Literal["active", "archived"] = "active"
    created_at: Timestamp


class MemberValue(Record):
    """A person: a role in the organization (``role``), and one role a team (``teams``: team id -> role)."""

    kind: Literal["member"] = "member"
    id: str
    org: str
    email: str
    name: str | None = None
    role: Role
    teams: dict[str, Role] = Field(default_factory=dict)
    state: Literal["invited", "active", "suspended", "removed"] = "active"
    created_at: Timestamp


class KeyValue(Record):
    """A key, by prefix and HMAC. ``previous_*`` is the secret before a rotation, valid until ``overlap_until``."""

    kind: Literal["key"] = "key"
    id: str
    org: str
    purpose: KeyPurpose
    name: str
    prefix: str
    digest: str
    secret_version: int = 1
    previous_prefix: str | None = None
    previous_digest: str | None = None
    overlap_until: Timestamp | None = None
    member: str | None = None
    team: str | None = None
    user: str | None = None
    role: Role | None = None
    project: str | None = None
    consumer_group: str | None = None
    models: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    speaks_for_members: bool = True
    state: Literal["active", "revoked"] = "active"
    expires_at: Timestamp | None = None
    created_at: Timestamp
    created_by: str
    revoked_at: Timestamp | None = None


class WalletValue(Record):
    """A wallet exists: enforcement for its owner has begun, until it is closed. Balances are in kt.ledger, not here."""

    kind: Literal["wallet"] = "wallet"
    id: str
    org: str
    scope: Literal["organization", "team", "user"]
    owner: str
    created_at: Timestamp
    closed_at: Timestamp | None = None


class BudgetValue(Record):
    """A cap on what a scope may spend in a period. ``hard`` refuses, ``soft`` only says that a threshold is reached."""

    kind: Literal["budget"] = "budget"
    id: str
    org: str
    scope: BudgetScope
    owner: str
    limit: NanoUsd
    period: BudgetPeriod
    time_zone: str
    action: Literal["hard", "soft"]
    thresholds_percent: tuple[int, ...]
    state: Literal["active", "removed"] = "active"
    created_at: Timestamp


class WebhookValue(Record):
    """Where an organization is told of events that match a pattern; with ``team``, of that team's only.

    ``rotation`` numbers its secrets, each of the installation's key secret ``secret_version``; the one before signs
    along until ``overlap_until``. ``generation`` counts what changed where or whether it is told. ``tests`` counts the
    test messages that were asked for. ``reason`` says why it was switched off, if not by a person.
    """

    kind: Literal["webhook"] = "webhook"
    id: str
    org: str
    url: str
    events: tuple[str, ...]
    team: str | None = None
    description: str = ""
    state: Literal["enabled", "disabled", "removed"] = "enabled"
    reason: SwitchedOffFor | None = None
    generation: int = 0
    secret_version: int = 1
    rotation: int = 0
    previous_secret_version: int | None = None
    overlap_until: Timestamp | None = None
    tests: int = 0
    tested_at: Timestamp | None = None
    created_at: Timestamp
    created_by: str


class ErasureValue(Record):
    """A data subject was erased; ``id`` is the subject. Content keys that were made before are to be destroyed.

    ``number`` counts the subject's erasures: a key is of before where its maker knew of fewer.
    """

    kind: Literal["erasure"] = "erasure"
    id: str
    org: str
    erasure: str
    number: int = Field(ge=1)
    reason: str = ""
    erased_at: Timestamp
    erased_by: str


class Heartbeat(Record):
    """A sign of life of the authority for one partition; ``input_offset`` is the last record of kt.events it folded."""

    kind: Literal["heartbeat"] = "heartbeat"
    id: str
    org: str
    partition: int
    input_offset: int


DirectoryValue = (
    OrganizationValue
    | TeamValue
    | MemberValue
    | KeyValue
    | WalletValue
    | BudgetValue
    | WebhookValue
    | ErasureValue
    | Heartbeat
)


def directory_key(value: DirectoryValue) -> bytes:
    """Give the Kafka key of a value: ``org/kind/id``."""
    return f"{value.org}/{value.kind}/{value.id}".encode()
