"""Reads what of a call becomes input, and refuses what a provider would bill without our seeing how much. Pure.

Everything is an allow-list: fields, kinds of content and kinds of tools that are not known here have no bound. Text is
never touched: its bytes are in the body. Data of images is measured, because a provider counts pixels and not bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any, Final

import orjson

from keeptrusts.gateway.wallets.token_tariffs import (
    FORMAT_TOKENS,
    IMAGE_TYPES,
    MESSAGE_TOKENS,
    OWN_TOOL_TOKENS,
    TOOL_TOKENS,
    TOOLS_TOKENS,
)
from keeptrusts.schemas.frozen import frozen

INLINE: Final = "Send the content itself, as text or as a base64 image"
ELSEWHERE: Final = "Leave it away, or have wallets.estimate set to typical in the team's policy"


class Unbounded(Exception):
    """Carries what has no bound from deep inside a call up to the one who bounds it; ``param`` is its path."""

    def __init__(self, param: str, reason: str, fix: str = ELSEWHERE) -> None:
        super().__init__(param)
        self.param: Final = param
        self.reason: Final = reason
        self.fix: Final = fix


class InputSize:
    """What was found in one call so far.

    ``images`` with ``image_bytes`` of base64, ``extra_tokens`` that no byte of the body stands for, ``choices`` (how
    many answers are wanted), and ``predicted_bytes`` of a given answer, whose unused tokens are billed as output.
    """

    # Defaults of the class rather than of an __init__: nearly every call leaves most of them as they are.
    images: int = 0
    image_bytes: int = 0
    extra_tokens: int = 0
    choices: int = 1
    predicted_bytes: int = 0


def read_input(api: str, document: Mapping[str, Any]) -> InputSize:
    """Read a call of an API (chat, messages, responses, embeddings); raises Unbounded with the field's path."""
    fields = _FIELDS[api]
    size = InputSize()
    fields.contents(document.get(fields.where), fields.where, size)
    if not document.keys() <= fields.plain:
        _read_unusual(document, fields, size)
    return size


def _read_unusual(document: Mapping[str, Any], fields: _Fields, size: InputSize) -> None:
    for name, value in document.items():
        if name in fields.plain or value is None:
            continue
        check = fields.checked.get(name)
        if check is None:
            raise Unbounded(name, "is not known here, so what it costs is not either")
        check(value, name, size)


def _chat_messages(messages: Any, path: str, size: InputSize) -> None:
    size.extra_tokens += MESSAGE_TOKENS * len(messages)
    for index, message in enumerate(messages):
        if not message.keys() <= _CHAT_MESSAGE:
            _refuse_others(message, _CHAT_MESSAGE, f"{path}[{index}]")
        content = message.get("content")
        if type(content) is not str and content is not None:
            _chat_parts(content, f"{path}[{index}].content", size)


def _chat_parts(content: Any, path: str, size: InputSize) -> None:
    for where, part in _objects(content, path):
        match part.get("type"):
            case "text" | "refusal" | "thinking":
                pass
            case "image_url":
                _data_url(part.get("image_url"), f"{where}.image_url", size)
            case _:
                raise Unbounded(f"{where}.type", "is a kind of content without a bound", INLINE)


def _data_url(image: Any, path: str, size: InputSize) -> None:
    url = image.get("url") if isinstance(image, dict) else image
    if not isinstance(url, str) or not url.startswith("data:"):
        raise Unbounded(path, "is an image that the provider would fetch", "Send data:image/png;base64,...")
    head, comma, data = url.partition(",")
    media_type, _, coding = head[5:].partition(";")
    if media_type.lower() not in IMAGE_TYPES or coding != "base64" or not comma:
        raise Unbounded(path, "is no image whose tokens have a bound", "Send data:image/png;base64,...")
    _image(data, size)


def _image(data: str, size: InputSize) -> None:
    size.images += 1
    size.image_bytes += len(data)


def _anthropic_messages(messages: Any, path: str, size: InputSize) -> None:
    size.extra_tokens += MESSAGE_TOKENS * len(messages)
    for index, message in enumerate(messages):
        if not message.keys() <= _ANTHROPIC_MESSAGE:
            _refuse_others(message, _ANTHROPIC_MESSAGE, f"{path}[{index}]")
        content = message.get("content")
        if type(content) is not str:
            _blocks(content, f"{path}[{index}].content", size)


def _blocks(content: Any, path: str, size: InputSize) -> None:
    if content is None or isinstance(content, str):
        return
    for where, block in _objects(content, path):
        match block.get("type"):
            case "text" | "tool_use" | "thinking" | "redacted_thinking":
                pass
            case "image":
                _image_block(block.get("source"), f"{where}.source", size)
            case "tool_result":
                _blocks(block.get("content"), f"{where}.content", size)
            case "document":
                _document_block(block, where, size)
            case _:
                raise Unbounded(f"{where}.type", "is a kind of content without a bound", INLINE)


def _image_block(source: Any, path: str, size: InputSize) -> None:
    match source:
        case {"type": "base64", "media_type": str(media_type), "data": str(data)} if media_type in IMAGE_TYPES:
            _image(data, size)
        case _:
            raise Unbounded(path, "is no image that is sent with the call", "Send a base64 image")


def _document_block(block: Mapping[str, Any], path: str, size: InputSize) -> None:
    match block.get("citations"):
        case None | {"enabled": False}:
            pass
        case _:
            raise Unbounded(f"{path}.citations", "add tokens that are not known before the call")
    match block.get("source"):
        case {"type": "text", "data": str()}:
            pass
        case {"type": "content", "content": content}:
            _blocks(content, f"{path}.source.content", size)
        case _:
            raise Unbounded(f"{path}.source", "is a document whose pages the provider counts", "Send its text")


def _response_input(given: Any, path: str, size: InputSize) -> None:
    if given is None or isinstance(given, str):
        size.extra_tokens += MESSAGE_TOKENS
        return
    for where, item in _objects(given, path):
        size.extra_tokens += MESSAGE_TOKENS
        match item.get("type"):
            case None | "message":
                _response_parts(item.get("content"), f"{where}.content", size)
            case "function_call" | "custom_tool_call":
                pass
            case "function_call_output" | "custom_tool_call_output":
                _response_parts(item.get("output"), f"{where}.output", size)
            case "reasoning" if isinstance(item.get("encrypted_content"), str):
                pass
            case "reasoning":
                raise Unbounded(where, "names reasoning that the provider keeps", "Send its encrypted_content")
            case _:
                raise Unbounded(f"{where}.type", "is a kind of item without a bound", INLINE)


def _response_parts(content: Any, path: str, size: InputSize) -> None:
    if content is None or isinstance(content, str):
        return
    for where, part in _objects(content, path):
        match part.get("type"):
            case "input_text" | "output_text" | "refusal" | "text" | "reasoning_text" | "summary_text":
                pass
            case "input_image" if part.get("file_id") is None:
                _data_url(part.get("image_url"), f"{where}.image_url", size)
            case _:
                raise Unbounded(f"{where}.type", "is a kind of content without a bound", INLINE)


def _embedded(given: Any, path: str, size: InputSize) -> None:
    """Texts, or tokens as numbers: each number takes two bytes of the body at least."""
    if isinstance(given, str):
        return
    if not isinstance(given, list):
        raise Unbounded(path, "must be text or tokens", "Send a text or a list of texts")
    size.extra_tokens += MESSAGE_TOKENS * len(given)
    for index, one in enumerate(given):
        if type(one) is str or type(one) is int:
            continue
        if not isinstance(one, list) or not all(type(token) is int for token in one):
            raise Unbounded(f"{path}[{index}]", "is neither text nor tokens", "Send a text or a list of texts")


def _functions(tools: Any, path: str, size: InputSize) -> None:
    _tools(tools, path, size, allowed=("function", "custom"))


def _anthropic_tools(tools: Any, path: str, size: InputSize) -> None:
    _tools(tools, path, size, allowed=(None, "custom"))


def _tools(tools: Any, path: str, size: InputSize, *, allowed: Collection[str | None]) -> None:
    if not tools:
        return
    size.extra_tokens += TOOLS_TOKENS
    for where, tool in _objects(tools, path):
        kind = tool.get("type")
        if kind in allowed:
            size.extra_tokens += TOOL_TOKENS
        elif None in allowed and isinstance(kind, str) and kind.startswith(_RUN_BY_CALLERS):
            size.extra_tokens += OWN_TOOL_TOKENS
        else:
            raise Unbounded(f"{where}.type", "is a tool that the provider runs and bills", "Send functions only")


def _declared_functions(functions: Any, path: str, size: InputSize) -> None:
    """The older spelling of tools."""
    if isinstance(functions, list) and functions:
        size.extra_tokens += TOOLS_TOKENS + TOOL_TOKENS * len(functions)


def _form(form: Any, path: str, size: InputSize) -> None:
    """A wanted form of the answer, itself or as the member ``format``; plain text needs no prompt."""
    wanted = form.get("format") if isinstance(form, dict) and "type" not in form else form
    if wanted is not None and not (isinstance(wanted, dict) and wanted.get("type") == "text"):
        size.extra_tokens += FORMAT_TOKENS


def _choices(wanted: Any, path: str, size: InputSize) -> None:
    if type(wanted) is not int or wanted < 1:
        raise Unbounded(path, "must be a positive whole number", "Leave it away, or send 1")
    size.choices = wanted


def _prediction(prediction: Any, path: str, size: InputSize) -> None:
    size.predicted_bytes = len(orjson.dumps(prediction))


def _only(*neutral: Any) -> _Check:
    """Make a check that refuses every value but these."""

    def check(value: Any, path: str, size: InputSize) -> None:
        if value not in neutral:
            raise Unbounded(path, "has a value whose price is not known here")

    return check


def _unseen(value: Any, path: str, size: InputSize) -> None:
    raise Unbounded(path, "names input that the provider keeps, so its size is not seen here", "Send the whole input")


def _searching(value: Any, path: str, size: InputSize) -> None:
    raise Unbounded(path, "makes the provider search, which it bills by what it finds")


def _reasoning(value: Any, path: str, size: InputSize) -> None:
    if not isinstance(value, dict):
        raise Unbounded(path, "must be an object", "Leave it away")
    _refuse_others(value, _REASONING, path)


def _objects(values: Any, path: str) -> list[tuple[str, Mapping[str, Any]]]:
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise Unbounded(path, "is of a shape that is not known here", "Send a list of objects")
    return [(f"{path}[{index}]", value) for index, value in enumerate(values)]


def _refuse_others(value: Mapping[str, Any], known: frozenset[str], path: str) -> None:
    for name, inner in value.items():
        if name not in known and inner is not None and inner != []:
            raise Unbounded(f"{path}.{name}", "is not known here, so what it costs is not either")


_Check = Callable[[Any, str, InputSize], None]


@frozen
class _Fields:
    """Fields of one API: where its contents are, those that cost nothing but their bytes, and those looked at."""

    where: str
    contents: _Check
    plain: frozenset[str]
    checked: Mapping[str, _Check]


_CHAT_MESSAGE: Final = frozenset(
    {
        "role", "content", "name", "tool_calls", "tool_call_id", "refusal", "function_call", "annotations", "prefix",
        "reasoning", "reasoning_content", "reasoning_details", "extra_content", "index",
    }
)  # fmt: skip
_ANTHROPIC_MESSAGE: Final = frozenset({"role", "content"})
_REASONING: Final = frozenset({"effort", "summary", "generate_summary", "max_tokens", "enabled", "exclude"})
_RUN_BY_CALLERS: Final = ("bash_", "text_editor_")
_TIERS: Final = _only("auto", "default", "flex", "standard_only")
_NOTHING: Final = _only(False, [], {})

_CHAT: Final = _Fields(
    where="messages",
    contents=_chat_messages,
    plain=frozenset(
        {
            "model", "messages", "stream", "stream_options", "temperature", "top_p", "top_k", "min_p",
            "frequency_penalty", "presence_penalty", "repetition_penalty", "logit_bias", "logprobs", "top_logprobs",
            "max_tokens", "max_completion_tokens", "stop", "seed", "random_seed", "user", "safety_identifier",
            "metadata", "store", "parallel_tool_calls", "tool_choice", "function_call", "reasoning_effort",
            "reasoning_format", "include_reasoning", "thinking", "enable_thinking", "verbosity", "prompt_cache_key",
            "prompt_cache_retention", "prompt_cache_options",
        }
    ),
    checked={
        "tools": _functions,
        "functions": _declared_functions,
        "response_format": _form,
        "n": _choices,
        "prediction": _prediction,
        "reasoning": _reasoning,
        "service_tier": _TIERS,
        "modalities": _only(["text"]),
        "web_search_options": _searching,
        "search_parameters": _searching,
    },
)  # fmt: skip
_MESSAGES: Final = _Fields(
    where="messages",
    contents=_anthropic_messages,
    plain=frozenset(
        {
            "model", "messages", "max_tokens", "metadata", "stop_sequences", "stream", "temperature", "top_k", "top_p",
            "tool_choice", "thinking", "cache_control",
        }
    ),
    checked={
        "system": _blocks,
        "tools": _anthropic_tools,
        "output_config": _form,
        "output_format": _form,
        "service_tier": _TIERS,
        "speed": _only("standard"),
        "mcp_servers": _NOTHING,
        "fallbacks": _NOTHING,
        "context_management": _NOTHING,
        "container": _unseen,
        "inference_geo": _only("global"),
    },
)  # fmt: skip
_RESPONSES: Final = _Fields(
    where="input",
    contents=_response_input,
    plain=frozenset(
        {
            "model", "input", "instructions", "max_output_tokens", "metadata", "parallel_tool_calls", "store", "stream",
            "stream_options", "temperature", "tool_choice", "top_logprobs", "top_p", "truncation", "user",
            "safety_identifier", "prompt_cache_key", "prompt_cache_retention", "prompt_cache_options", "include",
            "max_tool_calls",
        }
    ),
    checked={
        "tools": _functions,
        "text": _form,
        "reasoning": _reasoning,
        "service_tier": _TIERS,
        "previous_response_id": _unseen,
        "conversation": _unseen,
        "prompt": _unseen,
        "background": _NOTHING,
        "context_management": _NOTHING,
        "modalities": _only(["text"]),
    },
)  # fmt: skip
_EMBEDDINGS: Final = _Fields(
    where="input",
    contents=_embedded,
    plain=frozenset({"model", "input", "dimensions", "encoding_format", "user", "input_type", "truncate"}),
    checked={},
)
_FIELDS: Final[Mapping[str, _Fields]] = MappingProxyType(
    {"chat": _CHAT, "messages": _MESSAGES, "responses": _RESPONSES, "embeddings": _EMBEDDINGS}
)
