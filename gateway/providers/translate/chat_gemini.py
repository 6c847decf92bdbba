"""OpenAI's chat completions to Gemini's own wire (generateContent and streamGenerateContent) and back.

Facts from https://ai.google.dev/api/generate-content. Decisions: thoughts are not asked for, and where they come all
the same they are counted but not shown; the signature of a function call travels as ``extra_content`` of the tool call,
as on Google's own OpenAI-compatible endpoint, and is sent back from there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from keeptrusts.gateway.providers.translate import chat_settings as settings
from keeptrusts.gateway.providers.translate.chat_turns import (
    Conversation,
    Media,
    Part,
    Text,
    ToolCall,
    ToolResult,
    Turn,
    Unsayable,
    read_conversation,
)
from keeptrusts.gateway.providers.translate.gemini_answers import GeminiStream, read_error, read_plain
from keeptrusts.gateway.providers.translate.gemini_schema import gemini_schema
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

UNSIGNED: Final = "skip_thought_signature_validator"
"""What Google documents for function calls without a signature, such as those that another model made."""

_CARRIED: Final = frozenset(
    {
        "frequency_penalty", "max_completion_tokens", "max_tokens", "messages", "model", "n", "parallel_tool_calls",
        "presence_penalty", "reasoning_effort", "response_format", "seed", "stop", "temperature", "tool_choice",
        "tools", "top_p",
    }
)  # fmt: skip
_STOPS: Final = 5
_CANDIDATES: Final = 8
_BUDGETS: Final = {"none": 0, "minimal": 1024, "low": 1024, "medium": 8192, "high": 24576}
"""Thinking tokens of Gemini 2.5 for each effort: https://ai.google.dev/gemini-api/docs/openai#thinking."""
_LEVELS: Final = {"minimal": "minimal", "low": "low", "medium": "medium", "high": "high"}
"""Thinking levels of Gemini 3 and later."""


class ChatGemini:
    """See the protocol."""

    client: ClientApi = "chat"
    provider: ProviderApi = "gemini"

    def request(self, call: ClientCall) -> ProviderCall | Inexpressible:
        """Give what to send; every field is carried, neutral or named as inexpressible."""
        try:
            body = write_json(_request(call))
        except Unsayable as refused:
            return refused.verdict
        except ValueError:
            return Inexpressible(param="messages", reason="are nested too deeply", fix="Send fewer levels")
        method = "streamGenerateContent?alt=sse" if call.stream else "generateContent"
        return ProviderCall(path=f"/v1beta/models/{quote(call.model, safe='')}:{method}", body=body)

    def answer(self, call: ClientCall, body: bytes) -> ReadAnswer:
        """Read a plain answer."""
        return read_plain(call, body)

    def error(self, status: int, body: bytes) -> bytes | None:
        """Give an error in OpenAI's wire."""
        return read_error(status, body)

    def stream(self, call: ClientCall) -> StreamTranslation:
        """Begin to read a streamed answer."""
        return GeminiStream(call, usage=settings.wants_usage(call.document))


def _request(call: ClientCall) -> dict[str, Any]:
    document = call.document
    settings.refuse_unsayable(document, _CARRIED)
    conversation = read_conversation(document.get("messages"))
    written: dict[str, Any] = {"contents": _contents(conversation, call.model)}
    if conversation.system:
        written["systemInstruction"] = {"parts": [{"text": text} for text in conversation.system]}
    functions = settings.read_functions(document)
    if functions:
        written["tools"] = [{"functionDeclarations": [_declaration(function) for function in functions]}]
    config = _calling(functions, settings.read_tool_choice(document))
    if config is not None:
        written["toolConfig"] = {"functionCallingConfig": config}
    settings.refuse_serial_tools(document)
    generation = _generation(document, call.model)
    if generation:
        written["generationConfig"] = generation
    return written


def _generation(document: Mapping[str, Any], model: str) -> dict[str, Any]:
    candidates = settings.whole(document, "n", 1, _CANDIDATES)
    written = {
        "temperature": settings.number(document, "temperature", 0, 2),
        "topP": settings.number(document, "top_p", 0, 1),
        "maxOutputTokens": settings.token_limit(document),
        "stopSequences": settings.stop_sequences(document, _STOPS) or None,
        "candidateCount": None if candidates == 1 else candidates,
        "seed": settings.whole(document, "seed", -(2**31), 2**31 - 1),
        "presencePenalty": settings.number(document, "presence_penalty", -2, 2),
        "frequencyPenalty": settings.number(document, "frequency_penalty", -2, 2),
        "thinkingConfig": _thinking(document.get("reasoning_effort"), model),
        **_form(settings.read_json_answer(document)),
    }
    return {name: value for name, value in written.items() if value is not None}


def _thinking(effort: Any, model: str) -> dict[str, Any] | None:
    if effort is None:
        return None
    family = model.lower().removeprefix("models/")
    if family.startswith(("gemini-1", "gemini-2.0")):
        raise Unsayable("reasoning_effort", "cannot be said to a Gemini before 2.5", "Leave it away")
    known: Mapping[str, Any] = _BUDGETS if family.startswith("gemini-2.5") else _LEVELS
    if not isinstance(effort, str) or effort not in known:
        raise Unsayable("reasoning_effort", "is none of this Gemini's", f"Use one of {', '.join(known)}")
    return {"thinkingBudget" if known is _BUDGETS else "thinkingLevel": known[effort]}


def _form(answer: settings.JsonAnswer | None) -> dict[str, Any]:
    if answer is None:
        return {}
    if answer.schema is None:
        return {"responseMimeType": "application/json"}
    schema = gemini_schema(answer.schema, "response_format.json_schema.schema")
    if answer.description is not None:
        schema.setdefault("description", answer.description)
    if answer.name is not None:
        schema.setdefault("title", answer.name)
    return {"responseMimeType": "application/json", "responseJsonSchema": schema}


def _declaration(function: settings.Function) -> dict[str, Any]:
    written: dict[str, Any] = {"name": function.name}
    if function.description is not None:
        written["description"] = function.description
    if function.parameters:
        written["parametersJsonSchema"] = gemini_schema(function.parameters, f"{function.path}.parameters")
    return written


def _calling(functions: Sequence[settings.Function], choice: settings.ToolChoice | None) -> dict[str, Any] | None:
    """Give the calling mode. Only VALIDATED and ANY promise arguments that follow the schema, which strict asks for."""
    if not functions:
        return None
    strict = any(function.strict for function in functions)
    mode = "auto" if choice is None else choice.mode
    if mode == "none":
        return {"mode": "NONE"}
    if choice is not None and choice.names is not None:
        return {"mode": "ANY" if mode == "required" else "VALIDATED", "allowedFunctionNames": list(choice.names)}
    if mode == "required":
        return {"mode": "ANY"}
    if strict:
        return {"mode": "VALIDATED"}
    return None if choice is None else {"mode": "AUTO"}


def _contents(conversation: Conversation, model: str) -> list[dict[str, Any]]:
    return [
        {"role": "model" if turn.side == "assistant" else "user", "parts": _parts(turn, _must_sign(model))}
        for turn in conversation.turns
    ]


def _must_sign(model: str) -> bool:
    return not model.lower().removeprefix("models/").startswith(("gemini-1", "gemini-2"))


def _parts(turn: Turn, sign: bool) -> list[dict[str, Any]]:
    """Give the parts of a turn; of several calls made at once, Gemini signs and checks only the first."""
    parts: list[dict[str, Any]] = []
    first = True
    for part in turn.parts:
        # The text beside calls of functions is often empty, and Gemini refuses empty parts.
        if isinstance(part, Text) and not part.text and len(turn.parts) > 1:
            continue
        written = _part(part)
        if isinstance(part, ToolCall):
            signature = part.signature or (UNSIGNED if sign and first else None)
            if signature is not None:
                written["thoughtSignature"] = signature
            first = False
        parts.append(written)
    return parts


def _part(part: Part) -> dict[str, Any]:
    match part:
        case Text(text=text):
            return {"text": text}
        case Media(media_type=media_type, data=data):
            # A file's name is a label for people; this wire has no place for it, and nothing depends on it.
            return {"inlineData": {"mimeType": media_type, "data": data}}
        case ToolCall(id=identifier, name=name, arguments=arguments):
            return {"functionCall": {"id": identifier, "name": name, "args": dict(arguments)}}
        case ToolResult(id=identifier, name=name, text=text):
            return {"functionResponse": {"id": identifier, "name": name, "response": {"output": text}}}
