"""The port to kt.content and kt.subjectkeys: records that are no events, and that nobody folds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from keeptrusts.schemas.positions import Position

KeyedRecord = tuple[bytes, bytes | None]
"""A record's key and value; without a value it is a tombstone."""


class ContentLog(Protocol):
    """Appends records. A normal return means that all in-sync replicas have every one of them."""

    async def append(self, topic: str, records: Sequence[KeyedRecord], *, deadline_s: float) -> tuple[Position, ...]:
        """Append records to a topic (without prefix); their positions, in order.

        Raises PublisherOverloadedError when nothing was sent, AckUnknownError when it is not known what is there.
        """
        ...

    async def fetch(self, topic: str, position: Position, *, deadline_s: float) -> bytes:
        """Give the value of the record at a position. Raises PublishError when there is none, or not in time."""
        ...
