"""The remembered directory is the one in the table, whatever was written meanwhile, and only changes are read again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from support.acme import AT, MEMBER, ORG, OTHER_ORG, OWNER, RED, directory, key_value, member_value
from support.filled_store import FilledStore

from keeptrusts.projections.migrations.tables import DIRECTORY_VALUES
from keeptrusts.projections.query_api.directory_view import DirectoryView
from keeptrusts.projections.store.protocol import Rows, Store
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.directory import KeyValue, TeamValue, WalletValue

NOTHING_REMEMBERED = -1.0


@dataclass
class Counted:
    """A store that counts how many rows of each table's values were read."""

    store: Store
    values: list[int] = field(default_factory=list)

    async def query(
        self, sql: str, parameters: Mapping[str, Any] | None = None, *, settings: Mapping[str, Any] | None = None
    ) -> Rows:
        answer = await self.store.query(sql, parameters, settings=settings)
        if "SELECT value" in sql:
            self.values.append(len(answer.rows))
        return answer

    async def insert(self, table: str, lines: bytes, *, token: str) -> None:
        await self.store.insert(table, lines, token=token)

    async def command(self, sql: str) -> None:
        await self.store.command(sql)

    async def watch(self) -> None:
        raise NotImplementedError

    async def close(self) -> None:
        await self.store.close()


def view_of(store: Store, seconds: float = NOTHING_REMEMBERED, **bounds: int) -> DirectoryView:
    return DirectoryView(store, seconds, asyncio.get_running_loop().time, **bounds)


def change(chance: random.Random) -> Record:
    """Give a value of any kind, new or of a later version."""
    n = chance.randrange(4)
    made: tuple[Record, ...] = (
        TeamValue(id=f"team_{n}", org=ORG, name=f"Team {chance.random()}", slug=f"team-{n}", created_at=AT),
        WalletValue(id=f"team:team_{n}", org=ORG, scope="team", owner=f"team_{n}", created_at=AT),
        member_value(MEMBER, name=str(chance.random()), state=chance.choice(["active", "suspended"])),
        key_value(OWNER, name=str(chance.random())),
    )
    return chance.choice(made)


@pytest.mark.parametrize("seed", [1, 2])
async def test_what_is_remembered_is_what_a_new_reading_gives(store: Store, filled: FilledStore, seed: int) -> None:
    print(f"seed {seed}")
    chance, view = random.Random(seed), view_of(store)
    for _ in range(15):
        values = [change(chance) for _ in range(chance.randrange(4))]
        if values:
            await filled.derived("kt.directory", ORG, *values)
        assert await view.of(ORG) == await view_of(store).of(ORG)


async def test_only_what_was_written_since_is_read_again(store: Store, filled: FilledStore) -> None:
    counted = Counted(store)
    view = view_of(counted)
    first = await view.of(ORG)
    kept = [value for value in directory(ORG) if not isinstance(value, KeyValue)]
    assert first.size == counted.values.pop() - 1 == len(kept) - 1, "all but the organization itself"
    assert await view.of(ORG) is first
    await filled.derived("kt.directory", ORG, member_value(MEMBER, name="Mia the Second"))
    await filled.derived("kt.directory", OTHER_ORG, *directory(OTHER_ORG))
    second = await view.of(ORG)
    assert counted.values == [0, 1]
    assert second.members[MEMBER.id].name == "Mia the Second" and first.members[MEMBER.id].name == "Mia"
    assert (second.teams, second.wallets) == (first.teams, first.wallets)


async def test_a_table_that_was_made_anew_is_read_whole(store: Store, filled: FilledStore) -> None:
    view = view_of(store)
    assert RED in (await view.of(ORG)).teams
    await store.command(DIRECTORY_VALUES.create("beside"))
    await store.command(f"INSERT INTO beside SELECT * FROM directory_values WHERE id != '{RED}'")
    await store.command("EXCHANGE TABLES directory_values AND beside")
    assert RED not in (await view.of(ORG)).teams


async def test_callers_at_the_same_moment_share_a_reading(store: Store, filled: FilledStore) -> None:
    counted = Counted(store)
    view = view_of(counted, seconds=60)
    found = await asyncio.gather(*(view.of(ORG) for _ in range(20)))
    assert all(item is found[0] for item in found) and len(counted.values) == 1
    await filled.derived("kt.directory", ORG, member_value(MEMBER, name="Mia the Second"))
    assert await view.of(ORG) is found[0]
    assert (await view.of(ORG, fresh=True)).members[MEMBER.id].name == "Mia the Second"


async def test_the_organizations_asked_for_longest_ago_are_forgotten(store: Store, filled: FilledStore) -> None:
    counted = Counted(store)
    view = view_of(counted, most_values=10)
    for org in (ORG, OTHER_ORG, ORG):
        assert (await view.of(org)).organization is not None
    assert 0 not in counted.values and len(counted.values) == 3


async def test_a_key_is_found_by_the_prefixes_it_has_and_had(store: Store, filled: FilledStore) -> None:
    first = key_value(OWNER)
    rotated = key_value(OWNER, prefix="newprefix", previous_prefix=first.prefix, previous_digest=first.digest)
    await filled.derived("kt.directory", ORG, rotated)
    for prefix, expected in ((first.prefix, (rotated,)), ("newprefix", (rotated,)), ("nobody", ())):
        assert await view_of(store).keys_with(prefix) == expected
    assert {key.id for key in await view_of(store).keys_of(ORG)} >= {rotated.id, "key_gateway"}
