"""Reads chunks of a chat completion (OpenAI's wire) and gives them as the events of a message (Anthropic's wire).

Anthropic's order is kept: one block after the other, each begun, filled and ended. Counts come at the end only, so
``message_start`` says zero and ``message_delta`` tells all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from keeptrusts.gateway.providers.translate.protocol import ClientCall, StreamEnd, StreamEvent, frame
from keeptrusts.gateway.providers.translate.reported_usage import chat_usage
from keeptrusts.gateway.providers.translate.wire_json import error_code, read_event, text_or_none, write_json
from keeptrusts.schemas.events.request import Usage

STOP_REASONS: Final[Mapping[str, str]] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "function_call": "tool_use",
    "content_filter": "refusal",
}
_ERROR_TYPES: Final[Mapping[int, str]] = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    422: "invalid_request_error",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
}


def stop_reason(finish_reason: Any, *, calls: bool, refused: bool) -> str:
    """Give the stop reason; the call of a named tool ends with ``stop`` on OpenAI's wire, and is ``tool_use`` here."""
    if refused:
        return "refusal"
    reason = STOP_REASONS.get(finish_reason, "end_turn") if isinstance(finish_reason, str) else "end_turn"
    return "tool_use" if calls and reason == "end_turn" else reason


def message_usage(usage: Usage | None) -> dict[str, Any]:
    """Write counts as Anthropic does: input_tokens leave out what was read from and written to a cache."""
    if usage is None:
        return {"input_tokens": 0, "output_tokens": 0}
    return {
        "input_tokens": max(0, usage.input_tokens - usage.cache_read_tokens - usage.cache_write_tokens),
        "cache_creation_input_tokens": usage.cache_write_tokens,
        "cache_read_input_tokens": usage.cache_read_tokens,
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"thinking_tokens": usage.reasoning_tokens},
    }


def message_error(status: int, error: Any) -> bytes | None:
    """Give OpenAI's ``error`` as Anthropic writes it, or None when it is no error."""
    if not isinstance(error, dict):
        return None
    kind = _ERROR_TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")
    message = text_or_none(error.get("message")) or error_code(error.get("code"), error.get("type"))
    return write_json({"type": "error", "error": {"type": kind, "message": message}})


class MessageEvents:
    """One stream."""

    def __init__(self, *, call: ClientCall) -> None:
        self._call = call
        self._begun = False
        self._model: str | None = None
        self._usage: Usage | None = None
        self._blocks = 0
        self._open: int | None = None
        self._open_call: int | None = None
        self._calls: set[int] = set()
        self._refused = False
        self._finish_reason: str | None = None
        self._complete = False
        self._error: str | None = None
        self._tail = b""

    def feed(self, event: StreamEvent) -> bytes:
        """Take one chunk; raises ValueError when it is none of this wire."""
        if self._tail:
            return b""  # Nothing of a stream counts after its end.
        if event.data == b"[DONE]":
            return self._finish()
        chunk = read_event(event.data)
        if chunk.get("error"):
            return self._fail(chunk["error"])
        choices = chunk.get("choices")
        if not isinstance(choices, list):
            raise ValueError("an event of the stream has no list of choices")
        self._usage = chat_usage(chunk.get("usage")) or self._usage
        if not choices:
            return b""  # Usage, or what a filter said of the prompt.
        return self._start(chunk) + self._choice(choices[0])

    def end(self) -> StreamEnd:
        """Say where the stream stands."""
        return StreamEnd(
            complete=self._complete, tail=self._tail, usage=self._usage, model=self._model, error=self._error
        )

    def _start(self, chunk: Mapping[str, Any]) -> bytes:
        if self._begun:
            return b""
        self._begun = True
        self._model = text_or_none(chunk.get("model"))
        message: dict[str, Any] = {
            "id": text_or_none(chunk.get("id")) or self._call.request,
            "type": "message",
            "role": "assistant",
            "model": self._model or self._call.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": message_usage(None),
        }
        return _event("message_start", {"message": message})

    def _choice(self, choice: Any) -> bytes:
        delta = choice.get("delta") if isinstance(choice, dict) else None
        if not isinstance(delta, dict) or choice.get("index", 0) != 0:
            raise ValueError("a choice of the stream holds no delta, or there are several choices")
        out = self._text(delta.get("content")) + self._refusal(delta.get("refusal"))
        calls = delta.get("tool_calls")
        if calls is not None and not isinstance(calls, list):
            raise ValueError("tool_calls of the stream is no list")
        for call in calls or ():
            out += self._call_delta(call)
        reason = text_or_none(choice.get("finish_reason"))
        if reason is None:
            return out
        self._finish_reason = reason
        return out + self._close()

    def _text(self, text: Any) -> bytes:
        if text is None or text == "":
            return b""
        if not isinstance(text, str):
            raise ValueError("content of the stream is no text")
        out = b""
        if self._open is None or self._open_call is not None:
            out = self._close() + self._begin({"type": "text", "text": ""})
        return out + self._delta({"type": "text_delta", "text": text})

    def _refusal(self, text: Any) -> bytes:
        self._refused = self._refused or bool(text)
        return self._text(text)

    def _call_delta(self, call: Any) -> bytes:
        number = call.get("index") if isinstance(call, dict) else None
        if not isinstance(number, int):
            raise ValueError("a tool call of the stream has no index")
        function = call.get("function")
        function = function if isinstance(function, dict) else {}
        out = b""
        if number not in self._calls:
            out = self._begin_call(number, call.get("id"), function.get("name"))
        elif self._open_call != number:
            raise ValueError("a tool call of the stream goes on after another one began")
        fragment = text_or_none(function.get("arguments"))
        return out if fragment is None else out + self._delta({"type": "input_json_delta", "partial_json": fragment})

    def _begin_call(self, number: int, identifier: Any, name: Any) -> bytes:
        if not isinstance(identifier, str) or not isinstance(name, str):
            raise ValueError("a tool call of the stream begins without id or name")
        closed = self._close()
        self._calls.add(number)
        out = closed + self._begin({"type": "tool_use", "id": identifier, "name": name, "input": {}})
        self._open_call = number
        return out

    def _begin(self, block: Mapping[str, Any]) -> bytes:
        self._open = self._blocks
        self._blocks += 1
        return _event("content_block_start", {"index": self._open, "content_block": block})

    def _delta(self, delta: Mapping[str, Any]) -> bytes:
        return _event("content_block_delta", {"index": self._open, "delta": delta})

    def _close(self) -> bytes:
        if self._open is None:
            return b""
        out = _event("content_block_stop", {"index": self._open})
        self._open = self._open_call = None
        return out

    def _finish(self) -> bytes:
        if not self._begun:
            raise ValueError("the stream ended before it began")
        reason = stop_reason(self._finish_reason, calls=bool(self._calls), refused=self._refused)
        self._complete = True
        self._tail = _event("message_stop", {})
        delta = {"stop_reason": reason, "stop_sequence": None}
        return self._close() + _event("message_delta", {"delta": delta, "usage": message_usage(self._usage)})

    def _fail(self, error: Any) -> bytes:
        about = error if isinstance(error, dict) else {}
        self._error = error_code(about.get("code"), about.get("type"))
        self._tail = frame(message_error(500, about) or b"", "error")
        return b""


def _event(kind: str, said: Mapping[str, Any]) -> bytes:
    return frame(write_json({"type": kind, **said}), kind)
