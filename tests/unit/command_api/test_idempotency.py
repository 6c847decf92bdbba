"""Idempotency-Key: a repeat is the same intent and the same answer, another request under the key is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from support.command_bench import Bench, Person, send, serving


@dataclass
class Place:
    bench: Bench
    client: TestClient[web.Request, web.Application]
    owner: Person

    async def send(self, method: str, path: str, body: Any, key: str, who: Person | None = None) -> Any:
        return await send(self.client, who or self.owner, method, path, body, Idempotency_Key=key)


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    bench = Bench()
    owner = await bench.found()
    await bench.team("engineering")
    async with serving(bench.context()) as client:
        yield Place(bench, client, owner)


REPEATABLE = [
    ("POST", "/v1/teams", {"name": "Data"}),
    ("PATCH", "/v1/teams/engineering", {"description": "d"}),
    ("POST", "/v1/teams/engineering/members", {"email": "a@b.example"}),
    ("POST", "/v1/wallets/fund", {"amount": "5"}),
    ("POST", "/v1/wallets/allocate", {"team_id": "engineering", "amount": "5", "note": "n"}),
    ("PUT", "/v1/wallets/mode", {"mode": "observe"}),
]


@pytest.mark.parametrize(("method", "path", "body"), REPEATABLE)
async def test_a_repeat_gets_the_same_answer_and_changes_nothing(
    place: Place, method: str, path: str, body: dict[str, Any]
) -> None:
    first = await place.send(method, path, body, "k1")
    events = len(place.bench.memory.events)
    again = await place.send(method, path, dict(reversed(body.items())), "k1")
    assert again[:2] == first[:2] and first[0] in (200, 201)
    assert again[2].headers["idempotency-replayed"] == "true"
    assert len(place.bench.memory.events) == events


async def test_removing_twice_under_one_key_is_answered_twice(place: Place) -> None:
    ana = await place.bench.person("ana")
    first = await place.send("DELETE", f"/v1/members/{ana.member}", None, "gone")
    again = await place.send("DELETE", f"/v1/members/{ana.member}", None, "gone")
    assert (first[0], again[0]) == (200, 200) and again[1]["id"] == first[1]["id"]
    assert again[1]["position"] == first[1]["position"]


async def test_a_repeated_refusal_is_refused_alike(place: Place) -> None:
    for _ in range(2):
        status, problem, _ = await place.send("POST", "/v1/teams", {"name": "Engineering"}, "k1")
        assert (status, problem["reason"]) == (409, "already_exists")


async def test_a_key_is_not_shown_twice(place: Place) -> None:
    status, key, _ = await place.send("POST", "/v1/keys", {"team": "engineering"}, "k1")
    assert status == 201 and key["key"]
    status, problem, _ = await place.send("POST", "/v1/keys", {"team": "engineering"}, "k1")
    assert (status, problem["code"], problem["id"]) == (409, "idempotency_completed", key["id"])
    assert key["key"] not in str(problem)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/teams", {"name": "Other"}),
        ("POST", "/v1/members", {"email": "x@y.example"}),
        ("PATCH", "/v1/teams/engineering", {"name": "Data"}),
    ],
)
async def test_another_request_under_a_used_key_is_refused(
    place: Place, method: str, path: str, body: dict[str, Any]
) -> None:
    assert (await place.send("POST", "/v1/teams", {"name": "Data"}, "k1"))[0] == 201
    status, problem, _ = await place.send(method, path, body, "k1")
    assert (status, problem["code"]) == (422, "idempotency_mismatch")


async def test_keys_of_different_members_do_not_meet(place: Place) -> None:
    ana = await place.bench.person("ana", role="admin")
    assert (await place.send("POST", "/v1/teams", {"name": "One"}, "k1"))[0] == 201
    assert (await place.send("POST", "/v1/teams", {"name": "Two"}, "k1", who=ana))[0] == 201


async def test_a_request_in_flight_is_not_started_again(place: Place) -> None:
    place.bench.authority_paused = True
    async with serving(place.bench.context(outcome_timeout_s=20.0)) as client:
        slow = Place(place.bench, client, place.owner)
        place.bench.appended.clear()
        first = asyncio.create_task(slow.send("POST", "/v1/teams", {"name": "Data"}, "k1"))
        await asyncio.wait_for(place.bench.appended.wait(), 10)
        status, problem, response = await slow.send("POST", "/v1/teams", {"name": "Data"}, "k1")
        assert (status, problem["code"], response.headers["Retry-After"]) == (409, "idempotency_in_flight", "1")
        place.bench.decide()
        assert (await first)[0] == 201


async def test_a_pending_request_is_finished_by_its_repeat(place: Place) -> None:
    place.bench.authority_paused = True
    status, pending, _ = await place.send("POST", "/v1/wallets/fund", {"amount": "5"}, "k1")
    assert (status, pending["outcome"]) == (202, "pending")
    place.bench.decide()
    status, wallet, _ = await place.send("POST", "/v1/wallets/fund", {"amount": "5"}, "k1")
    assert (status, wallet["amount"]) == (201, "5.00")
    assert place.bench.fold.ledger(place.bench.org).free_money(wallet["id"]) == 5 * 10**9


async def test_money_moves_once_however_often_it_is_asked_for_without_an_answer(place: Place) -> None:
    place.bench.memory.silent = True
    for _ in range(3):
        assert (await place.send("POST", "/v1/wallets/fund", {"amount": "5"}, "k1"))[0] == 503
    place.bench.memory.silent = False
    place.bench.authority_paused = True
    for _ in range(3):
        assert (await place.send("POST", "/v1/wallets/fund", {"amount": "5"}, "k1"))[0] == 202
    place.bench.decide()
    wallet = f"organization:{place.bench.org}"
    assert place.bench.fold.ledger(place.bench.org).free_money(wallet) == 5 * 10**9


async def test_a_key_that_an_unanswered_request_made_is_the_one_its_repeat_shows(place: Place) -> None:
    place.bench.authority_paused = True
    _, first, _ = await place.send("POST", "/v1/keys", {"team": "engineering"}, "k1")
    _, again, _ = await place.send("POST", "/v1/keys", {"team": "engineering"}, "k1")
    assert (again["key"], again["id"]) == (first["key"], first["id"])
    place.bench.decide()
    assert place.bench.view.key_by_prefix(first["prefix"]) is not None


async def test_another_process_does_not_show_a_key_that_it_did_not_make(place: Place) -> None:
    place.bench.authority_paused = True
    _, first, _ = await place.send("POST", "/v1/keys", {"team": "engineering"}, "k1")
    place.bench.authority_paused = False
    async with serving(place.bench.context()) as other:
        status, problem, _ = await Place(place.bench, other, place.owner).send(
            "POST", "/v1/keys", {"team": "engineering"}, "k1"
        )
    assert (status, problem["code"], problem["id"]) == (409, "idempotency_completed", first["id"])


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 201])
async def test_a_malformed_idempotency_key_is_refused(place: Place, key: str) -> None:
    status, problem, _ = await place.send("POST", "/v1/teams", {"name": "x"}, key)
    assert (status, problem["field"]) == (422, "Idempotency-Key")


async def test_the_longest_idempotency_key_is_taken(place: Place) -> None:
    assert (await place.send("POST", "/v1/teams", {"name": "x"}, "x" * 200))[0] == 201
