"""Migrations run once, undo, run again, and refuse what they do not know."""

from __future__ import annotations

import dataclasses

import pytest

from keeptrusts.projections.migrations.migration import DangerousMigrationError, Migration, refuse_dangerous
from keeptrusts.projections.migrations.runner import SchemaMismatchError, applied, migrate, revert, verify
from keeptrusts.projections.migrations.steps import STEPS
from keeptrusts.projections.store.protocol import Store, StoreError


@pytest.fixture
def store(own_store: Store) -> Store:
    """These tests are about how tables are made."""
    return own_store


async def test_migrations_go_down_and_up_again(store: Store) -> None:
    assert await migrate(store) == ()
    numbers = [step.number for step in STEPS]
    assert [item.number for item in await applied(store)] == numbers == sorted(set(numbers))
    assert await revert(store, 3) == tuple(sorted(numbers, reverse=True)[: len(numbers) - 3])
    with pytest.raises(SchemaMismatchError, match="has not run here"):
        await verify(store)
    assert await migrate(store) == tuple(numbers[3:])
    await verify(store)


async def test_a_step_that_was_cut_off_runs_again(store: Store) -> None:
    first = "CREATE TABLE IF NOT EXISTS extra (a UInt8) ENGINE = MergeTree ORDER BY a"
    check = "SELECT toUInt8(count()) FROM system.tables WHERE database = currentDatabase() AND name = 'extra2'"
    broken = Migration(number=100, name="extra", up=(first, "CREATE TABLE nonsense"), down=(), check=check)
    with pytest.raises(StoreError, match="INCORRECT_QUERY"):
        await migrate(store, (*STEPS, broken))
    whole = dataclasses.replace(broken, up=(first, first.replace("extra", "extra2")))
    assert await migrate(store, (*STEPS, whole)) == (100,)


async def test_the_service_does_not_start_on_tables_of_another_version(store: Store) -> None:
    newer = Migration(number=999, name="future", up=(), down=(), check="SELECT 1")
    assert await migrate(store, (*STEPS, newer)) == (999,)
    for start in (migrate, verify):
        with pytest.raises(SchemaMismatchError, match=r"999 \(future\).*not in this version"):
            await start(store)
    await revert(store, 900, (*STEPS, newer))
    await store.command("ALTER TABLE adoption_facts ADD COLUMN surprise UInt8")
    with pytest.raises(SchemaMismatchError, match=r"6 \(adoption\)"):
        await migrate(store)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE requests", "TRUNCATE TABLE log", "ALTER TABLE log DELETE WHERE 1", "DROP VIEW v",
        "ALTER TABLE log DROP COLUMN value", "ALTER TABLE log UPDATE value = '' WHERE 1", "DROP DATABASE kt",
        "alter table log drop partition 'x'", "ALTER TABLE log RENAME COLUMN value TO v",
    ],
)  # fmt: skip
def test_a_step_up_that_could_lose_data_is_refused(statement: str) -> None:
    with pytest.raises(DangerousMigrationError, match="can lose data"):
        refuse_dangerous(Migration(number=1, name="x", up=(statement,), down=(), check="SELECT 1"))
