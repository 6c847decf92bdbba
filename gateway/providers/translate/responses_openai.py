"""OpenAI's responses to OpenAI's responses, and to Azure's: answers and events pass through as the bytes they are.

A stream ends with ``response.completed``, ``response.incomplete`` or ``response.failed``, which hold the whole
response and its usage, or with an ``error`` event.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from keeptrusts.gateway.providers.translate.chat_openai import openai_error
from keeptrusts.gateway.providers.translate.protocol import (
    ClientApi,
    ClientCall,
    ProviderCall,
    ReadAnswer,
    StreamEnd,
    StreamEvent,
    frame,
)
from keeptrusts.gateway.providers.translate.reported_usage import responses_usage
from keeptrusts.gateway.providers.translate.wire_json import (
    UNREADABLE,
    body_for_model,
    error_code,
    event_name,
    read_event,
    read_object,
    text_or_none,
)
from keeptrusts.schemas.events.request import Usage
from keeptrusts.schemas.frozen import frozen

_LAST: Final = frozenset({"response.completed", "response.incomplete", "response.failed"})


@frozen
class ResponsesOpenai:
    """``provider`` is azure for Azure's addresses."""

    provider: Literal["openai", "azure"] = "openai"

    @property
    def client(self) -> ClientApi:
        """What the caller speaks."""
        return "responses"

    def request(self, call: ClientCall) -> ProviderCall:
        """Give the caller's body."""
        return ProviderCall(path="/responses", body=body_for_model(call))

    def answer(self, call: ClientCall, body: bytes) -> ReadAnswer:
        """Read the usage (https://platform.openai.com/docs/api-reference/responses/object); the body stays as it is.

        A response that still runs in the background has no usage yet.
        """
        document = read_object(body)
        if document is None:
            return UNREADABLE
        return ReadAnswer(
            body=body,
            usage=responses_usage(document.get("usage")),
            model=text_or_none(document.get("model")),
            valid=isinstance(document.get("output"), list),
        )

    def error(self, status: int, body: bytes) -> bytes | None:
        """Give the body as it is when it holds an error as OpenAI writes it."""
        return openai_error(status, body)

    def stream(self, call: ClientCall) -> _ResponseStream:
        """Begin to read a stream."""
        return _ResponseStream()


class _ResponseStream:
    __slots__ = ("_complete", "_error", "_model", "_tail", "_usage")

    def __init__(self) -> None:
        self._usage: Usage | None = None
        self._model: str | None = None
        self._complete = False
        self._error: str | None = None
        self._tail = b""

    def feed(self, event: StreamEvent) -> bytes:
        """Take one event; raises ValueError when it is none of this wire. Unknown kinds pass through."""
        if self._tail:
            return b""  # Some servers add [DONE] after the end.
        said = read_event(event.data)
        kind = said.get("type")
        if kind is None and said.get("error"):
            return self._fail(said["error"], frame(event.data, event.type))
        if not isinstance(kind, str):
            raise ValueError("an event of the stream does not say its type")
        out = frame(event.data, event_name(event.type, kind))
        if kind == "error":
            return self._fail(said.get("error") or said, out)
        if self._model is None or kind in _LAST:
            self._note(said.get("response"))
        if kind not in _LAST:
            return out
        self._complete, self._tail = True, out
        if kind == "response.failed":
            self._error = _failure(said.get("response"))
        return b""

    def end(self) -> StreamEnd:
        """Say where the stream stands."""
        return StreamEnd(
            complete=self._complete, tail=self._tail, usage=self._usage, model=self._model, error=self._error
        )

    def _note(self, response: Any) -> None:
        if isinstance(response, dict):
            self._model = text_or_none(response.get("model")) or self._model
            self._usage = responses_usage(response.get("usage"))

    def _fail(self, error: Any, out: bytes) -> bytes:
        about = error if isinstance(error, dict) else {}
        self._error, self._tail = error_code(about.get("code"), about.get("type")), out
        return b""


def _failure(response: Any) -> str:
    error = response.get("error") if isinstance(response, dict) else None
    return error_code(error.get("code") if isinstance(error, dict) else None)
