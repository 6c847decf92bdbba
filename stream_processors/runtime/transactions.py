"""The fenced producer: one transactional id a processor and partition, so that a former owner can write nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidProducerEpoch,
    KafkaError,
    OutOfOrderSequenceNumber,
    ProducerFenced,
)

from keeptrusts.schemas.log_connections import closed
from keeptrusts.stream_processors.runtime.protocol import OutputRecord
from keeptrusts.stream_processors.settings import ProcessorSettings

_AGAIN_S: Final = 0.2


class FencedError(Exception):
    """Another owner of the partition has taken over: this process must stop deciding at once."""


class WriteFailedError(Exception):
    """A transaction could not be committed; its result is decided by whoever starts next."""


class FencedProducer:
    """Writes the outputs of a batch in one transaction, all to the partition of the input, or not at all.

    Starting it fences and aborts whatever a predecessor with the same id left open, so start it before the own
    entries are read back. After any error it must be thrown away with its process.

    No wait is longer than a transaction may last: then the broker has aborted it, and the producer may wait for ever
    for an answer that was lost with a connection.
    """

    def __init__(self, settings: ProcessorSettings, processor: str, partition: int) -> None:
        self._partition = partition
        self._settings = settings
        self._transactional_id = f"{settings.topic_prefix}kt-{processor}-{partition}"
        self._producer = self._made()

    async def start(self) -> None:
        """Fence the predecessor. Raises WriteFailedError when the log does not answer in time."""
        try:
            async with asyncio.timeout(self._settings.recovery_timeout_s):
                while not await self._fenced():
                    await self.stop()
                    await asyncio.sleep(_AGAIN_S)
                    self._producer = self._made()
        except TimeoutError:
            raise WriteFailedError(f"no transaction could begin on partition {self._partition} in time") from None

    async def stop(self) -> None:
        """Close the connection; what is left of a transaction is aborted by whoever starts next."""
        await closed(self._producer, f"the producer of partition {self._partition}")

    async def write(self, records: Iterable[OutputRecord]) -> dict[str, int]:
        """Write records in one transaction; gives the offset after the last one of each topic.

        Raises FencedError or WriteFailedError; then nothing may follow.
        """
        try:
            async with asyncio.timeout(self._settings.transaction_timeout_ms / 1_000):
                return await self._write(records)
        except TimeoutError:
            raise WriteFailedError(f"transaction on partition {self._partition}: not committed in time") from None

    def _made(self) -> AIOKafkaProducer:
        return AIOKafkaProducer(
            bootstrap_servers=self._settings.bootstrap,
            transactional_id=self._transactional_id,
            transaction_timeout_ms=self._settings.transaction_timeout_ms,
            acks="all",
            linger_ms=0,
            max_batch_size=256 * 1024,
            max_request_size=2 * 1024 * 1024,
            request_timeout_ms=20_000,
        )

    async def _fenced(self) -> bool:
        """Say whether the broker could be asked. One that comes back may answer before it counts itself among the
        brokers, and aiokafka asserts that an answer names at least one."""
        try:
            await self._producer.start()
        except AssertionError:
            return False
        return True

    async def _write(self, records: Iterable[OutputRecord]) -> dict[str, int]:
        ends: dict[str, int] = {}
        try:
            await self._producer.begin_transaction()
            pending = [
                (
                    record.topic,
                    await self._producer.send(
                        self._settings.topic(record.topic), record.value, key=record.key, partition=self._partition
                    ),
                )
                for record in records
            ]
            for topic, acknowledgement in pending:
                ends[topic] = (await acknowledgement).offset + 1
            await self._producer.commit_transaction()
        except (ProducerFenced, InvalidProducerEpoch, OutOfOrderSequenceNumber) as error:
            raise FencedError(f"partition {self._partition} has another owner ({type(error).__name__})") from error
        except KafkaError as error:
            raise WriteFailedError(f"transaction on partition {self._partition}: {type(error).__name__}") from error
        return ends
