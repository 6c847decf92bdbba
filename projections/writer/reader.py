"""The writer's side of Kafka: takes ranges, and keeps the pending one in the commit metadata.

Before a range is written, ``offset = first, metadata = last`` is committed; after it, ``offset = last + 1``. So a
writer that starts after a kill knows exactly which records to write again, under the same token.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, for_code
from aiokafka.protocol.commit import OffsetFetchRequest
from aiokafka.structs import OffsetAndMetadata

from keeptrusts.projections.settings import WriterSettings
from keeptrusts.projections.writer.ranges import Range
from keeptrusts.schemas.log_connections import closed
from keeptrusts.schemas.standstill import Standstill

_FETCH_WAIT_MS = 50  # a partition that was just drained waits for the poll of the others; keep that short
_LAY_READY_SECONDS = 0.003
_NEWER_SECONDS = 0.15  # a drained partition may have to wait for the poll of the others, and for a busy broker
_REPLAY_SECONDS = 60.0


class ReaderError(RuntimeError):
    """The log cannot be read as needed: what, and what to do."""


class LogReader:
    """Reads every partition of the topics it is given, with ``read_committed``. One writer a group at a time."""

    def __init__(self, settings: WriterSettings, topics: Sequence[str]) -> None:
        self._settings = settings
        self._topics = tuple(topics)
        self._consumer: Any = None
        self._watcher: Any = None
        self._partitions: dict[str, int] = {}
        self._pending: dict[TopicPartition, int] = {}
        self._starts: dict[tuple[str, int], int] = {}
        self._busy: frozenset[TopicPartition] = frozenset()
        self._standstill: Standstill[TopicPartition] = Standstill()
        self._next_look = 0.0

    @property
    def partitions(self) -> Mapping[str, int]:
        """Topic -> number of partitions, known after the start."""
        return self._partitions

    @property
    def starts(self) -> Mapping[tuple[str, int], int]:
        """Topic and partition -> the first offset that is not certainly written, known after the start."""
        return self._starts

    def begun(self, topic: str, partition: int) -> int:
        """Give the last offset that an earlier writer has begun to write, known after the start (-1: none)."""
        return max(self._starts[(topic, partition)] - 1, self._pending.get(TopicPartition(topic, partition), -1))

    async def start(self) -> None:
        """Connect, and learn where each partition goes on; raises ReaderError when the topics are not there in time."""
        kafka = self._settings.kafka
        options = {"bootstrap_servers": kafka.bootstrap, **kafka.client}
        self._consumer = AIOKafkaConsumer(
            group_id=self._settings.group_id, enable_auto_commit=False, auto_offset_reset="earliest",
            isolation_level="read_committed", fetch_max_wait_ms=_FETCH_WAIT_MS,
            max_partition_fetch_bytes=self._settings.fetch_bytes, **options,
        )  # fmt: skip
        self._watcher = AIOKafkaConsumer(enable_auto_commit=False, **options)
        deadline = time.monotonic() + self._settings.start_seconds
        await self._retry(self._consumer.start, deadline)
        await self._retry(self._watcher.start, deadline)
        admin = AIOKafkaAdminClient(**options)
        await self._retry(admin.start, deadline)
        try:
            self._partitions = await self._topic_partitions(admin, deadline)
            committed = await self._retry(lambda: committed_offsets(admin, self._settings.group_id), deadline)
        finally:
            await admin.close()
        self._assign(committed)

    async def stop(self) -> None:
        for client in (self._consumer, self._watcher):
            if client is not None:
                await closed(client, "a connection to read the log")

    async def pending(self) -> list[Range]:
        """Read again exactly the ranges that an earlier writer had begun; empty ones are dropped."""
        ranges = []
        for partition, last in sorted(self._pending.items()):
            records = await self._read_through(partition, last)
            if records:
                ranges.append(Range(topic=partition.topic, partition=partition.partition, records=tuple(records)))
        self._pending.clear()
        return ranges

    async def read(self) -> list[Range]:
        """Give the next records of every partition that has some; waits at most the batch window for the first.

        Raises StandstillError when there are records that do not come.
        """
        taken = await take_with_newer(
            self._take, busy=self._busy, window_ms=self._settings.window_ms, most=self._settings.max_records,
            monotonic=time.monotonic,
        )  # fmt: skip
        self._busy = frozenset(taken)
        await self._look(self._settings.look_seconds)
        return [
            Range(topic=partition.topic, partition=partition.partition, records=tuple(records))
            for partition, records in taken.items()
        ]

    async def _look(self, every_s: float) -> None:
        """Look now and then whether the reading stands still; a broker that does not say is asked again later."""
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + every_s
        try:
            ends = await self._consumer.end_offsets(list(self._consumer.assignment()))
        except KafkaError:
            return
        self._standstill.look({place: await self._consumer.position(place) for place in ends}, ends)

    async def _take(self, timeout_ms: int) -> Mapping[TopicPartition, Sequence[Any]]:
        batches = await self._consumer.getmany(timeout_ms=timeout_ms, max_records=self._settings.max_records)
        return {partition: records for partition, records in batches.items() if records}

    async def begin(self, ranges: Sequence[Range]) -> None:
        """Note the ranges as pending."""
        await self._consumer.commit({_key(item): OffsetAndMetadata(item.first, str(item.last)) for item in ranges})

    async def finish(self, ranges: Sequence[Range]) -> None:
        """Note that everything up to the ranges' ends is written."""
        await self._consumer.commit({_key(item): OffsetAndMetadata(item.last + 1, "") for item in ranges})

    async def ends(self, keys: Sequence[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """Give the ends of partitions, counting records of transactions that are still open."""
        ends = await self._watcher.end_offsets([TopicPartition(*key) for key in keys])
        return {(partition.topic, partition.partition): int(end) for partition, end in ends.items()}

    async def reached(self, topic: str, partition: int) -> int:
        """Give the offset that will be read next."""
        return int(await self._consumer.position(TopicPartition(topic, partition)))

    async def _topic_partitions(self, admin: Any, deadline: float) -> dict[str, int]:
        while True:
            found = await self._retry(lambda: partition_counts(admin, self._topics), deadline)
            missing = [topic for topic in self._topics if topic not in found]
            if not missing:
                return dict(found)
            if time.monotonic() > deadline:
                raise ReaderError(f"topics {', '.join(missing)} do not exist; create them before the writer starts")
            await asyncio.sleep(0.1)

    def _assign(self, committed: Mapping[TopicPartition, OffsetAndMetadata]) -> None:
        assigned = [TopicPartition(topic, n) for topic, count in self._partitions.items() for n in range(count)]
        self._consumer.assign(assigned)
        for partition in assigned:
            found = committed.get(partition)
            offset = found.offset if found is not None and found.offset >= 0 else 0
            self._consumer.seek(partition, offset)
            self._starts[(partition.topic, partition.partition)] = offset
            if found is not None and found.metadata:
                self._pending[partition] = int(found.metadata)

    async def _read_through(self, partition: TopicPartition, last: int) -> list[Any]:
        """Read from where the partition stands through offset ``last``, and stand right behind it."""
        records: list[Any] = []
        deadline = time.monotonic() + _REPLAY_SECONDS
        while True:
            batch = (await self._consumer.getmany(partition, timeout_ms=200)).get(partition, [])
            records += [record for record in batch if record.offset <= last]
            if any(record.offset >= last for record in batch):
                break
            if await self._consumer.position(partition) > last:
                break
            if time.monotonic() > deadline:
                raise ReaderError(
                    f"{partition.topic}/{partition.partition}: offset {last} was begun but cannot be read any more; "
                    "check that the topic was not recreated"
                )
        self._consumer.seek(partition, last + 1)
        return records

    async def _retry(self, call: Any, deadline: float) -> Any:
        while True:
            try:
                return await call()
            except KafkaError as error:
                if time.monotonic() > deadline:
                    raise ReaderError(
                        f"Kafka at {self._settings.kafka.bootstrap} does not answer: {type(error).__name__}"
                    ) from error
                await asyncio.sleep(0.2)


async def take_with_newer(
    take: Callable[[int], Awaitable[Mapping[TopicPartition, Sequence[Any]]]],
    *,
    busy: Collection[TopicPartition],
    window_ms: int,
    most: int,
    monotonic: Callable[[], float],
) -> dict[TopicPartition, list[Any]]:
    """Take records, and where they lay ready also what came since; ``take`` waits so many milliseconds for some.

    The client fetches a partition again only once what it had is taken, so records that lay ready are as old as the
    last call. What came since would lie for the whole of the next step. It is waited for shortly: until each ``busy``
    partition of them, which had some last time too, had more, or there are ``most`` records.
    """
    began = monotonic()
    taken = {partition: list(records) for partition, records in (await take(window_ms)).items()}
    fetched = monotonic()
    if fetched - began > _LAY_READY_SECONDS:
        return taken
    behind = taken.keys() & busy
    while behind and sum(map(len, taken.values())) < most and (left := fetched + _NEWER_SECONDS - monotonic()) > 0:
        for partition, records in (await take(int(left * 1000) + 1)).items():
            taken.setdefault(partition, []).extend(records)
            behind.discard(partition)
    return taken


async def partition_counts(admin: Any, topics: Sequence[str]) -> dict[str, int]:
    """Give the number of partitions of those topics that exist."""
    described = await admin.describe_topics(list(topics))
    return {item["topic"]: len(item["partitions"]) for item in described if item["error_code"] == 0}


async def committed_offsets(admin: Any, group: str) -> dict[TopicPartition, OffsetAndMetadata]:
    """Give what a group has committed; empty only for a group that never did. Raises KafkaError.

    aiokafka's own function of this kind looks at the errors of partitions alone. A broker that has just started and
    still loads the group names no partition and one error for all, which then reads as if nothing were committed.
    """
    node = await admin.find_coordinator(group)
    answer = await admin._send_request(OffsetFetchRequest(group, None), node)
    for code in (answer.error_code, *(code for _, partitions in answer.topics for *_, code in partitions)):
        if code:
            raise for_code(code)(f"offsets of group {group} cannot be read now")
    return {
        TopicPartition(topic, partition): OffsetAndMetadata(offset, metadata)
        for topic, partitions in answer.topics
        for partition, offset, metadata, _ in partitions
    }


def _key(item: Range) -> TopicPartition:
    return TopicPartition(item.topic, item.partition)
