"""Numbers of people in Central and Eastern Europe, Greece and Turkey."""

from __future__ import annotations

from keeptrusts.gateway.detectors.checks.dates import real_day
from keeptrusts.gateway.detectors.checks.digits import all_same, digits, weighted
from keeptrusts.gateway.detectors.checks.iso7064 import mod_11_10


def czech_number(text: str) -> bool:
    """Say whether a text is a birth number of Czechia or Slovakia: a day of birth, women's months plus 50, some plus
    20, and of ten digits a multiple of eleven (Act 133/2000 Coll.)."""
    numbers = digits(text)
    if len(numbers) != 10:
        return False
    year, month, day = (numbers[at] * 10 + numbers[at + 1] for at in (0, 2, 4))
    month = month % 50 - 20 if month % 50 > 20 else month % 50
    value = int("".join(map(str, numbers)))
    return real_day((1900 if year >= 54 else 2000) + year, month, day) and value % 11 == 0


def hungarian_insurance(text: str) -> bool:
    """Say whether a text is a Hungarian TAJ number: weights 3 and 7 in turn, modulus 10 (Act XX of 1996)."""
    numbers = digits(text)
    return len(numbers) == 9 and not all_same(numbers) and weighted(numbers, (3, 7) * 4) % 10 == numbers[8]


def croatian_oib(text: str) -> bool:
    """Say whether a text is a Croatian personal identification number: ISO 7064 MOD 11,10 over eleven digits."""
    numbers = digits(text)
    return len(numbers) == 11 and not all_same(numbers) and mod_11_10(numbers)


def romanian_cnp(text: str) -> bool:
    """Say whether a text is a Romanian personal numeric code: weights 279146358279, modulus 11, ten for one."""
    numbers = digits(text)
    if len(numbers) != 13 or numbers[0] == 0 or not 1 <= numbers[3] * 10 + numbers[4] <= 12:
        return False
    rest = weighted(numbers, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    return (1 if rest == 10 else rest) == numbers[12]


def bulgarian_egn(text: str) -> bool:
    """Say whether a text is a Bulgarian unified civil number: months of later centuries plus 20 or 40, weights
    2 4 8 5 10 9 7 3 6, modulus 11 and then 10."""
    numbers = digits(text)
    if len(numbers) != 10 or not 1 <= (numbers[2] * 10 + numbers[3]) % 20 <= 12:
        return False
    return weighted(numbers, (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10 == numbers[9]


def yugoslav_jmbg(text: str) -> bool:
    """Say whether a text is a unique master citizen number: a day and a month, weights 7 to 2 twice, modulus 11."""
    numbers = digits(text)
    if len(numbers) != 13 or not (1 <= numbers[0] * 10 + numbers[1] <= 31 and 1 <= numbers[2] * 10 + numbers[3] <= 12):
        return False
    return (11 - weighted(numbers, (7, 6, 5, 4, 3, 2) * 2) % 11) % 11 % 10 == numbers[12]


def greek_afm(text: str) -> bool:
    """Say whether a text is a Greek tax number: weights of powers of two, modulus 11 and then 10."""
    numbers = digits(text)
    powers = (256, 128, 64, 32, 16, 8, 4, 2)
    return len(numbers) == 9 and not all_same(numbers) and weighted(numbers, powers) % 11 % 10 == numbers[8]


def turkish_number(text: str) -> bool:
    """Say whether a text is a Turkish identification number: the tenth digit checks odd and even places, the last all
    others (Law 5490)."""
    numbers = digits(text)
    if len(numbers) != 11 or numbers[0] == 0:
        return False
    tenth = (sum(numbers[0:9:2]) * 7 - sum(numbers[1:8:2])) % 10
    return tenth == numbers[9] and sum(numbers[:10]) % 10 == numbers[10]
