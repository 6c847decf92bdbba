"""What operators can ask a gateway of one process; a gateway of several answers the same in `workers.py`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from keeptrusts.cli.gateway_configuration import Share, Upstreams, load_configuration
from keeptrusts.gateway.http.families import as_text
from keeptrusts.gateway.http.health import Report, alive

if TYPE_CHECKING:
    from keeptrusts.cli.gateway_service.reloading import Reloading
    from keeptrusts.gateway.app import RunningGateway
    from keeptrusts.schemas.policy_document.lint import SourceFile


class OneProcess:
    """A gateway in this process, as reloads change it."""

    def __init__(self, gateway: RunningGateway, upstreams: Upstreams, *, workers: int = 1, worker: int = 0) -> None:
        self._gateway = gateway
        self._upstreams = upstreams
        self._workers = workers
        self._worker = worker

    async def put_in_force(self, sources: tuple[SourceFile, ...]) -> tuple[bool, str]:
        """See `Governed`. Counts of rate limits that stay as they are go on."""
        share = Share(workers=self._workers, worker=self._worker, before=self._gateway.configuration)
        loaded = await asyncio.to_thread(load_configuration, sources, self._upstreams, share)
        applied = await self._gateway.take_over(loaded.configuration)
        return applied, loaded.configuration.compiled.version

    async def refuse(self, problem: str) -> str:
        self._gateway.refuse(problem)
        return self._gateway.configuration.compiled.version


class OneProcessAdministration:
    """The admin port's answers for a gateway in this process."""

    def __init__(self, name: str, gateway: RunningGateway, reloading: Reloading) -> None:
        self._name = name
        self._gateway = gateway
        self._reloading = reloading

    def alive(self) -> Report:
        return alive(self._name)

    async def readyz(self) -> Report:
        return self._gateway.readyz()

    async def config(self) -> Report:
        return self._gateway.config()

    async def metrics(self) -> bytes:
        return as_text(self._gateway.metrics.families())

    async def reload(self) -> Report:
        return await self._reloading.reload()

    async def restart(self) -> Report:
        problem = "a gateway of one process cannot replace itself"
        fix = "start it with --workers 2 or more, or stop and start it"
        return Report(status=409, document={"detail": f"{problem}; {fix}"})
