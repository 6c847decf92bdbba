"""A worker as its parent sees it: a process with a channel, from its start to its end."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from keeptrusts.cli.gateway_service.channel import Channel, ChannelError, open_channel, pair
from keeptrusts.gateway.http.families import Family, from_document

logger = logging.getLogger(__name__)

# -P: a file in the working directory must not stand in for a library.
_WORKER: Final = (sys.executable, "-P", "-m", "keeptrusts.cli.main", "gateway", "worker")
_ENDING_S: Final = 30.0
"""How long a worker has, once its calls have ended, to give late records to the log and close."""

Orders = Callable[[], Mapping[str, Any]]
Page = Callable[[], Awaitable[str]]


class WorkerError(Exception):
    """A worker that did not begin to serve, and why."""


class WorkerProcess:
    """One process. ``orders`` is what it is told to be; ``page`` gives the metrics of all workers."""

    def __init__(self, index: int, *, orders: Orders, page: Page) -> None:
        self.index = index
        self.began_s = time.monotonic()
        self.serving = asyncio.Event()
        self.ended = asyncio.Event()
        self.stopping = False
        self.families: tuple[Family, ...] = ()
        """Its counts as last heard of."""
        self._orders = orders
        self._page = page
        self._process: Process | None = None
        self._channel: Channel | None = None
        self._tasks: tuple[asyncio.Task[None], ...] = ()

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    @property
    def code(self) -> int | None:
        """How it ended: an exit code, or the negative number of a signal."""
        return None if self._process is None else self._process.returncode

    async def start(self, listener: socket.socket, environment: Mapping[str, str]) -> None:
        """Start the process. Raises OSError when that is not possible."""
        ours, theirs = pair()
        try:
            handles = (theirs.fileno(), listener.fileno())
            self._process = await asyncio.create_subprocess_exec(
                *_WORKER,
                *("--number", str(self.index), "--channel", str(handles[0]), "--listener", str(handles[1])),
                stdin=asyncio.subprocess.DEVNULL,
                env={**os.environ, **environment},
                pass_fds=handles,
            )
        finally:
            theirs.close()
        self._channel = await open_channel(ours, self._answer)
        self._tasks = (asyncio.create_task(self._channel.run()), asyncio.create_task(self._wait()))

    async def until_serving(self, timeout_s: float) -> None:
        """Wait until it serves. Raises WorkerError when it ends before, or takes too long."""
        waits = [asyncio.create_task(event.wait()) for event in (self.serving, self.ended)]
        try:
            await asyncio.wait(waits, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if self.ended.is_set():
            raise WorkerError(f"worker {self.index} {self.ending()} before it served")
        if not self.serving.is_set():
            raise WorkerError(f"worker {self.index} did not serve within {timeout_s:g} s")

    async def ask(self, question: str, *, timeout_s: float, **values: object) -> Mapping[str, Any]:
        """Ask the worker. Raises ChannelError."""
        if self._channel is None:
            raise ChannelError(f"worker {self.index} has not started")
        return await self._channel.ask(question, timeout_s=timeout_s, **values)

    async def refresh(self, *, timeout_s: float) -> None:
        """Hear of its counts, if it answers in time."""
        try:
            answer = await self.ask("metrics", timeout_s=timeout_s)
        except ChannelError:
            return  # what was heard of last still counts
        self.families = from_document(answer["families"])

    async def stop(self, drain_s: float, *, has_successor: bool) -> None:
        """Have it take no more connections, end its calls and end; killed when it takes longer than it may.

        Callers who wait in its socket's queue are left to its successor. Without one it serves them too.
        """
        self.stopping = True
        try:
            await self.ask("stop", timeout_s=5.0, has_successor=has_successor)
        except ChannelError as error:
            logger.warning("worker %d has not said that it stops: %s", self.index, error)
        try:
            async with asyncio.timeout(drain_s + _ENDING_S):
                await self.ended.wait()
        except TimeoutError:
            self.kill()
            await self.ended.wait()

    def kill(self) -> None:
        """End it at once."""
        self.signal(signal.SIGKILL)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, if it still runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    def ending(self) -> str:
        """Say in words how it ended."""
        code = self.code
        if code is None:
            return "has not ended"
        return f"ended with code {code}" if code >= 0 else f"was ended by {signal.Signals(-code).name}"

    async def _wait(self) -> None:
        assert self._process is not None, "only a started process is waited for"
        await self._process.wait()
        self.ended.set()

    async def _answer(self, question: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
        match question:
            case "orders":
                return self._orders()
            case "serving":
                self.serving.set()
                return {}
            case "page":
                return {"text": await self._page()}
            case "farewell":
                self.families = from_document(values["families"])
                return {}
            case _:
                raise ChannelError(f"this gateway knows no {question}; the worker is of another version")
