"""The simulated provider's HTTP server: routes, request reading, one handler a wire."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from keeptrusts.cli.provider_simulator import anthropic_wire, openai_wire
from keeptrusts.cli.provider_simulator.answer import (
    Answer,
    answer_to,
    bill,
    count_tokens,
    input_tokens_of,
    last_question,
    text_of,
)
from keeptrusts.cli.provider_simulator.billing import BillingLog
from keeptrusts.cli.provider_simulator.call import Call, answered, send_plain, send_stream
from keeptrusts.cli.provider_simulator.faults import IN_A_MESSAGE, Behaviour, FaultError, parse_behaviour

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

Wire = Callable[[str], dict[str, Any]]


class BadRequest(Exception):
    """A request the real provider would refuse as well; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulator:
    """`behaviour` holds for calls without an `x-simulate` header; `fault_every` lets it hold for every Nth only."""

    log: BillingLog
    behaviour: Behaviour
    usual: Behaviour
    fault_every: int = 1


def simulator_app(simulator: Simulator) -> web.Application:
    """Routes of OpenAI, Azure OpenAI and Anthropic. Run it with `handler_cancellation=True`."""
    app = web.Application(client_max_size=_BODY_BYTES)
    numbers = _Counter()

    def route(handle: Callable[[_Asked], Any], wire: Wire) -> Callable[[web.Request], Any]:
        async def handler(request: web.Request) -> web.StreamResponse:
            try:
                asked = await _read(request, simulator, numbers.next())
                if asked.behaviour.status is not None:
                    return _failure(asked.behaviour, wire)
                result: web.StreamResponse = await handle(asked)
                return result
            except (BadRequest, FaultError) as error:
                return web.json_response(wire(str(error)), status=400)

        return handler

    openai, anthropic = openai_wire.error, anthropic_wire.error
    app.router.add_post("/v1/chat/completions", route(_chat, openai))
    app.router.add_post("/openai/deployments/{model}/chat/completions", route(_chat, openai))
    app.router.add_post("/v1/embeddings", route(_embeddings, openai))
    app.router.add_post("/openai/deployments/{model}/embeddings", route(_embeddings, openai))
    app.router.add_post("/v1/responses", route(_responses, openai))
    app.router.add_post("/v1/messages", route(_messages, anthropic))
    app.router.add_post("/v1/messages/count_tokens", route(_count, anthropic))
    app.router.add_get("/v1/models", _models)
    app.router.add_get("/health", _health)
    return app


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A request that was read."""

    request: web.Request
    body: Mapping[str, Any]
    model: str
    behaviour: Behaviour
    request_id: str
    log: BillingLog

    @property
    def stream(self) -> bool:
        return bool(self.body.get("stream"))

    @property
    def call_id(self) -> str:
        return uuid.uuid5(uuid.NAMESPACE_OID, self.request_id).hex[:24]

    def call(self, *, input_tokens: int, answers: tuple[Answer, ...]) -> Call:
        return Call(
            request=self.request,
            request_id=self.request_id,
            model=self.model,
            stream=self.stream,
            input_tokens=input_tokens,
            answers=answers,
            behaviour=self.behaviour,
        )


class _Counter:
    """Numbers the calls from 1."""

    def __init__(self) -> None:
        self._number = 0

    def next(self) -> int:
        self._number += 1
        return self._number


async def _read(request: web.Request, simulator: Simulator, number: int) -> _Asked:
    _refuse_our_own_keys(request)
    try:
        body = json.loads(await request.read())
    except ValueError as error:
        raise BadRequest("The body is not JSON.") from error
    if not isinstance(body, Mapping):
        raise BadRequest("The body is not a JSON object.")
    model = request.match_info.get("model") or body.get("model")
    if not isinstance(model, str) or not model:
        raise BadRequest("you must provide a model parameter")
    standing = simulator.behaviour if number % simulator.fault_every == 0 else simulator.usual
    standing = parse_behaviour(_told_in_message(body), standing)
    return _Asked(
        request=request,
        body=body,
        model=model,
        behaviour=parse_behaviour(request.headers.get("x-simulate", ""), standing),
        request_id=request.headers.get("x-request-id") or f"sim-{uuid.uuid4().hex}",
        log=simulator.log,
    )


def _told_in_message(body: Mapping[str, Any]) -> str:
    """What the last message says after `simulate:`, else nothing."""
    given = body.get("messages") or body.get("input") or []
    text = last_question(given if isinstance(given, list) else [given]).strip()
    return text.removeprefix(IN_A_MESSAGE) if text.startswith(IN_A_MESSAGE) else ""


def _refuse_our_own_keys(request: web.Request) -> None:
    """A key of Keeptrusts must never reach a provider: make such a leak loud."""
    secret = request.headers.get("authorization", "") + request.headers.get("x-api-key", "")
    if "kt_gk_" in secret or "kt_ak_" in secret:
        raise BadRequest("A Keeptrusts key was sent to the provider.")


def _failure(behaviour: Behaviour, wire: Wire) -> web.Response:
    status = behaviour.status or 500
    headers = {} if behaviour.retry_after is None else {"retry-after": str(behaviour.retry_after)}
    return web.json_response(wire(f"Simulated failure with status {status}."), status=status, headers=headers)


async def _chat(asked: _Asked) -> web.StreamResponse:
    messages = _list(asked.body, "messages")
    limit = _limit(asked.body, "max_completion_tokens") or _limit(asked.body, "max_tokens")
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

    def closing() -> Iterator[bytes]:
        usage = call.billed().reported(asked.behaviour)
        if include_usage and asked.behaviour.double_usage:
            yield openai_wire.data_line(openai_wire.usage_chunk(**about, usage=call.billed().times(3)))
        if include_usage and usage is not None:
            yield openai_wire.data_line(openai_wire.usage_chunk(**about, usage=usage))
        yield b"data: [DONE]\n\n"

    return await answered(call, asked.log, send_stream(call, pieces, closing()))


async def _embeddings(asked: _Asked) -> web.StreamResponse:
    given = asked.body.get("input")
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not texts:
        raise BadRequest("'input' must be a text or a list of texts")
    as_text = [text_of(text) for text in texts]
    call = asked.call(input_tokens=sum(count_tokens(text) for text in as_text), answers=())
    body = openai_wire.embeddings(
        model=asked.model,
        texts=as_text,
        dimensions=_limit(asked.body, "dimensions"),
        base64_encoded=asked.body.get("encoding_format") == "base64",
        usage=call.expected().reported(asked.behaviour),
    )
    return await answered(call, asked.log, send_plain(call, body))


async def _responses(asked: _Asked) -> web.StreamResponse:
    given = asked.body.get("input", "")
    messages = given if isinstance(given, list) else [given]
    answer = answer_to(
        model=asked.model,
        question=last_question(messages),
        choice=0,
        limit=_limit(asked.body, "max_output_tokens"),
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
    return await answered(call, asked.log, send_stream(call, pieces, closing))


async def _messages(asked: _Asked) -> web.StreamResponse:
    messages = _list(asked.body, "messages")
    limit = _limit(asked.body, "max_tokens")
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
    pieces = ((openai_wire.event_line(event), words) for event, words in events)

    def closing() -> Iterator[bytes]:
        for event in anthropic_wire.closing_events(answer, call.billed().reported(asked.behaviour)):
            yield openai_wire.event_line(event)

    return await answered(call, asked.log, send_stream(call, pieces, closing()))


async def _count(asked: _Asked) -> web.StreamResponse:
    return web.json_response({"input_tokens": _anthropic_input(asked.body, _list(asked.body, "messages"))})


async def _models(_request: web.Request) -> web.Response:
    return web.json_response(openai_wire.model_list(MODELS, _CREATED))


async def _health(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


def _anthropic_input(body: Mapping[str, Any], messages: list[Any]) -> int:
    system = text_of(body.get("system") or "")
    return input_tokens_of(messages) + (count_tokens(system) if system else 0)


def _list(body: Mapping[str, Any], name: str) -> list[Any]:
    value = body.get(name)
    if not isinstance(value, list) or not value:
        raise BadRequest(f"'{name}' must be a list that is not empty")
    return value


def _limit(body: Mapping[str, Any], name: str) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise BadRequest(f"'{name}' must be a whole number above 0")
    return value


def _choices(body: Mapping[str, Any]) -> int:
    number = _limit(body, "n") or 1
    if number > _MAX_CHOICES:
        raise BadRequest(f"'n' must be at most {_MAX_CHOICES}")
    return number
