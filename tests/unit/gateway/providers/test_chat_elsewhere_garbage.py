"""Whatever a caller or a provider writes, translations to Gemini and Bedrock give values or raise ValueError."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.chat.completion_create_params import CompletionCreateParamsBase
from support.translations import FOLDER, call_of, event_of, read_case, translation_of

from keeptrusts.gateway.providers.translate.protocol import ClientCall, Inexpressible, ProviderCall, StreamEvent

PAIRS = ("chat_gemini", "chat_bedrock", "messages_gemini", "messages_bedrock", "embeddings_gemini")
FOREIGN = (
    True, 0, -1.5, "", "x", [], [["a"]], [{}], {}, {"type": {}}, {"message": 5}, {"message": "m", "status": ["a"]},
    {"type": "json_schema", "json_schema": 5}, {"type": "function", "function": []},
    [{"type": "function", "function": 1}],
)  # fmt: skip
WORDS = st.sampled_from(
    ["type", "text", "role", "user", "assistant", "tool", "content", "function", "name", "arguments", "candidates",
     "parts", "functionCall", "finishReason", "STOP", "index", "delta", "toolUse", "input", "usage", "usageMetadata",
     "promptTokenCount", "inputTokens", "error", "output", "message", "stopReason", "contentBlockIndex", "start"]
)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers(-5, 2**53) | st.floats(allow_nan=False) | WORDS | st.text(max_size=4)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4), max_leaves=12
)


def planted(value: Any, at: int, foreign: Any) -> Any:
    """The value with its at-th node, counted depth first, replaced."""
    left = [at]

    def walk(node: Any) -> Any:
        left[0] -= 1
        if left[0] < 0 and not done:
            done.append(True)
            return foreign
        if isinstance(node, dict):
            return {key: walk(inner) for key, inner in node.items()}
        return [walk(inner) for inner in node] if isinstance(node, list) else node

    done: list[bool] = []
    return walk(value)


def cases(pair: str, section: str) -> list[dict[str, Any]]:
    found = [read_case(path) for path in sorted((FOLDER / pair).glob("*.json"))]
    return [case for case in found if section in case and isinstance(case[section], dict | list)]


def call(document: Any) -> ClientCall:
    return ClientCall(document=document, body=orjson.dumps(document), model="m", stream=False, request="r")


@pytest.mark.parametrize("pair", PAIRS)
def test_a_call_with_a_foreign_value_anywhere_is_sent_or_refused(pair: str) -> None:
    stored = [case["call"] for case in cases(pair, "call")]

    @settings(max_examples=60)
    @given(document=st.sampled_from(stored), at=st.integers(1, 40), foreign=JSON)
    def play(document: dict[str, Any], at: int, foreign: Any) -> None:
        made = translation_of(pair).request(call(planted(document, at, foreign)))
        assert isinstance(made, ProviderCall | Inexpressible)

    play()


@pytest.mark.parametrize("pair", ["chat_gemini", "chat_bedrock"])
@pytest.mark.parametrize("name", sorted(CompletionCreateParamsBase.__annotations__))
def test_a_field_with_a_foreign_value_is_sent_or_refused(pair: str, name: str) -> None:
    for foreign in FOREIGN:
        document = {"model": "m", "messages": [{"role": "user", "content": "hi"}], name: foreign}
        assert isinstance(translation_of(pair).request(call(document)), ProviderCall | Inexpressible)


@pytest.mark.parametrize("pair", PAIRS)
def test_an_answer_with_a_foreign_value_anywhere_is_read_as_valid_or_not(pair: str) -> None:
    stored = [(call_of(case), case["answer"]) for case in cases(pair, "answer")]

    @settings(max_examples=60)
    @given(chosen=st.sampled_from(stored), at=st.integers(0, 40), foreign=JSON)
    def play(chosen: tuple[ClientCall, Any], at: int, foreign: Any) -> None:
        read = translation_of(pair).answer(chosen[0], orjson.dumps(planted(chosen[1], at, foreign)))
        assert read.valid is bool(read.body)

    play()


@pytest.mark.parametrize("pair", PAIRS[:-1])
def test_a_stream_with_a_foreign_value_anywhere_goes_on_or_is_an_error(pair: str) -> None:
    stored = [(call_of(case), [event_of(one) for one in case["stream"]]) for case in cases(pair, "stream")]

    @settings(max_examples=60)
    @given(chosen=st.sampled_from(stored), place=st.integers(0, 8), at=st.integers(0, 15), foreign=JSON)
    def play(chosen: tuple[ClientCall, list[StreamEvent]], place: int, at: int, foreign: Any) -> None:
        stream = translation_of(pair).stream(chosen[0])
        for number, event in enumerate(chosen[1]):
            data = event.data
            if number == place:
                data = orjson.dumps(planted(orjson.loads(data), at, foreign))
            try:
                stream.feed(StreamEvent(event.type, data))
            except ValueError:
                break
        end = stream.end()
        assert not (end.complete and end.error)
        assert bool(end.tail) is (end.complete or end.error is not None)

    play()


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503, 529])
def test_an_error_of_any_shape_is_told_or_is_none(pair: str, status: int) -> None:
    for body in [b"", b"\xff", *(orjson.dumps(one) for inner in FOREIGN for one in (inner, {"error": inner}, [inner]))]:
        told = translation_of(pair).error(status, body)
        assert told is None or "error" in orjson.loads(told)


@pytest.mark.parametrize("pair", ["chat_gemini", "chat_bedrock"])
def test_what_is_nested_too_deeply_is_refused_or_invalid(pair: str) -> None:
    arguments = '{"a":' * 250 + "1" + "}" * 250
    calls = [{"id": "c", "type": "function", "function": {"name": "f", "arguments": arguments}}]
    document = {
        "model": "m",
        "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "tool_calls": calls}],
    }
    assert isinstance(translation_of(pair).request(call(document)), Inexpressible)
