"""A publisher that outlives a broken producer: it is replaced under a new incarnation, with numbering from 0."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from keeptrusts.gateway.publishing.kafka import KafkaPublisher
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.publishing import Ack, PublisherOverloadedError, PublishError

logger = logging.getLogger(__name__)

RETRY_S = 1.0

StartPublisher = Callable[[str, Callable[[str], None]], Awaitable[KafkaPublisher]]
"""Starts a Kafka publisher for an incarnation; the callback reports that it broke."""


class RenewingPublisher:
    """The publishing port; while the producer is being replaced, appends are refused as overloaded."""

    def __init__(
        self,
        *,
        source_prefix: str,
        start: StartPublisher,
        new_incarnation: Callable[[], str],
        on_renewed: Callable[[], None] = lambda: None,
    ) -> None:
        self._source_prefix = source_prefix
        self._start = start
        self._new_incarnation = new_incarnation
        self._on_renewed = on_renewed
        self.source = f"{source_prefix}/-"
        self._current: KafkaPublisher | None = None
        self._renewal: asyncio.Task[None] | None = None
        self._stopped = False

    @property
    def waiting(self) -> int:
        """How many appends wait to be handed to the producer."""
        return 0 if self._current is None else self._current.waiting

    async def start(self) -> None:
        """Start the first producer; raises PublishError when the broker does not answer."""
        await self._begin()

    def append(self, *events: Event, deadline_s: float) -> Awaitable[tuple[Ack, ...]]:
        """See the port. Events get this incarnation's source."""
        if self._current is None:
            raise PublisherOverloadedError("the connection to the log is being renewed")
        return self._current.append(*events, deadline_s=deadline_s)

    async def stop(self) -> None:
        self._stopped = True
        if self._renewal is not None:
            self._renewal.cancel()
        if self._current is not None:
            await self._current.stop()

    async def _begin(self) -> None:
        source = f"{self._source_prefix}/{self._new_incarnation()}"
        self._current = await self._start(source, lambda reason: self._broken(source, reason))
        self.source = self._current.source

    def _broken(self, source: str, reason: str) -> None:
        """Replace the producer of a source, once: what an earlier one still says does not concern the present one."""
        if self._current is None or self._stopped or self._current.source != source:
            return
        logger.error("%s; starting over with a new producer", reason)
        broken, self._current = self._current, None
        self._renewal = asyncio.create_task(self._renew(broken))

    async def _renew(self, broken: KafkaPublisher) -> None:
        await broken.stop()
        while not self._stopped:
            try:
                await self._begin()
                self._on_renewed()
                return
            except PublishError as error:
                logger.error("%s; trying again", error.reason)
                await asyncio.sleep(RETRY_S)
