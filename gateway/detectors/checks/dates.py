"""Days that exist in the Gregorian calendar (ISO 8601)."""

from __future__ import annotations

from typing import Final

_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def real_day(year: int, month: int, day: int) -> bool:
    """Say whether a day exists; a ``year`` below 100 is one of some century, and so is its 29 February."""
    if not 1 <= month <= 12 or not 1 <= day <= _DAYS[month - 1]:
        return False
    if (month, day) != (2, 29):
        return True
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0 or year < 100)


def two(numbers: list[int], at: int) -> int:
    """Give the number that two digits make."""
    return numbers[at] * 10 + numbers[at + 1]
