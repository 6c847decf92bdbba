"""The query API and the maker of exports on one store, with a log that takes facts: for tests of exports."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from keeptrusts.projections.app import build_query_routes, query_deps
from keeptrusts.projections.exports.files import ExportFiles
from keeptrusts.projections.exports.worker import ExportWorker
from keeptrusts.projections.query_api.call import Deps
from keeptrusts.projections.settings import QuerySettings
from keeptrusts.schemas.authorization import Principal
from keeptrusts.schemas.commands.documents import ExportFinishRequested
from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.exports import export_scope
from keeptrusts.schemas.publishing import PublisherOverloadedError
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.documents import Export
from keeptrusts.schemas.topics import partition_of
from support.acme import (
    MEMBER,
    ORG,
    OWNER,
    RED,
    SECRETS,
    Person,
)
from support.asking import Client
from support.filled_store import PARTITIONS, FilledStore
from support.ledger_entries import Entries
from support.request_material import Material

NOW = datetime.now(UTC)
BEHIND_ALL = 100_000


@dataclass(slots=True)
class Log:
    """Takes facts, unless it is away."""

    facts: list[tuple[str, Record]] = field(default_factory=list)
    away: bool = False

    async def record(self, *, org: str, actor: str, subject: str, fact: Record) -> None:
        if self.away:
            raise PublisherOverloadedError("the log takes nothing")
        self.facts.append((actor, fact))

    @property
    def last(self) -> Any:
        return self.facts[-1][1]


@dataclass(slots=True)
class Desk:
    """The worker and the query API on one store; ``say`` does with the worker's word what the authority does."""

    filled: FilledStore
    deps: Deps
    files: ExportFiles
    log: Log
    client: Client
    worker: ExportWorker
    entries: Entries = field(default_factory=lambda: Entries(partition=1, seq=10))

    async def ask(self, export: Export, *, at: int = BEHIND_ALL) -> Export:
        """Queue an export whose place in the log is offset ``at``."""
        entry = self.entries.entry("accepted", "kt.export.create_requested.v1", changes=(export,))
        placed = entry.model_copy(update={"cause": entry.cause.model_copy(update={"offset": at})})
        await self.filled.derived("kt.ledger", export.org, placed)
        await self.filled.progress("kt.events", partition_of(export.org, PARTITIONS), BEHIND_ALL)
        return export

    async def say(self, export: Export, **changes: Any) -> Export:
        changed = export.model_copy(update=changes)
        await self.filled.derived(
            "kt.ledger",
            export.org,
            self.entries.entry("finished", "kt.export.finish_requested.v1", changes=(changed,)),
        )
        return changed

    async def made(self, export: Export, *, at: int = BEHIND_ALL) -> Export:
        """Queue an export, make it, and have it ready or failed."""
        await self.ask(export, at=at)
        await self.worker.step()
        said = self.log.last
        assert isinstance(said, ExportFinishRequested) and said.export == export.id
        told = said.model_dump(exclude={"export", "outcome"})
        return await self.say(export, state=said.outcome, expires_at=NOW + timedelta(days=7), **told)

    async def download(self, export: Export, person: Person = OWNER, **headers: str) -> tuple[int, bytes]:
        url = f"/v1/exports/{export.id}/download"
        response = await self.client.get(url, headers={**person.headers, **headers})
        return response.status, await response.read()


@asynccontextmanager
async def export_desk(filled: FilledStore, directory: Path) -> AsyncIterator[Desk]:
    """Serve the query API on a filled store, beside a worker that makes exports there."""
    log, files = Log(), ExportFiles(directory=directory, keep_free_bytes=0)
    settings = QuerySettings(directory_seconds=0.0, position_wait_seconds=0.5)
    deps = query_deps(filled.store, SECRETS, settings, recorder=log, exports=files)
    app = web.Application()
    app.add_routes(build_query_routes(deps))
    async with TestClient(TestServer(app)) as client:
        yield Desk(filled, deps, files, log, client, ExportWorker(deps, files, log))


def export(number: int = 1, who: Person = OWNER, **more: Any) -> Export:
    fields: dict[str, Any] = {"type": "events", "format": "csv", "org": who.org} | more
    scope = export_scope(Principal(org=who.org, member=who.id, role=who.role, teams=who.teams), fields["type"])
    return Export(
        id=f"exp_{number:026d}",
        state="queued",
        requested_by=who.id,
        requested_at=NOW,
        reach=scope.reach,
        teams=tuple(sorted(scope.teams)) if scope.reach == "team" else (),
        expires_at=NOW + timedelta(days=1),
        **fields,
    )


async def requests(filled: FilledStore, count: int, *, team: str = RED, user: str = MEMBER.id, seed: int = 1) -> int:
    """Append finished requests; gives the offset of the last record."""
    material = Material(seed=seed)
    who = Identity(org=ORG, team=team, user=user)
    events = []
    for _ in range(count):
        request = material.request_id()
        events += [material.decided(request, who), material.completed(request, who)]
    return (await filled.events(*events))[-1]


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))
