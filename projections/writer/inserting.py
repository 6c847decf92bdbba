"""Puts blocks into tables: retries what may pass, and narrows down what never will."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from keeptrusts.projections.settings import WriterSettings
from keeptrusts.projections.store.protocol import (
    QueryLimitError,
    Store,
    StoreDataError,
    StoreUnavailableError,
)
from keeptrusts.projections.writer.blocks import Block, Row, encode_rows
from keeptrusts.projections.writer.metrics import WriterMetrics

_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 2.0


async def insert_block(
    store: Store,
    block: Block,
    token: str,
    settings: WriterSettings,
    metrics: WriterMetrics,
    *,
    table: str | None = None,
) -> dict[int, str]:
    """Insert a block once and give what cannot be stored: offset -> reason.

    Halves of a block that does not fit get tokens that follow from the block's own, so a second run cuts the same way.
    """
    return await _insert(store, table or block.table, block.rows, token, settings, metrics)


async def _insert(
    store: Store, table: str, rows: tuple[Row, ...], token: str, settings: WriterSettings, metrics: WriterMetrics
) -> dict[int, str]:
    try:
        await _insert_patiently(store, table, encode_rows(rows), token, settings, metrics)
    except (StoreDataError, TypeError) as error:
        offsets = sorted({row.offset for row in rows})
        if len(offsets) == 1:
            reason = error.reason if isinstance(error, StoreDataError) else "a number is larger than any column holds"
            return {offsets[0]: f"{table}: {reason}"}
        middle = offsets[len(offsets) // 2]
        lower = tuple(row for row in rows if row.offset < middle)
        upper = tuple(row for row in rows if row.offset >= middle)
        refused = await _insert(store, table, lower, f"{token}/{offsets[0]}", settings, metrics)
        return refused | await _insert(store, table, upper, f"{token}/{middle}", settings, metrics)
    metrics.rows += len(rows)
    return {}


async def _insert_patiently(
    store: Store, table: str, lines: bytes, token: str, settings: WriterSettings, metrics: WriterMetrics
) -> None:
    """Repeat the same block under the same token while the store is away, at most ``retry_seconds``."""
    deadline = time.monotonic() + settings.retry_seconds
    pause = _FIRST_PAUSE
    while True:
        try:
            return await store.insert(table, lines, token=token)
        except (StoreUnavailableError, QueryLimitError):
            if time.monotonic() + pause > deadline:
                raise
        metrics.insert_retries += 1
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
