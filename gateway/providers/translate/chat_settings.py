"""Reads everything of a chat call (OpenAI's wire) but its messages, for wires that say the same in other words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final, Literal

from keeptrusts.gateway.providers.translate.chat_turns import Unsayable, read_text, refuse_others
from keeptrusts.schemas.frozen import frozen

HINTS: Final = frozenset(
    {"user", "safety_identifier", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention"}
)
"""Fields that say who asks (which the gateway itself records) or how to cache, never what the answer should be."""

NEUTRAL: Final[Mapping[str, tuple[Any, ...]]] = {
    "frequency_penalty": (0,),
    "logit_bias": ({},),
    "logprobs": (False,),
    "metadata": ({},),
    "modalities": (["text"],),
    "n": (1,),
    "parallel_tool_calls": (True,),
    "presence_penalty": (0,),
    "service_tier": ("auto", "default"),
    "store": (False,),
    "stream": (True, False),
    "top_logprobs": (0,),
    "verbosity": ("medium",),
}
"""Values that ask for what a provider does anyway; null asks for nothing in any field."""

STREAM_OPTIONS: Final = frozenset({"include_usage"})

ToolMode = Literal["auto", "none", "required"]


@frozen
class Function:
    """A function that the model may call; ``parameters`` is a JSON Schema or None. ``path`` is the tool's."""

    name: str
    description: str | None = field(repr=False)
    parameters: Mapping[str, Any] | None = field(repr=False)
    strict: bool
    path: str


@frozen
class ToolChoice:
    """How freely functions are called; ``names`` are the only ones allowed, None for all."""

    mode: ToolMode
    names: tuple[str, ...] | None = None


@frozen
class JsonAnswer:
    """The answer is to be JSON; ``schema`` is None when any object will do."""

    schema: Mapping[str, Any] | None = field(repr=False)
    name: str | None = None
    description: str | None = field(default=None, repr=False)


def refuse_unsayable(document: Mapping[str, Any], carried: frozenset[str]) -> None:
    """Refuse the first field that is neither carried nor neutral nor a mere hint."""
    for name, value in document.items():
        if value is None or name in carried or name in HINTS or value in NEUTRAL.get(name, ()):
            continue
        if name == "stream_options":
            _check_stream_options(value)
            continue
        raise Unsayable(name, "has no counterpart on this provider's wire")


def number(document: Mapping[str, Any], name: str, low: float, high: float) -> float | int | None:
    """Give a number between both limits, or None when it is not set."""
    value = document.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise Unsayable(
            name, f"must be a number from {low:g} to {high:g} on this provider's wire", "Choose one of these"
        )
    return value


def whole(document: Mapping[str, Any], name: str, low: int, high: int) -> int | None:
    """Give a whole number between both limits, or None when it is not set."""
    value = number(document, name, low, high)
    if value is not None and not isinstance(value, int):
        raise Unsayable(name, "must be a whole number", "Send a whole number")
    return value


def token_limit(document: Mapping[str, Any]) -> int | None:
    """Give the most tokens of an answer, by its new or its old name."""
    new = whole(document, "max_completion_tokens", 1, 2**31 - 1)
    old = whole(document, "max_tokens", 1, 2**31 - 1)
    if new is not None and old is not None and new != old:
        raise Unsayable("max_tokens", "says something else than max_completion_tokens", "Keep max_completion_tokens")
    return old if new is None else new


def stop_sequences(document: Mapping[str, Any], most: int) -> list[str]:
    """Give the texts that end an answer."""
    value = document.get("stop")
    texts = [value] if isinstance(value, str) else [] if value is None else value
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        raise Unsayable("stop", "must be a text or a list of texts", "Send texts that are not empty")
    if len(texts) > most:
        raise Unsayable("stop", f"holds more than {most} texts", f"Send at most {most}")
    return texts


def wants_usage(document: Mapping[str, Any]) -> bool:
    """Say whether a stream is to end with a chunk that holds the usage."""
    options = document.get("stream_options")
    return isinstance(options, dict) and options.get("include_usage") is True


def read_functions(document: Mapping[str, Any]) -> tuple[Function, ...]:
    """Read ``tools``."""
    tools = document.get("tools")
    if tools is None:
        return ()
    if not isinstance(tools, list):
        raise Unsayable("tools", "must be a list", "Send a list of functions")
    return tuple(_function(tool, f"tools[{index}]") for index, tool in enumerate(tools))


def read_tool_choice(document: Mapping[str, Any]) -> ToolChoice | None:
    """Read ``tool_choice``; None leaves it to the provider, which is auto."""
    choice = document.get("tool_choice")
    if choice not in (None, "auto", "none") and not document.get("tools"):
        raise Unsayable("tool_choice", "asks for a function where there are none", "Send tools too, or leave it away")
    match choice:
        case None:
            return None
        case "auto" | "none" | "required":
            return ToolChoice(mode=choice)
        case {"type": "function", "function": {"name": str(name), **others}} if not others:
            return ToolChoice(mode="required", names=(name,))
        case {"type": "allowed_tools", "allowed_tools": {"mode": "auto" | "required" as mode, "tools": list(tools)}}:
            return ToolChoice(mode=mode, names=tuple(_allowed(tool, i) for i, tool in enumerate(tools)))
        case _:
            raise Unsayable("tool_choice", "is none that has a counterpart", "Send auto, none, required or a function")


def refuse_serial_tools(document: Mapping[str, Any]) -> None:
    """Refuse ``parallel_tool_calls: false`` where there are tools that it could hold back."""
    if document.get("parallel_tool_calls") is False and document.get("tools"):
        raise Unsayable("parallel_tool_calls", "calls of several functions at once cannot be switched off here")


def read_json_answer(document: Mapping[str, Any]) -> JsonAnswer | None:
    """Read ``response_format``; None is plain text."""
    form = document.get("response_format")
    match form:
        case None | {"type": "text"}:
            return None
        case {"type": "json_object"}:
            return JsonAnswer(schema=None)
        case {"type": "json_schema", "json_schema": dict(about)} if isinstance(about.get("schema"), dict):
            refuse_others(about, frozenset({"name", "description", "schema", "strict"}), "response_format.json_schema")
            return JsonAnswer(
                schema=about["schema"], name=_or_none(about, "name"), description=_or_none(about, "description")
            )
        case _:
            raise Unsayable(
                "response_format",
                "is none that has a counterpart",
                "Send text, json_object, or json_schema with a schema",
            )


def _function(tool: Any, path: str) -> Function:
    function = tool.get("function") if isinstance(tool, dict) and tool.get("type") == "function" else None
    if not isinstance(function, dict):
        raise Unsayable(path, "only functions have a counterpart on this provider's wire")
    refuse_others(tool, frozenset({"type", "function"}), path)
    refuse_others(function, frozenset({"name", "description", "parameters", "strict"}), f"{path}.function")
    parameters = function.get("parameters")
    if parameters is not None and not isinstance(parameters, dict):
        raise Unsayable(f"{path}.function.parameters", "must be a JSON Schema", "Send an object")
    description = function.get("description")
    return Function(
        name=read_text(function.get("name"), f"{path}.function.name"),
        description=None if description is None else read_text(description, f"{path}.function.description"),
        parameters=parameters,
        strict=function.get("strict") is True,
        path=f"{path}.function",
    )


def _allowed(tool: Any, index: int) -> str:
    match tool:
        case {"type": "function", "function": {"name": str(name)}}:
            return name
        case _:
            raise Unsayable(f"tool_choice.allowed_tools.tools[{index}]", "must name a function", "Send the tool's name")


def _check_stream_options(options: Any) -> None:
    if not isinstance(options, dict):
        raise Unsayable("stream_options", "must be an object", 'Send {"include_usage": true}')
    refuse_others(
        {key: value for key, value in options.items() if (key, value) != ("include_obfuscation", False)},
        STREAM_OPTIONS,
        "stream_options",
    )


def _or_none(value: Mapping[str, Any], name: str) -> str | None:
    inner = value.get(name)
    return None if inner is None else read_text(inner, f"response_format.json_schema.{name}")
