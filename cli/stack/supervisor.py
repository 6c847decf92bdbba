"""Runs the children of one stack: in order, each only when the one before answers; stops them in reverse."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from keeptrusts.cli.stack.child import Child, Say
from keeptrusts.cli.stack.child_process import MARKER, ChildProcess
from keeptrusts.cli.stack.control import Request, clear, serve
from keeptrusts.cli.stack.data_dir import DataDir
from keeptrusts.cli.stack.failure import StackError
from keeptrusts.cli.stack.lock import SupervisorLock, is_held
from keeptrusts.cli.stack.ports import Ports, require_free
from keeptrusts.cli.stack.processes import ProcessIdentity, end_all, identify, processes_with
from keeptrusts.cli.stack.state_file import Phase, StackState, read_state, write_state

_LEFTOVER_PATIENCE_SECONDS = 15.0

Watch = Callable[[StackState], None]


class AlreadySupervised(StackError):
    """Another process supervises this data directory."""


class Supervisor:
    """The life of one stack, from `run` to `stop`. Belongs to one event loop."""

    def __init__(self, *, data_dir: DataDir, ports: Ports, children: tuple[Child, ...], say: Say, watch: Watch) -> None:
        self._data_dir = data_dir
        self._ports = ports
        self._say = say
        self._watch = watch
        self._stopping = asyncio.Event()
        self._phase: Phase = "starting"
        self._message = ""
        self._identity = _own_identity()
        self._children = tuple(
            ChildProcess(child, data_dir=data_dir, changed=self._publish, say=self._tell) for child in children
        )

    def stop(self) -> None:
        """Ask for the end; `run` returns when everything has ended. Safe to call more than once."""
        self._stopping.set()

    async def run(self) -> None:
        """Start everything, keep it running, stop it on request.

        Raises AlreadySupervised, or StackError when a child does not start or a port is busy; whatever was
        started is stopped before it raises.
        """
        lock = SupervisorLock(lock_path(self._data_dir))
        if not lock.acquire():
            raise AlreadySupervised(
                f"A stack is already running in {self._data_dir.root}.", fix="see `kt status`, or end it with `kt down`"
            )
        try:
            await self._run_locked()
        finally:
            lock.release()

    async def _run_locked(self) -> None:
        clear(self._data_dir.run)
        self._move("starting")
        try:
            await asyncio.to_thread(end_leftovers, self._data_dir, self._tell)
            await asyncio.to_thread(require_free, self._needed_ports())
            await self._start_in_order()
            if not self._stopping.is_set():
                self._move("running")
                await serve(self._data_dir.run, self._handle, until=self._stopping)
        except BaseException as error:
            await self._stop_in_reverse()
            self._message = str(error)
            self._move("failed")
            raise
        await self._stop_in_reverse()
        self._move("stopped")

    async def _start_in_order(self) -> None:
        started: list[ChildProcess] = []
        for child in self._children:
            if not child.child.enabled:
                continue
            child.start()
            started.append(child)
            if child.child.with_next:
                continue
            for one in started:
                await self._ready_or_stopping(one)
                if self._stopping.is_set():
                    return
            if child.child.after_ready is not None:
                await asyncio.to_thread(child.child.after_ready)
            started.clear()

    async def _ready_or_stopping(self, child: ChildProcess) -> None:
        ready = asyncio.create_task(child.until_ready())
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({ready, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if ready.done():
                ready.result()
        finally:
            ready.cancel()
            stopping.cancel()

    async def _stop_in_reverse(self) -> None:
        self._move("stopping")
        for child in reversed(self._children):
            await child.stop()

    async def _handle(self, request: Request) -> None:
        child = next((child for child in self._children if child.child.name == request.child), None)
        if child is None:
            raise StackError(f"This stack has no {request.child}.", fix="see `kt status` for the names")
        if request.action == "stop_child":
            await child.stop()
            return
        if child.state.phase in {"off", "failed"}:
            child.start()
        await self._ready_or_stopping(child)

    def _needed_ports(self) -> tuple[tuple[str, int], ...]:
        """The gateway's ports only when a gateway is started: another one may be using them."""
        wanted = {child.child.name for child in self._children if child.child.enabled}
        return self._ports.used_by(wanted)

    def _tell(self, message: str) -> None:
        self._message = message
        self._say(message)

    def _move(self, phase: Phase) -> None:
        self._phase = phase
        if phase == "running":
            self._message = ""
        self._publish()

    def _publish(self) -> None:
        state = StackState(
            phase=self._phase,
            supervisor=self._identity,
            port_offset=self._ports.offset,
            children=tuple(child.state for child in self._children),
            message=self._message,
        )
        write_state(self._data_dir.state_file, state)
        self._watch(state)


def lock_path(data_dir: DataDir) -> Path:
    """The file whose lock says that a supervisor lives."""
    return data_dir.run / "supervisor.lock"


def is_supervised(data_dir: DataDir) -> bool:
    """Whether a supervisor of this data directory lives now."""
    return is_held(lock_path(data_dir))


def end_leftovers(data_dir: DataDir, say: Say) -> int:
    """End processes that an earlier supervisor started and could not stop; returns how many there were.

    They carry the data directory in their environment; where environments cannot be read, the state file names
    them. Call it only while holding the lock, or when no supervisor lives.
    """
    leftovers = set(processes_with(MARKER, str(data_dir.root)))
    state = read_state(data_dir.state_file)
    if state is not None:
        recorded = (child.process for child in state.children)
        leftovers |= {process for process in recorded if process and identify(process.pid) == process}
    if leftovers:
        say(f"Ending {len(leftovers)} processes of an earlier stack whose supervisor was killed ...")
        end_all(leftovers, patience_seconds=_LEFTOVER_PATIENCE_SECONDS)
    return len(leftovers)


def _own_identity() -> ProcessIdentity:
    identity = identify(os.getpid())
    assert identity is not None, "this process runs"
    return identity
