"""Numbers of the United Kingdom and Ireland."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.checks.digits import all_same, compact, digits, weighted

_NINO_NEVER: Final = frozenset({"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"})
_PPS_LETTERS: Final = "WABCDEFGHIJKLMNOPQRSTUV"


def nino(text: str) -> bool:
    """Say whether a national insurance number has a prefix and a suffix that are given (HMRC, NIM39110)."""
    plain = compact(text)
    if len(plain) != 9 or not plain[2:8].isdigit() or plain[8] not in "ABCD":
        return False
    return plain[0] not in "DFIQUV" and plain[1] not in "DFIOQUV" and plain[:2] not in _NINO_NEVER


def nhs(text: str) -> bool:
    """Say whether a text is an NHS number: weights 10 to 2, modulus 11 (NHS Data Dictionary, "NHS NUMBER")."""
    numbers = digits(text)
    if len(numbers) != 10 or all_same(numbers):
        return False
    return (11 - weighted(numbers, range(10, 1, -1)) % 11) % 11 == numbers[9]


def utr(text: str) -> bool:
    """Say whether a text is a unique taxpayer reference: its first digit checks the other nine, with the weights
    6, 7, 8, 9, 10, 5, 4, 3, 2 and modulus 11 (HMRC's published validation of self assessment references)."""
    numbers = digits(text)
    if len(numbers) != 10 or all_same(numbers):
        return False
    return "21987654321"[weighted(numbers[1:], (6, 7, 8, 9, 10, 5, 4, 3, 2)) % 11] == str(numbers[0])


def pps(text: str) -> bool:
    """Say whether a text is an Irish personal public service number: weights 8 to 2, a second letter times 9, modulus
    23 (Department of Social Protection; Revenue's "PPSN checksum")."""
    plain = compact(text)
    if len(plain) not in (8, 9) or not plain[:7].isdigit() or not plain[7:].isalpha():
        return False
    total = weighted(digits(plain[:7]), range(8, 1, -1))
    if len(plain) == 9:
        if plain[8] not in "ABCDEFGHIWTX":
            return False
        total += (ord(plain[8]) - 64) % 23 * 9 if plain[8] not in "WTX" else 0
    return _PPS_LETTERS[total % 23] == plain[7]
