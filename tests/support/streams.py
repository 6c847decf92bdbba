"""Streams as providers send them, in pieces, and what a caller of each API would have to hear at the end."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from keeptrusts.gateway.providers.translate.protocol import ClientApi

CHAT_USAGE = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamCase:
    """One API's call, its provider's stream, and the bytes that end it for the caller."""

    api: ClientApi
    endpoint: str
    model: str
    body: bytes
    pieces: tuple[bytes, ...]
    end: bytes


def data(document: object) -> bytes:
    """An unnamed event."""
    return b"data: " + json.dumps(document).encode() + b"\n\n"


def event(document: dict[str, object]) -> bytes:
    """An event named after its type."""
    return b"event: " + str(document["type"]).encode() + b"\n" + data(document)


def chat_chunk(text: str, finish: str | None = None) -> bytes:
    """One chunk of a chat completion."""
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    return data(_chat([choice]))


def _chat(choices: list[object], **rest: object) -> dict[str, object]:
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o", "choices": choices, **rest}


def _call(model: str, **rest: object) -> bytes:
    return json.dumps({"model": model, "stream": True, **rest}).encode()


MESSAGES = [{"role": "user", "content": "Hello"}]
CHAT = StreamCase(
    api="chat",
    endpoint="/v1/chat/completions",
    model="gpt-4o",
    body=_call("gpt-4o", messages=MESSAGES),
    pieces=(
        chat_chunk("One"),
        chat_chunk(" two"),
        chat_chunk(" three", "stop"),
        data(_chat([], usage=CHAT_USAGE)),
        b"data: [DONE]\n\n",
    ),
    end=b"data: [DONE]\n\n",
)
_MESSAGE = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5", "content": []}
ANTHROPIC = StreamCase(
    api="messages",
    endpoint="/v1/messages",
    model="claude-sonnet-4-5",
    body=_call("claude-sonnet-4-5", messages=MESSAGES, max_tokens=50),
    pieces=(
        event({"type": "message_start", "message": {**_MESSAGE, "usage": {"input_tokens": 100, "output_tokens": 1}}}),
        event({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
        event({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "One"}}),
        event({"type": "content_block_stop", "index": 0}),
        event({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 10}}),
        event({"type": "message_stop"}),
    ),
    end=b'{"type": "message_stop"}',
)
_RESPONSE = {"id": "resp_1", "object": "response", "model": "gpt-4o", "status": "in_progress", "output": []}
_DELTA = {"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "content_index": 0, "delta": "One"}
RESPONSES = StreamCase(
    api="responses",
    endpoint="/v1/responses",
    model="gpt-4o",
    body=_call("gpt-4o", input="Hello"),
    pieces=(
        event({"type": "response.created", "sequence_number": 0, "response": _RESPONSE}),
        event({**_DELTA, "sequence_number": 1}),
        event(
            {
                "type": "response.completed",
                "sequence_number": 2,
                "response": {
                    **_RESPONSE,
                    "status": "completed",
                    "usage": {"input_tokens": 100, "output_tokens": 10, "total_tokens": 110},
                },
            }
        ),
    ),
    end=b'"response.completed"',
)
_PART = {"type": "output_text", "text": "One", "annotations": []}
_ITEM = {"id": "m", "type": "message", "role": "assistant", "status": "completed", "content": [_PART]}
_PLACE = {"item_id": "m", "output_index": 0, "content_index": 0}
_COMPLETED = json.loads(RESPONSES.pieces[-1].split(b"data: ", 1)[1])
RESPONSES_IN_FULL = replace(
    RESPONSES,
    pieces=(
        *RESPONSES.pieces[:2],
        event({"type": "response.output_text.done", "sequence_number": 2, **_PLACE, "text": "One"}),
        event({"type": "response.content_part.done", "sequence_number": 3, **_PLACE, "part": _PART}),
        event({"type": "response.output_item.done", "sequence_number": 4, "output_index": 0, "item": _ITEM}),
        event({**_COMPLETED, "sequence_number": 5, "response": {**_COMPLETED["response"], "output": [_ITEM]}}),
    ),
)
"""The same, with all that says the text once more when it is done."""
STREAMS = (CHAT, ANTHROPIC, RESPONSES)
