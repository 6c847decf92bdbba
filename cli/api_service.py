"""The API process: command API, query API and writer beside each other on one port, owning the embedded store."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

import orjson
from aiohttp import web

from keeptrusts.cli.api_metrics import add_metrics
from keeptrusts.cli.installation import Installation
from keeptrusts.cli.openapi import whole_document
from keeptrusts.cli.service import background, first_of, now_ms
from keeptrusts.cli.topics import check_topics
from keeptrusts.gateway.app import directory_follower, publisher_of, system_ids
from keeptrusts.gateway.command_api.context import CommandContext
from keeptrusts.gateway.command_api.erasing import Eraser
from keeptrusts.gateway.command_api.routes import command_routes
from keeptrusts.gateway.http.front_door import listening
from keeptrusts.gateway.pipeline.content_desk import ContentDesk
from keeptrusts.gateway.publishing.content_log import KafkaContentLog
from keeptrusts.gateway.publishing.renewing import RenewingPublisher
from keeptrusts.gateway.settings import GatewaySettings
from keeptrusts.gateway.state.directory import DirectoryView
from keeptrusts.gateway.state.follower import Follower
from keeptrusts.gateway.state.outcomes import OutcomeInbox
from keeptrusts.projections.app import (
    OwnerRebuilder,
    build_query_routes,
    export_worker,
    new_writer,
    open_store,
    query_deps,
    writer_health,
)
from keeptrusts.projections.exports.files import ExportFiles
from keeptrusts.projections.settings import KafkaSettings, QuerySettings, StoreSettings, WriterSettings
from keeptrusts.projections.store.protocol import Store
from keeptrusts.projections.writer.loop import Writer
from keeptrusts.projections.writer.rebuild import Rebuild
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.errors import PROBLEM_JSON, Problem, openai_body
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.ids import PLATFORM_LEDGER
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.topics import OUTCOMES, SUBJECT_KEYS

SHUTDOWN_S: Final = 5.0
RECORD_S: Final = 5.0
MAX_BODY_BYTES: Final = 1024 * 1024
WRITER_SILENT_LIMIT_MS: Final = 30_000


@frozen
class _Commands:
    """What the command API stands on."""

    publisher: RenewingPublisher
    directory: DirectoryView
    outcomes: OutcomeInbox
    following: tuple[Follower, Follower]
    partitions: int
    contents: KafkaContentLog

    @property
    def ready(self) -> bool:
        return all(follower.caught_up.is_set() for follower in self.following)

    def directory_age_s(self, now_s: float) -> float | None:
        """Give the seconds since the authority's last sign of life for the partition longest without one."""
        ages = [self.directory.heartbeat_age_s(partition, now_s) for partition in range(self.partitions)]
        known = [age for age in ages if age is not None]
        return round(max(known), 3) if len(known) == len(ages) else None


async def serve_api(
    installation: Installation, *, host: str, port: int, on_listening: Callable[[], None], stop: asyncio.Event
) -> None:
    """Serve until ``stop`` is set, or until the store, the writer or a view gives up (its error is raised then)."""
    partitions = await check_topics(installation.bootstrap, prefix=installation.topic_prefix, mode=installation.mode)
    async with _store(installation) as store:
        writer_settings = WriterSettings(
            kafka=KafkaSettings(bootstrap=installation.bootstrap, topic_prefix=installation.topic_prefix)
        )
        writer = new_writer(store, writer_settings)
        async with _commands(installation, partitions) as commands:
            app = web.Application(client_max_size=MAX_BODY_BYTES)
            app.router.add_get("/v1/openapi.json", _described())  # before the query API's own, which is a part of it
            app.router.add_routes(command_routes(_context(installation, commands, partitions)))
            rebuilder = OwnerRebuilder(Rebuild(store, writer_settings, writer))
            recorder, files = _LogRecorder(commands.publisher), ExportFiles(directory=installation.exports)
            deps = query_deps(
                store,
                installation.key_secrets,
                QuerySettings(),
                rebuilder=rebuilder,
                recorder=recorder,
                exports=files,
                erasures=commands.directory.erasures,
            )
            app.router.add_routes(build_query_routes(deps))
            _add_health(app, commands, writer)
            add_metrics(app, store)
            app.router.add_route("*", "/{path:.*}", _unknown)
            async with listening(app, host, port, drain_s=SHUTDOWN_S):
                exporting = export_worker(deps, files, recorder).run()
                beside = (writer.run(), _eraser(installation, commands).run(), exporting)
                async with background(store.watch(), *beside, *(one.run() for one in commands.following)) as ended:
                    on_listening()
                    await first_of(stop, ended)


@asynccontextmanager
async def _store(installation: Installation) -> AsyncIterator[Store]:
    store = await open_store(StoreSettings(dsn=installation.clickhouse))
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def _commands(installation: Installation, partitions: int) -> AsyncIterator[_Commands]:
    ids = system_ids()
    settings = GatewaySettings(
        name="api",
        incarnation=ids.event(),
        org=PLATFORM_LEDGER,
        bootstrap=installation.bootstrap,
        partitions=partitions,
        topic_prefix=installation.topic_prefix,
    )
    publisher = publisher_of(settings, "api", ids)
    await publisher.start()
    directory, outcomes = DirectoryView(), OutcomeInbox()
    inbox = Follower(
        bootstrap=installation.bootstrap,
        topic=settings.topic(OUTCOMES.name),
        partitions=partitions,
        start="beginning",
        apply=outcomes.apply,
    )
    contents = KafkaContentLog(bootstrap=installation.bootstrap, topic_prefix=installation.topic_prefix)
    try:
        yield _Commands(
            publisher=publisher,
            directory=directory,
            outcomes=outcomes,
            following=(directory_follower(settings, directory), inbox),
            partitions=partitions,
            contents=contents,
        )
    finally:
        await publisher.stop()
        await contents.stop()


class _LogRecorder:
    """Appends the query API's facts to the log."""

    def __init__(self, publisher: RenewingPublisher) -> None:
        self._publisher = publisher
        self._ids = system_ids()

    async def record(self, *, org: str, actor: str, subject: str, fact: Record) -> None:
        event = Event(
            id=self._ids.event(),
            source=self._publisher.source,
            subject=subject,
            time=datetime.now(UTC),
            org=org,
            ledger=org,
            actor=actor,
            data=fact,
            correlationid=subject,
        )
        await self._publisher.append(event, deadline_s=RECORD_S)


def _eraser(installation: Installation, commands: _Commands) -> Eraser:
    return Eraser(
        bootstrap=installation.bootstrap,
        topic=installation.topic_prefix + SUBJECT_KEYS.name,
        log=commands.contents,
        partitions=commands.partitions,
        erasures=commands.directory.all_erasures,
        version=lambda: commands.directory.erasure_version,
        ready=lambda: commands.ready,
        now=lambda: datetime.now(UTC),
    )


def _context(installation: Installation, commands: _Commands, partitions: int) -> CommandContext:
    contents = ContentDesk(
        log=commands.contents,
        ids=system_ids(),
        secrets=installation.key_secrets,
        erasures=commands.directory.erasures,
        now=lambda: datetime.now(UTC),
        entropy=os.urandom,
        ack_timeout_s=RECORD_S,
    )
    commands.directory.on_erasure = contents.forget
    return CommandContext(
        publisher=commands.publisher,
        directory=commands.directory,
        outcomes=commands.outcomes,
        key_secrets=installation.key_secrets,
        secret_version=installation.key_secret_version,
        ids=system_ids(),
        now=lambda: datetime.now(UTC),
        monotonic_s=time.monotonic,
        partitions=partitions,
        ready=lambda: commands.ready,
        outbound=installation.outbound,
        contents=contents,
    )


def _add_health(app: web.Application, commands: _Commands, writer: Writer) -> None:
    async def health(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(request: web.Request) -> web.Response:
        seen = writer_health(writer, now_ms())
        stuck = not seen.started or seen.silent_ms > WRITER_SILENT_LIMIT_MS
        ready = commands.ready and not stuck
        document = {
            "status": "ready" if ready else "not_ready",
            "commands": "ready" if commands.ready else "catching_up",
            "directory_age_s": commands.directory_age_s(time.monotonic()),
            "writer": {
                "started": seen.started,
                "positions": dict(seen.positions),
                "delay_ms": seen.delay_ms,
                "silent_ms": seen.silent_ms,
                "counters": dict(seen.counters),
            },
        }
        return web.json_response(document, status=200 if ready else 503)

    for path in ("/health", "/healthz"):
        app.router.add_get(path, health)
    app.router.add_get("/readyz", readyz)


def _described() -> Callable[[web.Request], Awaitable[web.Response]]:
    body = orjson.dumps(whole_document())

    async def describe(request: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    return describe


async def _unknown(request: web.Request) -> web.Response:
    problem = Problem(
        code="not_found", message="this path is not served", fix="GET /v1/openapi.json lists what is", param="path"
    )
    return web.json_response(openai_body(problem), status=problem.status, content_type=PROBLEM_JSON)
