"""Commands about webhooks: the secret is shown once and recorded nowhere, and no URL leads inwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from support.awkward_urls import REFUSED_AS_WRITTEN
from support.command_bench import SECRETS, Bench, Person, send, serving

from keeptrusts.schemas.outbound import rules_of
from keeptrusts.schemas.webhooks import signing_secret

URL = "https://hooks.example.com/a"


@asynccontextmanager
async def place(**changes: Any) -> AsyncIterator[tuple[Bench, Person, Any]]:
    bench = Bench()
    owner = await bench.found()
    await bench.team("red")
    async with serving(bench.context(**changes)) as client:

        async def ask(method: str, path: str, body: Any = None, **rest: Any) -> tuple[int, dict[str, Any]]:
            return (await send(client, owner, method, path, body, **rest))[:2]

        yield bench, owner, ask


async def test_a_secret_is_shown_at_creation_and_rotation_and_never_recorded() -> None:
    async with place() as (bench, _, ask):
        status, made = await ask("POST", "/v1/webhooks", {"url": URL, "team": "red", "description": "on call"})
        assert (status, made["url"], made["team"], made["enabled"]) == (201, URL, "red", True)
        assert made["events"] == ["escalation.*"]
        assert made["secret"] == signing_secret(SECRETS[2], made["id"], 0)
        status, rotated = await ask("POST", f"/v1/webhooks/{made['id']}/rotate-secret")
        assert status == 200 and rotated["secret"] == signing_secret(SECRETS[2], made["id"], 1)
        assert rotated["overlap_until"] is not None
        status, changed = await ask("PATCH", f"/v1/webhooks/{made['id']}", {"enabled": False})
        assert (status, changed["enabled"], changed.get("secret")) == (200, False, None)
        recorded = b"".join(bench.memory.records[0])
        for secret in (made["secret"], rotated["secret"]):
            assert secret.encode() not in recorded and secret.removeprefix("whsec_").encode() not in recorded


async def test_a_repeated_creation_makes_one_webhook_and_does_not_show_the_secret_again() -> None:
    async with place() as (bench, _, ask):
        body = {"url": URL}
        key = {"Idempotency_Key": "once"}
        assert (await ask("POST", "/v1/webhooks", body, **key))[0] == 201
        status, problem = await ask("POST", "/v1/webhooks", body, **key)
        assert (status, problem["error"]["code"]) == (409, "idempotency_completed")
        assert f"/v1/webhooks/{problem['id']}/rotate-secret" in problem["fix"]
        assert len(bench.fold.ledger(bench.org).webhooks) == 1


async def test_a_deleted_webhook_is_gone() -> None:
    async with place() as (_, _, ask):
        made = (await ask("POST", "/v1/webhooks", {"url": URL}))[1]
        status, gone = await ask("DELETE", f"/v1/webhooks/{made['id']}")
        assert (status, gone["state"], gone["url"]) == (200, "removed", URL)
        assert (await ask("POST", f"/v1/webhooks/{made['id']}/test"))[0] == 404


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "url"),
        ({"url": URL, "events": []}, "events"),
        ({"url": URL, "events": ["money.*"]}, "events"),
        ({"url": URL, "events": ["escalation.nothing"]}, "events"),
        ({"url": URL, "events": ["../x"]}, "events.0"),
        ({"url": URL, "secret": "mine"}, "secret"),
        ({"url": "x" * 3000}, "url"),
    ],
)
async def test_what_cannot_be_a_webhook_is_refused_by_field(body: dict[str, Any], param: str) -> None:
    async with place() as (_, _, ask):
        status, problem = await ask("POST", "/v1/webhooks", body)
        assert (status, problem["error"]["code"], problem["error"]["param"]) == (422, "invalid_request", param)


async def test_no_url_leads_inwards_neither_at_creation_nor_by_a_change() -> None:
    async with place() as (_, _, ask):
        made = (await ask("POST", "/v1/webhooks", {"url": URL}))[1]
        for url in REFUSED_AS_WRITTEN:
            for method, path in (("POST", "/v1/webhooks"), ("PATCH", f"/v1/webhooks/{made['id']}")):
                status, problem = await ask(method, path, {"url": url})
                assert (status, problem["error"]["param"]) == (422, "url"), ascii(url)


async def test_an_operator_may_allow_an_inner_address() -> None:
    async with place(outbound=rules_of("127.0.0.1")) as (_, _, ask):
        assert (await ask("POST", "/v1/webhooks", {"url": "http://127.0.0.1:8080/x"}))[0] == 201
        assert (await ask("POST", "/v1/webhooks", {"url": "http://127.0.0.2:8080/x"}))[0] == 422
