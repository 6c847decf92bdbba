"""An organization for tests of the query API: teams, people in every role, keys, wallets, and a second tenant."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from keeptrusts.schemas.events.identity import Role
from keeptrusts.schemas.keys import key_digest, new_key, parse_key
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.directory import (
    KeyValue,
    MemberValue,
    OrganizationValue,
    TeamValue,
    WalletValue,
)
from support.filled_store import FilledStore

AT = datetime(2026, 11, 1, tzinfo=UTC)
SECRETS = MappingProxyType({1: b"a secret of tests, thirty-two bytes"})
ORG, OTHER_ORG = "org_acme", "org_other"
RED, BLUE = "team_red", "team_blue"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Person:
    """A member with an access key. ``name`` is also the part of the e-mail before the @."""

    name: str
    role: Role
    teams: MappingProxyType[str, Role]
    org: str = ORG

    @property
    def id(self) -> str:
        return f"mem_{self.name}"

    @property
    def email(self) -> str:
        return f"{self.name}@{self.org.removeprefix('org_')}.example"

    @property
    def key(self) -> str:
        return key_named(self.name, "access")

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


def _person(name: str, role: Role, org: str = ORG, **teams: Role) -> Person:
    return Person(
        name=name, role=role, org=org,
        teams=MappingProxyType({f"team_{team}": held for team, held in teams.items()}),
    )  # fmt: skip


OWNER = _person("olga", "owner")
ADMIN = _person("adam", "admin")
TEAM_ADMIN = _person("tina", "member", red="admin", blue="member")
MEMBER = _person("mia", "member", red="member")
LONER = _person("lou", "member")
STRANGER = _person("sam", "owner", OTHER_ORG, red="admin")
PEOPLE = (OWNER, ADMIN, TEAM_ADMIN, MEMBER, LONER, STRANGER)


def key_named(name: str, purpose: str) -> str:
    """Give the same key for the same name."""
    seed = hashlib.sha512(f"{purpose}/{name}".encode()).digest()
    return new_key("access" if purpose == "access" else "gateway", seed[:40])


def key_value(person: Person, **changes: object) -> KeyValue:
    """Give the record of a person's access key."""
    parsed = parse_key(person.key)
    assert parsed is not None
    value = KeyValue(
        id=f"key_{person.name}", org=person.org, purpose="access", name=f"{person.name}'s key", prefix=parsed.prefix,
        digest=key_digest(person.key, SECRETS[1]), member=person.id, created_at=AT, created_by="member:mem_olga",
    )  # fmt: skip
    return value.model_copy(update=changes)


def member_value(person: Person, **changes: object) -> MemberValue:
    value = MemberValue(
        id=person.id, org=person.org, email=person.email, name=person.name.title(), role=person.role,
        teams=dict(person.teams), created_at=AT,
    )  # fmt: skip
    return value.model_copy(update=changes)


def directory(org: str) -> list[Record]:
    """Give every value of an organization's directory."""
    people = [person for person in PEOPLE if person.org == org]
    name = org.removeprefix("org_").title()
    gateway_key = parse_key(key_named("gateway", "gateway"))
    assert gateway_key is not None
    values: list[Record] = [
        OrganizationValue(id=org, org=org, name=name, slug=name.lower(), wallet_mode="auto", created_at=AT),
        *(
            TeamValue(id=team, org=org, name=f"Team {team[5:].title()}", slug=team[5:], created_at=AT)
            for team in (RED, BLUE)
        ),
        *(member_value(person) for person in people),
        *(key_value(person) for person in people),
        WalletValue(id=f"organization:{org}", org=org, scope="organization", owner=org, created_at=AT),
        WalletValue(id=f"team:{RED}", org=org, scope="team", owner=RED, created_at=AT),
        WalletValue(id=f"team:{BLUE}", org=org, scope="team", owner=BLUE, created_at=AT),
    ]
    if org == ORG:
        values += [
            WalletValue(id=f"user:{MEMBER.id}", org=org, scope="user", owner=MEMBER.id, created_at=AT),
            KeyValue(
                id="key_gateway", org=org, purpose="gateway", name="red's gateway", prefix=gateway_key.prefix,
                digest=key_digest(key_named("gateway", "gateway"), SECRETS[1]), team=RED, role="member",
                created_at=AT, created_by="member:mem_olga",
            ),
        ]  # fmt: skip
    return values


async def fill_directory(filled: FilledStore) -> None:
    """Put both organizations' directories in."""
    await filled.start()
    for org in (ORG, OTHER_ORG):
        await filled.derived("kt.directory", org, *directory(org))
