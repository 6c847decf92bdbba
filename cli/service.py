"""What running any service takes: an event loop, signals, logging, and tasks beside it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

FORCED_EXIT: Final = 75


def run_service(service: Callable[[asyncio.Event], Awaitable[None]], *, worker: int | None = None) -> None:
    """Run one service on uvloop until it ends or SIGTERM or SIGINT asks it to; a second signal ends it at once.

    A ``worker`` is asked by its parent alone: a terminal, or a service manager that signals every process, reaches the
    parent as well, and only the parent knows whether another worker follows. Its number is in its log lines.
    """
    import uvloop

    who = "" if worker is None else f"worker {worker} "
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format=f"%(asctime)s {who}%(levelname)s %(name)s: %(message)s"
    )
    for noisy in ("aiokafka", "faust", "mode", "aiohttp"):
        logging.getLogger(noisy).setLevel(logging.WARNING)

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT) if worker is None else ():
            loop.add_signal_handler(number, _asked_to_stop, stop)
        await service(stop)

    for number in () if worker is None else (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR2):
        signal.signal(number, signal.SIG_IGN)
    uvloop.run(main())


def _asked_to_stop(stop: asyncio.Event) -> None:
    if stop.is_set():
        sys.exit(FORCED_EXIT)
    stop.set()


def now_ms() -> int:
    """Give this machine's time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


@asynccontextmanager
async def background(*coroutines: Awaitable[None]) -> AsyncIterator[asyncio.Event]:
    """Run coroutines beside the body; when one of them ends or fails, the event is set and its error raised at exit."""
    ended = asyncio.Event()
    tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]
    for task in tasks:
        task.add_done_callback(lambda _: ended.set())
    try:
        yield ended
    finally:
        finished = [task for task in tasks if task.done() and not task.cancelled()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for task in finished:
            task.result()


async def first_of(*events: asyncio.Event) -> None:
    """Wait until one of the events is set."""
    waits = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await wait
