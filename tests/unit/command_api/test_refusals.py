"""What the command API refuses: callers it does not know, bodies it cannot read, times at which it cannot be sure."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from support.command_bench import SECRETS, Bench, Person, send, serving

from keeptrusts.gateway.command_api.context import MAX_BODY_BYTES
from keeptrusts.schemas.commands import people


@dataclass
class Place:
    bench: Bench
    client: TestClient[web.Request, web.Application]
    owner: Person

    async def send(self, method: str, path: str, body: Any = None, who: Any = "owner", **headers: str) -> Any:
        return await send(self.client, self.owner if who == "owner" else who, method, path, body, **headers)

    async def refused(self, method: str, path: str, body: Any) -> Any:
        """Send what the API itself refuses: with the same facts in the answer and in the one record it leaves."""
        before = len(self.bench.memory.events)
        status, problem, response = await self.send(method, path, body)
        fact = self.bench.refusal_since(before)
        assert (fact.status, fact.code, fact.request) == (status, problem["code"], problem["request_id"])
        named = None if "unknown field" in problem["detail"] else problem.get("field")
        assert fact.param == (named and named.partition(".")[0])
        return status, problem, response


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    bench = Bench()
    owner = await bench.found()
    await bench.team("engineering")
    async with serving(bench.context()) as client:
        yield Place(bench, client, owner)


async def test_callers_without_a_good_access_key_are_told_why(place: Place) -> None:
    gateway_key = (await place.send("POST", "/v1/keys", {"team": "engineering"}))[1]["key"]
    revoked = (await place.send("POST", "/v1/keys", {"purpose": "access"}))[1]
    await place.send("DELETE", f"/v1/keys/{revoked['id']}")
    flipped = place.owner.token[:-1] + ("0" if place.owner.token[-1] != "0" else "1")
    before = len(place.bench.memory.events)
    for token, reason in (
        (None, "no access key was sent"), ("sk-1234", "no key of this system"), (gateway_key, "gateway key"),
        (flipped, "not known"), ("kt_ak_" + "0" * 40, "not known"), (revoked["key"], "revoked"),
    ):  # fmt: skip
        status, problem, response = await place.send("POST", "/v1/teams", {"name": "x"}, who=token)
        assert (status, problem["code"]) == (401, "invalid_api_key")
        assert reason in problem["detail"] and response.headers["x-should-retry"] == "false"
    assert len(place.bench.memory.events) == before


async def test_the_key_may_come_as_x_api_key(place: Place) -> None:
    status, _, _ = await place.send("POST", "/v1/teams", {"name": "x"}, who=None, x_api_key=place.owner.token)
    assert status == 201


async def test_a_suspended_or_removed_member_is_not_let_in(place: Place) -> None:
    ana = await place.bench.person("ana", role="admin")
    await place.send("PATCH", f"/v1/members/{ana.member}", {"state": "suspended"})
    status, problem, _ = await place.send("POST", "/v1/teams", {"name": "x"}, who=ana)
    assert status == 401 and "not active" in problem["detail"]
    await place.bench.intend(people.MemberRemoveRequested(member=ana.member))
    assert (await place.send("POST", "/v1/teams", {"name": "x"}, who=ana))[0] == 401


@pytest.mark.parametrize("token", ["owner", None, "kt_ak_" + "0" * 40])
async def test_nothing_is_decided_on_a_directory_that_is_not_current(place: Place, token: str | None) -> None:
    place.bench.ready = False
    status, problem, response = await place.send("POST", "/v1/teams", {"name": "x"}, who=token)
    assert (status, problem["code"], response.headers["Retry-After"]) == (503, "not_ready", "1")
    place.bench.ready = True
    place.bench.monotonic_s += 61
    if token is not None:
        status, problem, _ = await place.send("POST", "/v1/teams", {"name": "x"}, who=token)
        assert (status, problem["code"]) == (503, "not_ready")
    place.bench.beat()
    assert (await place.send("POST", "/v1/teams", {"name": "x"}))[0] == 201


BAD_BODIES = [
    ("not json", None, "not JSON"),
    ("[1]", None, "must be a JSON object"),
    ('"text"', None, "must be a JSON object"),
    (b"\xff\xfe", None, "not UTF-8"),
    ('{"name": "\\ud800"}', None, "surrogate"),
    ('{"name": "a", "name": "b"}', "name", "given twice"),
    ("[" * 100_000, None, "nested too deeply"),
    ('{"name": "a", "x": NaN}', None, "NaN is no JSON number"),
    ('{"name": "a", "x": 1e999999999}', None, "out of range"),
    ('{"name": "a", "x": ' + "9" * 50 + "}", None, "out of range"),
    ("{}", "name", "is required"),
    ('{"name": 5}', "name", "must be a string"),
    ('{"name": null}', "name", "must be a string"),
    ('{"name": "  "}', "name", "at least 1"),
    (json.dumps({"name": "n" * 101}), "name", "at most 100"),
    ('{"nmae": "a"}', "name", "is required"),
    ('{"name": "a", "sulg": "b"}', "sulg", "did you mean 'slug'"),
    ('{"name": "a", "slug": "Not A Slug"}', "slug", "not well formed"),
    ('{"name": "###"}', "slug", "give a slug"),
]


@pytest.mark.parametrize(("body", "field", "reason"), BAD_BODIES)
async def test_a_body_that_cannot_be_read_names_field_and_reason(
    place: Place, body: str, field: str | None, reason: str
) -> None:
    status, problem, _ = await place.refused("POST", "/v1/teams", body)
    assert (status, problem.get("field")) == (422, field)
    assert reason in problem["detail"]


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"amount": "ten"}, "amount", "decimal number of USD"),
        ({"amount": True}, "amount", "never a binary float"),
        ({"amount": None}, "amount", "decimal number"),
        ({"amount": 0}, "amount", "above zero"),
        ({"amount": -5}, "amount", "above zero"),
        ({"amount": "0.0000000001"}, "amount", "at most 9 decimals"),
        ({"amount": "99999999999"}, "amount", "decimal number"),
        ({"amount": 10**12}, "amount", "within"),
        ({"amount": 1, "currency": "EUR"}, "currency", "must be 'USD'"),
        ({"amount": 1, "currency": "usd"}, "currency", "must be 'USD'"),
        ({"amount": 1, "team_id": 7}, "team_id", "must be a string"),
        ({"amount": 1, "team_id": "engineering", "user_id": "owner@acme.example"}, "user_id", "more than one"),
        ({"amount": 1, "team_id": None}, "team_id", "whose wallet"),
        ({"amount": 1, "organization": False, "team_id": None}, "organization", "must be true"),
        ({"amount": 1, "organization": "yes", "team_id": None}, "organization", "true or false"),
        ({"amount": 1, "team_id": None, "wallet": "purse:x"}, "wallet", "names no wallet"),
        ({"amount": 1, "team_id": None, "wallet": "team:"}, "wallet", "names no wallet"),
        ({"amount": 1, "period": "year"}, "period", "must be 'month'"),
        ({"amount": 1, "team": "engineering"}, "team", "did you mean 'team_id'"),
        ({"amount": 1, "note": "n" * 1001}, "note", "at most 1000"),
    ],
)
async def test_money_that_cannot_be_read_is_not_moved(
    place: Place, fields: dict[str, Any], field: str, reason: str
) -> None:
    status, problem, _ = await place.refused("POST", "/v1/wallets/allocate", {"team_id": "engineering", **fields})
    assert (status, problem["field"]) == (422, field)
    assert reason in problem["detail"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "field"),
    [
        ("PATCH", "/v1/teams/engineering", {}, 422, "name"),
        ("PATCH", "/v1/teams/engineering", {"name": None}, 422, "name"),
        ("PATCH", "/v1/members/owner@acme.example", {}, 422, "state"),
        ("PATCH", "/v1/members/owner@acme.example", {"state": "removed"}, 422, "state"),
        ("POST", "/v1/members", {"email": "no address"}, 422, "email"),
        ("POST", "/v1/members", {"email": "a@b", "role": "king"}, 422, "role"),
        ("POST", "/v1/members", {}, 422, "email"),
        ("POST", "/v1/members", {"member": "mem_nobody"}, 404, "member"),
        ("POST", "/v1/members", {"member": "owner@acme.example", "email": "a@b.c"}, 422, "member"),
        ("POST", "/v1/teams/nowhere/members", {"email": "a@b"}, 404, None),
        ("DELETE", "/v1/teams/engineering/members/nobody", None, 404, None),
        ("DELETE", "/v1/members/owner@acme.example", {"force": True}, 422, "force"),
        ("POST", "/v1/members/owner@acme.example/role", {"role": "admin", "team": "nowhere"}, 404, "team"),
        ("POST", "/v1/keys", {"purpose": "master"}, 422, "purpose"),
        ("POST", "/v1/keys", {"purpose": "access", "team": "engineering"}, 422, "team"),
        ("POST", "/v1/keys", {"purpose": "access", "models": ["x"]}, 422, "models"),
        ("POST", "/v1/keys", {"models": "gpt-4o"}, 422, "models"),
        ("POST", "/v1/keys", {"team": "nowhere"}, 404, "team"),
        ("POST", "/v1/keys", {"user": "nobody@acme.example"}, 404, "user"),
        ("POST", "/v1/keys", {"expires_at": "tomorrow"}, 422, "expires_at"),
        ("POST", "/v1/keys", {"expires_at": "2027-01-01T00:00:00"}, 422, "expires_at"),
        ("POST", "/v1/keys", {"expires_at": 5}, 422, "expires_at"),
        ("POST", "/v1/keys/nothing/revoke", None, 404, None),
        ("POST", "/v1/keys/nothing/rotate", {"overlap_seconds": -1}, 422, "overlap_seconds"),
        ("POST", "/v1/keys/nothing/rotate", {"overlap_seconds": 1.5}, 422, "overlap_seconds"),
        ("PUT", "/v1/wallets/mode", {"mode": "free"}, 422, "mode"),
        ("PUT", "/v1/wallets/mode", None, 422, "mode"),
        ("POST", "/v1/teams?name=x", {"name": "x"}, 400, "name"),
        ("POST", "/v1/wallets/close", {}, 422, "team_id"),
        ("POST", "/v1/wallets/close", {"team_id": "nowhere"}, 404, "team_id"),
        ("POST", "/v1/wallets/close", {"team_id": "engineering", "amount": 1}, 422, "amount"),
        ("POST", "/v1/wallets/recurring/stop", {"team_id": "engineering", "organization": True}, 422, "organization"),
        ("POST", "/v1/tickets/tkt_x/approve", {}, 422, "wallet"),
        ("POST", "/v1/tickets/tkt_x/approve", {"wallet": "engineering"}, 422, "wallet"),
        ("POST", "/v1/tickets/tkt_x/approve", {"wallet": "team:nowhere"}, 404, "wallet"),
        ("POST", "/v1/tickets/tkt_x/approve", {"wallet": "organization", "deadline_at": "soon"}, 422, "deadline_at"),
        ("POST", "/v1/tickets/tkt_x/approve", {"wallet": "organization", "amount": 5}, 422, "amount"),
        ("POST", "/v1/tickets/tkt_x/deny", {"reason": 5}, 422, "reason"),
        ("POST", "/v1/holds/req_x/1/release", {"note": "x"}, 422, "note"),
        ("DELETE", "/v1/budgets/bud_nothing", None, 404, None),
    ],
)
async def test_every_wrong_request_is_refused_without_an_intent(
    place: Place, method: str, path: str, body: Any, status: int, field: str | None
) -> None:
    got, problem, response = await place.refused(method, path, body)
    assert (got, problem.get("field")) == (status, field)
    assert response.content_type == "application/problem+json" and problem["request_id"].startswith("req_")


@pytest.mark.parametrize(
    ("fields", "status", "field", "reason"),
    [
        ({"scope": "planet"}, 422, "scope", "must be 'organization'"),
        ({"owner": "nowhere"}, 404, "owner", "no team 'nowhere'"),
        ({"owner": None}, 422, "owner", "name the team"),
        ({"scope": "user", "owner": "nobody@acme.example"}, 404, "owner", "no member"),
        ({"scope": "key", "owner": "nothing"}, 404, "owner", "no key"),
        ({"scope": "organization", "owner": "rival"}, 404, "owner", "no organization"),
        ({"limit": 0}, 422, "limit", "above zero"),
        ({"limit": "-1"}, 422, "limit", "above zero"),
        ({"limit": "NaN"}, 422, "limit", "decimal number of USD"),
        ({"limit": "0.0000000001"}, 422, "limit", "at most 9 decimals"),
        ({"limit": 10**12}, 422, "limit", "within"),
        ({"currency": "EUR"}, 422, "currency", "must be 'USD'"),
        ({"period": "year"}, 422, "period", "must be 'day'"),
        ({"period": None}, 422, "period", "must be 'day'"),
        ({"time_zone": "Mars/Olympus"}, 422, "time_zone", "Europe/Berlin"),
        ({"time_zone": "../../etc/passwd"}, 422, "time_zone", "no time zone"),
        ({"time_zone": ""}, 422, "time_zone", "at least 1"),
        ({"action": "warn"}, 422, "action", "must be 'hard' or 'soft'"),
        ({"thresholds_percent": [0]}, 422, "thresholds_percent.0", "greater than or equal to 1"),
        ({"thresholds_percent": [101]}, 422, "thresholds_percent.0", "less than or equal to 100"),
        ({"thresholds_percent": [80, 50]}, 422, "thresholds_percent", "must rise"),
        ({"thresholds_percent": [50, 50]}, 422, "thresholds_percent", "must rise"),
        ({"thresholds_percent": 50}, 422, "thresholds_percent", "must be a list"),
        ({"thresholds_percent": [*range(1, 12)]}, 422, "thresholds_percent", "at most 10"),
        ({"amount": 5}, 422, "amount", "unknown field"),
    ],
)
async def test_a_budget_that_cannot_be_read_is_not_set(
    place: Place, fields: dict[str, Any], status: int, field: str, reason: str
) -> None:
    body = {"scope": "team", "owner": "engineering", "limit": "5", "period": "day", **fields}
    got, problem, _ = await place.refused("POST", "/v1/budgets", body)
    assert (got, problem["field"]) == (status, field), problem
    assert reason in problem["detail"]


async def test_all_wrong_fields_are_listed(place: Place) -> None:
    _, problem, _ = await place.send("POST", "/v1/members", {"email": 1, "role": "king", "nmae": "x"})
    assert {error["field"] for error in problem["errors"]} == {"email", "role", "nmae"}


async def test_a_body_above_the_limit_or_encoded_is_refused(place: Place) -> None:
    status, problem, _ = await place.refused("POST", "/v1/teams", b" " * (MAX_BODY_BYTES + 1))
    assert (status, problem["code"]) == (413, "request_too_large")
    status, problem, _ = await place.send("POST", "/v1/teams", b"\x1f\x8b", Content_Encoding="gzip")
    assert (status, problem["code"]) == (415, "unsupported_encoding")


async def test_a_log_that_takes_nothing_is_a_503_and_nothing_happens(place: Place) -> None:
    place.bench.memory.refusing = True
    status, problem, response = await place.send("POST", "/v1/teams", {"name": "x"})
    assert (status, problem["code"], response.headers["Retry-After"]) == (503, "audit_unavailable", "1")
    assert "nothing happened" in problem["detail"]


async def test_an_unknown_acknowledgement_says_how_to_find_out(place: Place) -> None:
    place.bench.memory.silent = True
    status, problem, _ = await place.send("POST", "/v1/teams", {"name": "x"})
    assert (status, problem["code"]) == (503, "audit_unavailable")
    assert f"/v1/outcomes/{problem['event_id']}" in problem["detail"]


async def test_no_refusal_or_log_line_shows_a_key(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    for path in ("/v1/teams", "/v1/keys", "/v1/wallets/fund"):
        _, problem, _ = await place.send("POST", path, {"name": 5, "purpose": place.owner.token})
        assert place.owner.token not in json.dumps(problem)
    assert place.owner.token not in caplog.text
    assert all(secret.decode() not in repr(place.bench.context()) for secret in SECRETS.values())
