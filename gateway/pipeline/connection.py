"""The caller's end of a call, as the pipeline sees it: a body to read, and for streams a place to write to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from keeptrusts.schemas.errors import Problem


class CallerGoneError(Exception):
    """Nobody takes the answer any more: the connection is closed, or its other side reads too slowly."""


class CallerConnection(Protocol):
    """One call's connection. ``begin``, ``send`` and ``end`` come in that order, for streams only."""

    def read_body(self) -> Awaitable[bytes | Problem]:
        """Give the whole body, within size and time; a Problem when it is larger, slower or encoded."""
        ...

    def is_gone(self) -> bool:
        """Say whether the caller has closed the connection."""
        ...

    def when_gone(self, tell: Callable[[], None] | None) -> None:
        """Call ``tell`` once, as soon as the caller closes the connection; None forgets it."""
        ...

    async def begin(self, headers: Mapping[str, str]) -> None:
        """Begin a stream with status 200; the head may go out with the first piece."""
        ...

    async def send(self, data: bytes) -> None:
        """Send a piece. Raises CallerGoneError; waits for a slow reader for a bounded time."""
        ...

    async def end(self, data: bytes) -> None:
        """Send the last piece and end the body. Raises CallerGoneError."""
        ...

    def break_off(self) -> None:
        """Close the connection without an end, so that nobody takes what was sent for the whole."""
        ...
