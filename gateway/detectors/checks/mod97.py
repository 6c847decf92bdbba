"""IBAN: the check of ISO 7064 MOD 97-10 as ISO 13616 uses it, and each country's length (SWIFT's IBAN registry)."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.checks.digits import compact

_LENGTHS: Final = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29,
    "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29,
    "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28,
    "HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20,
    "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19,
    "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29,
    "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24,
    "SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
    "YE": 30,
}  # fmt: skip
_NUMBERS: Final = {ord(letter): str(value) for value, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 10)}


def iban_length(country: str) -> int:
    """Give how many letters and digits an IBAN of a country has; 0 where the registry has no such country."""
    return _LENGTHS.get(country, 0)


def iban(text: str) -> bool:
    """Say whether a text is an IBAN: its country's length, and the remainder 1 by 97 (ISO 13616-1, ISO 7064)."""
    plain = compact(text)
    if len(plain) != iban_length(plain[:2]) or not plain[2:4].isdigit():
        return False
    return remainder_97(plain[4:] + plain[:4]) == 1


def remainder_97(plain: str) -> int:
    """Give the remainder by 97 of letters and digits, A being 10 and Z 35 (ISO 7064 MOD 97-10); -1 for others."""
    try:
        return int(plain.translate(_NUMBERS)) % 97
    except ValueError:
        return -1
