"""Questions about people, keys and gateways; signing in; the log; usage and adoption."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.acme import (
    ADMIN,
    BLUE,
    LONER,
    MEMBER,
    ORG,
    OTHER_ORG,
    OWNER,
    RED,
    STRANGER,
    TEAM_ADMIN,
    key_named,
    key_value,
    member_value,
)
from support.acme import AT as JOINED
from support.asking import Client, get
from support.filled_store import FilledStore
from support.request_material import Material

from keeptrusts.schemas.commands.people import KeyCreateRequested, TeamCreateRequested
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events.command import CommandRefused
from keeptrusts.schemas.events.gateway import GatewayReported, GatewayStarted
from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.frozen import replace
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.adoption import ActiveDay, AdoptionEntry, FirstCall, PhaseReached
from keeptrusts.schemas.snapshots.ledger import Cause

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


async def test_me_names_the_caller_and_how_far_each_action_reaches(client: Client) -> None:
    me = (await get(client, "/v1/me", TEAM_ADMIN))["data"]
    assert me["member"] | {"id": TEAM_ADMIN.id, "email": TEAM_ADMIN.email, "role": "member"} == me["member"]
    assert me["organization"]["slug"] == "acme"
    assert [(team["team"], team["role"]) for team in me["teams"]] == [("blue", "member"), ("red", "admin")]
    assert me["capabilities"] | {
        "events.read": "team", "wallets.fund": "none", "keys.create": "team", "teams.create": "none",
    } == me["capabilities"]  # fmt: skip
    assert set((await get(client, "/v1/me"))["data"]["capabilities"].values()) == {"all"}


async def test_people_and_keys_are_scoped_and_hold_no_digest(client: Client) -> None:
    teams = {OWNER: {"red", "blue"}, TEAM_ADMIN: {"red", "blue"}, MEMBER: {"red"}, LONER: set()}
    for person, slugs in teams.items():
        assert {row["slug"] for row in (await get(client, "/v1/teams", person))["data"]} == slugs, person.name
        for slug in ("red", "blue"):
            for path in (f"/v1/teams/{slug}", f"/v1/teams/{slug}/members", f"/v1/teams/{slug}/usage"):
                await get(client, path, person, 200 if slug in slugs else 404)
    everybody = {person.email for person in (OWNER, ADMIN, TEAM_ADMIN, MEMBER, LONER)}
    assert {row["email"] for row in (await get(client, "/v1/members"))["data"]} == everybody
    assert {row["email"] for row in (await get(client, "/v1/members", MEMBER))["data"]} == {
        MEMBER.email, TEAM_ADMIN.email,
    }  # fmt: skip
    assert [row["email"] for row in (await get(client, "/v1/members", LONER))["data"]] == [LONER.email]
    seen = await get(client, "/v1/members", MEMBER)
    assert all(team["team"] == "red" for row in seen["data"] for team in row["teams"])
    keys = await get(client, "/v1/keys")
    assert len(keys["data"]) == 6 and "digest" not in str(keys)
    assert {row["id"] for row in (await get(client, "/v1/keys", MEMBER))["data"]} == {"key_mia"}
    assert {row["id"] for row in (await get(client, "/v1/keys", TEAM_ADMIN))["data"]} == {"key_tina", "key_gateway"}
    assert {row["id"] for row in (await get(client, "/v1/keys", OWNER, purpose="gateway"))["data"]} == {"key_gateway"}


async def test_only_an_active_access_key_of_an_active_member_opens(client: Client, filled: FilledStore) -> None:
    async def status(headers: dict[str, str]) -> tuple[int, str]:
        response = await client.get("/v1/me", headers=headers)
        body = await response.json(content_type=None)
        return response.status, body.get("detail", "")

    assert (await status({"x-api-key": MEMBER.key}))[0] == 200
    for headers, words in (
        ({}, "no access key was sent"),
        ({"Authorization": "Bearer sk-123"}, "no key of this system"),
        ({"Authorization": f"Bearer {key_named('gateway', 'gateway')}"}, "gateway key"),
        ({"Authorization": f"Bearer {key_named('nobody', 'access')}"}, "not known"),
        ({"Authorization": f"Bearer {MEMBER.key[:-1]}0"}, "not known"),
    ):
        code, detail = await status(headers)
        assert (code, words in detail) == (401, True), detail
    rotated = key_value(MEMBER, digest="0" * 64, previous_prefix=key_value(MEMBER).prefix,
                        previous_digest=key_value(MEMBER).digest,
                        overlap_until=datetime.now(UTC) + timedelta(hours=1))  # fmt: skip
    changes: tuple[tuple[Record, int, str], ...] = (
        (rotated, 200, ""),
        (rotated.model_copy(update={"overlap_until": AT}), 401, "not known"),
        (key_value(MEMBER, expires_at=AT), 401, "expired"),
        (key_value(MEMBER, state="revoked", revoked_at=AT), 401, "revoked"),
        (key_value(MEMBER), 200, ""),
        (member_value(MEMBER, state="suspended"), 401, "not active"),
    )
    for value, code, words in changes:
        await filled.derived("kt.directory", ORG, value)
        found, detail = await status(MEMBER.headers)
        assert (found, words in detail) == (code, True), detail


async def test_the_log_shows_records_within_reach_and_no_digests(client: Client, filled: FilledStore) -> None:
    material = Material()
    request, who = material.request_id(), Identity(org=ORG, team=RED, user=MEMBER.id)

    def intent(data: Record, actor: str) -> Event:
        made = material.event(data)
        return Event(
            id=made.id, source="api/1", subject="x", time=made.time, org=ORG, ledger=ORG, actor=actor, data=data
        )

    await filled.events(
        material.decided(request, who),
        intent(TeamCreateRequested(team="team_x", name="X", slug="x"), "member:mem_olga"),
        intent(KeyCreateRequested(key="key_x", purpose="gateway", name="x", prefix="kt_gk_12345678", digest="f" * 64,
                                  team=BLUE), f"member:{TEAM_ADMIN.id}"),
        material.completed(request, who),
    )  # fmt: skip
    page = await get(client, "/v1/log")
    kinds = ["request.completed", "key.create_requested", "team.create_requested", "request.decided"]
    assert [row["type"] for row in page["data"]] == [f"kt.{kind}.v1" for kind in kinds]
    assert "f" * 64 not in str(page)
    assert page["data"][3]["data"]["request"] == request
    seen = {ADMIN: kinds, TEAM_ADMIN: [kinds[0], kinds[1], kinds[3]], MEMBER: [kinds[0], kinds[3]], LONER: []}
    for person, expected in seen.items():
        found = await get(client, "/v1/log", person)
        assert [row["type"] for row in found["data"]] == [f"kt.{kind}.v1" for kind in expected], person.name
    assert (await get(client, "/v1/log", STRANGER))["data"] == []
    first = await get(client, "/v1/log", OWNER, limit="3")
    rest = await get(client, "/v1/log", OWNER, cursor=first["next_cursor"])
    assert first["data"] + rest["data"] == page["data"]
    only = await get(client, "/v1/log", OWNER, actor="member:mem_olga")
    assert [row["type"] for row in only["data"]] == ["kt.team.create_requested.v1"]


async def test_the_log_finds_a_refused_command_by_type_actor_and_request(client: Client, filled: FilledStore) -> None:
    material, request = Material(), "req_refused"
    fact = CommandRefused(
        request=request, method="POST", route="/v1/wallets/allocate", status=422, code="invalid_request", param="amount"
    )
    made = material.event(fact, subject=request, correlationid=request)
    await filled.events(replace(made, source="api/1", actor=f"member:{MEMBER.id}"))
    for query in (
        {"type": "kt.command.refused.v1"}, {"actor": f"member:{MEMBER.id}"}, {"request": request}, {"subject": request},
    ):  # fmt: skip
        [row] = (await get(client, "/v1/log", OWNER, **query))["data"]
        assert (row["type"], row["actor"], row["known"]) == ("kt.command.refused.v1", f"member:{MEMBER.id}", True)
        assert row["data"] == fact.model_dump()
    assert len((await get(client, "/v1/log", MEMBER))["data"]) == 1
    for person in (TEAM_ADMIN, LONER, STRANGER):
        assert (await get(client, "/v1/log", person))["data"] == []
    assert (await get(client, "/v1/events", OWNER))["data"] == []


async def test_usage_shows_persons_as_far_as_the_role_does(client: Client, filled: FilledStore) -> None:
    material = Material()
    for user, team in ((MEMBER.id, RED), (TEAM_ADMIN.id, RED), ("external:x", BLUE)):
        request, who = material.request_id(), Identity(org=ORG, team=team, user=user)
        await filled.events(material.decided(request, who), material.completed(request, who))
    since = {"since": "2026-11-01"}

    def users(answer: Any) -> set[str]:
        return {row["user"] for row in answer["data"]}

    assert users(await get(client, "/v1/usage", OWNER, **since)) == {MEMBER.email, TEAM_ADMIN.email, "external:x"}
    assert users(await get(client, "/v1/usage", MEMBER, **since)) == {MEMBER.email}
    whole = await get(client, "/v1/teams/red/usage", TEAM_ADMIN, **since)
    assert (users(whole), whole["totals"]["requests"], whole["team_id"]) == ({MEMBER.email, TEAM_ADMIN.email}, 2, RED)
    own = await get(client, "/v1/teams/red/usage", MEMBER, **since)
    assert (users(own), own["totals"]["requests"]) == ({MEMBER.email}, 2)


async def test_adoption_counts_what_the_facts_say(client: Client, filled: FilledStore) -> None:
    material = Material()
    for user in (MEMBER.id, TEAM_ADMIN.id):
        request, who = material.request_id(), Identity(org=ORG, team=RED, user=user)
        await filled.events(material.decided(request, who), material.completed(request, who))
    await filled.events(
        material.event(GatewayStarted(gateway="gw-1", incarnation="i", version="1", listen="127.0.0.1:41002"))
    )
    cause = Cause(partition=1, offset=3, event_id="e", type="t", actor="a", time=AT, subject="s")
    facts = (
        FirstCall(user=MEMBER.id, team=RED, at=AT, since_joined_seconds=3600),
        FirstCall(user="external:x", at=AT),
        ActiveDay(user=MEMBER.id, team=RED, day="2026-11-19"),
        ActiveDay(user=TEAM_ADMIN.id, team=RED, day="2026-11-20"),
        PhaseReached(phase="pilot", at=AT),
    )
    await filled.derived("kt.adoption", ORG, AdoptionEntry(ledger=ORG, org=ORG, seq=0, cause=cause, facts=facts))
    data = (await get(client, "/v1/adoption", since="2026-11-01"))["data"]
    assert data["active_users_by_week"] == [{"week": "2026-11-16", "users": 2}]
    assert (data["active_users"], data["requests_per_developer"]) == (2, 1.0)
    joined_before_s = (AT - JOINED).total_seconds()
    assert data["time_to_first_call"] == {"members": 1, "median_seconds": joined_before_s}
    assert (data["model_diversity"], data["models"][0]["model"], data["error_rate"]) == (1, "gpt-4o", 0.0)
    assert data["phase"] == "pilot"
    coverage = data["governance_coverage"]
    assert (coverage["gateways"], coverage["teams_with_traffic"], coverage["teams"]) == (1, 1, 2)
    assert (coverage["gateways_share"], coverage["teams_share"]) == (0.0, 0.5)
    await get(client, "/v1/adoption", MEMBER, 404, team="blue", since="2026-11-01")


async def test_gateways_show_their_last_report(client: Client, filled: FilledStore) -> None:
    material = Material(moment=datetime.now(UTC))
    await filled.events(
        material.event(GatewayStarted(gateway="gw-1", incarnation="i", version="0.1", listen="127.0.0.1:41002")),
        material.event(GatewayReported(gateway="gw-1", incarnation="i", requests=7, unrecorded={"x": 1})),
    )
    (row,) = (await get(client, "/v1/gateways"))["data"]
    assert row | {
        "name": "gw-1", "state": "reporting", "version": "0.1", "requests": 7, "unrecorded": {"x": 1},
    } == row  # fmt: skip
    assert (await get(client, "/v1/gateways", STRANGER))["data"] == []


@pytest.mark.parametrize("person", [OWNER, ADMIN, TEAM_ADMIN, MEMBER, LONER], ids=lambda person: person.name)
async def test_no_answer_of_any_route_shows_another_tenant(client: Client, filled: FilledStore, person: Any) -> None:
    other = Material(org=OTHER_ORG, seed=5)
    await filled.events(*other.traffic(5, overlap=1))
    for path in (
        "/v1/events", "/v1/events?group_by=user,team", "/v1/log", "/v1/usage", "/v1/spend", "/v1/adoption",
        "/v1/wallets", "/v1/wallets/balance", "/v1/teams", "/v1/members", "/v1/keys", "/v1/me", "/v1/gateways",
    ):  # fmt: skip
        response = await client.get(path, headers=person.headers)
        text = await response.text()
        assert response.status == 200, (path, text)
        for word in (OTHER_ORG, "other.example", STRANGER.id):
            assert word not in text, (path, word)
