"""Attempts at providers: each recorded before it is sent, only where the document allows, within time and budgets."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from support.gateway import FakeConnection, FakeGateway, gateway, ok
from support.streams import CHAT

from keeptrusts.gateway.pipeline.run import model_call
from keeptrusts.gateway.pipeline.values import Answer
from keeptrusts.gateway.providers.protocol import ProviderAnswer, ProviderFailure, ProviderRequest
from keeptrusts.schemas.events.request import RequestAttempted, RequestCompleted, RequestDecided
from keeptrusts.schemas.publishing import Ack, PublisherOverloadedError

TWO = (
    "policies:\n  chain: [audit-logger]\nproviders:\n{routing}  targets:\n"
    "    - {{id: first, provider: openai}}\n    - {{id: second, provider: openai}}\n"
)
SECRETS = {"OPENAI_API_KEY": "sk-real"}
BODY = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}).encode()
DOWN = ok(b"{}", status=503)
GOOGLES_WRONG_KEY = {
    "error": {
        "code": 400,
        "message": "API key not valid. Please pass a valid API key.",
        "status": "INVALID_ARGUMENT",
        "details": [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "API_KEY_INVALID",
                "domain": "googleapis.com",
            }
        ],
    }
}


def two(option: str = "") -> FakeGateway:
    lines = ""
    if option.startswith("timeout"):
        lines = f"  routing: {{strategy: ordered, {option}}}\n"
    elif option:
        lines = f"  fallback: {{enabled: true, {option}}}\n"
    return gateway(TWO.format(routing=lines), environment=SECRETS)


async def chat(made: FakeGateway, body: bytes = BODY, **headers: str) -> Answer:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return await model_call(made.services, made.call("engineering", sent), FakeConnection(body=body), "chat")


def of(made: FakeGateway, kind: type[Any]) -> list[Any]:
    return [event.data for event in made.publisher.events if isinstance(event.data, kind)]


def failure(kind: Any, *, billed: bool = True) -> ProviderFailure:
    return ProviderFailure(kind=kind, reason="r", billed=billed, elapsed_us=1)


CAUSES: list[tuple[str, ProviderAnswer | ProviderFailure, str]] = [
    ("rate limit", ok({"error": {"message": "m"}}, status=429), "rate_limit"),
    ("server error", DOWN, "server_error"),
    ("timeout", failure("timeout"), "timeout"),
    ("unreachable", failure("connection", billed=False), "connection"),
    ("cut before the first byte", failure("cut"), "cut"),
    ("our secret refused", ok(b"{}", status=401), "credentials"),
    ("our secret refused by Google, which says 400", ok(GOOGLES_WRONG_KEY, status=400), "credentials"),
    ("our account has no means", ok(b"{}", status=402), "credentials"),
]


@pytest.mark.parametrize(("what", "end", "cause"), CAUSES, ids=[case[0] for case in CAUSES])
@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
async def test_another_target_is_tried_and_recorded_before_it_is_sent(
    what: str, end: ProviderAnswer | ProviderFailure, cause: str, stream: bool
) -> None:
    made = two()
    made.provider.then = [end]
    made.provider.pieces = list(CHAT.pieces) if stream else None
    answer = await chat(made, CHAT.body if stream else BODY)
    assert answer.status == 200
    [attempted] = of(made, RequestAttempted)
    assert (attempted.attempt, attempted.target, attempted.cause) == (2, "second", cause)
    assert made.provider.recorded_before == [1, 2], "decision, then attempt, each before its dispatch"
    [completion] = of(made, RequestCompleted)
    assert (completion.attempts, completion.target, completion.status) == (2, "second", 200)
    [decision] = of(made, RequestDecided)
    assert decision.target == "first"


async def test_a_refused_key_is_not_asked_with_again_by_anybody() -> None:
    made = two("max_fallback_attempts: 1")
    made.provider.result = ok(GOOGLES_WRONG_KEY, status=400)
    answer = await chat(made)
    assert (answer.status, answer.headers["x-should-retry"]) == (502, "false")
    assert [one.target for one in of(made, RequestAttempted)] == ["second"]
    assert b"refused our credentials" in answer.body and b"API key" not in answer.body
    [completion] = of(made, RequestCompleted)
    assert (completion.status, completion.provider_status, completion.cost_state) == (502, 400, "none")


FINAL: list[tuple[str, ProviderAnswer | ProviderFailure, int]] = [
    ("bad request", ok({"error": {"message": "m"}}, status=400), 400),
    ("not found", ok({"error": {"message": "m"}}, status=404), 404),
    ("garbage", ok(b"<html>"), 502),
    ("too large", failure("too_large"), 502),
    ("a redirect", ok(b"", status=302), 502),
]


@pytest.mark.parametrize(("what", "end", "status"), FINAL, ids=[case[0] for case in FINAL])
async def test_what_another_attempt_cannot_cure_is_not_tried_again(
    what: str, end: ProviderAnswer | ProviderFailure, status: int
) -> None:
    made = two()
    made.provider.result = end
    assert (await chat(made)).status == status
    assert len(made.provider.asked) == 1 and of(made, RequestAttempted) == []


async def test_a_trigger_that_the_document_leaves_out_is_final() -> None:
    made = two("triggers: [rate_limit]")
    made.provider.result = DOWN
    assert (await chat(made)).status == 502 and len(made.provider.asked) == 1


async def test_attempts_of_one_call_are_limited() -> None:
    made = two("max_fallback_attempts: 1")
    made.provider.result = DOWN
    assert (await chat(made)).status == 502
    assert len(made.provider.asked) == 2
    assert [one.attempts for one in of(made, RequestCompleted)] == [2]


async def test_retries_are_a_share_of_traffic_and_zero_means_none() -> None:
    made = two("retry_percent: 0")
    made.provider.result = DOWN
    assert (await chat(made)).status == 502 and len(made.provider.asked) == 1


async def test_an_attempt_that_cannot_be_recorded_is_not_sent() -> None:
    made = two()
    made.provider.then = [DOWN]
    append = made.publisher.append

    async def no_attempts(*events: Any, deadline_s: float) -> tuple[Ack, ...]:
        if isinstance(events[0].data, RequestAttempted):
            raise PublisherOverloadedError("full")
        return await append(*events, deadline_s=deadline_s)

    object.__setattr__(made.publisher, "append", no_attempts)
    answer = await chat(made)
    assert answer.status == 502 and len(made.provider.asked) == 1
    assert [one.attempts for one in of(made, RequestCompleted)] == [1]


@pytest.mark.parametrize(
    ("allowed", "status", "asked"), [(True, 200, ["gpt-4o", "gpt-4o-mini"]), (False, 502, ["gpt-4o"])]
)
async def test_another_model_is_used_only_where_the_document_names_it(
    allowed: bool, status: int, asked: list[str]
) -> None:
    fallback = "    - {id: small, provider: openai, models: [gpt-4o-mini]}\n"
    group = "  consumer_groups:\n    - name: app\n      models:\n        - {provider: openai, model: gpt-4o}\n" + (
        "        - {provider: openai, model: gpt-4o-mini}\n" if allowed else ""
    )
    text = (
        "policies:\n  chain: [audit-logger]\nproviders:\n  fallback: {max_fallback_attempts: 1}\n  targets:\n"
        "    - {id: large, provider: openai, models: [gpt-4o]}\n" + fallback + group
    )
    made = gateway(text, environment=SECRETS)
    made.provider.then = [failure("timeout")]
    answer = await chat(made, BODY.replace(b"gpt-4o", b"auto"), x_keeptrusts_consumer_group="app")
    assert [json.loads(request.body)["model"] for request in made.provider.asked] == asked
    assert answer.status == (200 if allowed else 504)
    if allowed:
        assert answer.headers["x-keeptrusts-model"] == "gpt-4o-mini"
        assert of(made, RequestCompleted)[0].model == "gpt-4o-mini"


async def test_a_named_model_never_turns_into_another_one() -> None:
    text = (
        "policies:\n  chain: [audit-logger]\nproviders:\n  targets:\n"
        "    - {id: large, provider: openai, models: [gpt-4o]}\n"
        "    - {id: small, provider: openai, models: [gpt-4o-mini]}\n"
    )
    made = gateway(text, environment=SECRETS)
    made.provider.result = failure("timeout")
    assert (await chat(made)).status == 504
    assert {json.loads(request.body)["model"] for request in made.provider.asked} == {"gpt-4o"}


async def test_a_long_retry_after_is_not_waited_for_and_reaches_the_caller() -> None:
    made = gateway(TWO.format(routing="").replace("    - {id: second, provider: openai}\n", ""), environment=SECRETS)
    made.provider.result = ok({"error": {"message": "slow down"}}, status=429, retry_after="30")
    answer = await chat(made)
    assert answer.status == 429 and answer.headers["Retry-After"] == "30"
    assert len(made.provider.asked) == 1


async def test_a_target_that_keeps_failing_rests_and_is_asked_again_later() -> None:
    made = two("max_fallback_attempts: 1")
    made.provider.result = DOWN
    for _ in range(30):
        await chat(made)
    before = len(made.provider.asked)
    answer = await chat(made)
    assert answer.status == 502 and len(made.provider.asked) == before, "both targets rest"
    completion = of(made, RequestCompleted)[-1]
    assert completion.cost_state == "none" and completion.error == "upstream_error"
    made.clock.ns += 120 * 1_000_000_000
    made.provider.result = ok()
    assert (await chat(made)).status == 200, "a probe shows that it is back"


async def test_the_deadline_of_the_call_bounds_every_attempt() -> None:
    made = two("timeout_seconds: 20")
    made.provider.then = [DOWN]
    late = _Late(made, takes_s=15)
    await chat(replace(made, services=replace(made.services, provider=late)))
    assert [request.timeout_s for request in made.provider.asked] == [20, 5]


async def test_what_the_caller_says_it_waits_for_bounds_the_call() -> None:
    made = two()
    await chat(made, x_stainless_timeout="7")
    assert made.provider.asked[0].timeout_s == 7


async def test_no_time_left_means_no_further_attempt() -> None:
    made = two("timeout_seconds: 20")
    made.provider.result = failure("timeout")
    late = _Late(made, takes_s=20)
    assert (await chat(replace(made, services=replace(made.services, provider=late)))).status == 504
    assert len(made.provider.asked) == 1


class _Late:
    """A provider whose every answer takes some seconds of the gateway's clock."""

    def __init__(self, made: FakeGateway, *, takes_s: int) -> None:
        self._made = made
        self._takes_ns = takes_s * 1_000_000_000

    async def call(self, request: ProviderRequest) -> ProviderAnswer | ProviderFailure:
        self._made.clock.ns += self._takes_ns
        return await self._made.provider.call(request)

    async def open(self, request: ProviderRequest) -> Any:
        self._made.clock.ns += self._takes_ns
        return await self._made.provider.open(request)


async def test_a_wall_clock_that_steps_back_changes_neither_order_nor_latency_nor_price() -> None:
    made = two()
    before = made.clock.at

    class SteppedBack(_Late):
        async def call(self, request: ProviderRequest) -> ProviderAnswer | ProviderFailure:
            self._made.clock.at = before - timedelta(hours=2)
            return await super().call(request)

    made.provider.then = [DOWN]
    stepped = SteppedBack(made, takes_s=1)
    answer = await chat(replace(made, services=replace(made.services, provider=stepped)))
    assert answer.status == 200
    decision, attempted, completion = made.publisher.events
    assert [event.sequence for event in made.publisher.events] == [0, 1, 2]
    assert decision.time == before and attempted.time == completion.time == before - timedelta(hours=2)
    assert len({event.id for event in made.publisher.events}) == 3
    assert isinstance(completion.data, RequestCompleted)
    assert completion.data.latency_us == 2_000_000 and completion.data.cost_state == "priced"
