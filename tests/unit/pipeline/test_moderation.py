"""external-moderation in the pipeline: asked last, about what would be sent, and never silently passed over."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from support.gateway import PROVIDED, FakeConnection, FakeGateway, gateway, ok
from support.streams import CHAT, chat_chunk

from keeptrusts.gateway.pipeline.run import model_call
from keeptrusts.gateway.pipeline.values import Answer
from keeptrusts.gateway.providers.moderators import resolve_moderators
from keeptrusts.gateway.providers.protocol import ProviderAnswer, ProviderFailure
from keeptrusts.schemas.codec import encode
from keeptrusts.schemas.events.request import RequestCompleted, RequestDecided

POLICY = """
pack: {name: judged, version: 1.0.0, enabled: true}
policies:
  chain:
    - external-moderation: {endpoint: "https://judge.test/", apply_to: WHERE, MORE}
    - dlp-filter
    - audit-logger
policy:
  dlp-filter: {secrets: false, blocked_terms: [zebra-4711], action: redact}
"""
FINE, BAD = ok({"flagged": False}), ok({"flagged": True, "categories": {"violence": 0.9}})
DOWN = ProviderFailure(kind="timeout", reason="no answer", billed=False, elapsed_us=1)


def made_for(where: str = "input", more: str = "action: block") -> FakeGateway:
    made = gateway(POLICY.replace("WHERE", where).replace("MORE", more))
    configuration = made.services.configuration()
    judged = replace(configuration, moderators=resolve_moderators(configuration.compiled.document, {}))
    made.services = replace(made.services, configuration=lambda: judged)
    return made


async def chat(made: FakeGateway, text: str = "hi", **rest: Any) -> Answer:
    body = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": text}], **rest}).encode()
    return await model_call(made.services, made.call("engineering"), FakeConnection(body=body), "chat")


def hosts(made: FakeGateway) -> list[str]:
    return [request.url.split("/")[2] for request in made.provider.asked]


def records(made: FakeGateway) -> tuple[RequestDecided, RequestCompleted]:
    decision, completion = (one.data for one in made.publisher.events)
    assert isinstance(decision, RequestDecided) and isinstance(completion, RequestCompleted)
    return decision, completion


async def test_a_request_is_judged_as_it_would_be_sent_and_goes_on_if_nothing_is_found() -> None:
    made = made_for()
    made.provider.then = [FINE]
    assert (await chat(made, "about zebra-4711")).status == 200
    judge, model = made.provider.asked
    assert json.loads(judge.body)["texts"] == [{"channel": "user", "text": "about [TERM]"}]
    assert b"[TERM]" in model.body
    decision, _ = records(made)
    assert [(one.kind, one.result) for one in decision.policies] == [
        ("dlp-filter", "redact"), ("audit-logger", "allow"), ("external-moderation", "allow"),
    ]  # fmt: skip


async def test_what_the_service_objects_to_reaches_no_provider() -> None:
    made = made_for()
    made.provider.then = [BAD]
    answer = await chat(made)
    assert answer.status == 409 and hosts(made) == ["judge.test"]
    decision, completion = records(made)
    assert (decision.verdict, decision.policy, decision.reason) == ("block", "external-moderation", "moderation")
    assert decision.policies[-1].findings == {"violence": 1} and completion.error == "input_blocked"


async def test_what_another_policy_refuses_is_not_shown_to_the_service() -> None:
    made = made_for()
    blocking = gateway(POLICY.replace("WHERE", "both").replace("MORE", "action: block").replace("redact", "block"))
    assert (await chat(blocking, "about zebra-4711")).status == 409
    assert blocking.provider.asked == [] and made.provider.asked == []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (DOWN, "service_timeout"),
        (ok({"error": "no"}, status=500), "service_refused"),
        (ok({"hello": 1}), "service_garbage"),
        (ok({"flagged": False, "more": "x" * 1_100_000}), "service_too_large"),
    ],
)
@pytest.mark.parametrize(("more", "status"), [("fail_mode: block", 409), ("fail_mode: allow", 200)])
async def test_a_service_that_does_not_answer_is_what_the_fail_mode_says(
    answer: Any, reason: str, more: str, status: int
) -> None:
    made = made_for(more=more)
    made.provider.then = [answer]
    assert (await chat(made)).status == status
    decision, _ = records(made)
    assert (decision.policies[-1].result, decision.policies[-1].reason) == ("error", reason)


async def test_an_answer_is_judged_and_replaced_but_paid() -> None:
    made = made_for("output")
    choice = {"index": 0, "message": {"role": "assistant", "content": "quokka"}, "finish_reason": "stop"}
    made.provider.then = [ok({**PROVIDED, "choices": [choice]}), BAD]
    answer = await chat(made)
    assert hosts(made) == ["api.openai.com", "judge.test"]
    assert answer.status == 409 and b"quokka" not in answer.body
    assert [one["text"] for one in json.loads(made.provider.asked[1].body)["texts"]] == ["quokka"]
    _, completion = records(made)
    assert (completion.verdict, completion.error) == ("block", "output_blocked")
    assert completion.cost is not None and completion.cost > 0
    assert not any(b"quokka" in encode(event) for event in made.publisher.events)


async def test_guide_and_observe_never_refuse() -> None:
    for mode, verdict in (("guide", "warn"), ("observe", "allow")):
        made = made_for(more=f"mode: {mode}")
        made.provider.then = [BAD]
        assert (await chat(made)).status == 200
        assert records(made)[0].verdict == verdict


@pytest.mark.parametrize("judgement", [FINE, BAD])
async def test_a_stream_is_held_until_the_service_has_judged_the_whole(judgement: ProviderAnswer) -> None:
    made = made_for("output")
    made.provider.pieces = [chat_chunk("quo"), chat_chunk("kka", "stop"), *CHAT.pieces[-2:]]
    made.provider.then = [ok(), judgement]
    connection = FakeConnection(
        body=b'{"model": "gpt-4o", "stream": true, "messages": [{"role": "user", "content": "hi"}]}'
    )
    await model_call(made.services, made.call("engineering"), connection, "chat")
    assert [one["text"] for one in json.loads(made.provider.asked[1].body)["texts"]] == ["quokka"]
    passed = judgement is FINE
    assert (b"quo" in b"".join(connection.sent)) == passed
    assert records(made)[1].error == (None if passed else "output_blocked")


@pytest.mark.parametrize(("more", "sent"), [("action: block", False), ("mode: observe", True)])
async def test_half_a_stream_is_not_judged_and_only_sent_where_nobody_could_have_refused_it(
    more: str, sent: bool
) -> None:
    made = made_for("output", more)
    made.provider.pieces = [chat_chunk("quo")]
    connection = FakeConnection(body=CHAT.body)
    await model_call(made.services, made.call("engineering"), connection, "chat")
    assert hosts(made) == ["api.openai.com"] and (b"quo" in b"".join(connection.sent)) == sent
    assert records(made)[1].error == "upstream_error"
