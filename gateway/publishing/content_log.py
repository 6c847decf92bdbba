"""Appends contents and their keys to Kafka: few, large records, so the ordinary client is enough.

It connects with the first record, so that a gateway that keeps nothing has no further connection. A producer that erred
is replaced: what it may still hold was answered as unknown, and nobody names it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from keeptrusts.schemas.content_log import KeyedRecord
from keeptrusts.schemas.log_connections import closed
from keeptrusts.schemas.positions import Position
from keeptrusts.schemas.publishing import AckUnknownError, PublisherOverloadedError, PublishError, RecordTooLargeError
from keeptrusts.schemas.topics import MAX_RECORD_BYTES, partition_of

MOST_WAITING_BYTES: Final = 64 * 1024 * 1024
"""Records that wait for the broker at the same time; more are refused."""
BATCH_BYTES: Final = 256 * 1024
CONNECTION: Final = "the connection to write contents"


class KafkaContentLog:
    """See the port. Used in one event loop; stopped once."""

    def __init__(
        self, *, bootstrap: str, topic_prefix: str = "", client: Mapping[str, Any] = MappingProxyType({})
    ) -> None:
        self._options = {"bootstrap_servers": bootstrap, **client}
        self._topic_prefix = topic_prefix
        self._producer: Any = None
        self._connecting = asyncio.Lock()
        self._waiting_bytes = 0
        self._closing: set[asyncio.Task[None]] = set()

    async def append(self, topic: str, records: Sequence[KeyedRecord], *, deadline_s: float) -> tuple[Position, ...]:
        """See the port."""
        sizes = [len(key) + len(value or b"") for key, value in records]
        if max(sizes) > MAX_RECORD_BYTES:
            raise RecordTooLargeError(f"a record of {max(sizes)} bytes is above the limit of {MAX_RECORD_BYTES}")
        if self._waiting_bytes + sum(sizes) > MOST_WAITING_BYTES:
            raise PublisherOverloadedError("too many contents wait for the log")
        self._waiting_bytes += sum(sizes)
        try:
            async with asyncio.timeout(deadline_s):
                producer = await self._connected()
                sent = [await producer.send(self._topic_prefix + topic, value, key=key) for key, value in records]
                places = await asyncio.gather(*sent)
        except TimeoutError:
            raise AckUnknownError(f"{topic} did not acknowledge within {deadline_s:g} s") from None
        except KafkaError as error:
            self._replace()
            raise AckUnknownError(f"{topic} answered {type(error).__name__}") from error
        finally:
            self._waiting_bytes -= sum(sizes)
        return tuple(Position(place.partition, place.offset) for place in places)

    async def fetch(self, topic: str, position: Position, *, deadline_s: float) -> bytes:
        """See the port. It is rare, so it makes a connection of its own."""
        consumer = AIOKafkaConsumer(enable_auto_commit=False, isolation_level="read_committed", **self._options)
        place = TopicPartition(self._topic_prefix + topic, position.partition)
        try:
            async with asyncio.timeout(deadline_s):
                await consumer.start()
                consumer.assign([place])
                consumer.seek(place, position.offset)
                record = await consumer.getone(place)
        except (TimeoutError, KafkaError) as error:
            raise PublishError(f"{topic} at {position} cannot be read ({type(error).__name__})") from error
        finally:
            await closed(consumer, f"a connection to read {topic}")
        if record.offset != position.offset or record.value is None:
            raise PublishError(f"{topic} has nothing at {position}")
        return bytes(record.value)

    async def stop(self) -> None:
        """Close the connection, within a bound."""
        self._replace()
        if self._closing:
            await asyncio.wait(self._closing)

    async def _connected(self) -> Any:
        if self._producer is not None:
            return self._producer
        async with self._connecting:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    enable_idempotence=True,
                    acks="all",
                    max_request_size=MAX_RECORD_BYTES + 48_576,
                    max_batch_size=BATCH_BYTES,
                    partitioner=_partition,
                    request_timeout_ms=10_000,
                    **self._options,
                )
                try:
                    await producer.start()
                except BaseException:
                    await closed(producer, CONNECTION)
                    raise
                self._producer = producer
            return self._producer

    def _replace(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            task = asyncio.get_running_loop().create_task(closed(producer, CONNECTION))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)


def _partition(key: bytes, every: Sequence[int], available: Sequence[int]) -> int:
    """Choose the partition of a record: all of one data subject are in one, so that their order is known."""
    return partition_of(b"/".join(key.split(b"/")[:2]).decode(), len(every))
