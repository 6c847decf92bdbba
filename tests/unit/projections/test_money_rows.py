"""Rows made of the authority's entries say what the authority's own state says, after every entry of a golden log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from keeptrusts.projections.projectors.holds import OpenHoldRow, PresumedHoldRow, open_hold_rows, presumed_hold_rows
from keeptrusts.projections.projectors.ledger_marks import ledger_mark_rows
from keeptrusts.projections.projectors.ledger_values import ledger_value_rows
from keeptrusts.projections.projectors.place import DerivedRecord, Place
from keeptrusts.schemas.snapshots.codec import decode_derived
from keeptrusts.schemas.snapshots.ledger import BudgetPeriodClosed, Entry
from keeptrusts.stream_processors.authority.state import LedgerState, evolve

GOLDEN = Path(__file__).parents[2] / "golden" / "ledger_money" / "kt.ledger.ndjson"


@pytest.fixture(scope="module")
def records() -> list[DerivedRecord]:
    return [
        DerivedRecord(
            record=decode_derived(line), place=Place(partition=0, offset=n, appended_ms=0), value=line
        )
        for n, line in enumerate(GOLDEN.read_bytes().splitlines())
    ]  # fmt: skip


def followed(records: Sequence[DerivedRecord]) -> Iterator[tuple[DerivedRecord, LedgerState]]:
    """Give each record with the authority's state after it."""
    state = LedgerState(ledger=entry_of(records[0]).ledger)
    for record in records:
        evolve(state, entry_of(record))
        yield record, state


def entry_of(record: DerivedRecord) -> Entry:
    assert isinstance(record.record, Entry)
    return record.record


def test_open_and_presumed_holds_are_those_of_the_authority(records: list[DerivedRecord]) -> None:
    opened: Counter[str] = Counter()
    presumed: Counter[str] = Counter()
    details: dict[str, OpenHoldRow] = {}
    charged: dict[str, PresumedHoldRow] = {}
    most = 0
    for record, state in followed(records):
        for row in open_hold_rows([record]):
            opened[row.hold] += row.sign
            details.setdefault(row.hold, row)
        for end in presumed_hold_rows([record]):
            presumed[end.hold] += end.sign
            charged.setdefault(end.hold, end)
        money = state.money
        held = {**money.holds, **money.long_holds, **money.presumed}
        assert {hold for hold, count in opened.items() if count} == set(held), entry_of(record).seq
        assert {hold for hold, count in presumed.items() if count} == set(money.presumed), entry_of(record).seq
        assert set(opened.values()) | set(presumed.values()) <= {0, 1}
        for hold, found in held.items():
            row = details[hold]
            assert (row.amount, row.owner, row.request) == (found.amount, found.owner, found.request)
            assert row.account == next((one for one in found.fulls if one in state.wallets), "")
        for hold, found in money.presumed.items():
            assert charged[hold].charged == found.charged
        most = max(most, len(held))
    assert most > 1 and len(charged) > 1, "the golden log holds and presumes something"


def test_values_are_the_newest_of_each_ticket_allocation_and_period(records: list[DerivedRecord]) -> None:
    newest: dict[tuple[str, str], str] = {}
    past: set[str] = set()
    for record, state in followed(records):
        past |= {one.full for one in entry_of(record).changes if isinstance(one, BudgetPeriodClosed)}
        newest |= {(row.kind, row.id): row.state for row in ledger_value_rows([record])}
        ended = {"redeemed", "denied", "cancelled", "expired"}
        tickets = {id: found for (kind, id), found in newest.items() if kind == "ticket"}
        live = {id for id, found in tickets.items() if found not in ended}
        assert live == set(state.money.tickets), entry_of(record).seq
        assert {id: tickets[id] for id in live} == {id: one.state for id, one in state.money.tickets.items()}
        allocations = {id for (kind, id), found in newest.items() if (kind, found) == ("allocation", "active")}
        assert allocations == set(state.money.allocations)
        assert {id for kind, id in newest if kind == "budget_period"} == past | set(state.money.periods)
    assert {kind for kind, _ in newest} == {"ticket", "allocation", "budget_period"}


def test_a_wallet_is_low_when_the_authority_has_said_so_since_money_came_in(records: list[DerivedRecord]) -> None:
    low: dict[str, int] = {}
    said = 0
    for record, state in followed(records):
        rows = [row for row in ledger_mark_rows([record]) if row.of == "wallet"]
        for row in sorted(rows, key=lambda row: row.mark == "money_in"):
            if row.mark == "money_in":
                low.pop(row.account, None)
            else:
                low[row.account] = row.percent
                said += 1
        told = {wallet: level.told for wallet, level in state.money.levels.items() if level.told <= 100}
        assert low == told, entry_of(record).seq
    assert said
