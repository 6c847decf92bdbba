"""Runs migrations up and down, and refuses to start on tables that are not as this version needs them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import orjson

from keeptrusts.projections.migrations.migration import Migration, refuse_dangerous
from keeptrusts.projections.migrations.steps import STEPS
from keeptrusts.projections.store.protocol import Store
from keeptrusts.schemas.frozen import frozen

_STATUS: Final = "migrations"
_CREATE_STATUS: Final = f"""
CREATE TABLE IF NOT EXISTS {_STATUS}
(number UInt32, name String, state LowCardinality(String), change UInt64)
ENGINE = ReplacingMergeTree(change) ORDER BY number"""


class SchemaMismatchError(RuntimeError):
    """The tables are not as this version needs them: which migration, what was found, and what to do."""


@frozen
class Applied:
    """A migration that the status table knows: ``state`` is ``started`` or ``done``."""

    number: int
    name: str
    state: str


async def migrate(store: Store, steps: Sequence[Migration] = STEPS) -> tuple[int, ...]:
    """Bring the tables up to date and give the numbers of the steps that ran.

    A step that was cut off runs again: its statements are idempotent. Raises SchemaMismatchError when the tables
    come from a newer version or a step's check fails, DangerousMigrationError for a step that could lose data.
    """
    for step in steps:
        refuse_dangerous(step)
    await store.command(_CREATE_STATUS)
    known = {item.number: item for item in await applied(store)}
    _refuse_newer(known, steps)
    ran = []
    for step in steps:
        found = known.get(step.number)
        if found is not None and found.state == "done":
            await _check(store, step)
        else:
            await _up(store, step)
            ran.append(step.number)
    return tuple(ran)


async def revert(store: Store, to: int, steps: Sequence[Migration] = STEPS) -> tuple[int, ...]:
    """Undo every step above number ``to``, newest first; what they held can be rebuilt from the log."""
    known = {item.number: item for item in await applied(store)}
    _refuse_newer(known, steps)
    undone = []
    for step in sorted(steps, key=lambda item: item.number, reverse=True):
        if step.number <= to or step.number not in known:
            continue
        await _note(store, step, "started")
        for statement in step.down:
            await store.command(statement)
        await _note(store, step, "undone")
        undone.append(step.number)
    return tuple(undone)


async def verify(store: Store, steps: Sequence[Migration] = STEPS) -> None:
    """Raise SchemaMismatchError unless every step is done and its check holds; changes nothing."""
    known = {item.number: item for item in await applied(store)}
    _refuse_newer(known, steps)
    for step in steps:
        found = known.get(step.number)
        if found is None or found.state != "done":
            raise SchemaMismatchError(
                f"migration {step.number} ({step.name}) has not run here; start the writer once to migrate"
            )
        await _check(store, step)


async def applied(store: Store) -> tuple[Applied, ...]:
    """Give the steps that are started or done, by number."""
    answer = await store.query(
        f"SELECT number, name, argMax(state, change) AS latest FROM {_STATUS} "
        "GROUP BY number, name HAVING latest != 'undone' ORDER BY number"
    )
    return tuple(Applied(number=number, name=name, state=state) for number, name, state in answer.rows)


def _refuse_newer(known: dict[int, Applied], steps: Sequence[Migration]) -> None:
    names = {step.number: step.name for step in steps}
    for number, item in known.items():
        if names.get(number) != item.name:
            raise SchemaMismatchError(
                f"migration {number} ({item.name}) is in the store but not in this version; run the newer version, "
                "or undo it with that version first"
            )


async def _up(store: Store, step: Migration) -> None:
    await _note(store, step, "started")
    for statement in step.up:
        await store.command(statement)
    await _check(store, step)
    await _note(store, step, "done")


async def _check(store: Store, step: Migration) -> None:
    if (await store.query(step.check)).value() != 1:
        raise SchemaMismatchError(
            f"migration {step.number} ({step.name}): the tables are not as this step leaves them; "
            "undo it and run it again, then rebuild its tables"
        )


async def _note(store: Store, step: Migration, state: str) -> None:
    answer = await store.query(
        f"SELECT toUInt64(ifNull(max(change), 0)) FROM {_STATUS} WHERE number = {{number:UInt32}}",
        {"number": step.number},
    )
    change = int(answer.value()) + 1
    row = {"number": step.number, "name": step.name, "state": state, "change": change}
    await store.insert(_STATUS, orjson.dumps(row), token=f"{_STATUS}-{step.number}-{change}")
