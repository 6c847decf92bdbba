"""The fenced producer: one transactional id a processor and partition, so that a former owner can write nothing."""

from __future__ import annotations

from collections.abc import Iterable

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidProducerEpoch,
    KafkaError,
    OutOfOrderSequenceNumber,
    ProducerFenced,
)

from keeptrusts.stream_processors.runtime.protocol import OutputRecord
from keeptrusts.stream_processors.settings import ProcessorSettings


class FencedError(Exception):
    """Another owner of the partition has taken over: this process must stop deciding at once."""


class WriteFailedError(Exception):
    """A transaction could not be committed; its result is decided by whoever starts next."""


class FencedProducer:
    """Writes the outputs of a batch in one transaction, all to the partition of the input, or not at all.

    Starting it fences and aborts whatever a predecessor with the same id left open, so start it before the own
    entries are read back. After any error it must be thrown away with its process.
    """

    def __init__(self, settings: ProcessorSettings, processor: str, partition: int) -> None:
        self._partition = partition
        self._settings = settings
        self._producer = AIOKafkaProducer(
            bootstrap_servers=settings.bootstrap,
            transactional_id=f"{settings.topic_prefix}kt-{processor}-{partition}",
            transaction_timeout_ms=settings.transaction_timeout_ms,
            acks="all",
            linger_ms=0,
            max_batch_size=256 * 1024,
            max_request_size=2 * 1024 * 1024,
            request_timeout_ms=20_000,
        )

    async def start(self) -> None:
        await self._producer.start()

    async def stop(self) -> None:
        await self._producer.stop()

    async def write(self, records: Iterable[OutputRecord]) -> dict[str, int]:
        """Write records in one transaction; gives the offset after the last one of each topic.

        Raises FencedError or WriteFailedError; then nothing may follow.
        """
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
