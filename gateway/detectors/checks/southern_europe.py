"""Numbers of people in Italy, Spain and Portugal."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.checks.digits import all_same, compact, digits, weighted

_DNI_LETTERS: Final = "TRWAGMYFPDXBNJZSQVHLCKE"
_CF_ODD: Final = (
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
)  # fmt: skip
_CF_MONTHS: Final = "ABCDEHLMPRST"
_CF_DIGITS: Final = str.maketrans("LMNPQRSTUV", "0123456789")


def italian_code(text: str) -> bool:
    """Say whether a text is an Italian fiscal code: a month and day in their places, and the check letter of the
    odd and even tables (Ministerial decree of 12 March 1974; Agenzia delle Entrate). Letters may stand for digits."""
    plain = compact(text)
    if len(plain) != 16 or not plain[:6].isalpha() or plain[8] not in _CF_MONTHS or not plain[15].isalpha():
        return False
    day = (plain[9] + plain[10]).translate(_CF_DIGITS)
    if not day.isdigit() or not (1 <= int(day) <= 31 or 41 <= int(day) <= 71):
        return False
    total = sum(_CF_ODD[_ordinal(char)] for char in plain[0:15:2]) + sum(_ordinal(char) for char in plain[1:15:2])
    return total % 26 == ord(plain[15]) - 65


def _ordinal(char: str) -> int:
    return int(char) if char.isdigit() else ord(char) - 65


def spanish_dni(text: str) -> bool:
    """Say whether a text is a Spanish identity number: the letter is that of the remainder by 23 (Ministerio del
    Interior, "Calculo del digito de control del NIF-NIE")."""
    plain = compact(text)
    if len(plain) != 9 or not plain[:8].isdigit() or all_same(digits(plain)):
        return False
    return _DNI_LETTERS[int(plain[:8]) % 23] == plain[8]


def spanish_nie(text: str) -> bool:
    """Say whether a text is a foreigner's number in Spain: as the DNI, with X, Y, Z for 0, 1, 2 (Ministerio del
    Interior)."""
    plain = compact(text)
    if len(plain) != 9 or plain[0] not in "XYZ" or not plain[1:8].isdigit():
        return False
    return _DNI_LETTERS[int(str("XYZ".index(plain[0])) + plain[1:8]) % 23] == plain[8]


def portuguese_nif(text: str) -> bool:
    """Say whether a text is a Portuguese taxpayer number: weights 9 to 2, modulus 11 (Autoridade Tributaria; decree
    law 14/2013 for the first digits)."""
    numbers = digits(text)
    if len(numbers) != 9 or numbers[0] in (0, 4) or all_same(numbers):
        return False
    check = 11 - weighted(numbers, range(9, 1, -1)) % 11
    return (0 if check > 9 else check) == numbers[8]
