"""Questions of an export are asked again: it can wait, and so need not fail because others ask much just now."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from keeptrusts.projections.store.protocol import QueryLimitError

T = TypeVar("T")

_PAUSES_S: Final = (1.0, 5.0)


async def patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask again where a question took too long or too much memory: others may be asking much just now."""
    for pause_s in _PAUSES_S:
        try:
            return await ask()
        except QueryLimitError:
            await asyncio.sleep(pause_s)
    return await ask()
