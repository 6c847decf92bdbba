"""The authority as the runtime sees it: the ledgers of one partition, fed record by record."""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from keeptrusts.schemas import topics
from keeptrusts.schemas.codec import DecodeError, UnknownTypeError, decode, encode
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events.gateway import ClockTicked
from keeptrusts.schemas.events.request import RequestAbandoned
from keeptrusts.schemas.ids import PLATFORM_LEDGER, Ids, uuid7
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.codec import decode_as, encode_derived
from keeptrusts.schemas.snapshots.content import DeadLetter
from keeptrusts.schemas.snapshots.directory import Heartbeat
from keeptrusts.schemas.snapshots.grants import LedgerProgress
from keeptrusts.schemas.snapshots.ledger import Entry, RequestClosed
from keeptrusts.stream_processors.authority.fold import Placed, apply, encoded
from keeptrusts.stream_processors.authority.money.deadlines import next_deadline_ms
from keeptrusts.stream_processors.authority.snapshots import GROWING, restored, sections_of
from keeptrusts.stream_processors.authority.state import LedgerState, evolve
from keeptrusts.stream_processors.runtime.pieces import SnapshotReader, SnapshotWriter
from keeptrusts.stream_processors.runtime.protocol import InputRecord, OutputRecord, Resume

logger = logging.getLogger(__name__)

NAME: Final[Literal["authority"]] = "authority"
TICK_EVERY_MS: Final = 1_000
TOLD_EVERY_MS: Final = 5_000
TOLD_AGAIN_MS: Final = 60 * 60 * 1_000
"""After a restart, calls given up within this much ledger time are told of again: nobody knows whether they were."""
MAX_TOLD_AT_ONCE: Final = 100


@dataclass(slots=True)
class _GivenUp:
    """A call that an entry gave up, until the log itself says so; ``next_ms`` is when to append that, by our clock."""

    ledger: str
    ledger_time_ms: int
    next_ms: int = 0


class AuthorityFold:
    """All ledgers of one partition. Knows the runtime's port and the pure fold, and joins the two."""

    entry_topic = topics.LEDGER.name

    def __init__(self, partition: int, ids: Ids) -> None:
        self._partition = partition
        self._ids = ids
        self._ledgers: dict[str, LedgerState] = {}
        self._ledger_time_ms = 0
        self._last_tick_ms: dict[str, int] = {}
        self._given_up: dict[str, _GivenUp] = {}
        self._snapshots = SnapshotWriter(NAME, GROWING)
        self._snapshot_seq: dict[str, int] = {}
        self.unknown_types = 0
        self.dead_letters = 0

    def ledger(self, name: str) -> LedgerState:
        """Give the state of one ledger of this partition, empty if nothing has happened in it."""
        return self._ledgers.setdefault(name, LedgerState(ledger=name))

    def load(self, values: Iterable[bytes]) -> Resume | None:
        reader = SnapshotReader(NAME)
        for value in values:
            reader.take(value)
        for ledger, seq, sections in reader.ledgers():
            self._ledgers[ledger] = restored(ledger, seq, sections)
            self._ledger_time_ms = max(self._ledger_time_ms, self._ledgers[ledger].ledger_time_ms)
        return reader.resume()

    def snapshot(self, resume: Resume) -> Iterable[OutputRecord]:
        for name, state in self._ledgers.items():
            if self._snapshot_seq.get(name) != state.seq:
                self._snapshot_seq[name] = state.seq
                yield from self._snapshots.ledger(name, state.seq, resume.next_input - 1, sections_of(state))
        yield self._snapshots.partition(resume)

    def restore(self, value: bytes) -> int:
        entry = decode_as(Entry, value)
        if entry.seq <= self.ledger(entry.ledger).seq:
            return entry.cause.offset
        evolve(self.ledger(entry.ledger), entry)
        self._ledger_time_ms = max(self._ledger_time_ms, entry.ledger_time_ms)
        self._note_given_up(entry)
        return entry.cause.offset

    def apply(self, record: InputRecord) -> tuple[OutputRecord, ...]:
        self._ledger_time_ms = max(self._ledger_time_ms, record.timestamp_ms)
        try:
            event = decode(record.value)
        except UnknownTypeError:
            self.unknown_types += 1
            return ()
        except DecodeError as error:
            return (self._dead_letter(record, error),)
        placed = Placed(event=event, partition=record.partition, offset=record.offset, timestamp_ms=record.timestamp_ms)
        if type(event.data) is RequestAbandoned:
            self._given_up.pop(event.data.request, None)
        applied = apply(self.ledger(event.ledger), placed)
        if applied is None:
            return ()
        self._note_given_up(applied[0])
        return tuple(_output(*encoded(derived)) for derived in applied[1])

    def progress(self, input_offset: int) -> tuple[OutputRecord, ...]:
        progress = LedgerProgress(
            processor=NAME,
            partition=self._partition,
            input_offset=input_offset,
            ledger_time_ms=self._ledger_time_ms,
        )
        return (_derived(topics.GRANTS.name, b"progress/authority", progress),)

    def heartbeat(self, input_offset: int) -> tuple[OutputRecord, ...]:
        beat = Heartbeat(
            id=str(self._partition), org=PLATFORM_LEDGER, partition=self._partition, input_offset=input_offset
        )
        key = f"{PLATFORM_LEDGER}/heartbeat/{self._partition}".encode()
        return (_derived(topics.DIRECTORY.name, key, beat),)

    def ticks(self, now_ms: int) -> tuple[OutputRecord, ...]:
        """Give what time alone brings: a tick for each ledger whose earliest deadline has passed by our clock, at most
        one a second, and request.abandoned for each call that was given up, until the log holds it.
        """
        return (*self._abandonments(now_ms), *self._overdue(now_ms))

    def _overdue(self, now_ms: int) -> tuple[OutputRecord, ...]:
        return tuple(
            self._tick(state.ledger, now_ms)
            for state in self._ledgers.values()
            if (deadline := next_deadline_ms(state)) is not None
            and deadline < now_ms
            and self._last_tick_ms.get(state.ledger, 0) + TICK_EVERY_MS <= now_ms
        )

    def _note_given_up(self, entry: Entry) -> None:
        for change in entry.changes:
            if type(change) is RequestClosed and change.abandoned:
                self._given_up[change.request] = _GivenUp(entry.ledger, entry.ledger_time_ms)
        while self._given_up:
            oldest = next(iter(self._given_up))
            if self._given_up[oldest].ledger_time_ms + TOLD_AGAIN_MS >= self._ledger_time_ms:
                return
            del self._given_up[oldest]

    def _abandonments(self, now_ms: int) -> tuple[OutputRecord, ...]:
        due = [request for request, given_up in self._given_up.items() if given_up.next_ms <= now_ms]
        return tuple(self._abandoned(request, now_ms) for request in due[:MAX_TOLD_AT_ONCE])

    def _abandoned(self, request: str, now_ms: int) -> OutputRecord:
        """Make request.abandoned; told twice, it is the same record, which everyone counts once by its id."""
        given_up = self._given_up[request]
        given_up.next_ms = now_ms + TOLD_EVERY_MS
        at_ms = given_up.ledger_time_ms
        identifier = uuid7(at_ms, hashlib.sha256(f"abandoned/{request}".encode()).digest()[:10])
        return self._appended(given_up.ledger, identifier, at_ms, request, RequestAbandoned(request=request))

    def _tick(self, ledger: str, now_ms: int) -> OutputRecord:
        self._last_tick_ms[ledger] = now_ms
        ticked = ClockTicked(deadline="due")
        return self._appended(ledger, self._ids.event(), now_ms, ledger, ticked)

    def _appended(self, ledger: str, identifier: str, at_ms: int, subject: str, data: Record) -> OutputRecord:
        """Give a record for kt.events itself."""
        event = Event(
            id=identifier,
            source=f"processor/{NAME}/{self._partition}",
            subject=subject,
            time=datetime.fromtimestamp(at_ms / 1000, UTC),
            org=ledger,
            ledger=ledger,
            actor=f"processor:{NAME}",
            data=data,
            correlationid=subject if isinstance(data, RequestAbandoned) else None,
        )
        return OutputRecord(topic=topics.EVENTS.name, key=ledger.encode(), value=encode(event))

    def _dead_letter(self, record: InputRecord, error: DecodeError) -> OutputRecord:
        self.dead_letters += 1
        letter = DeadLetter(
            reader=NAME,
            topic=topics.EVENTS.name,
            partition=record.partition,
            offset=record.offset,
            error=error.reason,
            value_base64=base64.b64encode(record.value).decode(),
            found_at=datetime.fromtimestamp(record.timestamp_ms / 1000, UTC),
        )
        logger.error("record %d:%d cannot be decoded: %s", record.partition, record.offset, error.reason)
        return _derived(topics.DEAD_LETTERS.name, topics.EVENTS.name.encode(), letter)


def _derived(topic: str, key: bytes, record: Record) -> OutputRecord:
    return OutputRecord(topic=topic, key=key, value=encode_derived(record))


def _output(topic: str, key: bytes, value: bytes) -> OutputRecord:
    return OutputRecord(topic=topic, key=key, value=value)
