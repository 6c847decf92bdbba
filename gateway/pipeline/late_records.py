"""Completions that the log could not take in time: they follow as soon as it does, in bounded number and time.

One whose acknowledgement is unknown is sent again with the same id: a broken producer may have lost it, and whoever
reads the log counts an id once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.publishing import AckUnknownError, Publisher, PublisherOverloadedError, PublishError

logger = logging.getLogger(__name__)

RETRY_S = 0.5


class LateRecords:
    """Appends events in the background. What is given up is counted and logged; the authority closes it later."""

    def __init__(self, publisher: Publisher, *, most: int, deadline_s: float) -> None:
        self._publisher = publisher
        self._most = most
        self._deadline_s = deadline_s
        self._tasks: set[asyncio.Task[None]] = set()
        self.dropped = 0

    def append(self, *events: Event, acked: Callable[[], None] | None = None) -> None:
        """Hand over events that must still reach the log; ``acked`` is called once it has them."""
        if len(self._tasks) >= self._most:
            self._give_up(events, "too many wait already")
            return
        task = asyncio.create_task(self._append(events, acked))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self, timeout_s: float) -> None:
        """Wait for what is under way, within a bound."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=timeout_s)

    async def _append(self, events: tuple[Event, ...], acked: Callable[[], None] | None) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._deadline_s
        while (left := deadline - loop.time()) > 0:
            try:
                await self._publisher.append(*events, deadline_s=left)
                if acked is not None:
                    acked()
                return
            except (PublisherOverloadedError, AckUnknownError):
                await asyncio.sleep(min(RETRY_S, left))
            except PublishError as error:
                self._give_up(events, error.reason)
                return
        self._give_up(events, f"the log took none for {self._deadline_s:g} s")

    def _give_up(self, events: tuple[Event, ...], reason: str) -> None:
        self.dropped += len(events)
        logger.error("late records are given up (%d so far): %s", self.dropped, reason)
