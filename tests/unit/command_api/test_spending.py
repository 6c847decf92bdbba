"""Commands about budgets, tickets, holds and recurring allocations: which intent each becomes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from support.command_bench import Bench, Person, send, serving

from keeptrusts.schemas.commands import wallets
from keeptrusts.schemas.commands.wallets import WalletRef

USD = 10**9


@dataclass
class Place:
    bench: Bench
    client: TestClient[web.Request, web.Application]
    owner: Person
    team: str
    key: str

    async def send(self, method: str, path: str, body: Any = None, who: Person | None = None, **headers: str) -> Any:
        return await send(self.client, who or self.owner, method, path, body, **headers)


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    bench = Bench()
    owner = await bench.found()
    team = await bench.team("engineering")
    async with serving(bench.context()) as client:
        key = (await send(client, owner, "POST", "/v1/keys", {"team": "engineering", "name": "ci"}))[1]["id"]
        yield Place(bench, client, owner, team, key)


@pytest.mark.parametrize(
    ("fields", "owner"),
    [
        ({"scope": "organization"}, "{org}"), ({"scope": "organization", "owner": "organization"}, "{org}"),
        ({"scope": "team", "owner": "Engineering"}, "{team}"), ({"scope": "team", "owner": "{team}"}, "{team}"),
        ({"scope": "user", "owner": "owner@acme.example"}, "{member}"),
        ({"scope": "user", "owner": "external:alice"}, "external:alice"),
        ({"scope": "key", "owner": "ci"}, "{key}"), ({"scope": "project", "owner": "search"}, "search"),
        ({"scope": "gateway", "owner": "main"}, "main"),
    ],
)  # fmt: skip
async def test_a_budget_is_for_whom_its_owner_names(place: Place, fields: dict[str, str], owner: str) -> None:
    place.bench.authority_paused = True
    names = {"org": place.bench.org, "team": place.team, "member": place.owner.member, "key": place.key}
    body = {name: value.format(**names) for name, value in fields.items()}
    status, answer, _ = await place.send("POST", "/v1/budgets", {**body, "limit": "12.50", "period": "month"})
    intent = place.bench.memory.events[-1].data
    assert isinstance(intent, wallets.BudgetSetRequested) and status == 202
    assert (intent.scope, intent.owner) == (fields["scope"], owner.format(**names))
    assert (intent.limit, intent.period, intent.time_zone, intent.action) == (12_500_000_000, "month", "UTC", "hard")
    assert intent.thresholds_percent == (50, 80, 100)
    assert answer["id"] == intent.budget and answer["limit"] == "12.50"


async def test_the_same_owner_and_period_is_the_same_budget(place: Place) -> None:
    place.bench.authority_paused = True
    names = []
    for fields in ({}, {"limit": "7", "action": "soft"}, {"time_zone": "Asia/Tokyo"}, {"period": "week"},
                   {"owner": None, "scope": "organization"}):  # fmt: skip
        body = {"scope": "team", "owner": "engineering", "limit": "5", "period": "day", **fields}
        names.append((await place.send("POST", "/v1/budgets", body))[1]["id"])
    assert names[0] == names[1] == names[2] and len(set(names)) == 3
    assert all(name.startswith("bud_") for name in names)


INTENTS: list[tuple[str, str, Any, Any]] = [
    (
        "POST", "/v1/wallets/allocate", '{"team_id": "engineering", "amount": 1000.00, "currency": "USD"}',
        {"type": wallets.WalletAllocateRequested, "amount": 1000 * USD, "period": None, "source": None},
    ),
    (
        "POST", "/v1/wallets/allocate", {"team_id": "engineering", "amount": "200.00", "period": "month"},
        {"type": wallets.WalletAllocateRequested, "amount": 200 * USD, "period": "month"},
    ),
    (
        "POST", "/v1/wallets/close", {"team_id": "engineering"},
        {"type": wallets.WalletCloseRequested, "wallet": "team:{team}"},
    ),
    (
        "POST", "/v1/wallets/recurring/stop", {"wallet": "user:owner@acme.example"},
        {"type": wallets.WalletStopRecurringRequested, "wallet": "user:{member}"},
    ),
    (
        "POST", "/v1/tickets/tkt_1/approve",
        {"wallet": "team:engineering", "deadline_at": "2026-12-01T09:00:00+01:00", "note": "go"},
        {"type": wallets.TicketApproveRequested, "ticket": "tkt_1", "wallet": "team:{team}", "note": "go",
         "deadline_at": datetime(2026, 12, 1, 8, tzinfo=UTC)},
    ),
    (
        "POST", "/v1/tickets/tkt_1/approve", {"wallet": "organization"},
        {"type": wallets.TicketApproveRequested, "wallet": "organization:{org}", "deadline_at": None},
    ),
    (
        "POST", "/v1/tickets/tkt_1/deny", {"reason": "too dear"},
        {"type": wallets.TicketDenyRequested, "ticket": "tkt_1", "reason": "too dear"},
    ),
    ("POST", "/v1/tickets/tkt_1/cancel", None, {"type": wallets.TicketCancelRequested, "ticket": "tkt_1"}),
    (
        "POST", "/v1/holds/req_1/2/release", {"reason": "gateway gone"},
        {"type": wallets.HoldReleaseRequested, "hold": "req_1/2", "reason": "gateway gone"},
    ),
    ("POST", "/v1/holds/req_1%2F2/3/release", None, {"type": wallets.HoldReleaseRequested, "hold": "req_1/2/3"}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "fields"), INTENTS)
async def test_a_command_becomes_the_intent_it_says(
    place: Place, method: str, path: str, body: Any, fields: dict[str, Any]
) -> None:
    place.bench.authority_paused = True
    status, answer, _ = await place.send(method, path, body)
    event = place.bench.memory.events[-1]
    assert status == 202 and type(event.data) is fields.pop("type")
    assert event.actor == f"member:{place.owner.member}" and event.subject == answer["id"]
    names = {"org": place.bench.org, "team": place.team, "member": place.owner.member}
    for name, expected in fields.items():
        found = getattr(event.data, name)
        wanted = expected.format(**names) if isinstance(expected, str) else expected
        assert (found.id if isinstance(found, WalletRef) else found) == wanted, name


async def test_a_budget_is_set_changed_and_removed(place: Place) -> None:
    body = {"scope": "team", "owner": "engineering", "limit": "5", "period": "day", "time_zone": "Europe/Berlin"}
    status, budget, _ = await place.send("POST", "/v1/budgets", body)
    assert status == 201
    assert budget | {
        "owner": place.team, "owner_name": "engineering", "limit": "5.00", "time_zone": "Europe/Berlin",
        "action": "hard", "state": "active", "thresholds_percent": [50, 80, 100],
    } == budget  # fmt: skip
    changed = (await place.send("POST", "/v1/budgets", {**body, "limit": "7", "action": "soft"}))[1]
    assert (changed["id"], changed["limit"], changed["action"]) == (budget["id"], "7.00", "soft")
    assert changed["created_at"] == budget["created_at"] != changed["position"]
    status, removed, _ = await place.send("DELETE", f"/v1/budgets/{budget['id']}")
    assert (status, removed["state"], removed["limit"]) == (200, "removed", "7.00")
    assert (await place.send("DELETE", f"/v1/budgets/{budget['id']}"))[0] == 404
    assert (await place.send("POST", "/v1/budgets", body))[1]["state"] == "active"


async def test_an_allocation_recurs_until_it_is_stopped(place: Place) -> None:
    await place.send("POST", "/v1/wallets/fund", {"amount": "1000"})
    body = {"team_id": "engineering", "amount": "200.00", "period": "month"}
    status, answer, _ = await place.send("POST", "/v1/wallets/allocate", body)
    assert (status, answer["amount"], answer["period"]) == (201, "200.00", "month")
    ledger = place.bench.fold.ledger(place.bench.org)
    assert ledger.money.allocations[f"team:{place.team}"].amount == 200 * USD
    status, problem, _ = await place.send("POST", "/v1/wallets/close", {"team_id": "engineering"})
    assert (status, problem["reason"]) == (409, "not_empty") and "reclaim it first" in problem["detail"]
    assert (await place.send("POST", "/v1/wallets/reclaim", {"team_id": "engineering", "amount": "200"}))[0] == 201
    status, problem, _ = await place.send("POST", "/v1/wallets/close", {"team_id": "engineering"})
    assert (status, problem["reason"]) == (409, "in_use") and "stop it first" in problem["detail"]
    assert (await place.send("POST", "/v1/wallets/recurring/stop", {"team_id": "engineering"}))[0] == 200
    assert (await place.send("POST", "/v1/wallets/recurring/stop", {"team_id": "engineering"}))[0] == 404
    status, closed, _ = await place.send("POST", "/v1/wallets/close", {"team_id": "engineering"})
    assert (status, closed["id"], closed["owner_name"]) == (200, f"team:{place.team}", "engineering")
    assert (await place.send("POST", "/v1/wallets/close", {"team_id": "engineering"}))[0] == 404


async def test_a_ticket_is_decided_once(place: Place) -> None:
    await place.send("POST", "/v1/wallets/fund", {"amount": "1"})
    for name in ("tkt_1", "tkt_2", "tkt_3"):
        await place.bench.parked_ticket(name, team=place.team, user="external:x", need=USD // 2)
    path, pay = "/v1/tickets/tkt_1/approve", {"wallet": "organization", "note": "board demo"}
    for deadline in ("2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z"):
        status, problem, _ = await place.send("POST", path, {**pay, "deadline_at": deadline})
        assert (status, problem["reason"]) == (422, "invalid_deadline") and "30 days" in problem["detail"]
    status, answer, _ = await place.send("POST", path, pay)
    assert (status, answer["id"], answer["decision"], answer["wallet"], answer["note"]) == (
        200, "tkt_1", "approved", f"organization:{place.bench.org}", "board demo",
    )  # fmt: skip
    assert "X-Keeptrusts-Ticket" in answer["message"]
    status, problem, _ = await place.send("POST", path, pay)
    assert (status, problem["reason"]) == (409, "already_decided") and "approved already" in problem["detail"]
    assert (await place.send("POST", "/v1/tickets/tkt_2/deny", {"reason": "too dear"}))[1]["decision"] == "denied"
    assert (await place.send("POST", "/v1/tickets/tkt_2/approve", pay))[0] == 409
    await place.send("POST", "/v1/wallets/reclaim", {"organization": True, "amount": "0.5"})
    status, problem, _ = await place.send("POST", "/v1/tickets/tkt_3/approve", pay)
    assert (status, problem["reason"]) == (409, "insufficient_funds") and "needs 0.50 USD" in problem["detail"]
    assert (await place.send("POST", "/v1/tickets/tkt_1/cancel"))[1]["decision"] == "cancelled"
    assert place.bench.fold.ledger(place.bench.org).free_money(f"organization:{place.bench.org}") == USD // 2


async def test_only_a_presumed_hold_is_released_and_only_once(place: Place) -> None:
    await place.send("POST", "/v1/wallets/fund", {"team_id": "engineering", "amount": "1"})
    wallet = f"team:{place.team}"
    await place.bench.presumed_hold("req_1", wallet=wallet, amount=USD // 4)
    ledger = place.bench.fold.ledger(place.bench.org)
    assert ledger.free_money(wallet) == USD - USD // 4
    status, answer, _ = await place.send("POST", "/v1/holds/req_1/1/release", {"reason": "gateway gone"})
    assert (status, answer["id"], answer["state"], answer["reason"]) == (200, "req_1/1", "released", "gateway gone")
    assert ledger.free_money(wallet) == USD
    status, problem, _ = await place.send("POST", "/v1/holds/req_1/1/release")
    assert (status, problem["reason"]) == (404, "not_found") and "kt hold list" in problem["fix"]


async def test_a_decision_under_one_idempotency_key_is_carried_out_once(place: Place) -> None:
    await place.send("POST", "/v1/wallets/fund", {"amount": "1"})
    await place.bench.parked_ticket("tkt_1", team=place.team, user="external:x", need=USD // 2)
    path, pay = "/v1/tickets/tkt_1/approve", {"wallet": "organization"}
    first = await place.send("POST", path, pay, Idempotency_Key="k1")
    again = await place.send("POST", path, pay, Idempotency_Key="k1")
    assert (first[0], again[0], again[2].headers["idempotency-replayed"]) == (200, 200, "true")
    assert {**again[1], "message": None} == {**first[1], "message": None}
    assert (await place.send("POST", path, {"wallet": "team:engineering"}, Idempotency_Key="k1"))[0] == 422
