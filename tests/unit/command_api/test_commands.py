"""Commands become intents, the authority decides, and the answer shows the resource and its position."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from support.command_bench import Bench, Person, send, serving

from keeptrusts.gateway.command_api.operations import COMMAND_OPERATIONS, OPERATIONS
from keeptrusts.schemas.commands import people, wallets
from keeptrusts.schemas.keys import parse_key


@dataclass
class Place:
    bench: Bench
    client: TestClient[web.Request, web.Application]
    owner: Person
    engineering: str
    support: str

    async def send(self, method: str, path: str, body: Any = None, who: Any = "owner", **headers: str) -> Any:
        return await send(self.client, self.owner if who == "owner" else who, method, path, body, **headers)


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    bench = Bench()
    owner = await bench.found()
    engineering, support = await bench.team("engineering"), await bench.team("support")
    async with serving(bench.context()) as client:
        yield Place(bench, client, owner, engineering, support)


async def test_a_team_is_created_and_answered_with_its_position(place: Place) -> None:
    status, team, response = await place.send("POST", "/v1/teams", {"name": "Data Science", "description": "models"})
    assert status == 201
    assert team["name"] == "Data Science" and team["slug"] == "data-science" and team["state"] == "active"
    assert team["id"].startswith("team_") and team["created_at"].endswith("Z")
    assert response.headers["x-keeptrusts-position"] == team["position"]
    assert response.headers["x-request-id"].startswith("req_")
    event = place.bench.memory.events[-1]
    assert event.actor == f"member:{place.owner.member}" and event.source == "api/test/1"
    assert event.subject == team["id"] and isinstance(event.data, people.TeamCreateRequested)
    assert place.bench.view.team(place.bench.org, "data-science") is not None


@pytest.mark.parametrize("reference", ["engineering", "Engineering", "ENGINEERING"])
async def test_teams_are_found_by_slug_and_name(place: Place, reference: str) -> None:
    status, team, _ = await place.send("PATCH", f"/v1/teams/{reference}", {"description": "new"})
    assert (status, team["id"], team["description"]) == (200, place.engineering, "new")


async def test_a_team_is_archived_and_brought_back(place: Place) -> None:
    status, team, _ = await place.send("PATCH", "/v1/teams/support", {"archived": True})
    assert (status, team["state"], team["slug"]) == (200, "archived", "support")
    assert (await place.send("PATCH", "/v1/teams/support", {"name": "x"}))[0] == 404
    status, team, _ = await place.send("PATCH", f"/v1/teams/{place.support}", {"archived": False})
    assert (status, team["state"]) == (200, "active")


async def test_members_join_teams_change_roles_and_leave(place: Place) -> None:
    body = {"email": "Dev@Acme.Example", "role": "member", "name": "Dev"}
    status, member, _ = await place.send("POST", "/v1/teams/Engineering/members", body)
    assert status == 201 and member["email"] == "dev@acme.example" and member["name"] == "Dev"
    assert member["teams"] == [{"team": "engineering", "team_id": place.engineering, "role": "member"}]
    path = f"/v1/members/{member['id']}"
    assert (await place.send("POST", f"{path}/role", {"role": "admin", "team": "engineering"}))[1]["teams"] == [
        {"team": "engineering", "team_id": place.engineering, "role": "admin"}
    ]
    status, second, _ = await place.send("POST", "/v1/teams/support/members", {"email": "dev@acme.example"})
    assert second["id"] == member["id"] and {row["team"] for row in second["teams"]} == {"engineering", "support"}
    status, third, _ = await place.send("POST", "/v1/teams/support/members", {"member": member["id"], "role": "admin"})
    assert status == 201 and {row["role"] for row in third["teams"]} == {"admin"}
    assert (await place.send("PATCH", path, {"state": "suspended"}))[1]["state"] == "suspended"
    status, left, _ = await place.send("DELETE", "/v1/teams/support/members/dev@acme.example")
    assert status == 200 and [row["team"] for row in left["teams"]] == ["engineering"]
    status, gone, _ = await place.send("DELETE", path)
    assert (status, gone["state"], gone["email"]) == (200, "removed", "dev@acme.example")
    assert (await place.send("DELETE", path))[0] == 404


async def test_an_organization_member_gets_an_organization_role(place: Place) -> None:
    status, member, _ = await place.send("POST", "/v1/members", {"email": "boss@acme.example", "role": "admin"})
    assert (status, member["role"], member["teams"]) == (201, "admin", [])
    status, member, _ = await place.send("POST", "/v1/members/boss@acme.example/role", {"role": "member"})
    assert (status, member["role"]) == (200, "member")


async def test_a_gateway_key_is_shown_once_and_recorded_as_a_digest(place: Place) -> None:
    body = {"team": "engineering", "models": ["gpt-4o"], "project": "p"}
    status, key, _ = await place.send("POST", "/v1/keys", body)
    assert status == 201 and key["key"].startswith("kt_gk_") and key["team"] == "engineering"
    assert (key["role"], key["name"], key["models"], key["purpose"]) == ("member", "engineering", ["gpt-4o"], "gateway")
    recorded = b"".join(place.bench.memory.records[0])
    assert key["key"].encode() not in recorded and "digest" not in key
    parsed = parse_key(key["key"])
    assert parsed is not None and parsed.prefix == key["prefix"]
    status, revoked, _ = await place.send("POST", f"/v1/keys/{key['id']}/revoke", {"reason": "lost"})
    assert (status, revoked["state"], "key" in revoked) == (200, "revoked", False)
    assert (await place.send("DELETE", f"/v1/keys/{key['id']}"))[0] == 200
    status, problem, _ = await place.send("POST", f"/v1/keys/{key['id']}/rotate")
    assert (status, problem["reason"]) == (409, "key_revoked")


async def test_an_organization_key_has_neither_team_nor_role(place: Place) -> None:
    status, key, _ = await place.send("POST", "/v1/keys", {"name": "platform"})
    assert (status, key["team"], key["role"], key["name"]) == (201, None, None, "platform")


async def test_an_access_key_opens_the_api_and_survives_its_rotation_for_the_overlap(place: Place) -> None:
    status, key, _ = await place.send("POST", "/v1/keys", {"purpose": "access", "expires_at": "2026-12-01T00:00:00Z"})
    assert status == 201 and key["key"].startswith("kt_ak_") and key["member_id"] == place.owner.member
    create = ("POST", "/v1/teams")
    assert (await place.send(*create, {"name": "A"}, who=key["key"]))[0] == 201
    status, rotated, _ = await place.send("POST", f"/v1/keys/{key['id']}/rotate", {"overlap_seconds": 60})
    assert status == 200 and rotated["key"] != key["key"] and rotated["overlap_until"] is not None
    assert (await place.send(*create, {"name": "B"}, who=key["key"]))[0] == 201
    assert (await place.send(*create, {"name": "C"}, who=rotated["key"]))[0] == 201
    place.bench.later(61)
    assert (await place.send(*create, {"name": "D"}, who=key["key"]))[0] == 401
    place.bench.later(30 * 24 * 3600)
    status, problem, _ = await place.send(*create, {"name": "E"}, who=rotated["key"])
    assert status == 401 and "expired" in problem["detail"]


async def test_a_key_under_an_older_secret_still_opens(place: Place) -> None:
    old = await place.bench.access_key(place.owner.member, version=1)
    assert (await place.send("POST", "/v1/teams", {"name": "A"}, who=old))[0] == 201


@pytest.mark.parametrize(
    ("literal", "nano"),
    [
        ("1000.00", 10**12), ("1000", 10**12), ('"1000.00"', 10**12), ("0.000000001", 1), ("1e3", 10**12),
        ("0.1", 10**8), ("9007199.254740993", 9_007_199_254_740_993), ('"0.3"', 3 * 10**8),
    ],
)  # fmt: skip
async def test_an_amount_is_read_exactly(place: Place, literal: str, nano: int) -> None:
    body = '{"team_id": "engineering", "amount": %s, "currency": "USD"}' % literal  # noqa: UP031 - the literal stays
    status, wallet, _ = await place.send("POST", "/v1/wallets/allocate", body)
    assert status == 201 and wallet["id"] == f"team:{place.engineering}" and wallet["owner_name"] == "engineering"
    intent = place.bench.memory.events[-1].data
    assert isinstance(intent, wallets.WalletAllocateRequested) and intent.amount == nano
    assert place.bench.fold.ledger(place.bench.org).free_money(wallet["id"]) == nano


@pytest.mark.parametrize(
    ("target", "wallet"),
    [
        ({}, "organization:{org}"), ({"organization": True}, "organization:{org}"),
        ({"wallet": "organization"}, "organization:{org}"), ({"wallet": "organization:{org}"}, "organization:{org}"),
        ({"wallet": "team:engineering"}, "team:{team}"), ({"user_id": "owner@acme.example"}, "user:{owner}"),
        ({"wallet": "user:owner@acme.example"}, "user:{owner}"), ({"team_id": "{team}"}, "team:{team}"),
    ],
)  # fmt: skip
async def test_wallets_are_named_in_every_form(place: Place, target: dict[str, Any], wallet: str) -> None:
    names = {"org": place.bench.org, "team": place.engineering, "owner": place.owner.member}
    named = {key: value.format(**names) if isinstance(value, str) else value for key, value in target.items()}
    status, answer, _ = await place.send("POST", "/v1/wallets/fund", {**named, "amount": "5"})
    assert (status, answer["id"], answer["amount"]) == (201, wallet.format(**names), "5.00")


async def test_money_moves_from_a_source_and_back(place: Place) -> None:
    await place.send("POST", "/v1/wallets/fund", {"amount": "10"})
    body = {"team_id": "engineering", "amount": "4", "source": "organization"}
    assert (await place.send("POST", "/v1/wallets/allocate", body))[0] == 201
    assert (await place.send("POST", "/v1/wallets/reclaim", {"team_id": "engineering", "amount": "1"}))[0] == 201
    ledger = place.bench.fold.ledger(place.bench.org)
    assert ledger.free_money(f"organization:{place.bench.org}") == 7 * 10**9
    assert ledger.free_money(f"team:{place.engineering}") == 3 * 10**9


async def test_the_wallet_mode_is_set(place: Place) -> None:
    status, answer, _ = await place.send("PUT", "/v1/wallets/mode", {"mode": "enforce"})
    assert (status, answer["wallet_mode"], answer["slug"]) == (200, "enforce", "acme")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "reason"),
    [
        ("POST", "/v1/teams", {"name": "Engineering"}, 409, "already_exists"),
        ("DELETE", "/v1/members/owner@acme.example", None, 409, "last_owner"),
        ("PATCH", "/v1/members/owner@acme.example", {"state": "suspended"}, 409, "last_owner"),
        ("DELETE", "/v1/teams/support/members/owner@acme.example", None, 409, "not_a_member"),
        ("POST", "/v1/teams/support/members", {"email": "a@b.c", "role": "owner"}, 422, "invalid_role"),
        ("POST", "/v1/keys", {"expires_at": "2020-01-01T00:00:00Z"}, 422, "invalid_expiry"),
        ("POST", "/v1/wallets/reclaim", {"team_id": "support", "amount": 1}, 404, "not_found"),
        ("POST", "/v1/wallets/close", {"team_id": "support"}, 404, "not_found"),
        ("POST", "/v1/wallets/recurring/stop", {"team_id": "support"}, 404, "not_found"),
        ("POST", "/v1/tickets/tkt_x/approve", {"wallet": "organization"}, 404, "not_found"),
        ("POST", "/v1/tickets/tkt_x/deny", None, 404, "not_found"),
        ("POST", "/v1/holds/req_x/1/release", None, 404, "not_found"),
        ("POST", "/v1/wallets/fund", {"amount": "9223372037"}, 422, None),
    ],
)
async def test_the_authoritys_refusals_keep_their_reason(
    place: Place, method: str, path: str, body: Any, status: int, reason: str | None
) -> None:
    got, problem, _ = await place.send(method, path, body)
    assert (got, problem["status"], problem.get("reason")) == (status, status, reason)


async def test_too_little_money_is_a_conflict_that_says_so(place: Place) -> None:
    await place.send("POST", "/v1/wallets/fund", {"amount": "10"})
    status, problem, response = await place.send("POST", "/v1/wallets/allocate", {"team_id": "support", "amount": 11})
    assert (status, problem["reason"], problem["code"]) == (409, "insufficient_funds", "conflict")
    assert "10.00 USD available" in problem["detail"] and response.content_type == "application/problem+json"
    assert response.headers["x-should-retry"] == "false" and problem["error"]["message"] == problem["detail"]


async def test_an_answer_comes_although_the_directory_lags(place: Place) -> None:
    place.bench.directory_paused = True
    status, team, _ = await place.send("POST", "/v1/teams", {"name": "Late"})
    assert (status, team["name"], team["slug"], team["state"]) == (201, "Late", "late", "active")


async def test_a_slow_authority_is_answered_with_202_and_asked_again(place: Place) -> None:
    place.bench.authority_paused = True
    status, key, response = await place.send("POST", "/v1/keys", {"team": "engineering"})
    assert (status, key["outcome"]) == (202, "pending") and key["key"].startswith("kt_gk_")
    location = response.headers["Location"]
    assert location == key["location"] == f"/v1/outcomes/{key['event_id']}"
    status, outcome, response = await place.send("GET", location)
    assert (status, outcome["outcome"], response.headers["Retry-After"]) == (200, "pending", "1")
    place.bench.decide()
    status, outcome, _ = await place.send("GET", location)
    assert (status, outcome["outcome"], outcome["resource_id"]) == (200, "accepted", key["id"])
    assert place.bench.view.key_by_prefix(key["prefix"]) is not None


async def test_an_outcome_of_another_organization_is_not_there(place: Place) -> None:
    other = Bench(name="rival", seed=2, beside=place.bench)
    stranger = await other.found()
    event_id = other.memory.events[-1].id
    assert other.inbox.known(event_id) is not None
    assert (await place.send("GET", f"/v1/outcomes/{event_id}"))[0] == 404
    assert (await place.send("GET", f"/v1/outcomes/{event_id}", who=stranger))[0] == 200
    assert (await place.send("GET", "/v1/outcomes/nonsense"))[0] == 404


async def test_another_organizations_ids_are_not_found(place: Place) -> None:
    other = Bench(name="rival", seed=2, beside=place.bench)
    stranger = await other.found()
    key = (await place.send("POST", "/v1/keys", {"team": "engineering"}))[1]["id"]
    for method, path, body in (
        ("PATCH", f"/v1/teams/{place.engineering}", {"name": "x"}),
        ("PATCH", f"/v1/teams/{place.engineering}", {"archived": False}),
        ("POST", f"/v1/teams/{place.engineering}/members", {"email": "a@b.c"}),
        ("DELETE", f"/v1/members/{place.owner.member}", None),
        ("POST", f"/v1/members/{place.owner.member}/role", {"role": "member"}),
        ("POST", "/v1/keys", {"team": place.engineering}),
        ("POST", "/v1/keys", {"purpose": "access", "user": place.owner.member}),
        ("POST", f"/v1/keys/{key}/revoke", None),
        ("POST", "/v1/wallets/fund", {"team_id": place.engineering, "amount": 1}),
        ("POST", "/v1/wallets/fund", {"wallet": f"organization:{place.bench.org}", "amount": 1}),
        ("POST", "/v1/wallets/fund", {"wallet": f"user:{place.owner.member}", "amount": 1}),
    ):
        assert (await send(place.client, stranger, method, path, body))[0] == 404, (method, path)


def test_every_route_is_described_once() -> None:
    described = [(operation.method, operation.path) for operation in COMMAND_OPERATIONS]
    assert len(set(described)) == len(described) == len(OPERATIONS) + 1
    for operation in COMMAND_OPERATIONS:
        assert operation.response.model_json_schema()["type"] == "object"
        if operation.request is not None:
            assert operation.request.model_json_schema()["additionalProperties"] is False
