"""A gateway of several worker processes: one listening socket a worker, all on one port (SO_REUSEPORT).

The parent makes the sockets and keeps them open, so connections that the kernel has queued on one survive the worker
that served it: its successor takes them. It supervises the workers, reads the configuration for all of them, answers
the admin port and adds up their metrics. It serves no call itself.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Callable, Mapping
from typing import Any, Final

from keeptrusts.cli.exit_codes import CommandFailed, ExitCode
from keeptrusts.cli.gateway_configuration import Upstreams, load_configuration
from keeptrusts.cli.gateway_service.channel import ChannelError
from keeptrusts.cli.gateway_service.one_process import ADMIN_DRAIN_S, ADMIN_HOST, on_signal
from keeptrusts.cli.gateway_service.reloading import Reloading
from keeptrusts.cli.gateway_service.slot import Slot
from keeptrusts.cli.gateway_service.spec import GatewaySpec, spec_as_document
from keeptrusts.cli.gateway_service.worker import sources_as_document
from keeptrusts.cli.gateway_service.worker_process import WorkerError, WorkerProcess
from keeptrusts.gateway.app import in_background
from keeptrusts.gateway.http.admin_plane import AdminPlane
from keeptrusts.gateway.http.families import Family, Sample, added_up, as_text
from keeptrusts.gateway.http.front_door import listening
from keeptrusts.gateway.http.health import Report, alive
from keeptrusts.schemas.policy_document.lint import SourceFile

logger = logging.getLogger(__name__)

ANSWER_S: Final = 2.0
TAKE_OVER_S: Final = 15.0


async def run_workers(
    spec: GatewaySpec,
    sources: tuple[SourceFile, ...],
    upstreams: Upstreams,
    environment: Mapping[str, str],
    *,
    on_listening: Callable[[], None],
    stop: asyncio.Event,
) -> None:
    """Serve with all workers until asked to stop. Raises OSError for a busy port, WorkerError for a failed start."""
    workers = Workers(spec, sources, upstreams, environment)
    reloading = Reloading(spec.files, workers)
    administration = WorkersAdministration(workers, reloading)
    try:
        await _or_stopped(workers.fill(), stop)
        async with listening(AdminPlane(administration), ADMIN_HOST, spec.admin_port, drain_s=ADMIN_DRAIN_S):
            with on_signal(signal.SIGHUP, reloading.ask), on_signal(signal.SIGUSR2, workers.restart):
                async with in_background(stop, reloading.watch_for_ever(), workers.keep()):
                    if not stop.is_set():
                        on_listening()
                    await stop.wait()
                await workers.stop()
    finally:
        workers.kill()


class Workers:
    """All slots of a gateway, and the configuration they have in force."""

    def __init__(
        self,
        spec: GatewaySpec,
        sources: tuple[SourceFile, ...],
        upstreams: Upstreams,
        environment: Mapping[str, str],
    ) -> None:
        self.spec = spec
        self.restart_problem: str | None = None
        self._sources = sources
        self._upstreams = upstreams
        self._environment = dict(environment)
        self._sockets = bound(spec.host, spec.port, spec.workers)
        self._slots = tuple(Slot(index, self._launch, drain_s=spec.drain_s) for index in range(spec.workers))
        self._version = load_configuration(sources, upstreams).configuration.compiled.version
        self._restart: asyncio.Task[None] | None = None

    @property
    def restarting(self) -> bool:
        return self._restart is not None and not self._restart.done()

    @property
    def current(self) -> tuple[WorkerProcess | None, ...]:
        """The worker that serves in each slot now."""
        return tuple(slot.current for slot in self._slots)

    async def fill(self) -> None:
        """Start every slot's first worker. Raises WorkerError or OSError when one does not serve."""
        await asyncio.gather(*(slot.fill() for slot in self._slots))

    async def keep(self) -> None:
        """Restart what dies, until cancelled."""
        await asyncio.gather(*(slot.keep() for slot in self._slots))

    async def stop(self) -> None:
        """End everything, each worker with its calls. From now on nobody can connect."""
        if self._restart is not None:
            self._restart.cancel()
        self._close()
        await asyncio.gather(*(slot.stop() for slot in self._slots))

    def kill(self) -> None:
        """End at once whatever still runs."""
        self._close()
        for slot in self._slots:
            slot.kill()

    def restart(self) -> bool:
        """Begin to replace the workers one after the other; False when that is under way already."""
        if self.restarting:
            return False
        self.restart_problem = None
        self._restart = asyncio.create_task(self._replace_all())
        return True

    async def put_in_force(self, sources: tuple[SourceFile, ...]) -> tuple[bool, str]:
        """See `Governed`: checked here once, then taken over by every worker. Later workers begin with it."""
        loaded = await asyncio.to_thread(load_configuration, sources, self._upstreams)
        self._sources, self._version = sources, loaded.configuration.compiled.version
        document = sources_as_document(sources)
        answers = await self._ask_all("put_in_force", timeout_s=TAKE_OVER_S, sources=document)
        failed = [str(answer) for answer in answers if isinstance(answer, ChannelError)]
        if failed:
            raise CommandFailed(f"not every worker has it in force: {'; '.join(failed)}", ExitCode.UNAVAILABLE)
        return any(answer["applied"] for answer in answers if isinstance(answer, Mapping)), self._version

    async def refuse(self, problem: str) -> str:
        await self._ask_all("refuse", timeout_s=ANSWER_S, problem=problem)
        return self._version

    async def reports(self, question: str) -> list[tuple[int, Report]]:
        """Give each worker's answer by its number; a worker that does not answer is reported with 503."""
        answers = await self._ask_all(question, timeout_s=ANSWER_S)
        return [(index, _report(answer)) for index, answer in enumerate(answers)]

    async def metrics(self) -> bytes:
        """Add up what all workers have counted, those that have ended included."""
        living = [worker for slot in self._slots for worker in slot.living]
        await asyncio.gather(*(worker.refresh(timeout_s=ANSWER_S) for worker in living))
        pages = [worker.families for slot in self._slots for worker in slot.living]
        departed = [slot.departed for slot in self._slots]
        return as_text((*added_up((*pages, *departed)), *self._own()))

    async def _ask_all(
        self, question: str, *, timeout_s: float, **values: object
    ) -> list[Mapping[str, Any] | ChannelError]:
        async def one(slot: Slot) -> Mapping[str, Any] | ChannelError:
            if slot.current is None:
                return ChannelError(f"worker {slot.index} does not run now")
            try:
                return await slot.current.ask(question, timeout_s=timeout_s, **values)
            except ChannelError as error:
                return ChannelError(f"worker {slot.index}: {error}")

        return list(await asyncio.gather(*(one(slot) for slot in self._slots)))

    async def _launch(self, index: int) -> WorkerProcess:
        async def page() -> str:
            return (await self.metrics()).decode()

        def orders() -> Mapping[str, Any]:
            sources = sources_as_document(self._sources)
            return {"spec": spec_as_document(self.spec), "worker": index, "sources": sources}

        worker = WorkerProcess(index, orders=orders, page=page)
        await worker.start(self._sockets[index], self._environment)
        return worker

    async def _replace_all(self) -> None:
        """One after the other: at most one worker more than usual runs, and a failed successor ends the restart."""
        for slot in self._slots:
            try:
                await slot.replace()
            except (WorkerError, OSError) as error:
                self.restart_problem = str(error)
                logger.error("the restart has stopped, the workers that are left go on: %s", error)
                return
            logger.info("worker %d is replaced", slot.index)

    def _close(self) -> None:
        for listener in self._sockets:
            listener.close()

    def _own(self) -> tuple[Family, ...]:
        serving = sum(worker is not None for worker in self.current)
        return worker_families(
            serving=serving,
            changing=sum(len(slot.living) for slot in self._slots) - serving,
            wanted=self.spec.workers,
            deaths=sum(slot.deaths for slot in self._slots),
            replacements=sum(slot.replacements for slot in self._slots),
        )


class WorkersAdministration:
    """The admin port's answers for a gateway of several workers."""

    def __init__(self, workers: Workers, reloading: Reloading) -> None:
        self._workers = workers
        self._reloading = reloading

    def alive(self) -> Report:
        return alive(self._workers.spec.name)

    async def readyz(self) -> Report:
        """Say no unless every worker serves and is ready; what is the same in all workers comes from the first."""
        reports = await self._workers.reports("readyz")
        pids = [None if worker is None else worker.pid for worker in self._workers.current]
        states = [str(report.document.get("status", "not_ready")) for _, report in reports]
        worst = next((state for state in ("not_ready", "degraded") if state in states), "ready")
        shown = [{"worker": index, "pid": pids[index], **_own_part(report.document)} for index, report in reports]
        first = next((report.document for _, report in reports if report.status == 200), reports[0][1].document)
        document = {
            **first,
            "status": worst,
            "workers": shown,
            "restarting": self._workers.restarting,
            "restart_problem": self._workers.restart_problem,
        }
        return Report(status=503 if worst == "not_ready" else 200, document=document)

    async def config(self) -> Report:
        """Show the first worker's configuration, and which version each one has in force."""
        reports = await self._workers.reports("config")
        versions = {str(index): report.document.get("config_version") for index, report in reports}
        document = {**reports[0][1].document, "gateway": self._workers.spec.name, "versions_by_worker": versions}
        return Report(status=reports[0][1].status, document=document)

    async def metrics(self) -> bytes:
        return await self._workers.metrics()

    async def reload(self) -> Report:
        return await self._reloading.reload()

    async def restart(self) -> Report:
        if not self._workers.restart():
            return Report(status=409, document={"detail": "a restart is under way already"})
        return Report(status=202, document={"restarting": self._workers.spec.workers})


def worker_families(*, serving: int, changing: int, wanted: int, deaths: int, replacements: int) -> tuple[Family, ...]:
    """Give the parent's own metrics: how many workers there are, and why more than the first were started."""
    states = {"serving": serving, "changing": changing, "wanted": wanted}
    causes = {"death": deaths, "restart": replacements}
    return (
        Family(
            name="keeptrusts_gateway_workers",
            kind="gauge",
            help="Worker processes by state: serving, changing (starting, or ending their last calls), wanted",
            label_names=("state",),
            samples=tuple(Sample(labels=(state,), value=count) for state, count in states.items()),
        ),
        Family(
            name="keeptrusts_gateway_worker_starts",
            kind="counter",
            help="Workers started after the first ones, by cause: one died, or was replaced on request",
            label_names=("cause",),
            samples=tuple(Sample(labels=(cause,), value=count) for cause, count in causes.items()),
        ),
    )


def bound(host: str, port: int, count: int) -> tuple[socket.socket, ...]:
    """Give sockets that share one address. They listen once a worker says so. Raises OSError for a busy port."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    sockets: list[socket.socket] = []
    try:
        for _ in range(count):
            made = socket.socket(family, kind, protocol)
            sockets.append(made)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            made.setblocking(False)
            made.bind(address)
    except OSError:
        for made in sockets:
            made.close()
        raise
    return tuple(sockets)


async def _or_stopped(starting: Any, stop: asyncio.Event) -> None:
    """Wait for a start, or for being asked to stop meanwhile."""
    start = asyncio.ensure_future(starting)
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((start, stopped), return_when=asyncio.FIRST_COMPLETED)
        if start.done():
            start.result()
    finally:
        stopped.cancel()
        start.cancel()
        await asyncio.gather(start, return_exceptions=True)


def _report(answer: Mapping[str, Any] | ChannelError) -> Report:
    if isinstance(answer, ChannelError):
        return Report(status=503, document={"status": "not_ready", "detail": str(answer)})
    return Report(status=answer["status"], document=answer["document"])


def _own_part(document: Mapping[str, object]) -> Mapping[str, object]:
    """What differs between workers."""
    names = ("status", "config_version", "config_problem", "directory_age_s", "code", "detail")
    return {name: document[name] for name in names if name in document}
