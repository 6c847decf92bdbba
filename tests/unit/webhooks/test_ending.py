"""A deliverer ends when it is told to, also when what it closes on its way out fails."""

from __future__ import annotations

import asyncio

from keeptrusts.stream_processors.webhooks.deliverer import _is_cancelled


async def test_what_closing_raises_does_not_hide_that_the_task_was_cancelled() -> None:
    seen: list[bool] = []
    begun = asyncio.Event()

    async def works() -> None:
        try:
            try:
                begun.set()
                await asyncio.sleep(60)
            finally:
                raise OSError("the connection is gone")
        except OSError:
            seen.append(_is_cancelled())

    assert not _is_cancelled()
    task = asyncio.create_task(works())
    await begun.wait()
    task.cancel()
    await asyncio.wait({task}, timeout=5)
    assert seen == [True]
