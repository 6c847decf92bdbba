"""Gemini's own shapes, built from an answer: generated content, its stream, embeddings, token counts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from keeptrusts.cli.provider_simulator.answer import Answer, Billed, arguments_for
from keeptrusts.cli.provider_simulator.faults import Behaviour


def generated(*, call: str, model: str, answers: Sequence[Answer], usage: Billed | None) -> dict[str, Any]:
    """The body of a plain answer."""
    candidates = [
        {"content": {"parts": [_part(answer)], "role": "model"}, "finishReason": finish_reason(answer), "index": index}
        for index, answer in enumerate(answers)
    ]
    return {"candidates": candidates} | _foot(call, model, usage)


def pieces(
    *, call: str, model: str, answers: Sequence[Answer], started: Billed | None
) -> Iterator[tuple[dict[str, Any], int]]:
    """The messages of a stream before each candidate's last one, with the number of words each carries.

    Every message repeats the counts so far. A tool call comes whole: this wire does not cut its arguments.
    """
    foot = _foot(call, model, started)
    for index, answer in enumerate(answers):
        if answer.tool is not None:
            yield _message(index, [_part(answer)]) | foot, 0
        for piece in answer.pieces:
            yield _message(index, [{"text": piece}]) | foot, 1


def closing(*, call: str, model: str, answers: Sequence[Answer], usage: Billed | None) -> Iterator[dict[str, Any]]:
    """The last message of each candidate, which says why it ended; the counts are in the last of all."""
    for index, answer in enumerate(answers):
        ended = {"content": {"parts": [{"text": ""}], "role": "model"}, "finishReason": finish_reason(answer)}
        counts = usage if index == len(answers) - 1 else None
        yield {"candidates": [{**ended, "index": index}]} | _foot(call, model, counts)


def counts(usage: Billed) -> dict[str, Any]:
    """Cached tokens are part of the prompt's; thoughts come on top of the candidates'."""
    cached = {"cachedContentTokenCount": usage.cache_read_tokens} if usage.cache_read_tokens else {}
    thoughts = {"thoughtsTokenCount": usage.reasoning_tokens} if usage.reasoning_tokens else {}
    return {
        "promptTokenCount": usage.input_tokens,
        **cached,
        "candidatesTokenCount": usage.output_tokens - usage.reasoning_tokens,
        **thoughts,
        "totalTokenCount": usage.input_tokens + usage.output_tokens,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": usage.input_tokens}],
    }


def finish_reason(answer: Answer) -> str:
    """Why a candidate ended; a tool call is no reason of its own."""
    return "MAX_TOKENS" if answer.truncated else "STOP"


def wanted_tool(body: Mapping[str, Any], behaviour: Behaviour) -> tuple[str, str] | None:
    """The tool call to make: when the mode demands one, or the fault `tool`."""
    tools = [
        function
        for tool in body.get("tools") or []
        if isinstance(tool, Mapping)
        for function in tool.get("functionDeclarations") or []
        if isinstance(function, Mapping)
    ]
    if not tools:
        return None
    config = (body.get("toolConfig") or {}).get("functionCallingConfig") or {}
    if config.get("mode") != "ANY" and not behaviour.tool:
        return None
    allowed = config.get("allowedFunctionNames") or [tools[0].get("name")]
    tool = next((one for one in tools if one.get("name") in allowed), tools[0])
    return str(tool.get("name", "tool")), arguments_for(tool.get("parametersJsonSchema") or tool.get("parameters"))


def event(document: Mapping[str, Any]) -> bytes:
    """One message of a stream: Google ends lines as HTTP does, and names no event."""
    return b"data: " + json.dumps(document).encode() + b"\r\n\r\n"


def _message(index: int, parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {"candidates": [{"content": {"parts": parts, "role": "model"}, "index": index}]}


def _part(answer: Answer) -> dict[str, Any]:
    if answer.tool is None:
        return {"text": answer.text}
    name, arguments = answer.tool
    return {"functionCall": {"name": name, "args": json.loads(arguments)}, "thoughtSignature": "c2ltdWxhdGVk"}


def _foot(call: str, model: str, usage: Billed | None) -> dict[str, Any]:
    said = {"usageMetadata": counts(usage)} if usage else {}
    return {**said, "modelVersion": model, "responseId": call}
