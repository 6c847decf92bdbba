"""A comment line to a caller whose stream is silent, so that nothing on the way takes the connection for dead."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from keeptrusts.gateway.pipeline.connection import CallerConnection, CallerGoneError

COMMENT: Final = b": keep-alive\n\n"
"""Readers of server-sent events skip lines that begin with a colon (HTML standard, 9.2.6)."""


class KeepAlive:
    """Says something on a connection whenever nothing was sent for ``every_s``; ``stop`` it before the end is sent."""

    __slots__ = ("_connection", "_every_s", "_saying", "_sent_at", "_time", "_timer")

    def __init__(self, connection: CallerConnection, every_s: float) -> None:
        loop = asyncio.get_running_loop()
        self._connection = connection
        self._every_s = every_s
        self._time: Callable[[], float] = loop.time
        self._sent_at = self._time()
        self._saying: asyncio.Task[None] | None = None
        self._timer = loop.call_later(every_s, self._look)

    def sent(self) -> None:
        """Note that something was sent just now."""
        self._sent_at = self._time()

    async def stop(self) -> None:
        """Say no more, and wait for what is being said: as long as the connection waits for a slow reader."""
        self._timer.cancel()
        if self._saying is not None:
            await self._saying

    def _look(self) -> None:
        left = self._sent_at + self._every_s - self._time()
        if left <= 0:
            left = self._every_s
            if self._saying is None or self._saying.done():
                self._sent_at = self._time()
                self._saying = asyncio.get_running_loop().create_task(self._say())
        self._timer = asyncio.get_running_loop().call_later(left, self._look)

    async def _say(self) -> None:
        with suppress(CallerGoneError):  # whoever sends the next piece finds out
            await self._connection.send(COMMENT)
