"""One batch for one partition, written and read as Kafka's produce request of version 7.

The format is https://kafka.apache.org/protocol.html#The_Messages_Produce. aiokafka writes and reads requests through
general schemas, which takes longer than all else that a small batch costs.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aiokafka.errors import IncompatibleBrokerVersion

API_KEY: Final = 0
API_VERSION: Final = 7
ALL_REPLICAS: Final = -1
_NO_STRING: Final = -1

_HEADER: Final = struct.Struct(">ihhih")
_SIZE_BYTES: Final = 4
_BEFORE_TOPIC: Final = struct.Struct(">hhiih")
_BEFORE_RECORDS: Final = struct.Struct(">iii")
_ANSWER: Final = struct.Struct(">iih")
_PARTITION: Final = struct.Struct(">iihqqq")


@dataclass(frozen=True, slots=True)
class ProduceAnswer:
    """What the broker said: an error code (0: none), and where and when it appended the batch.

    ``log_append_time_ms`` is -1 where the topic takes the producer's times instead of the broker's.
    """

    error_code: int
    base_offset: int
    log_append_time_ms: int

    @classmethod
    def decode(cls, frame: bytes) -> tuple[int, ProduceAnswer]:
        """Read an answer about one partition, and the number of its request; struct.error when it is none."""
        correlation_id, topics, name_length = _ANSWER.unpack_from(frame)
        at = _ANSWER.size + name_length
        partitions, _, error_code, base_offset, log_append_time_ms, _ = _PARTITION.unpack_from(frame, at)
        if topics != 1 or partitions != 1:
            raise struct.error("an answer about other partitions than the one that was sent")
        return correlation_id, cls(error_code, base_offset, log_append_time_ms)


class ProduceRequest:
    """A batch on its way to one partition."""

    __slots__ = ("_body",)

    def __init__(self, *, topic: bytes, partition: int, records: bytes, timeout_ms: int) -> None:
        self._body = b"".join(
            (
                _BEFORE_TOPIC.pack(_NO_STRING, ALL_REPLICAS, timeout_ms, 1, len(topic)),
                topic,
                _BEFORE_RECORDS.pack(1, partition, len(records)),
                records,
            )
        )

    def __repr__(self) -> str:
        return f"<ProduceRequest of {len(self._body)} bytes>"

    def framed(self, *, correlation_id: int, client_id: bytes) -> bytes:
        """Give the whole request as it goes out."""
        size = _HEADER.size - _SIZE_BYTES + len(client_id) + len(self._body)
        return b"".join(
            (_HEADER.pack(size, API_KEY, API_VERSION, correlation_id, len(client_id)), client_id, self._body)
        )


def check_versions(versions: Mapping[int, tuple[int, int]]) -> None:
    """Check that a broker speaks this version; ``versions`` are what it said for each API."""
    oldest, newest = versions.get(API_KEY, (-1, -1))
    if not oldest <= API_VERSION <= newest:
        raise IncompatibleBrokerVersion(f"the broker takes produce requests {oldest} to {newest}, not {API_VERSION}")
