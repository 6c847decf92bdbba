"""What the writer, the store and the query API need to know; read from arguments, never from the environment."""

from __future__ import annotations

from dataclasses import field
from types import MappingProxyType
from typing import Final

from keeptrusts.schemas import topics
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.standstill import LOOK_S

EMBEDDED_PREFIX: Final = "chdb://"


@frozen
class StoreSettings:
    """Where the tables are: ``chdb:///path`` (embedded, one process owns it) or ``http(s)://user:password@host:port``."""

    dsn: str
    database: str = "keeptrusts"
    read_threads: int = 4
    write_threads: int = 2
    query_seconds: int = 10
    query_memory_bytes: int = 2 * 1024**3
    result_rows: int = 200_000

    @property
    def embedded(self) -> bool:
        return self.dsn.startswith(EMBEDDED_PREFIX)


@frozen
class KafkaSettings:
    """How to reach the log. ``topic_prefix`` is put before every topic and group name; tests use one each."""

    bootstrap: str
    topic_prefix: str = ""
    client: MappingProxyType[str, object] = field(default_factory=lambda: MappingProxyType({}))
    """Further options of every Kafka client, such as TLS and SASL."""

    def topic(self, topic: topics.Topic) -> str:
        return self.topic_prefix + topic.name


@frozen
class WriterSettings:
    """How the writer moves records: batch window and size, and when it gives up."""

    kafka: KafkaSettings
    group: str = "kt-writer"
    window_ms: int = 50
    step_interval_ms: int = 300
    """Least time between the beginnings of two steps unless a whole batch is waiting: a step's cost hardly grows."""
    max_records: int = 5_000
    fetch_bytes: int = 4 * 1024 * 1024
    max_in_flight: int = 20_000
    heartbeat_seconds: float = 2.0
    start_seconds: float = 60.0
    retry_seconds: float = 60.0
    look_seconds: float = LOOK_S
    """How often it is looked whether the reading stands still."""
    max_dead_letters_in_a_row: int = 100

    @property
    def group_id(self) -> str:
        return self.kafka.topic_prefix + self.group


@frozen
class QuerySettings:
    """Bounds of the query API."""

    directory_seconds: float = 1.0
    position_wait_seconds: float = 5.0
    position_poll_seconds: float = 0.05
    stream_poll_seconds: float = 0.1
    bookmark_seconds: float = 5.0
    stream_limit: int = 200
    stream_batch: int = 500
