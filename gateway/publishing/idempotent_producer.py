"""Sends batches to Kafka so that each is appended once, however often it had to be sent.

The producer has an id from the broker and numbers the records of each partition. A batch is repeated with the numbers
it had until the broker says what became of it; the broker recognizes numbers that it has already. One batch a
partition is on its way at a time, so order is never in question. (https://kafka.apache.org/documentation/#semantics)
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

import msgspec
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

from keeptrusts.gateway.publishing.produce_connection import CLIENT_ID, Answered, ProduceConnection, connect
from keeptrusts.gateway.publishing.produce_wire import ProduceAnswer, ProduceRequest

logger = logging.getLogger(__name__)

REQUEST_TIMEOUT_MS: Final = 10_000
BACKOFF_S: Final = 0.1
GIVE_UP_S: Final = 60.0
"""After so long without an answer about a batch, nothing is known about it, and the producer cannot go on."""
START_S: Final = 10.0
_SEQUENCES: Final = 2**31
_LARGEST_BATCH: Final = 2**30


class Batch(msgspec.Struct, eq=False):
    """Records for one partition, in order."""

    builder: Any = msgspec.field(
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
    """One incarnation; once a batch has failed it must be replaced, as the broker's memory and ours may differ."""

    def __init__(self, *, client: AIOKafkaClient, topic: str, producer_id: int, epoch: int) -> None:
        self._client = client
        self._topic = topic
        self._encoded_topic = topic.encode()
        self._producer_id = producer_id
        self._epoch = epoch
        self._loop = asyncio.get_running_loop()
        self._sequences: dict[int, int] = {}
        self._connections: dict[int, ProduceConnection] = {}
        self._repeats: set[asyncio.Task[None]] = set()
        self._stopped = False

    def send(self, batch: Batch, partition: int, done: Answered) -> None:
        """Append a batch and tell ``done`` where it begins. One batch a partition at a time.

        ``done`` gets a KafkaError when the broker refuses the batch for good, or says nothing about it for GIVE_UP_S:
        it may be in the log then, now or later.
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
        give_up_at = self._loop.time() + GIVE_UP_S

        def answered(answer: ProduceAnswer | KafkaError) -> None:
            outcome = _outcome(answer)
            if isinstance(outcome, KafkaError) and outcome.retriable and not self._stopped:
                self._repeat(request, partition, outcome, give_up_at, done)
            else:
                done(outcome)

        connection = self._connections.get(self._leader(partition))
        if connection is None or connection.closed:
            self._repeat(request, partition, None, give_up_at, done)
        else:
            connection.send(request, answered)

    async def stop(self) -> None:
        """Close all connections; whoever waits for an answer is told so."""
        self._stopped = True
        for repeat in self._repeats:
            repeat.cancel()
        for connection in self._connections.values():
            connection.close()
        await self._client.close()

    def _leader(self, partition: int) -> int:
        """Give the node that takes a partition's batches; -1 where there is none now."""
        leader: int | None = self._client.cluster.leader_for_partition(TopicPartition(self._topic, partition))
        return -1 if leader is None else leader

    def _repeat(
        self, request: ProduceRequest, partition: int, failed: KafkaError | None, give_up_at: float, done: Answered
    ) -> None:
        repeat = asyncio.create_task(self._until_answered(request, partition, failed, give_up_at, done))
        self._repeats.add(repeat)
        repeat.add_done_callback(self._repeats.discard)

    async def _until_answered(
        self, request: ProduceRequest, partition: int, failed: KafkaError | None, give_up_at: float, done: Answered
    ) -> None:
        """Send a batch that ``failed``, or has not been sent for want of a connection, until the broker answers."""
        told: type[KafkaError] | None = None
        while True:
            if failed is not None:
                if told is not type(failed):
                    logger.warning("the log did not take a batch (%s); sending it until it does", type(failed).__name__)
                    told = type(failed)
                if failed.invalid_metadata:
                    self._client.force_metadata_update()
                await asyncio.sleep(BACKOFF_S)
            outcome = await self._once(request, partition)
            if not isinstance(outcome, KafkaError) or not outcome.retriable:
                if told is not None and not isinstance(outcome, KafkaError):
                    logger.warning("the log takes batches again")
                done(outcome)
                return
            if self._loop.time() >= give_up_at:
                done(KafkaTimeoutError())
                return
            failed = outcome

    async def _once(self, request: ProduceRequest, partition: int) -> ProduceAnswer | KafkaError:
        leader = self._leader(partition)
        if leader == -1:
            return UnknownTopicOrPartitionError()
        try:
            connection = await self._connection(leader)
        except KafkaError as error:
            return error
        answer: asyncio.Future[ProduceAnswer | KafkaError] = self._loop.create_future()
        connection.send(request, lambda found: None if answer.done() else answer.set_result(found))
        return _outcome(await answer)

    async def _connection(self, node: int) -> ProduceConnection:
        connection = self._connections.get(node)
        if connection is None or connection.closed:
            made = await connect(self._client, node, timeout_s=REQUEST_TIMEOUT_MS / 1e3)
            other = self._connections.get(node)
            if other is not None and not other.closed:  # another partition's batch was faster
                made.close()
                return other
            connection = self._connections[node] = made
        return connection


def _outcome(answer: ProduceAnswer | KafkaError) -> ProduceAnswer | KafkaError:
    """Say what an answer means: itself where the batch is in the log, else the error."""
    if isinstance(answer, KafkaError) or answer.error_code == NoError.errno:
        return answer
    error: type[KafkaError] = for_code(answer.error_code)
    if error is DuplicateSequenceNumber:
        # It is in the log, but so far back that the broker does not remember where.
        return KafkaTimeoutError()
    return error()


async def start_producer(*, bootstrap: str, topic: str) -> IdempotentProducer:
    """Connect and get a producer id. Raises KafkaError when the broker does not answer within START_S."""
    client = AIOKafkaClient(
        bootstrap_servers=bootstrap,
        client_id=CLIENT_ID,
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
