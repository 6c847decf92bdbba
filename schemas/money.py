"""Money: an integer count of nano-USD in code, an exact decimal string of USD in JSON. Never a float.

1 USD = 1,000,000,000 nano-USD. Prices are counted in pico-USD (1e-12) a token and rounded up once a request.
"""

from __future__ import annotations

import re
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, PlainSerializer, ValidationInfo, WithJsonSchema

from keeptrusts.schemas.remembered import remembered

NANO_PER_USD: Final = 1_000_000_000
PICO_PER_NANO: Final = 1_000
MAX_NANO: Final = 2**63 - 1
"""The largest amount a record may carry: the range of the Int64 columns it lands in."""

FROM_JSON: Final = MappingProxyType({"from": "json"})
"""The validation context of decoders: there an amount must be a decimal string, so an integer is never misread."""

_DECIMAL: Final = re.compile(r"^(-?)([0-9]{1,10})(?:\.([0-9]{1,9})0*)?$")


class MoneyError(ValueError):
    """An amount that cannot be read exactly; the message names the reason and the fix."""


def parse_usd(value: object) -> int:
    """Read an amount of USD (``"1000.00"``, ``"0.000367"``, ``1000``, a Decimal) as nano-USD, exactly.

    Raises MoneyError for floats, for more than nine decimal places and for anything that is no number.
    """
    if isinstance(value, (bool, float)):
        raise MoneyError("an amount must be a decimal string or an exact number, never a binary float")
    if isinstance(value, int):
        return _bounded(value * NANO_PER_USD)
    text = format(value, "f") if isinstance(value, Decimal) else value
    if not isinstance(text, str):
        raise MoneyError(f'an amount must be a decimal number of USD such as "12.50", not {type(value).__name__}')
    match = _DECIMAL.match(text.strip())
    if match is None:
        raise MoneyError('an amount must be a decimal number of USD with at most 9 decimals, such as "12.50"')
    sign, whole, fraction = match.groups()
    nano = int(whole) * NANO_PER_USD + int((fraction or "").ljust(9, "0") or "0")
    return _bounded(-nano if sign else nano)


@remembered(most=8_192)
def format_usd(nano: int) -> str:
    """Write nano-USD as USD with two to nine decimals: ``367000`` -> ``"0.000367"``.

    Remembered, because one amount is written again and again: into both postings of a movement, into a settlement, a
    completion and its headers.
    """
    if nano < 0:
        return "-" + format_usd(-nano)
    digits = f"{nano:010d}"
    decimals = digits[-9:].rstrip("0")
    return f"{digits[:-9]}.{decimals}" if len(decimals) > 1 else f"{digits[:-9]}.{decimals:0<2}"


def _bounded(nano: int) -> int:
    if abs(nano) > MAX_NANO:
        raise MoneyError(f"an amount must be within {format_usd(MAX_NANO)} USD")
    return nano


def _from_record(value: Any, info: ValidationInfo) -> int:
    if info.context is FROM_JSON and not isinstance(value, str):
        raise MoneyError("an amount in a record must be a decimal string of USD")
    if isinstance(value, int) and not isinstance(value, bool):
        return _bounded(value)  # built in process: already nano-USD
    return parse_usd(value)


NanoUsd = Annotated[
    int,
    BeforeValidator(_from_record),
    PlainSerializer(format_usd, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2,9}$", "description": "USD, exact decimal"}),
]
"""A field type: nano-USD as int in code, a decimal string of USD in JSON. An int given to it is nano-USD."""
