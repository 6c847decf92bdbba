"""Questions about requests: rows, filters, groups, counts, pages and frozen answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from support.acme import ADMIN, BLUE, LONER, MEMBER, ORG, OTHER_ORG, OWNER, RED, STRANGER, TEAM_ADMIN, Person
from support.asking import Client, get
from support.filled_store import FilledStore
from support.request_material import Material

from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.events.request import Usage


def identity(user: str, team: str | None, org: str = ORG) -> Identity:
    return Identity(org=org, team=team, user=user, role="member", key_id="key_1", tags={"env": "prod"})


@pytest.fixture
async def traffic(filled: FilledStore) -> dict[str, str]:
    """Five requests of three people in two teams, one of them in flight, and one of another organization."""
    material = Material()
    names: dict[str, str] = {}

    async def request(name: str, who: Identity, **end: Any) -> None:
        names[name] = material.request_id()
        denied = {"verdict": end["verdict"], "policy": end.get("policy")} if "verdict" in end else {}
        await filled.events(material.decided(names[name], who, **denied), material.completed(names[name], who, **end))

    mia, tina = identity(MEMBER.id, RED), identity(TEAM_ADMIN.id, RED)
    usage = Usage(input_tokens=10, output_tokens=5, reasoning_tokens=2)
    await request("first", mia, cost=367_000, latency_us=1500, usage=usage)
    await request("blocked", mia, verdict="block", policy="rbac", status=403, cost=None, cost_state="none", usage=None)
    await request("tina", tina, cost=1_000_000_000, latency_us=2500, usage=usage)
    await request("failed", identity("external:bob", BLUE), status=502, cost=None, cost_state="none", usage=None,
                  provider="anthropic", model="claude-sonnet-4-5", error="upstream_error")  # fmt: skip
    names["open"] = material.request_id()
    await filled.events(material.decided(names["open"], mia))
    other = Material(org=OTHER_ORG, seed=2)
    names["other"] = other.request_id()
    who = identity(STRANGER.id, RED, OTHER_ORG)
    await filled.events(other.decided(names["other"], who), other.completed(names["other"], who))
    return names


async def test_a_request_is_one_flat_row(client: Client, traffic: dict[str, str]) -> None:
    page = await get(client, "/v1/events")
    rows = {row["id"]: row for row in page["data"]}
    assert [row["id"] for row in page["data"]] == [
        traffic[name] for name in ("open", "failed", "tina", "blocked", "first")
    ]
    first = rows[traffic["first"]]
    assert first | {
        "request_id": traffic["first"], "team": "red", "team_id": RED, "user": MEMBER.email, "user_id": MEMBER.id,
        "decision": "allow", "status": 200, "cost": "0.000367", "latency_ms": 1.5, "input_tokens": 10,
        "output_tokens": 5, "reasoning_tokens": 2, "tags": {"env": "prod"}, "gateway": "gw-1", "attempts": 1,
        "requested_model": "gpt-4o", "cost_state": "priced", "org": ORG,
    } == first  # fmt: skip
    assert (
        rows[traffic["open"]] | {"status": None, "cost": None, "latency_ms": None, "decision": "allow"}
        == rows[traffic["open"]]
    )
    assert rows[traffic["failed"]]["user"] == "external:bob"
    assert page["as_of"].endswith(":10")  # eleven records in the partition, two of the other organization
    assert page["lag_ms"] >= 0
    assert page["next_cursor"] is None


FILTERED: tuple[tuple[dict[str, str], set[str]], ...] = (
    ({"decision": "block"}, {"blocked"}),
    ({"decision": "denied"}, {"blocked"}),
    ({"decision": "!block"}, {"first", "tina", "failed", "open"}),
    ({"provider": "anthropic"}, {"failed"}),
    ({"team": "red"}, {"first", "blocked", "tina", "open"}),
    ({"team": "Team Blue"}, {"failed"}),
    ({"team": "!team_red"}, {"failed"}),
    ({"user": "mia@acme.example"}, {"first", "blocked", "open"}),
    ({"user": "external:bob,mem_tina"}, {"failed", "tina"}),
    ({"status": "error"}, {"blocked", "failed"}),
    ({"status": "4xx"}, {"blocked"}),
    ({"status": "502"}, {"failed"}),
    ({"policy": "rbac"}, {"blocked"}),
    ({"q": "UPSTREAM"}, {"failed"}),
    ({"tag.env": "prod", "model": "claude-sonnet-4-5"}, {"failed"}),
    ({"tag.env": "!prod"}, set()),
    ({"since": "2026-11-20", "until": "2026-11-21"}, {"first", "blocked", "tina", "failed", "open"}),
    ({"until": "2026-11-20"}, set()),
    ({"team": "nobody"}, set()),
)


async def test_filters_choose_rows_and_counts_alike(client: Client, traffic: dict[str, str]) -> None:
    for parameters, expected in FILTERED:
        page = await get(client, "/v1/events", **parameters)
        assert {row["id"] for row in page["data"]} == {traffic[name] for name in expected}, parameters
        count = await get(client, "/v1/events", count="true", **parameters)
        assert count["count"] == len(expected), parameters


WRONG: tuple[tuple[dict[str, str], str, str], ...] = (
    ({"tem": "red"}, "tem", "did you mean 'team'?"),
    ({"limit": "0"}, "limit", "1 to 1000"),
    ({"group_by": "usr"}, "group_by", "did you mean 'user'?"),
    ({"decision": "blok"}, "decision", "did you mean"),
    ({"since": "yesterday"}, "since", "7d"),
    ({"cursor": "garbage"}, "cursor", "next_cursor"),
    ({"fields": "id,costs"}, "fields", "did you mean 'cost'?"),
    ({"count": "maybe"}, "count", "neither true nor false"),
)


async def test_a_wrong_parameter_is_named_with_its_fix(client: Client, traffic: dict[str, str]) -> None:
    for parameters, field, words in WRONG:
        body = await get(client, "/v1/events", OWNER, 400, **parameters)
        assert words in body["detail"], parameters
        assert (body["code"], body["field"]) == ("invalid_parameter", field)


async def test_groups_sum_exactly(client: Client, traffic: dict[str, str]) -> None:
    page = await get(client, "/v1/events", group_by="user")
    rows = {row["user"]: row for row in page["data"]}
    assert set(rows) == {MEMBER.email, TEAM_ADMIN.email, "external:bob"}
    mia = rows[MEMBER.email]
    assert mia | {
        "user_id": MEMBER.id, "requests": 3, "users": 1, "blocked": 1, "errors": 0, "input_tokens": 10,
        "output_tokens": 5, "cost": "0.000367",
    } == mia  # fmt: skip
    assert rows["external:bob"]["errors"] == 1
    assert mia["first_seen"] < mia["last_seen"]
    by_two = await get(client, "/v1/events", group_by="team,decision", metrics="requests", order_by="team,-requests")
    assert by_two["data"] == [
        {"team": "blue", "team_id": BLUE, "decision": "allow", "requests": 1},
        {"team": "red", "team_id": RED, "decision": "allow", "requests": 3},
        {"team": "red", "team_id": RED, "decision": "block", "requests": 1},
    ]
    top = await get(client, "/v1/events", group_by="user", order_by="-cost", top="1", metrics="cost")
    assert top["data"] == [{"user": TEAM_ADMIN.email, "user_id": TEAM_ADMIN.id, "cost": "1.00"}]
    days = await get(client, "/v1/events", group_by="day,week,month,hour", metrics="requests")
    assert days["data"] == [
        {"day": "2026-11-20", "week": "2026-11-16", "month": "2026-11", "hour": "2026-11-20T09:00:00Z", "requests": 5}
    ]


async def test_pages_hold_every_row_once_while_events_flow(client: Client, filled: FilledStore) -> None:
    material = Material()
    for _ in range(3):
        await filled.events(*material.traffic(10, overlap=1))
    whole = [row["id"] for row in (await get(client, "/v1/events"))["data"]]
    assert len(whole) == 30
    seen: list[str] = []
    parameters = {"limit": "7", "since": "2026-01-01", "fields": "id,time"}
    while True:
        page = await get(client, "/v1/events", **parameters)
        assert all(set(row) == {"id", "time"} for row in page["data"])
        seen += [row["id"] for row in page["data"]]
        if page["next_cursor"] is None:
            break
        parameters["cursor"] = page["next_cursor"]
        await filled.events(*material.traffic(2, overlap=1))
    assert seen == whole


async def test_as_of_freezes_an_answer(client: Client, filled: FilledStore) -> None:
    material = Material()
    request, who = material.request_id(), identity(MEMBER.id, RED)
    await filled.events(material.decided(request, who, verdict="warn", policy="audit-logger"))
    before = await get(client, "/v1/events")
    groups = await get(client, "/v1/events", group_by="decision")
    await filled.events(material.completed(request, who, cost=5_000_000_000), *material.traffic(3, overlap=1))
    assert (await get(client, "/v1/events", as_of=before["as_of"]))["data"] == before["data"]
    assert (await get(client, "/v1/events", group_by="decision", as_of=before["as_of"]))["data"] == groups["data"]
    after = await get(client, "/v1/events", user="mia@acme.example", team="red", count="true")
    assert after["count"] >= 1
    assert (await get(client, f"/v1/events/{request}"))["data"]["cost"] == "5.00"
    assert (await get(client, f"/v1/events/{request}", as_of=before["as_of"]))["data"]["status"] is None


async def test_min_position_waits_for_what_was_written(client: Client, traffic: dict[str, str]) -> None:
    page = await get(client, "/v1/events", count="true")
    partition, offset = page["as_of"].split(":")
    assert (await get(client, "/v1/events", count="true", min_position=page["as_of"]))["count"] == 5
    problem = await get(client, "/v1/events", OWNER, 503, min_position=f"{partition}:{int(offset) + 1}")
    assert problem["code"] == "not_ready"
    await get(client, "/v1/events", OWNER, 400, min_position="soon")
    nowhere = await get(client, "/v1/events", OWNER, 400, min_position="99:1")
    assert nowhere["field"] == "min_position" and "99:1" in nowhere["detail"]


async def test_an_event_shows_policies_attempts_and_records(client: Client, filled: FilledStore) -> None:
    material = Material()
    request, who = material.request_id(), identity(MEMBER.id, RED)
    events = [
        material.decided(request, who),
        material.attempted(request),
        material.completed(request, who, attempts=2, cost=7, latency_us=1234),
        material.completed(request, who, attempts=2, cost=99),
    ]
    await filled.events(*events)
    detail = (await get(client, f"/v1/events/{request}"))["data"]
    assert detail["cost"] == "0.000000007"
    assert detail["latency_ms"] == 1.234
    assert [step["kind"] for step in detail["policies"]] == ["audit-logger"]
    assert [item["provider"] for item in detail["attempts_detail"]] == ["openai", "anthropic"]
    assert [item["id"] for item in detail["records"]] == [event.id for event in events]
    assert (await get(client, f"/v1/events/{events[2].id}"))["data"]["id"] == request
    row = (await get(client, "/v1/events"))["data"][0]
    assert {name: detail[name] for name in row} == row


async def test_everybody_sees_only_what_their_role_shows(client: Client, traffic: dict[str, str]) -> None:
    everything = {"first", "blocked", "tina", "failed", "open"}
    expected: tuple[tuple[Person, set[str], int], ...] = (
        (OWNER, everything, 5),
        (ADMIN, everything, 5),
        (TEAM_ADMIN, {"first", "blocked", "tina", "open"}, 5),
        (MEMBER, {"first", "blocked", "open"}, 4),
        (LONER, set(), 0),
        (STRANGER, {"other"}, 1),
    )
    for person, names, total in expected:
        page = await get(client, "/v1/events", person)
        assert {row["id"] for row in page["data"]} == {traffic[name] for name in names}, person.name
        for name, request in traffic.items():
            await get(client, f"/v1/events/{request}", person, 200 if name in names else 404)
        groups = await get(client, "/v1/events", person, group_by="team")
        assert sum(row["requests"] for row in groups["data"]) == total, person.name
    own = await get(client, "/v1/events", MEMBER, group_by="user")
    assert [row["user"] for row in own["data"]] == [MEMBER.email]
    narrowed = await get(client, "/v1/events", MEMBER, group_by="team", user="mem_tina")
    assert narrowed["data"] == []
    searched = await get(client, "/v1/events", MEMBER, group_by="team", q="mem_tina")
    assert searched["data"] == []


async def test_a_repeated_or_late_record_changes_nothing(client: Client, filled: FilledStore) -> None:
    material = Material()
    request, who = material.request_id(), identity(MEMBER.id, RED)
    decided, completed = material.decided(request, who), material.completed(request, who, cost=11)
    await filled.events(decided)
    await filled.events(decided, completed)
    await filled.events(completed, decided, material.completed(request, who, cost=22), material.attempted(request))
    page = await get(client, "/v1/events")
    assert [(row["id"], row["cost"], row["attempts"]) for row in page["data"]] == [(request, "0.000000011", 1)]
    assert (await get(client, "/v1/events", count="true"))["count"] == 1


async def test_a_completion_without_its_decision_is_a_row(client: Client, filled: FilledStore) -> None:
    material = Material()
    request, who = material.request_id(), identity(MEMBER.id, RED)
    completed = material.completed(
        request, who, status=503, verdict="refuse", cost=None, cost_state="none", usage=None, latency_us=5_000_000
    )
    await filled.events(completed)
    (row,) = (await get(client, "/v1/events"))["data"]
    assert (row["status"], row["decision"], row["gateway"], row["cost"]) == (503, "refuse", "gw-1", None)
    assert row["time"] == (completed.time - timedelta(seconds=5)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
