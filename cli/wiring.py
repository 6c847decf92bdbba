"""The composition root: chooses the real adapters and hands every service what it works with."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from keeptrusts.cli.installation import Installation, read_installation
from keeptrusts.cli.service import now_ms
from keeptrusts.cli.stack.data_dir import DataDir

if TYPE_CHECKING:
    from keeptrusts.cli.gateway_service.spec import GatewaySpec
    from keeptrusts.gateway.settings import GatewaySettings
    from keeptrusts.schemas.policy_document.lint import SourceFile


def ensure_credentials(data_dir: Path, environment: Mapping[str, str]) -> None:
    """Make the first owner and credentials.json of an embedded installation, once. Blocks at most about a minute.

    ``environment`` is what the installation's services are told beside the process's own variables.
    """
    from keeptrusts.cli.credentials import found

    asyncio.run(found(read_installation(DataDir(root=data_dir), {**os.environ, **environment})))


async def run_processors_service(installation: Installation, ready_file: Path | None, stop: asyncio.Event) -> None:
    """Run the stream processors until asked to stop."""
    from keeptrusts.cli.topics import check_topics
    from keeptrusts.gateway.app import system_ids
    from keeptrusts.stream_processors.app import run_processors
    from keeptrusts.stream_processors.settings import ProcessorSettings

    await check_topics(installation.bootstrap, prefix=installation.topic_prefix, mode=installation.mode)
    settings = ProcessorSettings(
        bootstrap=installation.bootstrap,
        data_dir=installation.data_dir.root,
        topic_prefix=installation.topic_prefix,
        application_id=f"{installation.topic_prefix}kt-processors",
        instance_id=f"{installation.topic_prefix}embedded" if installation.mode == "single-node" else None,
        ready_file=ready_file,
        key_secrets=installation.key_secrets,
        outbound=installation.outbound,
    )
    await run_processors(settings, ids=system_ids(), now_ms=now_ms, stop=stop)


async def gateway_settings(installation: Installation, spec: GatewaySpec, worker: int = 0) -> GatewaySettings:
    """Give the settings of one worker of a gateway. Raises TopicError when the topics are not as they must be."""
    from importlib.metadata import version

    from keeptrusts.cli.credentials import read_credentials
    from keeptrusts.cli.gateway_service.spec import wants_traces
    from keeptrusts.cli.topics import check_topics
    from keeptrusts.gateway.app import system_ids
    from keeptrusts.gateway.settings import GatewaySettings
    from keeptrusts.schemas.ids import PLATFORM_LEDGER

    partitions = await check_topics(installation.bootstrap, prefix=installation.topic_prefix, mode=installation.mode)
    credentials = read_credentials(installation.data_dir.credentials) or {}
    return GatewaySettings(
        name=spec.name,
        incarnation=system_ids().event(),
        org=os.environ.get("KEEPTRUSTS_ORGANIZATION") or credentials.get("organization", PLATFORM_LEDGER),
        bootstrap=installation.bootstrap,
        partitions=partitions,
        topic_prefix=installation.topic_prefix,
        key_secrets=installation.key_secrets,
        outbound=installation.outbound,
        version=version("keeptrusts"),
        listen=f"{spec.host}:{spec.port}",
        workers=spec.workers,
        worker=worker,
        drain_s=spec.drain_s,
        traces=wants_traces(spec.otlp_endpoint, os.environ),
        otlp_endpoint=spec.otlp_endpoint,
    )


async def run_gateway_service(
    installation: Installation,
    spec: GatewaySpec,
    sources: tuple[SourceFile, ...],
    *,
    on_listening: Callable[[], None],
    stop: asyncio.Event,
) -> None:
    """Run a gateway until asked to stop: in this process, or with several workers supervised by it."""
    from keeptrusts.cli.gateway_configuration import Upstreams, load_configuration
    from keeptrusts.cli.gateway_service.one_process import run_alone
    from keeptrusts.cli.gateway_service.workers import run_workers

    upstreams = Upstreams(environment=os.environ, provider_url=spec.provider_url)
    if spec.workers > 1:
        environment = {
            "KEEPTRUSTS_DATA_DIR": str(installation.data_dir.root),
            "KEEPTRUSTS_PORT_OFFSET": str(installation.ports.offset),
        }
        await run_workers(spec, sources, upstreams, environment, on_listening=on_listening, stop=stop)
        return
    settings = await gateway_settings(installation, spec)
    loaded = load_configuration(sources, upstreams)
    await run_alone(spec, settings, loaded, upstreams, on_listening=on_listening, stop=stop)


async def run_gateway_worker(channel_handle: int, listener_handle: int, stop: asyncio.Event) -> None:
    """Run one of a gateway's workers, on what it has inherited from its parent, until that asks to stop or ends."""
    import socket

    from keeptrusts.cli.gateway_service.worker import run_as_worker
    from keeptrusts.cli.stack.data_dir import choose_data_dir

    installation = read_installation(choose_data_dir(None, working_dir=Path.cwd()))

    async def settings_of(spec: GatewaySpec, worker: int) -> GatewaySettings:
        return await gateway_settings(installation, spec, worker)

    channel, listener = socket.socket(fileno=channel_handle), socket.socket(fileno=listener_handle)
    listener.setblocking(False)
    await run_as_worker(channel, listener, os.environ, settings_of, stop)


async def run_api_service(
    installation: Installation, *, host: str, port: int, on_listening: Callable[[], None], stop: asyncio.Event
) -> None:
    """Run command API, query API and writer in one process, which owns the embedded store."""
    from keeptrusts.cli.api_service import serve_api

    await serve_api(installation, host=host, port=port, on_listening=on_listening, stop=stop)


async def run_projections_service(installation: Installation, stop: asyncio.Event) -> None:
    """Run the writer alone until asked to stop, or until it gives up (its error is raised then)."""
    from keeptrusts.cli.service import background, first_of
    from keeptrusts.cli.topics import check_topics
    from keeptrusts.projections.app import new_writer, open_store
    from keeptrusts.projections.settings import KafkaSettings, StoreSettings, WriterSettings

    await check_topics(installation.bootstrap, prefix=installation.topic_prefix, mode=installation.mode)
    store = await open_store(StoreSettings(dsn=installation.clickhouse))
    kafka = KafkaSettings(bootstrap=installation.bootstrap, topic_prefix=installation.topic_prefix)
    try:
        async with background(store.watch(), new_writer(store, WriterSettings(kafka=kafka)).run()) as ended:
            await first_of(stop, ended)
    finally:
        await store.close()


async def rebuild_offline(installation: Installation, tables: Sequence[str]) -> list[dict[str, object]]:
    """Rebuild tables in this process, which must be the only one that has the store open."""
    from keeptrusts.projections.app import open_store
    from keeptrusts.projections.app import rebuild_offline as rebuild
    from keeptrusts.projections.settings import KafkaSettings, StoreSettings, WriterSettings

    store = await open_store(StoreSettings(dsn=installation.clickhouse))
    kafka = KafkaSettings(bootstrap=installation.bootstrap, topic_prefix=installation.topic_prefix)
    try:
        return [(await rebuild(store, WriterSettings(kafka=kafka), table)).model_dump() for table in tables]
    finally:
        await store.close()
