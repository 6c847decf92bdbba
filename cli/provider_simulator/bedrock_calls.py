"""Bedrock's Converse API of the simulated provider, plain and streamed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web

from keeptrusts.cli.provider_simulator import bedrock_wire
from keeptrusts.cli.provider_simulator.answer import (
    answer_to,
    count_tokens,
    input_tokens_of,
    last_question,
    text_of,
)
from keeptrusts.cli.provider_simulator.asked import Asked, limit_in, list_in, object_in
from keeptrusts.cli.provider_simulator.call import StreamShape, answered, send_plain, send_stream
from keeptrusts.cli.provider_simulator.wires import FAILED


async def converse(asked: Asked) -> web.StreamResponse:
    """Answer Converse and ConverseStream."""
    messages = list_in(asked.body, "messages")
    answer = answer_to(
        model=asked.model,
        question=last_question(messages),
        choice=0,
        limit=limit_in(object_in(asked.body, "inferenceConfig"), "maxTokens"),
        behaviour=asked.behaviour,
        tool=bedrock_wire.wanted_tool(asked.body, asked.behaviour),
    )
    call = asked.call(input_tokens=_input_tokens(asked.body), answers=(answer,))
    if not asked.stream:
        usage = call.expected().reported(asked.behaviour)
        body = bedrock_wire.converse(call=asked.call_id, answer=answer, usage=usage)
        return await answered(call, asked.log, send_plain(call, body))

    def closing() -> Iterator[bytes]:
        yield from bedrock_wire.closing(answer, call.billed().reported(asked.behaviour))

    pieces = bedrock_wire.events(call=asked.call_id, answer=answer)
    shape = StreamShape(
        content_type="application/vnd.amazon.eventstream",
        garbage=bedrock_wire.broken_frame(),
        error=bedrock_wire.frame("serviceUnavailableException", {"message": FAILED}, message_type="exception"),
    )
    return await answered(call, asked.log, send_stream(call, pieces, closing(), shape))


async def count(asked: Asked) -> web.StreamResponse:
    """Answer CountTokens for a conversation, which is free."""
    return web.json_response({"inputTokens": _input_tokens(object_in(object_in(asked.body, "input"), "converse"))})


def _input_tokens(body: Mapping[str, Any]) -> int:
    system = text_of(body.get("system") or "")
    return input_tokens_of(list_in(body, "messages")) + (count_tokens(system) if system else 0)
