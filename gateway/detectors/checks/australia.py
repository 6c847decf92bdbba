"""Numbers of Australia."""

from __future__ import annotations

from keeptrusts.gateway.detectors.checks.digits import all_same, digits, weighted


def tfn(text: str) -> bool:
    """Say whether a text is a tax file number: weights 1, 4, 3, 7, 5, 8, 6, 9, 10, modulus 11; eight digits have 10, 7,
    8, 4, 6, 3, 5, 1 (Australian Taxation Office)."""
    numbers = digits(text)
    if all_same(numbers):
        return False
    if len(numbers) == 8:
        return weighted(numbers, (10, 7, 8, 4, 6, 3, 5, 1)) % 11 == 0
    return len(numbers) == 9 and weighted(numbers, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0


def abn(text: str) -> bool:
    """Say whether a text is a business number: one less at the first digit, weights 10, 1, 3 to 19, modulus 89
    (Australian Business Register, "Format of the ABN")."""
    numbers = digits(text)
    if len(numbers) != 11 or numbers[0] == 0:
        return False
    numbers[0] -= 1
    return weighted(numbers, (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)) % 89 == 0


def medicare(text: str) -> bool:
    """Say whether a text is a Medicare card's number: from 2 to 6, weights 1, 3, 7, 9, modulus 10, then the issue and
    perhaps the person's line (Services Australia; METeOR 270101)."""
    numbers = digits(text)
    if len(numbers) not in (10, 11) or not 2 <= numbers[0] <= 6:
        return False
    return weighted(numbers, (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == numbers[8] and numbers[9] != 0
