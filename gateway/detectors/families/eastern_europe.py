"""Numbers of people in Central and Eastern Europe, Greece and Turkey: each beside its label, and checked."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.checks import eastern_europe as east
from keeptrusts.gateway.detectors.checks.luhn import luhn
from keeptrusts.gateway.detectors.families.identity import ALONE, identity
from keeptrusts.gateway.detectors.families.shapes import DIGITS_9, DIGITS_10, DIGITS_11, DIGITS_13, THREES

RULES: Final = (
    *identity(
        "NATIONAL_ID", east.czech_number, ("rodné číslo", "rodne cislo", "rč", "birth number", "czech", "slovak"),
        (r"\b\d{6}/\d{4}\b", ALONE), (DIGITS_10, ALONE), variant="czech",
    ),
    *identity(
        "NATIONAL_ID", east.hungarian_insurance, ("taj", "taj szám", "tajszám", "hungarian"),
        (THREES, ALONE), (DIGITS_9, ALONE), variant="hungarian",
    ),
    *identity("NATIONAL_ID", east.croatian_oib, ("oib", "croatian"), (DIGITS_11, ALONE), variant="croatian"),
    *identity("NATIONAL_ID", east.romanian_cnp, ("cnp", "cod numeric personal", "romanian"), (DIGITS_13, ALONE),
    variant="romanian"),
    *identity("NATIONAL_ID", east.bulgarian_egn, ("egn", "егн", "bulgarian"), (DIGITS_10, ALONE), variant="bulgarian"),
    *identity("NATIONAL_ID", east.yugoslav_jmbg, ("jmbg", "emšo", "embg", "јмбг"), (DIGITS_13, ALONE),
    variant="yugoslav"),
    *identity("NATIONAL_ID", east.greek_afm, ("afm", "αφμ", "greek tax"), (DIGITS_9, ALONE), variant="greek-tax"),
    *identity("NATIONAL_ID", luhn, ("amka", "αμκα"), (DIGITS_11, ALONE), variant="greek"),
    *identity(
        "NATIONAL_ID", east.turkish_number,
        ("kimlik no", "tc kimlik", "t c kimlik", "tckn", "kimlik numarası", "turkish"),
        (DIGITS_11, ALONE), variant="turkish",
    ),
)  # fmt: skip
