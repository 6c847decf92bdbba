"""When a message is tried again: soon at first, then ever more rarely, for about three days."""

from __future__ import annotations

from typing import Final

_HOUR_S: Final = 3600
DELAYS_S: Final = (
    5, 5 * 60, 30 * 60, 2 * _HOUR_S, 5 * _HOUR_S, 10 * _HOUR_S, 14 * _HOUR_S, 20 * _HOUR_S, 24 * _HOUR_S,
)  # fmt: skip
"""Seconds after the first, second ... attempt that failed; after the last of them a message is given up."""
SPREAD: Final = 0.2
"""Delays differ by up to this share, so that an endpoint that comes back is not met by everything at once."""
LONGEST_MS: Final = int(sum(DELAYS_S) * (1 + SPREAD)) * 1000
"""What happened longer ago is told to nobody any more."""


def delay_ms(failed_attempts: int, chance: float) -> int | None:
    """Give how long to wait after so many failures, by a random number from 0 to 1; None when it is enough."""
    if failed_attempts > len(DELAYS_S):
        return None
    return round(DELAYS_S[failed_attempts - 1] * 1000 * (1 - SPREAD + 2 * SPREAD * chance))
