"""The routes of the data plane port and of the loopback admin port."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import orjson
from aiohttp import web

from keeptrusts.gateway.http.metrics import GatewayMetrics
from keeptrusts.gateway.http.reading import incoming_call, read_body
from keeptrusts.gateway.pipeline import run
from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.gateway.pipeline.values import Answer, IncomingCall
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.topics import partition_of

SERVICES: Final = web.AppKey("services", Services)
METRICS: Final = web.AppKey("metrics", GatewayMetrics)

Govern = Callable[[Services, IncomingCall, web.Request], Awaitable[Answer]]


def data_plane(services: Services, metrics: GatewayMetrics) -> web.Application:
    """Make the application of the gateway's port: models, health, and a recorded refusal for everything else."""
    app = web.Application(client_max_size=services.settings.max_body_bytes)
    app[SERVICES] = services
    app[METRICS] = metrics
    app.router.add_post("/v1/chat/completions", _governed("/v1/chat/completions", _chat))
    app.router.add_get("/v1/models", _governed("/v1/models", _models), allow_head=False)
    for path in ("/v1/messages", "/v1/messages/count_tokens", "/v1/responses", "/v1/embeddings"):
        app.router.add_post(path, _governed(path, _unserved_wire))
    _add_health(app)
    app.router.add_route("*", "/{path:.*}", _governed("other", _unknown_route))
    return app


def admin_plane(services: Services, metrics: GatewayMetrics) -> web.Application:
    """Make the application of the loopback admin port."""
    app = web.Application()
    app[SERVICES] = services
    app[METRICS] = metrics
    _add_health(app)
    app.router.add_get("/keeptrusts/config", _config)
    return app


def _governed(endpoint: str, govern: Govern) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        services = request.app[SERVICES]
        call = incoming_call(services, request, endpoint)
        problem = run.not_ready(services)
        if problem is not None:
            return _response(request, call, run.unrecorded(services, call, problem))
        services.counters.requests += 1
        services.counters.in_flight += 1
        try:
            return _response(request, call, await govern(services, call, request))
        finally:
            services.counters.in_flight -= 1

    return handle


async def _chat(services: Services, call: IncomingCall, request: web.Request) -> Answer:
    settings = services.settings

    async def body() -> bytes | Problem:
        return await read_body(request, most_bytes=settings.max_body_bytes, timeout_s=settings.body_timeout_s)

    return await run.chat_completion(services, call, body, lambda: _is_gone(request))


async def _models(services: Services, call: IncomingCall, request: web.Request) -> Answer:
    return await run.list_models(services, call)


async def _unserved_wire(services: Services, call: IncomingCall, request: web.Request) -> Answer:
    problem = Problem(
        code="wire_not_supported",
        message=f"{call.endpoint} is not served by this version",
        fix="Use POST /v1/chat/completions",
    )
    return await run.refuse_route(services, call, problem)


async def _unknown_route(services: Services, call: IncomingCall, request: web.Request) -> Answer:
    served = {"/v1/chat/completions": "POST", "/v1/models": "GET"}
    method = served.get(request.path)
    if method is not None:
        problem = Problem(
            code="method_not_allowed", message=f"{request.method} is not served here", fix=f"Use {method}"
        )
    else:
        problem = Problem(
            code="not_found",
            message="this path is not served",
            fix="Use POST /v1/chat/completions or GET /v1/models under this gateway's address",
        )
    return await run.refuse_route(services, call, problem)


def _response(request: web.Request, call: IncomingCall, answer: Answer) -> web.Response:
    services = request.app[SERVICES]
    services.counters.count_answer(answer.verdict, answer.status)
    request.app[METRICS].observe(answer.verdict, services.now_ns() - call.started_ns)
    return web.Response(status=answer.status, body=answer.body, headers=answer.headers)


def _is_gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _add_health(app: web.Application) -> None:
    for path in ("/health", "/healthz"):
        app.router.add_get(path, _health)
    app.router.add_get("/readyz", _readyz)
    app.router.add_get("/metrics", _metrics)


async def _health(request: web.Request) -> web.Response:
    return web.json_response({"status": "ok", "gateway": request.app[SERVICES].settings.name})


async def _readyz(request: web.Request) -> web.Response:
    """Answer 503 until configuration and directory are loaded; degraded when the heartbeat is older than 5 s."""
    services = request.app[SERVICES]
    settings = services.settings
    age_s = services.directory.heartbeat_age_s(partition_of(settings.org, settings.partitions), services.now_ns() / 1e9)
    problem = run.not_ready(services)
    configuration = services.configuration()
    document: dict[str, object] = {
        "status": "not_ready" if problem is not None else "ready",
        "gateway": settings.name,
        "config_version": configuration.compiled.version,
        "directory_age_s": None if age_s is None else round(age_s, 3),
        "targets": [
            {"id": target.id, "provider": target.vendor, "available": target.unavailable is None}
            | ({} if target.unavailable is None else {"reason": target.unavailable})
            for target in configuration.targets
        ],
    }
    if problem is not None:
        document |= {"code": problem.code, "detail": problem.text}
        return _json(document, 503, {"Retry-After": str(problem.retry_after_s or 1)})
    if age_s is not None and age_s > settings.directory_degraded_s:
        document["status"] = "degraded"
    return _json(document, 200, {})


async def _metrics(request: web.Request) -> web.Response:
    return web.Response(
        body=request.app[METRICS].render(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
    )


async def _config(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    configuration = services.configuration()
    teams = (None, *configuration.compiled.document.named_teams())
    chains = {team or "*": list(configuration.compiled.chain_for(team).kinds()) for team in teams}
    return _json(
        {
            "gateway": services.settings.name,
            "config_version": configuration.compiled.version,
            "chains": chains,
            "targets": [target.id for target in configuration.targets],
        },
        200,
        {},
    )


def _json(document: dict[str, object], status: int, headers: dict[str, str]) -> web.Response:
    body = orjson.dumps(document)
    return web.Response(status=status, body=body, headers={"Content-Type": "application/json", **headers})
