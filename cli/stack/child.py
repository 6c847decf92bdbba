"""What the supervisor must know of one process it runs: plain data and two functions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field

from keeptrusts.schemas.frozen import frozen

Say = Callable[[str], None]


@frozen
class Child:
    """One process of the stack.

    `command` returns the argument vector; it runs in a thread before every start, may prepare files, may raise
    StackError. `ready` tells whether the process answers; it must come back within a few seconds and not raise.
    `after_ready` runs once in a thread when the child answers, before the next child starts.
    A child that starts `with_next` has no `after_ready`: the next one starts at once, and after both answer the third.
    A `one_shot` child is done when it ends with code 0. A child that is not `enabled` is started only on request.
    Times in seconds.
    """

    name: str
    command: Callable[[Say], tuple[str, ...]]
    ready: Callable[[], Awaitable[bool]]
    environment: Mapping[str, str] = field(default_factory=dict)
    after_ready: Callable[[], None] | None = None
    with_next: bool = False
    one_shot: bool = False
    enabled: bool = True
    start_seconds: float = 60.0
    stop_seconds: float = 15.0


def fixed(*argv: str) -> Callable[[Say], tuple[str, ...]]:
    """The command of a child that needs no preparation."""
    return lambda _say: argv
