"""Anthropic's shapes, built from an answer: messages, their stream events, errors."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from keeptrusts.cli.provider_simulator.answer import Answer, Billed, arguments_for, fragments
from keeptrusts.cli.provider_simulator.faults import Behaviour


def message(*, call: str, model: str, answer: Answer, usage: Billed | None) -> dict[str, Any]:
    """The body of a plain message."""
    body = {
        "id": f"msg_{call}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": _content(answer, call),
        "stop_reason": stop_reason(answer),
        "stop_sequence": None,
    }
    return body | ({"usage": message_usage(usage)} if usage else {})


def message_events(
    *, call: str, model: str, answer: Answer, started: Billed | None
) -> Iterator[tuple[dict[str, Any], int]]:
    """The events before `message_delta`, each with the number of words it carries."""
    head = message(call=call, model=model, answer=answer, usage=started)
    yield {"type": "message_start", "message": {**head, "content": [], "stop_reason": None}}, 0
    opened: dict[str, Any] = {"type": "text", "text": ""}
    if answer.tool is not None:
        opened = {"type": "tool_use", "id": f"toolu_{call}", "name": answer.tool[0], "input": {}}
    yield {"type": "content_block_start", "index": 0, "content_block": opened}, 0
    yield {"type": "ping"}, 0
    if answer.tool is not None:
        for piece in ("", *fragments(answer.tool[1])):
            delta = {"type": "input_json_delta", "partial_json": piece}
            yield {"type": "content_block_delta", "index": 0, "delta": delta}, 0
    for piece in answer.pieces:
        yield {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}, 1
    yield {"type": "content_block_stop", "index": 0}, 0


def closing_events(answer: Answer, usage: Billed | None) -> Iterator[dict[str, Any]]:
    """The last two events of a stream."""
    delta = {"stop_reason": stop_reason(answer), "stop_sequence": None}
    counts = {"usage": message_usage(usage)} if usage else {}
    yield {"type": "message_delta", "delta": delta, **counts}
    yield {"type": "message_stop"}


def message_usage(usage: Billed) -> dict[str, Any]:
    """Anthropic counts cache reads and writes beside the input, not inside it."""
    return {
        "input_tokens": usage.input_tokens - usage.cache_read_tokens - usage.cache_write_tokens,
        "cache_creation_input_tokens": usage.cache_write_tokens,
        "cache_read_input_tokens": usage.cache_read_tokens,
        "cache_creation": {
            "ephemeral_5m_input_tokens": usage.cache_write_tokens,
            "ephemeral_1h_input_tokens": 0,
        },
        "output_tokens": usage.output_tokens,
        "service_tier": "standard",
    }


def error(text: str, *, kind: str = "invalid_request_error") -> dict[str, Any]:
    """Anthropic's error body."""
    return {"type": "error", "error": {"type": kind, "message": text}}


def wanted_tool(body: Mapping[str, Any], behaviour: Behaviour) -> tuple[str, str] | None:
    """The tool call to make: when a tool is demanded by `tool_choice` or by the fault `tool`."""
    tools = [tool for tool in body.get("tools") or [] if isinstance(tool, Mapping)]
    if not tools:
        return None
    choice = body.get("tool_choice") or {}
    kind = choice.get("type") if isinstance(choice, Mapping) else None
    if kind not in {"any", "tool"} and not behaviour.tool:
        return None
    named = choice.get("name") if isinstance(choice, Mapping) else None
    tool = next((tool for tool in tools if tool.get("name") == named), tools[0])
    return str(tool.get("name", "tool")), arguments_for(tool.get("input_schema"))


def stop_reason(answer: Answer) -> str:
    """Why the message ended."""
    if answer.tool is not None:
        return "tool_use"
    return "max_tokens" if answer.truncated else "end_turn"


def _content(answer: Answer, call: str) -> list[dict[str, Any]]:
    if answer.tool is None:
        return [{"type": "text", "text": answer.text}]
    name, arguments = answer.tool
    return [{"type": "tool_use", "id": f"toolu_{call}", "name": name, "input": json.loads(arguments)}]
