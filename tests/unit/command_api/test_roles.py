"""Every role against every command: who may, who may not, and that nobody learns of what is not theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from support.command_bench import Bench, Person, send, serving

from keeptrusts.gateway.command_api.operations import OPERATIONS

USD = 10**9
WHO = ("owner", "org_admin", "team_admin", "member", "stranger")


@dataclass
class Place:
    bench: Bench
    client: TestClient[web.Request, web.Application]
    people: dict[str, Person]
    names: dict[str, str]


@asynccontextmanager
async def fresh_place() -> AsyncIterator[Place]:
    bench = Bench()
    owner = await bench.found()
    red, blue = await bench.team("red"), await bench.team("blue")
    people = {
        "owner": owner,
        "org_admin": await bench.person("boss", role="admin"),
        "team_admin": await bench.person("lead", teams={red: "admin"}),
        "member": await bench.person("dev", teams={red: "member"}),
        "stranger": await Bench(name="rival", seed=2, beside=bench).found(),
    }
    mate = await bench.person("mate", teams={red: "member", blue: "member"})
    async with serving(bench.context()) as client:
        keys = {
            team: (await send(client, owner, "POST", "/v1/keys", {"team": team}))[1]["id"] for team in ("red", "blue")
        }
        for target in ({"organization": True}, {"team_id": "red"}, {"team_id": "blue"}, {"user_id": mate.member}):
            assert (await send(client, owner, "POST", "/v1/wallets/fund", {**target, "amount": 100}))[0] == 201
        await bench.presumed_hold("req_red", wallet=f"team:{red}", amount=USD)
        for team, who in ((red, people["member"]), (blue, mate)):
            ticket = "tkt_red" if team == red else "tkt_blue"
            await bench.parked_ticket(ticket, team=team, user=who.member, need=USD)
            await bench.held_for_person(f"esc_{ticket[4:]}", team=team, user=who.member)
        recurs = {"user_id": mate.member, "amount": 1, "period": "month", "source": "team:red"}
        assert (await send(client, owner, "POST", "/v1/wallets/allocate", recurs))[0] == 201
        budget = {"scope": "team", "owner": "red", "limit": 5, "period": "day"}
        planned, monthly = "/v1/export-schedules", {"cron": "0 6 1 * *"}
        hook = {"url": "https://hooks.example.com/acme"}
        names = {
            "hook": (await send(client, owner, "POST", "/v1/webhooks", hook))[1]["id"],
            "boss_export": (await send(client, people["org_admin"], "POST", "/v1/exports", {}))[1]["id"],
            "boss_schedule": (await send(client, people["org_admin"], "POST", planned, monthly))[1]["id"],
            "dev_schedule": (await send(client, people["member"], "POST", planned, monthly))[1]["id"],
            "dev_export": (await send(client, people["member"], "POST", "/v1/exports", {}))[1]["id"],
            "mate": mate.member, "red_key": keys["red"], "blue_key": keys["blue"],
            "red_budget": (await send(client, owner, "POST", "/v1/budgets", budget))[1]["id"],
            "blue_budget": (await send(client, owner, "POST", "/v1/budgets", {**budget, "owner": "blue"}))[1]["id"],
        }  # fmt: skip
        yield Place(bench, client, people, names)


# Expected status for: owner, admin of the organization, admin of team red, member of team red, another organization's.
MATRIX: list[tuple[str, str, Any, tuple[int, int, int, int, int]]] = [
    ("POST", "/v1/teams", {"name": "New"}, (201, 201, 403, 403, 201)),
    ("PATCH", "/v1/teams/red", {"description": "x"}, (200, 200, 200, 403, 404)),
    ("PATCH", "/v1/teams/blue", {"description": "x"}, (200, 200, 403, 403, 404)),
    ("POST", "/v1/teams/red/members", {"email": "n@acme.example"}, (201, 201, 201, 403, 404)),
    ("POST", "/v1/teams/red/members", {"email": "n@acme.example", "role": "admin"}, (201, 201, 201, 403, 404)),
    ("POST", "/v1/teams/blue/members", {"email": "n@acme.example"}, (201, 201, 403, 403, 404)),
    ("DELETE", "/v1/teams/red/members/{mate}", None, (200, 200, 200, 403, 404)),
    ("DELETE", "/v1/teams/blue/members/{mate}", None, (200, 200, 403, 403, 404)),
    ("POST", "/v1/members", {"email": "n@acme.example"}, (201, 201, 403, 403, 201)),
    ("POST", "/v1/members", {"email": "n@acme.example", "role": "owner"}, (201, 403, 403, 403, 201)),
    ("PATCH", "/v1/members/{mate}", {"name": "M"}, (200, 200, 403, 403, 404)),
    ("PATCH", "/v1/members/owner@acme.example", {"name": "M"}, (200, 403, 403, 403, 404)),
    ("DELETE", "/v1/members/{mate}", None, (200, 200, 403, 403, 404)),
    ("POST", "/v1/members/{mate}/role", {"role": "admin"}, (200, 200, 403, 403, 404)),
    ("POST", "/v1/members/{mate}/role", {"role": "owner"}, (200, 403, 403, 403, 404)),
    ("POST", "/v1/members/{mate}/role", {"role": "admin", "team": "red"}, (200, 200, 200, 403, 404)),
    ("POST", "/v1/members/{mate}/role", {"role": "admin", "team": "blue"}, (200, 200, 403, 403, 404)),
    ("POST", "/v1/keys", {"team": "red"}, (201, 201, 201, 403, 404)),
    ("POST", "/v1/keys", {"team": "blue"}, (201, 201, 403, 403, 404)),
    ("POST", "/v1/keys", {"team": "red", "user": "dev@acme.example"}, (201, 201, 201, 201, 404)),
    ("POST", "/v1/keys", {"team": "red", "role": "owner"}, (201, 403, 403, 403, 404)),
    ("POST", "/v1/keys", {}, (201, 201, 403, 403, 201)),
    ("POST", "/v1/keys", {"purpose": "access"}, (201, 201, 201, 201, 201)),
    ("POST", "/v1/keys", {"purpose": "access", "user": "mate@acme.example"}, (201, 201, 403, 403, 404)),
    ("POST", "/v1/keys", {"purpose": "access", "user": "owner@acme.example"}, (201, 403, 403, 403, 404)),
    ("POST", "/v1/keys/{red_key}/revoke", None, (200, 200, 200, 404, 404)),
    ("DELETE", "/v1/keys/{blue_key}", None, (200, 200, 404, 404, 404)),
    ("POST", "/v1/keys/{red_key}/rotate", None, (200, 200, 200, 404, 404)),
    ("POST", "/v1/wallets/fund", {"organization": True, "amount": 1}, (201, 403, 403, 403, 201)),
    ("POST", "/v1/wallets/allocate", {"team_id": "red", "amount": 1}, (201, 201, 403, 403, 404)),
    ("POST", "/v1/wallets/allocate", {"user_id": "{mate}", "amount": 1}, (201, 201, 201, 403, 404)),
    (
        "POST", "/v1/wallets/allocate", {"user_id": "{mate}", "amount": 1, "source": "team:blue"},
        (201, 201, 403, 403, 404),
    ),
    ("POST", "/v1/wallets/reclaim", {"team_id": "red", "amount": 1}, (201, 201, 403, 403, 404)),
    ("POST", "/v1/wallets/reclaim", {"organization": True, "amount": 1}, (201, 403, 403, 403, 404)),
    ("PUT", "/v1/wallets/mode", {"mode": "observe"}, (200, 403, 403, 403, 200)),
    ("POST", "/v1/wallets/close", {"team_id": "red"}, (409, 409, 403, 403, 404)),
    ("POST", "/v1/wallets/recurring/stop", {"user_id": "{mate}"}, (200, 200, 200, 403, 404)),
    ("POST", "/v1/budgets", {"scope": "team", "owner": "red", "limit": 1, "period": "day"}, (201, 201, 201, 403, 404)),
    ("POST", "/v1/budgets", {"scope": "team", "owner": "blue", "limit": 1, "period": "day"}, (201, 201, 403, 403, 404)),
    ("POST", "/v1/budgets", {"scope": "user", "owner": "{mate}", "limit": 1, "period": "day"},
     (201, 201, 201, 403, 404)),
    ("POST", "/v1/budgets", {"scope": "key", "owner": "{red_key}", "limit": 1, "period": "day"},
     (201, 201, 201, 403, 404)),
    ("POST", "/v1/budgets", {"scope": "organization", "limit": 1, "period": "day"}, (201, 201, 403, 403, 201)),
    ("DELETE", "/v1/budgets/{red_budget}", None, (200, 200, 200, 403, 404)),
    ("DELETE", "/v1/budgets/{blue_budget}", None, (200, 200, 404, 403, 404)),
    ("POST", "/v1/tickets/tkt_red/approve", {"wallet": "team:red"}, (200, 200, 200, 403, 404)),
    ("POST", "/v1/tickets/tkt_red/approve", {"wallet": "organization"}, (200, 200, 403, 403, 404)),
    ("POST", "/v1/tickets/tkt_blue/approve", {"wallet": "team:red"}, (200, 200, 404, 403, 404)),
    ("POST", "/v1/tickets/tkt_red/deny", {"reason": "no"}, (200, 200, 200, 403, 404)),
    ("POST", "/v1/tickets/tkt_blue/deny", None, (200, 200, 404, 403, 404)),
    ("POST", "/v1/tickets/tkt_red/cancel", None, (200, 200, 200, 200, 404)),
    ("POST", "/v1/tickets/tkt_blue/cancel", None, (200, 200, 404, 404, 404)),
    ("POST", "/v1/escalations/esc_red/claim", None, (200, 200, 200, 403, 404)),
    ("POST", "/v1/escalations/esc_blue/claim", None, (200, 200, 404, 403, 404)),
    ("POST", "/v1/escalations/esc_red/release", None, (200, 200, 200, 403, 404)),
    ("POST", "/v1/escalations/esc_red/resolve", {"resolution": "denied"}, (200, 200, 200, 403, 404)),
    ("POST", "/v1/escalations/esc_blue/resolve", {"resolution": "approved"}, (200, 200, 404, 403, 404)),
    ("POST", "/v1/webhooks", {"url": "https://hooks.example.com/new"}, (201, 201, 403, 403, 201)),
    ("POST", "/v1/webhooks", {"url": "https://hooks.example.com/new", "team": "red"}, (201, 201, 403, 403, 404)),
    ("PATCH", "/v1/webhooks/{hook}", {"description": "x"}, (200, 200, 403, 403, 404)),
    ("DELETE", "/v1/webhooks/{hook}", None, (200, 200, 403, 403, 404)),
    ("POST", "/v1/webhooks/{hook}/rotate-secret", None, (200, 200, 403, 403, 404)),
    ("POST", "/v1/webhooks/{hook}/test", None, (200, 200, 403, 403, 404)),
    ("POST", "/v1/holds/req_red/1/release", None, (200, 200, 403, 403, 404)),
    ("POST", "/v1/exports", {}, (201, 201, 201, 201, 201)),
    ("POST", "/v1/exports", {"type": "audit", "format": "ndjson"}, (201, 201, 201, 201, 201)),
    ("DELETE", "/v1/exports/{boss_export}", None, (200, 200, 404, 404, 404)),
    ("DELETE", "/v1/exports/{dev_export}", None, (200, 200, 404, 200, 404)),
    ("POST", "/v1/export-schedules", {"cron": "0 6 1 * *"}, (201, 201, 201, 201, 201)),
    ("DELETE", "/v1/export-schedules/{boss_schedule}", None, (200, 200, 404, 404, 404)),
    ("DELETE", "/v1/export-schedules/{dev_schedule}", None, (200, 200, 404, 200, 404)),
    ("POST", "/v1/privacy/erasures", {"subject": "{mate}"}, (201, 403, 403, 403, 404)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"), MATRIX, ids=[f"{row[0]} {row[1]} {row[2]}" for row in MATRIX]
)
async def test_a_command_answers_each_role_as_the_table_says(
    method: str, path: str, body: Any, expected: tuple[int, ...]
) -> None:
    got: dict[str, int] = {}
    while len(got) < len(WHO):
        async with fresh_place() as place:
            fields = {
                name: value.format(**place.names) if isinstance(value, str) else value
                for name, value in (body or {}).items()
            }
            named = path.format(**place.names)
            for who in WHO[len(got) :]:
                got[who] = (await send(place.client, place.people[who], method, named, fields or body))[0]
                if got[who] < 400:  # what is refused changes nothing, so the next one finds all as it was
                    break
    assert got == dict(zip(WHO, expected, strict=True))


def test_the_matrix_holds_every_command() -> None:
    shapes = {(row[0], len(row[1].split("/")), row[1].split("/")[2]) for row in MATRIX}
    missing = [
        (operation.method, operation.path)
        for operation in OPERATIONS
        if (operation.method, len(operation.path.split("/")), operation.path.split("/")[2]) not in shapes
    ]
    assert not missing
