"""Anthropic's messages to Anthropic's messages: answers and events pass through as the bytes they are.

The end of a stream is ``message_stop``. Its usage is that of ``message_start``, brought up to date by
``message_delta``, whose counts are totals (https://platform.claude.com/docs/en/build-with-claude/streaming).
"""

from __future__ import annotations

from typing import Any

from keeptrusts.gateway.providers.translate.protocol import (
    ClientApi,
    ClientCall,
    ProviderApi,
    ProviderCall,
    ReadAnswer,
    StreamEnd,
    StreamEvent,
    frame,
)
from keeptrusts.gateway.providers.translate.reported_usage import anthropic_usage
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


@frozen
class MessagesAnthropic:
    """The versions and betas that a caller names in headers are passed on with the address, not here."""

    @property
    def client(self) -> ClientApi:
        """What the caller speaks."""
        return "messages"

    @property
    def provider(self) -> ProviderApi:
        """What the target speaks."""
        return "anthropic"

    def request(self, call: ClientCall) -> ProviderCall:
        """Give the caller's body."""
        return ProviderCall(path="/v1/messages", body=body_for_model(call))

    def answer(self, call: ClientCall, body: bytes) -> ReadAnswer:
        """Read the usage (https://platform.claude.com/docs/en/api/messages); the body stays as it is."""
        document = read_object(body)
        if document is None:
            return UNREADABLE
        return ReadAnswer(
            body=body,
            usage=anthropic_usage(document.get("usage")),
            model=text_or_none(document.get("model")),
            valid=document.get("type") == "message" and isinstance(document.get("content"), list),
        )

    def error(self, status: int, body: bytes) -> bytes | None:
        """Give the body as it is when it holds an error as Anthropic writes it."""
        return anthropic_error(body)

    def stream(self, call: ClientCall) -> _MessageStream:
        """Begin to read a stream."""
        return _MessageStream()


def anthropic_error(body: bytes) -> bytes | None:
    """Give the body of an error on any of Anthropic's routes unchanged, or None when it is none."""
    document = read_object(body)
    is_error = document is not None and document.get("type") == "error" and isinstance(document.get("error"), dict)
    return body if is_error else None


class _MessageStream:
    __slots__ = ("_complete", "_error", "_model", "_reported", "_tail", "_usage")

    def __init__(self) -> None:
        self._reported: dict[str, Any] = {}
        self._usage: Usage | None = None
        self._model: str | None = None
        self._complete = False
        self._error: str | None = None
        self._tail = b""

    def feed(self, event: StreamEvent) -> bytes:
        """Take one event; raises ValueError when it is none of this wire. Unknown kinds pass through."""
        if self._tail:
            return b""  # Nothing of a stream counts after its end.
        said = read_event(event.data)
        kind = said.get("type")
        if not isinstance(kind, str):
            raise ValueError("an event of the stream does not say its type")
        # The official clients skip events that are not named, so a server that names none is helped.
        out = frame(event.data, event_name(event.type, kind))
        match kind:
            case "message_start":
                self._start(said.get("message"))
            case "message_delta":
                self._note(said.get("usage"))
                self._usage = anthropic_usage(self._reported)
            case "message_stop":
                self._complete, self._tail = True, out
                return b""
            case "error":
                self._error, self._tail = stream_error_code(said), out
                return b""
        return out

    def end(self) -> StreamEnd:
        """Say where the stream stands."""
        return StreamEnd(
            complete=self._complete, tail=self._tail, usage=self._usage, model=self._model, error=self._error
        )

    def _start(self, message: Any) -> None:
        if not isinstance(message, dict):
            raise ValueError("message_start holds no message")
        self._model = text_or_none(message.get("model"))
        self._note(message.get("usage"))

    def _note(self, usage: Any) -> None:
        if isinstance(usage, dict):
            self._reported.update((name, count) for name, count in usage.items() if count is not None)


def stream_error_code(said: dict[str, Any]) -> str:
    """Give the code of an ``error`` event."""
    error = said.get("error")
    return error_code(error.get("type") if isinstance(error, dict) else None)
