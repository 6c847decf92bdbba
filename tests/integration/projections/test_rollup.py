"""Sums that come from the daily rollup are those of the requests themselves, to the byte, at every position."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from support.acme import BLUE, MEMBER, ORG, RED
from support.filled_store import FilledStore
from support.request_material import Material

from keeptrusts.projections.query_api.directory_view import Directory
from keeptrusts.projections.query_api.groups import grouped, grouped_directly
from keeptrusts.projections.query_api.models import GroupRow
from keeptrusts.projections.query_api.rollup import whole_days
from keeptrusts.projections.query_api.scope import TenantScope
from keeptrusts.projections.store.protocol import Rows, Store, StoreError
from keeptrusts.schemas.filters import GROUP_KEYS, METRICS, Condition, Filters

START = datetime(2026, 11, 1, 5, 0, tzinfo=UTC)
SCOPES = (
    TenantScope(org=ORG, reach="all", member=MEMBER.id),
    TenantScope(org=ORG, reach="team", member=MEMBER.id, teams=frozenset({RED})),
    TenantScope(org=ORG, reach="own", member=MEMBER.id),
)
CONDITIONS = (
    Condition(name="team", values=(RED,)),
    Condition(name="team", values=(BLUE,), negated=True),
    Condition(name="model", values=("gpt-4o",)),
    Condition(name="decision", values=("block",), negated=True),
    Condition(name="status", values=("error",)),
    Condition(name="gateway", values=("gw-1", "gw-9")),
)


async def history(filled: FilledStore, seed: int) -> int:
    """Fill five days with calls that overlap midnights, some never answered; gives the last offset."""
    chance = random.Random(seed)
    material = Material(org=ORG, seed=seed, moment=START)
    waiting = []
    last = -1
    for _ in range(25):
        batch = []
        for _ in range(chance.randint(1, 9)):
            material.moment += timedelta(minutes=chance.randint(1, 60))
            events = material.request()
            batch.append(events[0])
            if chance.random() < 0.9:
                waiting.append(events[1:])
        chance.shuffle(waiting)
        while len(waiting) > 5:
            batch += waiting.pop()
        last = (await filled.events(*batch))[-1]
    return last


def questions(chance: random.Random) -> tuple[TenantScope, Filters, tuple[str, ...], tuple[str, ...]]:
    keys = tuple(chance.sample([key for key in GROUP_KEYS if key != "hour"], chance.randint(0, 3)))
    since = START + timedelta(minutes=chance.randint(-600, 5_000)) if chance.random() < 0.7 else None
    until = START + timedelta(minutes=chance.randint(1_500, 9_000)) if chance.random() < 0.5 else None
    conditions = tuple(chance.sample(CONDITIONS, chance.randint(0, 2)))
    filters = Filters(since=since, until=until, conditions=conditions)
    return chance.choice(SCOPES), filters, keys, tuple(chance.sample(METRICS, chance.randint(1, len(METRICS))))


@pytest.mark.parametrize("seed", [1, 2])
async def test_any_question_at_any_position_gets_the_same_bytes(store: Store, filled: FilledStore, seed: int) -> None:
    print(f"seed {seed}")
    last = await history(filled, seed)
    chance = random.Random(seed)
    from_days = 0
    for _ in range(40):
        scope, filters, keys, metrics = questions(chance)
        from_days += whole_days(filters, keys) is not None
        as_of = chance.choice([last, last, chance.randint(-1, last)])
        own = chance.random() < 0.5
        rows = [
            await ask(store, scope, filters, Directory(), as_of=as_of, keys=keys, metrics=metrics, own=own)
            for ask in (grouped, grouped_directly)
        ]
        assert written(rows[0]) == written(rows[1]), (scope, filters, keys, metrics, as_of)
    assert from_days > 20


async def test_whole_days_come_from_the_rollup_and_not_from_the_requests(store: Store, filled: FilledStore) -> None:
    last = await history(filled, 4)
    question = {"as_of": last, "keys": ("team", "day")}
    before = await grouped(store, SCOPES[0], Filters(), Directory(), **question)
    await store.command("ALTER TABLE requests DELETE WHERE 1 SETTINGS mutations_sync = 2")
    after = await grouped(store, SCOPES[0], Filters(), Directory(), **question)
    assert sum(row.requests or 0 for row in after) > 0.8 * sum(row.requests or 0 for row in before)


class WrittenMeanwhile:
    """A store in which a day is written to between looking for whole days and summing them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.asked: list[str] = []

    async def query(self, sql: str, parameters: object = None, **options: object) -> Rows:
        self.asked.append(sql)
        if sql.startswith("SELECT DISTINCT day"):
            return Rows(columns=("day",), rows=())
        return await self._store.query(sql, parameters, **options)  # type: ignore[arg-type]  # passed on as it came


async def test_a_day_written_to_meanwhile_is_asked_again_directly(store: Store, filled: FilledStore) -> None:
    last = await history(filled, 5)
    racing = WrittenMeanwhile(store)
    question = {"as_of": last // 2, "keys": ("model",)}
    rows = await grouped(racing, SCOPES[0], Filters(), Directory(), **question)  # type: ignore[arg-type]  # the part used
    assert written(rows) == written(await grouped_directly(store, SCOPES[0], Filters(), Directory(), **question))
    assert len(racing.asked) == 7, "three tries of two questions each, then the requests alone"


async def test_other_failures_of_the_store_are_not_taken_for_that(store: Store, filled: FilledStore) -> None:
    await store.command("DROP TABLE requests_daily SYNC")
    with pytest.raises(StoreError):
        await grouped(store, SCOPES[0], Filters(), Directory(), as_of=1, keys=())


def written(rows: list[GroupRow]) -> list[str]:
    return [row.model_dump_json() for row in rows]
