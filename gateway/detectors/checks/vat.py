"""VAT identification numbers of the European Union: shapes and check digits by country (European Commission, VIES)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from keeptrusts.gateway.detectors.checks.digits import compact, digits, weighted
from keeptrusts.gateway.detectors.checks.iso7064 import mod_11_10
from keeptrusts.gateway.detectors.checks.luhn import luhn_sum
from keeptrusts.gateway.detectors.checks.mod97 import remainder_97
from keeptrusts.gateway.detectors.checks.southern_europe import portuguese_nif, spanish_dni, spanish_nie


def vat(text: str) -> bool:
    """Say whether a text is a VAT number: two letters of a country, and what follows in that country's shape, with its
    check digit where the algorithm is public."""
    plain = compact(text)
    country = _COUNTRIES.get(plain[:2])
    return country is not None and country(plain[2:])


def _austria(rest: str) -> bool:
    numbers = digits(rest)
    if not rest.startswith("U") or len(rest) != 9 or len(numbers) != 8:
        return False
    total = sum(numbers[0:7:2]) + sum(2 * number // 10 + 2 * number % 10 for number in numbers[1:6:2])
    return (10 - (total + 4) % 10) % 10 == numbers[7]


def _belgium(rest: str) -> bool:
    return rest.isdigit() and len(rest) == 10 and rest[0] in "01" and 97 - int(rest[:8]) % 97 == int(rest[8:])


def _germany(rest: str) -> bool:
    return rest.isdigit() and len(rest) == 9 and rest[0] != "0" and mod_11_10(digits(rest))


def _denmark(rest: str) -> bool:
    return rest.isdigit() and len(rest) == 8 and weighted(digits(rest), (2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def _finland(rest: str) -> bool:
    return rest.isdigit() and len(rest) == 8 and weighted(digits(rest), (7, 9, 10, 5, 8, 4, 2, 1)) % 11 == 0


def _france(rest: str) -> bool:
    if len(rest) != 11 or not rest[2:].isdigit() or luhn_sum(digits(rest[2:])) % 10:
        return False
    return not rest[:2].isdigit() or (12 + 3 * (int(rest[2:]) % 97)) % 97 == int(rest[:2])


def _italy(rest: str) -> bool:
    return rest.isdigit() and len(rest) == 11 and luhn_sum(digits(rest)) % 10 == 0


def _netherlands(rest: str) -> bool:
    if len(rest) != 12 or not rest[:9].isdigit() or rest[9] != "B" or not rest[10:].isdigit():
        return False
    numbers = digits(rest[:9])
    return weighted(numbers, range(9, 1, -1)) % 11 == numbers[8] or remainder_97("NL" + rest) == 1


def _poland(rest: str) -> bool:
    numbers = digits(rest)
    return rest.isdigit() and len(rest) == 10 and weighted(numbers, (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 == numbers[9]


def _portugal(rest: str) -> bool:
    return rest.isdigit() and portuguese_nif(rest)


def _spain(rest: str) -> bool:
    if len(rest) != 9:
        return False
    if spanish_dni(rest) or spanish_nie(rest):
        return True
    numbers = digits(rest[1:8])
    if rest[0] not in "ABCDEFGHJNPQRSUVW" or len(numbers) != 7:
        return False
    total = sum(numbers[1::2]) + sum(2 * number // 10 + 2 * number % 10 for number in numbers[0::2])
    check = (10 - total % 10) % 10
    return rest[8] in (str(check), "JABCDEFGHI"[check])


def _sweden(rest: str) -> bool:
    return rest.isdigit() and len(rest) == 12 and rest[10:] != "00" and luhn_sum(digits(rest[:10])) % 10 == 0


def _luxembourg(rest: str) -> bool:
    return rest.isdigit() and len(rest) == 8 and int(rest[:6]) % 89 == int(rest[6:])


def _greece(rest: str) -> bool:
    numbers = digits(rest)
    return (
        rest.isdigit() and len(rest) == 9 and weighted(numbers, (256, 128, 64, 32, 16, 8, 4, 2)) % 11 % 10 == numbers[8]
    )


def _ireland(rest: str) -> bool:
    if len(rest) not in (8, 9) or not rest[:7].isdigit() or not rest[7:].isalpha():
        return False
    total = weighted(digits(rest[:7]), range(8, 1, -1)) + (9 * (ord(rest[8]) - 64) if len(rest) == 9 else 0)
    return "WABCDEFGHIJKLMNOPQRSTUV"[total % 23] == rest[7]


def _hungary(rest: str) -> bool:
    return rest.isdigit() and len(rest) == 8 and weighted(digits(rest), (9, 7, 3, 1, 9, 7, 3, 1)) % 10 == 0


def _slovenia(rest: str) -> bool:
    numbers = digits(rest)
    if not rest.isdigit() or len(rest) != 8 or numbers[0] == 0:
        return False
    return (11 - weighted(numbers, range(8, 1, -1)) % 11) % 10 == numbers[7]


def _croatia(rest: str) -> bool:
    return rest.isdigit() and len(rest) == 11 and mod_11_10(digits(rest))


_COUNTRIES: Final[dict[str, Callable[[str], bool]]] = {
    "AT": _austria, "BE": _belgium, "DE": _germany, "DK": _denmark, "EL": _greece, "ES": _spain, "FI": _finland,
    "FR": _france, "HR": _croatia, "HU": _hungary, "IE": _ireland, "IT": _italy, "LU": _luxembourg,
    "NL": _netherlands, "PL": _poland, "PT": _portugal, "SE": _sweden, "SI": _slovenia,
}  # fmt: skip
