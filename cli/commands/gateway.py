"""`kt gateway`: runs a gateway, together with the stack it needs if that is not running yet."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from keeptrusts.cli.commands.service_options import provider_url_option
from keeptrusts.cli.exit_codes import CommandFailed, ExitCode

if TYPE_CHECKING:
    from keeptrusts.cli.gateway_configuration import LoadedConfiguration
    from keeptrusts.cli.stack.data_dir import DataDir
    from keeptrusts.cli.stack.ports import Ports

ADMIN_DISTANCE: Final = 10
HIGHEST_PORT: Final = 65535 - ADMIN_DISTANCE
"""The admin port stands above the gateway's."""


@click.group()
def gateway() -> None:
    """Run a gateway."""


@gateway.command()
@click.option(
    "--config",
    "--policy-config",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Policy file; may be repeated, later files override earlier ones. Default: observe and block nothing.",
)
@click.option("--port", type=click.IntRange(1, HIGHEST_PORT), help="Port on loopback. Default: 41002.")
@click.option("--listen", metavar="HOST:PORT", help="Address to listen on, instead of --port.")
@click.option("--name", default="default", show_default=True, help="This gateway's name in events and metrics.")
@provider_url_option
@click.option("--no-stack", is_flag=True, help="Start nothing else: fail when Kafka does not answer.")
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="The stack's data directory.")
def run(
    files: tuple[Path, ...],
    port: int | None,
    listen: str | None,
    name: str,
    provider_url: str | None,
    no_stack: bool,
    data_dir: Path | None,
) -> None:
    """Serve until Ctrl-C.

    What of Kafka, processors and API is not running is started first and stays; if the stack's default gateway holds
    the port, it is taken over.
    """
    from keeptrusts.cli.gateway_configuration import load_configuration
    from keeptrusts.cli.stack.data_dir import choose_data_dir

    loaded = load_configuration(files, os.environ, provider_url)
    host, wanted_port = _address(port, listen)
    chosen = choose_data_dir(data_dir, working_dir=Path.cwd())
    ports = _own_ports() if no_stack else _join_stack(chosen)
    chosen_port = wanted_port or ports.gateway
    taken_over = not no_stack and chosen_port == ports.gateway and _take_over(chosen)
    _serve(loaded, chosen, ports, name=name, host=host, port=chosen_port, admin_port=chosen_port + ADMIN_DISTANCE)
    if taken_over:
        _say("The stack's default gateway stays off; start it again with: kt up --detach")
    if not no_stack:
        _say("The stack goes on running; stop it with: kt down")


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
    loaded: LoadedConfiguration, data_dir: DataDir, ports: Ports, *, name: str, host: str, port: int, admin_port: int
) -> None:
    from keeptrusts.cli.installation import read_installation
    from keeptrusts.cli.service import run_service
    from keeptrusts.cli.stack.data_dir import make_data_dir
    from keeptrusts.cli.stack.ports import require_free
    from keeptrusts.cli.topics import TopicError
    from keeptrusts.cli.wiring import run_gateway_service
    from keeptrusts.schemas.publishing import PublishError

    make_data_dir(data_dir)
    require_free((("the gateway", port), ("the gateway's admin port", admin_port)))
    environment = {**os.environ, "KEEPTRUSTS_PORT_OFFSET": str(ports.offset)}
    installation = read_installation(data_dir, environment)
    if loaded.notes:
        _say(loaded.notes)

    def listening() -> None:
        version = loaded.configuration.compiled.version
        _say(f"Gateway {name} listens on http://{host}:{port} with {', '.join(loaded.names)} (version {version[:12]}).")
        for line in _target_lines(loaded):
            _say(line)

    try:
        run_service(
            lambda stop: run_gateway_service(
                installation,
                loaded.configuration,
                name=name,
                host=host,
                port=port,
                admin_port=admin_port,
                on_listening=listening,
                stop=stop,
            )
        )
    except (TopicError, PublishError, OSError, TimeoutError) as error:
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
