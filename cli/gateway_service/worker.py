"""One of several workers of a gateway: serves on the socket its parent gave it, and does what the parent asks.

The worker asks for everything it needs, says when it serves, and says goodbye with its last counts. When its parent
ends, however it does, the worker takes no more connections, ends its calls and ends.
"""

from __future__ import annotations

import asyncio
import base64
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from keeptrusts.cli.gateway_configuration import LoadedConfiguration, Share, Upstreams, load_configuration
from keeptrusts.cli.gateway_service.administration import OneProcess
from keeptrusts.cli.gateway_service.channel import Channel, ChannelError, open_channel
from keeptrusts.cli.gateway_service.one_process import listening_of, renewing
from keeptrusts.cli.gateway_service.spec import GatewaySpec, spec_from_document
from keeptrusts.cli.gateway_service.tls import ServerTls
from keeptrusts.gateway.app import RunningGateway, in_background, run_gateway
from keeptrusts.gateway.http.families import as_document
from keeptrusts.gateway.http.health import Report
from keeptrusts.schemas.frozen import frozen, replace
from keeptrusts.schemas.policy_document.lint import SourceFile

if TYPE_CHECKING:
    from keeptrusts.gateway.settings import GatewaySettings

PARENT_ANSWERS_S: Final = 10.0
READY_WITHIN_S: Final = 20.0
PAGE_S: Final = 5.0

Settings = Callable[[GatewaySpec, int], Awaitable["GatewaySettings"]]
"""Gives the settings of a worker by its number."""


@frozen
class Orders:
    """What a parent tells a worker to be."""

    spec: GatewaySpec
    worker: int
    sources: tuple[SourceFile, ...]


class Worker:
    """The worker's side of the channel."""

    def __init__(self, stop: asyncio.Event) -> None:
        self.has_successor = True
        """Whether another worker goes on serving this one's socket when it stops."""
        self._stop = stop
        self._gateway: RunningGateway | None = None
        self._governed: OneProcess | None = None

    def serves(self, gateway: RunningGateway, governed: OneProcess) -> None:
        """Note what answers from now on."""
        self._gateway, self._governed = gateway, governed

    def stop(self, *, has_successor: bool) -> None:
        """Take no more connections, end the calls and end."""
        self.has_successor = has_successor
        self._stop.set()

    @property
    def metrics(self) -> list[dict[str, Any]]:
        """This worker's counts so far, as JSON values."""
        return [] if self._gateway is None else as_document(self._gateway.metrics.families())

    async def answer(self, question: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer the parent. Raises CommandFailed for a configuration that cannot be in force."""
        if question == "stop":
            self.stop(has_successor=values["has_successor"])
            return {}
        if self._gateway is None or self._governed is None:
            raise ChannelError("this worker does not serve yet")
        match question:
            case "metrics":
                return {"families": self.metrics}
            case "readyz":
                return _as_document(self._gateway.readyz())
            case "config":
                return _as_document(self._gateway.config())
            case "put_in_force":
                applied, version = await self._governed.put_in_force(sources_from_document(values["sources"]))
                return {"applied": applied, "config_version": version}
            case "refuse":
                return {"config_version": await self._governed.refuse(values["problem"])}
            case _:
                raise ChannelError(f"this worker knows no {question}; its parent is of another version")


async def run_as_worker(
    channel_end: socket.socket,
    listener: socket.socket,
    environment: Mapping[str, str],
    settings_of: Settings,
    stop: asyncio.Event,
) -> None:
    """Serve until the parent asks to stop, or ends. Raises ChannelError when it ends before this worker serves."""
    worker = Worker(stop)
    channel = await open_channel(channel_end, worker.answer)
    listening = asyncio.create_task(_until_parent_ends(channel, worker))
    try:
        orders = _orders(await channel.ask("orders", timeout_s=PARENT_ANSWERS_S))
        await _serve(worker, orders, channel, listener, environment, settings_of, stop)
        if not channel.ended.is_set():
            await channel.ask("farewell", timeout_s=PARENT_ANSWERS_S, families=worker.metrics)
    finally:
        channel.close()
        await listening


async def _serve(
    worker: Worker,
    orders: Orders,
    channel: Channel,
    listener: socket.socket,
    environment: Mapping[str, str],
    settings_of: Settings,
    stop: asyncio.Event,
) -> None:
    spec = orders.spec
    upstreams = Upstreams(environment=environment, provider_url=spec.provider_url)
    loaded: LoadedConfiguration = load_configuration(
        orders.sources, upstreams, Share(workers=spec.workers, worker=orders.worker)
    )
    settings = await settings_of(spec, orders.worker)
    tls = None if spec.tls is None else ServerTls(spec.tls)
    told: set[asyncio.Task[Mapping[str, Any]]] = set()

    @asynccontextmanager
    async def beside(gateway: RunningGateway) -> AsyncIterator[None]:
        worker.serves(gateway, OneProcess(gateway, upstreams, workers=spec.workers, worker=orders.worker))
        async with in_background(stop, *renewing(tls)):
            yield

    async def page() -> bytes:
        text: str = (await channel.ask("page", timeout_s=PAGE_S))["text"]
        return text.encode()

    def tell_parent() -> None:
        told.add(asyncio.create_task(channel.ask("serving", timeout_s=PARENT_ANSWERS_S)))

    await run_gateway(
        settings,
        loaded.configuration,
        replace(listening_of(spec, settings, tls), inherited=listener, has_successor=lambda: worker.has_successor),
        beside=beside,
        on_listening=tell_parent,
        stop=stop,
        metrics_page=page,
        ready_within_s=READY_WITHIN_S,
    )
    await asyncio.gather(*told, return_exceptions=True)


async def _until_parent_ends(channel: Channel, worker: Worker) -> None:
    await channel.run()
    worker.stop(has_successor=False)


def _orders(document: Mapping[str, Any]) -> Orders:
    return Orders(
        spec=spec_from_document(document["spec"]),
        worker=document["worker"],
        sources=sources_from_document(document["sources"]),
    )


def sources_as_document(sources: Sequence[SourceFile]) -> list[dict[str, str]]:
    """Write policy files as JSON values."""
    return [{"file": one.file, "data": base64.b64encode(one.data).decode()} for one in sources]


def sources_from_document(document: Sequence[Mapping[str, str]]) -> tuple[SourceFile, ...]:
    """Read what `sources_as_document` gave."""
    return tuple(SourceFile(file=one["file"], data=base64.b64decode(one["data"])) for one in document)


def _as_document(report: Report) -> Mapping[str, Any]:
    return {"status": report.status, "document": report.document}
