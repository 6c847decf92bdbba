"""The authority as the runtime sees it: the ledgers of one partition, fed record by record."""

from __future__ import annotations

import base64
import logging
from datetime import UTC, datetime
from typing import Final

from keeptrusts.schemas import topics
from keeptrusts.schemas.codec import DecodeError, UnknownTypeError, decode, encode
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events.gateway import ClockTicked
from keeptrusts.schemas.ids import PLATFORM_LEDGER, Ids
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.codec import decode_as, encode_derived
from keeptrusts.schemas.snapshots.content import DeadLetter
from keeptrusts.schemas.snapshots.directory import Heartbeat
from keeptrusts.schemas.snapshots.grants import LedgerProgress
from keeptrusts.schemas.snapshots.ledger import Entry
from keeptrusts.stream_processors.authority.fold import Placed, apply, encoded, next_deadline_ms
from keeptrusts.stream_processors.authority.state import LedgerState, evolve
from keeptrusts.stream_processors.runtime.protocol import InputRecord, OutputRecord

logger = logging.getLogger(__name__)

NAME: Final = "authority"
TICK_EVERY_MS: Final = 5_000


class AuthorityFold:
    """All ledgers of one partition. Knows the runtime's port and the pure fold, and joins the two."""

    entry_topic = topics.LEDGER.name

    def __init__(self, partition: int, ids: Ids) -> None:
        self._partition = partition
        self._ids = ids
        self._ledgers: dict[str, LedgerState] = {}
        self._ledger_time_ms = 0
        self._last_tick_ms: dict[str, int] = {}
        self.unknown_types = 0
        self.dead_letters = 0

    def ledger(self, name: str) -> LedgerState:
        """Give the state of one ledger of this partition, empty if nothing has happened in it."""
        return self._ledgers.setdefault(name, LedgerState(ledger=name))

    def restore(self, value: bytes) -> int:
        entry = decode_as(Entry, value)
        evolve(self.ledger(entry.ledger), entry)
        self._ledger_time_ms = max(self._ledger_time_ms, entry.ledger_time_ms)
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
        applied = apply(self.ledger(event.ledger), placed)
        if applied is None:
            return ()
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
        """Give a tick for each ledger whose earliest deadline has passed by our clock, at most one in five seconds."""
        return tuple(
            self._tick(state.ledger, now_ms)
            for state in self._ledgers.values()
            if (deadline := next_deadline_ms(state)) is not None
            and deadline < now_ms
            and self._last_tick_ms.get(state.ledger, 0) + TICK_EVERY_MS <= now_ms
        )

    def _tick(self, ledger: str, now_ms: int) -> OutputRecord:
        self._last_tick_ms[ledger] = now_ms
        event = Event(
            id=self._ids.event(),
            source=f"processor/{NAME}/{self._partition}",
            subject=ledger,
            time=datetime.fromtimestamp(now_ms / 1000, UTC),
            org=ledger,
            ledger=ledger,
            actor=f"processor:{NAME}",
            data=ClockTicked(deadline="request_abandoned"),
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
