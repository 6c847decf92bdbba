"""Erasures under the real fold: whose right they are, how they count, and that the ledger loses nothing by them."""

from __future__ import annotations

import pytest
from support.ledger import founded

from keeptrusts.schemas.commands.privacy import PrivacyEraseRequested
from keeptrusts.schemas.snapshots.directory import ErasureValue, directory_key
from keeptrusts.schemas.snapshots.ledger import entry_hash
from keeptrusts.stream_processors.authority.snapshots import restored, sections_of
from keeptrusts.stream_processors.runtime.pieces import SnapshotReader, SnapshotWriter


def erase(number: int = 1, subject: str = "mem_dev") -> PrivacyEraseRequested:
    return PrivacyEraseRequested(erasure=f"era_{number}", subject=subject, reason="asked for it")


def test_an_owner_erases_a_person_and_the_directory_tells_everybody_who_holds_keys() -> None:
    ledger = founded()
    ledger.granted(erase(1))
    ledger.granted(erase(2, "external:someone"))
    ledger.granted(erase(3))
    values = [one.record for one in ledger.outputs if isinstance(one.record, ErasureValue)]
    assert [(one.id, one.number, one.erasure, one.erased_by) for one in values] == [
        ("mem_dev", 1, "era_1", "mem_owner"), ("external:someone", 1, "era_2", "mem_owner"),
        ("mem_dev", 2, "era_3", "mem_owner"),
    ]  # fmt: skip
    assert directory_key(values[0]) == directory_key(values[2]) == b"org_acme/erasure/mem_dev", "the latest counts"


@pytest.mark.parametrize("by", ["mem_admin", "mem_lead", "mem_dev", "mem_idle", "mem_nobody"])
def test_nobody_else_erases_anybody_not_even_himself(by: str) -> None:
    ledger = founded()
    assert ledger.refusal(erase(), by=by) == "forbidden"
    assert not [one for one in ledger.outputs if isinstance(one.record, ErasureValue)]


def test_the_chain_is_whole_after_an_erasure() -> None:
    ledger = founded()
    ledger.granted(erase())
    ledger.granted(erase(2))
    entries = ledger.entries
    assert [entry_hash(entry) for entry in entries] == [entry.hash for entry in entries]
    assert [entry.prev_hash for entry in entries[1:]] == [entry.hash for entry in entries[:-1]]


def test_a_restart_from_a_snapshot_goes_on_counting() -> None:
    ledger = founded()
    ledger.granted(erase())
    written = SnapshotWriter("authority", frozenset()).ledger(
        "org_acme", ledger.state.seq, 0, sections_of(ledger.state)
    )
    reader = SnapshotReader("authority")
    for output in written:
        reader.take(output.value)
    [(name, seq, sections)] = list(reader.ledgers())
    assert restored(name, seq, sections).erasures == ledger.state.erasures
