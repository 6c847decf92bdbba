"""Numbers of the United States: social security, taxpayers, employers, banks, and who prescribes and provides care."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.checks.digits import all_same, compact, digits, weighted
from keeptrusts.gateway.detectors.checks.luhn import luhn_sum

_EIN_NEVER: Final = frozenset({0, 7, 8, 9, 17, 18, 19, 28, 29, 49, 69, 70, 78, 79, 89, 96, 97})
_NPI_SUM: Final = 24


def ssn(text: str) -> bool:
    """Say whether a social security number can have been given: no 000, 666 or 9xx area, no 00 group, no 0000.

    Social Security Administration, "Social Security Number Randomization" (2011). It has no check digit.
    """
    plain = "".join(map(str, digits(text)))
    if len(plain) != 9 or all_same(digits(text)):
        return False
    return plain[:3] not in ("000", "666") and plain[0] != "9" and plain[3:5] != "00" and plain[5:] != "0000"


def itin(text: str) -> bool:
    """Say whether a text can be an individual taxpayer number: 9xx, and a fourth and fifth digit that the Internal
    Revenue Service gives (IRS Publication 1915: 50-65, 70-88, 90-92, 94-99)."""
    numbers = digits(text)
    if len(numbers) != 9 or numbers[0] != 9:
        return False
    group = numbers[3] * 10 + numbers[4]
    return 50 <= group <= 65 or 70 <= group <= 88 or 90 <= group <= 92 or 94 <= group <= 99


def ein(text: str) -> bool:
    """Say whether an employer's number begins as the Internal Revenue Service lets it ("How EINs are assigned")."""
    numbers = digits(text)
    return len(numbers) == 9 and numbers[0] * 10 + numbers[1] not in _EIN_NEVER and not all_same(numbers[2:])


def routing(text: str) -> bool:
    """Say whether a text is a bank's routing number: the weights 3, 7, 1 and a Federal Reserve prefix
    (American Bankers Association, "Routing number policy and procedures")."""
    numbers = digits(text)
    if len(numbers) != 9 or all_same(numbers):
        return False
    prefix = numbers[0] * 10 + numbers[1]
    if not (prefix <= 12 or 21 <= prefix <= 32 or 61 <= prefix <= 72 or prefix == 80):
        return False
    return weighted(numbers, (3, 7, 1, 3, 7, 1, 3, 7, 1)) % 10 == 0


def npi(text: str) -> bool:
    """Say whether a text is a provider's number: ten digits from 1 or 2, Luhn with 80840 before them, which adds 24
    (Centers for Medicare and Medicaid Services, "Requirements for NPI and NPI check digit")."""
    numbers = digits(text)
    return len(numbers) == 10 and numbers[0] in (1, 2) and (luhn_sum(numbers) + _NPI_SUM) % 10 == 0


def dea(text: str) -> bool:
    """Say whether a text is a prescriber's number: two letters, and seven digits of which the last is that of the sum
    of the odd places and twice the even ones (Drug Enforcement Administration, Diversion Control Division)."""
    plain = compact(text)
    numbers = digits(plain[2:])
    if len(plain) != 9 or len(numbers) != 7 or not plain[0].isalpha() or all_same(numbers):
        return False
    total = numbers[0] + numbers[2] + numbers[4] + 2 * (numbers[1] + numbers[3] + numbers[5])
    return total % 10 == numbers[6]


def medicare_beneficiary(text: str) -> bool:
    """Say whether a text has the shape of a Medicare beneficiary identifier, which is in its places and its letters
    (Centers for Medicare and Medicaid Services, "Understanding the MBI": no S, L, O, I, B, Z)."""
    plain = compact(text)
    if len(plain) != 11 or plain[0] not in "123456789":
        return False
    shapes = ("C", "A", "AN", "N", "A", "AN", "N", "A", "A", "N", "N")
    return all(_fits(char, shape) for char, shape in zip(plain[1:], shapes[1:], strict=True))


def _fits(char: str, shape: str) -> bool:
    if char.isdigit():
        return "N" in shape
    return "A" in shape and char not in "SLOIBZ"
