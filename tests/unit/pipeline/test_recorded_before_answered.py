"""The order of the path: recorded before dispatched and before answered, and what happens when the log will not."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from support.gateway import ORG, PROVIDED, FakeConnection, FakeGateway, gateway, key_value, ok, problem

from keeptrusts.gateway.pipeline.run import list_models, model_call, not_ready
from keeptrusts.gateway.pipeline.values import Answer
from keeptrusts.gateway.providers.protocol import ProviderAnswer, ProviderFailure
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.request import RequestCompleted, RequestDecided
from keeptrusts.schemas.ids import PLATFORM_LEDGER
from keeptrusts.schemas.publishing import Ack, AckUnknownError, RecordTooLargeError
from keeptrusts.schemas.topics import MAX_RECORD_BYTES

OPEN = "policies:\n  chain: [audit-logger]\nproviders:\n  targets:\n    - {id: openai, provider: openai}\n"
SECRET_WORD = "xyzzy-never-record-this"
BODY = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": SECRET_WORD}]}).encode()


async def chat(
    made: FakeGateway, key: str | None = "engineering", body: bytes | Problem = BODY, **headers: str
) -> Answer:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return await model_call(made.services, made.call(key, sent), FakeConnection(body=body), "chat")


def decided(made: FakeGateway) -> list[RequestDecided]:
    return [event.data for event in made.publisher.events if isinstance(event.data, RequestDecided)]


def completed(made: FakeGateway) -> list[RequestCompleted]:
    return [event.data for event in made.publisher.events if isinstance(event.data, RequestCompleted)]


async def test_the_decision_is_recorded_before_dispatch_and_the_completion_before_the_answer() -> None:
    made = gateway(OPEN)
    answer = await chat(made)
    assert answer.status == 200 and json.loads(answer.body) == PROVIDED
    assert made.provider.recorded_before == [1]
    [decision], [completion] = decided(made), completed(made)
    assert (decision.verdict, decision.provider, decision.model) == ("allow", "openai", "gpt-4o")
    assert (completion.status, completion.cost_state) == (200, "priced")
    # 60 x 2.50 + 40 x 1.25 + 10 x 10.00 USD a million tokens, in nano-USD
    assert completion.cost == 60 * 2_500 + 40 * 1_250 + 10 * 10_000
    assert answer.headers["x-keeptrusts-cost"] == "0.0003"
    assert answer.headers["x-keeptrusts-position"] == "0:1"
    assert SECRET_WORD.encode() not in b"".join(made.publisher.records[0])


async def test_the_provider_sees_our_secret_and_request_id_and_never_the_callers_key() -> None:
    made = gateway(OPEN)
    answer = await chat(made, cookie="session=1")
    [asked] = made.provider.asked
    assert json.loads(asked.body) == json.loads(BODY) and asked.url == "https://api.openai.com/v1/chat/completions"
    assert asked.headers["Authorization"] == "Bearer sk-real"
    assert asked.headers["x-request-id"] == answer.headers["x-request-id"]
    assert "cookie" not in {name.lower() for name in asked.headers}
    assert made.keys["engineering"] not in str(asked.headers.values())


async def test_a_log_that_takes_nothing_means_503_and_no_dispatch() -> None:
    made = gateway(OPEN)
    made.publisher.refusing = True
    answer = await chat(made)
    assert (answer.status, problem(answer)["code"]) == (503, "audit_unavailable")
    assert answer.headers["Retry-After"] == "1" and "x-should-retry" not in answer.headers
    assert made.provider.asked == [] and made.publisher.events == []
    assert made.services.counters.unrecorded == {"audit_unavailable": 1}


async def test_no_name_that_a_caller_may_send_brings_a_record_near_the_limit_of_the_log() -> None:
    made = gateway(OPEN)
    tags = ",".join(f"{'n' * 30}{number}={'v' * 32}" for number in range(8))
    widest = {"x_user_id": "u" * 200, "x_keeptrusts_project": "p" * 200, "x_keeptrusts_tags": tags}
    answers = [await chat(made, body=BODY.replace(b"gpt-4o", b"gpt-" + b"o" * 196), **widest)]
    for name in ("x_user_id", "x_keeptrusts_project", "x_keeptrusts_tags", "x_keeptrusts_consumer_group"):
        answers.append(await chat(made, **{name: "a" * 8_000}))
    answers.append(await chat(made, body=BODY.replace(b"gpt-4o", b"m" * 3_000_000)))
    assert [answer.status for answer in answers] == [200, 422, 422, 422, 422, 422]
    assert len(completed(made)) == len(answers)
    assert max(len(record) for record in made.publisher.records[0]) < MAX_RECORD_BYTES // 100


async def test_an_event_above_the_limit_of_the_log_is_refused_before_any_dispatch() -> None:
    made = gateway(OPEN)

    async def too_large(*events: object, deadline_s: float) -> tuple[Ack, ...]:
        raise RecordTooLargeError("an event is above the limit")

    object.__setattr__(made.publisher, "append", too_large)
    answer = await chat(made)
    assert (answer.status, problem(answer)["code"]) == (503, "audit_unavailable")
    assert made.provider.asked == []


async def test_an_unknown_ack_means_no_dispatch_and_a_completion_that_follows() -> None:
    made = gateway(OPEN)
    made.publisher.silent = True
    answer = await chat(made)
    made.publisher.silent = False
    assert (answer.status, problem(answer)["code"]) == (503, "audit_unavailable")
    assert made.provider.asked == []
    await made.services.late_records.drain(5)
    [completion] = completed(made)
    assert (completion.status, completion.error, completion.cost_state) == (503, "audit_unavailable", "none")


async def test_a_completion_that_is_not_acknowledged_withholds_the_answer() -> None:
    made = gateway(OPEN)
    append = made.publisher.append

    lost: list[Any] = []

    async def second_is_lost(*events: object, deadline_s: float) -> tuple[Ack, ...]:
        if made.publisher.events and len(lost) < 2:
            lost.extend(events)
            raise AckUnknownError("no acknowledgement")
        return await append(*events, deadline_s=deadline_s)

    object.__setattr__(made.publisher, "append", second_is_lost)
    answer = await chat(made)
    assert answer.status == 503 and len(made.provider.asked) == 1
    assert b"chat.completion" not in answer.body
    await made.services.late_records.drain(5)
    [completion] = completed(made)  # it was billed, so it follows, however often its acknowledgement was lost
    assert (completion.status, completion.cost_state) == (200, "priced")
    assert [event.id for event in made.publisher.events[1:]] == [event.id for event in lost[:1]]


async def test_a_refusal_is_two_records_and_names_policy_reason_fix_and_request() -> None:
    made = gateway("policies:\n  chain: [rbac]\npolicy:\n  rbac: {deny_if_missing: [team, role]}\n")
    answer = await chat(made, "organization")
    document = problem(answer)
    assert (answer.status, document["code"], document["policy"]) == (403, "permission_denied", "rbac")
    assert answer.headers["x-should-retry"] == "false"
    assert str(document["request_id"]) in str(document["detail"]) and document["fix"]
    [decision], [completion] = decided(made), completed(made)
    assert (decision.verdict, completion.verdict, completion.status) == ("block", "block", 403)
    assert made.provider.asked == []


async def test_observe_records_what_it_would_have_done_and_blocks_nothing() -> None:
    text = OPEN.replace("[audit-logger]", "[model-access]") + (
        "policy:\n  model-access: {denied_models: [gpt-4o], mode: observe}\n"
    )
    made = gateway(text)
    assert (await chat(made)).status == 200
    assert [(p.kind, p.mode, p.result) for p in decided(made)[0].policies] == [("model-access", "observe", "block")]
    guided = gateway(text.replace("observe", "guide"))
    answer = await chat(guided)
    assert answer.status == 200 and answer.headers["x-keeptrusts-decision"] == "warn"
    enforced = gateway(text.replace("observe", "enforce"))
    assert (await chat(enforced)).status == 403


PROVIDER_ENDS: list[tuple[str, ProviderAnswer | ProviderFailure, int, str | None, str]] = [
    ("server error", ok(b"{}", status=500), 502, "upstream_error", "unpriced"),
    ("our secret refused", ok(b"{}", status=401), 502, "upstream_error", "none"),
    ("garbage", ok(b"<html>"), 502, "upstream_error", "unpriced"),
    ("bad request", ok({"error": {"message": "m"}}, status=400), 400, None, "none"),
    ("rate limit", ok({"error": {"message": "m"}}, status=429, retry_after="7"), 429, None, "none"),
    (
        "timeout",
        ProviderFailure(kind="timeout", reason="late", billed=True, elapsed_us=1),
        504,
        "upstream_timeout",
        "unpriced",
    ),
    (
        "unreachable",
        ProviderFailure(kind="connection", reason="away", billed=False, elapsed_us=1),
        502,
        "upstream_error",
        "none",
    ),
]


@pytest.mark.parametrize(
    ("what", "end", "status", "code", "cost_state"), PROVIDER_ENDS, ids=[e[0] for e in PROVIDER_ENDS]
)
async def test_every_end_of_a_provider_call_is_recorded_and_answered(
    what: str, end: ProviderAnswer | ProviderFailure, status: int, code: str | None, cost_state: str
) -> None:
    made = gateway(OPEN)
    made.provider.result = end
    answer = await chat(made)
    assert answer.status == status
    [completion] = completed(made)
    assert (completion.status, completion.error, completion.cost_state) == (status, code, cost_state)
    assert completion.cost is None
    if code is not None:
        assert problem(answer)["code"] == code
    if status == 429:
        assert answer.headers["Retry-After"] == "7"


async def test_a_price_that_is_not_known_is_a_state_and_never_zero() -> None:
    made = gateway(OPEN.replace("provider: openai", "provider: openai, models: [house-model]"))
    body = BODY.replace(b"gpt-4o", b"house-model")
    answer = await chat(made, body=body)
    assert answer.status == 200 and "x-keeptrusts-cost" not in answer.headers
    assert (completed(made)[0].cost, completed(made)[0].cost_state) == (None, "unpriced")


async def test_unknown_keys_above_a_rate_are_counted_instead_of_recorded() -> None:
    made = gateway(OPEN)
    answers = [await chat(made, "kt_gk_" + "A" * 40) for _ in range(10)]
    assert {answer.status for answer in answers} == {401}
    assert len(decided(made)) == 3 and made.services.bad_keys.take() == 7
    assert {event.ledger for event in made.publisher.events} == {PLATFORM_LEDGER}
    made.clock.ns += 1_000_000_000
    await chat(made, None)
    assert len(decided(made)) == 4


async def test_a_revoked_or_expired_key_is_refused_in_its_own_organization() -> None:
    made = gateway(OPEN)
    made.apply(key_value(made, "revoked", state="revoked"))
    made.apply(key_value(made, "expired", expires_at=made.clock.at))
    for name in ("revoked", "expired"):
        answer = await chat(made, name)
        assert answer.status == 401 and name in str(problem(answer)["detail"])
    assert {event.ledger for event in made.publisher.events} == {ORG}
    assert {item.identity.key_id for item in decided(made)} == {"key_revoked", "key_expired"}


async def test_a_key_in_rotation_works_with_both_secrets_until_the_overlap_ends() -> None:
    made = gateway(OPEN)
    old = key_value(made, "old")
    new = key_value(made, "rotating")
    overlap = made.clock.at.replace(hour=13)
    made.apply(
        new.model_copy(update={"previous_prefix": old.prefix, "previous_digest": old.digest, "overlap_until": overlap})
    )
    assert [(await chat(made, name)).status for name in ("old", "rotating")] == [200, 200]
    made.clock.at = overlap
    assert [(await chat(made, name)).status for name in ("old", "rotating")] == [401, 200]


async def test_identity_comes_from_the_key_and_only_from_headers_it_may_use() -> None:
    made = gateway(OPEN)
    made.apply(key_value(made, "bound", team="team_engineering", user="mem_ana", speaks_for_members=False))
    cases = [
        ("engineering", {"x_user_id": "ana@acme.example"}, "mem_ana"),
        ("engineering", {"x_user_id": "mem_ana"}, "mem_ana"),
        ("engineering", {"x_user_id": "eve@else.example"}, "external:eve@else.example"),
        ("support", {"x_user_id": "ana@acme.example"}, "external:ana@acme.example"),
        ("engineering", {}, "key:engineering"),
        ("bound", {"x_user_id": "somebody"}, "mem_ana"),
    ]
    for key, headers, user in cases:
        await chat(made, key, **headers)
        assert decided(made)[-1].identity.user == user
    assert made.services.counters.ignored_identity_headers == 1


async def test_a_key_bound_to_models_and_a_consumer_group_choose_the_model() -> None:
    made = gateway(
        OPEN
        + "  consumer_groups:\n    - {name: tools, strict: true, models: [{provider: openai, model: gpt-4o-mini}]}\n"
        + "    - {name: app, models: [{provider: openai, model: gpt-4o-mini}, {provider: openai, model: gpt-4o}]}\n"
    )
    made.apply(key_value(made, "bound", team="team_engineering", models=["gpt-4o-mini"]))
    assert problem(await chat(made, "bound"))["code"] == "model_not_allowed"
    strict = await chat(made, x_keeptrusts_consumer_group="tools")
    assert (strict.status, problem(strict)["code"]) == (403, "model_not_allowed")
    chosen = await chat(made, body=BODY.replace(b"gpt-4o", b"auto"), x_keeptrusts_consumer_group="app")
    assert chosen.headers["x-keeptrusts-model"] == "gpt-4o-mini"
    assert json.loads(made.provider.asked[-1].body)["model"] == "gpt-4o-mini"
    assert (decided(made)[-1].requested_model, decided(made)[-1].model) == ("auto", "gpt-4o-mini")
    named = await chat(made, x_keeptrusts_consumer_group="app")
    assert named.headers["x-keeptrusts-model"] == "gpt-4o"
    unknown = await chat(made, x_keeptrusts_consumer_group="nobody")
    assert unknown.status == 422 and "tools, app" in str(problem(unknown)["fix"])


async def test_without_a_provider_or_its_secret_the_answer_is_503_with_the_fix() -> None:
    none = gateway("policies:\n  chain: [audit-logger]\n", environment={})
    answer = await chat(none)
    assert (answer.status, problem(answer)["code"]) == (503, "no_provider")
    assert "OPENAI_API_KEY" in str(problem(answer)["fix"]) and len(decided(none)) == 1
    missing = gateway(OPEN, environment={})
    answer = await chat(missing)
    assert answer.status == 503 and "OPENAI_API_KEY is not set" in str(problem(answer)["fix"])


async def test_models_lists_exactly_what_the_caller_may_use_and_is_recorded() -> None:
    made = gateway(
        "policies:\n  chain: [model-access]\npolicy:\n  model-access: {denied_models: [gpt-4o]}\n"
        "providers:\n  targets:\n    - {id: openai, provider: openai, models: [gpt-4o, gpt-4o-mini]}\n"
    )
    answer = await list_models(made.services, made.call("engineering"))
    assert [model["id"] for model in json.loads(answer.body)["data"]] == ["gpt-4o-mini"]
    assert len(decided(made)) == len(completed(made)) == 1


def test_a_directory_without_a_sign_of_life_stops_all_calls() -> None:
    made = gateway(OPEN)
    assert not_ready(made.services) is None
    made.clock.ns += 61_000_000_000
    stale = not_ready(made.services)
    assert stale is not None and stale.code == "not_ready"
    made.directory.forget_heartbeats()
    assert not_ready(made.services) is not None


async def test_bodies_that_could_not_be_read_are_refused_and_recorded() -> None:
    made = gateway(OPEN)
    for code in ("request_too_large", "unsupported_encoding", "request_timeout"):
        answer = await chat(made, body=Problem(code=code, message="m", fix="f"))
        assert problem(answer)["code"] == code
    assert [item.reason for item in decided(made)] == ["request_too_large", "unsupported_encoding", "request_timeout"]


async def test_parallel_slots_are_given_back_whatever_the_end() -> None:
    text = OPEN.replace("[audit-logger]", "[rate-limit]") + "policy:\n  rate-limit: {max_parallel_requests: 1}\n"
    made = gateway(text)
    made.provider.result = ok(b"{}", status=500)
    assert [(await chat(made)).status for _ in range(3)] == [502, 502, 502]
    made.publisher.refusing = True
    assert (await chat(made)).status == 503
    made.publisher.refusing = False
    assert (await chat(made)).status == 502
    first, second = await asyncio.gather(chat(made), chat(made))
    assert {first.status, second.status} <= {502, 429}


async def test_the_provider_gets_what_was_judged_even_when_a_name_is_given_twice() -> None:
    made = gateway(OPEN)
    body = b'{"model": "gpt-4", "messages": [{"role": "user", "content": "Hi"}], "model": "gpt-4o-mini"}'
    await chat(made, body=body)
    [asked], [decision] = made.provider.asked, decided(made)
    assert json.loads(asked.body)["model"] == decision.model == "gpt-4o-mini"
    assert asked.body.count(b'"model"') == 1


@pytest.mark.parametrize("levels", [300, 900, 100_000])
async def test_a_body_nested_too_deeply_is_refused_and_recorded(levels: int) -> None:
    made = gateway(OPEN)
    nested = b"[" * levels + b"]" * levels
    answer = await chat(made, body=b'{"model": "gpt-4o", "messages": [{"role": "user"}], "metadata": ' + nested + b"}")
    assert answer.status == 422 and not made.provider.asked
    assert [one.status for one in completed(made)] == [422]
