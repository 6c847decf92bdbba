"""The gateway's port: which route is governed how, and a recorded refusal for every other path.

Served without aiohttp's application and requests: a table of a dozen fixed paths needs no router.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

import msgspec
from aiohttp import web

from keeptrusts.gateway.http import health
from keeptrusts.gateway.http.answers import EventStream, WholeAnswer
from keeptrusts.gateway.http.exchange import Exchange
from keeptrusts.gateway.http.metrics import GatewayMetrics
from keeptrusts.gateway.http.reading import incoming_call, read_body
from keeptrusts.gateway.pipeline import run
from keeptrusts.gateway.pipeline.refusing import unrecorded
from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.gateway.pipeline.values import Answer, IncomingCall
from keeptrusts.gateway.providers.translate.protocol import ClientApi
from keeptrusts.schemas.errors import Problem

Govern = Callable[[Services, IncomingCall, "HttpConnection"], Awaitable[Answer]]

OTHER: Final = "other"
"""The endpoint under which calls to paths that are not served are recorded."""


class HttpConnection(msgspec.Struct, eq=False):
    """The pipeline's port to one request's caller."""

    _services: Services
    _exchange: Exchange
    _stream: EventStream | None = None

    @property
    def stream(self) -> EventStream | None:
        """The stream that was begun, if one was."""
        return self._stream

    @property
    def method(self) -> str:
        return self._exchange.method

    @property
    def path(self) -> str:
        return self._exchange.path

    def read_body(self) -> Awaitable[bytes | Problem]:
        settings = self._services.settings
        return read_body(self._exchange, most_bytes=settings.max_body_bytes, timeout_s=settings.body_timeout_s)

    def is_gone(self) -> bool:
        transport = self._exchange.transport
        return transport is None or transport.is_closing()

    def when_gone(self, tell: Callable[[], None] | None) -> None:
        self._exchange.door.when_gone(tell)

    async def begin(self, headers: Mapping[str, str]) -> None:
        request = self._exchange.full()
        self._stream = EventStream(request, headers, write_timeout_s=self._services.settings.write_timeout_s)
        if self._exchange.door.draining:
            self._stream.force_close()
        await self._stream.prepare(request)

    async def send(self, data: bytes) -> None:
        await self._begun().send(data)

    async def end(self, data: bytes) -> None:
        await self._begun().end(data)

    def break_off(self) -> None:
        self._begun().break_off()

    def _begun(self) -> EventStream:
        assert self._stream is not None, "a stream is begun before anything is sent"
        return self._stream


class DataPlane:
    """Answers every request of the gateway's port."""

    def __init__(self, services: Services, metrics: GatewayMetrics) -> None:
        self._services = services
        self._metrics = metrics

    def answer(self, exchange: Exchange) -> Awaitable[web.StreamResponse]:
        """Answer one request. Never raises for what callers send."""
        route = _ROUTES.get((exchange.method, exchange.raw_path)) or _ROUTES.get((exchange.method, exchange.path))
        if route is None:
            return self._unrouted(exchange)
        endpoint, govern = route
        return self._governed(exchange, endpoint, govern)

    async def _unrouted(self, exchange: Exchange) -> web.StreamResponse:
        if exchange.method in ("GET", "HEAD"):
            plain = await health.answer(self._services, self._metrics, exchange.path)
            if plain is not None:
                return plain
        return await self._governed(exchange, OTHER, _unknown_route)

    async def _governed(self, exchange: Exchange, endpoint: str, govern: Govern) -> web.StreamResponse:
        services = self._services
        call = incoming_call(services, exchange, endpoint)
        problem = run.not_ready(services)
        if problem is not None:
            return self._sent(call, unrecorded(services, call, problem), None)
        counters = services.counters
        counters.requests += 1
        counters.in_flight += 1
        connection = HttpConnection(services, exchange)
        try:
            answer = await govern(services, call, connection)
        except BaseException:
            if call.span is not None:
                call.span.end(status=500, verdict="refuse")
            raise
        finally:
            counters.in_flight -= 1
        return self._sent(call, answer, connection.stream)

    def _sent(self, call: IncomingCall, answer: Answer, stream: EventStream | None) -> web.StreamResponse:
        if call.span is not None:
            call.span.end(status=answer.status, verdict=answer.verdict)
        elapsed_ns = self._services.now_ns() - call.started_ns
        self._services.counters.count_answer(call.endpoint, answer.verdict, answer.status, elapsed_ns)
        return stream if stream is not None else WholeAnswer(answer.status, answer.headers, answer.body)


def _model_call(api: ClientApi) -> Govern:
    return partial(run.model_call, api=api)


async def _models(services: Services, call: IncomingCall, connection: HttpConnection) -> Answer:
    return await run.list_models(services, call)


async def _unknown_route(services: Services, call: IncomingCall, connection: HttpConnection) -> Answer:
    methods = [method for method, path in _ROUTES if path == connection.path]
    if methods:
        problem = Problem(
            code="method_not_allowed", message=f"{connection.method} is not served here", fix=f"Use {methods[0]}"
        )
    else:
        problem = Problem(
            code="not_found",
            message="this path is not served",
            fix="Use one of " + ", ".join(f"{method} {path}" for method, path in _ROUTES),
        )
    return await run.refuse_route(services, call, problem)


_ROUTES: Final[Mapping[tuple[str, str], tuple[str, Govern]]] = MappingProxyType(
    {
        ("POST", "/v1/chat/completions"): ("/v1/chat/completions", _model_call("chat")),
        ("POST", "/v1/messages"): ("/v1/messages", _model_call("messages")),
        ("POST", "/v1/messages/count_tokens"): (
            "/v1/messages/count_tokens",
            _model_call("count_tokens"),
        ),
        ("POST", "/v1/responses"): ("/v1/responses", _model_call("responses")),
        ("POST", "/v1/embeddings"): ("/v1/embeddings", _model_call("embeddings")),
        ("GET", "/v1/models"): ("/v1/models", _models),
    }
)
