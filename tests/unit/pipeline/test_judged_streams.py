"""Several texts in one stream, cut and mixed at random: each is what it would be in a plain answer, in every API."""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from support.gateway import PROVIDED, FakeConnection, FakeGateway, gateway, ok
from support.streamed_texts import cut
from support.streams import ANTHROPIC, CHAT, RESPONSES, StreamCase, data, event

from keeptrusts.gateway.pipeline.run import model_call
from keeptrusts.gateway.pipeline.values import IncomingCall
from keeptrusts.schemas.events.request import RequestCompleted

SEED = 8_211
STREAMS = 80
POLICY = r"""
pack: {name: judged, version: 1.0.0, enabled: true}
providers:
  targets:
    - {id: openai, provider: openai, secret_key_ref: {env: OPENAI_API_KEY}}
    - {id: anthropic, provider: anthropic, secret_key_ref: {env: ANTHROPIC_API_KEY}}
policies:
  chain: [dlp-filter, audit-logger]
policy:
  dlp-filter:
    {secrets: false, blocked_terms: [Project Falcon], detect_patterns: ['PATTERN'], apply_to: output, action: redact}
"""
KEYS = {"OPENAI_API_KEY": "sk-real", "ANTHROPIC_API_KEY": "sk-ant-real"}
WORDS = ("Project  Falcon", "project falcon", "ACME-123456", "ACME-12", "Project", "é", "\\", '"', "\n", "so", "12")
CASES = (CHAT, ANTHROPIC, RESPONSES)


@pytest.fixture(scope="module")
def patterns() -> str:
    return POLICY.replace("PATTERN", r"ACME-\d{6}")


def text_of(random: Random) -> str:
    return " ".join(random.choice(WORDS) for _ in range(random.randint(0, 8)))


def mixed(random: Random, *rows: Sequence[bytes]) -> list[bytes]:
    """Mix rows of events, each in its own order."""
    left = [list(row) for row in rows if row]
    events: list[bytes] = []
    while left:
        row = random.choice(left)
        events.append(row.pop(0))
        left = [one for one in left if one]
    return events


def chat_stream(random: Random, first: str, second: str, arguments: str) -> tuple[list[bytes], Any]:
    def chunk(index: int, delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": index, "delta": delta, "finish_reason": finish}
        return data({"id": "c", "object": "chat.completion.chunk", "model": "gpt-4o", "choices": [choice]})

    called = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": ""}}
    further = [{"index": 0, "function": {"arguments": piece}} for piece in cut(random, arguments)]
    own = [chunk(0, {"content": piece}) for piece in cut(random, first)]
    calls = [chunk(0, {"tool_calls": [call]}) for call in (called, *further)]
    other = [chunk(1, {"content": piece}) for piece in cut(random, second)]
    events = mixed(random, [*mixed(random, own, calls), chunk(0, {}, "stop")], [*other, chunk(1, {}, "stop")])
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": arguments}}
    messages = [{"content": first, "tool_calls": [call]}, {"content": second}]
    choices = [{"index": index, "message": message} for index, message in enumerate(messages)]
    return [*events, *CHAT.pieces[3:]], {**PROVIDED, "choices": choices}


def anthropic_stream(random: Random, first: str, second: str, arguments: str) -> tuple[list[bytes], Any]:
    def block(index: int, content: dict[str, Any], name: str, kind: str, text: str) -> list[bytes]:
        deltas = [
            event({"type": "content_block_delta", "index": index, "delta": {"type": kind, name: piece}})
            for piece in cut(random, text)
        ]
        started = event({"type": "content_block_start", "index": index, "content_block": content})
        return [started, *deltas, event({"type": "content_block_stop", "index": index})]

    tool = {"type": "tool_use", "id": "t", "name": "f"}
    events = [
        *block(0, {"type": "text", "text": ""}, "text", "text_delta", first),
        *block(1, {"type": "thinking", "thinking": "", "signature": ""}, "thinking", "thinking_delta", second),
        *block(2, {**tool, "input": {}}, "partial_json", "input_json_delta", arguments),
    ]
    content = [
        {"type": "text", "text": first},
        {"type": "thinking", "thinking": second, "signature": "s"},
        {**tool, "input": json.loads(arguments)},
    ]
    usage = {"input_tokens": 100, "output_tokens": 10}
    answer = {"id": "m", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5", "usage": usage}
    return [ANTHROPIC.pieces[0], *events, *ANTHROPIC.pieces[4:]], {**answer, "content": content}


def responses_stream(random: Random, first: str, second: str, arguments: str) -> tuple[list[bytes], Any]:
    def item(kind: str, name: str, index: int, text: str) -> list[bytes]:
        where = {"item_id": f"i{index}", "output_index": index, "content_index": 0}
        deltas = [event({"type": f"response.{kind}.delta", **where, "delta": piece}) for piece in cut(random, text)]
        return [*deltas, event({"type": f"response.{kind}.done", **where, name: text})]

    rows = [
        item("output_text", "text", 0, first),
        item("reasoning_text", "text", 1, second),
        item("function_call_arguments", "arguments", 2, arguments),
    ]
    output = [
        {"type": "message", "content": [{"type": "output_text", "text": first}]},
        {"type": "reasoning", "content": [{"type": "reasoning_text", "text": second}]},
        {"type": "function_call", "call_id": "x", "name": "f", "arguments": arguments},
    ]
    end = json.loads(RESPONSES.pieces[-1].split(b"data: ")[1])
    answer = {**end["response"], "output": output}
    return [RESPONSES.pieces[0], *mixed(random, *rows), event({**end, "response": answer})], answer


STREAMS_OF = {CHAT.api: chat_stream, ANTHROPIC.api: anthropic_stream, RESPONSES.api: responses_stream}


def heard(case: StreamCase, sent: bytes) -> tuple[str, str, Any]:
    """Put together what a caller hears: two texts, and the arguments of a call."""
    documents = [json.loads(line[6:]) for line in sent.split(b"\n") if line.startswith(b"data: {")]
    first, second, arguments = "", "", ""
    for one in documents:
        kind = one.get("type")
        if case is CHAT:
            for choice in one["choices"]:
                content = choice["delta"].get("content") or ""
                first, second = first + content * (choice["index"] == 0), second + content * (choice["index"] == 1)
                for call in choice["delta"].get("tool_calls", ()):
                    arguments += call["function"]["arguments"]
        elif kind == "content_block_delta":
            first += one["delta"].get("text", "")
            second += one["delta"].get("thinking", "")
            arguments += one["delta"].get("partial_json", "")
        elif case is RESPONSES:
            first += one["delta"] if kind == "response.output_text.delta" else ""
            second += one["delta"] if kind == "response.reasoning_text.delta" else ""
            arguments += one["delta"] if kind == "response.function_call_arguments.delta" else ""
    return first, second, json.loads(arguments)


def plainly(case: StreamCase, body: bytes) -> tuple[str, str, Any]:
    answer = json.loads(body)
    if case is CHAT:
        messages = [choice["message"] for choice in answer["choices"]]
        called = json.loads(messages[0]["tool_calls"][0]["function"]["arguments"])
        return messages[0]["content"], messages[1]["content"], called
    if case is ANTHROPIC:
        text, thinking, tool = answer["content"]
        return text["text"], thinking["thinking"], tool["input"]
    message, reasoning, call = answer["output"]
    return message["content"][0]["text"], reasoning["content"][0]["text"], json.loads(call["arguments"])


async def asked(made: FakeGateway, case: StreamCase, *, stream: bool) -> tuple[bytes, RequestCompleted]:
    plain = made.call("engineering")
    call = IncomingCall(
        request=plain.request, endpoint=case.endpoint, headers=plain.headers, started_ns=plain.started_ns
    )
    body = json.dumps({**json.loads(case.body), "stream": stream}).encode()
    connection = FakeConnection(body=body)
    answer = await model_call(made.services, call, connection, case.api)
    completion = made.publisher.events[-1].data
    assert isinstance(completion, RequestCompleted) and completion.error is None
    return b"".join([*connection.sent, connection.last or b""]) if stream else answer.body, completion


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.api)
async def test_texts_cut_and_mixed_are_what_they_are_in_a_plain_answer(case: StreamCase, patterns: str) -> None:
    random = Random(SEED)
    made = gateway(patterns, environment=KEYS)
    for number in range(STREAMS):
        arguments = json.dumps({"a": text_of(random), "n": random.choice((12, -1.5e3, True)), "b": [text_of(random)]})
        pieces, answer = STREAMS_OF[case.api](random, text_of(random), text_of(random), arguments)
        made.provider.pieces, made.provider.result = pieces, ok(answer)
        sent, streamed = await asked(made, case, stream=True)
        made.provider.pieces = None
        body, plain = await asked(made, case, stream=False)
        expected = plainly(case, body)
        assert heard(case, sent) == expected, f"seed {SEED}, stream {number}: {pieces}"
        if case is RESPONSES:
            last = json.loads(sent.rstrip().rsplit(b"data: ", 1)[1])["response"]
            assert plainly(case, json.dumps(last).encode()) == expected
        counted = [(one.result, one.reason, one.findings) for one in streamed.output_policies]
        assert counted == [(one.result, one.reason, one.findings) for one in plain.output_policies]
        assert (streamed.verdict, streamed.policy) == (plain.verdict, plain.policy) and streamed.usage is not None


@pytest.mark.parametrize(("pattern", "early"), [(r"ACME-\d{6}", True), (r"BEGIN[\s\S]*END", False)])
async def test_a_pattern_that_may_match_more_than_is_held_has_streams_judged_at_their_end(
    pattern: str, early: bool
) -> None:
    made = gateway(POLICY.replace("PATTERN", pattern), environment=KEYS)
    pieces, _ = chat_stream(Random(SEED), "There is nothing to be found in these words. " * 9, "", "{}")
    made.provider.pieces = list(pieces)
    connection = FakeConnection(body=CHAT.body)
    await model_call(made.services, made.call("engineering"), connection, "chat")
    assert (len(connection.sent) > 2) is early


async def test_what_a_tool_call_says_beside_its_arguments_comes_whole_and_with_them(patterns: str) -> None:
    made = gateway(patterns, environment=KEYS)
    signed = {
        "google": {"thought_signature": "c2lnbmVkIGJ5IG5vYm9keSBhdCBhbGwgYnV0IGxvbmcgZW5vdWdo", "note": "so it is"}
    }
    call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": ""}}
    more = {"index": 0, "function": {"arguments": '{"a": "Project Falcon"}'}}
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o"}
    pieces = [
        data({**chunk, "choices": [{"index": 0, "delta": {"tool_calls": [one]}, "finish_reason": None}]})
        for one in ({**call, "extra_content": signed}, more)
    ]
    end = {"index": 0, "delta": {}, "finish_reason": "tool_calls"}
    made.provider.pieces = [*pieces, data({**chunk, "choices": [end]}), *CHAT.pieces[-2:]]
    sent, _ = await asked(made, CHAT, stream=True)
    calls = [
        one
        for line in sent.split(b"\n")
        if line.startswith(b"data: {")
        for choice in json.loads(line[6:])["choices"]
        for one in choice["delta"].get("tool_calls", ())
    ]
    assert all("function" in one for one in calls), "the SDKs take no piece of a call without one"
    assert [one["extra_content"] for one in calls if "extra_content" in one] == [signed]
    assert json.loads("".join(one["function"].get("arguments", "") for one in calls)) == {"a": "[TERM]"}
