"""Makes what is queued, one export after another, and deletes files whose time is up. Runs beside the query API."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from keeptrusts.projections.exports.files import ExportFiles
from keeptrusts.projections.exports.maker import Queued, make
from keeptrusts.projections.query_api.call import Deps, Recorder
from keeptrusts.projections.query_api.ledger_values import export_of
from keeptrusts.projections.store.protocol import StoreError
from keeptrusts.schemas import topics
from keeptrusts.schemas.commands.documents import ExportFinishRequested
from keeptrusts.schemas.errors import Refused
from keeptrusts.schemas.positions import Position
from keeptrusts.schemas.publishing import PublishError

LOGGER: Final = logging.getLogger("keeptrusts.exports")
ACTOR: Final = "service:exports"
_POLL_S: Final = 1.0
_SWEEP_S: Final = 60.0
_PAUSE_S: Final = 5.0
"""How long after a failure that may pass nothing is tried."""
_MOST_AT_ONCE: Final = 100
_QUEUED: Final = """
SELECT value, cause_offset FROM ledger_values FINAL
WHERE kind = 'export' AND state = 'queued' ORDER BY id LIMIT {most:UInt32}"""
_KEPT: Final = """
SELECT value FROM ledger_values FINAL
WHERE kind = 'export' AND state IN ('queued', 'ready') AND has({ids:Array(String)}, id)"""


class ExportWorker:
    """Makes exports until it is cancelled. What it has said is remembered until the tables show it."""

    def __init__(self, deps: Deps, files: ExportFiles, recorder: Recorder) -> None:
        self._deps = deps
        self._files = files
        self._recorder = recorder
        self._said: set[str] = set()

    async def run(self) -> None:
        """Never raises what may pass: a store or a log that is away, a disk that is full."""
        swept_at = float("-inf")
        while True:
            waiting = 0
            try:
                if self._deps.monotonic() - swept_at >= _SWEEP_S:
                    await self.sweep()
                    swept_at = self._deps.monotonic()
                waiting = await self.step()
            except (StoreError, OSError) as error:
                LOGGER.warning("exports wait: %s", type(error).__name__)
                waiting = 1
            await asyncio.sleep(_PAUSE_S if waiting else _POLL_S)

    async def step(self) -> int:
        """Make what is queued now; gives how many must be tried again. Raises StoreError."""
        queued = await self._queued()
        self._said &= {one.export.id for one in queued}
        done = [await self._finished(one) for one in queued if one.export.id not in self._said]
        return done.count(False)

    async def _finished(self, queued: Queued) -> bool:
        """Make one and say what became of it; False where that may go better later. One never stops the others."""
        export = queued.export
        try:
            said = await self._made(queued)
            await self._recorder.record(org=export.org, actor=ACTOR, subject=export.id, fact=said)
        except Refused as refused:  # the tables are not there yet
            LOGGER.info("export %s waits: %s", export.id, refused.problem.message)
            return False
        except (StoreError, PublishError, OSError) as error:
            LOGGER.warning("export %s waits: %s", export.id, type(error).__name__)
            return False
        self._said.add(export.id)
        return True

    async def _made(self, queued: Queued) -> ExportFinishRequested:
        """Make one; what nobody foresaw is a failure of this one, which would only fail again."""
        try:
            return await make(self._deps, self._files, queued)
        except (Refused, StoreError, OSError):
            raise
        except Exception:
            LOGGER.exception("export %s failed", queued.export.id)
            reason = "something unforeseen happened; the log of the API says what"
            return ExportFinishRequested(export=queued.export.id, outcome="failed", message=reason)

    async def sweep(self) -> None:
        """Delete the files of exports that are not kept any longer. Raises StoreError, OSError."""
        there = await asyncio.to_thread(self._files.whole)
        kept = await self._kept(sorted({file.export for file in there}))
        for file in there:
            if file.export not in kept or not file.is_of(kept[file.export]):
                await asyncio.to_thread(file.path.unlink, missing_ok=True)
        await asyncio.to_thread(self._files.sweep_parts)

    async def _queued(self) -> list[Queued]:
        answer = await self._deps.store.query(_QUEUED, {"most": _MOST_AT_ONCE})
        tip = await self._deps.tips.tip()
        found = [(export_of(value), int(offset)) for value, offset in answer.rows]
        return [
            Queued(export=export, position=Position(tip.position(topics.EVENTS, export.org).partition, offset))
            for export, offset in found
        ]

    async def _kept(self, ids: Sequence[str]) -> dict[str, str | None]:
        """Give those of the exports that are kept, with the hash that is recorded of their file."""
        found: dict[str, str | None] = {}
        for start in range(0, len(ids), 1000):
            answer = await self._deps.store.query(_KEPT, {"ids": ids[start : start + 1000]})
            found |= {one.id: one.sha256 for one in (export_of(value) for (value,) in answer.rows)}
        return found
