"""Fixed logs fold to the entries that were recorded once, byte for byte, on every machine.

`<folder>/events.ndjson` is a log with the broker's times, the other files are what the authority makes of it: `ledger`
of people, wallets and calls without holds, `ledger_money` of leases, holds, tickets and budgets, `ledger_webhooks` of
webhooks and of calls that are refused at once, `ledger_shares` of shares of rate limits, `ledger_exports` of exports.
From the first release on, a change of these bytes is a change of the rules and needs a new rules version.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keeptrusts.schemas.codec import decode
from keeptrusts.schemas.ids import Ids
from keeptrusts.schemas.snapshots.codec import decode_as
from keeptrusts.schemas.snapshots.ledger import (
    GENESIS_HASH,
    Change,
    Entry,
    Outcome,
    canonical_bytes,
    chained,
    entry_hash,
)
from keeptrusts.schemas.topics import DIRECTORY, ESCALATIONS, GRANTS, LEDGER, OUTCOMES
from keeptrusts.stream_processors.authority.agent import AuthorityFold
from keeptrusts.stream_processors.runtime.protocol import InputRecord

NAMES = ("ledger", "ledger_money", "ledger_webhooks", "ledger_shares", "ledger_exports")
FOLDERS = [Path(__file__).parent / name for name in NAMES]
IDS = Ids(now_ms=lambda: 0, entropy=lambda count: bytes(count))
each_log = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def log(folder: Path) -> Iterator[InputRecord]:
    for offset, line in enumerate((folder / "events.ndjson").read_bytes().splitlines()):
        document = orjson.loads(line)
        value = orjson.dumps(document["event"])
        yield InputRecord(partition=0, offset=offset, timestamp_ms=document["timestamp_ms"], value=value)


def recorded(folder: Path, topic: str) -> list[bytes]:
    file = folder / f"{topic}.ndjson"
    return file.read_bytes().splitlines() if file.exists() else []


def folded(folder: Path, topic: str) -> list[bytes]:
    fold = AuthorityFold(0, IDS)
    return [output.value for record in log(folder) for output in fold.apply(record) if output.topic == topic]


@each_log
@pytest.mark.parametrize("topic", [LEDGER.name, OUTCOMES.name, DIRECTORY.name, GRANTS.name, ESCALATIONS.name])
def test_the_log_folds_to_the_recorded_bytes(folder: Path, topic: str) -> None:
    assert folded(folder, topic) == recorded(folder, topic)


@each_log
def test_the_recorded_chain_is_whole(folder: Path) -> None:
    entries = [decode_as(Entry, value) for value in recorded(folder, LEDGER.name)]
    assert [entry.seq for entry in entries] == list(range(len(entries)))
    assert [entry.prev_hash for entry in entries] == [GENESIS_HASH, *(entry.hash for entry in entries[:-1])]
    assert [entry_hash(entry) for entry in entries] == [entry.hash for entry in entries]


def test_the_logs_exercise_every_outcome_and_every_change() -> None:
    entries = [decode_as(Entry, value) for folder in FOLDERS for value in recorded(folder, LEDGER.name)]
    assert {entry.outcome for entry in entries} == set(get_args(Outcome))
    assert {type(change) for entry in entries for change in entry.changes} == set(get_args(get_args(Change)[0]))


@each_log
def test_restoring_from_the_entries_gives_the_state_of_the_fold(folder: Path) -> None:
    fold, restored = AuthorityFold(0, IDS), AuthorityFold(0, IDS)
    for record in log(folder):
        fold.apply(record)
    offsets = [restored.restore(value) for value in recorded(folder, LEDGER.name)]
    first = orjson.loads((folder / "events.ndjson").read_bytes().splitlines()[0])["event"]
    ledger = decode(orjson.dumps(first)).ledger
    assert restored.ledger(ledger) == fold.ledger(ledger)
    assert offsets == sorted(set(offsets))


@each_log
def test_no_recorded_byte_depends_on_what_cannot_be_decoded(folder: Path) -> None:
    fold = AuthorityFold(0, IDS)
    values: list[bytes] = []
    for record in log(folder):
        garbage = InputRecord(partition=0, offset=record.offset, timestamp_ms=0, value=base64.b64encode(record.value))
        fold.apply(garbage)
        values += [output.value for output in fold.apply(record) if output.topic == LEDGER.name]
    assert values == recorded(folder, LEDGER.name)


@each_log
def test_entries_are_encoded_by_the_order_of_their_fields_names(folder: Path) -> None:
    for value in recorded(folder, LEDGER.name):
        assert canonical_bytes(decode_as(Entry, value)) == value


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_in_an_entry_is_encoded_the_same_both_ways(text: str) -> None:
    entry = decode_as(Entry, recorded(FOLDERS[1], LEDGER.name)[-1])
    odd = entry.model_copy(
        update={"message": text, "reason": text, "cause": entry.cause.model_copy(update={"subject": text})}
    )
    finished, encoded = chained(odd)
    assert encoded == canonical_bytes(finished) and finished.hash == entry_hash(finished)
