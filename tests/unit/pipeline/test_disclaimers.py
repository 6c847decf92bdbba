"""disclaimer in the pipeline: said once at the end of what people read, in every API, whole or streamed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from support.gateway import PROVIDED, FakeConnection, FakeGateway, gateway, ok
from support.streams import ANTHROPIC, CHAT, RESPONSES, RESPONSES_IN_FULL, StreamCase, chat_chunk, data, event

from keeptrusts.gateway.pipeline.run import model_call
from keeptrusts.gateway.pipeline.values import IncomingCall
from keeptrusts.gateway.providers.translate.sse import MAX_EVENT_BYTES
from keeptrusts.schemas.events.request import RequestCompleted

POLICY = """
pack: {name: said, version: 1.0.0, enabled: true}
providers:
  targets:
    - {id: openai, provider: openai, secret_key_ref: {env: OPENAI_API_KEY}}
    - {id: anthropic, provider: anthropic, secret_key_ref: {env: ANTHROPIC_API_KEY}}
policies:
  chain:
    - disclaimer
    - OTHERS
    - audit-logger
policy:
  disclaimer: {OPTIONS}
  dlp-filter: {secrets: false, blocked_terms: [zebra-4711], apply_to: output}
"""
ALWAYS = "text: Ask a person."
HELD = "content-filter: {categories: [hate]}"
"""A policy that must see the whole of a stream."""
BY_TOPIC = "disclaimers: [{topic: medical, text: See a doctor.}, {topic: zebras, text: Mind the stripes.}]"
SECRETS = {"OPENAI_API_KEY": "sk-real", "ANTHROPIC_API_KEY": "sk-ant-real"}


HOLDING = "apply_to: output, action: escalate"


def made_for(options: str = ALWAYS, others: str = "rbac", *, holding: bool = False) -> FakeGateway:
    policy = POLICY.replace("apply_to: output", HOLDING) if holding else POLICY
    return gateway(policy.replace("OPTIONS", options).replace("OTHERS", others), environment=SECRETS)


def answering(text: str | None, finish: str = "stop", **message: Any) -> Any:
    said = {"role": "assistant", "content": text, **message}
    return ok({**PROVIDED, "choices": [{"index": 0, "message": said, "finish_reason": finish}]})


async def asked(made: FakeGateway, **rest: Any) -> dict[str, Any]:
    body = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}], **rest}).encode()
    answer = await model_call(made.services, made.call("engineering"), FakeConnection(body=body), "chat")
    document: dict[str, Any] = json.loads(answer.body)
    return document


def said(document: dict[str, Any]) -> Any:
    return document["choices"][0]["message"]["content"]


@pytest.mark.parametrize(
    ("options", "text", "expected"),
    [
        (ALWAYS, "Hello.", "Hello.\n\nAsk a person."),
        (ALWAYS, "Ask a person. I mean it.", "Ask a person. I mean it."),
        ("text: ''", "Hello.", "Hello."),
        (f"{ALWAYS}, mode: observe", "Hello.", "Hello."),
        (BY_TOPIC, "Hello.", "Hello."),
        (BY_TOPIC, "The doctor is in.", "The doctor is in."),
        (BY_TOPIC, "Ask your doctor about the dosage.", "Ask your doctor about the dosage.\n\nSee a doctor."),
        (BY_TOPIC, "Zebras are horses.", "Zebras are horses.\n\nMind the stripes."),
        (
            "topics: [financial], text: No advice.",
            "Sell the stocks, buy bonds.",
            "Sell the stocks, buy bonds.\n\nNo advice.",
        ),
        ("topics: [financial], text: No advice.", "Hello.", "Hello."),
    ],
)
async def test_a_text_stands_at_the_end_of_answers_that_it_is_for(options: str, text: str, expected: str) -> None:
    made = made_for(options)
    made.provider.result = answering(text)
    assert said(await asked(made)) == expected


async def test_it_stands_behind_what_other_policies_have_written_over() -> None:
    made = made_for(others="dlp-filter")
    made.provider.result = answering("About zebra-4711.")
    assert said(await asked(made)) == "About [TERM].\n\nAsk a person."


CALL = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


@pytest.mark.parametrize(
    ("answer", "request_has"),
    [
        (answering(None, "tool_calls", tool_calls=[CALL]), {}),
        (answering("Calling.", "tool_calls", tool_calls=[CALL]), {}),
        (answering('{"a": 1}'), {"response_format": {"type": "json_object"}}),
        (
            answering('{"a": 1}'),
            {"response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": {}}}},
        ),
    ],
)
async def test_tool_calls_and_json_stay_as_they_are(answer: Any, request_has: dict[str, Any]) -> None:
    made = made_for()
    made.provider.result = answer
    assert said(await asked(made, **request_has)) == json.loads(answer.body)["choices"][0]["message"]["content"]


async def streamed(made: FakeGateway, case: StreamCase, pieces: list[bytes]) -> list[dict[str, Any]]:
    made.provider.pieces = list(pieces)
    connection = FakeConnection(body=case.body)
    call = made.call("engineering")
    moved = IncomingCall(request=call.request, endpoint=case.endpoint, headers=call.headers, started_ns=call.started_ns)
    await model_call(made.services, moved, connection, case.api)
    everything = b"".join([*connection.sent, connection.last or b""])
    lines = [line[6:] for line in everything.split(b"\n") if line.startswith(b"data: ") and line != b"data: [DONE]"]
    assert isinstance(made.publisher.events[-1].data, RequestCompleted) and made.publisher.events[-1].data.error is None
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("others", ["rbac", "dlp-filter", HELD])
@pytest.mark.parametrize("last", [[chat_chunk(" three", "stop")], [chat_chunk(" three"), chat_chunk("", "stop")]])
async def test_a_chat_stream_gets_one_more_piece_before_it_finishes(last: list[bytes], others: str) -> None:
    pieces = [chat_chunk("One"), chat_chunk(" two"), *last, *CHAT.pieces[-2:]]
    events = await streamed(made_for(others=others), CHAT, pieces)
    choices = [one["choices"][0] for one in events if one["choices"]]
    assert "".join(one["delta"].get("content") or "" for one in choices) == "One two three\n\nAsk a person."
    assert [one["finish_reason"] for one in choices if one["finish_reason"]] == ["stop"]
    assert choices[-1]["finish_reason"] == "stop"


async def test_a_chat_stream_that_calls_a_tool_stays_as_it_is() -> None:
    call = {"index": 0, "delta": {"tool_calls": [{"index": 0, **CALL}]}, "finish_reason": None}
    end = {"index": 0, "delta": {}, "finish_reason": "tool_calls"}
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o"}
    pieces = [data({**chunk, "choices": [one]}) for one in (call, end)] + list(CHAT.pieces[-2:])
    events = await streamed(made_for(), CHAT, pieces)
    assert "Ask a person" not in json.dumps(events)


@pytest.mark.parametrize("others", ["rbac", HELD])
async def test_an_anthropic_stream_gets_one_more_block(others: str) -> None:
    events = await streamed(made_for(others=others), ANTHROPIC, list(ANTHROPIC.pieces))
    kinds = [one["type"] for one in events]
    assert kinds == [
        "message_start", "content_block_start", "content_block_delta", "content_block_stop",
        "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop",
    ]  # fmt: skip
    assert [one["index"] for one in events if "index" in one] == [0, 0, 0, 1, 1, 1]
    assert events[5]["delta"] == {"type": "text_delta", "text": "\n\nAsk a person."}


async def test_a_response_says_the_longer_text_wherever_it_says_it() -> None:
    events = await streamed(made_for(), RESPONSES_IN_FULL, list(RESPONSES_IN_FULL.pieces))
    whole = "One\n\nAsk a person."
    assert "".join(one["delta"] for one in events if one["type"] == "response.output_text.delta") == whole
    done = {one["type"]: one for one in events}
    assert done["response.output_text.done"]["text"] == whole
    assert done["response.content_part.done"]["part"]["text"] == whole
    assert done["response.output_item.done"]["item"]["content"][0]["text"] == whole
    assert done["response.completed"]["response"]["output"][0]["content"][0]["text"] == whole
    assert [one["sequence_number"] for one in events] == list(range(len(events)))


async def test_what_comes_before_the_end_is_not_held() -> None:
    made = made_for()
    made.provider.pieces = [chat_chunk("One"), chat_chunk(" two"), *CHAT.pieces[2:]]
    connection = FakeConnection(body=CHAT.body)
    await model_call(made.services, made.call("engineering"), connection, "chat")
    assert [b"One" in connection.sent[0], b" two" in connection.sent[1]] == [True, True]


@pytest.mark.parametrize("case", [CHAT, ANTHROPIC])
async def test_a_stream_that_is_held_whole_gets_it_too(case: StreamCase) -> None:
    events = await streamed(made_for(others="dlp-filter", holding=True), case, list(case.pieces))
    assert json.dumps(events).count("Ask a person.") == 1


@pytest.mark.parametrize("others", ["rbac", "dlp-filter"])
async def test_every_choice_gets_it_also_one_that_begins_once_another_has_ended(others: str) -> None:
    chunk = json.loads(chat_chunk("x")[6:])
    told = [(0, "One", None), (0, "", "stop"), (1, "Two", None), (1, "", "stop")]
    pieces = [
        data({**chunk, "choices": [{"index": index, "delta": {"content": text}, "finish_reason": finish}]})
        for index, text, finish in told
    ]
    events = await streamed(made_for(others=others), CHAT, [*pieces, *CHAT.pieces[-2:]])
    choices = [one["choices"][0] for one in events if one["choices"]]
    for index, expected in enumerate(("One", "Two")):
        own = [one["delta"].get("content") or "" for one in choices if one["index"] == index]
        assert "".join(own) == f"{expected}\n\nAsk a person."


ODD: tuple[Any, ...] = (None, [], {}, "x", 5, [None], ["x"], [[]])


def _odd_events(case: StreamCase, odd: Any) -> list[dict[str, Any]]:
    """Events that have something odd in each place that is looked at, and whole answers that hold it."""
    if case is CHAT:
        chunk = json.loads(chat_chunk("x")[6:])
        choice = chunk["choices"][0]
        calls = {"tool_calls": [{"index": odd, "function": {"arguments": '{"a": 1}'}}]}
        choices: list[Any] = [
            odd, {**choice, "delta": odd}, {**choice, "index": odd, "finish_reason": "stop"},
            {**choice, "delta": {"content": odd}}, {**choice, "delta": {"tool_calls": odd}}, {**choice, "delta": calls},
            {**choice, "message": calls}, {**choice, "finish_reason": odd},
        ]  # fmt: skip
        return [{**chunk, "choices": [one]} for one in choices]
    places: tuple[str, ...]
    kinds: tuple[str, ...]
    if case is ANTHROPIC:
        places = ("index", "delta", "content_block")
        kinds = ("content_block_start", "content_block_delta", "content_block_stop", "message_delta")
        usual: dict[str, Any] = {"index": 0, "delta": {"type": "text_delta", "text": "x"}, "content_block": {}}
        stops = [{"type": "message_delta", "delta": {"stop_reason": odd}}]
    else:
        places = ("item_id", "output_index", "sequence_number", "text", "part", "item", "delta")
        kinds = (
            "response.output_text.delta", "response.output_text.done", "response.content_part.done",
            "response.output_item.done",
        )  # fmt: skip
        part = {"type": "output_text", "text": "One"}
        usual = {"text": "One", "part": part, "item": {"type": "message", "content": [part]}, "delta": "x"}
        ends = [[odd], [{"type": "message", "content": odd}], [{"type": "message", "content": [odd]}],
                [{"type": "message", "content": [{"type": "output_text", "text": odd}]}]]  # fmt: skip
        stops = [{"type": "response.completed", "response": {"output": one}} for one in (odd, *ends)]
        stops += [{"type": "response.completed", "response": odd}]
    return [{"type": kind, **usual, place: odd} for kind in kinds for place in places] + stops


@pytest.mark.parametrize("case", [CHAT, ANTHROPIC, RESPONSES], ids=lambda case: case.api)
@pytest.mark.parametrize(("others", "holding"), [("rbac", False), ("dlp-filter", False), ("dlp-filter", True)])
async def test_whatever_a_provider_sends_the_call_has_an_end_in_the_log(
    case: StreamCase, others: str, holding: bool
) -> None:
    made = made_for(others=others, holding=holding)
    for strange in (one for odd in ODD for one in _odd_events(case, odd)):
        for at in (1, len(case.pieces) - 1):
            made.publisher.events.clear()
            made.provider.pieces = [*case.pieces[:at], event(strange) if "type" in strange else data(strange)]
            made.provider.pieces += case.pieces[at:]
            call = replace(made.call("engineering"), endpoint=case.endpoint)
            await model_call(made.services, call, FakeConnection(body=case.body), case.api)
            assert isinstance(made.publisher.events[-1].data, RequestCompleted)


async def test_a_whole_answer_that_is_odd_has_an_end_in_the_log_too() -> None:
    made = made_for(others="dlp-filter")
    for odd in ODD:
        message = {"role": "assistant", "content": odd}
        for choice in (odd, {"message": odd, "finish_reason": "stop"}, {"message": message, "finish_reason": "stop"},
                       {"message": {"content": "One", "tool_calls": odd}, "finish_reason": odd}):  # fmt: skip
            made.publisher.events.clear()
            made.provider.result = ok({**PROVIDED, "choices": [choice]})
            await asked(made)
            assert isinstance(made.publisher.events[-1].data, RequestCompleted)


@pytest.mark.parametrize(("others", "holding"), [("rbac", False), ("dlp-filter", False), ("dlp-filter", True)])
async def test_the_largest_event_that_may_come_has_an_end_in_the_log_though_its_name_makes_it_longer(
    others: str, holding: bool
) -> None:
    made = made_for(others=others, holding=holding)
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": ""}}
    delta["delta"] = {"type": "text_delta", "text": "x " * ((MAX_EVENT_BYTES - len(data(delta)) + 2) // 2)}
    pieces = list(ANTHROPIC.pieces)
    made.provider.pieces = [*pieces[:2], data(delta), *pieces[3:]]
    call = replace(made.call("engineering"), endpoint=ANTHROPIC.endpoint)
    await model_call(made.services, call, FakeConnection(body=ANTHROPIC.body), ANTHROPIC.api)
    assert isinstance(made.publisher.events[-1].data, RequestCompleted)
