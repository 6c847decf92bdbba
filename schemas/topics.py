"""Every Kafka topic: who writes it, how it is keyed and cleaned, and what each mode demands of it."""

from __future__ import annotations

from dataclasses import field
from types import MappingProxyType
from typing import Final, Literal

from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.remembered import remembered

Mode = Literal["single-node", "cluster"]
Cleanup = Literal["keep", "compact", "delete"]

DAY_MS: Final = 24 * 3600 * 1000
MAX_RECORD_BYTES: Final = 1_000_000
"""The largest record anybody may send; checked before sending (a larger one poisons an idempotent producer)."""
PARTITIONS_SINGLE_NODE: Final = 4
PARTITIONS_CLUSTER: Final = 12


@frozen
class Topic:
    """One topic: its name, its writers, its key and how long records live."""

    name: str
    written_by: tuple[str, ...]
    key: str
    content: str
    cleanup: Cleanup
    retention_ms: int | None = None
    by_ledger: bool = True
    broker_time: bool = False
    extra: MappingProxyType[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def settings(self, mode: Mode) -> dict[str, str]:
        """Give the topic configuration that this mode needs, as Kafka spells it."""
        settings = {
            "cleanup.policy": "compact" if self.cleanup == "compact" else "delete",
            "retention.ms": str(self.retention_ms) if self.retention_ms is not None else "-1",
            "retention.bytes": "-1",
            "max.message.bytes": str(MAX_RECORD_BYTES + 48_576),
            "min.insync.replicas": "2" if mode == "cluster" else "1",
            "unclean.leader.election.enable": "false",
        }
        if self.cleanup == "compact":
            settings |= {"segment.ms": "3600000", "max.compaction.lag.ms": str(DAY_MS // 24), "retention.ms": "-1"}
        if self.broker_time:
            settings["message.timestamp.type"] = "LogAppendTime"
        return settings | dict(self.extra)


EVENTS: Final = Topic(
    name="kt.events",
    written_by=("gateway", "command-api", "processors"),
    key="ledger",
    content="every decision and every intent; the source of truth",
    cleanup="keep",
    broker_time=True,
)
LEDGER: Final = Topic(
    name="kt.ledger",
    written_by=("authority",),
    key="ledger",
    content="one entry per relevant record: postings, changes, outcome, hash chain",
    cleanup="keep",
)
STATE: Final = Topic(
    name="kt.state",
    written_by=("authority", "adoption"),
    key="processor/ledger/kind/id",
    content="snapshots for restart",
    cleanup="compact",
)
DIRECTORY: Final = Topic(
    name="kt.directory",
    written_by=("authority",),
    key="org/kind/id",
    content="organizations, teams, members, keys (hashes only), which wallets exist; a heartbeat each second",
    cleanup="compact",
    broker_time=True,
)
CONFIGURATIONS: Final = Topic(
    name="kt.configurations",
    written_by=("authority",),
    key="org/kind/id",
    content="templates, versions, what is deployed where; a heartbeat each second",
    cleanup="compact",
)
GRANTS: Final = Topic(
    name="kt.grants",
    written_by=("authority", "adoption"),
    key="ledger",
    content="the gateways' inbox: leases, shares, tickets, verdicts and progress",
    cleanup="delete",
    retention_ms=DAY_MS,
)
OUTCOMES: Final = Topic(
    name="kt.outcomes",
    written_by=("authority",),
    key="ledger",
    content="accepted or rejected, for each intent, with the reason",
    cleanup="delete",
    retention_ms=7 * DAY_MS,
)
ESCALATIONS: Final = Topic(
    name="kt.escalations",
    written_by=("authority",),
    key="org",
    content="opened, claimed, released, breached, resolved, expired",
    cleanup="keep",
)
WEBHOOKS: Final = Topic(
    name="kt.webhooks",
    written_by=("deliverer",),
    key="org",
    content="messages to webhooks: queued, each attempt, delivered or failed; how far kt.escalations was read",
    cleanup="delete",
    retention_ms=7 * DAY_MS,
)
ADOPTION: Final = Topic(
    name="kt.adoption",
    written_by=("adoption",),
    key="org",
    content="first call, active day, model adopted, phase reached",
    cleanup="keep",
)
CONTENT: Final = Topic(
    name="kt.content",
    written_by=("gateway",),
    key="org/subject/id",
    content="captured or held content, encrypted with a key per data subject and period",
    cleanup="keep",
    by_ledger=False,
)
SUBJECT_KEYS: Final = Topic(
    name="kt.subjectkeys",
    written_by=("gateway", "command-api"),
    key="org/subject/period/key",
    content="wrapped content keys; erasure and expiry destroy them",
    cleanup="compact",
    by_ledger=False,
    extra=MappingProxyType(  # what a tombstone destroys is gone from the files within half an hour
        {"segment.ms": "600000", "max.compaction.lag.ms": "600000", "min.cleanable.dirty.ratio": "0.01"}
    ),
)
CHECKPOINTS: Final = Topic(
    name="kt.checkpoints",
    written_by=("authority",),
    key="partition",
    content="signed Merkle heads",
    cleanup="keep",
)
DEAD_LETTERS: Final = Topic(
    name="kt.deadletters",
    written_by=("writer", "processors"),
    key="source topic",
    content="records that could not be decoded, whole, with the error",
    cleanup="keep",
    by_ledger=False,
    extra=MappingProxyType({"max.message.bytes": str(2 * MAX_RECORD_BYTES)}),  # base64 makes a record a third larger
)

ALL: Final = (
    EVENTS, LEDGER, STATE, DIRECTORY, CONFIGURATIONS, GRANTS, OUTCOMES,
    ESCALATIONS, WEBHOOKS, ADOPTION, CONTENT, SUBJECT_KEYS, CHECKPOINTS, DEAD_LETTERS,
)  # fmt: skip


def replication(mode: Mode) -> int:
    """Give the replication factor that a mode needs."""
    return 3 if mode == "cluster" else 1


def partition_of(ledger: str, partitions: int) -> int:
    """Give the partition of a ledger: murmur2 of its name, as every Kafka client's default partitioner does."""
    return _hashed(ledger) % partitions


def _murmur2(data: bytes) -> int:
    """Compute the 32-bit murmur2 hash with Kafka's seed (org.apache.kafka.common.utils.Utils.murmur2)."""
    mask, m = 0xFFFFFFFF, 0x5BD1E995
    length = len(data)
    h = (0x9747B28C ^ length) & mask
    for start in range(0, length & ~3, 4):
        k = int.from_bytes(data[start : start + 4], "little")
        k = k * m & mask
        k = (k ^ (k >> 24)) * m & mask
        h = (h * m & mask) ^ k
    tail = data[length & ~3 :]
    if tail:
        h = (h ^ int.from_bytes(tail, "little")) * m & mask
    h = (h ^ (h >> 13)) * m & mask
    return h ^ (h >> 15)


@remembered(most=65_536)
def _hashed(ledger: str) -> int:
    return _murmur2(ledger.encode()) & 0x7FFFFFFF
