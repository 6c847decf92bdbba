"""A translation made of two: the caller's wire to OpenAI's chat, and OpenAI's chat to the provider's wire. Pure.

Requests go outward through both, answers, errors and streams come back through both. Usage and model are what the
inner one read, because it has seen what the provider said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from typing import Final

import orjson

from keeptrusts.gateway.providers.translate.protocol import (
    ClientApi,
    ClientCall,
    Inexpressible,
    ProviderApi,
    ProviderCall,
    ReadAnswer,
    StreamEnd,
    StreamEvent,
    StreamTranslation,
    Translation,
)
from keeptrusts.gateway.providers.translate.sse import SseParser
from keeptrusts.schemas.frozen import frozen, replace

Renaming = tuple[re.Pattern[str], str]

MESSAGES_NAMES: Final[Sequence[Renaming]] = (
    (re.compile(r"^messages\[.*"), "messages"),
    (re.compile(r"^(tools\[\d+\])\.function\.parameters"), r"\1.input_schema"),
    (re.compile(r"^(tools\[\d+\])\.function"), r"\1"),
    (re.compile(r"^response_format\.json_schema\.schema"), "output_config.format.schema"),
    (re.compile(r"^response_format.*"), "output_config.format"),
    (re.compile(r"^reasoning_effort$"), "output_config.effort"),
    (re.compile(r"^parallel_tool_calls$"), "tool_choice.disable_parallel_tool_use"),
    (re.compile(r"^max_completion_tokens$"), "max_tokens"),
    (re.compile(r"^stop$"), "stop_sequences"),
    (re.compile(r"^user$"), "metadata.user_id"),
)
"""What a field of the chat call is called in Anthropic's messages. Messages are counted otherwise there, so a path
into one of them only says ``messages``."""


@frozen
class Composed:
    """``outer`` speaks the caller's wire and OpenAI's chat, ``inner`` OpenAI's chat and the provider's wire.

    ``names`` gives the caller's name of a field that the inner one cannot say; the first pattern that fits counts.
    """

    outer: Translation
    inner: Translation
    names: Sequence[Renaming] = ()

    @property
    def client(self) -> ClientApi:
        """What the caller speaks."""
        return self.outer.client

    @property
    def provider(self) -> ProviderApi:
        """What the target speaks."""
        return self.inner.provider

    def request(self, call: ClientCall) -> ProviderCall | Inexpressible:
        """Give what to send, or what one of both cannot say, by the caller's name for it."""
        chat = self._chat(call)
        if type(chat) is Inexpressible:
            return chat
        sent = self.inner.request(chat)
        return replace(sent, param=self._name(sent.param)) if type(sent) is Inexpressible else sent

    def answer(self, call: ClientCall, body: bytes) -> ReadAnswer:
        """Read a plain answer through both."""
        chat = self._chat(call)
        if type(chat) is Inexpressible:
            raise ValueError("an answer came to a call that could not be sent")
        read = self.inner.answer(chat, body)
        if not read.valid:
            return read
        told = self.outer.answer(call, read.body)
        return ReadAnswer(body=told.body, usage=read.usage, model=read.model, valid=told.valid)

    def error(self, status: int, body: bytes) -> bytes | None:
        """Give an error through both, or None when it is none of this provider's wire."""
        chat = self.inner.error(status, body)
        return None if chat is None else self.outer.error(status, chat)

    def stream(self, call: ClientCall) -> StreamTranslation:
        """Begin to read a stream through both."""
        chat = self._chat(call)
        if type(chat) is Inexpressible:
            raise ValueError("a stream came to a call that could not be sent")
        return _ComposedStream(call, self.outer.stream(call), self.inner.stream(chat))

    def _chat(self, call: ClientCall) -> ClientCall | Inexpressible:
        made = self.outer.request(call)
        if type(made) is Inexpressible:
            return made
        return replace(call, document=orjson.loads(made.body), body=made.body)

    def _name(self, param: str) -> str:
        for pattern, name in self.names:
            if pattern.match(param):
                return pattern.sub(name, param)
        return param


class _ComposedStream:
    """One stream; what the inner one says are frames of chat, which are the outer one's events."""

    __slots__ = ("_call", "_inner", "_outer")

    def __init__(self, call: ClientCall, outer: StreamTranslation, inner: StreamTranslation) -> None:
        self._call = call
        self._outer = outer
        self._inner = inner

    def feed(self, event: StreamEvent) -> bytes:
        """Take one event of the provider."""
        return _through(self._outer, self._inner.feed(event))

    def end(self) -> StreamEnd:
        """Say where the stream stands; a copy of the outer stream hears the inner tail, so asking changes nothing."""
        inner = self._inner.end()
        if not inner.tail:
            return inner
        outer = deepcopy(self._outer, {id(self._call): self._call})
        try:
            told = _through(outer, inner.tail)
        except ValueError:
            # What the outer wire cannot end properly has not ended.
            return replace(inner, complete=False, tail=b"")
        end = outer.end()
        return replace(inner, complete=inner.complete and end.complete, tail=told + end.tail)


def _through(outer: StreamTranslation, frames: bytes) -> bytes:
    return b"".join(outer.feed(event) for event in SseParser().feed(frames)) if frames else b""
