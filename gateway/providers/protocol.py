"""The provider port: one call to one upstream, and the few ways it can end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

FailureKind = Literal["timeout", "connection", "garbage", "too_large"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRequest:
    """What is sent: the body is ready, the secret is in the headers and is never shown."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAnswer:
    """An HTTP answer of the upstream, whatever its status. ``retry_after`` is the header as it came."""

    status: int
    content_type: str
    body: bytes = field(repr=False)
    retry_after: str | None
    elapsed_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderFailure:
    """No usable answer. ``billed`` is False only where the upstream cannot have worked on the call."""

    kind: FailureKind
    reason: str
    billed: bool
    elapsed_us: int


class ProviderClient(Protocol):
    """Calls upstreams. Never raises for what an upstream does; failures are values. Redirects are not followed."""

    async def call(self, request: ProviderRequest) -> ProviderAnswer | ProviderFailure:
        """Send one request and read its whole answer, within its time and the size limit."""
        ...
