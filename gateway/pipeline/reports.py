"""What a gateway says about itself in the log: started, a report every ten seconds, wrong keys counted, stopped."""

from __future__ import annotations

import asyncio
import logging

from keeptrusts.gateway.pipeline.own_events import OwnEvents
from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.schemas.events.gateway import (
    AuthenticationFailed,
    GatewayReported,
    GatewayStarted,
    GatewayStopped,
    ProviderHealth,
)
from keeptrusts.schemas.ids import PLATFORM_LEDGER
from keeptrusts.schemas.publishing import PublishError
from keeptrusts.schemas.record import Record

logger = logging.getLogger(__name__)

BAD_KEYS_EVERY_S = 1.0


async def started(services: Services) -> None:
    """Append gateway.started; a gateway whose start cannot be recorded raises PublishError."""
    settings = services.settings
    fact = GatewayStarted(
        gateway=settings.name,
        incarnation=settings.incarnation,
        version=settings.version,
        listen=settings.listen,
        workers=settings.workers,
        config_version=services.configuration().compiled.version,
    )
    await _append(services, fact, settings.org)


async def stopped(services: Services, reason: str) -> None:
    """Append gateway.stopped if the log takes it in time."""
    settings = services.settings
    await _try(services, GatewayStopped(gateway=settings.name, incarnation=settings.incarnation, reason=reason))


async def reported(services: Services) -> None:
    """Append gateway.reported now, if the log takes it in time."""
    await _try(services, report(services))


async def report_for_ever(services: Services) -> None:
    """Append gateway.reported at the set interval until cancelled."""
    while True:
        await asyncio.sleep(services.settings.report_every_s)
        await reported(services)


async def count_bad_keys_for_ever(services: Services) -> None:
    """Append authentication.failed each second in which wrong keys were only counted, until cancelled."""
    while True:
        await asyncio.sleep(BAD_KEYS_EVERY_S)
        count = services.bad_keys.take()
        if count == 0:
            continue
        fact = AuthenticationFailed(gateway=services.settings.name, count=count)
        try:
            await _append(services, fact, PLATFORM_LEDGER)
        except PublishError as error:
            logger.warning("counted wrong keys are kept for later: %s", error.reason)
            services.bad_keys.give_back(count)


def report(services: Services) -> GatewayReported:
    """Give the report as of now; counters run since the start of this incarnation."""
    configuration, counters = services.configuration(), services.counters
    return GatewayReported(
        gateway=services.settings.name,
        incarnation=services.settings.incarnation,
        config_version=configuration.compiled.version,
        requests=counters.requests,
        in_flight=counters.in_flight,
        unrecorded=dict(counters.unrecorded),
        ignored_identity_headers=counters.ignored_identity_headers,
        providers=tuple(
            ProviderHealth(
                target=target.id,
                provider=target.vendor,
                state="available" if target.unavailable is None else "unavailable",
                reason=target.unavailable,
            )
            for target in configuration.targets
        ),
    )


async def _try(services: Services, fact: Record) -> None:
    try:
        await _append(services, fact, services.settings.org)
    except PublishError as error:
        logger.warning("%s is not recorded: %s", type(fact).__name__, error.reason)


async def _append(services: Services, fact: Record, ledger: str) -> None:
    settings = services.settings
    own = OwnEvents(
        publisher=services.publisher,
        ids=services.ids,
        gateway=settings.name,
        now=services.now,
        ack_timeout_s=settings.ack_timeout_s,
    )
    await own.append(own.about(ledger, fact))
