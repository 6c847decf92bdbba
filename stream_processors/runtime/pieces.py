"""Snapshots in pieces: a state as sections of items, of which only what has changed is written again.

A section is a sequence of items in their order; a piece is so many of them. A state that mostly grows at its end, as
people and accounts do, costs one piece a snapshot, however large it is. A piece that no record could hold, as of many
long texts, goes into several: the head says into how many.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import orjson

from keeptrusts.schemas import topics
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.codec import decode_as, encode_derived
from keeptrusts.schemas.snapshots.content import StateSnapshot
from keeptrusts.stream_processors.runtime.protocol import OutputRecord, Resume

Sections = Mapping[str, Sequence[Any]]
"""Section -> its items, which JSON can say: numbers, texts, lists, dataclasses, records."""

ITEMS_A_PIECE: Final = 500
MOST_BYTES: Final = topics.MAX_RECORD_BYTES - 100_000
"""What a record holds beside its envelope."""
HEAD: Final = "head"
PARTITION: Final = "_partition"
"""The ledger name of the piece that says where the partition's readers go on."""


@dataclass(slots=True)
class SnapshotWriter:
    """Remembers what of a partition's state has been written, and gives the records that bring it up to date.

    ``growing`` names the sections whose items are never changed in place, so that equal ones need no encoding.
    """

    processor: Literal["authority", "adoption"]
    growing: frozenset[str]
    _written: dict[tuple[str, str], tuple[Any, ...]] = field(default_factory=dict)
    _records: dict[tuple[str, str], int] = field(default_factory=dict)
    """Ledger and place of a piece -> how many records hold it."""

    def ledger(self, ledger: str, seq: int, input_offset: int, sections: Sections) -> Iterable[OutputRecord]:
        """Give one ledger's head and its pieces, of ``growing`` sections only those that have changed."""
        counts = {name: -(-len(items) // ITEMS_A_PIECE) for name, items in sections.items()}
        for name, items in sections.items():
            for part in range(counts[name]):
                piece = tuple(items[part * ITEMS_A_PIECE : (part + 1) * ITEMS_A_PIECE])
                place = (ledger, f"{name}/{part}")
                if name in self.growing:
                    if self._written.get(place) == piece:
                        continue
                    self._written[place] = piece
                states = _fitting(piece)
                self._records[place] = len(states)
                for number, state in enumerate(states):
                    yield self._record(ledger, seq, input_offset, _nth(place[1], number), part, counts[name], state)
        places = [f"{name}/{part}" for name in sections for part in range(counts[name])]
        several = {place: count for place in places if (count := self._records[(ledger, place)]) > 1}
        head = _encoded({"seq": seq, "sections": counts} | ({"records": several} if several else {}))
        yield self._record(ledger, seq, input_offset, HEAD, 0, 1, head)

    def partition(self, resume: Resume) -> OutputRecord:
        """Give the record that says where reading goes on after this snapshot."""
        state = _encoded({"next_input": resume.next_input, "next_entry": resume.next_entry})
        return self._record(PARTITION, 0, resume.next_input - 1, HEAD, 0, 1, state)

    def _record(
        self, ledger: str, seq: int, input_offset: int, name: str, part: int, parts: int, state: bytes
    ) -> OutputRecord:
        snapshot = StateSnapshot(
            processor=self.processor,
            ledger=ledger,
            seq=seq,
            input_offset=input_offset,
            part=part,
            parts=parts,
            state=state.decode(),
            name=name,
        )
        key = f"{self.processor}/{ledger}/{name}".encode()
        return OutputRecord(topic=topics.STATE.name, key=key, value=encode_derived(snapshot))


@dataclass(slots=True)
class SnapshotReader:
    """Collects the latest pieces of one processor from kt.state, and gives whole states."""

    processor: Literal["authority", "adoption"]
    _pieces: dict[str, dict[str, str]] = field(default_factory=dict)

    def take(self, value: bytes) -> None:
        """Take in one record of the topic; those of other processors are passed over."""
        snapshot = decode_as(StateSnapshot, value)
        if snapshot.processor == self.processor and snapshot.name is not None:
            self._pieces.setdefault(snapshot.ledger, {})[snapshot.name] = snapshot.state

    def resume(self) -> Resume | None:
        """Give where reading goes on, or None when there is no snapshot."""
        found = self._pieces.get(PARTITION, {}).get(HEAD)
        return None if found is None else Resume(**orjson.loads(found))

    def ledgers(self) -> Iterable[tuple[str, int, dict[str, list[Any]]]]:
        """Give each ledger with its last entry's number and its sections."""
        for ledger, pieces in self._pieces.items():
            if ledger == PARTITION or HEAD not in pieces:
                continue
            head = orjson.loads(pieces[HEAD])
            several = head.get("records", {})
            sections = {name: _items(pieces, name, count, several) for name, count in head["sections"].items()}
            yield ledger, head["seq"], sections


def _items(pieces: Mapping[str, str], name: str, count: int, several: Mapping[str, int]) -> list[Any]:
    places = [f"{name}/{part}" for part in range(count)]
    records = [_nth(place, number) for place in places for number in range(several.get(place, 1))]
    return [item for record in records for item in orjson.loads(pieces[record])]


def _nth(place: str, number: int) -> str:
    """Name the records of a piece: the first as the piece, the others with their number."""
    return place if number == 0 else f"{place}.{number}"


def _fitting(piece: tuple[Any, ...]) -> list[bytes]:
    """Encode a piece, halved until each part fits into a record."""
    state = _encoded(piece)
    escaped = len(state) + state.count(b'"') + state.count(b"\\")  # as a text within the record's JSON
    if escaped <= MOST_BYTES or len(piece) == 1:
        return [state]
    middle = len(piece) // 2
    return [*_fitting(piece[:middle]), *_fitting(piece[middle:])]


def _encoded(value: Any) -> bytes:
    return orjson.dumps(value, default=_plain, option=orjson.OPT_NON_STR_KEYS)


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return value.model_dump(mode="json", exclude_none=True)
    raise TypeError(f"{type(value).__name__} is no part of a state")
