"""Numbers of India, Japan, China, Korea, Singapore and Hong Kong."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.checks.dates import real_day, two
from keeptrusts.gateway.detectors.checks.digits import all_same, compact, digits, weighted
from keeptrusts.gateway.detectors.checks.iso7064 import mod_11_2
from keeptrusts.gateway.detectors.checks.verhoeff import verhoeff

_NRIC: Final = {"S": "JZIHGFEDCBA", "T": "GFEDCBAJZIH", "F": "XWUTRQPNMLK", "G": "RQPNMLKXWUT", "M": "XWUTRQPNJLK"}


def aadhaar(text: str) -> bool:
    """Say whether a text is an Indian Aadhaar number: twelve digits, not from 0 or 1, Verhoeff (UIDAI, "Aadhaar
    number")."""
    numbers = digits(text)
    return len(numbers) == 12 and numbers[0] > 1 and not all_same(numbers) and verhoeff(text)


def pan(text: str) -> bool:
    """Say whether a text has the shape of an Indian permanent account number: the fourth letter says whose it is
    (Income Tax Department, rule 114)."""
    plain = compact(text)
    return len(plain) == 10 and plain[:5].isalpha() and plain[3] in "ABCFGHJLPT" and plain[5:9] != "0000"


def gstin(text: str) -> bool:
    """Say whether a text is an Indian tax registration: a state, a PAN, and the check character modulus 36 (GSTN,
    "GSTIN format")."""
    plain = compact(text)
    if len(plain) != 15 or not plain[:2].isdigit() or not 1 <= int(plain[:2]) <= 99 or not pan(plain[2:12]):
        return False
    total = 0
    for place, char in enumerate(plain[:14]):
        product = int(char, 36) * (place % 2 + 1)
        total += product // 36 + product % 36
    return (36 - total % 36) % 36 == int(plain[14], 36)


def my_number(text: str) -> bool:
    """Say whether a text is a Japanese individual number: weights 2 to 7 and 2 to 6 from the right, modulus 11 (Order
    of the Ministry of Internal Affairs no. 85 of 2014)."""
    numbers = digits(text)
    if len(numbers) != 12 or all_same(numbers):
        return False
    remainder = weighted(numbers, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return (0 if remainder <= 1 else 11 - remainder) == numbers[11]


def chinese_id(text: str) -> bool:
    """Say whether a text is a Chinese resident's number: a birthday, ISO 7064 MOD 11-2 (GB 11643-1999)."""
    plain = compact(text)
    if len(plain) != 18 or not plain[:17].isdigit() or plain[0] == "0":
        return False
    year = int(plain[6:10])
    return 1850 <= year <= 2100 and real_day(year, int(plain[10:12]), int(plain[12:14])) and mod_11_2(plain)


def korean_id(text: str) -> bool:
    """Say whether a text is a Korean resident's number: a birthday, a digit for sex and century (Resident
    Registration Act). Those given since October 2020 have no check digit."""
    numbers = digits(text)
    if len(numbers) != 13 or not 0 <= numbers[6] <= 9:
        return False
    return real_day(two(numbers, 0), two(numbers, 2), two(numbers, 4)) and not all_same(numbers[6:])


def singapore_nric(text: str) -> bool:
    """Say whether a text is a Singapore identity or foreigner's number: weights 2, 7, 6, 5, 4, 3, 2, modulus 11
    (Immigration and Checkpoints Authority)."""
    plain = compact(text)
    if len(plain) != 9 or plain[0] not in _NRIC or not plain[1:8].isdigit():
        return False
    total = weighted(digits(plain[1:8]), (2, 7, 6, 5, 4, 3, 2)) + (3 if plain[0] == "M" else 0)
    return _NRIC[plain[0]][total % 11] == plain[8]


def hong_kong_id(text: str) -> bool:
    """Say whether a text is a Hong Kong identity card's number: one letter or two, weights 9 to 1, modulus 11
    (Immigration Department, Registration of Persons Regulations)."""
    plain = compact(text).replace("(", "").replace(")", "").upper().rjust(9)
    if len(plain) != 9 or not plain[1].isalpha() or not plain[2:8].isdigit() or plain[8] not in "0123456789A":
        return False
    letters = [36 if char == " " else int(char, 36) for char in plain]
    return weighted(letters, (9, 8, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0
