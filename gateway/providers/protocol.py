"""The provider port: one call to one upstream, and the few ways it can end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal, Protocol, final

from keeptrusts.schemas.frozen import frozen

FailureKind = Literal["timeout", "connection", "cut", "garbage", "too_large"]
"""``connection``: the upstream was never reached; ``cut``: the connection broke after the request was sent."""


@frozen
class ProviderRequest:
    """What is sent: the body is ready, the secret is in the headers and is never shown.

    ``timeout_s`` bounds the whole answer of a plain call; of a streamed one it bounds the time to the first byte and
    then each silence between two pieces.
    """

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    timeout_s: float


@final
@frozen
class ProviderAnswer:
    """An HTTP answer of the upstream, whatever its status. ``retry_after`` is the header as it came."""

    status: int
    content_type: str
    body: bytes = field(repr=False)
    retry_after: str | None
    elapsed_us: int


@final
@frozen
class ProviderFailure:
    """No usable answer. ``billed`` is False only where the upstream cannot have worked on the call."""

    kind: FailureKind
    reason: str
    billed: bool
    elapsed_us: int


class ProviderStream(Protocol):
    """An answer that arrives piece by piece; its head and first piece are here. Close it once, whatever happened."""

    status: int
    content_type: str

    async def read(self) -> bytes | ProviderFailure | None:
        """Give the next piece, at once if one has arrived; None at the end, a failure when it breaks off.

        Never raises for what the upstream does. Pieces are as they came from the network and never empty.
        """
        ...

    @property
    def elapsed_us(self) -> int:
        """Microseconds since the request was sent."""
        ...

    def close(self) -> None:
        """Give the connection back if the answer was read to its end; else close it, which stops the upstream."""
        ...


class ProviderClient(Protocol):
    """Calls upstreams. Never raises for what an upstream does; failures are values. Redirects are not followed."""

    async def call(self, request: ProviderRequest) -> ProviderAnswer | ProviderFailure:
        """Send one request and read its whole answer, within its time and the size limit."""
        ...

    async def open(self, request: ProviderRequest) -> ProviderStream | ProviderAnswer | ProviderFailure:
        """Send one request whose answer is wanted as a stream; gives it once its first piece is here.

        An answer with another status than 200 is read whole.
        """
        ...
