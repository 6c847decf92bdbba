"""Makes what is queued, one export after another, and deletes files whose time is up. Runs beside the query API."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from keeptrusts.projections.exports.files import ExportFiles, WholeFile
from keeptrusts.projections.exports.maker import Queued, make
from keeptrusts.projections.query_api.call import Deps, Recorder
from keeptrusts.projections.query_api.ledger_values import export_of
from keeptrusts.projections.store.protocol import StoreError
from keeptrusts.schemas import topics
from keeptrusts.schemas.commands.documents import ExportFinishRequested
from keeptrusts.schemas.errors import Refused
from keeptrusts.schemas.positions import Position
from keeptrusts.schemas.publishing import PublishError
from keeptrusts.schemas.snapshots.documents import Export

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
_KNOWN: Final = """
SELECT value FROM ledger_values FINAL WHERE kind = 'export' AND has({ids:Array(String)}, id)"""
_UNKNOWN_KEPT_S: Final = 8 * 24 * 3600
"""What the tables do not know is kept so long: they may be behind, or be made again, and no export lives longer."""


class ExportWorker:
    """Makes exports until it is cancelled. What it has said is remembered until the tables show it."""

    def __init__(self, deps: Deps, files: ExportFiles, recorder: Recorder) -> None:
        self._deps = deps
        self._files = files
        self._recorder = recorder
        self._said: set[str] = set()
        self._turns: dict[str, int] = {}
        """Organization -> the turn that it had last: the next one is who has waited longest for one."""
        self._turn = 0

    async def run(self) -> None:
        """Never raises what may pass: a store or a log that is away, a disk that is full."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._repeated(self.step, _POLL_S))
            both.create_task(self._repeated(self.sweep, _SWEEP_S))

    async def _repeated(self, work: Callable[[], Awaitable[int]], pause_s: float) -> None:
        """Do one thing again and again; later, where something is left to be tried again."""
        while True:
            left = 1
            try:
                left = await work()
            except (StoreError, OSError) as error:
                LOGGER.warning("exports wait: %s", type(error).__name__)
            await asyncio.sleep(max(_PAUSE_S, pause_s) if left else pause_s)

    async def step(self) -> int:
        """Make what is queued now, organizations in turn; gives how many must be tried again. Raises StoreError."""
        waiting: set[str] = set()
        while True:  # each time one export fewer is left
            queued = await self._queued()
            self._said &= {one.export.id for one in queued}
            left = [one for one in queued if one.export.id not in self._said | waiting]
            if not left:
                self._turns = {org: turn for org, turn in self._turns.items() if self._turn - turn < _MOST_AT_ONCE}
                return len(waiting)
            chosen = min(left, key=lambda one: (self._turns.get(one.export.org, 0), one.export.id))
            self._turn += 1
            self._turns[chosen.export.org] = self._turn
            if not await self._finished(chosen):
                waiting.add(chosen.export.id)

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

    async def sweep(self) -> int:
        """Delete the files that are not kept any longer; gives how many could not be. Raises StoreError, OSError."""
        there = await asyncio.to_thread(self._files.whole)
        known = await self._known(sorted({file.export for file in there}))
        gone = [file.path for file in there if _is_gone(file, known.get(file.export))]
        gone += await asyncio.to_thread(self._files.abandoned)
        left = 0
        for path in gone:
            try:
                await asyncio.to_thread(path.unlink, missing_ok=True)
            except OSError as error:
                LOGGER.warning("the file of an export cannot be deleted: %s", type(error).__name__)
                left += 1
        return left

    async def _queued(self) -> list[Queued]:
        answer = await self._deps.store.query(_QUEUED, {"most": _MOST_AT_ONCE})
        if not answer.rows:
            return []
        tip = await self._deps.tips.tip()
        found = [(export_of(value), int(offset)) for value, offset in answer.rows]
        return [
            Queued(export=export, position=Position(tip.position(topics.EVENTS, export.org).partition, offset))
            for export, offset in found
        ]

    async def _known(self, ids: Sequence[str]) -> dict[str, Export]:
        """Give those of the exports that the tables know."""
        found: dict[str, Export] = {}
        for start in range(0, len(ids), 1000):
            answer = await self._deps.store.query(_KNOWN, {"ids": ids[start : start + 1000]})
            found |= {one.id: one for one in (export_of(value) for (value,) in answer.rows)}
        return found


def _is_gone(file: WholeFile, export: Export | None) -> bool:
    """Say whether a file is not kept: its export has ended, or has another file."""
    if export is None:
        return file.age_s > _UNKNOWN_KEPT_S
    return export.state not in ("queued", "ready") or not file.is_of(export.sha256)
