"""Numbers of Brazil, Canada and Mexico."""

from __future__ import annotations

from keeptrusts.gateway.detectors.checks.digits import all_same, digits, weighted
from keeptrusts.gateway.detectors.checks.luhn import luhn_sum


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
