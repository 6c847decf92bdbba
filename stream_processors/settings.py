"""Settings of the processors, given by the composition root."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
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
    ready_file: Path | None = None
    """Touched once every assigned partition has caught up; removed at start."""

    def topic(self, name: str) -> str:
        """Give the name of a topic under this installation's prefix."""
        return f"{self.topic_prefix}{name}"
