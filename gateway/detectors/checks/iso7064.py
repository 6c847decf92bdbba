"""The other check systems of ISO/IEC 7064 that identity numbers use."""

from __future__ import annotations

from collections.abc import Sequence


def mod_11_10(numbers: Sequence[int]) -> bool:
    """Say whether digits pass ISO/IEC 7064 MOD 11,10, the last being the check digit."""
    product = 10
    for number in numbers[:-1]:
        product = ((product + number) % 10 or 10) * 2 % 11
    return bool(numbers) and (11 - product) % 10 == numbers[-1]


def mod_11_2(plain: str) -> bool:
    """Say whether digits pass ISO/IEC 7064 MOD 11-2, the last being a digit or X for ten."""
    body, last = plain[:-1], plain[-1:]
    if not (body.isascii() and body.isdigit() and (last == "X" or (last.isascii() and last.isdigit()))):
        return False
    total = 0
    for char in body:
        total = (total + int(char)) * 2 % 11
    return (12 - total) % 11 == (10 if last == "X" else int(last))
