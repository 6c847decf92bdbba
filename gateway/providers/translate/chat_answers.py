"""Writes answers in the wire of OpenAI's chat completions: plain answers, the chunks of a stream, errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from hashlib import blake2b
from typing import Any, Final, Literal

import orjson

from keeptrusts.gateway.providers.translate.protocol import ClientCall, frame
from keeptrusts.schemas.events.request import Usage
from keeptrusts.schemas.frozen import frozen

DONE: Final = b"data: [DONE]\n\n"

_MOST: Final = 2**48
"""More tokens than any call has; sums of such counts still fit where counts are kept."""

FinishReason = Literal["stop", "length", "tool_calls", "content_filter"]


@frozen
class AnsweredCall:
    """A call of a function in an answer; ``extra`` goes along as ``extra_content`` and comes back in the next call."""

    id: str
    name: str
    arguments: str = field(repr=False)
    extra: Mapping[str, Any] | None = field(default=None, repr=False)


@frozen
class Choice:
    """One answer of possibly several; ``refusal`` is why there is none."""

    index: int
    text: str | None = field(repr=False)
    calls: tuple[AnsweredCall, ...]
    finish: FinishReason
    refusal: str | None = None


def made_id(call: ClientCall) -> str:
    """Give an id where the provider gave none: the call's own, which no other turn of a conversation has."""
    return call.request or blake2b(call.body, digest_size=12).hexdigest()


def completion(identifier: str, created: int, model: str, choices: Sequence[Choice], usage: Usage | None) -> bytes:
    """Write a plain answer."""
    document: dict[str, Any] = {
        "id": identifier,
        "object": "chat.completion",
        "created": created,
        "model": model,
        "choices": [_choice(choice) for choice in choices],
    }
    if usage is not None:
        document["usage"] = usage_json(usage)
    return orjson.dumps(document)


def counts(reported: Any, required: str, *others: str) -> tuple[int, ...] | None:
    """Read token counts; others that are absent are 0. None when one is no count, which makes the report unusable."""
    if not isinstance(reported, dict) or required not in reported:
        return None
    found = tuple(reported.get(name) or 0 for name in (required, *others))
    if any(not isinstance(one, int) or isinstance(one, bool) or not 0 <= one <= _MOST for one in found):
        return None
    return found


def usage_json(usage: Usage) -> dict[str, Any]:
    """Write token counts; prompt tokens include what was read from and written to a cache."""
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {
            "cached_tokens": usage.cache_read_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
        },
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
    }


def call_json(call: AnsweredCall, index: int | None = None) -> dict[str, Any]:
    """Write a call of a function; ``index`` only within a stream."""
    written: dict[str, Any] = {} if index is None else {"index": index}
    written |= {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
    if call.extra is not None:
        written["extra_content"] = call.extra
    return written


def error_json(status: int, message: str, code: str | None) -> bytes:
    """Write an error as OpenAI does."""
    return orjson.dumps({"error": {"message": message, "type": _error_type(status), "param": None, "code": code}})


class ChunkWriter:
    """Writes the chunks of one stream: who speaks first, then what is said, then why it ended."""

    def __init__(self, *, created: int, usage: bool) -> None:
        self._created = created
        self._usage = usage
        self._begun: set[int] = set()

    def delta(self, identifier: str, model: str, index: int, said: Mapping[str, Any]) -> bytes:
        """Give the frame of one delta; the first of a choice also says the role."""
        if index in self._begun:
            return self._frame(identifier, model, index, said, None)
        self._begun.add(index)
        return self._frame(identifier, model, index, {"role": "assistant", "content": None, **said}, None)

    def finish(self, identifier: str, model: str, index: int, reason: FinishReason) -> bytes:
        """Give the frame that says why a choice ended."""
        begin = b"" if index in self._begun else self.delta(identifier, model, index, {"content": ""})
        return begin + self._frame(identifier, model, index, {}, reason)

    def tail(self, identifier: str, model: str, usage: Usage | None) -> bytes:
        """Give the frames that end the stream."""
        if not self._usage or usage is None:
            return DONE
        return frame(orjson.dumps(self._chunk(identifier, model, []) | {"usage": usage_json(usage)})) + DONE

    def _frame(
        self, identifier: str, model: str, index: int, delta: Mapping[str, Any], reason: FinishReason | None
    ) -> bytes:
        choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": reason}
        return frame(orjson.dumps(self._chunk(identifier, model, [choice])))

    def _chunk(self, identifier: str, model: str, choices: list[Any]) -> dict[str, Any]:
        chunk = {
            "id": identifier,
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": model,
            "choices": choices,
        }
        if self._usage:
            chunk["usage"] = None
        return chunk


def _choice(choice: Choice) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": choice.text, "refusal": choice.refusal}
    if choice.calls:
        message["tool_calls"] = [call_json(call) for call in choice.calls]
    return {"index": choice.index, "message": message, "logprobs": None, "finish_reason": choice.finish}


def _error_type(status: int) -> str:
    match status:
        case 401:
            return "authentication_error"
        case 403:
            return "permission_error"
        case 429:
            return "rate_limit_error"
        case _:
            return "invalid_request_error" if status < 500 else "server_error"
