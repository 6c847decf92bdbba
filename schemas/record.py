"""The shape every record of the log shares: frozen, additive, unknown fields tolerated."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeVar

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema

from keeptrusts.schemas.remembered import remembered


class Record(BaseModel):
    """A value that crosses the log. Readers ignore fields added later; nothing may change it once made."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, ser_json_inf_nan="constants")


R = TypeVar("R", bound=BaseModel)


def trusted(model: type[R], fields: dict[str, Any]) -> R:
    """Make a record or an answer's row without checking it: ``fields`` has every field, in the model's order and form.

    For what is made of values that were checked before, on paths where the checks cost more than all else; the dict
    becomes the record's own. Tests hold what is made so against the model itself.
    """
    made = _new(model)
    _set_fields(made, fields)
    _set_fields_set(made, _all_fields(model))
    _set_extra(made, None)
    _set_private(made, None)
    return made


@remembered(most=256)
def _all_fields(model: type[BaseModel]) -> set[str]:
    """Give the one set that says of all trusted records of a model that their fields are given; nothing changes it."""
    return set(model.model_fields)


_new: Final = object.__new__
_set_fields, _set_fields_set, _set_extra, _set_private = (
    vars(BaseModel)[name].__set__
    for name in ("__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__")
)
"""What a model keeps beside its class, set as its slots are: by name it takes a quarter longer."""


def parse_time(value: Any) -> datetime:
    """Read an RFC 3339 time as aware UTC; raises ValueError, whose text never holds the value."""
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError("a time must be RFC 3339, such as 2026-04-01T09:00:00Z") from None
    if moment.tzinfo is None:
        raise ValueError("a time needs an offset from UTC, such as 2026-04-01T09:00:00Z")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time must lie between the years 1 and 9999 of UTC") from None


def format_time(moment: datetime) -> str:
    """Write an aware time as RFC 3339 in UTC with microseconds."""
    return written_time(moment)[1:-1].decode()


def written_time(moment: datetime) -> bytes:
    """Write an aware time as JSON, in quotes."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    if moment.microsecond:  # orjson takes a fifth of isoformat's time, but leaves a fraction of zero away
        return orjson.dumps(moment, option=orjson.OPT_UTC_Z)
    return b'"%bZ"' % moment.isoformat(timespec="microseconds")[:-6].encode()  # without "+00:00"


Timestamp = Annotated[
    datetime,
    BeforeValidator(parse_time),
    PlainSerializer(format_time, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A field type: aware UTC in code, RFC 3339 with microseconds in JSON."""
