"""Counters of the writer, as simple numbers; wiring shows them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class WriterMetrics:
    """Counts since the start. Each is only ever raised, by the writer's own task."""

    records: int = 0
    ranges: int = 0
    rows: int = 0
    replayed_ranges: int = 0
    unknown_types: int = 0
    dead_letters: int = 0
    repeated: int = 0
    insert_retries: int = 0
    lost_blocks: int = 0

    def snapshot(self) -> dict[str, int]:
        """Give every counter by name."""
        return {name: getattr(self, name) for name in self.__slots__}
