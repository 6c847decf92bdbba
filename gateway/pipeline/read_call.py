"""Checks the shape of a body: what the gateway itself needs of each API; the rest is the provider's to judge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import orjson

from keeptrusts.gateway.pipeline.values import ModelCall
from keeptrusts.gateway.providers.translate.protocol import ClientApi
from keeptrusts.schemas.errors import Problem

MAX_MODEL_NAME: Final = 200
_SERVER: Final = "mcp"
"""What a server of tools is called where one is given beside the tools; among them it has the same type."""
_Document = dict[str, Any]


def read_call(api: ClientApi, body: bytes) -> ModelCall | Problem:
    """Read the body of a call; a Problem names the field, the reason and the fix.

    What goes on is the document written anew, never the caller's bytes: of a name given twice we see the last value,
    and another parser may see the first, so that another model would be called than the one that was allowed.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _invalid("the body is not valid JSON", "Send a JSON object", None)
    if not isinstance(document, dict):
        return _invalid("the body must be a JSON object", f"Send {_EXAMPLES[api]}", None)
    model = document.get("model")
    if not isinstance(model, str) or not model.strip():
        return _invalid("model must be the name of a model", f"Send {_EXAMPLES[api]}, for example", "model")
    if len(model) > MAX_MODEL_NAME or not model.isprintable():
        fix = "Check the model's name"
        return _invalid(f"model has at most {MAX_MODEL_NAME} characters, all of them printable", fix, "model")
    problem = _CHECKS[api](document) or _flags_problem(document)
    if problem is not None:
        return problem
    try:
        judged = orjson.dumps(document)
    except orjson.JSONEncodeError:
        return _invalid("the body is nested too deeply", "Send at most 250 levels of lists and objects", None)
    return ModelCall(
        api=api,
        body=judged,
        document=document,
        model=model,
        user=_user(api, document),
        stream=api in _STREAMED and document.get("stream") is True,
        tools=_tool_names(document),
        metered=api != "count_tokens",
        with_output=api not in _WITHOUT_OUTPUT,
    )


def _messages_problem(document: _Document) -> Problem | None:
    messages = document.get("messages")
    if not isinstance(messages, list) or not messages:
        return _invalid("messages must be a non-empty list", 'Send "messages": [{"role": "user", ...}]', "messages")
    for index, message in enumerate(messages):
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            return _invalid("each message must be an object with a role", "Add a role", f"messages[{index}]")
    return None


def _anthropic_problem(document: _Document) -> Problem | None:
    most = document.get("max_tokens")
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        return _invalid("max_tokens must be a positive number", 'Send "max_tokens": 1024, for example', "max_tokens")
    return _messages_problem(document)


def _responses_problem(document: _Document) -> Problem | None:
    given = document.get("input")
    if not isinstance(given, str | list) and not document.get("prompt"):
        return _invalid("input must be a text or a list", 'Send "input": "Hello"', "input")
    if document.get("background"):
        fix = "Leave background away and stream the answer instead"
        return _invalid("an answer in the background would never pass through the gateway", fix, "background")
    return None


def _embeddings_problem(document: _Document) -> Problem | None:
    if not isinstance(document.get("input"), str | list) or not document["input"]:
        return _invalid("input must be a text or a list that is not empty", 'Send "input": "Hello"', "input")
    return None


def _flags_problem(document: _Document) -> Problem | None:
    stream = document.get("stream")
    if stream is not None and not isinstance(stream, bool):
        return _invalid("stream must be true or false", "Leave it away, or send true", "stream")
    user = document.get("user")
    if user is not None and not isinstance(user, str):
        return _invalid("user must be a string", "Send the user's id or e-mail", "user")
    tools = document.get("tools")
    if tools is not None and not isinstance(tools, list):
        return _invalid("tools must be a list", "Leave it away, or send a list", "tools")
    return None


def _user(api: ClientApi, document: _Document) -> str | None:
    if api in ("messages", "count_tokens"):
        metadata = document.get("metadata")
        user = metadata.get("user_id") if isinstance(metadata, dict) else None
    else:
        user = document.get("user")
    return user if isinstance(user, str) and user else None


def _tool_names(document: _Document) -> tuple[str, ...]:
    """Give the names of all tools a model is given, however: of functions, servers, else the built-in tool's type."""
    tools, functions, servers = document.get("tools"), document.get("functions"), document.get("mcp_servers")
    if not (tools or functions or servers):
        return ()
    names: list[str] = []
    for tool in (*(tools or ()), *_listed(functions)):
        if isinstance(tool, dict):
            function = tool.get("function")
            found = function.get("name") if isinstance(function, dict) else tool.get("name") or tool.get("type")
            names += [found] if isinstance(found, str) else []
    names += [_SERVER for server in _listed(servers) if isinstance(server, dict)]
    return tuple(names)


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _invalid(message: str, fix: str, param: str | None) -> Problem:
    return Problem(code="invalid_request", message=message, fix=fix, param=param)


_STREAMED: Final = frozenset({"chat", "messages", "responses"})
_WITHOUT_OUTPUT: Final = frozenset({"count_tokens", "embeddings"})
_CHECKS: Final[Mapping[ClientApi, Callable[[_Document], Problem | None]]] = MappingProxyType(
    {
        "chat": _messages_problem,
        "messages": _anthropic_problem,
        "count_tokens": _messages_problem,
        "responses": _responses_problem,
        "embeddings": _embeddings_problem,
    }
)
_EXAMPLES: Final[Mapping[ClientApi, str]] = MappingProxyType(
    {
        "chat": '{"model": "gpt-4o", "messages": [...]}',
        "messages": '{"model": "claude-sonnet-4-5", "max_tokens": 1024, "messages": [...]}',
        "count_tokens": '{"model": "claude-sonnet-4-5", "messages": [...]}',
        "responses": '{"model": "gpt-4o", "input": "..."}',
        "embeddings": '{"model": "text-embedding-3-small", "input": "..."}',
    }
)
