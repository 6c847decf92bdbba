"""A bad command moves nothing and leaves one record before its answer: the API's refusal or the authority's outcome."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from support.command_bench import Bench, Person, send, serving

from keeptrusts.gateway.command_api.authentication import authenticate
from keeptrusts.gateway.command_api.context import MAX_BODY_BYTES
from keeptrusts.gateway.command_api.operations import OPERATIONS
from keeptrusts.gateway.command_api.problems import not_ready
from keeptrusts.gateway.command_api.refusals import record_refusal
from keeptrusts.gateway.command_api.routes import command_routes
from keeptrusts.gateway.http.front_door import listening
from keeptrusts.schemas.codec import is_intent
from keeptrusts.schemas.commands import wallets
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events.command import CommandRefused
from keeptrusts.schemas.publishing import Ack, RecordTooLargeError

USD = 10**9
ALLOCATE = "/v1/wallets/allocate"
PAY = {"wallet": "organization"}
MOST_BYTES = 1024
"""What a record of a refusal has at most: nothing in it grows with what was sent."""


@dataclass
class Place:
    bench: Bench
    client: TestClient[web.Request, web.Application]
    owner: Person
    member: Person

    async def send(self, method: str, path: str, body: Any = None, who: Person | None = None, **headers: str) -> Any:
        return await send(self.client, who or self.owner, method, path, body, **headers)

    @property
    def moved(self) -> tuple[int, dict[str, int]]:
        """What the ledger knows: how many entries, and every balance."""
        ledger = self.bench.fold.ledger(self.bench.org)
        return ledger.seq, dict(ledger.accounts)


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    """An organization with 1,000 USD, a team with 10 of them, one that pays for a call under way, and tickets."""
    bench = Bench()
    owner = await bench.found()
    team, busy = await bench.team("engineering"), await bench.team("busy")
    member = await bench.person("dev", teams={team: "member"})
    async with serving(bench.context()) as client:
        made = Place(bench, client, owner, member)
        await made.send("POST", "/v1/wallets/fund", {"amount": 1000})
        await made.send("POST", ALLOCATE, {"team_id": "engineering", "amount": 10})
        await made.send("POST", ALLOCATE, {"team_id": "busy", "amount": 1})
        await bench.hold("req_under_way", wallet=f"team:{busy}", amount=USD)
        for ticket in ("tkt_approved", "tkt_parked"):
            await bench.parked_ticket(ticket, team=team, user="external:x", need=USD)
        assert (await made.send("POST", "/v1/tickets/tkt_approved/approve", PAY))[0] == 200
        yield made


def allocation(amount: str, **more: Any) -> str:
    """A body as it is typed, so that numbers are sent that no JSON writer would write."""
    return f'{{"team_id": "engineering", "amount": {amount}}}' if not more else json.dumps({"amount": 1, **more})


REFUSED_BY_THE_API = [
    ("negative", "POST", ALLOCATE, allocation("-5"), (422, "invalid_request", "amount")),
    ("negative text", "POST", ALLOCATE, allocation('"-0.01"'), (422, "invalid_request", "amount")),
    ("zero", "POST", ALLOCATE, allocation("0.00"), (422, "invalid_request", "amount")),
    ("NaN", "POST", ALLOCATE, allocation("NaN"), (422, "invalid_request", None)),
    ("NaN as text", "POST", ALLOCATE, allocation('"NaN"'), (422, "invalid_request", "amount")),
    ("infinity", "POST", ALLOCATE, allocation("Infinity"), (422, "invalid_request", None)),
    ("huge", "POST", ALLOCATE, allocation("1e15"), (422, "invalid_request", "amount")),
    ("no number any more", "POST", ALLOCATE, allocation("9" * 50), (422, "invalid_request", None)),
    ("below a nano", "POST", ALLOCATE, allocation("1.0000000001"), (422, "invalid_request", "amount")),
    ("another currency", "POST", ALLOCATE, allocation("", team_id="engineering", currency="EUR"),
     (422, "invalid_request", "currency")),
    ("an unknown field", "POST", ALLOCATE, allocation("", team_id="engineering", force=True),
     (422, "invalid_request", None)),
    ("a field twice", "POST", ALLOCATE, '{"amount": 1, "amount": 2}', (422, "invalid_request", "amount")),
    ("a name twice that no text can hold", "POST", ALLOCATE, '{"\\ud800": 1, "\\ud800": 2}',
     (422, "invalid_request", None)),
    ("not JSON", "POST", ALLOCATE, "amount=1", (422, "invalid_request", None)),
    ("an unknown team", "POST", ALLOCATE, allocation("", team_id="nowhere"), (404, "not_found", "team_id")),
    ("an unknown person", "POST", ALLOCATE, allocation("", user_id="a@b.example"), (404, "not_found", "user_id")),
    ("an unknown source", "POST", ALLOCATE, allocation("", team_id="engineering", source="team:nowhere"),
     (404, "not_found", "source")),
    ("a wallet that is none", "POST", ALLOCATE, allocation("", wallet="purse:x"), (422, "invalid_request", "wallet")),
    ("two wallets", "POST", ALLOCATE, allocation("", team_id="engineering", organization=True),
     (422, "invalid_request", "organization")),
    ("a query parameter", "POST", f"{ALLOCATE}?dry_run=1", allocation("1"), (400, "invalid_parameter", None)),
    ("too many bytes", "POST", ALLOCATE, " " * (MAX_BODY_BYTES + 1), (413, "request_too_large", None)),
    ("a budget of zero", "POST", "/v1/budgets", {"scope": "organization", "limit": 0, "period": "day"},
     (422, "invalid_request", "limit")),
    ("a threshold of zero", "POST", "/v1/budgets",
     {"scope": "organization", "limit": 1, "period": "day", "thresholds_percent": [0]},
     (422, "invalid_request", "thresholds_percent")),
    ("an unknown budget", "DELETE", "/v1/budgets/bud_nothing", None, (404, "not_found", None)),
    ("closing an unknown team's wallet", "POST", "/v1/wallets/close", {"team_id": "nowhere"},
     (404, "not_found", "team_id")),
    ("approving from an unknown wallet", "POST", "/v1/tickets/tkt_parked/approve", {"wallet": "team:nowhere"},
     (404, "not_found", "wallet")),
    ("an unknown key", "POST", "/v1/keys/nothing/revoke", None, (404, "not_found", None)),
]  # fmt: skip
ROUTES = {
    "/v1/budgets/bud_nothing": "/v1/budgets/{budget}", f"{ALLOCATE}?dry_run=1": ALLOCATE,
    "/v1/tickets/tkt_parked/approve": "/v1/tickets/{ticket}/approve",
    "/v1/keys/nothing/revoke": "/v1/keys/{key}/revoke",
}  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [row[1:] for row in REFUSED_BY_THE_API],
    ids=[row[0] for row in REFUSED_BY_THE_API],
)
async def test_what_the_api_refuses_is_recorded_once_and_moves_nothing(
    place: Place, method: str, path: str, body: Any, expected: tuple[int, str, str | None]
) -> None:
    before, moved = len(place.bench.memory.events), place.moved
    status, problem, response = await place.send(method, path, body)
    fact = place.bench.refusal_since(before)
    assert (status, problem["code"]) == expected[:2]
    assert (fact.status, fact.code, fact.param) == expected
    assert (fact.method, fact.route) == (method, ROUTES.get(path, path))
    assert fact.request == problem["request_id"] == response.headers["x-request-id"]
    event = place.bench.memory.events[-1]
    assert (event.actor, event.correlationid) == (f"member:{place.owner.member}", fact.request)
    assert place.moved == moved


DECIDED_BY_THE_AUTHORITY = [
    ("above the source's balance", ALLOCATE, {"team_id": "engineering", "amount": 1000}, 409, "insufficient_funds"),
    ("above a named source's balance", ALLOCATE,
     {"user_id": "dev@acme.example", "amount": "10.000000001", "source": "team:engineering"}, 409,
     "insufficient_funds"),
    ("more back than there is", "/v1/wallets/reclaim", {"team_id": "engineering", "amount": 11}, 409,
     "insufficient_funds"),
    ("more than a wallet can hold", "/v1/wallets/fund", {"amount": "9223372036"}, 409, "limit_reached"),
    ("closing a wallet with holds", "/v1/wallets/close", {"team_id": "busy"}, 409, "in_use"),
    ("closing a wallet with money", "/v1/wallets/close", {"team_id": "engineering"}, 409, "not_empty"),
    ("approving twice", "/v1/tickets/tkt_approved/approve", PAY, 409, "already_decided"),
    ("approving above the balance", "/v1/tickets/tkt_parked/approve", {"wallet": "team:busy"}, 409,
     "insufficient_funds"),
    ("an unknown ticket", "/v1/tickets/tkt_none/approve", PAY, 404, "not_found"),
    ("an unknown hold", "/v1/holds/req_none/1/release", None, 404, "not_found"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "body", "status", "reason"),
    [row[1:] for row in DECIDED_BY_THE_AUTHORITY],
    ids=[row[0] for row in DECIDED_BY_THE_AUTHORITY],
)
async def test_what_the_authority_refuses_has_its_outcome_and_no_second_record(
    place: Place, path: str, body: Any, status: int, reason: str
) -> None:
    before, (entries, balances) = len(place.bench.memory.events), place.moved
    got, problem, _ = await place.send("POST", path, body)
    assert (got, problem["reason"]) == (status, reason)
    [event] = place.bench.memory.events[before:]
    outcome = place.bench.inbox.known(event.id)
    assert is_intent(event.data) and outcome is not None and (outcome.outcome, outcome.reason) == ("rejected", reason)
    assert place.moved == (entries + 1, balances)


async def test_what_a_role_does_not_allow_is_recorded_with_who_tried_it(place: Place) -> None:
    before, moved = len(place.bench.memory.events), place.moved
    status, _, _ = await place.send("POST", "/v1/wallets/fund", {"amount": 5}, who=place.member)
    fact = place.bench.refusal_since(before)
    assert (status, fact.status, fact.code, fact.route) == (403, 403, "permission_denied", "/v1/wallets/fund")
    assert place.bench.memory.events[-1].actor == f"member:{place.member.member}" and place.moved == moved


async def test_a_refusal_belongs_to_the_callers_own_organization(place: Place) -> None:
    rival = Bench(name="rival", seed=2, beside=place.bench)
    stranger, before = await rival.found(), len(place.bench.memory.events)
    async with serving(rival.context()) as client:
        assert (await send(client, stranger, "POST", ALLOCATE, {"team_id": "engineering", "amount": 1}))[0] == 404
    assert len(place.bench.memory.events) > before
    assert rival.refusal_since(len(place.bench.memory.events) - 1).param == "team_id"


async def test_nothing_that_the_caller_wrote_is_in_the_record(place: Place) -> None:
    marks = [f"mark{number}zz" for number in range(9)]
    for method, path, body, headers in (
        ("POST", ALLOCATE, {"amount": marks[0], marks[1]: marks[2], "team_id": 5}, {}),
        ("POST", ALLOCATE, {"amount": 1, marks[1]: 1}, {}),
        ("POST", ALLOCATE, {"amount": 1, "team_id": marks[3]}, {}),
        ("POST", ALLOCATE, {"amount": 1, f"amount.{marks[1]}": 1}, {}),
        ("POST", ALLOCATE, f'{{"{marks[4]}": 1, "{marks[4]}": 2}}', {}),
        ("POST", f"{ALLOCATE}?{marks[5]}={marks[6]}", {"amount": 1}, {}),
        ("POST", f"/v1/keys/{marks[7]}/revoke", None, {}),
        ("POST", ALLOCATE, {"amount": 1}, {"Idempotency_Key": f"{marks[8]} {marks[8]}"}),
    ):
        before = len(place.bench.memory.events)
        assert 400 <= (await place.send(method, path, body, **headers))[0] < 500
        place.bench.refusal_since(before)
        written = place.bench.memory.records[0][-1].decode()
        assert [mark for mark in marks if mark in written] == []
        assert place.owner.token not in written and len(written) < MOST_BYTES


async def test_a_record_is_small_whatever_was_sent(place: Place) -> None:
    name, text = "n" * 100_000, "t" * 500_000
    for method, path, body in (
        ("POST", ALLOCATE, {name: 1, "team_id": text, "amount": 1}),
        ("POST", ALLOCATE, f'{{"{name}": 1, "{name}": 2}}'),
        ("POST", f"{ALLOCATE}?{name[:4000]}={text[:2000]}", None),
        ("POST", f"/v1/keys/{name[:6000]}/revoke", None),
        ("POST", "/v1/teams", {"name": text, "slug": text}),
    ):
        before = len(place.bench.memory.events)
        assert 400 <= (await place.send(method, path, body))[0] < 500
        place.bench.refusal_since(before)
        assert len(place.bench.memory.records[0][-1]) < MOST_BYTES


@pytest.mark.parametrize("framing", ["Content-Length: 100\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n64\r\n"])
async def test_a_caller_who_leaves_before_the_body_is_there_is_recorded_and_no_failure_of_ours(
    place: Place, framing: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = len(place.bench.memory.events)
    place.bench.appended.clear()
    app = web.Application()
    app.add_routes(command_routes(place.bench.context()))
    async with listening(app, "127.0.0.1", 0, drain_s=5) as (host, port):
        _, writer = await asyncio.open_connection(host, port)
        head = f"POST {ALLOCATE} HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {place.owner.token}\r\n"
        writer.write(f'{head}{framing}{{"amount": 1'.encode())
        writer.write_eof()
        await asyncio.wait_for(place.bench.appended.wait(), 20)
        writer.close()
    fact = place.bench.refusal_since(before)
    assert (fact.status, fact.code, fact.param) == (400, "malformed_http", None)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_a_failure_of_ours_is_no_refusal(place: Place) -> None:
    before, context = len(place.bench.memory.events), place.bench.context()
    caller = authenticate({"Authorization": f"Bearer {place.owner.token}"}, context)
    await record_refusal(not_ready("not yet"), OPERATIONS[0], caller, "req_1", context)
    assert len(place.bench.memory.events) == before


async def test_a_body_that_comes_too_slowly_is_recorded(place: Place) -> None:
    async def never_ends() -> AsyncIterator[bytes]:
        yield b'{"amount": 1'
        await asyncio.Event().wait()

    before = len(place.bench.memory.events)
    async with serving(place.bench.context(body_timeout_s=0.02)) as client:
        headers = {"Authorization": f"Bearer {place.owner.token}"}
        async with client.post(ALLOCATE, data=never_ends(), headers=headers) as response:
            assert response.status == 408
    assert place.bench.refusal_since(before).code == "request_timeout"


async def test_an_encoding_that_is_not_understood_is_recorded(place: Place) -> None:
    before = len(place.bench.memory.events)
    assert (await place.send("POST", ALLOCATE, b"\x1f\x8b", Content_Encoding="gzip"))[0] == 415
    assert place.bench.refusal_since(before).code == "unsupported_encoding"


@pytest.mark.parametrize("how", ["refusing", "silent"])
async def test_a_refusal_that_the_log_did_not_take_is_a_503_and_no_4xx(place: Place, how: str) -> None:
    setattr(place.bench.memory, how, True)
    moved = place.moved
    for who, body in ((place.owner, allocation("-5")), (place.member, allocation("1"))):
        status, problem, response = await place.send("POST", ALLOCATE, body, who=who)
        assert (status, problem["code"], response.headers["Retry-After"]) == (503, "audit_unavailable", "1")
        assert "nothing happened" in problem["detail"] and "amount" not in json.dumps(problem)
    assert place.moved == moved


async def test_the_refusal_is_answered_only_once_it_is_acknowledged(place: Place) -> None:
    sent, acknowledged = asyncio.Event(), asyncio.Event()

    class SlowLog:
        source = "api/test/1"

        async def append(self, *events: Event, deadline_s: float) -> tuple[Ack, ...]:
            sent.set()
            await acknowledged.wait()
            return await place.bench.append(*events, deadline_s=deadline_s)

    async with serving(place.bench.context(publisher=SlowLog())) as client:
        asked = asyncio.create_task(send(client, place.owner, "POST", ALLOCATE, allocation("0")))
        await asyncio.wait_for(sent.wait(), 10)
        answered, _ = await asyncio.wait({asked}, timeout=0.05)
        assert not answered
        acknowledged.set()
        assert (await asyncio.wait_for(asked, 10))[0] == 422


async def test_an_intent_too_large_for_the_log_is_recorded_as_refused(place: Place) -> None:
    class SmallLog:
        source = "api/test/1"

        async def append(self, *events: Event, deadline_s: float) -> tuple[Ack, ...]:
            if any(isinstance(event.data, wallets.WalletFundRequested) for event in events):
                raise RecordTooLargeError("an event of 7 bytes is above the limit of 6")
            return await place.bench.append(*events, deadline_s=deadline_s)

    before = len(place.bench.memory.events)
    async with serving(place.bench.context(publisher=SmallLog())) as client:
        assert (await send(client, place.owner, "POST", "/v1/wallets/fund", {"amount": 1}))[0] == 413
    assert place.bench.refusal_since(before).status == 413


async def test_another_request_under_a_used_key_is_recorded_and_a_repeat_is_not(place: Place) -> None:
    twice = {"team_id": "engineering", "amount": 5000}
    assert (await place.send("POST", ALLOCATE, twice, Idempotency_Key="k1"))[0] == 409
    before = len(place.bench.memory.events)
    assert (await place.send("POST", ALLOCATE, twice, Idempotency_Key="k1"))[0] == 409
    assert len(place.bench.memory.events) == before
    assert (await place.send("POST", ALLOCATE, {**twice, "amount": 1}, Idempotency_Key="k1"))[0] == 422
    assert place.bench.refusal_since(before).code == "idempotency_mismatch"


async def test_what_is_still_worked_on_pending_or_unknown_leaves_no_refusal(place: Place) -> None:
    place.bench.authority_paused = True
    async with serving(place.bench.context(outcome_timeout_s=20.0)) as client:
        place.bench.appended.clear()
        fund = ("POST", "/v1/wallets/fund", {"amount": 1})
        first = asyncio.create_task(send(client, place.owner, *fund, Idempotency_Key="k1"))
        await asyncio.wait_for(place.bench.appended.wait(), 10)
        assert (await send(client, place.owner, *fund, Idempotency_Key="k1"))[0] == 409
        place.bench.decide()
        assert (await first)[0] == 201
    assert (await place.send(*fund))[0] == 202
    for token in (None, "kt_ak_" + "0" * 40):
        assert (await send(place.client, token, *fund))[0] == 401
    place.bench.memory.silent = True
    assert (await place.send(*fund))[0] == 503
    assert not [event for event in place.bench.memory.events if isinstance(event.data, CommandRefused)]
