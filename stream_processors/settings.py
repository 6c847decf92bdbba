"""Settings of the processors, given by the composition root."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from types import MappingProxyType

from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.outbound import PUBLIC_ONLY, OutboundRules


@frozen
class ProcessorSettings:
    """Where the log is and how a worker behaves. Times are seconds unless named otherwise."""

    bootstrap: str
    data_dir: Path
    topic_prefix: str = ""
    application_id: str = "kt-processors"
    batch_size: int = 500
    """Most records of kt.events that one transaction answers."""
    batch_interval_s: float = 0.05
    """Least time between the beginnings of two transactions, unless a whole batch is waiting."""
    progress_interval_s: float = 0.1
    """Least time between two transactions that say only how far the fold has come."""
    snapshot_every: int = 50_000
    """Records of kt.events between two snapshots: a restart folds no more entries than these make."""
    heartbeat_s: float = 1.0
    transaction_timeout_ms: int = 30_000
    recovery_timeout_s: float = 300.0
    session_timeout_s: float = 10.0
    """After this long without a sign of life, a worker's partitions go to the others."""
    instance_id: str | None = None
    """A stable name of this worker: a restart under the same name gets its partitions back at once."""
    key_secrets: Mapping[int, bytes] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    """The installation's key secrets by version, of which the secrets of webhooks are derived."""
    outbound: OutboundRules = PUBLIC_ONLY
    """Where webhooks may lead."""
    ready_file: Path | None = None
    """Touched once every assigned partition has caught up; removed at start."""

    def topic(self, name: str) -> str:
        """Give the name of a topic under this installation's prefix."""
        return f"{self.topic_prefix}{name}"
