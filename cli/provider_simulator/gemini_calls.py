"""Gemini's own API of the simulated provider: generateContent, its stream, embeddings and countTokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web

from keeptrusts.cli.provider_simulator import gemini_wire
from keeptrusts.cli.provider_simulator.answer import (
    answer_to,
    bill,
    count_tokens,
    input_tokens_of,
    last_question,
    text_of,
)
from keeptrusts.cli.provider_simulator.asked import Asked, BadRequest, limit_in, list_in, object_in
from keeptrusts.cli.provider_simulator.call import answered, send_plain, send_stream, sse
from keeptrusts.cli.provider_simulator.openai_wire import vector
from keeptrusts.cli.provider_simulator.wires import FAILED, GEMINI

_MAX_CANDIDATES = 8


async def generate(asked: Asked) -> web.StreamResponse:
    """Answer generateContent, and streamGenerateContent with `alt=sse`."""
    contents = list_in(asked.body, "contents")
    config = object_in(asked.body, "generationConfig")
    candidates = limit_in(config, "candidateCount") or 1
    if candidates > _MAX_CANDIDATES:
        raise BadRequest(f"Only {_MAX_CANDIDATES} candidates can be specified")
    answers = tuple(
        answer_to(
            model=asked.model,
            question=last_question(contents),
            choice=choice,
            limit=limit_in(config, "maxOutputTokens"),
            behaviour=asked.behaviour,
            tool=gemini_wire.wanted_tool(asked.body, asked.behaviour),
        )
        for choice in range(candidates)
    )
    call = asked.call(input_tokens=_input_tokens(asked.body), answers=answers)
    about: dict[str, Any] = {"call": asked.call_id, "model": asked.model, "answers": answers}
    if not asked.stream:
        usage = call.expected().reported(asked.behaviour)
        return await answered(call, asked.log, send_plain(call, gemini_wire.generated(**about, usage=usage)))
    if asked.request.query.get("alt") != "sse":
        raise BadRequest("Only streams with alt=sse are simulated")
    started = bill(input_tokens=call.input_tokens, produced=1, behaviour=asked.behaviour).reported(asked.behaviour)
    messages = gemini_wire.pieces(**about, started=started)
    failed = gemini_wire.event(GEMINI.words(503, FAILED).body)
    pieces = ((gemini_wire.event(message), words) for message, words in messages)

    def closing() -> Iterator[bytes]:
        usages = [call.billed().reported(asked.behaviour)]
        if asked.behaviour.double_usage:
            usages.insert(0, call.billed().times(3))
        for usage in usages:
            for message in gemini_wire.closing(**about, usage=usage):
                yield gemini_wire.event(message)

    return await answered(call, asked.log, send_stream(call, pieces, closing(), sse(failed)))


async def embed(asked: Asked) -> web.StreamResponse:
    """Answer embedContent."""
    return await _embedded(asked, [asked.body], one=True)


async def embed_many(asked: Asked) -> web.StreamResponse:
    """Answer batchEmbedContents."""
    return await _embedded(asked, list_in(asked.body, "requests"), one=False)


async def count(asked: Asked) -> web.StreamResponse:
    """Answer countTokens, which is free."""
    inner = object_in(asked.body, "generateContentRequest") or asked.body
    return web.json_response({"totalTokens": _input_tokens(inner)})


async def _embedded(asked: Asked, requests: list[Any], *, one: bool) -> web.StreamResponse:
    texts = [text_of(request) for request in requests]
    if not all(texts):
        raise BadRequest("content must hold text")
    call = asked.call(input_tokens=sum(count_tokens(text) for text in texts), answers=())
    sizes = [limit_in(request, "outputDimensionality") for request in requests]
    values = [{"values": vector(asked.model, text, size)} for text, size in zip(texts, sizes, strict=True)]
    usage = call.expected().reported(asked.behaviour)
    counts = {"usageMetadata": {"promptTokenCount": usage.input_tokens}} if usage else {}
    body = {"embedding": values[0]} if one else {"embeddings": values}
    return await answered(call, asked.log, send_plain(call, {**body, **counts}))


def _input_tokens(body: Mapping[str, Any]) -> int:
    system = text_of(body.get("systemInstruction") or "")
    return input_tokens_of(list_in(body, "contents")) + (count_tokens(system) if system else 0)
