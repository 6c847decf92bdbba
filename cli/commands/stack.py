"""`kt up`, `kt down`, `kt status` and `kt logs`: the embedded stack on this machine."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from keeptrusts.cli.commands.service_options import provider_url_option
from keeptrusts.cli.exit_codes import CommandFailed, ExitCode
from keeptrusts.cli.stack.ports import MAX_OFFSET, OFFSET_VARIABLE

if TYPE_CHECKING:
    from keeptrusts.cli.stack.data_dir import DataDir
    from keeptrusts.cli.stack.options import StackOptions
    from keeptrusts.cli.stack.status import StackStatus

_data_dir_option = click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the stack keeps everything. Default: KEEPTRUSTS_DATA_DIR, else the nearest .keeptrusts/ upwards.",
)
_format_option = click.option(
    "--format", "output_format", type=click.Choice(["table", "json"]), default="table", show_default=True
)


@click.command()
@_data_dir_option
@_format_option
@click.option("--detach", is_flag=True, help="Return when everything answers; the stack runs on.")
@click.option(
    "--port-offset",
    type=click.IntRange(0, MAX_OFFSET),
    envvar=OFFSET_VARIABLE,
    help="Shift all ports by this much. Default: 0, or what the stack runs with.",
)
@click.option(
    "--config",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Policy document of the default gateway. Default: one that observes and blocks nothing.",
)
@click.option("--no-gateway", is_flag=True, help="Start no default gateway.")
@provider_url_option
@click.option("--supervise", is_flag=True, hidden=True)
def up(
    data_dir: Path | None,
    output_format: str,
    detach: bool,
    port_offset: int | None,
    config: Path | None,
    no_gateway: bool,
    provider_url: str | None,
    supervise: bool,
) -> None:
    """Start Kafka, the processors, the API and a gateway.

    Stays in the foreground until Ctrl-C, or returns with --detach. Nothing happens when they run already.
    """
    from keeptrusts.cli.stack.lifecycle import port_offset_of, start_detached
    from keeptrusts.cli.stack.options import StackOptions
    from keeptrusts.cli.stack.status import read_status

    chosen = _data_dir(data_dir)
    options = StackOptions(
        data_dir=chosen,
        port_offset=port_offset_of(chosen, port_offset),
        config=config,
        gateway=not no_gateway,
        provider_url=provider_url,
    )
    if supervise:
        _supervise(options, announce=False)
        return
    if not detach and not read_status(options.data_dir).supervised:
        _supervise(options, announce=True)
        return
    started = start_detached(options, say=_say)
    if not started:
        _say("The stack is already running.")
    _show_connection(read_status(options.data_dir), output_format)


@click.command()
@_data_dir_option
def down(data_dir: Path | None) -> None:
    """Stop everything `kt up` started, in reverse order."""
    from keeptrusts.cli.stack.lifecycle import stop_stack

    chosen = _data_dir(data_dir)
    stopped = stop_stack(chosen, say=_say)
    _say("Stopped." if stopped else f"Nothing is running in {chosen.root}.")


@click.command()
@_data_dir_option
@_format_option
def status(data_dir: Path | None, output_format: str) -> None:
    """Show each process; exit code 0 when all of them run, 1 otherwise. `kt doctor` asks whether they answer."""
    from keeptrusts.cli.stack.status import connection_document, read_status

    now = read_status(_data_dir(data_dir))
    if output_format == "json":
        document = {"state": now.summary, "healthy": now.healthy, **connection_document(now)}
        click.echo(json.dumps({**document, "processes": [_process_document(child) for child in now.children]}))
    else:
        _show_table(now)
    if not now.healthy:
        sys.exit(ExitCode.NO)


@click.command()
@click.argument("name")
@_data_dir_option
@click.option("-n", "--lines", type=click.IntRange(min=0), default=50, show_default=True)
@click.option("-f", "--follow", is_flag=True, help="Go on with new lines until Ctrl-C.")
def logs(name: str, data_dir: Path | None, lines: int, follow: bool) -> None:
    """Show the last lines of NAME's log (kafka, processors, api, gateway, supervisor)."""
    from keeptrusts.cli.stack.log_reading import follow_log, last_lines

    chosen = _data_dir(data_dir)
    log = chosen.log_of(name)
    if log.parent != chosen.logs or not log.exists():
        known = sorted(path.stem for path in chosen.logs.glob("*.log"))
        there_is = f"There are: {', '.join(known)}." if known else "Nothing was started there yet."
        raise CommandFailed(f"{chosen.root} holds no log of '{name}'. {there_is}", ExitCode.NOT_FOUND)
    for line in last_lines(log, lines):
        click.echo(line)
    if follow:
        for text in follow_log(log):
            click.echo(text, nl=False)


def _supervise(options: StackOptions, *, announce: bool) -> None:
    """Run the supervisor in this process until it is asked to stop."""
    import asyncio

    from keeptrusts.cli.stack.children import stack_children
    from keeptrusts.cli.stack.foreground import run_supervisor
    from keeptrusts.cli.stack.lifecycle import prepare
    from keeptrusts.cli.stack.ports import Ports

    prepare(options, say=_say)
    asyncio.run(
        run_supervisor(
            data_dir=options.data_dir,
            ports=Ports(offset=options.port_offset),
            children=stack_children(options, _ensure_credentials),
            say=_say,
            show_table=announce and sys.stderr.isatty(),
        )
    )


def _ensure_credentials(data_dir: Path, environment: Mapping[str, str]) -> None:
    """The composition root makes them: it alone knows how to sign in to the services."""
    from keeptrusts.cli.wiring import ensure_credentials

    ensure_credentials(data_dir, environment)


def _data_dir(option: Path | None) -> DataDir:
    from keeptrusts.cli.stack.data_dir import choose_data_dir

    return choose_data_dir(option, working_dir=Path.cwd(), environment=os.environ)


def _show_connection(now: StackStatus, output_format: str) -> None:
    from keeptrusts.cli.stack.status import connection_document

    document = connection_document(now)
    if output_format == "json":
        click.echo(json.dumps(document))
        return
    _show_table(now)


def _show_table(now: StackStatus) -> None:
    click.echo(f"{now.summary}  {now.data_dir.root}")
    for child in now.children:
        pid = f"pid {child.process.pid}" if child.process else ""
        restarts = f"{child.restarts} restarts" if child.restarts else ""
        click.echo(f"  {child.name:<12}{child.phase:<10}{pid:<12}{restarts:<13}{child.reason}".rstrip())
    if now.running:
        click.echo(f"  API {now.ports.api_url}   gateway {now.ports.gateway_url}   Kafka {now.ports.bootstrap}")
    if now.summary == "failed" and now.state is not None:
        click.echo(f"  {now.state.message}")
    if now.summary == "abandoned":
        click.echo("  The supervisor was killed; `kt up` starts everything afresh, `kt down` ends what is left.")


def _process_document(child: Any) -> dict[str, Any]:
    return {
        "name": child.name,
        "state": child.phase,
        "pid": child.process.pid if child.process else None,
        "restarts": child.restarts,
        "reason": child.reason,
    }


def _say(message: str) -> None:
    click.echo(message, err=True)
