"""Reversible redaction: providers see placeholders, callers see their own values, and nobody else either."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from support.gateway import PROVIDED, FakeConnection, FakeGateway, gateway, ok
from support.streams import ANTHROPIC, CHAT, StreamCase, chat_chunk, event

from keeptrusts.gateway.pipeline.run import model_call
from keeptrusts.gateway.pipeline.values import IncomingCall
from keeptrusts.schemas.codec import encode

POLICY = """
pack: {name: back, version: 1.0.0, enabled: true}
providers:
  targets:
    - {id: openai, provider: openai, secret_key_ref: {env: OPENAI_API_KEY}}
    - {id: anthropic, provider: anthropic, secret_key_ref: {env: ANTHROPIC_API_KEY}}
policies:
  chain: [dlp-filter, audit-logger]
policy:
  dlp-filter:
    secrets: false
    blocked_terms: [zebra-4711, quokka-12]
    redaction: {reversible: true}
    apply_to: WHERE
"""
SECRETS = {"OPENAI_API_KEY": "sk-real", "ANTHROPIC_API_KEY": "sk-ant-real"}
REQUEST = "zebra-4711 met quokka-12, and zebra-4711 won"


def made_for(where: str = "input") -> FakeGateway:
    return gateway(POLICY.replace("WHERE", where), environment=SECRETS)


async def asked(made: FakeGateway, text: str = REQUEST) -> dict[str, Any]:
    body = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": text}]}).encode()
    answer = await model_call(made.services, made.call("engineering"), FakeConnection(body=body), "chat")
    document: dict[str, Any] = json.loads(answer.body)
    return document


def sent(made: FakeGateway) -> str:
    text: str = json.loads(made.provider.asked[0].body)["messages"][-1]["content"]
    return text


def answering(text: str, **message: Any) -> Any:
    choice = {"index": 0, "message": {"role": "assistant", "content": text, **message}, "finish_reason": "stop"}
    return ok({**PROVIDED, "choices": [choice]})


async def test_equal_values_have_one_placeholder_and_the_caller_gets_them_back() -> None:
    made = made_for()
    made.provider.result = answering("[TERM_2] congratulates [TERM_1]; [TERM_3] and [NAME_1] are nobody.")
    document = await asked(made)
    assert sent(made) == "[TERM_1] met [TERM_2], and [TERM_1] won"
    said = "quokka-12 congratulates zebra-4711; [TERM_3] and [NAME_1] are nobody."
    assert document["choices"][0]["message"]["content"] == said
    for one in made.publisher.events:
        assert b"zebra" not in encode(one) and b"quokka" not in encode(one) and b"TERM_1" not in encode(one)


async def test_a_placeholder_is_never_what_the_request_says_itself() -> None:
    made = made_for()
    made.provider.result = answering("[TERM_1] and [TERM_2]")
    document = await asked(made, "what is [TERM_1] to zebra-4711?")
    assert sent(made) == "what is [TERM_1] to [TERM_2]?"
    assert document["choices"][0]["message"]["content"] == "[TERM_1] and zebra-4711"


async def test_values_in_a_tools_arguments_stay_json() -> None:
    made = made_for()
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"to": "[TERM_1]", "n": 1}'}}
    made.provider.result = answering("", tool_calls=[call])
    document = await asked(made)
    arguments = document["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]
    assert json.loads(arguments) == {"to": "zebra-4711", "n": 1}


async def test_output_policies_see_placeholders_and_write_over_what_the_model_says_itself() -> None:
    made = made_for("both")
    made.provider.result = answering("[TERM_1] is quokka-12")
    document = await asked(made, "who is zebra-4711?")
    assert document["choices"][0]["message"]["content"] == "zebra-4711 is [TERM]"


async def streamed(made: FakeGateway, case: StreamCase, pieces: list[bytes]) -> list[dict[str, Any]]:
    made.provider.pieces = pieces
    body = json.loads(case.body) | {"messages": [{"role": "user", "content": REQUEST}]}
    connection = FakeConnection(body=json.dumps(body).encode())
    call = made.call("engineering")
    moved = IncomingCall(request=call.request, endpoint=case.endpoint, headers=call.headers, started_ns=call.started_ns)
    await model_call(made.services, moved, connection, case.api)
    everything = b"".join([*connection.sent, connection.last or b""])
    return [
        json.loads(line[6:])
        for line in everything.split(b"\n")
        if line.startswith(b"data: ") and line != b"data: [DONE]"
    ]


ANSWER = "[TERM_2] and [TERM_1] [and [TERM_9] [TERM_"
RESTORED = "quokka-12 and zebra-4711 [and [TERM_9] [TERM_"


@pytest.mark.parametrize("where", ["input", "both"])
@pytest.mark.parametrize("seed", range(20))
async def test_streams_give_values_back_however_they_are_cut(seed: int, where: str) -> None:
    rng = random.Random(seed)
    cuts = sorted(rng.sample(range(1, len(ANSWER)), rng.randint(0, len(ANSWER) - 1)))
    parts = [ANSWER[start:end] for start, end in zip([0, *cuts], [*cuts, len(ANSWER)], strict=True)]
    chunks = [chat_chunk(part) for part in parts] + [chat_chunk("", "stop"), *CHAT.pieces[-2:]]
    events = await streamed(made_for(where), CHAT, chunks)
    said = "".join(one["choices"][0]["delta"].get("content") or "" for one in events if one["choices"])
    assert said == RESTORED


async def test_an_anthropic_streams_tool_input_gets_values_back_as_json() -> None:
    start = {
        "type": "content_block_start",
        "index": 0,
        "content_block": {"type": "tool_use", "id": "t", "name": "f", "input": {}},
    }
    deltas = [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": part}}
        for part in ('{"to": "[TE', 'RM_1]", "n', '": 1}')
    ]
    stop = {"type": "content_block_stop", "index": 0}
    pieces = [ANTHROPIC.pieces[0], event(start), *(event(one) for one in deltas), event(stop), *ANTHROPIC.pieces[-2:]]
    events = await streamed(made_for(), ANTHROPIC, pieces)
    said = "".join(one["delta"].get("partial_json", "") for one in events if one["type"] == "content_block_delta")
    assert json.loads(said) == {"to": "zebra-4711", "n": 1}


async def test_what_comes_before_a_placeholder_is_not_held() -> None:
    made = made_for()
    made.provider.pieces = [chat_chunk("One "), chat_chunk("[TERM_1"), chat_chunk("] two", "stop"), *CHAT.pieces[-2:]]
    asking = {"model": "gpt-4o", "stream": True, "messages": [{"role": "user", "content": REQUEST}]}
    connection = FakeConnection(body=json.dumps(asking).encode())
    await model_call(made.services, made.call("engineering"), connection, "chat")
    assert b"One" in b"".join(connection.sent[:2]) and b"TERM" not in b"".join(connection.sent)
