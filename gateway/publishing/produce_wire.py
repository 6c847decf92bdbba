"""One batch for one partition, written and read as Kafka's produce request of version 7.

The format is https://kafka.apache.org/protocol.html#The_Messages_Produce. aiokafka writes and reads requests through
general schemas, which takes longer than all else that a small batch costs; its connection takes this one all the same.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from io import BytesIO
from typing import ClassVar, Final

from aiokafka.errors import IncompatibleBrokerVersion

API_KEY: Final = 0
API_VERSION: Final = 7
ALL_REPLICAS: Final = -1
_NO_STRING: Final = -1

_HEADER: Final = struct.Struct(">hhih")
_BEFORE_TOPIC: Final = struct.Struct(">hhiih")
_BEFORE_RECORDS: Final = struct.Struct(">iii")
_ARRAY_AND_STRING: Final = struct.Struct(">ih")
_PARTITION: Final = struct.Struct(">iihqqq")
_INT32: Final = struct.Struct(">i")


class _Encoded(bytes):
    """Bytes that are asked to encode themselves."""

    __slots__ = ()

    def encode(self) -> bytes:
        return self


@dataclass(frozen=True, slots=True)
class _AnswerHead:
    correlation_id: int


@dataclass(frozen=True, slots=True)
class ProduceAnswer:
    """What the broker said: an error code (0: none), and where and when it appended the batch.

    ``log_append_time_ms`` is -1 where the topic takes the producer's times instead of the broker's.
    """

    error_code: int
    base_offset: int
    log_append_time_ms: int

    @classmethod
    def decode(cls, stream: BytesIO) -> ProduceAnswer:
        """Read the answer for one topic and one partition; struct.error when it is none."""
        data = stream.read()
        topics, name_length = _ARRAY_AND_STRING.unpack_from(data)
        at = _ARRAY_AND_STRING.size + name_length
        partitions, _, error_code, base_offset, log_append_time_ms, _ = _PARTITION.unpack_from(data, at)
        if topics != 1 or partitions != 1:
            raise struct.error("an answer about other partitions than the one that was sent")
        return cls(error_code, base_offset, log_append_time_ms)


class ProduceRequest:
    """A request for aiokafka's connection, which asks it for its form, its header and its bytes in turn."""

    __slots__ = ("_bytes",)

    RESPONSE_TYPE: ClassVar[type[ProduceAnswer]] = ProduceAnswer

    def __init__(self, *, topic: bytes, partition: int, records: bytes, timeout_ms: int) -> None:
        self._bytes = b"".join(
            (
                _BEFORE_TOPIC.pack(_NO_STRING, ALL_REPLICAS, timeout_ms, 1, len(topic)),
                topic,
                _BEFORE_RECORDS.pack(1, partition, len(records)),
                records,
            )
        )

    def __repr__(self) -> str:
        return f"<ProduceRequest of {len(self._bytes)} bytes>"

    def prepare(self, versions: dict[int, tuple[int, int]]) -> ProduceRequest:
        """Check that the broker speaks this version."""
        oldest, newest = versions.get(API_KEY, (-1, -1))
        if not oldest <= API_VERSION <= newest:
            raise IncompatibleBrokerVersion(
                f"the broker takes produce requests {oldest} to {newest}, not {API_VERSION}"
            )
        return self

    def build_request_header(self, *, correlation_id: int, client_id: str) -> _Encoded:
        """Give the header."""
        name = client_id.encode()
        return _Encoded(_HEADER.pack(API_KEY, API_VERSION, correlation_id, len(name)) + name)

    def encode(self) -> bytes:
        """Give the body."""
        return self._bytes

    def parse_response_header(self, stream: BytesIO) -> _AnswerHead:
        """Read whose answer it is."""
        return _AnswerHead(_INT32.unpack(stream.read(_INT32.size))[0])
