"""A fixed log folds to the entries that were recorded once, byte for byte, on every machine and for ever.

`ledger/events.ndjson` is the log with the broker's times; the other files are what the authority makes of it. A change
of these bytes is a change of the rules and needs a new rules version.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from keeptrusts.schemas.codec import decode
from keeptrusts.schemas.ids import Ids
from keeptrusts.schemas.snapshots.codec import decode_as
from keeptrusts.schemas.snapshots.ledger import GENESIS_HASH, Entry, entry_hash
from keeptrusts.schemas.topics import DIRECTORY, LEDGER, OUTCOMES
from keeptrusts.stream_processors.authority.agent import AuthorityFold
from keeptrusts.stream_processors.runtime.protocol import InputRecord

FOLDER = Path(__file__).parent / "ledger"
IDS = Ids(now_ms=lambda: 0, entropy=lambda count: bytes(count))


def log() -> Iterator[InputRecord]:
    for offset, line in enumerate((FOLDER / "events.ndjson").read_bytes().splitlines()):
        document = orjson.loads(line)
        value = orjson.dumps(document["event"])
        yield InputRecord(partition=0, offset=offset, timestamp_ms=document["timestamp_ms"], value=value)


def recorded(topic: str) -> list[bytes]:
    return (FOLDER / f"{topic}.ndjson").read_bytes().splitlines()


def folded(topic: str) -> list[bytes]:
    fold = AuthorityFold(0, IDS)
    return [output.value for record in log() for output in fold.apply(record) if output.topic == topic]


@pytest.mark.parametrize("topic", [LEDGER.name, OUTCOMES.name, DIRECTORY.name])
def test_the_log_folds_to_the_recorded_bytes(topic: str) -> None:
    assert folded(topic) == recorded(topic)


def test_the_recorded_chain_is_whole() -> None:
    entries = [decode_as(Entry, value) for value in recorded(LEDGER.name)]
    assert [entry.seq for entry in entries] == list(range(len(entries)))
    assert [entry.prev_hash for entry in entries] == [GENESIS_HASH, *(entry.hash for entry in entries[:-1])]
    assert [entry_hash(entry) for entry in entries] == [entry.hash for entry in entries]


def test_the_log_exercises_every_outcome() -> None:
    outcomes = {decode_as(Entry, value).outcome for value in recorded(LEDGER.name)}
    assert outcomes == {"accepted", "rejected", "opened", "charged", "unfunded", "unmetered", "closed", "ticked"}


def test_restoring_from_the_entries_gives_the_state_of_the_fold() -> None:
    fold, restored = AuthorityFold(0, IDS), AuthorityFold(0, IDS)
    for record in log():
        fold.apply(record)
    offsets = [restored.restore(value) for value in recorded(LEDGER.name)]
    ledger = decode(orjson.dumps(orjson.loads((FOLDER / "events.ndjson").read_bytes().splitlines()[0])["event"])).ledger
    assert restored.ledger(ledger) == fold.ledger(ledger)
    assert offsets == sorted(set(offsets))


def test_no_recorded_byte_depends_on_what_cannot_be_decoded() -> None:
    fold = AuthorityFold(0, IDS)
    values: list[bytes] = []
    for record in log():
        garbage = InputRecord(partition=0, offset=record.offset, timestamp_ms=0, value=base64.b64encode(record.value))
        fold.apply(garbage)
        values += [output.value for output in fold.apply(record) if output.topic == LEDGER.name]
    assert values == recorded(LEDGER.name)
