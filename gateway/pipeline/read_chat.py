"""Checks the shape of a chat call's body: what the gateway itself needs; the rest is the provider's to judge."""

from __future__ import annotations

from typing import Any, Final

import orjson

from keeptrusts.gateway.pipeline.values import ChatRequest
from keeptrusts.schemas.errors import Problem

MAX_MODEL_NAME: Final = 200


def read_chat(body: bytes) -> ChatRequest | Problem:
    """Read a body of POST /v1/chat/completions; a Problem names the field, the reason and the fix.

    What goes on is the document written anew, never the caller's bytes: of a name given twice we see the last value,
    and another parser may see the first, so that another model would be called than the one that was allowed.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _invalid("the body is not valid JSON", "Send a JSON object", None)
    if not isinstance(document, dict):
        return _invalid("the body must be a JSON object", 'Send {"model": ..., "messages": [...]}', None)
    model = document.get("model")
    if not isinstance(model, str) or not model.strip():
        return _invalid("model must be the name of a model", 'Send "model": "gpt-4o", for example', "model")
    if len(model) > MAX_MODEL_NAME:
        return _invalid(f"model has at most {MAX_MODEL_NAME} characters", "Check the model's name", "model")
    problem = _messages_problem(document.get("messages")) or _flags_problem(document)
    if problem is not None:
        return problem
    try:
        judged = orjson.dumps(document)
    except orjson.JSONEncodeError:
        return _invalid("the body is nested too deeply", "Send at most 250 levels of lists and objects", None)
    user = document.get("user")
    return ChatRequest(
        body=judged,
        document=document,
        model=model,
        user=user if isinstance(user, str) and user else None,
        stream=False,
        tools=_tool_names(document.get("tools")),
    )


def _messages_problem(messages: Any) -> Problem | None:
    if not isinstance(messages, list) or not messages:
        return _invalid("messages must be a non-empty list", 'Send "messages": [{"role": "user", ...}]', "messages")
    for index, message in enumerate(messages):
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            return _invalid("each message must be an object with a role", "Add a role", f"messages[{index}]")
    return None


def _flags_problem(document: dict[str, Any]) -> Problem | None:
    stream = document.get("stream")
    if stream is not None and not isinstance(stream, bool):
        return _invalid("stream must be true or false", "Leave it away, or send false", "stream")
    if stream:
        return Problem(
            code="wire_not_supported",
            message="streamed answers are not served by this version",
            fix='Send "stream": false',
            param="stream",
        )
    user = document.get("user")
    if user is not None and not isinstance(user, str):
        return _invalid("user must be a string", "Send the user's id or e-mail", "user")
    tools = document.get("tools")
    if tools is not None and not isinstance(tools, list):
        return _invalid("tools must be a list", "Leave it away, or send a list", "tools")
    return None


def _tool_names(tools: Any) -> tuple[str, ...]:
    if not isinstance(tools, list):
        return ()
    functions = [tool.get("function") for tool in tools if isinstance(tool, dict)]
    names = [function.get("name") for function in functions if isinstance(function, dict)]
    return tuple(name for name in names if isinstance(name, str))


def _invalid(message: str, fix: str, param: str | None) -> Problem:
    return Problem(code="invalid_request", message=message, fix=fix, param=param)
