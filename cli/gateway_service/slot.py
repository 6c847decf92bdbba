"""One worker's place: keeps a worker serving in it, restarts one that dies, replaces one without a gap."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final

from keeptrusts.cli.gateway_service.worker_process import WorkerError, WorkerProcess
from keeptrusts.cli.stack.child_process import backoff_seconds
from keeptrusts.gateway.http.families import Family, added_up, lasting

logger = logging.getLogger(__name__)

START_S: Final = 60.0
_STEADY_S: Final = 30.0
"""A worker that lived this long is restarted at once; one that dies sooner, after a pause that doubles."""

Launch = Callable[[int], Awaitable[WorkerProcess]]


class Slot:
    """The socket of a slot stays open while its worker is replaced or dead: whoever connects meanwhile waits in it."""

    def __init__(self, index: int, launch: Launch, *, drain_s: float) -> None:
        self.index = index
        self.current: WorkerProcess | None = None
        self.deaths = 0
        self.replacements = 0
        self._launch = launch
        self._drain_s = drain_s
        self._changing = asyncio.Lock()
        self._living: list[WorkerProcess] = []
        self._buried: set[asyncio.Task[None]] = set()
        self._departed: tuple[Family, ...] = ()

    @property
    def living(self) -> tuple[WorkerProcess, ...]:
        """Every process of this slot that has not ended: starting, serving, or ending its last calls."""
        return tuple(self._living)

    @property
    def departed(self) -> tuple[Family, ...]:
        """What workers counted that have ended, so that counters never go back."""
        return self._departed

    async def fill(self) -> None:
        """Start the first worker. Raises WorkerError or OSError."""
        async with self._changing:
            self.current = await self._started()

    async def keep(self) -> None:
        """Restart what dies, until cancelled."""
        failures = 0
        while True:
            worker = self.current
            if worker is not None:
                await worker.ended.wait()
                async with self._changing:
                    if self.current is not worker:
                        continue  # it was replaced and has ended in peace
                    self.current = None
                self.deaths += 1
                lived = time.monotonic() - worker.began_s
                failures = 0 if lived >= _STEADY_S else failures + 1
                logger.error("worker %d %s; starting another", self.index, worker.ending())
            if failures:
                await asyncio.sleep(backoff_seconds(failures))
            async with self._changing:
                try:
                    self.current = self.current or await self._started()
                except (WorkerError, OSError) as error:
                    failures += 1
                    logger.error("%s; trying again", error)

    async def replace(self) -> None:
        """Start a successor, and once it serves let the worker end. Raises WorkerError or OSError: it goes on then."""
        async with self._changing:
            before = self.current
            self.current = await self._started()
        self.replacements += 1
        logger.info("worker %d has a successor; its last calls end", self.index)
        if before is not None:
            await before.stop(self._drain_s, has_successor=True)

    async def stop(self) -> None:
        """End every process of this slot; `keep` must have been cancelled."""
        await asyncio.gather(*(worker.stop(self._drain_s, has_successor=False) for worker in self._living))

    def kill(self) -> None:
        """End every process of this slot at once."""
        for worker in self._living:
            worker.kill()

    async def _started(self) -> WorkerProcess:
        worker = await self._launch(self.index)
        self._living.append(worker)
        burial = asyncio.create_task(self._bury(worker))
        self._buried.add(burial)
        burial.add_done_callback(self._buried.discard)
        try:
            await worker.until_serving(START_S)
        except BaseException:
            worker.kill()
            raise
        return worker

    async def _bury(self, worker: WorkerProcess) -> None:
        """Keep the counts of a worker that has ended."""
        await worker.ended.wait()
        self._living.remove(worker)
        self._departed = added_up((self._departed, lasting(worker.families)))
