"""The loopback admin port: health, readiness, metrics, the configuration in force, reload and restart."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from aiohttp import web

from keeptrusts.gateway.http.answers import WholeAnswer
from keeptrusts.gateway.http.families import TEXT_TYPE
from keeptrusts.gateway.http.health import Report, as_response


class Administration(Protocol):
    """What an operator can ask of a gateway, whether it is one process or several. Nothing here raises."""

    def alive(self) -> Report:
        """Say that the process which answers here runs."""
        ...

    async def readyz(self) -> Report:
        """Say whether every worker serves."""
        ...

    async def config(self) -> Report:
        """Show the configuration in force, without secrets."""
        ...

    async def metrics(self) -> bytes:
        """Give the metrics of all workers in the text format of Prometheus."""
        ...

    async def reload(self) -> Report:
        """Read the configuration files again: 200 when they are in force now, 422 when they cannot be."""
        ...

    async def restart(self) -> Report:
        """Begin to replace the workers one by one: 202, or 409 where that is not possible."""
        ...


class AdminPlane:
    """Answers every request of the admin port."""

    def __init__(self, administration: Administration) -> None:
        self._administration = administration

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request. What changes something is refused to browsers: any page could send it."""
        asked = self._administration
        if request.method in ("GET", "HEAD"):
            return await self._shown(request.path)
        actions: dict[str, Callable[[], Awaitable[Report]]] = {
            "/keeptrusts/config/reload": asked.reload,
            "/keeptrusts/restart": asked.restart,
        }
        action = actions.get(request.path) if request.method == "POST" else None
        if action is None:
            return _not_found()
        if "Origin" in request.headers:
            return as_response(Report(status=403, document={"detail": "browsers may not do this; use curl or kt"}))
        return as_response(await action())

    async def _shown(self, path: str) -> web.StreamResponse:
        asked = self._administration
        match path:
            case "/health" | "/healthz":
                return as_response(asked.alive())
            case "/readyz":
                return as_response(await asked.readyz())
            case "/keeptrusts/config":
                return as_response(await asked.config())
            case "/metrics":
                return WholeAnswer(200, {"Content-Type": TEXT_TYPE}, await asked.metrics())
            case _:
                return _not_found()


def _not_found() -> web.StreamResponse:
    return WholeAnswer(404, {"Content-Type": "text/plain; charset=utf-8"}, b"not found\n")
