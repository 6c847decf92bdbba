"""Writes the messages of Anthropic's wire as messages of a chat completion (OpenAI's wire).

Results of tools are blocks of a user's message there and messages of their own here; the order is kept. OpenAI has no
flag for a result that is an error: a first part, ``ERROR_MARK``, tells the model. ``cache_control`` is left out
wherever it stands: it changes what a call costs, never what it means.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from keeptrusts.gateway.providers.translate.chat_turns import Unsayable, read_text
from keeptrusts.gateway.providers.translate.wire_json import write_json

Message = dict[str, Any]

ELSEWHERE: Final = "Leave it away, or ask for a model that an Anthropic target serves"
ERROR_MARK: Final = "The tool call failed:"

_BLOCK: Final = frozenset({"type", "cache_control"})
_PDF: Final = "application/pdf"


def write_system(system: Any) -> list[Message]:
    """Write ``system``: one message, or none."""
    if system is None or system in ("", []):
        return []
    return [{"role": "system", "content": _content(_texts(system, "system"))}]


def write_messages(messages: Any) -> list[Message]:
    """Write ``messages``; raises Unsayable for what is malformed or has no counterpart."""
    if not isinstance(messages, list) or not messages:
        raise Unsayable("messages", "must be a non-empty list", 'Send "messages": [{"role": "user", ...}]')
    written: list[Message] = []
    for index, message in enumerate(messages):
        path = f"messages[{index}]"
        if not isinstance(message, dict):
            raise Unsayable(path, "must be an object", "Send an object with a role and content")
        refuse_others(message, frozenset({"role", "content"}), path)
        written += _turn(message.get("role"), message.get("content"), path)
    if written and written[-1]["role"] == "assistant":
        raise Unsayable(
            f"messages[{len(messages) - 1}]",
            "is the beginning of an answer, which this provider would not continue",
            "End with a message of the user",
        )
    return written


def refuse_others(value: Mapping[str, Any], known: frozenset[str], path: str) -> None:
    """Refuse the first key that is set and not known."""
    for key, inner in value.items():
        if key not in known and inner is not None and inner != []:
            raise Unsayable(f"{path}.{key}", "has no counterpart on this provider's wire", ELSEWHERE)


def _turn(role: Any, content: Any, path: str) -> list[Message]:
    match role:
        case "user":
            return _asked(content, f"{path}.content")
        case "assistant":
            return [_said(content, f"{path}.content")]
        case "system":
            return [{"role": "system", "content": _content(_texts(content, f"{path}.content"))}]
        case _:
            raise Unsayable(f"{path}.role", "is none that this provider knows", "Use user, assistant or system")


def _asked(content: Any, path: str) -> list[Message]:
    if isinstance(content, str):
        return [{"role": "user", "content": content}]
    written: list[Message] = []
    parts: list[dict[str, Any]] = []
    for block, where in _blocks(content, path):
        if block.get("type") != "tool_result":
            parts.append(_part(block, where))
            continue
        written += _user(parts)
        parts = []
        written.append(_result(block, where))
    return written + _user(parts)


def _user(parts: list[dict[str, Any]]) -> list[Message]:
    return [{"role": "user", "content": _content(parts)}] if parts else []


def _said(content: Any, path: str) -> Message:
    if isinstance(content, str):
        return {"role": "assistant", "content": content}
    parts: list[dict[str, Any]] = []
    calls: list[dict[str, Any]] = []
    for block, where in _blocks(content, path):
        if block.get("type") == "tool_use":
            calls.append(_call(block, where))
        else:
            parts.append(_text(block, where))
    message: Message = {"role": "assistant", "content": _content(parts) if parts else None}
    if calls:
        message["tool_calls"] = calls
    elif not parts:
        raise Unsayable(path, "is empty", "Send content")
    return message


def _call(block: Mapping[str, Any], path: str) -> dict[str, Any]:
    if block.get("caller") not in (None, {"type": "direct"}):
        raise Unsayable(f"{path}.caller", "has no counterpart on this provider's wire", ELSEWHERE)
    refuse_others(block, _BLOCK | {"id", "name", "input", "caller"}, path)
    given = block.get("input")
    if not isinstance(given, dict):
        raise Unsayable(f"{path}.input", "must be an object", "Send the tool use as it came")
    name = read_text(block.get("name"), f"{path}.name")
    return {
        "id": read_text(block.get("id"), f"{path}.id"),
        "type": "function",
        "function": {"name": name, "arguments": write_json(given).decode()},
    }


def _result(block: Mapping[str, Any], path: str) -> Message:
    refuse_others(block, _BLOCK | {"tool_use_id", "content", "is_error"}, path)
    failed = block.get("is_error")
    if failed not in (None, True, False):
        raise Unsayable(f"{path}.is_error", "must be true or false", "Leave it away, or send true or false")
    content = block.get("content")
    parts = [] if content is None else _texts(content, f"{path}.content")
    if failed:
        parts = [{"type": "text", "text": ERROR_MARK}, *parts]
    identifier = read_text(block.get("tool_use_id"), f"{path}.tool_use_id")
    return {"role": "tool", "tool_call_id": identifier, "content": _content(parts)}


def _content(parts: list[dict[str, Any]]) -> Any:
    """Give one text as a string, which every server that speaks OpenAI's wire takes."""
    if not parts:
        return ""
    return parts[0]["text"] if len(parts) == 1 and parts[0]["type"] == "text" else parts


def _texts(content: Any, path: str) -> list[dict[str, Any]]:
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [_text(block, where) for block, where in _blocks(content, path)]


def _blocks(content: Any, path: str) -> list[tuple[dict[str, Any], str]]:
    if not isinstance(content, list) or not all(isinstance(block, dict) for block in content):
        raise Unsayable(path, "must be a string or a list of blocks", "Send text or blocks")
    return [(block, f"{path}[{index}]") for index, block in enumerate(content)]


def _text(block: Mapping[str, Any], path: str) -> dict[str, Any]:
    if block.get("type") != "text":
        raise Unsayable(f"{path}.type", "is a kind of content that has no counterpart here", ELSEWHERE)
    refuse_others(block, _BLOCK | {"text"}, path)
    return {"type": "text", "text": read_text(block.get("text"), f"{path}.text")}


def _part(block: Mapping[str, Any], path: str) -> dict[str, Any]:
    match block.get("type"):
        case "image":
            return _image(block, path)
        case "document":
            return _document(block, path)
        case _:
            return _text(block, path)


def _image(block: Mapping[str, Any], path: str) -> dict[str, Any]:
    refuse_others(block, _BLOCK | {"source"}, path)
    match block.get("source"):
        case {"type": "base64", "media_type": str(media_type), "data": str(data), **others} if not others:
            return {"type": "image_url", "image_url": {"url": f"data:{media_type};base64,{data}"}}
        case {"type": "url", "url": str(url), **others} if not others:
            return {"type": "image_url", "image_url": {"url": url}}
        case _:
            raise Unsayable(f"{path}.source", "has no counterpart on this provider's wire", "Send base64 or a url")


def _document(block: Mapping[str, Any], path: str) -> dict[str, Any]:
    if block.get("citations") not in (None, {"enabled": False}):
        raise Unsayable(f"{path}.citations", "cannot be asked for on this provider's wire", ELSEWHERE)
    refuse_others(block, _BLOCK | {"source", "title", "citations"}, path)
    match block.get("source"):
        case {"type": "base64", "media_type": "application/pdf", "data": str(data), **others} if not others:
            title = block.get("title")
            name = "document.pdf" if title is None else read_text(title, f"{path}.title")
            return {"type": "file", "file": {"filename": name, "file_data": f"data:{_PDF};base64,{data}"}}
        case {"type": "text", "media_type": "text/plain", "data": str(data), **others} if not others:
            refuse_others(block, _BLOCK | {"source", "citations"}, path)
            return {"type": "text", "text": data}
        case _:
            raise Unsayable(f"{path}.source", "has no counterpart on this provider's wire", "Send a PDF in base64")
