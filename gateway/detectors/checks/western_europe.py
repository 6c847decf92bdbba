"""Numbers of people in Germany, Austria, Switzerland, France, Belgium and the Netherlands."""

from __future__ import annotations

from collections import Counter

from keeptrusts.gateway.detectors.checks.dates import two
from keeptrusts.gateway.detectors.checks.digits import all_same, compact, digits, weighted
from keeptrusts.gateway.detectors.checks.iso7064 import mod_11_10


def german_tax_id(text: str) -> bool:
    """Say whether a text is a German tax identification: eleven digits, one of the first ten stands there twice or
    three times and no other does, ISO 7064 MOD 11,10 (Bundeszentralamt fuer Steuern, section 139b AO)."""
    numbers = digits(text)
    if len(numbers) != 11 or numbers[0] == 0:
        return False
    counts = sorted(Counter(numbers[:10]).values())
    return counts[-1] in (2, 3) and counts[-2] == 1 and mod_11_10(numbers)


def german_card(text: str) -> bool:
    """Say whether a text is the number of a German identity card or passport: letters without vowels and digits, and
    a check digit by the weights 7, 3, 1 (Bundesministerium des Innern; ICAO Doc 9303, part 3)."""
    plain = compact(text)
    if len(plain) != 10 or plain[0] not in "CFGHJKLMNPRTVWXYZ" or not plain[9].isdigit():
        return False
    if not any(char.isdigit() for char in plain[1:9]):
        return False
    values = [int(char, 36) for char in plain[:9]]
    return weighted(values, (7, 3, 1) * 3) % 10 == int(plain[9])


def austrian_insurance(text: str) -> bool:
    """Say whether a text is an Austrian insurance number: weights 3, 7, 9, 0, 5, 8, 4, 2, 1, 6, modulus 11, and a
    birthday, whose month may be 13 to 15 (Dachverband der Sozialversicherungstraeger)."""
    numbers = digits(text)
    if len(numbers) != 10 or numbers[0] == 0:
        return False
    day, month = two(numbers, 4), two(numbers, 6)
    if not 1 <= day <= 31 or not 1 <= month <= 15:
        return False
    return weighted(numbers, (3, 7, 9, 0, 5, 8, 4, 2, 1, 6)) % 11 == numbers[3]


def swiss_insurance(text: str) -> bool:
    """Say whether a text is a Swiss insurance number: 756 and the check digit of EAN-13 (Bundesamt fuer
    Sozialversicherungen, "AHV-Nummer"; ISO/IEC 15420)."""
    numbers = digits(text)
    if len(numbers) != 13 or numbers[:3] != [7, 5, 6]:
        return False
    return weighted(numbers, (1, 3) * 6 + (1,)) % 10 == 0


def french_nir(text: str) -> bool:
    """Say whether a text is a French registration number: sex, year, month, place of birth, and 97 less the remainder
    by 97, Corsica's 2A and 2B counting as 19 and 18 (INSEE, "Numero de securite sociale")."""
    plain = compact(text)
    if len(plain) != 15 or plain[0] not in "123478":
        return False
    number = plain[:13].replace("2A", "19", 1) if plain[5:7] == "2A" else plain[:13]
    number = number.replace("2B", "18", 1) if plain[5:7] == "2B" else number
    if not number.isdigit() or not plain[13:].isdigit():
        return False
    month = int(plain[3:5])
    if not (1 <= month <= 12 or 20 <= month <= 42 or month >= 50):
        return False
    return 97 - int(number) % 97 == int(plain[13:])


def belgian_number(text: str) -> bool:
    """Say whether a text is a Belgian national number: a birthday, and 97 less the remainder by 97, a 2 set before
    those born from 2000 (Rijksregister, royal decree of 3 April 1984). Months from 20 and 40 are of those without."""
    numbers = digits(text)
    if len(numbers) != 11 or all_same(numbers):
        return False
    month, day = two(numbers, 2) % 20, two(numbers, 4)
    if month > 12 or day > 31:
        return False
    plain = "".join(map(str, numbers))
    check = int(plain[9:])
    return check in (97 - int(plain[:9]) % 97, 97 - int("2" + plain[:9]) % 97)


def dutch_bsn(text: str) -> bool:
    """Say whether a text is a Dutch citizen service number: weights 9 to 2 and -1, modulus 11 (Rijksdienst voor
    Identiteitsgegevens, "Logisch ontwerp BSN")."""
    numbers = digits(text)
    if len(numbers) == 8:
        numbers = [0, *numbers]
    if len(numbers) != 9 or all_same(numbers) or numbers[:3] == [0, 0, 0]:
        return False
    return weighted(numbers, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0
