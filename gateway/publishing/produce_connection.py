"""One connection to a partition's leader that carries nothing but produce requests.

aiokafka makes it: address, TLS, authentication and the broker's versions are its business. Then the bytes that arrive
are read here and each answer goes straight to whoever waits for it: aiokafka's way of the same wakes two tasks and
makes three futures for each batch.
"""

from __future__ import annotations

import asyncio
import struct
from collections import deque
from collections.abc import Callable
from typing import Final

from aiokafka.client import AIOKafkaClient
from aiokafka.conn import AIOKafkaConnection, create_conn
from aiokafka.errors import (
    CorrelationIdError,
    KafkaConnectionError,
    KafkaError,
    NodeNotReadyError,
    RequestTimedOutError,
)

from keeptrusts.gateway.publishing.produce_wire import ProduceAnswer, ProduceRequest, check_versions

Answered = Callable[[ProduceAnswer | KafkaError], None]
"""Called once: with the broker's answer, or with why there is none."""

CLIENT_ID: Final = "keeptrusts"
_ENCODED_CLIENT_ID: Final = CLIENT_ID.encode()
LARGEST_ANSWER: Final = 64 * 1024
_SIZE: Final = struct.Struct(">i")
_CORRELATIONS: Final = 2**31


class ProduceConnection(asyncio.Protocol):
    """Answers come in the order of the requests; after any doubt about that the connection is closed."""

    def __init__(self, connection: AIOKafkaConnection, transport: asyncio.Transport, timeout_s: float) -> None:
        self._connection = connection
        self._transport = transport
        self._timeout_s = timeout_s
        self._loop = asyncio.get_running_loop()
        self._buffer = b""
        self._waiting: deque[tuple[int, Answered]] = deque()
        self._correlation = 0
        self._timer: asyncio.TimerHandle | None = None
        self._closed: KafkaError | None = None

    @property
    def closed(self) -> bool:
        """Whether it takes no further request."""
        return self._closed is not None

    def send(self, request: ProduceRequest, answered: Answered) -> None:
        """Send a request. ``answered`` is told within the timeout; before this returns if the connection is closed."""
        if self._closed is not None:
            answered(self._closed)
            return
        self._correlation = (self._correlation + 1) % _CORRELATIONS
        self._waiting.append((self._correlation, answered))
        if self._timer is None:
            self._timer = self._loop.call_later(self._timeout_s, self._late, self._correlation)
        self._transport.write(request.framed(correlation_id=self._correlation, client_id=_ENCODED_CLIENT_ID))

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        at = 0
        while len(buffer) - at >= _SIZE.size:
            (size,) = _SIZE.unpack_from(buffer, at)
            if not 0 < size <= LARGEST_ANSWER or not self._waiting:
                self._end(CorrelationIdError())
                return
            if len(buffer) - at - _SIZE.size < size:
                break
            self._answer(buffer[at + _SIZE.size : at + _SIZE.size + size])
            at += _SIZE.size + size
        self._buffer = buffer[at:]

    def eof_received(self) -> None:
        self._end(KafkaConnectionError("the broker closed the connection"))

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(KafkaConnectionError("the connection to the broker broke"))

    def close(self) -> None:
        """Close it; whoever still waits is told so."""
        self._end(KafkaConnectionError("closed by us"))

    def _answer(self, frame: bytes) -> None:
        expected, answered = self._waiting[0]
        try:
            correlation, answer = ProduceAnswer.decode(frame)
        except struct.error:
            correlation = -1
        if correlation != expected:
            self._end(CorrelationIdError())
            return
        self._waiting.popleft()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiting:
            self._timer = self._loop.call_later(self._timeout_s, self._late, self._waiting[0][0])
        answered(answer)

    def _late(self, correlation: int) -> None:
        self._timer = None
        if self._waiting and self._waiting[0][0] == correlation:
            self._end(RequestTimedOutError())

    def _end(self, error: KafkaError) -> None:
        if self._closed is not None:
            return
        self._closed = error
        if self._timer is not None:
            self._timer.cancel()
        self._buffer = b""
        self._connection.close()
        waiting, self._waiting = self._waiting, deque()
        for _, answered in waiting:
            answered(error)


async def connect(client: AIOKafkaClient, node: int, *, timeout_s: float) -> ProduceConnection:
    """Connect to a broker of the cluster. Raises KafkaError when it cannot be reached within ``timeout_s``."""
    broker = client.cluster.broker_metadata(node)
    if broker is None:
        raise NodeNotReadyError(f"the cluster does not know node {node}")
    try:
        async with asyncio.timeout(timeout_s):
            connection = await create_conn(
                broker.host, broker.port, client_id=CLIENT_ID, request_timeout_ms=int(timeout_s * 1_000)
            )
    except (OSError, TimeoutError) as error:
        raise KafkaConnectionError(f"node {node} cannot be reached ({type(error).__name__})") from error
    try:
        check_versions(connection._versions)
    except KafkaError:
        connection.close()
        raise
    return _taken_over(connection, timeout_s)


def _taken_over(connection: AIOKafkaConnection, timeout_s: float) -> ProduceConnection:
    """Read a connection's bytes from here on. Nothing is on its way: the last answer of the handshake has been read."""
    transport = connection._writer.transport
    connection._read_task.cancel()
    ours = ProduceConnection(connection, transport, timeout_s)
    transport.set_protocol(ours)
    return ours
