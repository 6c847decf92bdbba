"""Closing connections to the log within a bound: what is left of one ends with the process."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final, Protocol

from aiokafka.errors import KafkaError

logger = logging.getLogger(__name__)

STOP_S: Final = 5.0


class Connection(Protocol):
    """A consumer or a producer of aiokafka."""

    async def stop(self) -> None:
        """Close it."""


async def closed(client: Connection, what: str) -> None:
    """Wait for a connection to close, but no longer than it may take; ``what`` names it in the log.

    Only a cancellation of the caller is raised. A consumer that waits to fetch again after an error raises a
    cancellation of its own when it is stopped; taken for one of ours, it would end a loop that is meant to go on
    for ever. What it then left open is closed here.
    """
    stopping = asyncio.ensure_future(client.stop())
    try:
        await asyncio.wait({stopping}, timeout=STOP_S)
    finally:
        stopping.cancel()
    if not stopping.done():
        logger.warning("%s did not close within %g s", what, STOP_S)
    elif stopping.cancelled():
        await _close_sockets(client, what)
    elif isinstance(error := stopping.exception(), KafkaError):
        logger.warning("%s was closed with an error (%s: %s)", what, type(error).__name__, error)
    elif error is not None:
        raise error


async def _close_sockets(client: Any, what: str) -> None:
    try:
        async with asyncio.timeout(STOP_S):
            await client._client.close()
    except TimeoutError:
        logger.warning("%s did not close within %g s", what, STOP_S)
