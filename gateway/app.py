"""The gateway service: starts its views and ports in order, serves, and stops without losing a call."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from keeptrusts.gateway.http import health
from keeptrusts.gateway.http.data_plane import DataPlane
from keeptrusts.gateway.http.front_door import Listening, listening_at
from keeptrusts.gateway.http.health import Report
from keeptrusts.gateway.http.metrics import GatewayMetrics, Page
from keeptrusts.gateway.pipeline import reports, run
from keeptrusts.gateway.pipeline.bad_keys import BadKeyMeter
from keeptrusts.gateway.pipeline.caller_book import CallerBook
from keeptrusts.gateway.pipeline.content_desk import ContentDesk
from keeptrusts.gateway.pipeline.in_force import ConfigurationInForce
from keeptrusts.gateway.pipeline.late_records import LateRecords
from keeptrusts.gateway.pipeline.lease_desk import LeaseDesk
from keeptrusts.gateway.pipeline.own_events import OwnEvents
from keeptrusts.gateway.pipeline.review_desk import ReviewDesk
from keeptrusts.gateway.pipeline.services import Configuration, Counters, Services
from keeptrusts.gateway.pipeline.share_desk import ShareDesk
from keeptrusts.gateway.policies.shares import ShareBook
from keeptrusts.gateway.providers.guarded_sockets import guarded_sockets
from keeptrusts.gateway.providers.http_client import HttpProviderClient
from keeptrusts.gateway.publishing.content_log import KafkaContentLog
from keeptrusts.gateway.publishing.figures import LogFigures
from keeptrusts.gateway.publishing.kafka import KafkaPublisher, start_publisher
from keeptrusts.gateway.publishing.renewing import RenewingPublisher
from keeptrusts.gateway.routing.traffic import Traffic
from keeptrusts.gateway.settings import GatewaySettings
from keeptrusts.gateway.state.directory import DirectoryView
from keeptrusts.gateway.state.entropy import Entropy
from keeptrusts.gateway.state.follower import FETCH_WAIT_MS, Follower
from keeptrusts.gateway.state.grants import GrantsInbox
from keeptrusts.gateway.wallets.prices import PriceTable
from keeptrusts.schemas.ids import Ids
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.topics import DIRECTORY, GRANTS

if TYPE_CHECKING:
    from keeptrusts.gateway.tracing import OtlpTracing

PRICES_EVERY_S = 600.0
READY_POLL_S = 0.05
DIRECTORY_WAIT_MS = 300
"""How long the broker may keep a question about the directory: its news may be this old, and idle gateways ask less."""

Beside = Callable[["RunningGateway"], AbstractAsyncContextManager[None]]
"""What runs from before the first call is taken until the last one has ended, such as an admin port."""


async def run_gateway(
    settings: GatewaySettings,
    configuration: Configuration,
    place: Listening,
    *,
    beside: Beside,
    on_listening: Callable[[], None],
    stop: asyncio.Event,
    metrics_page: Page | None = None,
    ready_within_s: float = 0.0,
) -> None:
    """Serve until ``stop`` is set. Raises OSError for a busy port and PublishError without a broker.

    No connection is taken before calls can be governed, or ``ready_within_s`` have passed: a worker that replaces
    another must not refuse what that one would have answered.
    ``metrics_page`` replaces this worker's own metrics where it is one of several.
    """
    async with open_services(settings, configuration, stop) as (services, in_force):
        metrics = GatewayMetrics(services, metrics_page)
        gateway = RunningGateway(services, in_force, metrics)
        async with beside(gateway):
            await _until_ready(services, stop, ready_within_s)
            settle_memory()
            async with listening_at(DataPlane(services, metrics), place):
                on_listening()
                await reports.started(services)
                await stop.wait()
                services.reviews.stop()
        await services.late_records.drain(settings.ack_timeout_s)
        if services.shares is not None:
            await services.shares.leave()
        await reports.stopped(services, "stopped on request")


class RunningGateway:
    """One worker that serves, as those see it who watch over it and change its configuration."""

    def __init__(self, services: Services, in_force: ConfigurationInForce, metrics: GatewayMetrics) -> None:
        self._services = services
        self._in_force = in_force
        self._metrics = metrics

    @property
    def configuration(self) -> Configuration:
        """The configuration that a call beginning now is decided by."""
        return self._in_force.current

    @property
    def metrics(self) -> GatewayMetrics:
        return self._metrics

    def readyz(self) -> Report:
        """Say whether calls can be governed now."""
        return health.readyz(self._services)

    def config(self) -> Report:
        """Show the configuration in force, without secrets."""
        return health.config(self._services)

    async def take_over(self, configuration: Configuration) -> bool:
        """Put a configuration in force for calls that begin from now on, and say so in the log; False: it was."""
        if not self._in_force.take_over(configuration, self._services.now()):
            return False
        await reports.reported(self._services)
        return True

    def refuse(self, problem: str) -> None:
        """Note that configuration files cannot be put in force."""
        self._in_force.refuse(problem)


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
) -> AsyncIterator[tuple[Services, ConfigurationInForce]]:
    """Connect everything a request needs, and close it again in reverse order; ``stop`` is set when a part fails."""
    ids = system_ids()
    figures, counters = LogFigures(), Counters()
    tracing = _tracing(settings, counters)
    publisher = publisher_of(settings, f"gateway/{settings.name}", ids, figures)
    await publisher.start()
    directory = DirectoryView()
    follower = directory_follower(settings, directory, fetch_wait_ms=DIRECTORY_WAIT_MS)
    now = partial(datetime.now, UTC)
    events = OwnEvents(
        publisher=publisher, ids=ids, gateway=settings.name, now=now, ack_timeout_s=settings.ack_timeout_s
    )
    desk = LeaseDesk(events=events, now_ns=time.monotonic_ns, counters=counters.money)
    reviews = ReviewDesk()
    content_log = KafkaContentLog(bootstrap=settings.bootstrap, topic_prefix=settings.topic_prefix)
    content = ContentDesk(
        log=content_log,
        ids=ids,
        secrets=settings.key_secrets,
        erasures=directory.erasures,
        now=now,
        entropy=os.urandom,
        ack_timeout_s=settings.ack_timeout_s,
    )
    directory.on_erasure = content.forget
    shares = ShareDesk(
        book=configuration.compiled.shares or ShareBook(),
        events=events,
        holder=settings.incarnation,
        now_ns=time.monotonic_ns,
        counters=counters.shares,
    )

    def tell(record: Record) -> None:
        if not reviews.take(record) and not shares.tell(record):
            desk.tell(record)

    inbox = GrantsInbox(
        incarnation=lambda: desk.incarnation,
        anyone_waits=lambda: desk.anyone_waits() or reviews.anyone_waits(),
        tell=tell,
        process=settings.incarnation,
    )
    grants = grants_follower(settings, inbox)
    provider = HttpProviderClient(
        connect_timeout_s=settings.provider_connect_timeout_s,
        max_answer_bytes=settings.max_answer_bytes,
        now_ns=time.monotonic_ns,
    )
    judges = HttpProviderClient(
        connect_timeout_s=settings.provider_connect_timeout_s,
        max_answer_bytes=settings.max_answer_bytes,
        now_ns=time.monotonic_ns,
        make_socket=guarded_sockets(settings.outbound),
    )
    traffic = Traffic(chance=random.SystemRandom(), now_ns=time.monotonic_ns())
    in_force = ConfigurationInForce(current=configuration, traffic=traffic)
    traffic.reconfigure(configuration.compiled.document, [target.id for target in configuration.targets])
    services = Services(
        settings=settings,
        configuration=in_force,
        directory=directory,
        callers=CallerBook(os.urandom(32)),
        publisher=publisher,
        provider=provider,
        judges=judges,
        prices=PriceTable.load(on=datetime.now(UTC).date()),
        traffic=traffic,
        ids=ids,
        now=now,
        now_ns=time.monotonic_ns,
        counters=counters,
        bad_keys=BadKeyMeter(per_second=settings.bad_keys_per_s),
        late_records=LateRecords(publisher, most=settings.late_records, deadline_s=settings.late_record_deadline_s),
        desk=desk,
        reviews=reviews,
        shares=shares,
        caught_up=lambda: follower.caught_up.is_set() and grants.caught_up.is_set(),
        reloads=in_force.reloads,
        log_figures=figures,
        log_waiting=lambda: publisher.waiting,
        tracing=tracing,
        content=content,
    )
    try:
        async with in_background(
            stop,
            follower.run(),
            grants.run(),
            desk.run(),
            shares.run(),
            reports.report_for_ever(services),
            reports.count_bad_keys_for_ever(services),
            renew_prices_for_ever(services),
        ):
            yield services, in_force
    finally:
        await publisher.stop()
        await content_log.stop()
        await provider.close()
        await judges.close()
        services.judging.close()
        if tracing is not None:
            await asyncio.to_thread(tracing.close)


def _tracing(settings: GatewaySettings, counters: Counters) -> OtlpTracing | None:
    """Start traces where they are wanted; only then is their library, an extra, loaded."""
    if not settings.traces:
        return None
    from keeptrusts.gateway.tracing import start_tracing

    return start_tracing(
        settings.otlp_endpoint,
        gateway=settings.name,
        incarnation=settings.incarnation,
        version=settings.version,
        counters=counters,
    )


async def _until_ready(services: Services, stop: asyncio.Event, within_s: float) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_s
    while not stop.is_set() and run.not_ready(services) is not None and loop.time() < deadline:  # noqa: ASYNC110 - views change without telling anybody
        await asyncio.sleep(READY_POLL_S)


async def renew_prices_for_ever(services: Services, *, every_s: float = PRICES_EVERY_S) -> None:
    """Take over each day's prices as it begins (UTC), until cancelled.

    ``every_s`` is the longest time until the clock is looked at again: somebody may set it.
    """
    day = services.now().date()
    while True:
        await asyncio.sleep(min(every_s, _until_midnight_s(services.now())))
        today = services.now().date()
        if today != day:
            fresh = await asyncio.to_thread(PriceTable.load, on=today)
            services.prices.take_over(fresh)
            services.traffic.forget_served()
            day = today


def _until_midnight_s(now: datetime) -> float:
    """Give the seconds until the next day has begun, and a little more."""
    tomorrow = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), tzinfo=UTC)
    return (tomorrow - now).total_seconds() + 0.1


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


def publisher_of(
    settings: GatewaySettings, source_prefix: str, ids: Ids, figures: LogFigures | None = None
) -> RenewingPublisher:
    """Make the publisher to the real log; the caller starts and stops it. ``figures`` go on over its renewals."""
    counted = figures if figures is not None else LogFigures()

    def renewed() -> None:
        counted.renewals += 1

    async def start(source: str, on_broken: Callable[[str], None]) -> KafkaPublisher:
        publisher = await start_publisher(
            bootstrap=settings.bootstrap,
            topic_prefix=settings.topic_prefix,
            partitions=settings.partitions,
            source=source,
            queue_size=settings.publish_queue,
            on_broken=on_broken,
        )
        publisher.figures = counted
        return publisher

    return RenewingPublisher(source_prefix=source_prefix, start=start, new_incarnation=ids.event, on_renewed=renewed)


def directory_follower(
    settings: GatewaySettings, directory: DirectoryView, *, fetch_wait_ms: int = FETCH_WAIT_MS
) -> Follower:
    """Make the task that keeps a directory view current; heartbeats count only once they arrive live."""
    return Follower(
        bootstrap=settings.bootstrap,
        topic=settings.topic(DIRECTORY.name),
        partitions=settings.partitions,
        start="beginning",
        apply=directory.apply,
        on_caught_up=directory.forget_heartbeats,
        fetch_wait_ms=fetch_wait_ms,
    )


def grants_follower(settings: GatewaySettings, inbox: GrantsInbox) -> Follower:
    """Make the task that reads the inbox from its end: what was granted before concerns earlier incarnations."""
    return Follower(
        bootstrap=settings.bootstrap,
        topic=settings.topic(GRANTS.name),
        partitions=settings.partitions,
        start="end",
        apply=inbox.apply,
    )


def system_ids() -> Ids:
    """Give ids from this machine's clock and randomness."""
    return Ids(now_ms=lambda: time.time_ns() // 1_000_000, entropy=Entropy().take)
