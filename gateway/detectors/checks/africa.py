"""Numbers of South Africa."""

from __future__ import annotations

from keeptrusts.gateway.detectors.checks.dates import real_day, two
from keeptrusts.gateway.detectors.checks.digits import digits
from keeptrusts.gateway.detectors.checks.luhn import luhn


def south_african_id(text: str) -> bool:
    """Say whether a text is a South African identity number: a birthday, a digit from 0 to 2 for citizenship, 8 or 9,
    Luhn (Identification Act 68 of 1997)."""
    numbers = digits(text)
    if len(numbers) != 13 or numbers[10] > 2 or numbers[11] not in (8, 9):
        return False
    return real_day(two(numbers, 0), two(numbers, 2), two(numbers, 4)) and luhn(text)
