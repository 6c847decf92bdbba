"""Waits for a condition with a bound, and runs a writer beside a test."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from keeptrusts.projections.settings import WriterSettings
from keeptrusts.projections.store.protocol import Store
from keeptrusts.projections.writer.loop import Writer


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        await asyncio.sleep(0.02)


@asynccontextmanager
async def running(store: Store, settings: WriterSettings) -> AsyncIterator[Writer]:
    """Run a writer; its failure fails the test."""
    writer = Writer(store, settings, now_ms)
    task = asyncio.create_task(writer.run())
    try:
        started = asyncio.create_task(writer.started.wait())
        await asyncio.wait({task, started}, return_when=asyncio.FIRST_COMPLETED, timeout=30)
        if task.done():
            task.result()
        yield writer
        if task.done():
            task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
