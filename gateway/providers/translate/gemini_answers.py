"""Reads Gemini's answers, streams and errors and says them as OpenAI's chat completions do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
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
from keeptrusts.gateway.providers.translate.wire_json import (
    UNREADABLE,
    error_code,
    read_error_object,
    read_event,
    read_object,
    text_or_none,
    write_json,
)
from keeptrusts.schemas.events.request import Usage
from keeptrusts.schemas.frozen import frozen

_FINISHED: Final[Mapping[str, FinishReason]] = {"STOP": "stop", "MAX_TOKENS": "length", "CONTINUATION": "length"}
_BROKEN: Final = frozenset(
    {
        "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE",
        "MALFORMED_RESPONSE",
    }
)  # fmt: skip
"""Reasons that leave no answer to show: the model's output could not be read by Gemini itself."""
_MARKS: Final = frozenset({"thoughtSignature", "thought", "videoMetadata", "partMetadata"})


@frozen
class _Said:
    """What one candidate of one message said; ``finish`` is None while it goes on."""

    index: int
    text: str = field(repr=False)
    calls: tuple[Mapping[str, Any], ...] = field(repr=False)
    finish: FinishReason | None


def read_plain(call: ClientCall, body: bytes) -> ReadAnswer:
    """Read a plain answer; a blocked prompt is an answer with a refusal."""
    document = read_object(body)
    if document is None:
        return UNREADABLE
    usage = _usage(document)
    model = text_or_none(document.get("modelVersion"))
    try:
        choices = _choices(call, document)
    except ValueError:
        # What cannot be shown is billed all the same.
        return ReadAnswer(body=b"", usage=usage, model=model, valid=False)
    written = completion(_identifier(document, call), call.created, model or call.model, choices, usage)
    return ReadAnswer(body=written, usage=usage, model=model, valid=True)


def read_error(status: int, body: bytes) -> bytes | None:
    """Read ``{"error": {"code", "message", "status"}}``, alone or as the only member of a list."""
    document = read_error_object(body)
    error = document.get("error") if document is not None else None
    message = error.get("message") if isinstance(error, dict) else None
    if not isinstance(error, dict) or not isinstance(message, str):
        return None
    code = text_or_none(error.get("status"))
    return error_json(status, message, None if code is None else code.lower())


class GeminiStream:
    """Reads one stream. Gemini sends no end marker: it has ended when every candidate seen says why it stopped."""

    def __init__(self, call: ClientCall, *, usage: bool) -> None:
        self._call = call
        self._writer = ChunkWriter(created=call.created, usage=usage)
        self._calls: dict[int, int] = {}
        self._open: dict[int, bool] = {}
        self._identifier = "chatcmpl-" + made_id(call)
        self._model: str | None = None
        self._usage: Usage | None = None
        self._failure: tuple[str, bytes] | None = None

    def feed(self, event: StreamEvent) -> bytes:
        """Take one message, which has the shape of a plain answer."""
        if self._failure is not None:
            return b""  # Nothing of a stream counts after an error.
        document = read_event(event.data)
        if "error" in document:
            self._failure = _failure(document["error"])
            return b""
        ended = self._ended
        self._note(document)
        if ended:
            return b""  # Only counts may follow what every candidate has ended with.
        frames = [self._say(_read_candidate(one, place)) for place, one in enumerate(_candidates(document))]
        blocked = _blocked(document)
        if blocked is not None and not self._open:
            frames.append(self._refuse(blocked))
        return b"".join(frames)

    def end(self) -> StreamEnd:
        """Say where the stream stands."""
        if self._failure is not None:
            code, tail = self._failure
            return StreamEnd(complete=False, tail=tail, usage=None, model=self._model, error=code)
        if not self._ended:
            return StreamEnd(complete=False, tail=b"", usage=None, model=self._model)
        tail = self._writer.tail(self._identifier, self._shown_model, self._usage)
        return StreamEnd(complete=True, tail=tail, usage=self._usage, model=self._model)

    @property
    def _ended(self) -> bool:
        return bool(self._open) and not any(self._open.values())

    @property
    def _shown_model(self) -> str:
        return self._model or self._call.model

    def _note(self, document: Mapping[str, Any]) -> None:
        self._model = text_or_none(document.get("modelVersion")) or self._model
        # Each message repeats the counts so far: the last one holds all.
        self._usage = _usage(document) or self._usage
        if not self._open:
            self._identifier = _identifier(document, self._call)

    def _say(self, said: _Said) -> bytes:
        self._open[said.index] = self._open.get(said.index, True)
        frames = [self._delta(said.index, {"content": said.text})] if said.text else []
        for one in said.calls:
            ordinal = self._calls.get(said.index, 0)
            self._calls[said.index] = ordinal + 1
            written = call_json(_answered(one, self._call, said.index, ordinal), ordinal)
            frames.append(self._delta(said.index, {"tool_calls": [written]}))
        if said.finish is not None and self._open[said.index]:
            self._open[said.index] = False
            reason = _finish(said.finish, self._calls.get(said.index, 0))
            frames.append(self._writer.finish(self._identifier, self._shown_model, said.index, reason))
        return b"".join(frames)

    def _refuse(self, reason: str) -> bytes:
        self._open[0] = False
        refused = _refused(reason)
        begin = self._delta(0, {"refusal": refused.refusal})
        return begin + self._writer.finish(self._identifier, self._shown_model, 0, refused.finish)

    def _delta(self, index: int, said: Mapping[str, Any]) -> bytes:
        return self._writer.delta(self._identifier, self._shown_model, index, said)


def _failure(error: Any) -> tuple[str, bytes]:
    """Give the short code of an error within a stream, and the frame that tells the caller."""
    known = error if isinstance(error, dict) else {}
    code = error_code(text_or_none(known.get("status"))).lower()
    status = known.get("code")
    message = text_or_none(known.get("message")) or "The provider reported an error."
    return code, frame(error_json(status if isinstance(status, int) else 502, message, code))


def _candidates(document: Mapping[str, Any]) -> list[Any]:
    candidates = document.get("candidates", [])
    if not isinstance(candidates, list):
        raise ValueError("candidates is no list")
    return candidates


def _read_candidate(candidate: Any, place: int) -> _Said:
    if not isinstance(candidate, dict):
        raise ValueError("a candidate is no object")
    index = candidate.get("index", place)
    reason = candidate.get("finishReason")
    if not isinstance(index, int) or not isinstance(reason, str | None):
        raise ValueError("a candidate's index or finishReason has the wrong type")
    if reason in _BROKEN:
        raise ValueError("the provider could not read its model's output")
    content = candidate.get("content")
    parts = content.get("parts", []) if isinstance(content, dict) else []
    if not isinstance(parts, list):
        raise ValueError("the parts of a candidate are no list")
    texts: list[str] = []
    calls: list[Mapping[str, Any]] = []
    for part in parts:
        _sort(part, texts, calls)
    return _Said(
        index=index,
        text="".join(texts),
        calls=tuple(calls),
        # What is not listed ended the answer for the provider's own reasons: SAFETY, RECITATION, SPII and their like.
        finish=None if reason in (None, "FINISH_REASON_UNSPECIFIED") else _FINISHED.get(reason, "content_filter"),
    )


def _sort(part: Any, texts: list[str], calls: list[Mapping[str, Any]]) -> None:
    if not isinstance(part, dict):
        raise ValueError("a part is no object")
    if part.get("thought") is True or not part.keys() - _MARKS:
        return
    text = part.get("text")
    function = part.get("functionCall")
    if isinstance(text, str):
        texts.append(text)
    elif isinstance(function, dict) and isinstance(function.get("name"), str):
        calls.append(part)
    else:
        raise ValueError("a part is of a kind that was not asked for")


def _choices(call: ClientCall, document: Mapping[str, Any]) -> list[Choice]:
    said = [_read_candidate(candidate, place) for place, candidate in enumerate(_candidates(document))]
    blocked = _blocked(document)
    if blocked is not None and not said:
        return [_refused(blocked)]
    if not said:
        raise ValueError("the answer holds no candidate")
    return [
        Choice(
            index=one.index,
            text=one.text or (None if one.calls or one.finish == "content_filter" else ""),
            calls=tuple(_answered(part, call, one.index, ordinal) for ordinal, part in enumerate(one.calls)),
            finish=_finish(one.finish or "stop", len(one.calls)),
        )
        for one in said
    ]


def _answered(part: Mapping[str, Any], call: ClientCall, index: int, ordinal: int) -> AnsweredCall:
    function = part["functionCall"]
    signature = text_or_none(part.get("thoughtSignature"))
    arguments = function.get("args")
    return AnsweredCall(
        id=text_or_none(function.get("id")) or f"call_{made_id(call)}_{index}_{ordinal}",
        name=function["name"],
        arguments=write_json(arguments if isinstance(arguments, dict) else {}).decode(),
        extra=None if signature is None else {"google": {"thought_signature": signature}},
    )


def _finish(reason: FinishReason, calls: int) -> FinishReason:
    return "tool_calls" if reason == "stop" and calls else reason


def _blocked(document: Mapping[str, Any]) -> str | None:
    feedback = document.get("promptFeedback")
    return text_or_none(feedback.get("blockReason")) if isinstance(feedback, dict) else None


def _refused(reason: str) -> Choice:
    refusal = f"The provider blocked the prompt ({reason})."
    return Choice(index=0, text=None, calls=(), finish="content_filter", refusal=refusal)


def _usage(document: Mapping[str, Any]) -> Usage | None:
    """Read token counts: the prompt's include cached ones, but neither what tools fed back nor (the answer's) thoughts.

    See https://ai.google.dev/api/generate-content#UsageMetadata.
    """
    found = counts(
        document.get("usageMetadata"),
        "promptTokenCount",
        "toolUsePromptTokenCount",
        "cachedContentTokenCount",
        "candidatesTokenCount",
        "thoughtsTokenCount",
    )
    if found is None:
        return None
    prompt, fed_back, cached, answered, thoughts = found
    return Usage(
        input_tokens=prompt + fed_back,
        cache_read_tokens=min(cached, prompt),
        output_tokens=answered + thoughts,
        reasoning_tokens=thoughts,
        basis="reported",
    )


def _identifier(document: Mapping[str, Any], call: ClientCall) -> str:
    return "chatcmpl-" + (text_or_none(document.get("responseId")) or made_id(call))
