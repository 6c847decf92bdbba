"""Reads Bedrock's Converse answers, streams and errors and says them as OpenAI's chat completions do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from keeptrusts.gateway.providers.translate.chat_answers import (
    AnsweredCall,
    Choice,
    ChunkWriter,
    FinishReason,
    call_json,
    completion,
    counts,
    error_json,
    made_id,
)
from keeptrusts.gateway.providers.translate.protocol import (
    ClientCall,
    ReadAnswer,
    StreamEnd,
    StreamEvent,
    frame,
)
from keeptrusts.gateway.providers.translate.wire_json import UNREADABLE, error_code, read_event, read_object, write_json
from keeptrusts.schemas.events.request import Usage

_FINISHED: Final[Mapping[str, FinishReason]] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "guardrail_intervened": "content_filter",
    "content_filtered": "content_filter",
}
_BROKEN: Final = frozenset({"malformed_model_output", "malformed_tool_use"})
"""Reasons that leave no answer to show: Bedrock itself could not read the model's output."""
_CODES: Final[Mapping[int, str]] = {
    400: "validation_exception",
    403: "access_denied_exception",
    404: "resource_not_found_exception",
    408: "model_timeout_exception",
    424: "model_error_exception",
    429: "throttling_exception",
    500: "internal_server_exception",
    503: "service_unavailable_exception",
}
"""Converse's errors by status; the name itself comes only in a header."""
_STATUSES: Final[Mapping[str, int]] = {
    "internalServerException": 500,
    "modelStreamErrorException": 502,
    "validationException": 400,
    "throttlingException": 429,
    "serviceUnavailableException": 503,
}
"""Errors within a stream; the framing gives an exception's name as the event's type."""


def read_plain(call: ClientCall, body: bytes) -> ReadAnswer:
    """Read a plain answer."""
    document = read_object(body)
    if document is None:
        return UNREADABLE
    usage = _usage(document.get("usage"))
    model = _invoked(document)
    try:
        text, calls = _content(document)
        reason = _reason(document)
    except ValueError:
        # What cannot be shown is billed all the same.
        return ReadAnswer(body=b"", usage=usage, model=model, valid=False)
    finish = _FINISHED.get(reason, "stop")
    choice = Choice(index=0, text=text or (None if calls else ""), calls=calls, finish=finish)
    written = completion("chatcmpl-" + made_id(call), call.created, model or call.model, [choice], usage)
    return ReadAnswer(body=written, usage=usage, model=model, valid=True)


def read_error(status: int, body: bytes) -> bytes | None:
    """Read ``{"message": ...}``, which some of the service's front ends write with a capital."""
    document = read_object(body) or {}
    message = document.get("message") or document.get("Message")
    return error_json(status, message, _CODES.get(status)) if isinstance(message, str) else None


class BedrockStream:
    """Reads one stream. It has ended when ``messageStop`` and then ``metadata``, which holds the usage, have come."""

    def __init__(self, call: ClientCall, *, usage: bool) -> None:
        self._identifier = "chatcmpl-" + made_id(call)
        self._asked = call.model
        self._model: str | None = None
        self._writer = ChunkWriter(created=call.created, usage=usage)
        self._blocks: dict[int, int] = {}
        self._unargued: set[int] = set()
        self._stopped = False
        self._metered = False
        self._usage: Usage | None = None
        self._failure: tuple[str, bytes] | None = None

    def feed(self, event: StreamEvent) -> bytes:
        """Take one event; kinds that are not listed are newer than this and are left out."""
        if self._failure is not None or (self._stopped and self._metered):
            return b""  # Nothing of a stream counts after its end.
        document = read_event(event.data)
        match event.type:
            case "messageStart":
                return self._delta({"content": ""})
            case "contentBlockStart":
                return self._start(document)
            case "contentBlockDelta":
                return self._continue(document)
            case "contentBlockStop":
                return self._close(document)
            case "messageStop":
                return self._stop(document)
            case "metadata":
                return self._meter(document)
            case str(name) if name.endswith("Exception") or name.startswith("error"):
                self._fail(name, document)
        return b""

    def end(self) -> StreamEnd:
        """Say where the stream stands."""
        if self._failure is not None:
            code, tail = self._failure
            return StreamEnd(complete=False, tail=tail, usage=self._usage, model=self._model, error=code)
        if not self._stopped or not self._metered:
            return StreamEnd(complete=False, tail=b"", usage=None, model=self._model)
        tail = self._writer.tail(self._identifier, self._model or self._asked, self._usage)
        return StreamEnd(complete=True, tail=tail, usage=self._usage, model=self._model)

    def _start(self, document: Mapping[str, Any]) -> bytes:
        start = document.get("start")
        tool = start.get("toolUse") if isinstance(start, dict) else None
        if tool is None:
            return b""
        if not isinstance(tool, dict):
            raise ValueError("a tool call is no object")
        ordinal = len(self._blocks)
        block = _index(document)
        self._blocks[block] = ordinal
        self._unargued.add(block)
        called = AnsweredCall(id=_text(tool, "toolUseId"), name=_text(tool, "name"), arguments="")
        return self._delta({"tool_calls": [call_json(called, ordinal)]})

    def _continue(self, document: Mapping[str, Any]) -> bytes:
        match document.get("delta"):
            case {"text": str(text)}:
                return self._delta({"content": text})
            case {"toolUse": {"input": str(fragment)}}:
                return self._argue(_index(document), fragment)
            case {"reasoningContent": _} | {"citation": _}:
                return b""
            case _:
                raise ValueError("a delta is of a kind that was not asked for")

    def _close(self, document: Mapping[str, Any]) -> bytes:
        block = _index(document)
        if block not in self._unargued:
            return b""
        # A function without arguments is called with none here, and with an empty object there.
        return self._argue(block, "{}")

    def _argue(self, block: int, fragment: str) -> bytes:
        if block not in self._blocks:
            raise ValueError("arguments came for a tool call that had not begun")
        if not fragment:
            return b""
        self._unargued.discard(block)
        return self._delta({"tool_calls": [{"index": self._blocks[block], "function": {"arguments": fragment}}]})

    def _stop(self, document: Mapping[str, Any]) -> bytes:
        reason = _reason(document)
        self._stopped = True
        return self._writer.finish(self._identifier, self._model or self._asked, 0, _FINISHED.get(reason, "stop"))

    def _meter(self, document: Mapping[str, Any]) -> bytes:
        self._metered = True
        self._usage = _usage(document.get("usage"))
        self._model = _invoked(document)
        return b""

    def _fail(self, name: str, document: Mapping[str, Any]) -> None:
        message = document.get("message")
        said = message if isinstance(message, str) and message else "The provider reported an error."
        code = error_code(_snake(name.removeprefix("error:")))
        self._failure = (code, frame(error_json(_STATUSES.get(name, 502), said, code)))

    def _delta(self, said: Mapping[str, Any]) -> bytes:
        return self._writer.delta(self._identifier, self._model or self._asked, 0, said)


def _reason(document: Mapping[str, Any]) -> str:
    reason = _text(document, "stopReason")
    if reason in _BROKEN:
        raise ValueError("the provider could not read its model's output")
    return reason


def _content(document: Mapping[str, Any]) -> tuple[str, tuple[AnsweredCall, ...]]:
    match document.get("output"):
        case {"message": {"content": list(blocks)}}:
            pass
        case _:
            raise ValueError("the answer holds no message")
    texts: list[str] = []
    calls: list[AnsweredCall] = []
    for block in blocks:
        match block:
            case {"text": str(text)}:
                texts.append(text)
            case {"toolUse": {"toolUseId": str(identifier), "name": str(name), "input": arguments}}:
                written = write_json(arguments).decode()
                calls.append(AnsweredCall(id=identifier, name=name, arguments=written))
            case {"citationsContent": {"content": list(cited)}}:
                texts.extend(one["text"] for one in cited if isinstance(one, dict) and isinstance(one.get("text"), str))
            case {"reasoningContent": _}:
                continue
            case _:
                raise ValueError("a block is of a kind that was not asked for")
    return "".join(texts), tuple(calls)


def _usage(reported: Any) -> Usage | None:
    """Read token counts: Bedrock counts what was read from and written to a cache apart from the input.

    See https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html.
    """
    found = counts(reported, "inputTokens", "cacheReadInputTokens", "cacheWriteInputTokens", "outputTokens")
    if found is None:
        return None
    plain, read, written, output = found
    return Usage(
        input_tokens=plain + read + written,
        cache_read_tokens=read,
        cache_write_tokens=written,
        output_tokens=output,
        basis="reported",
    )


def _invoked(document: Mapping[str, Any]) -> str | None:
    """Give the model that a prompt router chose; nothing else of an answer names a model."""
    match document.get("trace"):
        case {"promptRouter": {"invokedModelId": str(model)}}:
            return model
        case _:
            return None


def _index(document: Mapping[str, Any]) -> int:
    index = document.get("contentBlockIndex")
    if not isinstance(index, int):
        raise ValueError("a block has no index")
    return index


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} is no text")
    return value


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
