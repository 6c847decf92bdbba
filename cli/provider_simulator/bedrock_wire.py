"""Bedrock's Converse shapes, built from an answer, and the binary frames that its streams consist of."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from struct import pack
from typing import Any
from zlib import crc32

from keeptrusts.cli.provider_simulator.answer import Answer, Billed, arguments_for, fragments
from keeptrusts.cli.provider_simulator.faults import Behaviour

_STRING = 7
"""The type of a header's value, as the framing numbers it."""
_PADDING = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def converse(*, call: str, answer: Answer, usage: Billed | None) -> dict[str, Any]:
    """The body of a plain answer."""
    message = {"role": "assistant", "content": [_block(answer, call)]}
    counts = {"usage": token_usage(usage)} if usage else {}
    return {"output": {"message": message}, "stopReason": stop_reason(answer), **counts, "metrics": {"latencyMs": 1}}


def events(*, call: str, answer: Answer) -> Iterator[tuple[bytes, int]]:
    """The frames of a stream before messageStop, with the number of words each carries. Text has no start event."""
    yield frame("messageStart", {"role": "assistant"}), 0
    if answer.tool is not None:
        start = {"toolUse": {"toolUseId": f"tooluse_{call}", "name": answer.tool[0]}}
        yield frame("contentBlockStart", {"start": start, "contentBlockIndex": 0}), 0
        for piece in fragments(answer.tool[1]):
            yield _delta({"toolUse": {"input": piece}}), 0
    for piece in answer.pieces:
        yield _delta({"text": piece}), 1
    yield frame("contentBlockStop", {"contentBlockIndex": 0}), 0


def closing(answer: Answer, usage: Billed | None) -> Iterator[bytes]:
    """The last two frames."""
    yield frame("messageStop", {"stopReason": stop_reason(answer)})
    counts = {"usage": token_usage(usage)} if usage else {}
    yield frame("metadata", {**counts, "metrics": {"latencyMs": 1}})


def token_usage(usage: Billed) -> dict[str, int]:
    """Bedrock counts cache reads and writes beside the input; reasoning is among the output and is not told apart."""
    return {
        "inputTokens": usage.input_tokens - usage.cache_read_tokens - usage.cache_write_tokens,
        "outputTokens": usage.output_tokens,
        "totalTokens": usage.input_tokens + usage.output_tokens,
        "cacheReadInputTokens": usage.cache_read_tokens,
        "cacheWriteInputTokens": usage.cache_write_tokens,
    }


def stop_reason(answer: Answer) -> str:
    """Why the message ended."""
    if answer.tool is not None:
        return "tool_use"
    return "max_tokens" if answer.truncated else "end_turn"


def wanted_tool(body: Mapping[str, Any], behaviour: Behaviour) -> tuple[str, str] | None:
    """The tool call to make: when `toolChoice` demands one, or the fault `tool`."""
    config = body.get("toolConfig") or {}
    specs = [tool.get("toolSpec") or {} for tool in config.get("tools") or [] if isinstance(tool, Mapping)]
    if not specs:
        return None
    choice = config.get("toolChoice") or {}
    if not choice.keys() & {"any", "tool"} and not behaviour.tool:
        return None
    named = (choice.get("tool") or {}).get("name")
    spec = next((one for one in specs if one.get("name") == named), specs[0])
    return str(spec.get("name", "tool")), arguments_for((spec.get("inputSchema") or {}).get("json"))


def frame(kind: str, document: Mapping[str, Any], message_type: str = "event") -> bytes:
    """One event, or exception, of the binary stream; its checksums hold over the lengths and over all.

    https://docs.aws.amazon.com/transcribe/latest/dg/event-stream.html
    """
    headers = b"".join(
        _header(name, value)
        for name, value in (
            (f":{message_type}-type", kind),
            (":content-type", "application/json"),
            (":message-type", message_type),
        )
    )
    # Like the real service, pad so that the sizes of the frames do not tell the lengths of the words.
    padded = {**document, "p": _PADDING[: 1 + (len(kind) * 7) % len(_PADDING)]}
    payload = json.dumps(padded).encode()
    prelude = pack(">II", 16 + len(headers) + len(payload), len(headers))
    message = prelude + pack(">I", crc32(prelude)) + headers + payload
    return message + pack(">I", crc32(message))


def broken_frame() -> bytes:
    """A frame whose checksum is wrong."""
    whole = frame("contentBlockDelta", {"contentBlockIndex": 0})
    return whole[:-1] + bytes([whole[-1] ^ 0xFF])


def _header(name: str, value: str) -> bytes:
    return pack(">B", len(name)) + name.encode() + pack(">BH", _STRING, len(value)) + value.encode()


def _delta(delta: Mapping[str, Any]) -> bytes:
    return frame("contentBlockDelta", {"delta": delta, "contentBlockIndex": 0})


def _block(answer: Answer, call: str) -> dict[str, Any]:
    if answer.tool is None:
        return {"text": answer.text}
    name, arguments = answer.tool
    return {"toolUse": {"toolUseId": f"tooluse_{call}", "name": name, "input": json.loads(arguments)}}
