"""Position tokens: ``<partition>:<offset>`` of a record in kt.events, the currency of read-your-writes."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_TOKEN: Final = re.compile(r"^(0|[1-9][0-9]{0,5}):(0|[1-9][0-9]{0,18})\Z")


class Position(NamedTuple):
    """The place of one record in kt.events."""

    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.partition}:{self.offset}"


def parse_position(text: str) -> Position:
    """Read a token such as ``7:184521``; raises ValueError with the expected form."""
    match = _TOKEN.match(text)
    if match is None:
        raise ValueError(f"{text!r} is no position; expected <partition>:<offset>, such as 7:184521")
    return Position(int(match.group(1)), int(match.group(2)))
