"""What a publisher has sent so far, and how long the log took to acknowledge it: plain integers for metrics."""

from __future__ import annotations

from dataclasses import dataclass, field

from keeptrusts.gateway.durations import Durations


@dataclass(slots=True)
class LogFigures:
    """Kept over replaced producers. ``acks`` are the times from handing a batch over to its acknowledgement."""

    batches: int = 0
    records: int = 0
    failed_batches: int = 0
    renewals: int = 0
    acks: Durations = field(default_factory=Durations)

    def acknowledged(self, records: int, elapsed_ns: int) -> None:
        """Count a batch that the log has taken."""
        self.batches += 1
        self.records += records
        self.acks.add(elapsed_ns)
