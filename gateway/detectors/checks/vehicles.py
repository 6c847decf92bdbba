"""Vehicle identification numbers: ISO 3779 for the letters, 49 CFR 565 for the check digit of North America."""

from __future__ import annotations

from typing import Final

from keeptrusts.gateway.detectors.checks.digits import weighted

_VALUES: Final = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", (
    1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
), strict=True))  # fmt: skip
_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def vin_shape(text: str) -> bool:
    """Say whether seventeen characters can be a number of a vehicle: no I, O, Q, letters and digits both, and the last
    four are digits (ISO 3779)."""
    plain = text.upper()
    if len(plain) != 17 or any(char not in _VALUES for char in plain):
        return False
    return plain[13:].isdigit() and any(char.isalpha() for char in plain[:11])


def vin(text: str) -> bool:
    """Say whether a number of a vehicle has its check digit at the ninth place (49 CFR 565.15)."""
    if not vin_shape(text):
        return False
    plain = text.upper()
    remainder = weighted([_VALUES[char] for char in plain], _WEIGHTS) % 11
    return plain[8] == ("X" if remainder == 10 else str(remainder))
