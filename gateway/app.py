"""The gateway service: starts its views and ports in order, serves, and stops without losing a call."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from keeptrusts.gateway.http.admin_plane import AdminPlane
from keeptrusts.gateway.http.data_plane import DataPlane
from keeptrusts.gateway.http.front_door import listening
from keeptrusts.gateway.http.metrics import GatewayMetrics
from keeptrusts.gateway.pipeline import reports
from keeptrusts.gateway.pipeline.bad_keys import BadKeyMeter
from keeptrusts.gateway.pipeline.caller_book import CallerBook
from keeptrusts.gateway.pipeline.late_records import LateRecords
from keeptrusts.gateway.pipeline.services import Configuration, Counters, Services
from keeptrusts.gateway.providers.http_client import HttpProviderClient
from keeptrusts.gateway.publishing.kafka import KafkaPublisher, start_publisher
from keeptrusts.gateway.publishing.renewing import RenewingPublisher
from keeptrusts.gateway.routing.traffic import Traffic
from keeptrusts.gateway.settings import GatewaySettings
from keeptrusts.gateway.state.directory import DirectoryView
from keeptrusts.gateway.state.entropy import Entropy
from keeptrusts.gateway.state.follower import Follower
from keeptrusts.gateway.wallets.prices import PriceTable
from keeptrusts.schemas.ids import Ids
from keeptrusts.schemas.topics import DIRECTORY

DRAIN_TIMEOUT_S = 30.0
ADMIN_DRAIN_S = 2.0


async def run_gateway(
    settings: GatewaySettings,
    configuration: Configuration,
    *,
    host: str,
    port: int,
    admin_port: int,
    stop: asyncio.Event,
    on_listening: Callable[[], None] = lambda: None,
) -> None:
    """Serve until ``stop`` is set. Raises OSError for a busy port and PublishError without a broker."""
    async with open_services(settings, configuration, stop) as services:
        metrics = GatewayMetrics(services)
        async with listening(AdminPlane(services, metrics), "127.0.0.1", admin_port, drain_s=ADMIN_DRAIN_S):
            async with listening(
                DataPlane(services, metrics),
                host,
                port,
                drain_s=DRAIN_TIMEOUT_S,
                header_timeout_s=settings.header_timeout_s,
                idle_timeout_s=settings.idle_timeout_s,
            ):
                on_listening()
                settle_memory()
                await reports.started(services)
                await stop.wait()
            await services.late_records.drain(settings.ack_timeout_s)
            await reports.stopped(services, "stopped on request")


def settle_memory() -> None:
    """Take what start-up has built (models, prices, routes) out of the collector's rounds: it stays for good.

    Requests leave little in cycles, so full rounds can be rare; without this each of them walks everything again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


@asynccontextmanager
async def open_services(
    settings: GatewaySettings, configuration: Configuration, stop: asyncio.Event
) -> AsyncIterator[Services]:
    """Connect everything a request needs, and close it again in reverse order; ``stop`` is set when a part fails."""
    ids = system_ids()
    publisher = publisher_of(settings, f"gateway/{settings.name}", ids)
    await publisher.start()
    directory = DirectoryView()
    follower = directory_follower(settings, directory)
    provider = HttpProviderClient(
        connect_timeout_s=settings.provider_connect_timeout_s,
        max_answer_bytes=settings.max_answer_bytes,
        now_ns=time.monotonic_ns,
    )
    traffic = Traffic(chance=random.SystemRandom(), now_ns=time.monotonic_ns())
    traffic.reconfigure(configuration.compiled.document, [target.id for target in configuration.targets])
    services = Services(
        settings=settings,
        configuration=lambda: configuration,
        directory=directory,
        callers=CallerBook(os.urandom(32)),
        publisher=publisher,
        provider=provider,
        prices=PriceTable.load(on=datetime.now(UTC).date()),
        traffic=traffic,
        ids=ids,
        now=lambda: datetime.now(UTC),
        now_ns=time.monotonic_ns,
        counters=Counters(),
        bad_keys=BadKeyMeter(per_second=settings.bad_keys_per_s),
        late_records=LateRecords(publisher, most=settings.late_records, deadline_s=settings.late_record_deadline_s),
        caught_up=follower.caught_up.is_set,
    )
    try:
        async with in_background(
            stop, follower.run(), reports.report_for_ever(services), reports.count_bad_keys_for_ever(services)
        ):
            yield services
    finally:
        await publisher.stop()
        await provider.close()


@asynccontextmanager
async def in_background(stop: asyncio.Event, *endless: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run coroutines that never end beside the body. One that does sets ``stop``, and its error is raised at the end.

    A gateway without its directory or its reports must not go on as if nothing were.
    """
    tasks = [asyncio.create_task(coroutine) for coroutine in endless]
    for task in tasks:
        task.add_done_callback(lambda _: stop.set())
    try:
        yield
    finally:
        ended = [task for task in tasks if task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for task in ended:
            task.result()


def publisher_of(settings: GatewaySettings, source_prefix: str, ids: Ids) -> RenewingPublisher:
    """Make the publisher to the real log; the caller starts and stops it."""

    async def start(source: str, on_broken: Callable[[str], None]) -> KafkaPublisher:
        return await start_publisher(
            bootstrap=settings.bootstrap,
            topic_prefix=settings.topic_prefix,
            partitions=settings.partitions,
            source=source,
            queue_size=settings.publish_queue,
            on_broken=on_broken,
        )

    return RenewingPublisher(source_prefix=source_prefix, start=start, new_incarnation=ids.event)


def directory_follower(settings: GatewaySettings, directory: DirectoryView) -> Follower:
    """Make the task that keeps a directory view current; heartbeats count only once they arrive live."""
    return Follower(
        bootstrap=settings.bootstrap,
        topic=settings.topic(DIRECTORY.name),
        partitions=settings.partitions,
        start="beginning",
        apply=directory.apply,
        on_caught_up=directory.forget_heartbeats,
    )


def system_ids() -> Ids:
    """Give ids from this machine's clock and randomness."""
    return Ids(now_ms=lambda: time.time_ns() // 1_000_000, entropy=Entropy().take)
