"""Closing connections to the log within a bound: what is left of one ends with the process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import Final

logger = logging.getLogger(__name__)

STOP_S: Final = 5.0


async def closed(stopping: Awaitable[None], what: str) -> None:
    """Wait for a connection to close, but no longer than it may take; ``what`` names it in the log."""
    try:
        async with asyncio.timeout(STOP_S):
            await stopping
    except TimeoutError:
        logger.warning("%s did not close within %g s", what, STOP_S)
