"""Policies over the texts of a call: what reaches the provider and the caller, and what the log says of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.gateway import PROVIDED, FakeConnection, FakeGateway, gateway, ok
from support.streams import ANTHROPIC, CHAT, RESPONSES, StreamCase, chat_chunk, data, event

from keeptrusts.gateway.pipeline.run import model_call
from keeptrusts.gateway.pipeline.values import Answer, IncomingCall
from keeptrusts.schemas.codec import encode
from keeptrusts.schemas.events.request import RequestCompleted, RequestDecided

WORD = "zebra-4711"
POLICY = """
pack: {name: texts, version: 1.0.0, enabled: true}
providers:
  targets:
    - {id: openai, provider: openai, secret_key_ref: {env: OPENAI_API_KEY}}
    - {id: anthropic, provider: anthropic, secret_key_ref: {env: ANTHROPIC_API_KEY}}
policies:
  chain: [dlp-filter, audit-logger]
policy:
  dlp-filter: {secrets: false, blocked_terms: [zebra-4711], action: ACTION, apply_to: WHERE, mode: MODE}
"""
SECRETS = {"OPENAI_API_KEY": "sk-real", "ANTHROPIC_API_KEY": "sk-ant-real"}


def made_for(action: str, where: str = "both", mode: str = "enforce") -> FakeGateway:
    text = POLICY.replace("ACTION", action).replace("WHERE", where).replace("MODE", mode)
    return gateway(text, environment=SECRETS)


def asking(text: str, **rest: Any) -> bytes:
    return json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": text}], **rest}).encode()


def answering(text: str) -> Any:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return ok({**PROVIDED, "choices": [choice]})


async def chat(made: FakeGateway, body: bytes) -> Answer:
    return await model_call(made.services, made.call("engineering"), FakeConnection(body=body), "chat")


def records(made: FakeGateway) -> tuple[RequestDecided, RequestCompleted]:
    decision, completion = (one.data for one in made.publisher.events)
    assert isinstance(decision, RequestDecided) and isinstance(completion, RequestCompleted)
    for one in made.publisher.events:
        assert WORD.encode() not in encode(one)
    return decision, completion


async def test_what_is_found_in_a_request_does_not_reach_the_provider() -> None:
    made = made_for("redact", "input")
    answer = await chat(made, asking(f"about {WORD} please"))
    assert answer.status == 200 and answer.headers["x-keeptrusts-decision"] == "redact"
    [sent] = made.provider.asked
    assert json.loads(sent.body)["messages"] == [{"role": "user", "content": "about [TERM] please"}]
    decision, completion = records(made)
    assert (decision.verdict, decision.policy, decision.reason) == ("redact", "dlp-filter", "confidential_data")
    [result] = [one for one in decision.policies if one.kind == "dlp-filter"]
    assert (result.result, result.findings) == ("redact", {"TERM": 1})
    assert (completion.verdict, completion.output_policies) == ("redact", ())


async def test_a_request_that_is_blocked_reaches_nobody_and_is_told_why_without_a_quote() -> None:
    made = made_for("block", "input")
    answer = await chat(made, asking(f"about {WORD} please"))
    assert answer.status == 409 and made.provider.asked == []
    problem = json.loads(answer.body)
    assert problem["code"] == "input_blocked" and "1 TERM" in problem["detail"] and WORD not in answer.body.decode()
    assert problem["error"]["policy"] == "dlp-filter" and answer.headers["x-should-retry"] == "false"
    decision, completion = records(made)
    assert (decision.verdict, completion.status, completion.error) == ("block", 409, "input_blocked")


@pytest.mark.parametrize(("action", "mode", "verdict"), [
    ("warn", "enforce", "warn"), ("redact", "guide", "warn"), ("redact", "observe", "allow"),
    ("block", "observe", "allow"),
])  # fmt: skip
async def test_short_of_acting_texts_stay_as_they_are_and_what_was_found_is_counted(
    action: str, mode: str, verdict: str
) -> None:
    made = made_for(action, "both", mode)
    made.provider.result = answering(f"it is {WORD}")
    answer = await chat(made, asking(f"about {WORD}"))
    assert WORD.encode() in made.provider.asked[0].body and WORD.encode() in answer.body
    decision, completion = (one.data for one in made.publisher.events)
    assert isinstance(decision, RequestDecided) and isinstance(completion, RequestCompleted)
    assert (decision.verdict, completion.verdict) == (verdict, verdict)
    assert [one.findings for one in (*decision.policies, *completion.output_policies) if one.findings] == [
        {"TERM": 1}
    ] * 2


async def test_what_is_found_in_an_answer_does_not_reach_the_caller() -> None:
    made = made_for("redact", "output")
    made.provider.result = answering(f"it is {WORD}.")
    answer = await chat(made, asking(f"about {WORD}"))
    assert WORD.encode() in made.provider.asked[0].body, "only answers are looked at"
    assert json.loads(answer.body)["choices"][0]["message"]["content"] == "it is [TERM]."
    assert answer.headers["x-keeptrusts-decision"] == "redact"
    decision, completion = (one.data for one in made.publisher.events)
    assert isinstance(decision, RequestDecided) and isinstance(completion, RequestCompleted)
    assert decision.verdict == "allow" and [one.kind for one in decision.policies] == ["audit-logger"]
    assert (completion.verdict, completion.policy, completion.reason) == ("redact", "dlp-filter", "confidential_data")
    [result] = completion.output_policies
    assert (result.kind, result.result, result.findings) == ("dlp-filter", "redact", {"TERM": 1})
    assert completion.output_bytes == len(answer.body)


async def test_an_answer_that_is_blocked_is_a_refusal_and_costs_what_it_cost() -> None:
    made = made_for("block", "output")
    made.provider.result = answering(f"it is {WORD}.")
    answer = await chat(made, asking("tell me"))
    assert answer.status == 409 and WORD not in answer.body.decode()
    assert json.loads(answer.body)["code"] == "output_blocked"
    decision, completion = records(made)
    assert (decision.verdict, completion.verdict, completion.error) == ("allow", "block", "output_blocked")
    assert (completion.status, completion.provider_status) == (409, 200)
    assert completion.cost is not None and completion.cost > 0 and completion.usage is not None


async def test_arguments_of_a_tool_are_texts_and_stay_json() -> None:
    made = made_for("redact")
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": f'{{"a": "{WORD}", "b": 1}}'}}
    made.provider.result = ok({**PROVIDED, "choices": [
        {"index": 0, "message": {"role": "assistant", "content": None, "tool_calls": [call]}}]})  # fmt: skip
    answer = await chat(made, asking("go"))
    [got] = json.loads(answer.body)["choices"][0]["message"]["tool_calls"]
    assert json.loads(got["function"]["arguments"]) == {"a": "[TERM]", "b": 1}


def pieces_of(case: StreamCase, text: str, cut: int) -> list[bytes]:
    parts = [text[at : at + cut] for at in range(0, len(text), cut)]
    if case is CHAT:
        return [*(chat_chunk(part) for part in parts), chat_chunk("", "stop"), *CHAT.pieces[3:]]
    if case is ANTHROPIC:
        delta = {"type": "content_block_delta", "index": 0}
        deltas = [event({**delta, "delta": {"type": "text_delta", "text": part}}) for part in parts]
        return [*ANTHROPIC.pieces[:2], *deltas, *ANTHROPIC.pieces[3:]]
    delta = {"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "content_index": 0}
    deltas = [event({**delta, "delta": part, "sequence_number": 1}) for part in parts]
    done = event(
        {"type": "response.output_text.done", "item_id": "m", "output_index": 0, "content_index": 0, "text": text}
    )
    end = json.loads(RESPONSES.pieces[-1].split(b"data: ")[1])
    end["response"]["output"] = [{"type": "message", "content": [{"type": "output_text", "text": text}]}]
    return [RESPONSES.pieces[0], *deltas, done, event(end)]


def said(case: StreamCase, sent: bytes) -> str:
    """The text that a caller of the API puts together."""
    deltas = heard(case, sent)
    if case is not RESPONSES:
        return deltas
    documents = [json.loads(line[6:]) for line in sent.split(b"\n") if line.startswith(b"data: {")]
    [done] = [one["text"] for one in documents if one["type"] == "response.output_text.done"]
    [end] = [
        one["response"]["output"][0]["content"][0]["text"] for one in documents if one["type"].endswith("completed")
    ]
    assert deltas == done == end
    return deltas


def heard(case: StreamCase, sent: bytes) -> str:
    """The text that was said so far."""
    documents = [json.loads(line[6:]) for line in sent.split(b"\n") if line.startswith(b"data: {")]
    if case is CHAT:
        return "".join(choice["delta"].get("content") or "" for one in documents for choice in one["choices"])
    if case is ANTHROPIC:
        return "".join(one["delta"].get("text", "") for one in documents if one["type"] == "content_block_delta")
    return "".join(one["delta"] for one in documents if one["type"] == "response.output_text.delta")


async def streamed(made: FakeGateway, case: StreamCase) -> tuple[FakeConnection, Answer]:
    plain = made.call("engineering")
    call = IncomingCall(
        request=plain.request, endpoint=case.endpoint, headers=plain.headers, started_ns=plain.started_ns
    )
    connection = FakeConnection(body=case.body, publisher=made.publisher)
    return connection, await model_call(made.services, call, connection, case.api)


@pytest.mark.parametrize("case", (CHAT, ANTHROPIC, RESPONSES), ids=lambda case: case.api)
@pytest.mark.parametrize("cut", [1, 3, 7, 1000])
async def test_a_stream_says_what_a_plain_answer_would_have_said(case: StreamCase, cut: int) -> None:
    made = made_for("redact", "output")
    made.provider.pieces = list(pieces_of(case, f"it is {WORD}, or Zebra-4711!", cut))
    connection, _ = await streamed(made, case)
    assert connection.last is not None
    sent = b"".join(connection.sent) + connection.last
    assert said(case, sent) == "it is [TERM], or [TERM]!"
    assert case.end in connection.last or case is RESPONSES
    _, completion = records(made)
    assert (completion.verdict, completion.output_policies[0].findings) == ("redact", {"TERM": 2})
    assert completion.usage is not None and completion.error is None


@pytest.mark.parametrize("case", (CHAT, ANTHROPIC, RESPONSES), ids=lambda case: case.api)
@pytest.mark.parametrize("cut", [2, 1000])
async def test_a_stream_that_is_blocked_shows_nothing_from_there_and_ends_with_an_error(
    case: StreamCase, cut: int
) -> None:
    made = made_for("block", "output")
    made.provider.pieces = list(pieces_of(case, f"it is {WORD}, and more", cut))
    connection, _ = await streamed(made, case)
    sent = b"".join(connection.sent)
    assert heard(case, sent) == "it is " and b"more" not in sent and WORD.encode() not in sent
    assert connection.last is not None and b"output_blocked" in connection.last
    assert WORD.encode() not in connection.last and case.end not in connection.last
    _, completion = records(made)
    assert (completion.verdict, completion.error) == ("block", "output_blocked") and completion.cost
    assert completion.usage is not None and completion.output_policies[0].findings == {"TERM": 1}


@pytest.mark.parametrize("case", (CHAT, ANTHROPIC, RESPONSES), ids=lambda case: case.api)
async def test_a_stream_that_is_only_warned_about_is_sent_as_it_came(case: StreamCase) -> None:
    made = made_for("warn", "output")
    made.provider.pieces = list(pieces_of(case, f"it is {WORD}", 3))
    expected = b"".join(made.provider.pieces)
    connection, _ = await streamed(made, case)
    sent = b"".join(connection.sent)
    assert sent and expected.startswith(sent) and heard(case, sent) == f"it is {WORD}"
    _, completion = records(made)
    assert (completion.verdict, completion.output_policies[0].findings) == ("warn", {"TERM": 1})


@pytest.mark.parametrize("case", (CHAT, ANTHROPIC, RESPONSES), ids=lambda case: case.api)
async def test_a_stream_goes_on_while_it_comes(case: StreamCase) -> None:
    made = made_for("redact", "output")
    text = "There is no need to wait for the end of this to read its beginning. " * 4
    made.provider.pieces = list(pieces_of(case, text, 4))
    connection, _ = await streamed(made, case)
    heard_then = [heard(case, b"".join(connection.sent[: count + 1])) for count in range(len(connection.sent))]
    assert heard_then[-1] == text and len(set(heard_then)) > 60
    pieces = made.provider.pieces
    assert len(heard(case, b"".join(connection.sent[: len(pieces) // 2]))) >= len(text) // 2 - 40


@pytest.mark.parametrize("case", (CHAT, ANTHROPIC, RESPONSES), ids=lambda case: case.api)
async def test_a_stream_that_breaks_off_has_said_all_that_came(case: StreamCase) -> None:
    made = made_for("redact", "output")
    made.provider.pieces = pieces_of(case, f"it is {WORD} or zeb", 3)[: -2 if case is RESPONSES else -3]
    connection, _ = await streamed(made, case)
    assert heard(case, b"".join(connection.sent)) == "it is [TERM] or zeb"
    assert connection.last is not None and case.end not in connection.last
    assert b"error" in connection.last


async def test_a_caller_that_leaves_a_held_stream_is_recorded_once() -> None:
    made = made_for("redact", "output")
    made.provider.pieces = list(CHAT.pieces)
    plain = made.call("engineering")
    connection = FakeConnection(body=CHAT.body, gone=True)
    await model_call(made.services, plain, connection, "chat")
    _, completion = records(made)
    assert completion.client_gone and connection.sent == []


async def test_a_stream_too_long_to_be_judged_is_broken_off() -> None:
    made = made_for("warn", "output")
    made.provider.pieces = [data({"choices": [{"index": 0, "delta": {"content": "x" * 1_000_000}}]})] * 40
    connection, _ = await streamed(made, CHAT)
    assert connection.last is not None and b"too large" in connection.last


async def test_a_tools_whole_input_in_a_stream_stays_a_value() -> None:
    made = made_for("redact", "output")
    block = {"type": "tool_use", "id": "t", "name": "f", "input": {"a": WORD, "b": 1}}
    started = event({"type": "content_block_start", "index": 0, "content_block": block})
    made.provider.pieces = [ANTHROPIC.pieces[0], started, *ANTHROPIC.pieces[3:]]
    connection, _ = await streamed(made, ANTHROPIC)
    sent = [json.loads(line[6:]) for line in b"".join(connection.sent).split(b"\n") if line.startswith(b"data: {")]
    [got] = [one["content_block"]["input"] for one in sent if one["type"] == "content_block_start"]
    assert got == {"a": "[TERM]", "b": 1}


async def test_a_tools_whole_input_that_is_blocked_is_not_shown() -> None:
    made = made_for("block", "output")
    block = {"type": "tool_use", "id": "t", "name": "f", "input": {"a": WORD, "b": 1}}
    started = event({"type": "content_block_start", "index": 0, "content_block": block})
    made.provider.pieces = [ANTHROPIC.pieces[0], started, *ANTHROPIC.pieces[3:]]
    connection, _ = await streamed(made, ANTHROPIC)
    assert connection.last is not None and b"output_blocked" in connection.last
    assert WORD.encode() not in b"".join(connection.sent) + connection.last


async def test_what_a_caller_heard_before_it_left_is_recorded() -> None:
    made = made_for("redact", "output")
    made.provider.pieces = list(pieces_of(CHAT, f"it is {WORD}, and a lot more of it. " * 5, 4))
    plain = made.call("engineering")
    connection = FakeConnection(body=CHAT.body, stays=20)
    await model_call(made.services, plain, connection, "chat")
    _, completion = records(made)
    assert completion.client_gone and completion.verdict == "redact"
    assert 0 < completion.output_policies[0].findings["TERM"] < 5
