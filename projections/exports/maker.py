"""Makes the file of one export: constant memory, whole or not there at all, the same bytes whoever makes it."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import BinaryIO, Final

from keeptrusts.projections.exports.daily import Rows
from keeptrusts.projections.exports.files import ExportFiles
from keeptrusts.projections.exports.formats import Writing, writing
from keeptrusts.projections.exports.sources import SOURCES
from keeptrusts.projections.query_api.call import Deps
from keeptrusts.projections.query_api.on_behalf import call_of_member
from keeptrusts.projections.store.protocol import QueryLimitError
from keeptrusts.schemas.commands.documents import ExportFinishRequested
from keeptrusts.schemas.errors import Refused
from keeptrusts.schemas.exports import EXPORTS, export_scope
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.positions import Position
from keeptrusts.schemas.record import format_time
from keeptrusts.schemas.snapshots.documents import Export

_MIB: Final = 1024 * 1024


class ExportFailed(Exception):
    """An export that will not be made, however often it is tried. ``reason`` is for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@frozen
class Queued:
    """An export that is to be made, and its place in the log: what came before belongs to it, what came after not."""

    export: Export
    position: Position


async def make(deps: Deps, files: ExportFiles, queued: Queued) -> ExportFinishRequested:
    """Make the file and say what became of it. Raises StoreUnavailableError, OSError: then it may be tried again."""
    try:
        return await _made(deps, files, queued)
    except ExportFailed as failed:
        reason = failed.reason
    except QueryLimitError as error:
        reason = f"{error.reason}; narrow the period or the filters"
    except Refused as refused:
        if refused.problem.status == 503:
            raise
        reason = refused.problem.message
    return ExportFinishRequested(export=queued.export.id, outcome="failed", message=reason, as_of=str(queued.position))


async def _made(deps: Deps, files: ExportFiles, queued: Queued) -> ExportFinishRequested:
    export = queued.export
    source = SOURCES[export.type]
    call = await call_of_member(
        deps, org=export.org, member=export.requested_by, action=EXPORTS[export.type].action,
        position=queued.position, parameters=_parameters(queued, at_position=source.at_position),
    )  # fmt: skip
    scope = None if call is None else export_scope(call.caller.principal, export.type)
    teams = () if scope is None or scope.reach != "team" else tuple(sorted(scope.teams))
    if call is None or scope is None or (scope.reach, teams) != (export.reach, export.teams):
        raise ExportFailed("the rights of whoever asked for it have changed since; ask again")
    part = files.part(export)
    await asyncio.to_thread(part.parent.mkdir, parents=True, exist_ok=True, mode=0o700)
    try:
        async with aclosing(source.rows(call)) as pieces:
            done = await _written(part, writing(export.format, source.columns), pieces, files)
        await asyncio.to_thread(os.replace, part, files.path(export, done.sha256.hexdigest()))
    finally:
        await asyncio.to_thread(part.unlink, missing_ok=True)
    return ExportFinishRequested(
        export=export.id,
        outcome="ready",
        rows=done.rows,
        size_bytes=done.size,
        sha256=done.sha256.hexdigest(),
        as_of=str(queued.position),
    )


def _parameters(queued: Queued, *, at_position: bool) -> dict[str, str]:
    """Give the parameters of the list that shows the same rows."""
    export = queued.export
    found = dict(export.filters)
    found |= {"as_of": str(queued.position)} if at_position else {}
    found |= {} if export.since is None else {"since": format_time(export.since)}
    return found | ({} if export.until is None else {"until": format_time(export.until)})


class _File:
    """A file under way: what is in it so far, and its hash."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.rows = 0
        self.size = 0
        self.sha256 = hashlib.sha256()

    def add(self, data: bytes, rows: int = 0) -> None:
        self._file.write(data)
        self.sha256.update(data)
        self.size += len(data)
        self.rows += rows

    def finish(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())


async def _written(path: Path, form: Writing, pieces: AsyncIterator[Rows], files: ExportFiles) -> _File:
    """Write all pieces, no row of them on the event loop; raises ExportFailed where it would grow too large."""
    with await asyncio.to_thread(open, path, "wb") as file:
        done = _File(file)
        done.add(form.begin())
        async for piece in pieces:
            await asyncio.to_thread(_add, done, form, piece, files)
        done.add(form.end())
        await asyncio.to_thread(done.finish)
    return done


def _add(done: _File, form: Writing, piece: Rows, files: ExportFiles) -> None:
    data = form.rows(piece)
    if done.size + len(data) > files.most_bytes:
        raise ExportFailed(f"it is larger than {files.most_bytes // _MIB} MiB; narrow the period or the filters")
    if files.room() < len(data):
        raise ExportFailed("the disk of the exports is full; delete some, or have an operator make room")
    done.add(data, len(piece))
