"""The port to traces: what a call tells about itself while it goes on, without content and without identities.

Where nobody collects traces there is no span, and a call pays for nothing but the question.
"""

from __future__ import annotations

from typing import Protocol

from keeptrusts.schemas.events.request import Usage


class AttemptSpan(Protocol):
    """One attempt at a provider."""

    @property
    def traceparent(self) -> str:
        """The header that makes the provider's own spans children of this one."""
        ...

    def end(self, *, outcome: str, status: int | None) -> None:
        """End the attempt; ``outcome`` is ok, refused, abandoned, or what made it fail."""
        ...


class CallSpan(Protocol):
    """One call. Times are monotonic nanoseconds. Nothing here blocks or raises."""

    @property
    def traceparent(self) -> str:
        """The header that makes other spans children of this one; events carry it."""
        ...

    def stage(self, name: str, began_ns: int, ended_ns: int) -> None:
        """Tell of a stage that has ended."""
        ...

    def attempt(self, *, target: str, vendor: str, model: str, number: int) -> AttemptSpan:
        """Begin an attempt at a provider."""
        ...

    def used(self, *, target: str, vendor: str, model: str, usage: Usage | None, cost_nano: int | None) -> None:
        """Tell who answered, what was used and what that cost."""
        ...

    def end(self, *, status: int, verdict: str) -> None:
        """End the call. Later ends change nothing."""
        ...


class Tracing(Protocol):
    """Where spans begin."""

    def begin(self, *, request: str, endpoint: str, traceparent: str | None, started_ns: int) -> CallSpan:
        """Begin a call's span, as a child of the caller's where it names one; whether it is sampled is its choice."""
        ...
