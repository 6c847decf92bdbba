"""Sends batches to Kafka so that each is appended once, however often it had to be sent.

The producer has an id from the broker and numbers the records of each partition. A batch is repeated with the numbers
it had until the broker says what became of it; the broker recognizes numbers that it has already. One batch a
partition is on its way at a time, so order is never in question. (https://kafka.apache.org/documentation/#semantics)
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Any, Final

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import (
    DuplicateSequenceNumber,
    KafkaError,
    KafkaTimeoutError,
    NoError,
    UnknownTopicOrPartitionError,
    for_code,
)
from aiokafka.protocol.transaction import InitProducerIdRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.structs import TopicPartition

from keeptrusts.gateway.publishing.produce_wire import ProduceAnswer, ProduceRequest

logger = logging.getLogger(__name__)

REQUEST_TIMEOUT_MS: Final = 10_000
BACKOFF_S: Final = 0.1
GIVE_UP_S: Final = 60.0
"""After so long without an answer about a batch, nothing is known about it, and the producer cannot go on."""
START_S: Final = 10.0
_SEQUENCES: Final = 2**31
_LARGEST_BATCH: Final = 2**30


@dataclass(slots=True, eq=False)
class Batch:
    """Records for one partition, in order."""

    builder: Any = field(
        default_factory=lambda: DefaultRecordBatchBuilder(
            magic=2,
            compression_type=0,
            is_transactional=0,
            producer_id=-1,
            producer_epoch=-1,
            base_sequence=0,
            batch_size=_LARGEST_BATCH,
        )
    )
    count: int = 0

    def add(self, key: bytes, value: bytes, timestamp_ms: int) -> None:
        """Add a record. ``timestamp_ms`` is the producer's; the broker replaces it where it keeps its own time."""
        self.builder.append(self.count, timestamp_ms, key=key, value=value, headers=[])
        self.count += 1


class IdempotentProducer:
    """One incarnation; after an error of ``send`` it must be replaced, as the broker's memory and ours may differ."""

    def __init__(self, *, client: AIOKafkaClient, topic: str, producer_id: int, epoch: int) -> None:
        self._client = client
        self._topic = topic
        self._encoded_topic = topic.encode()
        self._producer_id = producer_id
        self._epoch = epoch
        self._sequences: dict[int, int] = {}

    async def send(self, batch: Batch, partition: int) -> ProduceAnswer:
        """Append a batch; gives where it begins. One call a partition at a time.

        Raises KafkaError when the broker refuses it for good, or says nothing about it for GIVE_UP_S: it may be in the
        log then, now or later.
        """
        sequence = self._sequences.get(partition, 0)
        batch.builder.set_producer_state(self._producer_id, self._epoch, sequence)
        request = ProduceRequest(
            topic=self._encoded_topic,
            partition=partition,
            records=bytes(batch.builder.build()),
            timeout_ms=REQUEST_TIMEOUT_MS,
        )
        self._sequences[partition] = (sequence + batch.count) % _SEQUENCES
        return await self._until_answered(request, TopicPartition(self._topic, partition))

    async def stop(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def _until_answered(self, request: ProduceRequest, place: TopicPartition) -> ProduceAnswer:
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + GIVE_UP_S
        while True:
            try:
                return await self._once(request, place)
            except KafkaError as error:
                if not error.retriable:
                    raise
                if loop.time() >= give_up_at:
                    raise KafkaTimeoutError from error
                logger.warning("the log did not take a batch (%s); sending it again", type(error).__name__)
                if error.invalid_metadata:
                    self._client.force_metadata_update()
                await asyncio.sleep(BACKOFF_S)

    async def _once(self, request: ProduceRequest, place: TopicPartition) -> ProduceAnswer:
        leader = self._client.cluster.leader_for_partition(place)
        if leader is None or leader == -1:
            raise UnknownTopicOrPartitionError
        answer: ProduceAnswer = await self._client.send(leader, request)
        if answer.error_code == NoError.errno:
            return answer
        error = for_code(answer.error_code)
        if error is DuplicateSequenceNumber:
            # It is in the log, but so far back that the broker does not remember where.
            raise KafkaTimeoutError
        raise error


async def start_producer(*, bootstrap: str, topic: str) -> IdempotentProducer:
    """Connect and get a producer id. Raises KafkaError when the broker does not answer within START_S."""
    client = AIOKafkaClient(
        bootstrap_servers=bootstrap,
        client_id="keeptrusts",
        request_timeout_ms=REQUEST_TIMEOUT_MS,
        retry_backoff_ms=int(BACKOFF_S * 1_000),
    )
    try:
        async with asyncio.timeout(START_S):
            await client.bootstrap()
            await client.set_topics([topic])
            producer_id, epoch = await _producer_id(client)
    except TimeoutError:
        await client.close()
        raise KafkaTimeoutError from None
    except BaseException:
        await client.close()
        raise
    return IdempotentProducer(client=client, topic=topic, producer_id=producer_id, epoch=epoch)


async def _producer_id(client: AIOKafkaClient) -> tuple[int, int]:
    """Ask for an id until the broker gives one; the caller bounds the time."""
    while True:
        node = client.get_random_node()
        if node is not None:
            answer = await client.send(node, InitProducerIdRequest(transactional_id=None, transaction_timeout_ms=0))
            error = for_code(answer.error_code)
            if error is NoError:
                return answer.producer_id, answer.producer_epoch
            if not error.retriable:
                raise error
        await asyncio.sleep(BACKOFF_S)
