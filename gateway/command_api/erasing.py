"""Destroys content keys: those of persons who were erased, and those whose retention is over.

What is to be destroyed follows from the directory and the clock alone, so every sweep finds what an earlier one, killed
in between, has left, and two processes that sweep at once do the same. A key is gone once its tombstone is written and
compaction has taken what was before; what is said of it stays under a Kafka key of its own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from keeptrusts.schemas.codec import DecodeError
from keeptrusts.schemas.content_keys import period_is_over
from keeptrusts.schemas.content_log import ContentLog, KeyedRecord
from keeptrusts.schemas.log_connections import closed
from keeptrusts.schemas.publishing import PublishError
from keeptrusts.schemas.snapshots.codec import decode_derived, encode_derived
from keeptrusts.schemas.snapshots.content import (
    SubjectKey,
    SubjectKeyDestroyed,
    destroyed_name,
    subject_key_name,
)
from keeptrusts.schemas.snapshots.directory import ErasureValue
from keeptrusts.schemas.topics import SUBJECT_KEYS, partition_of

logger = logging.getLogger(__name__)

SWEEP_EVERY_S: Final = 600.0
AGAIN_AFTER_S: Final = 75.0
"""After so long every gateway that still answers has heard of an erasure: who had not may have made one more key."""
RETRY_S: Final = 1.0
LOOK_S: Final = 0.2
SCAN_S: Final = 300.0
SILENT_S: Final = 30.0
BATCH: Final = 500
_POLL_MS: Final = 200
_NOBODY: Final = "_"
"""Where no organization is: tombstones of nothing are there. A segment is closed, and then compacted, only when a
further record comes."""


@dataclass(slots=True, kw_only=True)
class Eraser:
    """Sweeps kt.subjectkeys. ``erasures`` gives the latest erasure of each data subject that the directory has, and
    ``version`` changes with each.

    ``destroyed`` counts the keys that this process has destroyed.
    """

    bootstrap: str
    topic: str
    log: ContentLog
    partitions: int
    erasures: Callable[[], tuple[ErasureValue, ...]]
    version: Callable[[], int]
    ready: Callable[[], bool]
    now: Callable[[], datetime]
    ack_timeout_s: float = 10.0
    destroyed: int = 0
    _seen: int = 0

    async def run(self) -> None:
        """Sweep for ever: at the start, at once when somebody is erased, a little later again, and now and then."""
        loop = asyncio.get_running_loop()
        due: list[float] = [loop.time()]
        while True:
            if self._anybody_new():
                due = [loop.time(), loop.time() + AGAIN_AFTER_S]
            if due and loop.time() >= due[0] and self.ready():
                try:
                    await self.sweep()
                    due = due[1:] or [loop.time() + SWEEP_EVERY_S]
                except (KafkaError, PublishError, TimeoutError) as error:
                    logger.warning("content keys could not be destroyed (%s); trying again", type(error).__name__)
                    due[0] = loop.time() + RETRY_S
            await asyncio.sleep(LOOK_S)

    async def sweep(self) -> int:
        """Destroy what is to be destroyed by now, and give how many keys that were.

        Raises KafkaError, PublishError or TimeoutError; whatever was not done then is done by the next sweep.
        """
        erased = {(one.org, one.id): one for one in self.erasures()}
        async with asyncio.timeout(SCAN_S):
            found = await self._to_destroy(erased)
        keys = list(found.values())
        for start in range(0, len(keys), BATCH):
            records: list[KeyedRecord] = []
            for key in keys[start : start + BATCH]:
                gone = self._gone(key, erased)
                records += [(destroyed_name(gone), encode_derived(gone)), (subject_key_name(key), None)]
            await self.log.append(SUBJECT_KEYS.name, records, deadline_s=self.ack_timeout_s)
        await self._fill()
        self.destroyed += len(keys)
        return len(keys)

    async def _to_destroy(self, erased: Mapping[tuple[str, str], ErasureValue]) -> dict[bytes, SubjectKey]:
        """Read the topic to its end; gives the keys that are there and must not be, by their Kafka keys."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap,
            enable_auto_commit=False,
            isolation_level="read_committed",
            request_timeout_ms=10_000,
        )
        found: dict[bytes, SubjectKey] = {}
        try:
            await consumer.start()
            async for record in _to_the_end(consumer, self.topic, self.partitions):
                name = record.key or b""
                found.pop(name, None)
                key = _subject_key(record.value)
                if key is not None and self._must_go(key, erased):
                    found[name] = key
        finally:
            await closed(consumer, f"a connection to read {self.topic}")
        return found

    def _must_go(self, key: SubjectKey, erased: Mapping[tuple[str, str], ErasureValue]) -> bool:
        erasure = erased.get((key.org, key.subject))
        if erasure is not None and (key.erasures or 0) < erasure.number:
            return True
        return key.keep_days is not None and period_is_over(key.period, key.keep_days, self.now())

    def _gone(self, key: SubjectKey, erased: Mapping[tuple[str, str], ErasureValue]) -> SubjectKeyDestroyed:
        erasure = erased.get((key.org, key.subject))
        by_erasure = erasure is not None and (key.erasures or 0) < erasure.number
        return SubjectKeyDestroyed(
            org=key.org,
            subject=key.subject,
            period=key.period,
            key_id=key.key_id or "",
            reason="erased" if by_erasure else "retention",
            erasure=erasure.erasure if erasure is not None and by_erasure else None,
            destroyed_at=self.now(),
        )

    async def _fill(self) -> None:
        """Append a tombstone of nothing to every partition, so that what lies there is compacted in bounded time."""
        await self.log.append(SUBJECT_KEYS.name, _fillers(self.partitions), deadline_s=self.ack_timeout_s)

    def _anybody_new(self) -> bool:
        version = self.version()
        if version == self._seen:
            return False
        self._seen = version
        return True


async def _to_the_end(consumer: Any, topic: str, partitions: int) -> AsyncIterator[Any]:
    """Give every record of a topic that is there now."""
    places = [TopicPartition(topic, partition) for partition in range(partitions)]
    ends = await consumer.end_offsets(places)
    firsts = await consumer.beginning_offsets(places)
    consumer.assign(places)
    for place in places:
        consumer.seek(place, firsts[place])
    loop = asyncio.get_running_loop()
    silent_since = loop.time()
    while True:
        batches = await consumer.getmany(timeout_ms=_POLL_MS, max_records=BATCH)
        for records in batches.values():
            for record in records:
                yield record
        if batches:
            silent_since = loop.time()
        at = {place: await consumer.position(place) for place in places}
        if all(at[place] >= ends[place] for place in places):
            return
        if loop.time() - silent_since > SILENT_S:
            raise TimeoutError(f"{topic} cannot be read to its end")


def _fillers(partitions: int) -> list[KeyedRecord]:
    found: dict[int, bytes] = {}
    number = 0
    while len(found) < partitions:
        name = f"{_NOBODY}/{number}"
        found.setdefault(partition_of(name, partitions), f"{name}/filler".encode())
        number += 1
    return [(name, None) for name in found.values()]


def _subject_key(value: bytes | None) -> SubjectKey | None:
    if not value:
        return None
    try:
        record = decode_derived(value)
    except DecodeError:
        return None  # the writer tells of it
    return record if isinstance(record, SubjectKey) else None
