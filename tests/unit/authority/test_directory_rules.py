"""Who may change whom: every directory rule with what it accepts and every reason it refuses for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from support.ledger import ORG, OWNER, START, Ledger, founded

from keeptrusts.schemas.commands import people
from keeptrusts.schemas.record import Record
from keeptrusts.stream_processors.authority import directory
from keeptrusts.stream_processors.authority.directory import MAX_KEYS, MAX_MEMBERS, MAX_TEAMS, RULES
from keeptrusts.stream_processors.authority.verdicts import Rejected

NO_ONE = "mem_nobody"


def key(name: str = "key_new", *, purpose: people.KeyPurpose = "gateway", **fields: Any) -> people.KeyCreateRequested:
    return people.KeyCreateRequested(
        key=name, purpose=purpose, name="k", prefix=f"kt_gk_{name}", digest="0" * 64, **fields
    )


def with_keys() -> Ledger:
    """The founded organization with a key of every kind."""
    ledger = founded()
    ledger.granted(key("key_org"))
    ledger.granted(key("key_eng", team="team_eng"), by="mem_lead")
    ledger.granted(key("key_dev", team="team_eng", user="mem_dev"), by="mem_dev")
    ledger.granted(key("key_ops", team="team_ops"))
    ledger.granted(key("key_access", purpose="access", member="mem_dev"), by="mem_dev")
    ledger.granted(key("key_dead", team="team_eng"))
    ledger.granted(people.KeyRevokeRequested(key="key_dead"))
    return ledger


TEAM, CHANGE = people.TeamCreateRequested, people.TeamChangeRequested
ADD, MEMBER, REMOVE = people.MemberAddRequested, people.MemberChangeRequested, people.MemberRemoveRequested
GRANT, REVOKE = people.RoleGrantRequested, people.RoleRevokeRequested
ROTATE = people.KeyRotateRequested
SOON, PAST = START + timedelta(days=1), START - timedelta(days=1)

ACCEPTED: list[tuple[str, str, Record, dict[str, Any]]] = [
    ("owner creates a team", OWNER, TEAM(team="t1", name="New", slug="new"), {"id": "t1", "state": "active"}),
    ("admin creates a team", "mem_admin", TEAM(team="t1", name="New", slug="new"), {"name": "New"}),
    ("an archived team's name is free", OWNER, TEAM(team="t1", name="Old", slug="old"), {"slug": "old"}),
    ("lead changes the own team", "mem_lead", CHANGE(team="team_eng", description="x"), {"description": "x"}),
    (
        "owner renames a team",
        OWNER,
        CHANGE(team="team_eng", name="Core", slug="core"),
        {"name": "Core", "slug": "core"},
    ),
    ("a team keeps its own name", OWNER, CHANGE(team="team_eng", name="Eng"), {"name": "Eng"}),
    ("owner archives a team", OWNER, CHANGE(team="team_eng", archived=True), {"state": "archived"}),
    ("owner revives a team", OWNER, CHANGE(team="team_old", archived=False), {"state": "active"}),
    (
        "lead adds to the own team",
        "mem_lead",
        ADD(member="m1", email="n@x.example", team="team_eng"),
        {"role": "member", "teams": {"team_eng": "member"}},
    ),
    (
        "lead adds another lead",
        "mem_lead",
        ADD(member="m1", email="n@x.example", team="team_eng", role="admin"),
        {"role": "member", "teams": {"team_eng": "admin"}},
    ),
    (
        "a known e-mail keeps its member",
        "mem_lead",
        ADD(member="m1", email="OP@acme.example", team="team_eng"),
        {"id": "mem_op", "teams": {"team_ops": "member", "team_eng": "member"}},
    ),
    (
        "a removed member comes back",
        OWNER,
        ADD(member="m1", email="gone@acme.example"),
        {"id": "mem_gone", "state": "active", "teams": {}},
    ),
    (
        "a suspended member stays so",
        OWNER,
        ADD(member="m1", email="idle@acme.example", team="team_eng"),
        {"state": "suspended"},
    ),
    ("admin adds an admin", "mem_admin", ADD(member="m1", email="n@x.example", role="admin"), {"role": "admin"}),
    ("owner adds an owner", OWNER, ADD(member="m1", email="n@x.example", role="owner"), {"role": "owner"}),
    (
        "adding again raises the role",
        OWNER,
        ADD(member="m1", email="dev@acme.example", role="admin"),
        {"id": "mem_dev", "role": "admin"},
    ),
    (
        "admin lowers an admin by adding",
        "mem_admin",
        ADD(member="m1", email="admin@acme.example", role="member"),
        {"role": "member"},
    ),
    (
        "owner lowers an owner by adding",
        OWNER,
        ADD(member="m1", email="second@acme.example", role="admin"),
        {"role": "admin"},
    ),
    ("admin renames a member", "mem_admin", MEMBER(member="mem_dev", name="Dev"), {"name": "Dev"}),
    ("admin suspends a member", "mem_admin", MEMBER(member="mem_dev", state="suspended"), {"state": "suspended"}),
    ("owner suspends another owner", OWNER, MEMBER(member="mem_second", state="suspended"), {"state": "suspended"}),
    (
        "lead removes from the team",
        "mem_lead",
        REMOVE(member="mem_dev", team="team_eng"),
        {"teams": {}, "state": "active"},
    ),
    ("admin removes a member", "mem_admin", REMOVE(member="mem_dev"), {"state": "removed", "teams": {}}),
    ("owner removes an owner", OWNER, REMOVE(member="mem_second"), {"state": "removed", "role": "member"}),
    ("owner makes an owner", OWNER, GRANT(member="mem_dev", role="owner"), {"role": "owner"}),
    ("admin makes an admin", "mem_admin", GRANT(member="mem_dev", role="admin"), {"role": "admin"}),
    (
        "lead makes a lead",
        "mem_lead",
        GRANT(member="mem_dev", role="admin", team="team_eng"),
        {"teams": {"team_eng": "admin"}},
    ),
    ("owner lowers an owner", OWNER, GRANT(member="mem_second", role="member"), {"role": "member"}),
    (
        "lead takes a role back",
        "mem_lead",
        REVOKE(member="mem_lead", team="team_eng"),
        {"teams": {"team_eng": "member"}},
    ),
    ("admin takes a role back", "mem_admin", REVOKE(member="mem_admin"), {"role": "member"}),
    ("owner makes an organization key", OWNER, key(), {"team": None, "role": None, "created_by": OWNER}),
    ("owner makes an owner's key", OWNER, key(role="owner"), {"role": "owner"}),
    ("a team key carries member", "mem_lead", key(team="team_eng"), {"team": "team_eng", "role": "member"}),
    ("lead makes an admin's key", "mem_lead", key(team="team_eng", role="admin"), {"role": "admin"}),
    (
        "member makes an own key",
        "mem_dev",
        key(team="team_eng", user="mem_dev"),
        {"user": "mem_dev", "speaks_for_members": False},
    ),
    ("lead makes a key for a colleague", "mem_lead", key(team="team_eng", user="mem_dev"), {"user": "mem_dev"}),
    ("owner makes a key for anybody", OWNER, key(team="team_eng", user="mem_op"), {"user": "mem_op"}),
    (
        "member makes an own access key",
        "mem_dev",
        key(purpose="access", member="mem_dev"),
        {"member": "mem_dev", "role": None},
    ),
    (
        "admin makes an access key for a member",
        "mem_admin",
        key(purpose="access", member="mem_dev"),
        {"member": "mem_dev"},
    ),
    ("a key that expires", OWNER, key(expires_at=SOON), {"expires_at": SOON}),
    (
        "lead changes a team key",
        "mem_lead",
        people.KeyChangeRequested(key="key_eng", models=("a",)),
        {"models": ("a",)},
    ),
    (
        "member changes an own key",
        "mem_dev",
        people.KeyChangeRequested(key="key_dev", name="laptop"),
        {"name": "laptop"},
    ),
    (
        "rotation without overlap",
        "mem_dev",
        ROTATE(key="key_dev", prefix="kt_gk_n", digest="1"),
        {"prefix": "kt_gk_n", "previous_prefix": None},
    ),
    (
        "rotation with overlap",
        "mem_lead",
        ROTATE(key="key_eng", prefix="kt_gk_n", digest="1", overlap_until=SOON),
        {"previous_prefix": "kt_gk_key_eng", "previous_digest": "0" * 64, "overlap_until": SOON},
    ),
    ("lead revokes a team key", "mem_lead", people.KeyRevokeRequested(key="key_eng"), {"state": "revoked"}),
    ("member revokes an own key", "mem_dev", people.KeyRevokeRequested(key="key_access"), {"state": "revoked"}),
    ("admin revokes an access key", "mem_admin", people.KeyRevokeRequested(key="key_access"), {"state": "revoked"}),
]

REFUSED: list[tuple[str, str, Record, str]] = [
    ("a stranger", NO_ONE, TEAM(team="t1", name="New", slug="new"), "forbidden"),
    ("a suspended member", "mem_idle", TEAM(team="t1", name="New", slug="new"), "forbidden"),
    ("a removed member", "mem_gone", key(team="team_eng", user="mem_gone"), "forbidden"),
    ("lead creates a team", "mem_lead", TEAM(team="t1", name="New", slug="new"), "forbidden"),
    ("member creates a team", "mem_dev", TEAM(team="t1", name="New", slug="new"), "forbidden"),
    ("a team id twice", OWNER, TEAM(team="team_eng", name="New", slug="new"), "already_exists"),
    ("a team slug twice", OWNER, TEAM(team="t1", name="New", slug="eng"), "already_exists"),
    ("a team name twice, in other letters", OWNER, TEAM(team="t1", name="ENG", slug="new"), "already_exists"),
    ("a change of no team", OWNER, CHANGE(team="t9"), "not_found"),
    ("lead changes another team", "mem_lead", CHANGE(team="team_ops"), "forbidden"),
    ("member changes the own team", "mem_dev", CHANGE(team="team_eng"), "forbidden"),
    ("a slug of another team", OWNER, CHANGE(team="team_eng", slug="ops"), "already_exists"),
    ("adding to no team", OWNER, ADD(member="m1", email="n@x.example", team="t9"), "not_found"),
    ("adding to an archived team", OWNER, ADD(member="m1", email="n@x.example", team="team_old"), "not_found"),
    ("lead adds to another team", "mem_lead", ADD(member="m1", email="n@x.example", team="team_ops"), "forbidden"),
    ("lead adds to the organization", "mem_lead", ADD(member="m1", email="n@x.example"), "forbidden"),
    ("member adds to the own team", "mem_dev", ADD(member="m1", email="n@x.example", team="team_eng"), "forbidden"),
    ("admin adds an owner", "mem_admin", ADD(member="m1", email="n@x.example", role="owner"), "forbidden"),
    ("an owner of a team", OWNER, ADD(member="m1", email="n@x.example", team="team_eng", role="owner"), "invalid_role"),
    ("a member id with another e-mail", OWNER, ADD(member="mem_dev", email="n@x.example"), "already_exists"),
    (
        "admin lowers an owner by adding",
        "mem_admin",
        ADD(member="m1", email="second@acme.example", role="admin"),
        "forbidden",
    ),
    ("changing nobody", OWNER, MEMBER(member=NO_ONE), "not_found"),
    ("changing a removed member", OWNER, MEMBER(member="mem_gone", state="active"), "not_found"),
    ("lead changes a member", "mem_lead", MEMBER(member="mem_dev", name="x"), "forbidden"),
    ("admin suspends an owner", "mem_admin", MEMBER(member="mem_second", state="suspended"), "forbidden"),
    ("removing nobody", OWNER, REMOVE(member=NO_ONE), "not_found"),
    ("removing twice", OWNER, REMOVE(member="mem_gone"), "not_found"),
    ("lead removes from the organization", "mem_lead", REMOVE(member="mem_dev"), "forbidden"),
    ("lead removes from another team", "mem_lead", REMOVE(member="mem_op", team="team_ops"), "forbidden"),
    ("removing from a team one is not in", OWNER, REMOVE(member="mem_dev", team="team_ops"), "not_a_member"),
    ("admin removes an owner", "mem_admin", REMOVE(member="mem_second"), "forbidden"),
    ("granting to nobody", OWNER, GRANT(member=NO_ONE, role="admin"), "not_found"),
    ("admin makes an owner", "mem_admin", GRANT(member="mem_dev", role="owner"), "forbidden"),
    ("admin makes himself an owner", "mem_admin", GRANT(member="mem_admin", role="owner"), "forbidden"),
    ("lead makes an organization admin", "mem_lead", GRANT(member="mem_dev", role="admin"), "forbidden"),
    ("lead grants in another team", "mem_lead", GRANT(member="mem_op", role="admin", team="team_ops"), "forbidden"),
    ("member raises himself", "mem_dev", GRANT(member="mem_dev", role="admin", team="team_eng"), "forbidden"),
    ("granting outside the team", OWNER, GRANT(member="mem_op", role="admin", team="team_eng"), "not_a_member"),
    ("making an owner of a team", OWNER, GRANT(member="mem_dev", role="owner", team="team_eng"), "invalid_role"),
    ("admin lowers an owner", "mem_admin", GRANT(member="mem_second", role="member"), "forbidden"),
    ("admin takes an owner's role", "mem_admin", REVOKE(member="mem_second"), "forbidden"),
    ("a key id twice", OWNER, key("key_org"), "already_exists"),
    ("a key in the past", OWNER, key(expires_at=PAST), "invalid_expiry"),
    ("a key of no team", OWNER, key(team="t9"), "not_found"),
    ("a key of an archived team", OWNER, key(team="team_old"), "not_found"),
    ("a gateway key of a member", OWNER, key(team="team_eng", member="mem_dev"), "invalid_key"),
    ("lead makes an organization key", "mem_lead", key(), "forbidden"),
    ("lead makes another team's key", "mem_lead", key(team="team_ops"), "forbidden"),
    ("member makes a team key", "mem_dev", key(team="team_eng"), "forbidden"),
    ("member makes a colleague's key", "mem_dev", key(team="team_eng", user="mem_dev2"), "forbidden"),
    ("member makes an own key elsewhere", "mem_dev", key(team="team_ops", user="mem_dev"), "forbidden"),
    ("a key for nobody", OWNER, key(team="team_eng", user=NO_ONE), "not_found"),
    ("a key for a removed member", OWNER, key(team="team_eng", user="mem_gone"), "not_found"),
    ("lead makes a key for an outsider", "mem_lead", key(team="team_eng", user="mem_op"), "not_a_member"),
    ("lead makes an owner's key", "mem_lead", key(team="team_eng", role="owner"), "forbidden"),
    ("member makes an admin's key", "mem_dev", key(team="team_eng", user="mem_dev", role="admin"), "forbidden"),
    ("admin makes an owner's key", "mem_admin", key(role="owner"), "forbidden"),
    ("an access key of nobody", OWNER, key(purpose="access"), "not_found"),
    ("an access key of a removed member", OWNER, key(purpose="access", member="mem_gone"), "not_found"),
    (
        "an access key with a role of its own",
        "mem_dev",
        key(purpose="access", member="mem_dev", role="owner"),
        "invalid_key",
    ),
    ("an access key with a team", "mem_dev", key(purpose="access", member="mem_dev", team="team_eng"), "invalid_key"),
    ("lead makes a colleague's access key", "mem_lead", key(purpose="access", member="mem_dev"), "forbidden"),
    ("admin makes an owner's access key", "mem_admin", key(purpose="access", member="mem_second"), "forbidden"),
    ("changing no key", OWNER, people.KeyChangeRequested(key="key_none"), "not_found"),
    ("lead changes another team's key", "mem_lead", people.KeyChangeRequested(key="key_ops"), "not_found"),
    ("changing a revoked key", OWNER, people.KeyChangeRequested(key="key_dead"), "key_revoked"),
    ("member rotates a team key", "mem_dev", ROTATE(key="key_eng", prefix="p", digest="1"), "not_found"),
    (
        "lead rotates a colleague's access key",
        "mem_lead",
        ROTATE(key="key_access", prefix="p", digest="1"),
        "not_found",
    ),
    ("rotating a revoked key", OWNER, ROTATE(key="key_dead", prefix="p", digest="1"), "key_revoked"),
    ("rotating to a secret in use", OWNER, ROTATE(key="key_eng", prefix="kt_gk_key_dev", digest="1"), "already_exists"),
    ("member revokes a team key", "mem_dev", people.KeyRevokeRequested(key="key_eng"), "not_found"),
    ("revoking no key", OWNER, people.KeyRevokeRequested(key="key_none"), "not_found"),
]


@pytest.mark.parametrize(
    ("actor", "intent", "expected"), [row[1:] for row in ACCEPTED], ids=[row[0] for row in ACCEPTED]
)
def test_what_a_rule_accepts(actor: str, intent: Record, expected: dict[str, Any]) -> None:
    entry = with_keys().granted(intent, by=actor)
    changed = entry.changes[0].model_dump()
    assert expected.items() <= changed.items()


@pytest.mark.parametrize(("actor", "intent", "reason"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_a_rule_refuses(actor: str, intent: Record, reason: str) -> None:
    assert with_keys().refusal(intent, by=actor) == reason


def test_every_rule_is_accepted_and_refused_at_least_once() -> None:
    assert {type(row[2]) for row in ACCEPTED} == {type(row[2]) for row in REFUSED} == set(RULES)


def test_the_first_intent_of_a_ledger_founds_it_without_a_right() -> None:
    ledger = Ledger()
    create = people.OrganizationCreateRequested(
        organization=ORG, name="Acme", slug="acme", owner=OWNER, owner_email="o@acme.example", wallet_mode="enforce"
    )
    entry = ledger.granted(create, by=NO_ONE)
    assert [change.kind for change in entry.changes] == ["organization", "member"]
    assert ledger.state.organization is not None and ledger.state.organization.wallet_mode == "enforce"
    assert ledger.state.members[OWNER].role == "owner"


def test_founding_is_refused_twice_in_another_ledger_and_everything_else_before_it() -> None:
    create = people.OrganizationCreateRequested(
        organization="org_other", name="Acme", slug="acme", owner=OWNER, owner_email="o@acme.example"
    )
    assert Ledger().refusal(create) == "wrong_ledger"
    assert Ledger().refusal(TEAM(team="t1", name="New", slug="new")) == "no_organization"
    assert founded().refusal(create.model_copy(update={"organization": ORG})) == "organization_exists"


@pytest.mark.parametrize(
    "intent",
    [
        REMOVE(member=OWNER),
        MEMBER(member=OWNER, state="suspended"),
        GRANT(member=OWNER, role="admin"),
        REVOKE(member=OWNER),
        ADD(member="m1", email="owner@acme.example", role="member"),
    ],
    ids=["removed", "suspended", "lowered", "revoked", "lowered by adding"],
)
@pytest.mark.parametrize("others", ["none", "suspended", "invited"])
def test_the_last_owner_who_can_act_stays(intent: Record, others: str) -> None:
    ledger = founded()
    change = REMOVE(member="mem_second") if others == "none" else MEMBER(member="mem_second", state=others)
    ledger.granted(change)
    assert ledger.refusal(intent) in ("last_owner", "forbidden")
    assert ledger.state.members[OWNER].role == "owner" and ledger.state.members[OWNER].state == "active"


@pytest.mark.parametrize("state", ["suspended", "invited"])
def test_an_owner_who_cannot_act_may_be_removed_by_the_one_who_can(state: str) -> None:
    ledger = founded()
    ledger.granted(MEMBER(member="mem_second", state=state))
    ledger.granted(REMOVE(member="mem_second"))
    assert ledger.state.members["mem_second"].state == "removed"


def test_a_removed_member_loses_keys_and_rights_at_once() -> None:
    ledger = with_keys()
    entry = ledger.granted(REMOVE(member="mem_dev"))
    assert {change.id for change in entry.changes if change.kind == "key"} == {"key_dev", "key_access"}
    assert ledger.state.keys["key_dev"].state == ledger.state.keys["key_access"].state == "revoked"
    assert ledger.state.keys["key_eng"].state == "active"
    assert ledger.refusal(people.KeyRevokeRequested(key="key_dev"), by="mem_dev") == "forbidden"


def test_who_leaves_a_team_loses_the_personal_keys_of_that_team_only() -> None:
    ledger = with_keys()
    ledger.granted(ADD(member="m1", email="dev@acme.example", team="team_ops"))
    ledger.granted(key("key_dev_ops", team="team_ops", user="mem_dev"), by="mem_dev")
    entry = ledger.granted(REMOVE(member="mem_dev", team="team_eng"), by="mem_lead")
    assert {change.id for change in entry.changes if change.kind == "key"} == {"key_dev"}


def test_having_created_a_key_gives_no_right_after_the_role_is_gone() -> None:
    ledger = with_keys()
    ledger.granted(REVOKE(member="mem_lead", team="team_eng"))
    rotate = ROTATE(key="key_eng", prefix="kt_gk_n", digest="1")
    assert ledger.refusal(rotate, by="mem_lead") == "not_found"
    assert ledger.refusal(people.KeyRevokeRequested(key="key_eng"), by="mem_lead") == "not_found"


@pytest.mark.parametrize(
    ("made", "by", "refused"),
    [
        (key("key_new", purpose="access", member="mem_second"), "mem_admin", True),
        (key("key_new", purpose="access", member="mem_second"), OWNER, False),
        (key("key_new", purpose="access", member="mem_second"), "mem_second", False),
        (key("key_new", purpose="access", member="mem_dev"), "mem_admin", False),
        (key("key_new", team="team_eng", role="owner"), "mem_lead", True),
        (key("key_new", team="team_eng", role="owner"), "mem_admin", True),
        (key("key_new", team="team_eng", role="admin"), "mem_lead", False),
        (key("key_new", role="owner"), "mem_admin", True),
        (key("key_new", role="admin"), "mem_admin", False),
    ],
)
def test_nobody_gets_the_secret_of_a_key_that_may_do_more_by_rotating_it(made: Record, by: str, refused: bool) -> None:
    ledger = founded()
    ledger.granted(made)
    rotate = ROTATE(key="key_new", prefix="kt_gk_n", digest="1")
    if refused:
        assert ledger.refusal(rotate, by=by) == "forbidden"
    else:
        ledger.granted(rotate, by=by)


def test_what_already_is_so_is_accepted_and_changes_nothing() -> None:
    assert with_keys().granted(people.KeyRevokeRequested(key="key_dead")).changes == ()


def test_a_rotated_key_is_found_by_its_new_prefix_only() -> None:
    ledger = with_keys()
    ledger.granted(ROTATE(key="key_eng", prefix="kt_gk_n", digest="1"))
    assert ledger.state.key_by_prefix["kt_gk_n"] == "key_eng"
    assert "kt_gk_key_eng" not in ledger.state.key_by_prefix


def test_a_slug_given_to_another_team_stays_with_it() -> None:
    ledger = founded()
    ledger.granted(TEAM(team="t1", name="Fresh", slug="old"))
    ledger.granted(CHANGE(team="team_old", slug="older", name="Older"))
    assert ledger.state.team_by_slug["old"] == "t1"


@pytest.mark.parametrize(
    ("collection", "count", "rule", "intent"),
    [
        ("teams", MAX_TEAMS, directory.create_team, TEAM(team="t1", name="New", slug="new")),
        ("members", MAX_MEMBERS, directory.add_member, ADD(member="m1", email="n@x.example")),
        ("keys", MAX_KEYS, directory.create_key, key()),
    ],
)
def test_there_is_a_limit_to_everything(collection: str, count: int, rule: directory.Rule, intent: Record) -> None:
    ledger = founded()
    values: dict[str, Any] = getattr(ledger.state, collection)
    sample = next(iter(values.values()), None) or ledger.state.members[OWNER]
    values.update({f"filler_{number}": sample for number in range(count)})
    actor = ledger.state.principal(OWNER)
    assert actor is not None
    if collection == "teams":
        values.update({name: value.model_copy(update={"state": "archived"}) for name, value in values.items()})
    verdict = rule(ledger.state, actor, intent, START)
    assert isinstance(verdict, Rejected) and verdict.reason == "limit_reached"
