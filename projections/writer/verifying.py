"""Makes sure of blocks that were sent twice: the engine notes a block's token before it has the block itself.

Killed in between, it keeps a token without rows, and takes the block that is sent again for a repetition of it. So
after a kill, and after an insert whose fate was not known, what the tables hold is compared with what they should;
a block that is missing goes in under another token. A block is in a table whole or not at all.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from typing import Any, Final

from keeptrusts.projections.migrations import tables
from keeptrusts.projections.settings import WriterSettings
from keeptrusts.projections.store.protocol import Store
from keeptrusts.projections.writer.blocks import Block
from keeptrusts.projections.writer.inserting import insert_block
from keeptrusts.projections.writer.metrics import WriterMetrics
from keeptrusts.projections.writer.ranges import Range
from keeptrusts.projections.writer.rollups import lacking, refill

logger = logging.getLogger(__name__)

_TRIES: Final = 8
_NEWEST: Final = (tables.DIRECTORY_VALUES.name, tables.LEDGER_VALUES.name)


class MissingBlockError(RuntimeError):
    """A block is not in its table however often it is sent."""


async def make_sure(
    store: Store,
    item: Range,
    blocks: Sequence[Block],
    refused: Collection[int],
    settings: WriterSettings,
    metrics: WriterMetrics,
) -> None:
    """Insert what a range's tables lack of it, and make rollups again that lack it or may hold it twice.

    The range must be the last that was written of its partition. ``refused`` are offsets that no table could store.
    Raises MissingBlockError when a block does not stay, and what the store raises.
    """
    stored = [Block(table=block.table, rows=_without(block, refused)) for block in blocks]
    again = [block.table for block in stored if block.rows and await _again(store, item, block, settings, metrics)]
    if not any(block.table == tables.REQUESTS.name for block in stored):
        return
    for name in tables.ROLLUPS if tables.REQUESTS.name in again else await lacking(store, item):
        logger.warning("%s lacks what was being written when a writer was killed: it is made again", name)
        await refill(store, name)


def _without(block: Block, refused: Collection[int]) -> tuple[Any, ...]:
    return tuple(row for row in block.rows if row.offset not in refused) if refused else block.rows


async def _again(store: Store, item: Range, block: Block, settings: WriterSettings, metrics: WriterMetrics) -> bool:
    """Insert a block under other tokens until it is there; whether that was needed."""
    for number in range(_TRIES):
        if await _is_there(store, item, block):
            return number > 0
        logger.warning("%s lacks a block that the engine takes for written: it is written again", block.table)
        metrics.lost_blocks += 1
        await insert_block(store, block, f"{item.token(block.table)}/again{number}", settings, metrics)
    raise MissingBlockError(f"{block.table} does not keep the rows of {item.topic}/{item.partition} from {item.first}")


async def _is_there(store: Store, item: Range, block: Block) -> bool:
    if block.table in tables.OPEN_SETS:
        return await _is_open_as_it_should(store, block)
    place: dict[str, Any] = {"partition": item.partition, "first": item.first, "last": item.last}
    where = "_partition = {partition:UInt32} AND _offset BETWEEN {first:UInt64} AND {last:UInt64}"
    if block.table in _NEWEST:  # they keep the newest value of each: the last row stays
        answer = await store.query(f"SELECT max(_offset) FROM {block.table} WHERE {where}", place)
        return bool(answer.value() == max(row.offset for row in block.rows))
    answer = await store.query(f"SELECT count() FROM {block.table} WHERE {where}", place)
    return bool(answer.value() >= len(block.rows))


async def _is_open_as_it_should(store: Store, block: Block) -> bool:
    """Rows that take each other back vanish with time, so the sum of each name counts: 1 is open, 0 has ended."""
    rows: Sequence[Any] = block.rows
    name = tables.OPEN_SETS[block.table]
    expected = {(row.org, getattr(row, name)): max(row.sign, 0) for row in rows}  # the last row of a name decides
    answer = await store.query(
        f"SELECT org, {name}, sum(sign) FROM {block.table}"
        f" WHERE org IN {{orgs:Array(String)}} AND {name} IN {{names:Array(String)}} GROUP BY org, {name}",
        {"orgs": sorted({org for org, _ in expected}), "names": sorted({found for _, found in expected})},
    )
    found = {(org, identifier): int(count) for org, identifier, count in answer.rows}
    return all((found.get(key, 0) > 0) == (count > 0) for key, count in expected.items())
