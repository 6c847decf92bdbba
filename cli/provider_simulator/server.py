"""The simulated provider's HTTP server: the routes of every wire, and the handlers of OpenAI's and Anthropic's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

from aiohttp import web

from keeptrusts.cli.provider_simulator import anthropic_wire, bedrock_calls, gemini_calls, openai_wire
from keeptrusts.cli.provider_simulator.answer import (
    answer_to,
    bill,
    count_tokens,
    input_tokens_of,
    last_question,
    text_of,
)
from keeptrusts.cli.provider_simulator.asked import Asked, BadRequest, Simulator, limit_in, list_in, read_asked
from keeptrusts.cli.provider_simulator.call import answered, send_plain, send_stream, sse
from keeptrusts.cli.provider_simulator.faults import Behaviour, FaultError
from keeptrusts.cli.provider_simulator.wires import (
    ANTHROPIC,
    AZURE,
    BEDROCK,
    FAILED,
    GEMINI,
    GEMINI_COMPATIBLE,
    OPENAI,
    Refusal,
    Wire,
)

MODELS = (
    "gpt-4o",
    "gpt-4o-mini",
    "gpt-4.1",
    "o3-mini",
    "text-embedding-3-small",
    "text-embedding-3-large",
    "claude-sonnet-4-5",
    "claude-haiku-4-5",
)
_CREATED = 1_700_000_000
_BODY_BYTES = 32 * 1024 * 1024
_MAX_CHOICES = 128

Handle = Callable[[Asked], Awaitable[web.StreamResponse]]


def simulator_app(simulator: Simulator) -> web.Application:
    """Routes of OpenAI, Azure OpenAI, Anthropic, Gemini and Bedrock. Run it with `handler_cancellation=True`."""
    app = web.Application(client_max_size=_BODY_BYTES)
    numbers = _Counter()

    def add(path: str, handle: Handle, wire: Wire, *, stream: bool | None = None) -> None:
        async def handler(request: web.Request) -> web.StreamResponse:
            try:
                asked = await read_asked(request, simulator, numbers.next(), stream=stream)
                failure = _failure(asked.behaviour, wire)
                return await handle(asked) if failure is None else failure
            except (BadRequest, FaultError) as error:
                return _refused(wire.words(400, str(error)))

        app.router.add_post(path, handler)

    for root, wire in (
        ("/v1", OPENAI),
        ("/openai/deployments/{model}", AZURE),
        ("/openai", AZURE),
        ("/openai/v1", AZURE),
        ("/v1beta/openai", GEMINI_COMPATIBLE),
    ):
        add(f"{root}/chat/completions", _chat, wire)
        add(f"{root}/embeddings", _embeddings, wire)
        add(f"{root}/responses", _responses, wire)
    add("/v1/messages", _messages, ANTHROPIC)
    add("/v1/messages/count_tokens", _count, ANTHROPIC)
    gemini = "/v1beta/models/{model:[^/:]+}"
    add(f"{gemini}:generateContent", gemini_calls.generate, GEMINI, stream=False)
    add(f"{gemini}:streamGenerateContent", gemini_calls.generate, GEMINI, stream=True)
    add(f"{gemini}:embedContent", gemini_calls.embed, GEMINI, stream=False)
    add(f"{gemini}:batchEmbedContents", gemini_calls.embed_many, GEMINI, stream=False)
    add(f"{gemini}:countTokens", gemini_calls.count, GEMINI, stream=False)
    add("/model/{model}/converse", bedrock_calls.converse, BEDROCK, stream=False)
    add("/model/{model}/converse-stream", bedrock_calls.converse, BEDROCK, stream=True)
    add("/model/{model}/count-tokens", bedrock_calls.count, BEDROCK, stream=False)
    app.router.add_get("/v1/models", _models)
    app.router.add_get("/health", _health)
    return app


class _Counter:
    """Numbers the calls from 1."""

    def __init__(self) -> None:
        self._number = 0

    def next(self) -> int:
        self._number += 1
        return self._number


def _failure(behaviour: Behaviour, wire: Wire) -> web.Response | None:
    """The failure that a fault asks for, in the wire's words."""
    headers = {} if behaviour.retry_after is None else {"retry-after": str(behaviour.retry_after)}
    if behaviour.bad_key:
        return _refused(wire.wrong_key(), headers)
    if behaviour.status is not None:
        return _refused(wire.words(behaviour.status, f"Simulated failure with status {behaviour.status}."), headers)
    return None


def _refused(refusal: Refusal, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.json_response(refusal.body, status=refusal.status, headers={**refusal.headers, **(headers or {})})


async def _chat(asked: Asked) -> web.StreamResponse:
    messages = list_in(asked.body, "messages")
    limit = limit_in(asked.body, "max_completion_tokens") or limit_in(asked.body, "max_tokens")
    tool = openai_wire.wanted_tool(asked.body, asked.behaviour)
    answers = tuple(
        answer_to(
            model=asked.model,
            question=last_question(messages),
            choice=choice,
            limit=limit,
            behaviour=asked.behaviour,
            tool=tool,
        )
        for choice in range(_choices(asked.body))
    )
    call = asked.call(input_tokens=input_tokens_of(messages), answers=answers)
    about: dict[str, Any] = {"call": asked.call_id, "created": _CREATED, "model": asked.model}
    if not asked.stream:
        usage = call.expected().reported(asked.behaviour)
        body = openai_wire.chat_completion(**about, answers=answers, usage=usage)
        return await answered(call, asked.log, send_plain(call, body))
    options = asked.body.get("stream_options") or {}
    include_usage = isinstance(options, Mapping) and bool(options.get("include_usage"))
    chunks = openai_wire.chat_chunks(**about, answers=answers, include_usage=include_usage)
    pieces = ((openai_wire.data_line(chunk), words) for chunk, words in chunks)
    failed = openai_wire.data_line(OPENAI.words(500, FAILED).body)

    def closing() -> Iterator[bytes]:
        usage = call.billed().reported(asked.behaviour)
        if include_usage and asked.behaviour.double_usage:
            yield openai_wire.data_line(openai_wire.usage_chunk(**about, usage=call.billed().times(3)))
        if include_usage and usage is not None:
            yield openai_wire.data_line(openai_wire.usage_chunk(**about, usage=usage))
        yield b"data: [DONE]\n\n"

    return await answered(call, asked.log, send_stream(call, pieces, closing(), sse(failed)))


async def _embeddings(asked: Asked) -> web.StreamResponse:
    given = asked.body.get("input")
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not texts:
        raise BadRequest("'input' must be a text or a list of texts")
    as_text = [text_of(text) for text in texts]
    call = asked.call(input_tokens=sum(count_tokens(text) for text in as_text), answers=())
    body = openai_wire.embeddings(
        model=asked.model,
        texts=as_text,
        dimensions=limit_in(asked.body, "dimensions"),
        base64_encoded=asked.body.get("encoding_format") == "base64",
        usage=call.expected().reported(asked.behaviour),
    )
    return await answered(call, asked.log, send_plain(call, body))


async def _responses(asked: Asked) -> web.StreamResponse:
    given = asked.body.get("input", "")
    messages = given if isinstance(given, list) else [given]
    answer = answer_to(
        model=asked.model,
        question=last_question(messages),
        choice=0,
        limit=limit_in(asked.body, "max_output_tokens"),
        behaviour=asked.behaviour,
        tool=openai_wire.wanted_function(asked.body, asked.behaviour),
    )
    call = asked.call(input_tokens=input_tokens_of(messages), answers=(answer,))
    usage = call.expected().reported(asked.behaviour)
    body = openai_wire.response(call=asked.call_id, created=_CREATED, model=asked.model, answer=answer, usage=usage)
    if not asked.stream:
        return await answered(call, asked.log, send_plain(call, body))
    events = list(openai_wire.response_events(body, answer))
    pieces = (
        (openai_wire.event_line({**event, "sequence_number": number}), words)
        for number, (event, words) in enumerate(events)
    )
    last = {"type": f"response.{body['status']}", "sequence_number": len(events), "response": body}
    closing = [openai_wire.event_line(last)]
    failed = openai_wire.event_line({"type": "error", "code": "server_error", "message": FAILED, "param": None})
    return await answered(call, asked.log, send_stream(call, pieces, closing, sse(failed)))


async def _messages(asked: Asked) -> web.StreamResponse:
    messages = list_in(asked.body, "messages")
    limit = limit_in(asked.body, "max_tokens")
    if limit is None:
        raise BadRequest("max_tokens: Field required")
    answer = answer_to(
        model=asked.model,
        question=last_question(messages),
        choice=0,
        limit=limit,
        behaviour=asked.behaviour,
        tool=anthropic_wire.wanted_tool(asked.body, asked.behaviour),
    )
    call = asked.call(input_tokens=_anthropic_input(asked.body, messages), answers=(answer,))
    about: dict[str, Any] = {"call": asked.call_id, "model": asked.model, "answer": answer}
    if not asked.stream:
        usage = call.expected().reported(asked.behaviour)
        return await answered(call, asked.log, send_plain(call, anthropic_wire.message(**about, usage=usage)))
    started = bill(input_tokens=call.input_tokens, produced=1, behaviour=asked.behaviour)
    events = anthropic_wire.message_events(**about, started=started.reported(asked.behaviour))
    failed = openai_wire.event_line(ANTHROPIC.words(529, FAILED).body)
    pieces = ((openai_wire.event_line(event), words) for event, words in events)

    def closing() -> Iterator[bytes]:
        for event in anthropic_wire.closing_events(answer, call.billed().reported(asked.behaviour)):
            yield openai_wire.event_line(event)

    return await answered(call, asked.log, send_stream(call, pieces, closing(), sse(failed)))


async def _count(asked: Asked) -> web.StreamResponse:
    return web.json_response({"input_tokens": _anthropic_input(asked.body, list_in(asked.body, "messages"))})


async def _models(_request: web.Request) -> web.Response:
    return web.json_response(openai_wire.model_list(MODELS, _CREATED))


async def _health(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


def _anthropic_input(body: Mapping[str, Any], messages: list[Any]) -> int:
    system = text_of(body.get("system") or "")
    return input_tokens_of(messages) + (count_tokens(system) if system else 0)


def _choices(body: Mapping[str, Any]) -> int:
    number = limit_in(body, "n") or 1
    if number > _MAX_CHOICES:
        raise BadRequest(f"'n' must be at most {_MAX_CHOICES}")
    return number
