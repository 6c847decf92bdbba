"""Inserting: retries repeat the same block, and bisecting finds exactly the rows that cannot be stored."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from keeptrusts.projections.projectors.request_parts import RequestPartRow
from keeptrusts.projections.settings import KafkaSettings, WriterSettings
from keeptrusts.projections.store.protocol import Rows, StoreDataError, StoreUnavailableError
from keeptrusts.projections.writer.blocks import Block
from keeptrusts.projections.writer.inserting import insert_block
from keeptrusts.projections.writer.metrics import WriterMetrics

SETTINGS = WriterSettings(kafka=KafkaSettings(bootstrap="nowhere:0"), retry_seconds=0.3)


@dataclass
class MemoryStore:
    """The store's port in memory: remembers tokens, refuses rows with these offsets, fails so many times first."""

    bad: frozenset[int] = frozenset()
    failures: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    async def query(
        self, sql: str, parameters: Mapping[str, Any] | None = None, *, settings: Mapping[str, Any] | None = None
    ) -> Rows:
        raise NotImplementedError

    async def insert(self, table: str, lines: bytes, *, token: str) -> None:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailableError("away")
        rows = [orjson.loads(line) for line in lines.split(b"\n")]
        if any(row["_offset"] in self.bad for row in rows):
            raise StoreDataError("does not fit")
        if token not in self.tokens:
            self.tokens.append(token)
            self.rows += rows

    async def command(self, sql: str) -> None:
        raise NotImplementedError

    async def watch(self) -> None:
        raise NotImplementedError

    async def close(self) -> None:
        return None


def block(offsets: list[int]) -> Block:
    rows = tuple(
        RequestPartRow(org="o", request="r", part="decided", attempt=0, event_id="e", partition=0, offset=offset)
        for offset in offsets
    )
    return Block(table="request_parts", rows=rows)


@pytest.mark.parametrize("seed", range(20))
async def test_exactly_the_rows_that_cannot_be_stored_are_refused(seed: int) -> None:
    chance = random.Random(seed)
    offsets = sorted(chance.randrange(60) for _ in range(40))
    bad = frozenset(offset for offset in offsets if chance.random() < 0.15)
    store = MemoryStore(bad=bad)
    for _ in range(2):  # a second run, as after a kill, changes nothing
        refused = await insert_block(store, block(offsets), "token", SETTINGS, WriterMetrics())
        assert set(refused) == bad
        assert sorted(row["_offset"] for row in store.rows) == [offset for offset in offsets if offset not in bad]


async def test_the_same_block_is_repeated_while_the_store_is_away() -> None:
    store, metrics = MemoryStore(failures=2), WriterMetrics()
    assert await insert_block(store, block([1, 2]), "token", SETTINGS, metrics) == {}
    assert (store.tokens, metrics.insert_retries, metrics.rows) == (["token"], 2, 2)


async def test_a_store_that_stays_away_ends_the_writer() -> None:
    with pytest.raises(StoreUnavailableError):
        await insert_block(MemoryStore(failures=99), block([1]), "token", SETTINGS, WriterMetrics())


async def test_a_number_no_column_holds_is_refused_alone() -> None:
    rows = (*block([1]).rows, RequestPartRow(
        org="o", request="r", part="attempted", attempt=2**70, event_id="e", partition=0, offset=2
    ))  # fmt: skip
    store = MemoryStore()
    refused = await insert_block(store, Block(table="request_parts", rows=rows), "token", SETTINGS, WriterMetrics())
    assert list(refused) == [2] and [row["_offset"] for row in store.rows] == [1]
