"""A range of one partition: the unit that is written exactly once."""

from __future__ import annotations

from typing import Any

from keeptrusts.schemas.frozen import frozen


@frozen
class Range:
    """Consecutive records of one partition. ``topic`` is the real name, prefix included."""

    topic: str
    partition: int
    records: tuple[Any, ...]

    @property
    def first(self) -> int:
        return int(self.records[0].offset)

    @property
    def last(self) -> int:
        return int(self.records[-1].offset)

    def token(self, table: str) -> str:
        """Give the name by which a table recognizes this range when it is written again."""
        return f"{table}-{self.topic}-{self.partition}-{self.first}-{self.last}"
