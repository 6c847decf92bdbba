"""The publishing port in memory, for tests of what stands above it; obeys the same contract suite as Kafka's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from keeptrusts.schemas.codec import encode
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.publishing import (
    LOG_APPEND_TIME,
    Ack,
    AckUnknownError,
    PublisherOverloadedError,
    PublishError,
    RecordTooLargeError,
    one_ledger,
)
from keeptrusts.schemas.topics import MAX_RECORD_BYTES, partition_of


class MemoryPublisher:
    """Keeps what was appended in ``records`` (by partition, encoded). ``refusing`` and ``silent`` make it fail."""

    def __init__(self, *, source: str, partitions: int = 1, now_ms: Callable[[], int] = lambda: 0) -> None:
        self._source = source
        self._partitions = partitions
        self._now_ms = now_ms
        self._sequences: dict[int, int] = {}
        self.records: dict[int, list[bytes]] = {}
        self.events: list[Event] = []
        self.refusing = False
        self.silent = False

    @property
    def source(self) -> str:
        return self._source

    async def append(self, *events: Event, deadline_s: float) -> tuple[Ack, ...]:
        """See the port; ``silent`` stores the events but never acknowledges."""
        ledger = one_ledger(events)
        if self.refusing:
            raise PublisherOverloadedError("the log takes nothing")
        partition = partition_of(ledger, self._partitions)
        first = self._sequences.get(partition, 0)
        numbered = [event.numbered(self._source, first + index) for index, event in enumerate(events)]
        try:
            values = [encode(event) for event in numbered]
        except (TypeError, ValueError) as error:
            raise PublishError(f"an event cannot be written as JSON ({type(error).__name__})") from error
        largest = max(len(value) for value in values)
        if largest > MAX_RECORD_BYTES:
            raise RecordTooLargeError(f"an event of {largest} bytes is above the limit of {MAX_RECORD_BYTES}")
        self._sequences[partition] = first + len(values)
        self.events += numbered
        stored = self.records.setdefault(partition, [])
        offset = len(stored)
        stored += values
        if self.silent:
            await asyncio.sleep(0)
            raise AckUnknownError(f"the log did not acknowledge within {deadline_s:g} s")
        return tuple(
            Ack(
                partition=partition,
                offset=offset + index,
                timestamp_ms=self._now_ms(),
                timestamp_type=LOG_APPEND_TIME,
            )
            for index in range(len(values))
        )
