"""OpenAI's chat completions to Anthropic's messages and back.

Facts from https://platform.claude.com/docs/en/api/messages. Decisions:

- Anthropic requires a limit of output tokens. Where the caller gives none it is ``DEFAULT_MAX_TOKENS``: every model of
  Claude 4 takes it, and it leaves room for thinking, which counts too. An answer that hits it says ``length``.
- ``temperature`` and ``top_p`` of 1 are what both wires do anyway and are left out, because newer models refuse the
  fields. Other values are sent with API version 2023-06-01, the last one that has them.
- ``reasoning_effort`` becomes ``output_config.effort``; ``none`` switches thinking off. Thinking is never shown, as
  OpenAI's wire has no place for it; its tokens are counted.
- ``user`` and ``safety_identifier`` become ``metadata.user_id``, as a digest where Anthropic would refuse them: mail
  addresses, telephone numbers and long texts.
- Hints about caching change what a call costs, never what it means: a breakpoint is carried, the others are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from keeptrusts.gateway.providers.translate import chat_settings as settings
from keeptrusts.gateway.providers.translate.anthropic_chunks import AnthropicChunks
from keeptrusts.gateway.providers.translate.anthropic_turns import write_turns
from keeptrusts.gateway.providers.translate.chat_answers import AnsweredCall, Choice, FinishReason, completion
from keeptrusts.gateway.providers.translate.chat_anthropic_errors import chat_error
from keeptrusts.gateway.providers.translate.chat_turns import Unsayable, read_text
from keeptrusts.gateway.providers.translate.protocol import (
    ClientApi,
    ClientCall,
    Inexpressible,
    ProviderApi,
    ProviderCall,
    ReadAnswer,
)
from keeptrusts.gateway.providers.translate.reported_usage import anthropic_usage
from keeptrusts.gateway.providers.translate.wire_json import UNREADABLE, read_object, text_or_none, write_json

DEFAULT_MAX_TOKENS: Final = 16_384
"""Tokens of output where the caller gives no limit."""
API_VERSION: Final = "2023-06-01"

FINISH: Final[Mapping[str, FinishReason]] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}

_CARRIED: Final = frozenset(
    {
        "max_completion_tokens", "max_tokens", "messages", "model", "parallel_tool_calls", "reasoning_effort",
        "response_format", "service_tier", "stop", "temperature", "tool_choice", "tools", "top_p",
    }
)  # fmt: skip
_EFFORTS: Final = frozenset({"low", "medium", "high", "xhigh", "max"})
_MOST_STOPS: Final = 1_000
_MOST_USER_ID: Final = 256
_PHONE: Final = re.compile(r"\+?[\d\s().-]{7,}")


class ChatAnthropic:
    """See the protocol and the decisions above."""

    @property
    def client(self) -> ClientApi:
        """What the caller speaks."""
        return "chat"

    @property
    def provider(self) -> ProviderApi:
        """What the target speaks."""
        return "anthropic"

    def request(self, call: ClientCall) -> ProviderCall | Inexpressible:
        """Give the message to send, or the first field that Anthropic's wire cannot say."""
        try:
            body = write_json(_message(call))
        except Unsayable as refused:
            return refused.verdict
        except ValueError:
            return Inexpressible(param="messages", reason="are nested too deeply", fix="Send fewer levels")
        return ProviderCall(path="/v1/messages", body=body, headers={"anthropic-version": API_VERSION})

    def answer(self, call: ClientCall, body: bytes) -> ReadAnswer:
        """Read a message and give it as a chat completion."""
        document = read_object(body)
        if document is None or document.get("type") != "message" or not isinstance(document.get("content"), list):
            return UNREADABLE
        usage = anthropic_usage(document.get("usage"))
        model = text_or_none(document.get("model"))
        try:
            choice = _choice(document)
        except ValueError:
            return ReadAnswer(body=b"", usage=usage, model=model, valid=False)
        identifier = text_or_none(document.get("id")) or call.request
        written = completion(identifier, call.created, model or call.model, [choice], usage)
        return ReadAnswer(body=written, usage=usage, model=model, valid=True)

    def error(self, status: int, body: bytes) -> bytes | None:
        """Give Anthropic's error as OpenAI writes it."""
        document = read_object(body)
        return None if document is None else chat_error(document)

    def stream(self, call: ClientCall) -> AnthropicChunks:
        """Begin to read a stream."""
        return AnthropicChunks(call=call, finish_reasons=FINISH)


def _message(call: ClientCall) -> dict[str, Any]:
    document = call.document
    settings.refuse_unsayable(document, _CARRIED)
    turns = write_turns(document.get("messages"))
    limit = settings.token_limit(document)
    message: dict[str, Any] = {
        "model": call.model,
        "max_tokens": DEFAULT_MAX_TOKENS if limit is None else limit,
        "messages": turns.messages,
    }
    if turns.system:
        message["system"] = turns.system
    if call.stream:
        message["stream"] = True
    for name in ("temperature", "top_p"):
        value = settings.number(document, name, 0, 1)
        if value is not None and value != 1:
            message[name] = value
    stops = settings.stop_sequences(document, _MOST_STOPS)
    if any(not stop.strip() for stop in stops):
        raise Unsayable("stop", "holds a text of blanks only, which this provider refuses", "Send other texts")
    if stops:
        message["stop_sequences"] = stops
    return message | _tools(document) | _output(document) | _service(document) | _user(document)


def _tools(document: Mapping[str, Any]) -> dict[str, Any]:
    functions = settings.read_functions(document)
    choice = settings.read_tool_choice(document)
    if not functions:
        if choice is not None and (choice.mode == "required" or choice.names):
            raise Unsayable("tool_choice", "asks for a tool where there is none", "Send tools, or leave it away")
        return {}
    names = None if choice is None else choice.names
    if names is not None and not set(names) <= {function.name for function in functions}:
        raise Unsayable("tool_choice", "names a function that tools does not hold", "Name one of tools")
    written = _choice_of_tools(choice)
    # One tool is named by the choice itself; of several, those that are not allowed are left out.
    allowed = None if written is not None and written["type"] == "tool" else names
    tools = [_tool(function) for function in functions if allowed is None or function.name in allowed]
    # OpenAI's default and ours is to allow calls of several functions at once.
    if document.get("parallel_tool_calls") is False and written != {"type": "none"}:
        written = {**(written or {"type": "auto"}), "disable_parallel_tool_use": True}
    elif document.get("parallel_tool_calls") not in (None, True, False):
        raise Unsayable("parallel_tool_calls", "must be true or false", "Leave it away, or send true or false")
    return {"tools": tools} | ({} if written is None else {"tool_choice": written})


def _tool(function: settings.Function) -> dict[str, Any]:
    schema = {"type": "object", **(function.parameters or {"properties": {}})}
    tool: dict[str, Any] = {"name": function.name, "input_schema": schema}
    if function.description is not None:
        tool["description"] = function.description
    if function.strict:
        tool["strict"] = True
    return tool


def _choice_of_tools(choice: settings.ToolChoice | None) -> dict[str, Any] | None:
    if choice is None:
        return None
    if choice.mode == "required":
        if choice.names is not None and len(choice.names) == 1:
            return {"type": "tool", "name": choice.names[0]}
        return {"type": "any"}
    return {"type": choice.mode}


def _output(document: Mapping[str, Any]) -> dict[str, Any]:
    config: dict[str, Any] = {}
    thinking: dict[str, Any] = {}
    effort = document.get("reasoning_effort")
    if effort == "none":
        thinking = {"thinking": {"type": "disabled"}}
    elif isinstance(effort, str) and effort in _EFFORTS:
        config["effort"] = effort
    elif effort is not None:
        raise Unsayable("reasoning_effort", "is none that this provider knows", "Send none, low, medium, high or xhigh")
    wanted = settings.read_json_answer(document)
    if wanted is not None:
        config["format"] = {"type": "json_schema", "schema": _answer_schema(wanted)}
    return thinking | ({"output_config": config} if config else {})


def _answer_schema(wanted: settings.JsonAnswer) -> dict[str, Any]:
    if wanted.schema is None:
        raise Unsayable(
            "response_format.type", "JSON of any shape cannot be asked for on this provider's wire", "Send json_schema"
        )
    schema = dict(wanted.schema)
    if wanted.description is not None:
        # The name is a label; the description tells the model something, and a schema has a place for it.
        schema.setdefault("description", wanted.description)
    return schema


def _service(document: Mapping[str, Any]) -> dict[str, Any]:
    match document.get("service_tier"):
        case None | "auto":
            return {}
        case "default":
            return {"service_tier": "standard_only"}
        case _:
            raise Unsayable("service_tier", "is none that this provider knows", "Send auto or default")


def _user(document: Mapping[str, Any]) -> dict[str, Any]:
    user, identifier = document.get("user"), document.get("safety_identifier")
    if user is not None and identifier is not None and user != identifier:
        raise Unsayable("user", "says something else than safety_identifier", "Keep safety_identifier")
    given = user if identifier is None else identifier
    if given is None or given == "":
        return {}
    return {"metadata": {"user_id": opaque(read_text(given, "user"))}}


def opaque(user: str) -> str:
    """Give a user's id as Anthropic takes it; the same for the same user."""
    if "@" not in user and len(user) <= _MOST_USER_ID and not _PHONE.fullmatch(user):
        return user
    return f"sha256:{sha256(user.encode()).hexdigest()}"


def _choice(message: Mapping[str, Any]) -> Choice:
    texts: list[str] = []
    calls: list[AnsweredCall] = []
    for block in message["content"]:
        match block:
            case {"type": "text", "text": str(text)}:
                texts.append(text)
            case {"type": "tool_use", "id": str(identifier), "name": str(name), "input": given}:
                calls.append(AnsweredCall(id=identifier, name=name, arguments=write_json(given).decode()))
            case {"type": "text" | "tool_use"}:
                raise ValueError("a block of the answer is malformed")
    reason = message.get("stop_reason")
    details = message.get("stop_details")
    return Choice(
        index=0,
        text="".join(texts) if texts or not calls else None,
        calls=tuple(calls),
        finish=FINISH.get(reason, "stop") if isinstance(reason, str) else "stop",
        refusal=text_or_none(details.get("explanation")) if isinstance(details, dict) else None,
    )
