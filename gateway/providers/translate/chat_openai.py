"""OpenAI's chat completions to OpenAI's chat completions, and to Azure's, which differ by their address only.

Plain answers and chunks pass through as the bytes they are. Of a stream the usage is always asked for, because the
bill needs it; a caller who did not ask for it gets the stream without. The end of a stream is ``[DONE]``.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from keeptrusts.gateway.providers.translate.chat_answers import DONE, error_json
from keeptrusts.gateway.providers.translate.protocol import (
    ClientApi,
    ClientCall,
    ProviderCall,
    ReadAnswer,
    StreamEnd,
    StreamEvent,
    frame,
)
from keeptrusts.gateway.providers.translate.reported_usage import chat_usage
from keeptrusts.gateway.providers.translate.wire_json import (
    UNREADABLE,
    body_for_model,
    error_code,
    read_error_object,
    read_event,
    read_object,
    text_or_none,
    write_json,
)
from keeptrusts.schemas.events.request import Usage
from keeptrusts.schemas.frozen import frozen

_USAGE_CHUNK: Final = frozenset(
    {"id", "object", "created", "model", "choices", "usage", "service_tier", "system_fingerprint", "obfuscation"}
)
"""What a chunk may hold that is there for the usage alone."""
_NULL_USAGE: Final = (b',"usage":null', b', "usage": null')
"""How a chunk says that there is no usage yet. A quote within a text is escaped, so a text never holds these bytes."""


@frozen
class ChatOpenai:
    """``provider`` is azure where the model is part of the address."""

    provider: Literal["openai", "azure"] = "openai"

    @property
    def client(self) -> ClientApi:
        """What the caller speaks."""
        return "chat"

    def request(self, call: ClientCall) -> ProviderCall:
        """Give the caller's body; streams ask for the usage as well."""
        if not call.stream or _asked_for_usage(call):
            return ProviderCall(path="/chat/completions", body=body_for_model(call))
        options = call.document.get("stream_options")
        document = {
            **call.document,
            "model": call.model,
            "stream_options": {**(options if isinstance(options, dict) else {}), "include_usage": True},
        }
        return ProviderCall(path="/chat/completions", body=write_json(document))

    def answer(self, call: ClientCall, body: bytes) -> ReadAnswer:
        """Read the usage (https://platform.openai.com/docs/api-reference/chat/object); the body stays as it is."""
        document = read_object(body)
        if document is None:
            return UNREADABLE
        return ReadAnswer(
            body=body,
            usage=chat_usage(document.get("usage")),
            model=text_or_none(document.get("model")),
            valid=isinstance(document.get("choices"), list),
        )

    def error(self, status: int, body: bytes) -> bytes | None:
        """Give the body as it is when it holds an error as OpenAI writes it."""
        return openai_error(status, body)

    def stream(self, call: ClientCall) -> _ChatStream:
        """Begin to read a stream."""
        return _ChatStream(usage_wanted=_asked_for_usage(call))


def openai_error(status: int, body: bytes) -> bytes | None:
    """Give the body of an error on any of OpenAI's routes unchanged, or None when it is none.

    Google's address for this wire has a form of its own, ``[{"error": {"code", "message", "status"}}]``, which no
    client of OpenAI's reads: it is written anew.
    """
    document = read_object(body)
    if document is not None:
        return body if isinstance(document.get("error"), dict) else None
    match read_error_object(body):
        case {"error": {"message": str(message), **rest}}:
            code = text_or_none(rest.get("status"))
            return error_json(status, message, None if code is None else code.lower())
        case _:
            return None


class _ChatStream:
    """One stream; ``usage_wanted`` when the caller asked for the usage itself."""

    __slots__ = ("_complete", "_error", "_model", "_tail", "_usage", "_usage_wanted")

    def __init__(self, *, usage_wanted: bool) -> None:
        self._usage_wanted = usage_wanted
        self._usage: Usage | None = None
        self._model: str | None = None
        self._complete = False
        self._error: str | None = None
        self._tail = b""

    def feed(self, event: StreamEvent) -> bytes:
        """Take one chunk; raises ValueError when it is none."""
        if self._tail:
            return b""  # Nothing of a stream counts after its end.
        data = event.data
        if data == b"[DONE]":
            self._complete = True
            self._tail = DONE
            return b""
        chunk = read_event(data)
        if chunk.get("error"):
            return self._fail(chunk["error"], data)
        choices = chunk.get("choices")
        if not isinstance(choices, list):
            raise ValueError("an event of the stream has no list of choices")
        if self._model is None:
            self._model = text_or_none(chunk.get("model"))
        if "usage" not in chunk:
            return frame(data)
        return self._with_usage(chunk, data)

    def end(self) -> StreamEnd:
        """Say where the stream stands."""
        return StreamEnd(
            complete=self._complete, tail=self._tail, usage=self._usage, model=self._model, error=self._error
        )

    def _with_usage(self, chunk: dict[str, Any], data: bytes) -> bytes:
        # Some servers report running totals in every chunk: the last report is the one that counts.
        self._usage = chat_usage(chunk["usage"]) or self._usage
        if self._usage_wanted:
            return frame(data)
        if chunk["usage"] is None:
            for null in _NULL_USAGE:
                if data.count(null) == 1:
                    return frame(data.replace(null, b""))
        elif not chunk["choices"] and chunk.keys() <= _USAGE_CHUNK:
            return b""
        return frame(write_json({key: value for key, value in chunk.items() if key != "usage"}))

    def _fail(self, error: Any, data: bytes) -> bytes:
        about = error if isinstance(error, dict) else {}
        self._error = error_code(about.get("code"), about.get("type"))
        self._tail = frame(data)
        return b""


def _asked_for_usage(call: ClientCall) -> bool:
    options = call.document.get("stream_options")
    return isinstance(options, dict) and options.get("include_usage") is True
