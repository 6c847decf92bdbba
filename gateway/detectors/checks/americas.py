"""Numbers of Brazil, Canada, Mexico, Chile and Argentina."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.checks.dates import real_day, two
from keeptrusts.gateway.detectors.checks.digits import all_same, compact, digits, weighted
from keeptrusts.gateway.detectors.checks.luhn import luhn_sum

_CURP_PLACES: Final = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"


def cpf(text: str) -> bool:
    """Say whether a text is a Brazilian CPF: two check digits, modulus 11 (Receita Federal, IN RFB 1548/2015)."""
    numbers = digits(text)
    if len(numbers) != 11 or all_same(numbers):
        return False
    first = weighted(numbers[:9], range(10, 1, -1)) * 10 % 11 % 10
    second = weighted(numbers[:10], range(11, 1, -1)) * 10 % 11 % 10
    return numbers[9:] == [first, second]


def cnpj(text: str) -> bool:
    """Say whether a text is a Brazilian CNPJ of digits: two check digits, modulus 11 (Receita Federal, IN RFB
    2119/2022)."""
    numbers = digits(text)
    if len(numbers) != 14 or all_same(numbers):
        return False
    first = _cnpj_digit(weighted(numbers[:12], (5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)))
    second = _cnpj_digit(weighted(numbers[:13], (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)))
    return numbers[12:] == [first, second]


def _cnpj_digit(total: int) -> int:
    return 0 if total % 11 < 2 else 11 - total % 11


def sin(text: str) -> bool:
    """Say whether a text is a Canadian social insurance number: Luhn, and no number that begins with 8 is given; 0 is
    kept for made-up ones, which people write too (Employment and Social Development Canada)."""
    numbers = digits(text)
    return len(numbers) == 9 and numbers[0] != 8 and not all_same(numbers) and luhn_sum(numbers) % 10 == 0


def curp(text: str) -> bool:
    """Say whether a text is a Mexican CURP: a day of birth, and the check digit over its seventeen places before
    (RENAPO, Instructivo normativo)."""
    numbers = digits(text[4:10])
    if len(text) != 18 or len(numbers) != 6 or not real_day(two(numbers, 0), two(numbers, 2), two(numbers, 4)):
        return False
    total = sum(_CURP_PLACES.find(char) * (18 - at) for at, char in enumerate(text[:17]))
    return text[17] == str(-total % 10)


def rfc(text: str) -> bool:
    """Say whether a text has the day of birth, or of founding, that a Mexican tax number has in its place."""
    plain = compact(text)
    numbers = digits(plain[-9:-3])
    return len(numbers) == 6 and real_day(two(numbers, 0), two(numbers, 2), two(numbers, 4))


def rut(text: str) -> bool:
    """Say whether a text is a Chilean RUT: weights 2 to 7 from the right, modulus 11, K for ten."""
    plain = compact(text)
    numbers = digits(plain[:-1])[::-1]
    if not 7 <= len(numbers) <= 8 or all_same(numbers):
        return False
    rest = 11 - weighted(numbers, (2, 3, 4, 5, 6, 7, 2, 3)) % 11
    return plain[-1] == {10: "K", 11: "0"}.get(rest, str(rest))


def cuit(text: str) -> bool:
    """Say whether a text is an Argentine CUIT or CUIL: weights 5432765432, modulus 11."""
    numbers = digits(text)
    if len(numbers) != 11 or two(numbers, 0) not in (20, 23, 24, 25, 26, 27, 30, 33, 34):
        return False
    return (11 - weighted(numbers, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11) % 11 == numbers[10]
