"""Numbers of people in Sweden, Denmark, Finland, Norway and Poland."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.checks.dates import real_day, two
from keeptrusts.gateway.detectors.checks.digits import all_same, digits, weighted
from keeptrusts.gateway.detectors.checks.luhn import luhn_sum

_HETU: Final = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_PESEL_MONTHS: Final = (0, 20, 40, 60, 80)


def swedish_number(text: str) -> bool:
    """Say whether a text is a Swedish personal number: a day, 60 more for coordination numbers, and Luhn over the last
    ten digits (Skatteverket, SKV 704)."""
    numbers = digits(text)
    if len(numbers) == 12 and two(numbers, 0) in (18, 19, 20):
        numbers = numbers[2:]
    if len(numbers) != 10:
        return False
    day = two(numbers, 4)
    day = day - 60 if day > 60 else day
    return real_day(two(numbers, 0), two(numbers, 2), day) and luhn_sum(numbers) % 10 == 0


def danish_cpr(text: str) -> bool:
    """Say whether a text can be a Danish personal number: a day and four digits. Since 2007 numbers are given that fail
    modulus 11, so that it proves nothing (CPR-kontoret, "Personnummeret i CPR-systemet")."""
    numbers = digits(text)
    if len(numbers) != 10 or all_same(numbers[6:]):
        return False
    return real_day(two(numbers, 4), two(numbers, 2), two(numbers, 0))


def danish_cpr_checked(text: str) -> bool:
    """Say whether a Danish personal number also passes modulus 11, as all given before 2007 do (CPR-kontoret)."""
    return danish_cpr(text) and weighted(digits(text), (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def finnish_hetu(text: str) -> bool:
    """Say whether a text is a Finnish personal code: a day, a sign for the century, and the check character of the
    remainder by 31 (Digi- ja vaestotietovirasto; the signs as of 2023)."""
    plain = text.strip().upper()
    if len(plain) != 11 or plain[6] not in "+-ABCDEFYXWVU":
        return False
    numbers = plain[:6] + plain[7:10]
    if not (numbers.isascii() and numbers.isdigit()):
        return False
    day = digits(plain[:6])
    if not real_day(two(day, 4), two(day, 2), two(day, 0)):
        return False
    return _HETU[int(numbers) % 31] == plain[10]


def norwegian_number(text: str) -> bool:
    """Say whether a text is a Norwegian birth number: two check digits, modulus 11 (Skatteetaten; a day from 41 is
    a D-number's, months from 41 and 81 are made up or of people without)."""
    numbers = digits(text)
    if len(numbers) != 11:
        return False
    day, month = two(numbers, 0) % 40, two(numbers, 2) % 40
    if not real_day(two(numbers, 4), month, day):
        return False
    first = weighted(numbers, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)) % 11
    return first == 0 and weighted(numbers, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def polish_pesel(text: str) -> bool:
    """Say whether a text is a Polish PESEL: a day with the century in its month, weights 1, 3, 7, 9 (Ministerstwo
    Cyfryzacji, law of 24 September 2010 on the population register)."""
    numbers = digits(text)
    if len(numbers) != 11 or all_same(numbers):
        return False
    month = two(numbers, 2) % 20
    if not real_day(two(numbers, 0), month, two(numbers, 4)):
        return False
    return weighted(numbers, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0
