"""Snapshots in pieces: what is read back is what was written, no record is above what the log takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from support.ledger import founded

from keeptrusts.schemas.commands.people import TeamCreateRequested
from keeptrusts.schemas.topics import MAX_RECORD_BYTES
from keeptrusts.stream_processors.authority.snapshots import restored, sections_of
from keeptrusts.stream_processors.runtime.pieces import ITEMS_A_PIECE, SnapshotReader, SnapshotWriter
from keeptrusts.stream_processors.runtime.protocol import OutputRecord

AWKWARD = '"\\\x01\N{GRINNING FACE}'


def writer(*growing: str) -> SnapshotWriter:
    return SnapshotWriter("authority", frozenset(growing))


def read(outputs: Iterable[OutputRecord]) -> dict[str, list[Any]]:
    """Give the sections of the only ledger, as a restart reads them from a compacted topic."""
    compacted = {output.key: output.value for output in outputs}
    reader = SnapshotReader("authority")
    for value in compacted.values():
        reader.take(value)
    [(_, _, sections)] = list(reader.ledgers())
    return sections


def snapshot(made: SnapshotWriter, **sections: Sequence[Any]) -> list[OutputRecord]:
    return list(made.ledger("org_acme", 7, 0, sections))


@given(st.dictionaries(st.sampled_from("abc"), st.lists(st.text(st.characters(exclude_categories=["Cs"])))))
def test_what_is_written_is_read_back(sections: dict[str, list[str]]) -> None:
    assert read(snapshot(writer("a"), **sections)) == sections


def test_a_piece_that_no_record_could_hold_goes_into_several() -> None:
    items = [f"{number}{AWKWARD * 3_000}" for number in range(2 * ITEMS_A_PIECE + 3)]
    outputs = snapshot(writer("large"), large=items, small=[1, 2])
    assert len(outputs) > 20 and max(len(output.value) for output in outputs) <= MAX_RECORD_BYTES
    assert read(outputs) == {"large": items, "small": [1, 2]}


def test_a_piece_that_shrinks_is_read_without_what_is_left_of_it() -> None:
    made, items = writer(), [AWKWARD * 20_000 for _ in range(40)]
    first = snapshot(made, texts=items)
    second = snapshot(made, texts=["a", "b"])
    assert read([*first, *second]) == {"texts": ["a", "b"]}


def test_an_unchanged_piece_of_several_records_is_not_written_again_and_still_read() -> None:
    made, items = writer("texts"), [AWKWARD * 20_000 for _ in range(40)]
    first = snapshot(made, texts=items)
    second = snapshot(made, texts=items)
    assert len(first) > 2 and len(second) == 1, "the head alone"
    assert read([*first, *second]) == {"texts": items}


def test_an_organization_with_many_long_descriptions_restarts() -> None:
    """Half a thousand of them are 2 MB: more than the log takes as one record."""
    ledger = founded()
    for number in range(ITEMS_A_PIECE):
        description = "\N{GRINNING FACE}" * 1000
        ledger.granted(
            TeamCreateRequested(team=f"team_{number}", name=f"T{number}", slug=f"t{number}", description=description)
        )
    outputs = snapshot(writer("teams"), **sections_of(ledger.state))
    assert max(len(output.value) for output in outputs) <= MAX_RECORD_BYTES
    again = restored("org_acme", ledger.state.seq, read(outputs))
    assert again.teams == ledger.state.teams
