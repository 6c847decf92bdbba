"""OpenAI's shapes, built from an answer: chat completions, their chunks, embeddings, responses, models, errors."""

from __future__ import annotations

import array
import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from keeptrusts.cli.provider_simulator.answer import Answer, Billed, arguments_for, digest, fragments
from keeptrusts.cli.provider_simulator.faults import Behaviour

_FINGERPRINT = "fp_simulated"
_DIMENSIONS = 16
_MAX_DIMENSIONS = 4096


def chat_completion(
    *, call: str, created: int, model: str, answers: Sequence[Answer], usage: Billed | None
) -> dict[str, Any]:
    """The body of a plain chat completion."""
    choices = [
        {"index": index, "message": _message(answer, call), "logprobs": None, "finish_reason": finish_reason(answer)}
        for index, answer in enumerate(answers)
    ]
    head = _head(call, created, model, "chat.completion")
    return {**head, "choices": choices} | ({"usage": chat_usage(usage)} if usage else {})


def chat_chunks(
    *, call: str, created: int, model: str, answers: Sequence[Answer], include_usage: bool
) -> Iterator[tuple[dict[str, Any], int]]:
    """The chunks before the usage chunk, each with the number of words it carries."""
    head = _head(call, created, model, "chat.completion.chunk") | ({"usage": None} if include_usage else {})
    for index, answer in enumerate(answers):
        yield {**head, "choices": [_delta(index, {"role": "assistant", "content": ""})]}, 0
        if answer.tool is not None:
            opened = _tool_call(answer, call)
            opened["function"]["arguments"] = ""
            yield {**head, "choices": [_delta(index, {"tool_calls": [{"index": 0, **opened}]})]}, 0
            for piece in fragments(answer.tool[1]):
                more = {"index": 0, "function": {"arguments": piece}}
                yield {**head, "choices": [_delta(index, {"tool_calls": [more]})]}, 0
        for piece in answer.pieces:
            yield {**head, "choices": [_delta(index, {"content": piece})]}, 1
        yield {**head, "choices": [_delta(index, {}, finish_reason(answer))]}, 0


def usage_chunk(*, call: str, created: int, model: str, usage: Billed) -> dict[str, Any]:
    """The last chunk of a stream that was asked to include its usage."""
    return {**_head(call, created, model, "chat.completion.chunk"), "choices": [], "usage": chat_usage(usage)}


def chat_usage(usage: Billed) -> dict[str, Any]:
    """Token counts with the cached and reasoning details OpenAI reports."""
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cache_read_tokens, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning_tokens,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def embeddings(
    *, model: str, texts: Sequence[str], dimensions: int | None, base64_encoded: bool, usage: Billed | None
) -> dict[str, Any]:
    """Vectors that depend only on the text; base64 of little-endian float32 when asked for."""
    data = [
        {"object": "embedding", "index": index, "embedding": _encoded(vector(model, text, dimensions), base64_encoded)}
        for index, text in enumerate(texts)
    ]
    counts = {"usage": {"prompt_tokens": usage.input_tokens, "total_tokens": usage.input_tokens}} if usage else {}
    return {"object": "list", "data": data, "model": model, **counts}


def response(*, call: str, created: int, model: str, answer: Answer, usage: Billed | None) -> dict[str, Any]:
    """The body of a plain answer of the Responses API."""
    body: dict[str, Any] = {
        "id": f"resp_{call}",
        "object": "response",
        "created_at": created,
        "status": "incomplete" if answer.truncated else "completed",
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if answer.truncated else None,
        "model": model,
        "output": [_output_item(answer, call)],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }
    return body | ({"usage": _responses_usage(usage)} if usage else {})


def response_events(body: Mapping[str, Any], answer: Answer) -> Iterator[tuple[dict[str, Any], int]]:
    """The events of a streamed answer of the Responses API before the last one, with the words each carries."""
    started = {**body, "status": "in_progress", "output": [], "usage": None}
    item = body["output"][0]
    yield {"type": "response.created", "response": started}, 0
    yield {"type": "response.in_progress", "response": started}, 0
    if answer.tool is not None:
        yield from _function_call_events(item, answer.tool[1])
        return
    place = {"item_id": item["id"], "output_index": 0, "content_index": 0}
    opened = {**item, "status": "in_progress", "content": []}
    part = item["content"][0]
    yield {"type": "response.output_item.added", "output_index": 0, "item": opened}, 0
    yield {"type": "response.content_part.added", **place, "part": {**part, "text": ""}}, 0
    for piece in answer.pieces:
        yield {"type": "response.output_text.delta", **place, "delta": piece, "logprobs": []}, 1
    yield {"type": "response.output_text.done", **place, "text": answer.text, "logprobs": []}, 0
    yield {"type": "response.content_part.done", **place, "part": part}, 0
    yield {"type": "response.output_item.done", "output_index": 0, "item": item}, 0


def _function_call_events(item: Mapping[str, Any], arguments: str) -> Iterator[tuple[dict[str, Any], int]]:
    place = {"item_id": item["id"], "output_index": 0}
    opened = {**item, "status": "in_progress", "arguments": ""}
    yield {"type": "response.output_item.added", "output_index": 0, "item": opened}, 0
    for piece in fragments(arguments):
        yield {"type": "response.function_call_arguments.delta", **place, "delta": piece}, 0
    yield {"type": "response.function_call_arguments.done", **place, "name": item["name"], "arguments": arguments}, 0
    yield {"type": "response.output_item.done", "output_index": 0, "item": item}, 0


def model_list(names: Sequence[str], created: int) -> dict[str, Any]:
    """The models that can be asked for; any other name is answered as well."""
    data = [{"id": name, "object": "model", "created": created, "owned_by": "simulated"} for name in names]
    return {"object": "list", "data": data}


def error(message: str, *, kind: str = "invalid_request_error", code: str | None = None) -> dict[str, Any]:
    """OpenAI's error body."""
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def wanted_tool(body: Mapping[str, Any], behaviour: Behaviour) -> tuple[str, str] | None:
    """The tool call to make: when a tool is demanded by `tool_choice` or by the fault `tool`."""
    tools = [tool.get("function") or {} for tool in body.get("tools") or [] if isinstance(tool, Mapping)]
    if not tools:
        return None
    choice = body.get("tool_choice")
    named = (choice.get("function") or {}).get("name") if isinstance(choice, Mapping) else None
    if named is None and choice != "required" and not behaviour.tool:
        return None
    tool = next((tool for tool in tools if tool.get("name") == named), tools[0])
    return str(tool.get("name", "tool")), arguments_for(tool.get("parameters"))


def wanted_function(body: Mapping[str, Any], behaviour: Behaviour) -> tuple[str, str] | None:
    """The function to call of the Responses API, whose tools hold their name at the top."""
    tools = [{"function": tool} for tool in body.get("tools") or [] if isinstance(tool, Mapping)]
    choice = body.get("tool_choice")
    if isinstance(choice, Mapping):
        choice = {"function": choice}
    return wanted_tool({"tools": tools, "tool_choice": choice}, behaviour)


def finish_reason(answer: Answer) -> str:
    """Why a choice ended."""
    if answer.tool is not None:
        return "tool_calls"
    return "length" if answer.truncated else "stop"


def vector(model: str, text: str, size: int | None) -> list[float]:
    """Numbers that depend only on the text: as many as asked for, within a bound."""
    places = range(min(size or _DIMENSIONS, _MAX_DIMENSIONS))
    return [(digest(model, text, str(place)) % 2001 - 1000) / 1000 for place in places]


def _head(call: str, created: int, model: str, kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{call}",
        "object": kind,
        "created": created,
        "model": model,
        "service_tier": "default",
        "system_fingerprint": _FINGERPRINT,
    }


def _message(answer: Answer, call: str) -> dict[str, Any]:
    if answer.tool is not None:
        return {"role": "assistant", "content": None, "refusal": None, "tool_calls": [_tool_call(answer, call)]}
    return {"role": "assistant", "content": answer.text, "refusal": None, "annotations": []}


def _tool_call(answer: Answer, call: str) -> dict[str, Any]:
    assert answer.tool is not None
    name, arguments = answer.tool
    return {"id": f"call_{call}", "type": "function", "function": {"name": name, "arguments": arguments}}


def _output_item(answer: Answer, call: str) -> dict[str, Any]:
    if answer.tool is not None:
        name, arguments = answer.tool
        about = {"id": f"fc_{call}", "type": "function_call", "status": "completed"}
        return {**about, "call_id": f"call_{call}", "name": name, "arguments": arguments}
    text = {"type": "output_text", "text": answer.text, "annotations": [], "logprobs": []}
    return {"id": f"msg_{call}", "type": "message", "status": "completed", "role": "assistant", "content": [text]}


def _delta(index: int, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}


def _responses_usage(usage: Billed) -> dict[str, Any]:
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {"cached_tokens": usage.cache_read_tokens},
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }


def _encoded(numbers: list[float], base64_encoded: bool) -> list[float] | str:
    if not base64_encoded:
        return numbers
    return base64.b64encode(array.array("f", numbers).tobytes()).decode()


def data_line(document: Mapping[str, Any]) -> bytes:
    """One event of a stream without a name."""
    return b"data: " + json.dumps(document).encode() + b"\n\n"


def event_line(document: Mapping[str, Any]) -> bytes:
    """One event of a stream named after its type."""
    return b"event: " + str(document["type"]).encode() + b"\n" + data_line(document)
