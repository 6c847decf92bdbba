"""Keeps one child running: start, wait until it answers, restart with backoff, stop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import time
from asyncio.subprocess import Process
from collections.abc import Callable
from pathlib import Path
from typing import Any

from keeptrusts.cli.stack.child import Child, Say
from keeptrusts.cli.stack.data_dir import DataDir
from keeptrusts.cli.stack.failure import StackError
from keeptrusts.cli.stack.processes import identify
from keeptrusts.cli.stack.state_file import ChildPhase, ChildState
from keeptrusts.schemas.frozen import replace

MARKER = "KEEPTRUSTS_SUPERVISED_BY"
READY_FILE = "KEEPTRUSTS_READY_FILE"

_FIRST_START_ATTEMPTS = 3
_BACKOFF_FIRST_SECONDS = 0.5
_BACKOFF_LAST_SECONDS = 15.0
_STEADY_SECONDS = 30.0
_STARTING_POLL_SECONDS = 0.1
_WATCH_SECONDS = 5.0
_LOG_BYTES_AT_START = 8 * 1024 * 1024
_LOG_BYTES_RUNNING = 64 * 1024 * 1024
_LOG_LINES_SHOWN = 12


class ChildProcess:
    """One child's life. All methods belong to the supervisor's event loop."""

    def __init__(self, child: Child, *, data_dir: DataDir, changed: Callable[[], None], say: Say) -> None:
        self.child = child
        self.state = ChildState(name=child.name)
        self._data_dir = data_dir
        self._changed = changed
        self._say = say
        self._task: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()
        self._settled = asyncio.Event()  # ready, done or failed for the first time
        self._was_ready = False

    @property
    def log(self) -> Path:
        return self._data_dir.log_of(self.child.name)

    def start(self) -> None:
        """Begin to keep it running; nothing happens when it already is."""
        if self._task is not None and not self._task.done():
            return
        self._stop.clear()
        self._settled.clear()
        self._was_ready = False
        self._task = asyncio.create_task(self._keep_running(), name=f"child {self.child.name}")

    async def until_ready(self) -> None:
        """Wait until it answers (a one-shot: is done). Raises StackError with its last log lines when it failed."""
        await self._settled.wait()
        if self.state.phase == "failed":
            raise StackError(
                f"{self.child.name} did not start: {self.state.reason}{_tail(self.log)}", fix=f"see {self.log}"
            )

    async def stop(self) -> None:
        """End it for good and wait until it is gone; bounded by the child's `stop_seconds` plus a kill."""
        self._stop.set()
        if self._task is not None:
            await self._task
        self._set("done" if self.state.phase == "done" else "off", process=None)

    async def _keep_running(self) -> None:
        failures = 0
        while not self._stop.is_set():
            started = time.monotonic()
            reason, final = await self._run_once()
            if self._stop.is_set() or self.state.phase == "done":
                break
            failures = 1 if time.monotonic() - started > _STEADY_SECONDS else failures + 1
            if not self._was_ready and (final or failures >= _FIRST_START_ATTEMPTS):
                self._set("failed", process=None, reason=reason)
                break
            self._set("backoff", process=None, reason=reason, restarts=self.state.restarts + 1)
            await _wait(self._stop, backoff_seconds(failures))
        self._settled.set()

    async def _run_once(self) -> tuple[str, bool]:
        """Run it from start to end; returns why it ended, and whether another try would end the same way."""
        self._set("starting", reason=self.state.reason)
        try:
            process = await self._launch()
        except StackError as error:
            return f"{error.reason} ({error.fix})", True
        except OSError as error:
            return f"cannot be run: {error}", True
        ended = asyncio.create_task(process.wait())
        try:
            reason = await self._until_ended(process, ended)
        finally:
            await self._end(process, ended)
        return reason, False

    async def _launch(self) -> Process:
        argv = await asyncio.to_thread(self.child.command, self._say)
        ready_file = self._data_dir.ready_file_of(self.child.name)
        ready_file.unlink(missing_ok=True)
        rotate_log(self.log, _LOG_BYTES_AT_START)
        environment = {
            **os.environ,
            **self.child.environment,
            MARKER: str(self._data_dir.root),
            READY_FILE: str(ready_file),
        }
        output = await asyncio.to_thread(_open_log, self.log)
        try:
            process = await asyncio.create_subprocess_exec(
                *argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                start_new_session=True,
            )
        finally:
            os.close(output)
        self._set("starting", process=identify(process.pid), reason=self.state.reason)
        return process

    async def _until_ended(self, process: Process, ended: asyncio.Task[int]) -> str:
        if self.child.one_shot:
            return await self._until_done(ended)
        deadline = time.monotonic() + self.child.start_seconds
        while not await self._answers():
            if await self._ends_within(ended, _STARTING_POLL_SECONDS):
                return _ending(ended)
            if time.monotonic() > deadline:
                return f"did not answer within {self.child.start_seconds:.0f} s"
        self._was_ready = True
        self._set("ready", process=identify(process.pid))
        self._settled.set()
        while not await self._ends_within(ended, _WATCH_SECONDS):
            shorten_log(self.log, _LOG_BYTES_RUNNING)
            phase: ChildPhase = "ready" if await self._answers() else "silent"
            if phase != self.state.phase:
                self._set(phase, process=self.state.process)
        return _ending(ended)

    async def _until_done(self, ended: asyncio.Task[int]) -> str:
        if not await self._ends_within(ended, self.child.start_seconds):
            return f"was not done within {self.child.start_seconds:.0f} s"
        if ended.done() and ended.result() == 0:
            self._set("done", process=None)
        return _ending(ended)

    async def _answers(self) -> bool:
        return await self.child.ready()

    async def _ends_within(self, ended: asyncio.Task[int], seconds: float) -> bool:
        """Whether the process ended, or is to be stopped, before the time is over."""
        stop = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({ended, stop}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()
        return ended.done() or self._stop.is_set()

    async def _end(self, process: Process, ended: asyncio.Task[int]) -> None:
        if not ended.done():
            if self._stop.is_set():
                self._set("stopping", process=self.state.process)
            _signal_group(process.pid, signal.SIGCONT)
            _signal(process.pid, signal.SIGTERM)
            await asyncio.wait({ended}, timeout=self.child.stop_seconds)
        _signal_group(process.pid, signal.SIGKILL)  # whatever of its group is left
        await ended

    def _set(self, phase: ChildPhase, **changes: Any) -> None:
        changes.setdefault("reason", "")
        self.state = replace(self.state, phase=phase, **changes)
        self._changed()


def backoff_seconds(failures: int) -> float:
    """0.5 s after the first failure, doubled after each, at most 15 s."""
    return min(_BACKOFF_LAST_SECONDS, _BACKOFF_FIRST_SECONDS * 2.0 ** min(failures - 1, 10))


def rotate_log(log: Path, limit_bytes: int) -> None:
    """Begin a new file when the old one is large; one older file is kept."""
    if log.exists() and log.stat().st_size > limit_bytes:
        os.replace(log, log.with_suffix(".log.1"))


def shorten_log(log: Path, limit_bytes: int) -> None:
    """Empty the file a process is writing when it grew too large; its content is kept beside it once."""
    if not log.exists() or log.stat().st_size <= limit_bytes:
        return
    shutil.copyfile(log, log.with_suffix(".log.1"))
    os.truncate(log, 0)  # it is open for appending, so the process goes on at the new end


def _open_log(log: Path) -> int:
    return os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def _ending(ended: asyncio.Task[int]) -> str:
    if not ended.done():
        return "was stopped"
    code = ended.result()
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with code {code}"


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)


def _tail(log: Path) -> str:
    if not log.exists():
        return ""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LOG_LINES_SHOWN:]
    return "".join(f"\n    {line}" for line in lines)
