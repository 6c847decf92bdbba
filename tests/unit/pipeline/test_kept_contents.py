"""What is kept of calls: exactly what the audit-logger says, before the event that names it, and never in clear."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from support.gateway import NOW, ORG, PROVIDED, SECRET, FakeConnection, FakeGateway, gateway, ok
from support.streams import ANTHROPIC, CHAT, RESPONSES, StreamCase, chat_chunk, data

from keeptrusts.gateway.pipeline.content_desk import ContentDesk
from keeptrusts.gateway.pipeline.run import model_call
from keeptrusts.gateway.pipeline.values import Answer
from keeptrusts.schemas.codec import encode
from keeptrusts.schemas.events.request import RequestCompleted, RequestDecided
from keeptrusts.schemas.snapshots.directory import ErasureValue

SECRETS = {1: SECRET}
MAIL = "zebra.canary@acme-corp.com"
POLICY = """
pack: {name: kept, version: 1.0.0, enabled: true}
providers:
  targets:
    - {id: openai, provider: openai, secret_key_ref: {env: OPENAI_API_KEY}}
    - {id: anthropic, provider: anthropic, secret_key_ref: {env: ANTHROPIC_API_KEY}}
policies:
  chain: [CHAIN]
policy:
  pii-detector: {DETECTOR}
  audit-logger: {capture: CAPTURE, retention_days: 30}
"""
KEYS = {"OPENAI_API_KEY": "sk-real", "ANTHROPIC_API_KEY": "sk-ant-real"}


def made_for(capture: str, detector: str = "action: warn", chain: str = "pii-detector, audit-logger") -> FakeGateway:
    text = POLICY.replace("CAPTURE", capture).replace("DETECTOR", detector).replace("CHAIN", chain)
    return gateway(text, environment=KEYS)


def asking(text: str, **rest: Any) -> bytes:
    return json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": text}], **rest}).encode()


def saying(text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {**PROVIDED, "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}


async def called(made: FakeGateway, body: bytes, user: str | None = "mem_ana") -> Answer:
    headers = {} if user is None else {"x-user-id": user}
    return await model_call(made.services, made.call("engineering", headers), FakeConnection(body=body), "chat")


def recorded(made: FakeGateway) -> tuple[RequestDecided, RequestCompleted]:
    [decision] = [one.data for one in made.publisher.events if isinstance(one.data, RequestDecided)]
    [completion] = [one.data for one in made.publisher.events if isinstance(one.data, RequestCompleted)]
    return decision, completion


def everything(made: FakeGateway) -> bytes:
    return made.contents.raw() + b"".join(map(encode, made.publisher.events))


async def test_full_keeps_both_as_they_came_and_the_events_name_them() -> None:
    made = made_for("full")
    made.provider.result = ok(saying(f"write to {MAIL}"))
    body = asking(f"my mail is {MAIL}")
    assert (await called(made, body)).status == 200
    contents = made.contents.contents(SECRETS)
    decision, completion = recorded(made)
    assert json.loads(contents[decision.content_ref or ""]) == json.loads(body)
    assert json.loads(contents[completion.content_ref or ""])["choices"][0]["message"]["content"].endswith(MAIL)
    assert {one.part: one.hmac for one in made.contents.records()} == {
        "input": decision.content_hmac,
        "output": completion.content_hmac,
    }
    [key] = made.contents.made_keys()
    assert (key.org, key.subject, key.period, key.keep_days, key.erasures) == (ORG, "mem_ana", "2026-06", 30, 0)
    assert {(one.captured, one.key_id, one.request) for one in made.contents.records()} == {
        ("full", key.key_id, decision.request)
    }
    assert MAIL.encode() not in everything(made) and b"zebra" not in everything(made)


@pytest.mark.parametrize(
    ("detector", "status"),
    [("action: redact", 200), ("action: warn", 200), ("action: block", 409), ("action: block, apply_to: output", 409)],
)
async def test_redacted_keeps_nothing_that_a_detector_finds_whatever_it_does_about_it(
    detector: str, status: int
) -> None:
    made = made_for("redacted", detector)
    made.provider.result = ok(saying(f"write to {MAIL}"))
    assert (await called(made, asking(f"my mail is {MAIL}, says Falcon"))).status == status
    contents = made.contents.contents(SECRETS)
    kept = json.loads(contents[recorded(made)[0].content_ref or ""])
    assert kept["messages"] == [{"role": "user", "content": "my mail is [EMAIL], says Falcon"}]
    assert kept["model"] == "gpt-4o"
    assert all(MAIL.encode() not in plain for plain in contents.values())


async def test_a_detector_in_observe_redacts_what_is_kept_and_nothing_else() -> None:
    made = made_for("redacted", chain="{pii-detector: {mode: observe}}, audit-logger")
    assert (await called(made, asking(f"my mail is {MAIL}"))).status == 200
    assert MAIL.encode() in made.provider.asked[0].body
    assert all(MAIL.encode() not in plain for plain in made.contents.contents(SECRETS).values())


async def test_redacted_keeps_no_bytes_and_nothing_that_nobody_judges() -> None:
    made = made_for("redacted")
    image = "data:image/png;base64," + "QUJD" * 40
    content = [{"type": "text", "text": "see"}, {"type": "image_url", "image_url": {"url": image}}]
    await called(made, asking(content, id="x" * 300))  # type: ignore[arg-type]  # a list of parts is content too
    kept = json.loads(made.contents.contents(SECRETS)[recorded(made)[0].content_ref or ""])
    assert kept["messages"][0]["content"] == [
        {"type": "text", "text": "see"},
        {"type": "image_url", "image_url": {"url": "[not kept]"}},
    ]
    assert kept["id"] == "[not kept]"


async def test_none_keeps_nothing_and_names_nothing() -> None:
    made = made_for("none")
    assert (await called(made, asking(f"my mail is {MAIL}"))).status == 200
    decision, completion = recorded(made)
    assert (decision.content_ref, decision.content_hmac, completion.content_ref) == (None, None, None)
    assert made.contents.topics == {} and b"zebra" not in everything(made)


async def test_what_is_one_call_too_many_is_not_kept() -> None:
    policy = POLICY.replace("CHAIN", "rate-limit, audit-logger").replace("DETECTOR", "").replace("CAPTURE", "full")
    made = gateway(policy + "  rate-limit: {requests_per_minute: 1}\n", environment=KEYS)
    assert [(await called(made, asking("hello"))).status for _ in range(3)] == [200, 429, 429]
    assert [one.part for one in made.contents.records()] == ["input", "output"]
    refused = [one.data for one in made.publisher.events if isinstance(one.data, RequestDecided)][1:]
    assert [one.content_ref for one in refused] == [None, None]


async def test_who_is_no_target_of_the_capturing_logger_has_nothing_kept() -> None:
    chain = "{audit-logger: {targeting: {scope: user, users: [mem_bob]}}}, pii-detector"
    made = made_for("full", chain=chain)
    await called(made, asking("hi"))
    assert made.contents.topics == {}


@pytest.mark.parametrize("case", [CHAT, ANTHROPIC, RESPONSES], ids=lambda case: case.api)
@pytest.mark.parametrize("capture", ["redacted", "full"])
async def test_of_a_stream_the_texts_are_kept_as_they_were_released(case: StreamCase, capture: str) -> None:
    made = made_for(capture)
    made.provider.pieces = list(case.pieces)
    call = replace(made.call("engineering", {"x-user-id": "mem_ana"}), endpoint=case.endpoint)
    connection = FakeConnection(body=case.body)
    await model_call(made.services, call, connection, case.api)
    _, completion = recorded(made)
    kept = json.loads(made.contents.contents(SECRETS)[completion.content_ref or ""])
    assert [one["text"] for one in kept["texts"] if one["channel"] == "assistant"][:1] == [
        "One two three" if case is CHAT else "One"
    ], kept
    assert kept["truncated"] is False


@pytest.mark.parametrize("topic", ["kt.content", "kt.subjectkeys"])
async def test_what_cannot_be_kept_is_refused_before_anything_is_decided_or_sent(topic: str) -> None:
    made = made_for("full")
    made.contents.refusing = topic
    answer = await called(made, asking("hi"))
    assert (answer.status, json.loads(answer.body)["code"]) == (503, "audit_unavailable")
    assert made.provider.asked == [] and made.publisher.events == []
    assert made.services.counters.unrecorded == {"audit_unavailable": 1}


async def test_an_answer_that_cannot_be_kept_is_not_given_but_paid_and_recorded() -> None:
    made = made_for("full")

    class Refusing:
        async def call(self, request: Any) -> Any:
            made.contents.refusing = "kt.content"
            return await made.provider.call(request)

    made.services = replace(made.services, provider=Refusing())  # type: ignore[arg-type]  # plain answers only
    answer = await called(made, asking("hi"))
    assert (answer.status, json.loads(answer.body)["code"]) == (503, "audit_unavailable")
    _, completion = recorded(made)
    assert (completion.status, completion.error, completion.content_ref) == (503, "audit_unavailable", None)
    assert completion.usage is not None and completion.cost is not None


async def test_a_stream_whose_texts_cannot_be_kept_never_ends_as_if_whole() -> None:
    made = made_for("full")
    made.provider.pieces = list(CHAT.pieces)

    class Refusing:
        async def open(self, request: Any) -> Any:
            made.contents.refusing = "kt.content"
            return await made.provider.open(request)

    made.services = replace(made.services, provider=Refusing())  # type: ignore[arg-type]  # streams only
    connection = FakeConnection(body=CHAT.body)
    await model_call(made.services, made.call("engineering"), connection, "chat")
    assert connection.last is not None and b"audit_unavailable" in connection.last and b"[DONE]" not in connection.last
    assert recorded(made)[1].error == "audit_unavailable"


async def test_a_person_s_later_calls_share_a_key_until_the_month_ends_or_the_person_is_erased() -> None:
    made = made_for("full")
    made.directory.on_erasure = made.services.content.forget if made.services.content else made.directory.on_erasure
    for _ in range(2):
        await called(made, asking("hi"))
    assert len(made.contents.made_keys()) == 1
    made.clock.at = datetime(2026, 7, 1, tzinfo=UTC)
    await called(made, asking("hi"))
    assert [key.period for key in made.contents.made_keys()] == ["2026-06", "2026-07"]
    assert made.services.content is not None and made.services.content.remembered == 1, "the old month's is gone"
    made.apply(ErasureValue(id="mem_ana", org=ORG, erasure="era_1", number=1, erased_at=NOW, erased_by="mem_owner"))
    assert made.services.content.remembered == 0
    await called(made, asking("hi"))
    assert [(key.period, key.erasures) for key in made.contents.made_keys()][2:] == [("2026-07", 1)]


async def test_without_a_user_the_key_is_whose_data_it_is() -> None:
    made = made_for("full")
    await called(made, asking("hi"), user=None)
    assert {key.subject for key in made.contents.made_keys()} == {"key_engineering"}


@pytest.mark.parametrize(
    ("capture", "kept"), [("redacted", "write to [EMAIL] soon"), ("full", f"write to {MAIL} soon")]
)
async def test_what_is_found_across_the_pieces_of_a_stream_is_not_kept_when_redacted(capture: str, kept: str) -> None:
    made = made_for(capture, "action: warn, apply_to: input")
    made.provider.pieces = [
        *(chat_chunk(piece) for piece in ("write to zebra.can", "ary@acme-corp", ".com soon")),
        chat_chunk("", "stop"),
        b"data: [DONE]\n\n",
    ]
    connection = FakeConnection(body=CHAT.body)
    await model_call(made.services, made.call("engineering"), connection, "chat")
    contents = made.contents.contents(SECRETS)
    assert json.loads(contents[recorded(made)[1].content_ref or ""])["texts"][0]["text"] == kept


async def test_what_a_stream_says_about_itself_again_and_again_is_no_text_of_it() -> None:
    made = made_for("full")
    first, second, end = (json.loads(piece.removeprefix(b"data: ")) for piece in CHAT.pieces[:3])
    made.provider.pieces = [
        *(data({**chunk, "system_fingerprint": "fp_simulated"}) for chunk in (first, second, end)),
        b"data: [DONE]\n\n",
    ]
    await model_call(made.services, made.call("engineering"), FakeConnection(body=CHAT.body), "chat")
    contents = made.contents.contents(SECRETS)
    kept = json.loads(contents[recorded(made)[1].content_ref or ""])
    assert kept["texts"] == [{"channel": "assistant", "text": "One two three"}]


async def test_callers_who_wait_for_the_same_key_wait_no_longer_than_each_alone() -> None:
    made = made_for("full")

    class Silent:
        async def append(self, topic: str, records: Any, *, deadline_s: float) -> Any:
            await asyncio.Event().wait()

    desk = ContentDesk(
        log=Silent(),  # type: ignore[arg-type]  # nothing is ever fetched
        ids=made.services.ids, secrets=SECRETS, erasures=lambda org, subject: 0, now=lambda: made.clock.at,
        entropy=made.clock.entropy, ack_timeout_s=0.05,
    )  # fmt: skip
    made.services = replace(made.services, content=desk)
    async with asyncio.timeout(5):
        answers = await asyncio.gather(*(called(made, asking("hi")) for _ in range(200)))
    assert {answer.status for answer in answers} == {503}


@pytest.mark.parametrize("capture", ["redacted", "full"])
@pytest.mark.parametrize("place", ["beside", "within"])
async def test_an_answer_nested_too_deeply_to_be_written_anew_is_refused_and_recorded_with_what_it_cost(
    capture: str, place: str
) -> None:
    made = made_for(capture)
    deep: Any = MAIL
    for _ in range(300):
        deep = [deep]
    document = {**saying("hi"), "more": deep} if place == "beside" else saying(deep)
    made.provider.result = ok(document)
    answer = await called(made, asking("hi"))
    _, completion = recorded(made)
    assert (answer.status, json.loads(answer.body)["code"], completion.status) == (502, "upstream_error", 502)
    assert completion.usage is not None and completion.usage.output_tokens > 0
    assert MAIL.encode() not in everything(made) + answer.body


@pytest.mark.parametrize("detector", ["action: redact", "action: block"])
async def test_a_stream_with_an_event_nested_too_deeply_breaks_off_and_is_recorded(detector: str) -> None:
    made = made_for("redacted", detector)
    deep: Any = f"write to {MAIL}, please"
    for _ in range(300):
        deep = [deep]
    chunk = json.loads(CHAT.pieces[0].removeprefix(b"data: "))
    chunk["choices"][0]["delta"] |= {"content": f"write to {MAIL}, please", "more": deep}
    made.provider.pieces = [data(chunk), *CHAT.pieces[1:]]
    connection = FakeConnection(body=CHAT.body)
    await model_call(made.services, made.call("engineering"), connection, "chat")
    _, completion = recorded(made)
    assert (completion.status, completion.error) == (200, "upstream_error")
    assert MAIL.encode() not in everything(made) + b"".join(connection.sent)


@pytest.mark.parametrize(
    "rest",
    [
        {"metadata": {MAIL: "x"}},
        {MAIL: 1},
        {"messages": [{"role": MAIL, "content": "x"}]},
        {"messages": [{"role": "tool", "tool_call_id": MAIL, "content": "x"}]},
        {"response_format": {"type": "json_schema", "json_schema": {"schema": {"properties": {MAIL: {}}}}}},
        {"metadata": {"card": 4111111111111111}},
    ],
    ids=str,
)
async def test_redacted_looks_at_names_ids_and_numbers_too(rest: dict[str, Any]) -> None:
    made = made_for("redacted")
    await called(made, asking("hi", seed=7, top_p=0.25, **rest) if "messages" not in rest else asking_all(rest))
    [plain, *_] = made.contents.contents(SECRETS).values()
    assert MAIL.encode() not in plain and b"4111111111111111" not in plain
    kept = json.loads(plain)
    assert kept["model"] == "gpt-4o" and (kept.get("seed", 7), kept.get("top_p", 0.25)) == (7, 0.25)


def asking_all(rest: dict[str, Any]) -> bytes:
    return json.dumps({"model": "gpt-4o", **rest}).encode()


async def test_of_names_without_number_none_is_kept_and_they_take_no_longer() -> None:
    made = made_for("redacted")
    await called(made, asking("hi", metadata={f"name{number}": 1 for number in range(10_001)}))
    [plain, *_] = made.contents.contents(SECRETS).values()
    assert b"name1" not in plain and len(plain) < 1_000
