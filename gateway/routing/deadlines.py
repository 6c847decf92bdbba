"""How long a call may take, and how much of that an attempt gets. Monotonic nanoseconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from keeptrusts.gateway.providers.targets import UpstreamTarget
from keeptrusts.schemas.policy_document.document import Routing
from keeptrusts.schemas.policy_document.vendors import Wire

_S: Final = 1_000_000_000
LEAST_ATTEMPT_NS: Final = 250_000_000
"""With less time than this left, no attempt is begun: it would be paid for and never seen."""
_CLIENT_TIMEOUTS: Final = ("x-stainless-timeout", "x-stainless-read-timeout")
"""Headers in which the official SDKs say, in seconds, how long they wait."""


def deadline_ns(
    started_ns: int,
    routing: Routing,
    *,
    default_s: float,
    headers: Mapping[str, str],
    stream: bool,
    held_ns: int = 0,
) -> int:
    """Give the moment by which a call must have ended: the document's time, else the gateway's.

    A caller that says it will wait less than that ends it earlier, except on streams, where it means each piece.
    For ``held_ns`` it waited for a person or for money, which is time of the caller's only. Header names are lower
    case.
    """
    limit_ns = held_ns + (routing.timeout_s * _S if routing.timeout_s is not None else int(default_s * _S))
    if not stream:
        for name in _CLIENT_TIMEOUTS:
            text = headers.get(name)
            if text is not None:
                limit_ns = min(limit_ns, _seconds_ns(text) or limit_ns)
    return started_ns + limit_ns


def attempt_ns(target: UpstreamTarget, deadline: int, now_ns: int) -> int | None:
    """Give the time for one attempt at a target: its own limit within what is left; None when that is too little."""
    left = deadline - now_ns
    if target.timeout_s is not None:
        left = min(left, target.timeout_s * _S)
    return left if left >= LEAST_ATTEMPT_NS else None


def deadline_headers(wire: Wire, timeout_ns: int) -> dict[str, str]:
    """Give the header in which a provider wants to be told how long we wait; most have none.

    Google's API takes X-Server-Timeout, in whole seconds.
    """
    if wire != "gemini":
        return {}
    return {"X-Server-Timeout": str(max(1, -(-timeout_ns // _S)))}


def _seconds_ns(text: str) -> int | None:
    """A positive number of seconds with at most nine digits before the point; anything else is no limit."""
    whole, _, fraction = text.strip().partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 9):
        return None
    if fraction and not (fraction.isascii() and fraction.isdigit()):
        return None
    found = int(whole) * _S + (int(fraction[:9].ljust(9, "0")) if fraction else 0)
    return found or None
