"""Anthropic's messages to OpenAI's chat completions and back.

Decisions:

- ``cache_control`` is left out: it changes what a call costs, never what it means.
- ``thinking`` that is disabled or adaptive is what OpenAI's models do anyway; a budget of tokens has no counterpart.
  ``output_config.effort`` becomes ``reasoning_effort``. Reasoning is counted and, as OpenAI does not show it, not told.
- ``metadata.user_id`` becomes ``user``.
- OpenAI does not say which of the stop texts ended an answer, so it ends with ``end_turn``.
- A refusal is text with the stop reason ``refusal``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson

from keeptrusts.gateway.providers.translate import chat_settings as settings
from keeptrusts.gateway.providers.translate.chat_turns import Unsayable, read_text
from keeptrusts.gateway.providers.translate.message_events import (
    MessageEvents,
    message_error,
    message_usage,
    stop_reason,
)
from keeptrusts.gateway.providers.translate.openai_turns import (
    ELSEWHERE,
    refuse_others,
    write_messages,
    write_system,
)
from keeptrusts.gateway.providers.translate.protocol import (
    ClientApi,
    ClientCall,
    Inexpressible,
    ProviderApi,
    ProviderCall,
    ReadAnswer,
)
from keeptrusts.gateway.providers.translate.reported_usage import chat_usage
from keeptrusts.gateway.providers.translate.wire_json import (
    UNREADABLE,
    read_error_object,
    read_object,
    text_or_none,
    write_json,
)

_CARRIED: Final = frozenset(
    {
        "max_tokens", "messages", "metadata", "model", "output_config", "service_tier", "stop_sequences", "system",
        "temperature", "thinking", "tool_choice", "tools", "top_p",
    }
)  # fmt: skip
_HINTS: Final = frozenset({"cache_control"})
_NEUTRAL: Final[Mapping[str, tuple[Any, ...]]] = {
    "speed": ("standard",),
    "stream": (True, False),
    "mcp_servers": ([],),
    "fallbacks": ([],),
}
"""Values that ask for what a provider does anyway; null asks for nothing in any field."""
_TOOL_HINTS: Final = frozenset({"cache_control", "eager_input_streaming"})
"""When fragments of arguments arrive is no part of what they say."""
_MOST_STOPS: Final = 4
_EFFORTS: Final = frozenset({"low", "medium", "high", "xhigh", "max"})


class MessagesOpenai:
    """See the protocol and the decisions above."""

    @property
    def client(self) -> ClientApi:
        """What the caller speaks."""
        return "messages"

    @property
    def provider(self) -> ProviderApi:
        """What the target speaks."""
        return "openai"

    def request(self, call: ClientCall) -> ProviderCall | Inexpressible:
        """Give the chat completion to ask for, or the first field that OpenAI's wire cannot say."""
        try:
            body = write_json(_completion(call))
        except Unsayable as refused:
            return refused.verdict
        except ValueError:
            return Inexpressible(param="messages", reason="are nested too deeply", fix="Send fewer levels")
        return ProviderCall(path="/chat/completions", body=body)

    def answer(self, call: ClientCall, body: bytes) -> ReadAnswer:
        """Read a chat completion and give its first choice as a message."""
        document = read_object(body)
        if document is None:
            return UNREADABLE
        usage = chat_usage(document.get("usage"))
        model = text_or_none(document.get("model"))
        try:
            content, reason = _content(document.get("choices"))
            written = write_json(
                {
                    "id": text_or_none(document.get("id")) or call.request,
                    "type": "message",
                    "role": "assistant",
                    "model": model or call.model,
                    "content": content,
                    "stop_reason": reason,
                    "stop_sequence": None,
                    "usage": message_usage(usage),
                }
            )
        except ValueError:
            return ReadAnswer(body=b"", usage=usage, model=model, valid=False)
        return ReadAnswer(body=written, usage=usage, model=model, valid=True)

    def error(self, status: int, body: bytes) -> bytes | None:
        """Give OpenAI's error as Anthropic writes it."""
        document = read_error_object(body)
        return None if document is None else message_error(status, document.get("error"))

    def stream(self, call: ClientCall) -> MessageEvents:
        """Begin to read a stream."""
        return MessageEvents(call=call)


def _completion(call: ClientCall) -> dict[str, Any]:
    document = call.document
    for name, value in document.items():
        if value is not None and name not in _CARRIED | _HINTS and value not in _NEUTRAL.get(name, ()):
            raise Unsayable(name, "has no counterpart on this provider's wire", ELSEWHERE)
    completion: dict[str, Any] = {
        "model": call.model,
        "messages": write_system(document.get("system")) + write_messages(document.get("messages")),
    }
    limit = settings.whole(document, "max_tokens", 1, 2**31 - 1)
    if limit is not None:
        completion["max_completion_tokens"] = limit
    if call.stream:
        completion |= {"stream": True, "stream_options": {"include_usage": True}}
    for name in ("temperature", "top_p"):
        value = settings.number(document, name, 0, 1)
        if value is not None:
            completion[name] = value
    stops = document.get("stop_sequences")
    if stops is not None and stops != []:
        completion["stop"] = _stops(stops)
    return completion | _tools(document) | _output(document) | _service(document) | _user(document)


def _stops(stops: Any) -> list[str]:
    if not isinstance(stops, list) or not all(isinstance(stop, str) for stop in stops):
        raise Unsayable("stop_sequences", "must be a list of texts", "Send texts")
    if len(stops) > _MOST_STOPS:
        raise Unsayable("stop_sequences", f"holds more than {_MOST_STOPS} texts", f"Send at most {_MOST_STOPS}")
    return stops


def _tools(document: Mapping[str, Any]) -> dict[str, Any]:
    tools = document.get("tools")
    if tools is not None and not isinstance(tools, list):
        raise Unsayable("tools", "must be a list", "Send a list of tools")
    if not tools:
        choice = document.get("tool_choice")
        if choice is not None and (not isinstance(choice, dict) or choice.get("type") not in ("auto", "none")):
            raise Unsayable("tool_choice", "asks for a tool where there is none", "Send tools, or leave it away")
        return {}
    return {"tools": [_tool(tool, f"tools[{index}]") for index, tool in enumerate(tools)]} | _tool_choice(document)


def _tool(tool: Any, path: str) -> dict[str, Any]:
    if not isinstance(tool, dict) or tool.get("type") not in (None, "custom"):
        raise Unsayable(f"{path}.type", "is a tool of Anthropic's own, which this provider does not have", ELSEWHERE)
    if tool.get("allowed_callers") not in (None, [], ["direct"]):
        raise Unsayable(f"{path}.allowed_callers", "has no counterpart on this provider's wire", ELSEWHERE)
    if tool.get("defer_loading") not in (None, False):
        raise Unsayable(f"{path}.defer_loading", "has no counterpart on this provider's wire", ELSEWHERE)
    known = {"type", "name", "description", "input_schema", "strict", "allowed_callers", "defer_loading"}
    refuse_others(tool, _TOOL_HINTS | known, path)
    schema = tool.get("input_schema")
    if not isinstance(schema, dict):
        raise Unsayable(f"{path}.input_schema", "must be a JSON Schema", "Send an object")
    function = {"name": read_text(tool.get("name"), f"{path}.name"), "parameters": schema}
    if tool.get("description") is not None:
        function["description"] = read_text(tool["description"], f"{path}.description")
    if tool.get("strict") is not None:
        function["strict"] = tool["strict"]
    return {"type": "function", "function": function}


def _tool_choice(document: Mapping[str, Any]) -> dict[str, Any]:
    choice = document.get("tool_choice")
    if choice is None:
        return {}
    if not isinstance(choice, dict):
        raise Unsayable("tool_choice", "must be an object", 'Send {"type": "auto"}')
    refuse_others(choice, frozenset({"type", "name", "disable_parallel_tool_use"}), "tool_choice")
    serial = choice.get("disable_parallel_tool_use")
    if serial not in (None, True, False):
        raise Unsayable("tool_choice.disable_parallel_tool_use", "must be true or false", "Leave it away")
    # Said only where it changes something: servers that know no such field still serve everyone else.
    return {"tool_choice": _named_choice(choice)} | ({"parallel_tool_calls": False} if serial else {})


def _named_choice(choice: Mapping[str, Any]) -> Any:
    match choice.get("type"):
        case "auto" | "none" as kind:
            return kind
        case "any":
            return "required"
        case "tool":
            return {"type": "function", "function": {"name": read_text(choice.get("name"), "tool_choice.name")}}
        case _:
            raise Unsayable("tool_choice.type", "is none that this provider knows", "Use auto, any, tool or none")


def _output(document: Mapping[str, Any]) -> dict[str, Any]:
    _check_thinking(document.get("thinking"))
    config = document.get("output_config")
    if config is None:
        return {}
    if not isinstance(config, dict):
        raise Unsayable("output_config", "must be an object", "Leave it away")
    refuse_others(config, frozenset({"effort", "format"}), "output_config")
    written: dict[str, Any] = {}
    effort = config.get("effort")
    if effort is not None:
        if not isinstance(effort, str) or effort not in _EFFORTS:
            raise Unsayable("output_config.effort", "is none that this provider knows", "Send low, medium or high")
        written["reasoning_effort"] = effort
    match config.get("format"):
        case None:
            return written
        case {"type": "json_schema", "schema": dict(schema), **others} if not others:
            named = {"name": "answer", "schema": schema, "strict": True}
            return written | {"response_format": {"type": "json_schema", "json_schema": named}}
        case _:
            raise Unsayable("output_config.format", "has no counterpart on this provider's wire", "Send json_schema")


def _check_thinking(thinking: Any) -> None:
    match thinking:
        case None | {"type": "disabled"}:
            return
        case {"type": "adaptive", **others} if others in ({}, {"display": None}, {"display": "omitted"}):
            return
        case {"type": "adaptive"}:
            raise Unsayable("thinking.display", "thinking is not shown by this provider", "Leave it away")
        case _:
            raise Unsayable("thinking", "has no budget on this provider's wire", "Use output_config.effort instead")


def _service(document: Mapping[str, Any]) -> dict[str, Any]:
    match document.get("service_tier"):
        case None | "auto":
            return {}
        case "standard_only":
            return {"service_tier": "default"}
        case _:
            raise Unsayable("service_tier", "is none that this provider knows", "Send auto or standard_only")


def _user(document: Mapping[str, Any]) -> dict[str, Any]:
    metadata = document.get("metadata")
    if metadata is None:
        return {}
    if not isinstance(metadata, dict):
        raise Unsayable("metadata", "must be an object", 'Send {"user_id": ...}')
    refuse_others(metadata, frozenset({"user_id"}), "metadata")
    user = metadata.get("user_id")
    return {} if user is None else {"user": read_text(user, "metadata.user_id")}


def _content(choices: Any) -> tuple[list[dict[str, Any]], str]:
    """Give the blocks and the stop reason of the first choice; raises ValueError when it is malformed."""
    match choices:
        case [{"message": dict(message), **about}, *_]:
            blocks = [_text(message[name]) for name in ("content", "refusal") if message.get(name) not in (None, "")]
            calls = message.get("tool_calls") or []
            if not isinstance(calls, list):
                raise ValueError("tool_calls is no list")
            blocks += [_tool_use(call) for call in calls]
            refused = bool(message.get("refusal"))
            return blocks, stop_reason(about.get("finish_reason"), calls=bool(calls), refused=refused)
        case _:
            raise ValueError("there is no choice")


def _text(text: Any) -> dict[str, Any]:
    if not isinstance(text, str):
        raise ValueError("content is no text")
    return {"type": "text", "text": text}


def _tool_use(call: Any) -> dict[str, Any]:
    match call:
        case {"id": str(identifier), "function": {"name": str(name), "arguments": str(arguments)}}:
            given = orjson.loads(arguments or "{}")
            if not isinstance(given, dict):
                raise ValueError("arguments are no object")
            return {"type": "tool_use", "id": identifier, "name": name, "input": given}
        case _:
            raise ValueError("a tool call is malformed")
