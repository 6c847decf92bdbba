"""Health, readiness, metrics and the configuration in force: what operators and probes ask."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from aiohttp import web

from keeptrusts.gateway.http.answers import WholeAnswer
from keeptrusts.gateway.http.families import TEXT_TYPE
from keeptrusts.gateway.http.metrics import GatewayMetrics
from keeptrusts.gateway.pipeline import run
from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.topics import partition_of


@frozen
class Report:
    """A status and a document for whoever watches over gateways."""

    status: int
    document: Mapping[str, object]


async def answer(services: Services, metrics: GatewayMetrics, path: str) -> web.StreamResponse | None:
    """Answer a probe's path; None for any other path."""
    match path:
        case "/health" | "/healthz":
            return as_response(alive(services.settings.name))
        case "/readyz":
            return as_response(readyz(services))
        case "/metrics":
            return await metrics_page(metrics)
        case _:
            return None


async def metrics_page(metrics: GatewayMetrics) -> web.StreamResponse:
    """Give the metrics of all workers, or 503 when they cannot be asked."""
    try:
        return WholeAnswer(200, {"Content-Type": TEXT_TYPE}, await metrics.page())
    except OSError as error:
        return WholeAnswer(503, {"Content-Type": "text/plain; charset=utf-8"}, f"{error}\n".encode())


def alive(gateway: str) -> Report:
    """Say that this process runs."""
    return Report(status=200, document={"status": "ok", "gateway": gateway})


def as_response(report: Report) -> web.StreamResponse:
    """Write a report as JSON; one that says no asks to come back."""
    headers = {"Content-Type": "application/json"}
    if report.status == 503:
        headers["Retry-After"] = "1"
    return WholeAnswer(report.status, headers, orjson.dumps(report.document))


def config(services: Services) -> Report:
    """Show the configuration in force, without secrets."""
    configuration = services.configuration()
    teams = (None, *configuration.compiled.document.named_teams())
    chains = {team or "*": list(configuration.compiled.chain_for(team).kinds()) for team in teams}
    return Report(
        status=200,
        document={
            "gateway": services.settings.name,
            "config_version": configuration.compiled.version,
            "chains": chains,
            "targets": [target.id for target in configuration.targets],
            "reloads": _reloads(services),
        },
    )


def readyz(services: Services) -> Report:
    """Say no until configuration and directory are loaded; degraded when the heartbeat is older than 5 s."""
    settings = services.settings
    now_ns = services.now_ns()
    age_s = services.directory.heartbeat_age_s(partition_of(settings.org, settings.partitions), now_ns / 1e9)
    problem = run.not_ready(services)
    configuration = services.configuration()
    document: dict[str, object] = {
        "status": "not_ready" if problem is not None else "ready",
        "gateway": settings.name,
        "config_version": configuration.compiled.version,
        "config_problem": services.reloads.problem,
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
        return Report(status=503, document=document | {"code": problem.code, "detail": problem.text})
    if age_s is not None and age_s > settings.directory_degraded_s:
        document["status"] = "degraded"
    return Report(status=200, document=document)


def _reloads(services: Services) -> Mapping[str, object]:
    reloads = services.reloads
    since = reloads.in_force_since
    return {
        "applied": reloads.applied,
        "unchanged": reloads.unchanged,
        "refused": reloads.refused,
        "problem": reloads.problem,
        "in_force_since": None if since is None else since.isoformat(),
    }
