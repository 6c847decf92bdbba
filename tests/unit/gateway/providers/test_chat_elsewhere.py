"""Chat calls to Gemini and Bedrock: nothing that a caller says is lost, and what comes back is OpenAI's chat."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import botocore.session
import orjson
import pytest
from botocore.validate import ParamValidator
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.chat.completion_create_params import CompletionCreateParamsBase
from support.translations import call_of, case_files, event_of, events_in, play, read_case, translation_of

from keeptrusts.gateway.providers.translate.chat_settings import HINTS
from keeptrusts.gateway.providers.translate.protocol import Inexpressible, ProviderCall, StreamEvent

PAIRS = ["chat_gemini", "chat_bedrock"]
MODELS = {"chat_gemini": "gemini-2.5-flash", "chat_bedrock": "amazon.nova-pro-v1:0"}
TOOL = {"type": "function", "function": {"name": "f"}}
# A value that asks for something, for every field of OpenAI's chat call.
ASKED: dict[str, Any] = {
    "audio": {"voice": "alloy", "format": "wav"},
    "frequency_penalty": 0.5,
    "function_call": "auto",
    "functions": [{"name": "f"}],
    "logit_bias": {"50256": -100},
    "logprobs": True,
    "max_completion_tokens": 7,
    "max_tokens": 7,
    "messages": [{"role": "user", "content": "other"}],
    "metadata": {"a": "b"},
    "modalities": ["text", "audio"],
    "model": "other",
    "moderation": {"model": "omni-moderation-latest"},
    "n": 3,
    "parallel_tool_calls": False,
    "prediction": {"type": "content", "content": "x"},
    "presence_penalty": 0.5,
    "prompt_cache_key": "k",
    "prompt_cache_options": {"mode": "explicit"},
    "prompt_cache_retention": "24h",
    "reasoning_effort": "low",
    "response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}},
    "safety_identifier": "u",
    "seed": 4,
    "service_tier": "flex",
    "stop": ["x"],
    "store": True,
    "stream_options": {"include_obfuscation": True},
    "temperature": 0.3,
    "tool_choice": "required",
    "tools": [TOOL],
    "top_logprobs": 2,
    "top_p": 0.4,
    "user": "u",
    "verbosity": "low",
    "web_search_options": {},
}


def sent(pair: str, document: dict[str, Any], model: str | None = None) -> ProviderCall | Inexpressible:
    return translation_of(pair).request(call_of({"call": document, "model": model or MODELS[pair]}))


def plain(pair: str) -> dict[str, Any]:
    return {"model": MODELS[pair], "messages": [{"role": "user", "content": "hi"}], "tools": [TOOL]}


def test_every_field_of_the_official_sdk_is_asked_for() -> None:
    assert set(ASKED) == set(CompletionCreateParamsBase.__annotations__)


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("name", sorted(ASKED))
def test_no_field_is_dropped_silently(pair: str, name: str) -> None:
    before = sent(pair, {key: value for key, value in plain(pair).items() if (name, key) != ("tools", "tools")})
    assert isinstance(before, ProviderCall)
    after = sent(pair, {**plain(pair), name: ASKED[name]}, "other" if name == "model" else None)
    if isinstance(after, Inexpressible):
        assert after.param == name or after.param.startswith(f"{name}.")
        assert after.reason and after.fix
    elif name not in HINTS:
        assert (after.path, after.body) != (before.path, before.body)


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("name", sorted({*ASKED} - {"messages", "model"}))
def test_null_asks_for_nothing(pair: str, name: str) -> None:
    document = {key: value for key, value in plain(pair).items() if key != name}
    assert sent(pair, {**document, name: None}) == sent(pair, document)


MESSAGES: list[tuple[str, dict[str, Any]]] = [
    ("messages[1].name", {"role": "assistant", "content": "a", "name": "kim"}),
    ("messages[1].audio", {"role": "assistant", "audio": {"id": "a"}}),
    ("messages[1].function_call", {"role": "assistant", "function_call": {"name": "f", "arguments": "{}"}}),
    ("messages[1].reasoning_content", {"role": "assistant", "content": "a", "reasoning_content": "b"}),
    ("messages[1].tool_calls[0]", {"role": "assistant", "tool_calls": [{"id": "a", "type": "custom", "custom": {}}]}),
    ("messages[1].role", {"role": "function", "name": "f", "content": "a"}),
    ("messages[1].content", {"role": "user"}),
    ("messages[1].content[0].type", {"role": "user", "content": [{"type": "video"}]}),
    ("messages[1].content[0].annotations",
     {"role": "user", "content": [{"type": "text", "text": "a", "annotations": {}}]}),
    ("messages[1].content[0].input_audio.format",
     {"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "", "format": "ogg"}}]}),
    ("messages[1].content[0].file.file_id",
     {"role": "user", "content": [{"type": "file", "file": {"file_id": "f_1"}}]}),
    ("messages[1].tool_call_id", {"role": "tool", "content": "a"}),
    ("messages[1]", {"role": "user", "content": "a"}),
]  # fmt: skip


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize(("param", "message"), MESSAGES, ids=[row[0] for row in MESSAGES])
def test_no_part_of_a_message_is_dropped_silently(pair: str, param: str, message: dict[str, Any]) -> None:
    base = plain(pair)
    base["messages"] = [*base["messages"], message if param != "messages[1]" else "hi"]
    refused = sent(pair, base)
    assert isinstance(refused, Inexpressible)
    assert refused.param == param


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("messages", [None, [], "hi", [{"role": "system", "content": "Be brief."}]])
def test_a_call_without_a_turn_is_refused(pair: str, messages: Any) -> None:
    refused = sent(pair, {"model": MODELS[pair], "messages": messages})
    assert isinstance(refused, Inexpressible)
    assert refused.param == "messages"


BEDROCK = [(path, read_case(path)) for path in case_files() if path.parent.name.endswith("_bedrock")]
CASES = [(path, read_case(path)) for path in case_files() if path.parent.name in PAIRS]


@pytest.mark.parametrize(
    "case", [pytest.param(one, id=f"{p.parent.name}/{p.stem}") for p, one in CASES if "read" in one]
)
def test_a_plain_answer_is_one_to_the_official_sdk(case: dict[str, Any]) -> None:
    if case["read"].get("valid", True):
        ChatCompletion.model_validate(case["read"]["body"], strict=True)


@pytest.mark.parametrize(
    "case", [pytest.param(one, id=f"{p.parent.name}/{p.stem}") for p, one in CASES if "end" in one]
)
def test_a_chunk_is_one_to_the_official_sdk(case: dict[str, Any]) -> None:
    for _, chunk in [*case["frames"], *case["end"]["tail"]]:
        if chunk != "[DONE]" and "error" not in chunk:
            ChatCompletionChunk.model_validate(chunk, strict=True)


@pytest.mark.parametrize("pair", PAIRS)
def test_a_tool_call_that_was_streamed_can_be_sent_back(pair: str) -> None:
    case = next(one for path, one in CASES if (path.parent.name, path.stem) == (pair, "stream_of_tool_calls"))
    calls: dict[int, dict[str, Any]] = {}
    for _, chunk in case["frames"]:
        for part in chunk["choices"][0]["delta"].get("tool_calls", []):
            call = calls.setdefault(part["index"], {**part, "function": {**part["function"], "arguments": ""}})
            call["function"]["arguments"] += part["function"]["arguments"]
    assert [orjson.loads(call["function"]["arguments"]) for call in calls.values()] == [{"city": "Oslo"}, {}]
    results = [{"role": "tool", "tool_call_id": call["id"], "content": "ok"} for call in calls.values()]
    document = plain(pair)
    document["messages"] += [{"role": "assistant", "content": "", "tool_calls": list(calls.values())}, *results]
    again = sent(pair, document)
    assert isinstance(again, ProviderCall)
    assert all(call["id"].encode() in again.body for call in calls.values())
    if pair == "chat_gemini":
        assert b'"thoughtSignature":"CtQ="' in again.body


DAMAGED = [
    ("chat_gemini", None, b"not json"),
    ("chat_gemini", None, b"[]"),
    ("chat_gemini", None, b'{"candidates":{}}'),
    ("chat_gemini", None, b'{"candidates":[1]}'),
    ("chat_gemini", None, b'{"candidates":[{"index":"0"}]}'),
    ("chat_gemini", None, b'{"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL"}]}'),
    ("chat_gemini", None, b'{"candidates":[{"content":{"parts":[{"executableCode":{}}]}}]}'),
    ("chat_bedrock", "contentBlockDelta", b"\x00"),
    ("chat_bedrock", "contentBlockDelta", b'{"contentBlockIndex":0,"delta":{"image":{}}}'),
    ("chat_bedrock", "contentBlockDelta", b'{"contentBlockIndex":3,"delta":{"toolUse":{"input":"{"}}}'),
    ("chat_bedrock", "contentBlockStart", b'{"start":{"toolUse":{"toolUseId":"a","name":"f"}}}'),
    ("chat_bedrock", "messageStop", b"{}"),
    ("chat_bedrock", "messageStop", b'{"stopReason":"malformed_tool_use"}'),
]


@pytest.mark.parametrize(("pair", "kind", "data"), DAMAGED)
def test_an_event_that_is_none_of_the_wire_is_an_error_that_quotes_nothing(
    pair: str, kind: str | None, data: bytes
) -> None:
    stream = translation_of(pair).stream(call_of({"call": plain(pair) | {"stream": True}}))
    with pytest.raises(ValueError) as raised:
        stream.feed(StreamEvent(kind, data))
    assert data.decode("latin-1") not in str(raised.value)
    assert not stream.end().complete


@pytest.mark.parametrize(
    "case", [pytest.param((p, one), id=f"{p.parent.name}/{p.stem}") for p, one in CASES if "end" in one]
)
def test_asking_where_a_stream_stands_changes_nothing(case: tuple[Any, dict[str, Any]]) -> None:
    path, stored = case
    translation, call = translation_of(path.parent.name), call_of(stored)
    events = [event_of(one) for one in stored["stream"]]
    asked = translation.stream(call)
    frames = b""
    for event in events:
        frames += asked.feed(event)
        asked.end()
        assert asked.end() == asked.end()
    expected, end = play(translation, call, events)
    assert frames == expected
    assert events_in(asked.end().tail) == end["tail"]


@pytest.fixture(scope="module")
def described() -> Any:
    """AWS's own description of its requests, as its clients check calls against it."""
    return botocore.session.Session().get_service_model("bedrock-runtime")


SENT = [(p, one) for p, one in BEDROCK if "request" in one]


@pytest.mark.parametrize("stored", [pytest.param(one, id=f"{p.parent.name}/{p.stem}") for p, one in SENT])
def test_a_request_to_bedrock_is_one_to_its_official_client(stored: dict[str, Any], described: Any) -> None:
    asked = {"modelId": "m", **with_bytes(stored["request"]["body"])}
    operation = "CountTokens" if stored["request"]["path"].endswith("/count-tokens") else "Converse"
    report = ParamValidator().validate(asked, described.operation_model(operation).input_shape)
    assert not report.has_errors(), report.generate_report()


def with_bytes(value: Any) -> Any:
    """The body as AWS's client takes it: content as bytes, which it writes as base64 itself."""
    if isinstance(value, list):
        return [with_bytes(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    return {name: b64decode(inner) if name == "bytes" else with_bytes(inner) for name, inner in value.items()}
