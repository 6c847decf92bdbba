"""Health, readiness, metrics and the configuration in force: what operators and probes ask."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from aiohttp import web

from keeptrusts.gateway.http.answers import WholeAnswer
from keeptrusts.gateway.http.metrics import GatewayMetrics
from keeptrusts.gateway.pipeline import run
from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.schemas.topics import partition_of


async def answer(services: Services, metrics: GatewayMetrics, path: str) -> web.StreamResponse | None:
    """Answer a probe's path; None for any other path."""
    match path:
        case "/health" | "/healthz":
            return _json({"status": "ok", "gateway": services.settings.name}, 200)
        case "/readyz":
            return _readyz(services)
        case "/metrics":
            return WholeAnswer(200, {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}, metrics.render())
        case _:
            return None


def config(services: Services) -> web.StreamResponse:
    """Show the configuration in force, without secrets."""
    configuration = services.configuration()
    teams = (None, *configuration.compiled.document.named_teams())
    chains = {team or "*": list(configuration.compiled.chain_for(team).kinds()) for team in teams}
    document = {
        "gateway": services.settings.name,
        "config_version": configuration.compiled.version,
        "chains": chains,
        "targets": [target.id for target in configuration.targets],
    }
    return _json(document, 200)


def _readyz(services: Services) -> web.StreamResponse:
    """Answer 503 until configuration and directory are loaded; degraded when the heartbeat is older than 5 s."""
    settings = services.settings
    now_ns = services.now_ns()
    age_s = services.directory.heartbeat_age_s(partition_of(settings.org, settings.partitions), now_ns / 1e9)
    problem = run.not_ready(services)
    configuration = services.configuration()
    document: dict[str, object] = {
        "status": "not_ready" if problem is not None else "ready",
        "gateway": settings.name,
        "config_version": configuration.compiled.version,
        "directory_age_s": None if age_s is None else round(age_s, 3),
        "targets": [
            {
                "id": target.id,
                "provider": target.vendor,
                "available": target.unavailable is None,
                "circuit": services.traffic.state(target.id, now_ns),
            }
            | ({} if target.unavailable is None else {"reason": target.unavailable})
            for target in configuration.targets
        ],
    }
    if problem is not None:
        document |= {"code": problem.code, "detail": problem.text}
        return _json(document, 503, {"Retry-After": str(problem.retry_after_s or 1)})
    if age_s is not None and age_s > settings.directory_degraded_s:
        document["status"] = "degraded"
    return _json(document, 200)


def _json(document: Mapping[str, object], status: int, headers: dict[str, str] | None = None) -> web.StreamResponse:
    return WholeAnswer(status, {"Content-Type": "application/json", **(headers or {})}, orjson.dumps(document))
