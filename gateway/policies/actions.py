"""What an agent has done so far, read from the conversation it sends: every API's tool calls and their results.

A conversation is the session: it carries all calls made in it, so counting needs no memory here and every gateway comes
to the same number. What a caller leaves out of it, or keeps at the provider (`previous_response_id`), is not counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from keeptrusts.schemas.frozen import frozen

UNKNOWN: Final = ""
"""The name of an action whose call is not in the conversation."""

_Kind = Literal["call", "result", "words"]
_Step = tuple[_Kind, str, str]
"""What it is, the id that call and result share, and the tool's name (of calls)."""


@frozen
class Actions:
    """``count`` of all tool calls, and the names of those whose results this request is the first to carry."""

    count: int
    fresh: tuple[str, ...]


def actions_of(document: Mapping[str, Any]) -> Actions:
    """Read a chat, messages or responses request; other requests have none."""
    names: dict[str, str] = {}
    count, fresh = 0, list[str]()
    for kind, call, name in _steps(document):
        if kind == "call":
            count += 1
            names[call] = name
            fresh.clear()  # the results that follow are of this turn
        elif kind == "words":
            fresh.clear()
        else:
            count += call not in names
            fresh.append(names.get(call, UNKNOWN))
    return Actions(count=count, fresh=tuple(fresh))


def _steps(document: Mapping[str, Any]) -> Iterator[_Step]:
    for message in _objects(document.get("messages")):
        yield from _of_message(message)
    for item in _objects(document.get("input")):
        yield from _of_item(item)


def _of_message(message: Mapping[str, Any]) -> Iterator[_Step]:
    """Read a message of chat completions or of Anthropic's messages."""
    role = message.get("role")
    if role in ("tool", "function"):
        yield "result", _text(message.get("tool_call_id") or message.get("name")), UNKNOWN
        return
    blocks = list(_objects(message.get("content")))
    calls = [one for one in blocks if _text(one.get("type")).endswith("tool_use")]
    results = [one for one in blocks if _text(one.get("type")).endswith("tool_result")]
    called = list(_objects(message.get("tool_calls")))
    function = message.get("function_call")
    if role == "assistant" and not (calls or called or function):
        yield "words", UNKNOWN, UNKNOWN
    for one in calls:
        yield "call", _text(one.get("id")), _text(one.get("name"))
    for one in called:
        asked = one.get("function") or one.get("custom")
        yield "call", _text(one.get("id")), _text(asked.get("name")) if isinstance(asked, Mapping) else UNKNOWN
    if isinstance(function, Mapping):
        yield "call", _text(function.get("name")), _text(function.get("name"))
    for one in results:
        yield "result", _text(one.get("tool_use_id")), UNKNOWN


def _of_item(item: Mapping[str, Any]) -> Iterator[_Step]:
    """Read an item of a responses request."""
    kind = _text(item.get("type"))
    if kind.endswith("_call_output") or kind == "mcp_approval_response":
        yield "result", _text(item.get("call_id")), UNKNOWN
    elif kind.endswith("_call"):
        yield (
            "call",
            _text(item.get("call_id") or item.get("id")),
            _text(item.get("name")) or kind.removesuffix("_call"),
        )
    elif item.get("role") == "assistant":
        yield "words", UNKNOWN, UNKNOWN


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    return (one for one in value if isinstance(one, Mapping)) if isinstance(value, list) else iter(())


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
