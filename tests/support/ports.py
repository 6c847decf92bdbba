"""Ports for what tests start themselves, below the range from which the kernel gives one to every outgoing connection.

A port of that range may be free when it is looked for, and belong to somebody's connection when it is bound.
"""

from __future__ import annotations

import random
import socket

_BELOW_THE_KERNELS = range(20_000, 32_000)
_TRIES = 200


def free_port(*beside: int) -> int:
    """A port that nobody listens on, and nobody on the ports that stand so far above it either."""
    for port in random.choices(_BELOW_THE_KERNELS, k=_TRIES):
        if all(_is_free(port + distance) for distance in (0, *beside)):
            return port
    raise AssertionError(f"no free port among {_TRIES} of {_BELOW_THE_KERNELS}")


def _is_free(port: int) -> bool:
    with socket.socket() as one:
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
