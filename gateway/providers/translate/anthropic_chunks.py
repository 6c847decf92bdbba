"""Reads a stream of Anthropic's messages and gives it as chunks of a chat completion.

Calls of tools are counted in the order in which they begin. A call without arguments has no fragments on Anthropic's
wire; callers read arguments as JSON, so they get ``{}``. Thinking is not passed on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keeptrusts.gateway.providers.translate.chat_answers import ChunkWriter, FinishReason
from keeptrusts.gateway.providers.translate.chat_anthropic_errors import chat_error
from keeptrusts.gateway.providers.translate.chat_settings import wants_usage
from keeptrusts.gateway.providers.translate.protocol import ClientCall, StreamEnd, StreamEvent, frame
from keeptrusts.gateway.providers.translate.reported_usage import anthropic_usage
from keeptrusts.gateway.providers.translate.wire_json import error_code, read_event, text_or_none, write_json
from keeptrusts.schemas.events.request import Usage


class AnthropicChunks:
    """One stream."""

    def __init__(self, *, call: ClientCall, finish_reasons: Mapping[str, FinishReason]) -> None:
        self._writer = ChunkWriter(created=call.created, usage=wants_usage(call.document))
        self._finish_reasons = finish_reasons
        self._fallback_model = call.model
        self._id = call.request
        self._model: str | None = None
        self._begun = False
        self._reported: dict[str, Any] = {}
        self._usage: Usage | None = None
        self._calls: dict[int, _Call] = {}
        self._complete = False
        self._error: str | None = None
        self._tail = b""

    def feed(self, event: StreamEvent) -> bytes:
        """Take one event; raises ValueError when it is none of this wire. Kinds that are not known are left out."""
        if self._tail:
            return b""  # Nothing of a stream counts after its end.
        said = read_event(event.data)
        kind = said.get("type")
        match kind:
            case "message_start":
                return self._start(said.get("message"))
            case "error":
                return self._fail(said)
            case "ping":
                return b""
        if not isinstance(kind, str) or not self._begun:
            raise ValueError("the stream does not begin with message_start")
        match kind:
            case "content_block_delta":
                return self._delta(_index(said), said.get("delta"))
            case "content_block_start":
                return self._block(_index(said), said.get("content_block"))
            case "content_block_stop":
                return self._block_end(_index(said))
            case "message_delta":
                return self._message_delta(said)
            case "message_stop":
                self._complete = True
                self._tail = self._writer.tail(self._id, self._name, self._usage)
        return b""

    def end(self) -> StreamEnd:
        """Say where the stream stands."""
        return StreamEnd(
            complete=self._complete, tail=self._tail, usage=self._usage, model=self._model, error=self._error
        )

    @property
    def _name(self) -> str:
        return self._model or self._fallback_model

    def _start(self, message: Any) -> bytes:
        if not isinstance(message, dict) or self._begun:
            raise ValueError("message_start holds no message, or came twice")
        self._begun = True
        self._id = text_or_none(message.get("id")) or self._id
        self._model = text_or_none(message.get("model"))
        self._note(message.get("usage"))
        return self._say({"content": ""})

    def _block(self, index: int, block: Any) -> bytes:
        match block:
            case {"type": "text", "text": str(text)}:
                return self._say({"content": text}) if text else b""
            case {"type": "tool_use", "id": str(identifier), "name": str(name)}:
                call = self._calls[index] = _Call(number=len(self._calls), given=block.get("input"))
                begin = {"index": call.number, "id": identifier, "type": "function"}
                return self._say({"tool_calls": [{**begin, "function": {"name": name, "arguments": ""}}]})
            case {"type": str(kind)} if kind not in ("text", "tool_use"):
                return b""
        raise ValueError("a block of the stream is malformed")

    def _delta(self, index: int, delta: Any) -> bytes:
        match delta:
            case {"type": "text_delta", "text": str(text)}:
                return self._say({"content": text}) if text else b""
            case {"type": "input_json_delta", "partial_json": str(fragment)}:
                return self._fragment(index, fragment)
            case {"type": str(kind)} if kind not in ("text_delta", "input_json_delta"):
                return b""
        raise ValueError("a delta of the stream is malformed")

    def _fragment(self, index: int, fragment: str) -> bytes:
        call = self._calls.get(index)
        if call is None or not fragment:
            return b""  # Tools that the provider runs itself have fragments as well; callers know nothing of them.
        call.has_fragments = True
        return self._arguments(call, fragment)

    def _block_end(self, index: int) -> bytes:
        call = self._calls.get(index)
        if call is None or call.has_fragments:
            return b""
        return self._arguments(call, write_json(call.given if isinstance(call.given, dict) else {}).decode())

    def _message_delta(self, said: Mapping[str, Any]) -> bytes:
        self._note(said.get("usage"))
        self._usage = anthropic_usage(self._reported)
        delta = said.get("delta")
        if not isinstance(delta, dict) or delta.get("stop_reason") is None:
            return b""
        reason = delta["stop_reason"]
        finish = self._finish_reasons.get(reason, "stop") if isinstance(reason, str) else "stop"
        details = delta.get("stop_details")
        explanation = text_or_none(details.get("explanation")) if isinstance(details, dict) else None
        refusal = b"" if explanation is None else self._say({"refusal": explanation})
        return refusal + self._writer.finish(self._id, self._name, 0, finish)

    def _arguments(self, call: _Call, fragment: str) -> bytes:
        return self._say({"tool_calls": [{"index": call.number, "function": {"arguments": fragment}}]})

    def _say(self, delta: Mapping[str, Any]) -> bytes:
        return self._writer.delta(self._id, self._name, 0, delta)

    def _note(self, usage: Any) -> None:
        if isinstance(usage, dict):
            self._reported.update((name, count) for name, count in usage.items() if count is not None)

    def _fail(self, said: Mapping[str, Any]) -> bytes:
        told = chat_error(said)
        if told is None:
            raise ValueError("an error event of the stream holds no error")
        self._error = error_code(said["error"].get("type"))
        self._tail = frame(told)
        return b""


class _Call:
    """A call of a tool within a stream; ``given`` is the input that its block began with."""

    __slots__ = ("given", "has_fragments", "number")

    def __init__(self, *, number: int, given: Any) -> None:
        self.number = number
        self.given = given
        self.has_fragments = False


def _index(said: Mapping[str, Any]) -> int:
    index = said.get("index")
    if not isinstance(index, int):
        raise ValueError("an event of the stream does not say which block it is about")
    return index
