"""Kept contents in tests: the log of them in memory, and reading what is in it with the key secret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from keeptrusts.schemas.content_keys import new_data_key, period_of, unwrapped
from keeptrusts.schemas.content_log import KeyedRecord
from keeptrusts.schemas.positions import Position
from keeptrusts.schemas.publishing import PublisherOverloadedError, PublishError, RecordTooLargeError
from keeptrusts.schemas.sealed_content import Sealed, seal, unsealed
from keeptrusts.schemas.snapshots.codec import decode_derived
from keeptrusts.schemas.snapshots.content import ContentRecord, SubjectKey
from keeptrusts.schemas.topics import MAX_RECORD_BYTES


@dataclass(slots=True)
class MemoryContentLog:
    """Keeps what is appended by topic; ``refusing`` names a topic that takes nothing."""

    topics: dict[str, list[KeyedRecord]] = field(default_factory=dict)
    refusing: str | None = None

    async def append(self, topic: str, records: Sequence[KeyedRecord], *, deadline_s: float) -> tuple[Position, ...]:
        if topic == self.refusing:
            raise PublisherOverloadedError("the log takes nothing")
        if max(len(key) + len(value or b"") for key, value in records) > MAX_RECORD_BYTES:
            raise RecordTooLargeError("a record is above the limit")
        stored = self.topics.setdefault(topic, [])
        stored += records
        return tuple(Position(0, len(stored) - len(records) + index) for index in range(len(records)))

    async def fetch(self, topic: str, position: Position, *, deadline_s: float) -> bytes:
        stored = self.topics.get(topic, [])
        value = stored[position.offset][1] if position.offset < len(stored) else None
        if value is None:
            raise PublishError("nothing is there")
        return value

    def made_keys(self) -> list[SubjectKey]:
        values = [decode_derived(value) for _, value in self.topics.get("kt.subjectkeys", []) if value is not None]
        return [value for value in values if isinstance(value, SubjectKey)]

    def records(self) -> list[ContentRecord]:
        values = [decode_derived(value) for _, value in self.topics.get("kt.content", []) if value is not None]
        return [value for value in values if isinstance(value, ContentRecord)]

    def contents(self, secrets: Mapping[int, bytes]) -> dict[str, bytes]:
        """Give every content in clear, by reference."""
        keys = {key.key_id: unwrapped(key, secrets) for key in self.made_keys()}
        by_ref: dict[str, list[ContentRecord]] = {}
        for record in self.records():
            by_ref.setdefault(record.ref, []).append(record)
        return {ref: unsealed(records, keys[records[0].key_id]) for ref, records in by_ref.items()}

    def raw(self) -> bytes:
        """Give everything as bytes."""
        return b"\n".join(key + b" " + (value or b"") for stored in self.topics.values() for key, value in stored)


def sealed_for(request: str, *, org: str, subject: str, secrets: Mapping[int, bytes]) -> tuple[SubjectKey, Sealed]:
    """Give a key and what is kept under it of a request's input, this month."""
    entropy = Random(request).randbytes
    key, record = new_data_key(
        identifier=f"cky_{request}", org=org, subject=subject, period=period_of(datetime.now(UTC)), secrets=secrets,
        keep_days=365, erasures=0, entropy=entropy,
    )  # fmt: skip
    content = seal(
        b'"kept"', key, ref=f"cnt_{request}", request=request, part="input", captured="full", entropy=entropy
    )
    return record, content
