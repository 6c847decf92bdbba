"""Streams and answers of every translation: chunks do not matter, official clients can read them, nothing crashes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types import CreateEmbeddingResponse
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response
from pydantic import BaseModel
from support.translations import (
    call_of,
    case_files,
    event_of,
    json_or_text,
    play,
    read_case,
    translation_of,
    wire_of,
)

from keeptrusts.gateway.providers.translate.protocol import (
    ClientCall,
    Inexpressible,
    ProviderCall,
    StreamEvent,
    Translation,
)
from keeptrusts.gateway.providers.translate.sse import SseParser

PAIRS = (
    "chat_openai", "chat_anthropic", "messages_anthropic", "messages_openai", "count_tokens_anthropic",
    "responses_openai", "embeddings_openai",
)  # fmt: skip
TRANSLATED = ("chat_anthropic", "messages_openai")


def _cases(section: str, pairs: tuple[str, ...] = PAIRS) -> list[Any]:
    paths = [path for path in case_files() if path.parent.name in pairs and section in read_case(path)]
    return [pytest.param(path, id=f"{path.parent.name}/{path.stem}") for path in paths]


@pytest.mark.parametrize("path", _cases("stream"))
def test_any_chunking_gives_the_same_frames(path: Path) -> None:
    case = read_case(path)
    translation, call = translation_of(path.parent.name), call_of(case)
    wire = wire_of(case["stream"])
    expected = play(translation, call, [event_of(stored) for stored in case["stream"]])

    @settings(max_examples=15)
    @given(cuts=st.lists(st.integers(min_value=1, max_value=len(wire) - 1), max_size=30), crlf=st.booleans())
    def chunked(cuts: list[int], crlf: bool) -> None:
        parser = SseParser()
        places = sorted(set(cuts))
        chunks = [wire[a:b] for a, b in zip([0, *places], [*places, len(wire)], strict=True)]
        sent = [chunk.replace(b"\n", b"\r\n") for chunk in chunks] if crlf else chunks
        events = [event for chunk in sent for event in parser.feed(chunk)]
        assert play(translation, call, events) == expected

    chunked()


@pytest.mark.parametrize("path", _cases("stream"))
def test_nothing_follows_the_end_of_a_stream(path: Path) -> None:
    case = read_case(path)
    stream = translation_of(path.parent.name).stream(call_of(case))
    events = [event_of(stored) for stored in case["stream"]]
    for event in events:
        stream.feed(event)
    if stream.end().tail:
        before = stream.end()
        assert stream.feed(events[0]) == stream.feed(StreamEvent(None, b"[DONE]")) == b""
        assert stream.end() == before


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize(
    "data", [b"<html>", b"[]", b"1", b'"x"', b"\xff", b"{", b'{"choices": 1}', b'{"type": 5}', b'{"type": "a\\n\\nb"}']
)
def test_what_is_no_event_of_the_wire_is_refused_without_quoting_it(pair: str, data: bytes) -> None:
    stream = translation_of(pair).stream(_call({"model": "m", "stream": True}))
    with pytest.raises(ValueError) as refused:
        stream.feed(StreamEvent(None, data))
    assert data.decode("latin-1") not in str(refused.value)
    assert refused.value.__cause__ is None or refused.value.__suppress_context__


def _strict(model: type[BaseModel], value: Any) -> None:
    """Every field has its type, and there is none that the model does not know."""
    checked = model.model_validate_json(orjson.dumps(value), strict=True)
    _no_extras(checked)


def _no_extras(value: Any) -> None:
    if isinstance(value, BaseModel):
        assert not value.model_extra, f"{type(value).__name__}: {sorted(value.model_extra or ())}"
        for name in type(value).model_fields:
            _no_extras(getattr(value, name))
    if isinstance(value, list):
        for inner in value:
            _no_extras(inner)


@pytest.mark.parametrize(
    "path", _cases("read", ("chat_anthropic", "chat_openai", "responses_openai", "embeddings_openai"))
)
def test_openais_client_can_read_the_answers(path: Path) -> None:
    case = read_case(path)
    read = translation_of(path.parent.name).answer(call_of(case), event_of([None, case["answer"]]).data)
    kinds = {"chat": ChatCompletion, "responses": Response, "embeddings": CreateEmbeddingResponse}
    if read.valid and "usage_" not in path.stem:
        kinds[path.parent.name.partition("_")[0]].model_validate_json(read.body)
        if path.parent.name == "chat_anthropic":
            _strict(ChatCompletion, json_or_text(read.body))


@pytest.mark.parametrize("path", _cases("stream", ("chat_anthropic",)))
def test_openais_client_can_read_the_chunks(path: Path) -> None:
    case = read_case(path)
    frames, _ = play(translation_of("chat_anthropic"), call_of(case), [event_of(stored) for stored in case["stream"]])
    for event in SseParser().feed(frames):
        _strict(ChatCompletionChunk, json_or_text(event.data))


@pytest.mark.parametrize("path", _cases("read", ("messages_openai", "messages_anthropic")))
def test_anthropics_client_can_read_the_answers(path: Path) -> None:
    types = pytest.importorskip("anthropic.types", reason="Anthropic's client is not installed")
    case = read_case(path)
    read = translation_of(path.parent.name).answer(call_of(case), event_of([None, case["answer"]]).data)
    if read.valid:
        _strict(types.Message, json_or_text(read.body))


@pytest.mark.parametrize("path", _cases("stream", ("messages_openai", "messages_anthropic")))
def test_anthropics_client_can_read_the_events(path: Path) -> None:
    types = pytest.importorskip("anthropic.types", reason="Anthropic's client is not installed")
    case = read_case(path)
    events = [event_of(stored) for stored in case["stream"]]
    frames, _ = play(translation_of(path.parent.name), call_of(case), events)
    kinds = {
        "message_start": types.RawMessageStartEvent,
        "message_delta": types.RawMessageDeltaEvent,
        "content_block_start": types.RawContentBlockStartEvent,
        "content_block_delta": types.RawContentBlockDeltaEvent,
        "content_block_stop": types.RawContentBlockStopEvent,
    }
    for event in SseParser().feed(frames):
        if event.type in kinds:
            _strict(kinds[event.type], json_or_text(event.data))


@pytest.mark.parametrize("path", _cases("stream", ("messages_openai",)))
def test_blocks_of_a_message_come_one_after_the_other(path: Path) -> None:
    case = read_case(path)
    frames, _ = play(translation_of("messages_openai"), call_of(case), [event_of(stored) for stored in case["stream"]])
    begun, running = 0, False
    for event in SseParser().feed(frames):
        said = orjson.loads(event.data)
        assert said["type"] == event.type
        if event.type == "content_block_start":
            assert not running and said["index"] == begun
            begun, running = begun + 1, True
        elif event.type in ("content_block_delta", "content_block_stop"):
            assert running and said["index"] == begun - 1
            running = event.type == "content_block_delta"
        elif event.type == "message_delta":
            assert not running


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3) | st.floats(0, 2) | st.sampled_from(["", "x", "{}", "[1]", "auto"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "text", "content"]), inner),
    max_leaves=6,
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, inner in items for place in _places(inner, (*path, key)))]


def _replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = _replaced(value[path[0]], path[1:], new)
    return copy


def _call(document: Any) -> ClientCall:
    stream = document.get("stream") is True
    return ClientCall(document=document, body=orjson.dumps(document), model="m", stream=stream)


_DOCUMENTS = {
    pair: [read_case(path)["call"] for path in case_files() if path.parent.name == pair] for pair in TRANSLATED
}


@pytest.mark.parametrize("pair", TRANSLATED)
def test_no_call_however_malformed_crashes_a_translation(pair: str) -> None:
    translation = translation_of(pair)

    @settings(max_examples=400)
    @given(data=st.data())
    def mutated(data: st.DataObject) -> None:
        document = data.draw(st.sampled_from(_DOCUMENTS[pair]))
        place = data.draw(st.sampled_from([place for place in _places(document) if place]))
        sent = translation.request(_call(_replaced(document, place, data.draw(_JSON))))
        assert isinstance(sent, ProviderCall | Inexpressible)

    mutated()


@pytest.mark.parametrize("pair", PAIRS)
def test_no_answer_however_malformed_crashes_a_translation(pair: str) -> None:
    cases = [read_case(path) for path in case_files() if path.parent.name == pair]
    answers = [case["answer"] for case in cases if isinstance(case.get("answer"), dict)]
    errors = [case["error"]["body"] for case in cases if "error" in case]
    streams = [case["stream"] for case in cases if "stream" in case]
    translation, call = translation_of(pair), _call({"model": "m", "stream": True})

    @settings(max_examples=200)
    @given(data=st.data())
    def mutated(data: st.DataObject) -> None:
        answer = data.draw(st.sampled_from([*answers, *errors]))
        place = data.draw(st.sampled_from(_places(answer)))
        body = orjson.dumps(_replaced(answer, place, data.draw(_JSON)))
        read = translation.answer(call, body)
        assert read.body or not read.valid
        translation.error(400, body)
        if streams:
            _feed(translation, call, data.draw(st.sampled_from(streams)), data)

    mutated()


def _feed(translation: Translation, call: ClientCall, events: list[Any], data: st.DataObject) -> None:
    place = data.draw(st.sampled_from([place for place in _places(events) if len(place) > 2]))
    stream = translation.stream(call)
    try:
        for stored in _replaced(events, place, data.draw(_JSON)):
            stream.feed(event_of(stored))
    except ValueError:
        return
    assert stream.end().tail or not stream.end().complete


def test_arguments_nested_too_deeply_to_be_written_are_no_crash() -> None:
    deep = '{"a":' * 600 + "1" + "}" * 600
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": deep}}
    asked = {"model": "m", "messages": [{"role": "assistant", "tool_calls": [call]}, {"role": "user", "content": "x"}]}
    sent = translation_of("chat_anthropic").request(_call(asked))
    assert isinstance(sent, Inexpressible)
    answer = {"choices": [{"message": {"role": "assistant", "tool_calls": [call]}, "finish_reason": "tool_calls"}]}
    assert not translation_of("messages_openai").answer(_call(asked), orjson.dumps(answer)).valid


def test_an_error_code_is_never_what_a_provider_wrote_for_people() -> None:
    told = {"error": {"message": "secret words", "type": "secret words", "code": "more secret words"}}
    stream = translation_of("chat_openai").stream(_call({"model": "m", "stream": True}))
    stream.feed(StreamEvent(None, orjson.dumps(told)))
    assert stream.end().error == "provider_error"
