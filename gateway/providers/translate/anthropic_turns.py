"""Writes the messages of a chat call (OpenAI's wire) as Anthropic's system, messages and content blocks.

Anthropic wants all results of one turn's tool calls in the one message that follows it, so what the same side says in a
row becomes one message. Texts that are empty say nothing and are left out; Anthropic refuses them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Final

import orjson

from keeptrusts.gateway.providers.translate.chat_turns import Unsayable, read_text, refuse_others
from keeptrusts.schemas.frozen import frozen

Block = dict[str, Any]

_BREAKPOINT: Final = "prompt_cache_breakpoint"
_PDF: Final = "application/pdf"


@frozen
class AnthropicTurns:
    """Instructions that come first, and the messages; later instructions stand among these, where they were said."""

    system: list[Block] = field(repr=False)
    messages: list[dict[str, Any]] = field(repr=False)


def write_turns(messages: Any) -> AnthropicTurns:
    """Write ``messages``; raises Unsayable for what is malformed or has no counterpart."""
    if not isinstance(messages, list) or not messages:
        raise Unsayable("messages", "must be a non-empty list", 'Send "messages": [{"role": "user", ...}]')
    system: list[Block] = []
    written: list[dict[str, Any]] = []
    for index, message in enumerate(messages):
        role, blocks = _turn(message, f"messages[{index}]")
        if role == "system" and not written:
            system += blocks
        elif written and written[-1]["role"] == role:
            written[-1]["content"] += blocks
        else:
            written.append({"role": role, "content": blocks})
    _check_order(written, len(messages) - 1)
    return AnthropicTurns(system=system, messages=written)


def _check_order(written: Sequence[Mapping[str, Any]], last: int) -> None:
    if not written:
        raise Unsayable("messages", "hold only instructions", "Add a message of the user")
    if written[-1]["role"] == "assistant":
        raise Unsayable(
            f"messages[{last}]",
            "an answer that stands last would be continued by this provider, not followed by another one",
            "End with a message of the user or of a tool",
        )


def _turn(message: Any, path: str) -> tuple[str, list[Block]]:
    if not isinstance(message, dict):
        raise Unsayable(path, "must be an object", "Send an object with a role and content")
    match message.get("role"):
        case "system" | "developer":
            refuse_others(message, frozenset({"role", "content"}), path)
            return "system", _filled(_texts(message.get("content"), f"{path}.content"), path)
        case "user":
            refuse_others(message, frozenset({"role", "content"}), path)
            return "user", _filled(_blocks(message.get("content"), f"{path}.content"), path)
        case "assistant":
            return "assistant", _filled(_said(message, path), path)
        case "tool":
            # Some clients repeat the function's name beside the call's id, which already says it.
            refuse_others(message, frozenset({"role", "content", "tool_call_id", "name"}), path)
            return "user", [_result(message, path)]
        case _:
            raise Unsayable(f"{path}.role", "is none that this provider knows", "Use system, user, assistant or tool")


def _filled(blocks: list[Block], path: str) -> list[Block]:
    if not blocks:
        raise Unsayable(f"{path}.content", "is empty, which this provider refuses", "Send content")
    return blocks


def _said(message: Mapping[str, Any], path: str) -> list[Block]:
    refuse_others(message, frozenset({"role", "content", "refusal", "tool_calls"}), path)
    content = message.get("content")
    blocks = [] if content is None else _texts(content, f"{path}.content")
    refusal = message.get("refusal")
    if refusal is not None:
        # A refusal is something that the model said, in a field of its own.
        blocks += _text(refusal, f"{path}.refusal")
    calls = message.get("tool_calls")
    if calls is not None and not isinstance(calls, list):
        raise Unsayable(f"{path}.tool_calls", "must be a list", "Send the tool calls as they came")
    return blocks + [_call(call, f"{path}.tool_calls[{index}]") for index, call in enumerate(calls or [])]


def _call(call: Any, path: str) -> Block:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or call.get("type", "function") != "function":
        raise Unsayable(path, "only calls of functions have a counterpart", "Send the tool call as it came")
    # The index is how a stream counts its calls; clients that gather one by hand leave it in.
    refuse_others(call, frozenset({"id", "type", "function", "index"}), path)
    refuse_others(function, frozenset({"name", "arguments"}), f"{path}.function")
    return {
        "type": "tool_use",
        "id": read_text(call.get("id"), f"{path}.id"),
        "name": read_text(function.get("name"), f"{path}.function.name"),
        "input": _arguments(function.get("arguments"), f"{path}.function.arguments"),
    }


def _arguments(arguments: Any, path: str) -> Any:
    try:
        value = orjson.loads(read_text(arguments, path) or "{}")
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise Unsayable(path, "must be a JSON object in a string", "Send the arguments as they came")
    return value


def _result(message: Mapping[str, Any], path: str) -> Block:
    return {
        "type": "tool_result",
        "tool_use_id": read_text(message.get("tool_call_id"), f"{path}.tool_call_id"),
        "content": _texts(message.get("content"), f"{path}.content"),
    }


def _texts(content: Any, path: str) -> list[Block]:
    blocks = _blocks(content, path)
    if any(block["type"] != "text" for block in blocks):
        raise Unsayable(path, "only text has a counterpart here", "Send text")
    return blocks


def _blocks(content: Any, path: str) -> list[Block]:
    if isinstance(content, str):
        return _text(content, path)
    if not isinstance(content, list):
        raise Unsayable(path, "must be a string or a list of parts", "Send text or parts")
    return [block for index, part in enumerate(content) for block in _part(part, f"{path}[{index}]")]


def _part(part: Any, path: str) -> list[Block]:
    if not isinstance(part, dict):
        raise Unsayable(path, "must be an object", 'Send {"type": "text", "text": ...}')
    kind = part.get("type")
    refuse_others(part, frozenset({"type", _BREAKPOINT, str(kind)}), path)
    match kind:
        case "text" | "refusal":
            blocks = _text(part.get(kind), f"{path}.{kind}")
        case "image_url":
            blocks = [_image(part.get("image_url"), f"{path}.image_url")]
        case "file":
            blocks = [_document(part.get("file"), f"{path}.file")]
        case _:
            raise Unsayable(f"{path}.type", "is a kind of content that has no counterpart on this provider's wire")
    if part.get(_BREAKPOINT) is not None and blocks:
        # How long a prefix is kept differs, and changes what calls cost, never what they mean.
        blocks[-1]["cache_control"] = {"type": "ephemeral"}
    return blocks


def _text(text: Any, path: str) -> list[Block]:
    return [{"type": "text", "text": text}] if read_text(text, path) else []


def _image(image: Any, path: str) -> Block:
    if not isinstance(image, dict):
        raise Unsayable(path, "must be an object with a url", 'Send {"url": "https://..."}')
    refuse_others(image, frozenset({"url", "detail"}), path)
    if image.get("detail") not in (None, "auto", "high"):
        # Images are always read in full, which is what high asks for.
        raise Unsayable(f"{path}.detail", "cannot be chosen on this provider's wire", "Leave it away, or send high")
    url = read_text(image.get("url"), f"{path}.url")
    if url.startswith(("https://", "http://")):
        return {"type": "image", "source": {"type": "url", "url": url}}
    media_type, data = _inline(url, f"{path}.url")
    return {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}}


def _document(file: Any, path: str) -> Block:
    if not isinstance(file, dict):
        raise Unsayable(path, "must be an object with file_data", "Send file_data as a data URL")
    refuse_others(file, frozenset({"file_data", "filename"}), path)
    media_type, data = _inline(read_text(file.get("file_data"), f"{path}.file_data"), f"{path}.file_data")
    if media_type != _PDF:
        raise Unsayable(f"{path}.file_data", f"must be {_PDF} on this provider's wire", "Send a PDF, or text as text")
    block: Block = {"type": "document", "source": {"type": "base64", "media_type": media_type, "data": data}}
    if file.get("filename") is not None:
        block["title"] = read_text(file["filename"], f"{path}.filename")
    return block


def _inline(url: str, path: str) -> tuple[str, str]:
    head, comma, data = url.partition(",")
    if not head.startswith("data:") or not head.endswith(";base64") or not comma:
        raise Unsayable(path, "must be a base64 data URL", "Send data:image/png;base64,...")
    media_type = head.removeprefix("data:").partition(";")[0].lower()
    if not media_type:
        raise Unsayable(path, "does not say its media type", "Send data:image/png;base64,...")
    return media_type, data
