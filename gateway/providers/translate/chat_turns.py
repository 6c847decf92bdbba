"""Reads the messages of a chat call (OpenAI's wire) as turns, for wires that say the same in other words.

Whatever has no place in these values is refused by its path (``Unsayable``), so that nothing gets lost on the way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Final, Literal

import orjson

from keeptrusts.gateway.providers.translate.protocol import Inexpressible
from keeptrusts.schemas.frozen import frozen

ELSEWHERE: Final = "Leave it away, or ask for a model that an OpenAI target serves"

Side = Literal["user", "assistant", "tool"]


class Unsayable(Exception):
    """Carries an ``Inexpressible`` from deep inside a request up to ``request``, which gives it back as a value."""

    def __init__(self, param: str, reason: str, fix: str = ELSEWHERE) -> None:
        super().__init__(param)
        self.verdict: Final = Inexpressible(param=param, reason=reason, fix=fix)


@frozen
class Text:
    """Plain text."""

    text: str = field(repr=False)


@frozen
class Media:
    """An image, a sound or a document: base64 as it came. ``path`` is where the call holds it."""

    media_type: str
    data: str = field(repr=False)
    name: str | None = field(default=None, repr=False)
    path: str


@frozen
class ToolCall:
    """A call of a function that the model made in an earlier turn; ``signature`` is Gemini's, given back as it came."""

    id: str
    name: str
    arguments: Mapping[str, Any] = field(repr=False)
    signature: str | None = field(default=None, repr=False)
    path: str


@frozen
class ToolResult:
    """What a function gave back; ``name`` is the function's, found by the call's id."""

    id: str
    name: str
    text: str = field(repr=False)
    path: str


Part = Text | Media | ToolCall | ToolResult


@frozen
class Turn:
    """What one side said; the results of calls made together are one turn."""

    side: Side
    parts: tuple[Part, ...]


@frozen
class Conversation:
    """The instructions that precede it, and the turns."""

    system: tuple[str, ...] = field(repr=False)
    turns: tuple[Turn, ...]


def read_conversation(messages: Any) -> Conversation:
    """Read ``messages``; raises Unsayable for what is malformed or has no counterpart."""
    if not isinstance(messages, list) or not messages:
        raise Unsayable("messages", "must be a non-empty list", 'Send "messages": [{"role": "user", ...}]')
    system: list[str] = []
    turns: list[Turn] = []
    functions: dict[str, str] = {}
    for index, message in enumerate(messages):
        path = f"messages[{index}]"
        if not isinstance(message, dict):
            raise Unsayable(path, "must be an object", "Send an object with a role and content")
        if message.get("role") in ("system", "developer"):
            system.append(_instruction(message, path, late=bool(turns)))
            continue
        turn = _turn(message, path, functions)
        if turn.side == "tool" and turns and turns[-1].side == "tool":
            turn = Turn(side="tool", parts=turns.pop().parts + turn.parts)
        turns.append(turn)
    if not turns:
        raise Unsayable("messages", "hold only instructions", "Add a message of the user")
    return Conversation(system=tuple(system), turns=tuple(turns))


def refuse_others(value: Mapping[str, Any], known: frozenset[str], path: str) -> None:
    """Refuse the first key that is set and not known."""
    for key, inner in value.items():
        if key not in known and inner is not None and inner != []:
            raise Unsayable(f"{path}.{key}", "has no counterpart on this provider's wire")


def read_text(value: Any, path: str) -> str:
    """Give a text, or refuse."""
    if not isinstance(value, str):
        raise Unsayable(path, "must be a string", "Send text")
    return value


def _instruction(message: Mapping[str, Any], path: str, *, late: bool) -> str:
    if late:
        raise Unsayable(
            f"{path}.role",
            "instructions have a place only before the first turn on this provider's wire",
            "Put them first, or send them as the user's",
        )
    refuse_others(message, frozenset({"role", "content"}), path)
    return _only_text(message.get("content"), f"{path}.content")


def _turn(message: Mapping[str, Any], path: str, functions: dict[str, str]) -> Turn:
    match message.get("role"):
        case "user":
            refuse_others(message, frozenset({"role", "content"}), path)
            return Turn(side="user", parts=_parts(message.get("content"), f"{path}.content"))
        case "assistant":
            return Turn(side="assistant", parts=_said(message, path, functions))
        case "tool":
            refuse_others(message, frozenset({"role", "content", "tool_call_id"}), path)
            return Turn(side="tool", parts=(_result(message, path, functions),))
        case _:
            raise Unsayable(
                f"{path}.role", "is none that this provider's wire knows", "Use system, user, assistant or tool"
            )


def _said(message: Mapping[str, Any], path: str, functions: dict[str, str]) -> tuple[Part, ...]:
    refuse_others(message, frozenset({"role", "content", "refusal", "tool_calls"}), path)
    content = message.get("content")
    parts: tuple[Part, ...] = () if content is None else _parts(content, f"{path}.content")
    refusal = message.get("refusal")
    if refusal is not None:
        # A refusal is something that the model said, in a field of its own.
        parts += (Text(text=read_text(refusal, f"{path}.refusal")),)
    calls = _calls(message.get("tool_calls"), f"{path}.tool_calls")
    functions.update((call.id, call.name) for call in calls)
    return parts + calls


def _calls(calls: Any, path: str) -> tuple[ToolCall, ...]:
    if calls is None:
        return ()
    if not isinstance(calls, list):
        raise Unsayable(path, "must be a list", "Send the tool calls as they came")
    return tuple(_call(call, f"{path}[{index}]") for index, call in enumerate(calls))


def _call(call: Any, path: str) -> ToolCall:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or call.get("type", "function") != "function":
        raise Unsayable(path, "only calls of functions have a counterpart", "Send the tool call as it came")
    refuse_others(call, frozenset({"id", "type", "function", "index", "extra_content"}), path)
    refuse_others(function, frozenset({"name", "arguments"}), f"{path}.function")
    return ToolCall(
        id=read_text(call.get("id"), f"{path}.id"),
        name=read_text(function.get("name"), f"{path}.function.name"),
        arguments=_arguments(function.get("arguments"), f"{path}.function.arguments"),
        signature=_signature(call.get("extra_content"), f"{path}.extra_content"),
        path=path,
    )


def _arguments(arguments: Any, path: str) -> Mapping[str, Any]:
    text = read_text(arguments, path)
    try:
        value = orjson.loads(text or "{}")
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise Unsayable(path, "must be a JSON object in a string", "Send the arguments as they came")
    return value


def _signature(extra: Any, path: str) -> str | None:
    """Read ``{"google": {"thought_signature": ...}}``, the form of Google's own OpenAI-compatible endpoint."""
    if extra is None:
        return None
    google = extra.get("google") if isinstance(extra, dict) else None
    if not isinstance(google, dict) or len(extra) != 1 or set(google) - {"thought_signature"}:
        raise Unsayable(path, "holds more than google.thought_signature", "Send the tool call as it came")
    signature = google.get("thought_signature")
    return None if signature is None else read_text(signature, f"{path}.google.thought_signature")


def _result(message: Mapping[str, Any], path: str, functions: Mapping[str, str]) -> ToolResult:
    identifier = read_text(message.get("tool_call_id"), f"{path}.tool_call_id")
    name = functions.get(identifier)
    if name is None:
        raise Unsayable(
            f"{path}.tool_call_id", "names no tool call of an earlier message", "Send the assistant's message too"
        )
    return ToolResult(id=identifier, name=name, text=_only_text(message.get("content"), f"{path}.content"), path=path)


def _only_text(content: Any, path: str) -> str:
    parts = _parts(content, path)
    texts = [part.text for part in parts if isinstance(part, Text)]
    if len(texts) != len(parts):
        raise Unsayable(path, "only text has a counterpart here", "Send text")
    return "".join(texts)


def _parts(content: Any, path: str) -> tuple[Part, ...]:
    if isinstance(content, str):
        return (Text(text=content),)
    if not isinstance(content, Sequence):
        raise Unsayable(path, "must be a string or a list of parts", "Send text or parts")
    return tuple(_part(part, f"{path}[{index}]") for index, part in enumerate(content))


def _part(part: Any, path: str) -> Part:
    if not isinstance(part, dict):
        raise Unsayable(path, "must be an object", 'Send {"type": "text", "text": ...}')
    kind = part.get("type")
    # A cache breakpoint changes what a call costs, never what it means.
    refuse_others(part, frozenset({"type", "prompt_cache_breakpoint", str(kind)}), path)
    match kind:
        case "text" | "refusal":
            return Text(text=read_text(part.get(kind), f"{path}.{kind}"))
        case "image_url":
            return _image(part.get("image_url"), f"{path}.image_url")
        case "input_audio":
            return _sound(part.get("input_audio"), f"{path}.input_audio")
        case "file":
            return _file(part.get("file"), f"{path}.file")
        case _:
            raise Unsayable(f"{path}.type", "is a kind of content that has no counterpart on this provider's wire")


def _image(image: Any, path: str) -> Media:
    if not isinstance(image, dict):
        raise Unsayable(path, "must be an object with a url", 'Send {"url": "data:image/png;base64,..."}')
    refuse_others(image, frozenset({"url", "detail"}), path)
    if image.get("detail") not in (None, "auto"):
        raise Unsayable(f"{path}.detail", "cannot be chosen on this provider's wire", "Leave it away, or send auto")
    return _inline(image.get("url"), f"{path}.url", None)


def _sound(sound: Any, path: str) -> Media:
    if not isinstance(sound, dict):
        raise Unsayable(path, "must be an object with data and format", "Send base64 data and its format")
    refuse_others(sound, frozenset({"data", "format"}), path)
    form = sound.get("format")
    if form not in ("wav", "mp3"):
        raise Unsayable(f"{path}.format", "must be wav or mp3", "Send wav or mp3")
    data = read_text(sound.get("data"), f"{path}.data")
    return Media(media_type="audio/wav" if form == "wav" else "audio/mp3", data=data, path=path)


def _file(file: Any, path: str) -> Media:
    if not isinstance(file, dict):
        raise Unsayable(path, "must be an object with file_data", "Send file_data as a data URL")
    refuse_others(file, frozenset({"file_data", "filename"}), path)
    name = file.get("filename")
    return _inline(
        file.get("file_data"),
        f"{path}.file_data",
        None if name is None else read_text(name, f"{path}.filename"),
    )


def _inline(url: Any, path: str, name: str | None) -> Media:
    head, comma, data = read_text(url, path).partition(",")
    if not head.startswith("data:") or not head.endswith(";base64") or not comma:
        raise Unsayable(
            path, "must hold the content itself; this provider does not fetch addresses", "Send a base64 data URL"
        )
    media_type = head.removeprefix("data:").partition(";")[0].lower()
    if not media_type:
        raise Unsayable(path, "does not say its media type", "Send data:image/png;base64,...")
    return Media(media_type=media_type, data=data, name=name, path=path)
