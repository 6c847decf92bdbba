"""Two translations in a row are one: both are passed on the way out and on the way back, and asking changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import orjson
import pytest
from support.translations import call_of, case_files, event_of, events_in, play, read_case, translation_of

from keeptrusts.gateway.providers.translate.compose import MESSAGES_NAMES, Composed
from keeptrusts.gateway.providers.translate.protocol import (
    ClientApi,
    ClientCall,
    Inexpressible,
    ProviderApi,
    ProviderCall,
    ReadAnswer,
    StreamEnd,
    StreamEvent,
    Translation,
    frame,
)
from keeptrusts.gateway.providers.translate.registry import TRANSLATIONS, clients_of, translation_for
from keeptrusts.schemas.events.request import Usage

SEEN = Usage(input_tokens=5, cache_write_tokens=2, output_tokens=1)
CALL = ClientCall(document={"say": "hi"}, body=b'{"say":"hi"}', model="m", stream=True, request="req_1", created=7)


class Wrapping:
    """A translation that wraps whatever passes it into an object under its own name."""

    def __init__(
        self, name: str, *, refuses: str | None = None, usage: Usage | None = None, valid: bool = True
    ) -> None:
        self.name = name
        self.refuses = refuses
        self.usage = usage
        self.valid = valid

    @property
    def client(self) -> ClientApi:
        return "messages" if self.name == "outer" else "chat"

    @property
    def provider(self) -> ProviderApi:
        return "openai" if self.name == "outer" else "gemini"

    def request(self, call: ClientCall) -> ProviderCall | Inexpressible:
        if self.refuses is not None:
            return Inexpressible(param=self.refuses, reason="r", fix="f")
        assert call.body == orjson.dumps(call.document)
        body = orjson.dumps({self.name: call.document, "of": [call.model, call.stream, call.request, call.created]})
        return ProviderCall(path=f"/{self.name}", body=body, headers={"x-from": self.name})

    def answer(self, call: ClientCall, body: bytes) -> ReadAnswer:
        written = orjson.dumps({self.name: orjson.loads(body), "asked": sorted(call.document)})
        return ReadAnswer(body=written, usage=self.usage, model=self.name, valid=self.valid)

    def error(self, status: int, body: bytes) -> bytes | None:
        return None if body == b"page" else orjson.dumps({self.name: orjson.loads(body), "status": status})

    def stream(self, call: ClientCall) -> Counting:
        return Counting(self, call)


class Counting:
    """Gives every event as a numbered frame; "end" completes it, and only the tail says so."""

    def __init__(self, made_by: Wrapping, call: ClientCall) -> None:
        self.made_by = made_by
        self.call = call
        self.seen = 0
        self.ended = False

    def feed(self, event: StreamEvent) -> bytes:
        self.seen += 1
        if event.data == b"end":
            self.ended = True
            return b""
        return frame(event.data + f" {self.made_by.name}{self.seen}".encode())

    def end(self) -> StreamEnd:
        tail = frame(b"last") + frame(b"end") if self.ended else b""
        return StreamEnd(complete=self.ended, tail=tail, usage=self.made_by.usage, model=self.made_by.name)


def composed(**inner: Any) -> Composed:
    return Composed(outer=Wrapping("outer"), inner=Wrapping("inner", **inner), names=MESSAGES_NAMES)


def test_a_request_passes_the_outer_and_then_the_inner_one_and_is_sent_as_the_inner_one_says() -> None:
    made = composed()
    assert (made.client, made.provider) == ("messages", "gemini")
    sent = made.request(CALL)
    assert isinstance(sent, ProviderCall)
    assert (sent.path, sent.headers) == ("/inner", {"x-from": "inner"})
    of = ["m", True, "req_1", 7]
    assert orjson.loads(sent.body) == {"inner": {"outer": {"say": "hi"}, "of": of}, "of": of}


def test_an_answer_comes_back_through_both_with_what_the_inner_one_read() -> None:
    read = composed(usage=SEEN).answer(CALL, b'"a"')
    assert orjson.loads(read.body) == {"outer": {"inner": "a", "asked": ["of", "outer"]}, "asked": ["say"]}
    assert (read.usage, read.model, read.valid) == (SEEN, "inner", True)


def test_an_answer_that_the_inner_one_cannot_read_is_not_shown_to_the_outer_one() -> None:
    read = composed(usage=SEEN, valid=False).answer(CALL, b'"a"')
    assert (read.usage, read.valid) == (SEEN, False)
    outer = Composed(outer=Wrapping("outer", valid=False), inner=Wrapping("inner", usage=SEEN))
    assert (outer.answer(CALL, b'"a"').usage, outer.answer(CALL, b'"a"').valid) == (SEEN, False)


def test_an_error_comes_back_through_both_or_is_none() -> None:
    told = composed().error(429, b'"a"')
    assert told is not None
    assert orjson.loads(told) == {"outer": {"inner": "a", "status": 429}, "status": 429}
    assert composed().error(502, b"page") is None


NAMES = [
    ("messages[3].content[0].image_url.url", "messages"),
    ("tools[12].function.parameters.properties.a", "tools[12].input_schema.properties.a"),
    ("tools[1].function.name", "tools[1].name"),
    ("response_format.json_schema.schema.allOf", "output_config.format.schema.allOf"),
    ("response_format", "output_config.format"),
    ("reasoning_effort", "output_config.effort"),
    ("max_completion_tokens", "max_tokens"),
    ("stop", "stop_sequences"),
    ("user", "metadata.user_id"),
    ("temperature", "temperature"),
]


@pytest.mark.parametrize(("inner", "callers"), NAMES)
def test_a_refusal_names_the_field_as_the_caller_wrote_it(inner: str, callers: str) -> None:
    assert composed(refuses=inner).request(CALL) == Inexpressible(param=callers, reason="r", fix="f")


def test_a_refusal_of_the_outer_one_stands() -> None:
    made = Composed(outer=Wrapping("outer", refuses="stop"), inner=Wrapping("inner"), names=MESSAGES_NAMES)
    assert made.request(CALL) == Inexpressible(param="stop", reason="r", fix="f")
    with pytest.raises(ValueError, match="could not be sent"):
        made.answer(CALL, b"{}")


def test_a_stream_comes_back_through_both_and_the_inner_tail_becomes_the_callers() -> None:
    stream = composed(usage=SEEN).stream(CALL)
    said = b"".join(stream.feed(StreamEvent(None, text)) for text in (b"a", b"b"))
    assert said == frame(b"a inner1 outer1") + frame(b"b inner2 outer2")
    assert stream.end() == StreamEnd(complete=False, tail=b"", usage=SEEN, model="inner")
    assert stream.feed(StreamEvent(None, b"end")) == b""
    end = stream.end()
    assert (end.complete, end.usage, end.model) == (True, SEEN, "inner")
    assert end.tail == frame(b"last outer3") + frame(b"last") + frame(b"end")
    assert stream.end() == end


PAIRS = ("messages_gemini", "messages_bedrock")
STREAMS = [
    pytest.param(path, id=f"{path.parent.name}/{path.stem}")
    for path in case_files()
    if path.parent.name in PAIRS and "stream" in read_case(path)
]


@pytest.mark.parametrize("path", STREAMS)
def test_asking_where_a_composed_stream_stands_changes_nothing(path: Path) -> None:
    case = read_case(path)
    translation, call = translation_of(path.parent.name), call_of(case)
    events = [event_of(stored) for stored in case["stream"]]
    expected, end = play(translation, call, events)
    asked = translation.stream(call)
    frames = b""
    for event in events:
        frames += asked.feed(event)
        assert asked.end() == asked.end()
    assert frames == expected
    assert events_in(asked.end().tail) == end["tail"]


@pytest.mark.parametrize(("key", "translation"), TRANSLATIONS.items(), ids=lambda value: str(value)[:40])
def test_a_translation_stands_under_its_own_name(key: tuple[ClientApi, ProviderApi], translation: Translation) -> None:
    assert translation.client == key[0]
    # Azure is OpenAI's wire at other addresses.
    assert translation.provider == key[1] or (translation.provider, key[1]) == ("openai", "azure")
    assert translation_for(*key) is translation


def test_what_is_not_in_the_table_is_not_served() -> None:
    served = {provider: clients_of(provider) for provider in get_args(ProviderApi)}
    assert served == {
        "openai": {"chat", "messages", "responses", "embeddings"},
        "azure": {"chat", "messages", "responses", "embeddings"},
        "anthropic": {"chat", "messages", "count_tokens"},
        "gemini": {"chat", "messages", "count_tokens", "embeddings"},
        "bedrock": {"chat", "messages", "count_tokens"},
    }
    assert translation_for("responses", "anthropic") is None
    assert translation_for("embeddings", "bedrock") is None
