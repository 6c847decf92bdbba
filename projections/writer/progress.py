"""How far each topic is written, as a position in kt.events, and the rows that say so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

import orjson

from keeptrusts.projections.projectors.place import DerivedRecord
from keeptrusts.schemas import topics
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.positions import parse_position
from keeptrusts.schemas.snapshots.adoption import AdoptionEntry
from keeptrusts.schemas.snapshots.directory import Heartbeat
from keeptrusts.schemas.snapshots.grants import LedgerProgress
from keeptrusts.schemas.snapshots.ledger import Entry
from keeptrusts.schemas.snapshots.outcomes import IntentOutcome

TABLE: Final = "writer_progress"
FOLLOWERS: Final[Mapping[Literal["authority", "adoption"], tuple[str, ...]]] = MappingProxyType(
    {
        "authority": (topics.LEDGER.name, topics.DIRECTORY.name, topics.OUTCOMES.name),
        "adoption": (topics.ADOPTION.name,),
    }
)
"""Whose progress moves which topics."""

Place = tuple[str, int]
"""Topic (without prefix) and partition."""


@dataclass(slots=True)
class _State:
    position: int = -1
    source_offset: int = -1
    delay_ms: int = 0


@frozen
class Waiting:
    """A position that holds once the topic is read up to ``end``."""

    position: int
    end: int


@dataclass(slots=True)
class Progress:
    """The positions of every topic partition; the writer's own task changes them, others only look."""

    partitions: Mapping[str, int]
    _states: dict[Place, _State] = field(default_factory=dict)
    _waiting: dict[Place, Waiting] = field(default_factory=dict)
    _moved: set[Place] = field(default_factory=set)
    _busy: set[Place] = field(default_factory=set)
    written_ms: int = 0
    beaten_ms: int = 0

    def __post_init__(self) -> None:
        for topic, count in self.partitions.items():
            for partition in range(count):
                self._states[(topic, partition)] = _State()

    def restore(self, rows: Iterable[tuple[str, int, int, int]]) -> None:
        """Go on from rows (topic, partition, position, source offset) of an earlier writer."""
        for topic, partition, position, source_offset in rows:
            state = self._states.get((topic, partition))
            if state is not None:
                state.position, state.source_offset = position, source_offset

    def wrote(self, topic: str, partition: int, *, last: int, position: int | None, delay_ms: int) -> None:
        """Note that a range is written, and the position in kt.events that it proves (None: nothing)."""
        place = (topic, partition)
        state = self._states[place]
        state.source_offset = max(state.source_offset, last)
        state.delay_ms = max(0, delay_ms)
        self._busy.add(place)
        if position is not None:
            self._move(place, position)

    def committed(self, topic: str, partition: int, last: int) -> None:
        """Note from Kafka's own memory the last record of a topic that is written for certain (-1: none)."""
        self._states[(topic, partition)].source_offset = last

    def moved(self) -> tuple[Place, ...]:
        """Give the places whose position moved since the last call."""
        places, self._moved = tuple(sorted(self._moved)), set()
        return places

    def beat(self) -> None:
        """Note that time passed: where nothing was written since the last beat, nothing is delayed."""
        for place, state in self._states.items():
            if place not in self._busy:
                state.delay_ms = 0
        self._busy.clear()

    def _move(self, place: Place, position: int) -> None:
        state = self._states[place]
        if position > state.position:
            state.position = position
            self._moved.add(place)

    def expect(self, topic: str, partition: int, waiting: Waiting) -> None:
        """Note a position that a processor has reached; it counts when the topic is read up to that end."""
        if self._states[(topic, partition)].position < waiting.position:
            self._waiting[(topic, partition)] = waiting

    @property
    def awaited(self) -> Sequence[Place]:
        return tuple(self._waiting)

    def reached(self, topic: str, partition: int, offset: int) -> None:
        """Note how far a topic is read, which may make an awaited position true."""
        waiting = self._waiting.get((topic, partition))
        if waiting is not None and offset >= waiting.end:
            del self._waiting[(topic, partition)]
            self._move((topic, partition), waiting.position)

    def position(self, topic: str, partition: int) -> int:
        return self._states[(topic, partition)].position

    def source_offset(self, topic: str, partition: int) -> int:
        """Give the offset of the last record of the topic itself that is written (-1: none)."""
        return self._states[(topic, partition)].source_offset

    def positions(self) -> dict[str, dict[int, int]]:
        """Give topic -> partition -> position in kt.events (-1: nothing yet)."""
        found: dict[str, dict[int, int]] = {}
        for (topic, partition), state in sorted(self._states.items()):
            found.setdefault(topic, {})[partition] = state.position
        return found

    def delay_ms(self) -> int:
        """Give the delay of the newest records: from the broker's append to being visible."""
        return max((state.delay_ms for state in self._states.values()), default=0)

    def lines(self, places: Iterable[Place], now_ms: int) -> bytes:
        """Give the rows of these partitions."""
        return b"\n".join(
            orjson.dumps(
                {
                    "topic": place[0], "partition": place[1], "partitions": self.partitions[place[0]],
                    "position": self._states[place].position, "source_offset": self._states[place].source_offset,
                    "delay_ms": self._states[place].delay_ms, "written_ms": now_ms,
                }
            )
            for place in places
        )  # fmt: skip

    def all_places(self) -> tuple[Place, ...]:
        return tuple(self._states)


def proven_position(topic: str, partition: int, last: int, derived: Sequence[DerivedRecord]) -> int | None:
    """Give the position in kt.events up to which a topic is complete once this range of it is written.

    An entry proves everything before its cause, and the cause itself: one input gives one entry at most, and its
    records come in one transaction. A heartbeat says it outright.
    """
    if topic == topics.EVENTS.name:
        return last
    proven: int | None = None
    for item in derived:
        record = item.record
        offset: int | None = None
        if isinstance(record, Entry | AdoptionEntry):
            offset = record.cause.offset if record.cause.partition == partition else None
        elif isinstance(record, Heartbeat):
            offset = record.input_offset if record.partition == partition else None
        elif isinstance(record, IntentOutcome):
            cause = parse_position(record.position)
            offset = cause.offset if cause.partition == partition else None
        if offset is not None:
            proven = offset if proven is None else max(proven, offset)
    return proven


def newest_progress(derived: Sequence[DerivedRecord]) -> dict[tuple[str, int], int]:
    """Give (processor, partition) -> the largest input offset that these records of kt.grants name."""
    newest: dict[tuple[str, int], int] = {}
    for item in derived:
        record = item.record
        if isinstance(record, LedgerProgress):
            key = (record.processor, record.partition)
            newest[key] = max(newest.get(key, -1), record.input_offset)
    return newest
