"""The loopback admin port: health, readiness, metrics and the configuration in force."""

from __future__ import annotations

from aiohttp import web

from keeptrusts.gateway.http import health
from keeptrusts.gateway.http.answers import WholeAnswer
from keeptrusts.gateway.http.metrics import GatewayMetrics
from keeptrusts.gateway.pipeline.services import Services


class AdminPlane:
    """Answers every request of the admin port."""

    def __init__(self, services: Services, metrics: GatewayMetrics) -> None:
        self._services = services
        self._metrics = metrics

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        if request.method in ("GET", "HEAD"):
            if request.path == "/keeptrusts/config":
                return health.config(self._services)
            found = await health.answer(self._services, self._metrics, request.path)
            if found is not None:
                return found
        return WholeAnswer(404, {"Content-Type": "text/plain; charset=utf-8"}, b"not found\n")
