"""`kt gateway`: runs a gateway, together with the stack it needs, and reloads or restarts one that runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from keeptrusts.cli.commands.service_options import provider_url_option
from keeptrusts.cli.exit_codes import CommandFailed, ExitCode

if TYPE_CHECKING:
    from keeptrusts.cli.gateway_configuration import LoadedConfiguration
    from keeptrusts.cli.gateway_service.spec import GatewaySpec, TlsFiles
    from keeptrusts.cli.stack.data_dir import DataDir
    from keeptrusts.cli.stack.ports import Ports
    from keeptrusts.schemas.policy_document.lint import SourceFile

ADMIN_DISTANCE: Final = 10
"""The admin port stands above the gateway's."""
HIGHEST_PORT: Final = 65535 - ADMIN_DISTANCE
MOST_WORKERS: Final = 256


@click.group()
def gateway() -> None:
    """Run a gateway, and reload or restart one that runs."""


@gateway.command()
@click.option(
    "--config",
    "--policy-config",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Policy file; may be repeated, later files override earlier ones. Taken over again whenever it changes, and "
    "on SIGHUP; one with errors leaves the last good one in force. Default: observe and block nothing.",
)
@click.option("--port", type=click.IntRange(1, HIGHEST_PORT), help="Port on loopback. Default: 41002.")
@click.option("--listen", metavar="HOST:PORT", help="Address to listen on, instead of --port.")
@click.option("--name", default="default", show_default=True, help="This gateway's name in events and metrics.")
@click.option(
    "--workers",
    type=click.IntRange(1, MOST_WORKERS),
    default=1,
    show_default=True,
    help="Processes that share the port; each enforces its share of every rate limit. One a core is a good number.",
)
@click.option(
    "--drain-time",
    "drain_s",
    type=click.FloatRange(0.0, 3_600.0),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="How long calls under way, streams included, may go on once the gateway or a worker is asked to stop.",
)
@click.option(
    "--tls-cert",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Serve https with this certificate and its chain (PEM). Taken over again when the file changes.",
)
@click.option("--tls-key", type=click.Path(path_type=Path), metavar="FILE", help="The certificate's key (PEM).")
@click.option(
    "--otlp-endpoint",
    metavar="URL",
    help="Send traces there (OTLP over HTTP, such as http://127.0.0.1:4318), without content. Default: "
    "OTEL_EXPORTER_OTLP_ENDPOINT; without it there are none. Needs the extra keeptrusts[traces].",
)
@provider_url_option
@click.option("--no-stack", is_flag=True, help="Start nothing else: fail when Kafka does not answer.")
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="The stack's data directory.")
def run(
    files: tuple[Path, ...],
    port: int | None,
    listen: str | None,
    name: str,
    workers: int,
    drain_s: float,
    tls_cert: Path | None,
    tls_key: Path | None,
    otlp_endpoint: str | None,
    provider_url: str | None,
    no_stack: bool,
    data_dir: Path | None,
) -> None:
    """Serve until Ctrl-C.

    What of Kafka, processors and API is not running is started first and stays; if the stack's default gateway holds
    the port, it is taken over.

    The port 10 above serves health, metrics and the configuration in force on loopback. SIGTERM ends calls in peace,
    SIGHUP reads the policy files again, SIGUSR2 replaces the workers one by one without losing a call.
    """
    from keeptrusts.cli.gateway_configuration import Upstreams, load_configuration, read_sources
    from keeptrusts.cli.gateway_service.spec import GatewaySpec
    from keeptrusts.cli.stack.data_dir import choose_data_dir

    tls = _tls(tls_cert, tls_key)
    _check_traces(otlp_endpoint)
    sources = read_sources(files)
    loaded = load_configuration(sources, Upstreams(environment=os.environ, provider_url=provider_url))
    host, wanted_port = _address(port, listen)
    chosen = choose_data_dir(data_dir, working_dir=Path.cwd())
    ports = _own_ports() if no_stack else _join_stack(chosen)
    chosen_port = wanted_port or ports.gateway
    spec = GatewaySpec(
        name=name,
        host=host,
        port=chosen_port,
        admin_port=chosen_port + ADMIN_DISTANCE,
        workers=workers,
        drain_s=drain_s,
        tls=tls,
        provider_url=provider_url,
        otlp_endpoint=otlp_endpoint,
        files=tuple(file.absolute() for file in files),
    )
    taken_over = not no_stack and chosen_port == ports.gateway and _take_over(chosen)
    _serve(loaded, sources, chosen, ports, spec)
    if taken_over:
        _say("The stack's default gateway stays off; start it again with: kt up --detach")
    if not no_stack:
        _say("The stack goes on running; stop it with: kt down")


_port_option = click.option(
    "--port", type=click.IntRange(1, HIGHEST_PORT), help="The gateway's port. Default: 41002, or this stack's."
)
_data_dir_option = click.option(
    "--data-dir", type=click.Path(path_type=Path, file_okay=False), help="The stack's data directory."
)


@gateway.command()
@_port_option
@_data_dir_option
def reload(port: int | None, data_dir: Path | None) -> None:
    """Have a gateway on this machine read its policy files again; exit 2 when they cannot be in force."""
    from keeptrusts.cli.gateway_service.admin_client import AdminClient

    answer = AdminClient(_admin_port(port, data_dir)).post("/keeptrusts/config/reload")
    version = str(answer.document.get("config_version", ""))[:12]
    if answer.status != 200:
        problem = answer.document.get("problem") or answer.document.get("detail")
        raise CommandFailed(f"version {version} stays in force: {problem}", ExitCode.USAGE)
    _say(f"{answer.document['outcome']}: version {version} is in force")


@gateway.command()
@_port_option
@_data_dir_option
def restart(port: int | None, data_dir: Path | None) -> None:
    """Replace the workers of a gateway on this machine one by one, without losing a call; waits for the end."""
    from keeptrusts.cli.gateway_service.admin_client import AdminClient

    problem = AdminClient(_admin_port(port, data_dir)).restart()
    if problem is not None:
        raise CommandFailed(problem, ExitCode.NO)
    _say("Every worker is replaced.")


@gateway.command(hidden=True)
@click.option("--number", type=int, required=True)
@click.option("--channel", type=int, required=True)
@click.option("--listener", type=int, required=True)
def worker(number: int, channel: int, listener: int) -> None:
    """Serve as one of several workers; started by `kt gateway run --workers`, never by hand."""
    from keeptrusts.cli.gateway_service.channel import ChannelError
    from keeptrusts.cli.service import run_service
    from keeptrusts.cli.topics import TopicError
    from keeptrusts.cli.wiring import run_gateway_worker
    from keeptrusts.schemas.publishing import PublishError

    try:
        run_service(lambda stop: run_gateway_worker(channel, listener, stop), worker=number)
    except ChannelError:
        return  # the parent has ended: it says why
    except (TopicError, PublishError, OSError, TimeoutError) as error:
        raise CommandFailed(f"worker {number}: {error or type(error).__name__}", ExitCode.UNAVAILABLE) from error


def _check_traces(endpoint: str | None) -> None:
    from importlib.util import find_spec
    from urllib.parse import urlsplit

    from keeptrusts.cli.gateway_service.spec import wants_traces

    if endpoint is not None and (urlsplit(endpoint).scheme not in ("http", "https") or not urlsplit(endpoint).hostname):
        raise click.UsageError(f"--otlp-endpoint {endpoint[:100]!r} is no URL; write http://HOST:4318")
    if wants_traces(endpoint, os.environ) and find_spec("opentelemetry") is None:
        raise CommandFailed(
            "traces need OpenTelemetry's library.\n  fix: pip install 'keeptrusts[traces]'", ExitCode.UNAVAILABLE
        )


def _tls(certificate: Path | None, key: Path | None) -> TlsFiles | None:
    """Give the listener's certificate, checked before anything is started. Raises StackError for one of no use."""
    from keeptrusts.cli.gateway_service.spec import TlsFiles
    from keeptrusts.cli.gateway_service.tls import checked_context

    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise click.UsageError("give --tls-cert and --tls-key together")
    files = TlsFiles(certificate=certificate.absolute(), key=key.absolute())
    checked_context(files)
    return files


def _admin_port(port: int | None, data_dir: Path | None) -> int:
    """Give the admin port of the gateway that is meant."""
    from keeptrusts.cli.stack.data_dir import choose_data_dir
    from keeptrusts.cli.stack.ports import offset_from
    from keeptrusts.cli.stack.status import read_status

    if port is not None:
        return port + ADMIN_DISTANCE
    status = read_status(choose_data_dir(data_dir, working_dir=Path.cwd()))
    ports = status.ports if status.supervised else None
    return 41012 + offset_from(os.environ) if ports is None else ports.admin


def _own_ports() -> Ports:
    from keeptrusts.cli.stack.ports import Ports, offset_from

    return Ports(offset=offset_from(os.environ))


def _join_stack(data_dir: DataDir) -> Ports:
    """Have Kafka, processors and API running."""
    from keeptrusts.cli.stack.lifecycle import ensure_stack
    from keeptrusts.cli.stack.ports import offset_from
    from keeptrusts.cli.stack.status import read_status

    before = read_status(data_dir)
    offset = before.ports.offset if before.supervised else offset_from(os.environ)
    if ensure_stack(data_dir, without=("gateway",), say=_say, port_offset=offset):
        _say(f"Started Kafka, processors and API in {data_dir.root}; they stay. Stop them with: kt down")
    return read_status(data_dir).ports


def _take_over(data_dir: DataDir) -> bool:
    """End the stack's default gateway, so that its port is free; False when it did not run."""
    from keeptrusts.cli.stack.lifecycle import release_default_gateway_port

    if not release_default_gateway_port(data_dir):
        return False
    _say("Took over the port of the stack's default gateway.")
    return True


def _address(port: int | None, listen: str | None) -> tuple[str, int | None]:
    """Give host and port as asked for; no port means the stack's own."""
    from keeptrusts.cli.stack.ports import LOOPBACK

    if listen is None:
        return LOOPBACK, port
    if port is not None:
        raise click.UsageError("give --port or --listen, not both")
    host, separator, number = listen.rpartition(":")
    if not separator or not host or not number.isdigit() or not 1 <= int(number) <= HIGHEST_PORT:
        raise click.UsageError(f"--listen {listen!r} is no address; write HOST:PORT, such as 0.0.0.0:41002")
    return host.strip("[]"), int(number)


def _serve(
    loaded: LoadedConfiguration, sources: tuple[SourceFile, ...], data_dir: DataDir, ports: Ports, spec: GatewaySpec
) -> None:
    from keeptrusts.cli.gateway_service.running_file import noted
    from keeptrusts.cli.gateway_service.worker_process import WorkerError
    from keeptrusts.cli.installation import read_installation
    from keeptrusts.cli.service import run_service
    from keeptrusts.cli.stack.data_dir import make_data_dir
    from keeptrusts.cli.stack.ports import require_free
    from keeptrusts.cli.topics import TopicError
    from keeptrusts.cli.wiring import run_gateway_service
    from keeptrusts.schemas.publishing import PublishError

    make_data_dir(data_dir)
    require_free((("the gateway", spec.port), ("the gateway's admin port", spec.admin_port)))
    environment = {**os.environ, "KEEPTRUSTS_PORT_OFFSET": str(ports.offset)}
    installation = read_installation(data_dir, environment)
    if loaded.notes:
        _say(loaded.notes)

    def listening() -> None:
        version = loaded.configuration.compiled.version
        by = f" by {spec.workers} workers" if spec.workers > 1 else ""
        _say(f"Gateway {spec.name} listens on {spec.url}{by} with {', '.join(loaded.names)} (version {version[:12]}).")
        for line in _target_lines(loaded):
            _say(line)

    try:
        with noted(data_dir, spec):
            run_service(
                lambda stop: run_gateway_service(installation, spec, sources, on_listening=listening, stop=stop)
            )
    except (TopicError, PublishError, WorkerError, OSError, TimeoutError) as error:
        raise CommandFailed(
            f"the gateway cannot run: {error or type(error).__name__}. Is the stack up? kt status", ExitCode.UNAVAILABLE
        ) from error


def _target_lines(loaded: LoadedConfiguration) -> list[str]:
    targets = loaded.configuration.targets
    if not targets:
        return ["No provider is configured: set OPENAI_API_KEY or name targets; until then calls get 503 no_provider."]
    return [
        f"  target {target.id}: {'ready' if target.unavailable is None else f'unavailable, {target.unavailable}'}"
        for target in targets
    ]


def _say(message: str) -> None:
    click.echo(message, err=True)
