"""What the runtime asks of a processor: a fold of one partition, and nothing about Kafka."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from keeptrusts.schemas.frozen import frozen


@frozen
class InputRecord:
    """One record of kt.events as the broker stored it; ``timestamp_ms`` is the broker's append time."""

    partition: int
    offset: int
    timestamp_ms: int
    value: bytes


@frozen
class OutputRecord:
    """One record a fold wants written; it goes to the partition of its input."""

    topic: str
    key: bytes
    value: bytes


@frozen
class Resume:
    """Where a fold that begins with a snapshot goes on: offsets in kt.events and in the topic of its own entries.

    ``next_entry`` may be too low, never too high: entries that the snapshot holds already are passed over.
    """

    next_input: int
    next_entry: int


class PartitionFold(Protocol):
    """A processor's state for one partition of kt.events.

    Everything that ``apply`` decides is in the entries it returns, and ``restore`` of those entries gives the same
    state again. Neither awaits, reads a clock or draws random numbers; both may raise only for a broken log.
    """

    @property
    def entry_topic(self) -> str:
        """The topic of this fold's own entries, from which it is restored."""
        ...

    def load(self, values: Iterable[bytes]) -> Resume | None:
        """Begin with the latest snapshot among the records of kt.state; None when there is none."""
        ...

    def snapshot(self, resume: Resume) -> Iterable[OutputRecord]:
        """Give the records of kt.state that a restart would begin with."""
        ...

    def restore(self, value: bytes) -> int:
        """Fold one of the own entries again, unless a snapshot holds it; gives the offset of the input it answered."""
        ...

    def apply(self, record: InputRecord) -> tuple[OutputRecord, ...]:
        """Fold one input in offset order; gives what is to be written, often nothing."""
        ...

    def progress(self, input_offset: int) -> tuple[OutputRecord, ...]:
        """Give the records that say how far this fold has come."""
        ...

    def heartbeat(self, input_offset: int) -> tuple[OutputRecord, ...]:
        """Give the sign of life to write each second; nothing for folds that need none."""
        ...

    def ticks(self, now_ms: int) -> tuple[OutputRecord, ...]:
        """Give the clock ticks to append to kt.events because a deadline passed and nothing newer came."""
        ...
