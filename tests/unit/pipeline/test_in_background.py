"""Tasks beside a gateway: one that ends stops the gateway and is heard of; asked to stop, all of them end quietly."""

from __future__ import annotations

import asyncio

import pytest

from keeptrusts.gateway.app import in_background


async def forever() -> None:
    await asyncio.Event().wait()


async def broken() -> None:
    raise RuntimeError("the directory cannot be read")


async def test_a_task_that_fails_asks_the_gateway_to_stop_and_its_error_is_raised() -> None:
    stop = asyncio.Event()
    with pytest.raises(RuntimeError, match="directory"):
        async with in_background(stop, forever(), broken()), asyncio.timeout(5):
            await stop.wait()


async def test_tasks_end_quietly_when_the_gateway_does() -> None:
    stop = asyncio.Event()
    async with in_background(stop, forever()):
        pass
    assert asyncio.all_tasks() == {asyncio.current_task()}
