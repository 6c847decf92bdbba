"""Adoption as the runtime sees it: the ledgers of one partition, fed record by record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from keeptrusts.schemas import topics
from keeptrusts.schemas.codec import DecodeError, decode
from keeptrusts.schemas.snapshots.adoption import AdoptionEntry
from keeptrusts.schemas.snapshots.codec import decode_as, encode_derived
from keeptrusts.schemas.snapshots.grants import LedgerProgress
from keeptrusts.stream_processors.adoption.fold import GROWING, AdoptionState, apply, evolve, restored, sections_of
from keeptrusts.stream_processors.runtime.pieces import SnapshotReader, SnapshotWriter
from keeptrusts.stream_processors.runtime.protocol import InputRecord, OutputRecord, Resume

NAME: Final[Literal["adoption"]] = "adoption"


class AdoptionFold:
    """All ledgers of one partition, as far as adoption goes."""

    entry_topic = topics.ADOPTION.name

    def __init__(self, partition: int) -> None:
        self._partition = partition
        self._ledgers: dict[str, AdoptionState] = {}
        self._ledger_time_ms = 0
        self._snapshots = SnapshotWriter(NAME, GROWING)

    def ledger(self, name: str) -> AdoptionState:
        """Give the state of one ledger of this partition, empty if nothing has happened in it."""
        return self._ledgers.setdefault(name, AdoptionState(ledger=name))

    def load(self, values: Iterable[bytes]) -> Resume | None:
        reader = SnapshotReader(NAME)
        for value in values:
            reader.take(value)
        for ledger, seq, sections in reader.ledgers():
            self._ledgers[ledger] = restored(ledger, seq, sections)
        return reader.resume()

    def snapshot(self, resume: Resume) -> Iterable[OutputRecord]:
        for name, state in self._ledgers.items():
            yield from self._snapshots.ledger(name, state.seq, resume.next_input - 1, sections_of(state))
        yield self._snapshots.partition(resume)

    def restore(self, value: bytes) -> int:
        entry = decode_as(AdoptionEntry, value)
        if entry.seq <= self.ledger(entry.ledger).seq:
            return entry.cause.offset
        evolve(self.ledger(entry.ledger), entry)
        return entry.cause.offset

    def apply(self, record: InputRecord) -> tuple[OutputRecord, ...]:
        self._ledger_time_ms = max(self._ledger_time_ms, record.timestamp_ms)
        if b'"kt.request.completed.' not in record.value:
            return ()  # nothing else can matter here, and decoding is what a fold mostly costs
        try:
            event = decode(record.value)
        except DecodeError:
            return ()  # the authority has sent it to the dead letters
        entry = apply(self.ledger(event.ledger), event, record.partition, record.offset)
        if entry is None:
            return ()
        return (OutputRecord(topic=topics.ADOPTION.name, key=entry.org.encode(), value=encode_derived(entry)),)

    def progress(self, input_offset: int) -> tuple[OutputRecord, ...]:
        progress = LedgerProgress(
            processor=NAME,
            partition=self._partition,
            input_offset=input_offset,
            ledger_time_ms=self._ledger_time_ms,
        )
        return (OutputRecord(topic=topics.GRANTS.name, key=b"progress/adoption", value=encode_derived(progress)),)

    def heartbeat(self, input_offset: int) -> tuple[OutputRecord, ...]:
        return ()

    def ticks(self, now_ms: int) -> tuple[OutputRecord, ...]:
        return ()
