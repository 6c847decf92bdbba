"""Runs a gateway in this process, with its admin port; configuration and certificate follow their files."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Final

from keeptrusts.cli.gateway_configuration import LoadedConfiguration, Upstreams
from keeptrusts.cli.gateway_service.administration import OneProcess, OneProcessAdministration
from keeptrusts.cli.gateway_service.reloading import POLL_S, Reloading, poll_for_ever
from keeptrusts.cli.gateway_service.spec import GatewaySpec
from keeptrusts.cli.gateway_service.tls import ServerTls
from keeptrusts.gateway.app import RunningGateway, in_background, run_gateway
from keeptrusts.gateway.http.admin_plane import AdminPlane
from keeptrusts.gateway.http.front_door import Listening, listening

if TYPE_CHECKING:
    from keeptrusts.gateway.settings import GatewaySettings

logger = logging.getLogger(__name__)

ADMIN_HOST: Final = "127.0.0.1"
ADMIN_DRAIN_S: Final = 1.0
HANDSHAKE_S: Final = 0.1
"""How long the last packet of a caller's handshake may be on its way when the gateway stops; every stop waits this."""
READY_WITHIN_S: Final = 5.0
"""How long a start waits for the directory before it answers calls that they come too early."""


def listening_of(spec: GatewaySpec, settings: GatewaySettings, tls: ServerTls | None) -> Listening:
    """Give where and how the data plane is served by this process alone."""
    return Listening(
        host=spec.host,
        port=spec.port,
        drain_s=spec.drain_s,
        header_timeout_s=settings.header_timeout_s,
        idle_timeout_s=settings.idle_timeout_s,
        handshake_s=HANDSHAKE_S,
        tls=None if tls is None else tls.context,
    )


async def run_alone(
    spec: GatewaySpec,
    settings: GatewaySettings,
    loaded: LoadedConfiguration,
    upstreams: Upstreams,
    *,
    on_listening: Callable[[], None],
    stop: asyncio.Event,
) -> None:
    """Serve until asked to stop, with an admin port beside; configuration and certificate follow their files."""
    tls = None if spec.tls is None else ServerTls(spec.tls)

    @asynccontextmanager
    async def beside(gateway: RunningGateway) -> AsyncIterator[None]:
        reloading = Reloading(spec.files, OneProcess(gateway, upstreams))
        admin = AdminPlane(OneProcessAdministration(spec.name, gateway, reloading))
        async with listening(admin, ADMIN_HOST, spec.admin_port, drain_s=ADMIN_DRAIN_S):
            with on_signal(signal.SIGHUP, reloading.ask), on_signal(signal.SIGUSR2, _cannot_restart):
                async with in_background(stop, reloading.watch_for_ever(), *renewing(tls)):
                    yield

    await run_gateway(
        settings,
        loaded.configuration,
        listening_of(spec, settings, tls),
        beside=beside,
        on_listening=on_listening,
        stop=stop,
        ready_within_s=READY_WITHIN_S,
    )


def _cannot_restart() -> None:
    logger.warning("SIGUSR2 does nothing: a gateway of one process cannot replace itself; see --workers")


def renewing(tls: ServerTls | None) -> tuple[Coroutine[None, None, None], ...]:
    """Give the task that keeps a certificate in step with its files, where there is one."""
    return () if tls is None else (poll_for_ever(tls.watch.changed, tls.renew, poll_s=POLL_S),)


@contextmanager
def on_signal(number: signal.Signals, act: Callable[[], object]) -> Iterator[None]:
    """Call a function whenever a signal comes, as long as the body runs."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(number, act)
    try:
        yield
    finally:
        loop.remove_signal_handler(number)
