"""OpenAI's chat completions to Amazon Bedrock's Converse and ConverseStream and back.

Facts from https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html. Reasoning of the model is
not asked for; where it comes all the same it is left out of the answer, and its tokens are among the output tokens.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from keeptrusts.gateway.providers.translate import chat_settings as settings
from keeptrusts.gateway.providers.translate.bedrock_answers import BedrockStream, read_error, read_plain
from keeptrusts.gateway.providers.translate.chat_turns import (
    Conversation,
    Media,
    Part,
    Text,
    ToolCall,
    ToolResult,
    Unsayable,
    read_conversation,
)
from keeptrusts.gateway.providers.translate.protocol import (
    ClientApi,
    ClientCall,
    Inexpressible,
    ProviderApi,
    ProviderCall,
    ReadAnswer,
    StreamTranslation,
)
from keeptrusts.gateway.providers.translate.wire_json import write_json

_CARRIED: Final = frozenset(
    {
        "max_completion_tokens", "max_tokens", "messages", "model", "parallel_tool_calls", "reasoning_effort",
        "response_format", "service_tier", "stop", "temperature", "tool_choice", "tools", "top_p",
    }
)  # fmt: skip
_STOPS: Final = 2500
_EFFORTS: Final = ("low", "medium", "high", "xhigh", "max")
_TIERS: Final = ("flex", "priority")
_IMAGES: Final = {"image/png": "png", "image/jpeg": "jpeg", "image/gif": "gif", "image/webp": "webp"}
_SOUNDS: Final = {"audio/wav": "wav", "audio/mp3": "mp3"}
_DOCUMENTS: Final = {
    "application/pdf": "pdf",
    "text/csv": "csv",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "text/html": "html",
    "text/plain": "txt",
    "text/markdown": "md",
}
_TOOL_ID: Final = re.compile(r"[a-zA-Z0-9_.:-]{1,64}")
_NOT_IN_NAMES: Final = re.compile(r"[^a-zA-Z0-9\-()\[\]]+")


class ChatBedrock:
    """See the protocol."""

    client: ClientApi = "chat"
    provider: ProviderApi = "bedrock"

    def request(self, call: ClientCall) -> ProviderCall | Inexpressible:
        """Give what to send; every field is carried, neutral or named as inexpressible."""
        try:
            body = write_json(_request(call.document))
        except Unsayable as refused:
            return refused.verdict
        except ValueError:
            return Inexpressible(param="messages", reason="are nested too deeply", fix="Send fewer levels")
        method = "converse-stream" if call.stream else "converse"
        return ProviderCall(
            # The colon of "...-v1:0" stays: HTTP clients write it plain again, and the signature covers the path.
            path=f"/model/{quote(call.model, safe=':')}/{method}",
            body=body,
            framing="aws_eventstream" if call.stream else "sse",
        )

    def answer(self, call: ClientCall, body: bytes) -> ReadAnswer:
        """Read a plain answer."""
        return read_plain(call, body)

    def error(self, status: int, body: bytes) -> bytes | None:
        """Give an error in OpenAI's wire."""
        return read_error(status, body)

    def stream(self, call: ClientCall) -> StreamTranslation:
        """Begin to read a streamed answer."""
        return BedrockStream(call, usage=settings.wants_usage(call.document))


def _request(document: Mapping[str, Any]) -> dict[str, Any]:
    settings.refuse_unsayable(document, _CARRIED)
    conversation = read_conversation(document.get("messages"))
    settings.refuse_serial_tools(document)
    written = {
        "messages": _messages(conversation),
        "system": [{"text": text} for text in conversation.system] or None,
        "inferenceConfig": _inference(document) or None,
        "toolConfig": _tools(document, conversation),
        "outputConfig": _output(document) or None,
        "serviceTier": _tier(document.get("service_tier")),
    }
    return {name: value for name, value in written.items() if value is not None}


def _inference(document: Mapping[str, Any]) -> dict[str, Any]:
    written = {
        "maxTokens": settings.token_limit(document),
        "temperature": settings.number(document, "temperature", 0, 1),
        "topP": settings.number(document, "top_p", 0, 1),
        "stopSequences": settings.stop_sequences(document, _STOPS) or None,
    }
    return {name: value for name, value in written.items() if value is not None}


def _output(document: Mapping[str, Any]) -> dict[str, Any]:
    written: dict[str, Any] = {}
    effort = document.get("reasoning_effort")
    if effort is not None:
        if effort not in _EFFORTS:
            raise Unsayable("reasoning_effort", "is none of Bedrock's", f"Use one of {', '.join(_EFFORTS)}")
        written["effort"] = effort
    answer = settings.read_json_answer(document)
    if answer is None:
        return written
    if answer.schema is None:
        raise Unsayable(
            "response_format", "JSON without a schema cannot be asked for", "Send json_schema with a schema"
        )
    form = {"schema": write_json(answer.schema).decode(), "name": answer.name, "description": answer.description}
    structure = {"jsonSchema": {name: value for name, value in form.items() if value is not None}}
    written["textFormat"] = {"type": "json_schema", "structure": structure}
    return written


def _tier(tier: Any) -> dict[str, str] | None:
    if tier in (None, "auto", "default"):
        return None
    if tier not in _TIERS:
        raise Unsayable("service_tier", "is none of Bedrock's", f"Use default, {' or '.join(_TIERS)}")
    return {"type": tier}


def _tools(document: Mapping[str, Any], conversation: Conversation) -> dict[str, Any] | None:
    functions = settings.read_functions(document)
    choice = settings.read_tool_choice(document)
    mode = "auto" if choice is None else choice.mode
    if mode == "none" and functions:
        # Converse cannot forbid calls; without tools there are none, unless the turns hold some and need them.
        if any(isinstance(part, ToolCall | ToolResult) for turn in conversation.turns for part in turn.parts):
            raise Unsayable("tool_choice", "calls cannot be forbidden once there have been some", "Send auto")
        return None
    if not functions:
        return None
    written: dict[str, Any] = {"tools": [_tool(function) for function in functions]}
    if choice is not None:
        written["toolChoice"] = _choice(choice)
    return written


def _choice(choice: settings.ToolChoice) -> dict[str, Any]:
    if choice.names is not None:
        if choice.mode != "required" or len(choice.names) != 1:
            raise Unsayable("tool_choice", "can allow all functions or force one", "Send only the tools to be used")
        return {"tool": {"name": choice.names[0]}}
    return {"any": {}} if choice.mode == "required" else {"auto": {}}


def _tool(function: settings.Function) -> dict[str, Any]:
    spec: dict[str, Any] = {"name": function.name}
    if function.description:
        spec["description"] = function.description
    spec["inputSchema"] = {"json": function.parameters or {"type": "object", "properties": {}}}
    if function.strict:
        spec["strict"] = True
    return {"toolSpec": spec}


def _messages(conversation: Conversation) -> list[dict[str, Any]]:
    """Write the turns; sides must alternate, so neighbours of one side become one message."""
    messages: list[dict[str, Any]] = []
    for turn in conversation.turns:
        role = "assistant" if turn.side == "assistant" else "user"
        blocks = [_block(part) for part in turn.parts if not _is_idle(part, len(turn.parts))]
        if messages and messages[-1]["role"] == role:
            messages[-1]["content"] += blocks
        else:
            messages.append({"role": role, "content": blocks})
    return messages


def _is_idle(part: Part, beside: int) -> bool:
    # The text beside calls of functions is often empty, and Converse refuses empty texts.
    return isinstance(part, Text) and not part.text and beside > 1


def _block(part: Part) -> dict[str, Any]:
    match part:
        case Text(text=text):
            return {"text": text}
        case Media():
            return _media(part)
        case ToolCall(id=identifier, name=name, arguments=arguments, path=path):
            return {"toolUse": {"toolUseId": _tool_id(identifier, f"{path}.id"), "name": name, "input": arguments}}
        case ToolResult(id=identifier, text=text, path=path):
            content = [{"text": text}] if text else []
            return {"toolResult": {"toolUseId": _tool_id(identifier, f"{path}.tool_call_id"), "content": content}}


def _tool_id(identifier: str, path: str) -> str:
    if not _TOOL_ID.fullmatch(identifier):
        raise Unsayable(
            path, "must be 1 to 64 letters, digits, or any of _ . : -", "Send the id that came with the call"
        )
    return identifier


def _media(part: Media) -> dict[str, Any]:
    source = {"bytes": part.data}
    if part.media_type in _IMAGES:
        return {"image": {"format": _IMAGES[part.media_type], "source": source}}
    if part.media_type in _SOUNDS:
        return {"audio": {"format": _SOUNDS[part.media_type], "source": source}}
    if part.media_type in _DOCUMENTS:
        return {"document": {"format": _DOCUMENTS[part.media_type], "name": _name(part.name), "source": source}}
    raise Unsayable(part.path, "has a media type that Bedrock does not take", "Convert it to PNG, JPEG, WAV or PDF")


def _name(name: str | None) -> str:
    """Write a file's name with the characters that Bedrock allows; it is a label, and is required."""
    return _NOT_IN_NAMES.sub(" ", name or "").strip()[:200] or "document"
