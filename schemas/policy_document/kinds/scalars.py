"""The small value types options are made of: flags, counts, money, names, patterns."""

import re
from decimal import Decimal
from typing import Annotated, Literal

import re2
from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema

from keeptrusts.schemas.money import format_usd, parse_usd


def _money(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError("write an amount of US dollars such as 1000 or 0.25")
    amount = parse_usd(value)
    if amount < 0:
        raise ValueError("an amount cannot be negative")
    return amount


def _all_names(value: object) -> object:
    # "all" is how the template tables spell an unrestricted list.
    return ("*",) if value in ("all", "*") else value


def _name(value: object) -> object:
    # A team called 42 is text, whatever YAML makes of it.
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    return value


def _pattern(value: str) -> str:
    """Take what RE2 takes: a pattern that could be slow, or that nothing here can scan for, is refused at once."""
    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(value, options)
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace") if error.args and isinstance(error.args[0], bytes) else ""
        raise ValueError(
            "not a regular expression that can be scanned for; check brackets, groups and escapes, and leave out "
            f"look-around and back-references ({reason[:80]})"
        ) from None
    if compiled.match("") is not None:
        raise ValueError("matches the empty text, so it would be found everywhere; require at least one character")
    return value


def _header_or_attribute(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_.-]+", value):
        raise ValueError("an attribute (role, team, user) or a header name such as X-User-Id")
    return value.lower()


def _currency(value: object) -> object:
    if value != "USD":
        raise ValueError("the only currency is USD")
    return value


Flag = Annotated[bool, Field(strict=True)]
Count = Annotated[int, Field(strict=True, ge=1, le=10**12)]
Whole = Annotated[int, Field(strict=True, ge=0, le=10**12)]
Days = Annotated[int, Field(strict=True, ge=1, le=36_500)]
Distance = Annotated[int, Field(strict=True, ge=0, le=8)]
Share = Annotated[Decimal, Field(ge=0, le=1), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})]
Name = Annotated[
    str,
    BeforeValidator(_name),
    Field(min_length=1, max_length=200),
    WithJsonSchema({"type": ["string", "number"], "minLength": 1, "maxLength": 200}),
]
Text = Annotated[str, Field(max_length=4000)]
Names = Annotated[tuple[Name, ...], Field(max_length=1000)]
ModelNames = Annotated[
    tuple[Name, ...],
    BeforeValidator(_all_names),
    Field(max_length=1000),
    WithJsonSchema({"anyOf": [{"type": "array", "items": {"type": "string"}}, {"enum": ["all", "*"]}]}),
]
Attributes = Annotated[tuple[Annotated[Name, AfterValidator(_header_or_attribute)], ...], Field(max_length=100)]
Pattern = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_pattern)]
Patterns = Annotated[tuple[Pattern, ...], Field(max_length=500)]
Currency = Annotated[str, BeforeValidator(_currency), WithJsonSchema({"const": "USD"})]
UsdAmount = Annotated[
    int,
    BeforeValidator(_money),
    PlainSerializer(format_usd, return_type=str, when_used="json"),
    WithJsonSchema({"type": ["number", "string"], "description": "US dollars, read exactly"}),
]
"""An amount in the file is US dollars; in code it is nano-USD."""
OnReview = Literal["hold", "refuse"]
"""What becomes of a call that a person must decide about; answers are always held."""
