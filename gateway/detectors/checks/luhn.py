"""The Luhn check digit: ISO/IEC 7812-1, annex B, and the numbers that carry it as they are."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.checks.digits import all_same, digits

_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def luhn_sum(numbers: list[int]) -> int:
    """Give the Luhn sum, the last digit being the check digit; a good number's is a multiple of ten."""
    return sum(numbers[-1::-2]) + sum(_DOUBLED[number] for number in numbers[-2::-2])


def luhn(text: str) -> bool:
    """Say whether the digits of a text pass (ISO/IEC 7812-1)."""
    numbers = digits(text)
    return len(numbers) > 1 and not all_same(numbers) and luhn_sum(numbers) % 10 == 0


def imei(text: str) -> bool:
    """Say whether a text is the identity of a mobile device: fifteen digits with Luhn (3GPP TS 23.003, annex B).

    The first two digits name the body that gave the number: they are never 00, and 0x or higher than 99 is none.
    """
    numbers = digits(text)
    return len(numbers) == 15 and luhn(text) and (numbers[0], numbers[1]) != (0, 0)
