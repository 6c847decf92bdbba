"""`kt demo`: everything at work on one machine, with no key and no network."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import click

from keeptrusts.cli.exit_codes import CommandFailed, ExitCode

if TYPE_CHECKING:
    from keeptrusts.cli.stack.data_dir import DataDir
    from keeptrusts.cli.stack.ports import Ports

_PROVIDER_START_S = 20.0
_PROVIDER_STOP_S = 5.0
_OFFSETS = range(0, 2_000, 100)


@click.command()
@click.option("--once", is_flag=True, help="Stop after one call and one refusal have been shown.")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".keeptrusts/demo"),
    show_default=True,
    help="Where the demo keeps everything.",
)
def demo(once: bool, data_dir: Path) -> None:
    """Start a sample organization, show one call and one refusal end to end, then live traffic until Ctrl-C."""
    from keeptrusts.cli.stack.data_dir import DataDir
    from keeptrusts.cli.stack.lifecycle import stop_stack

    started = time.monotonic()
    chosen = DataDir(root=data_dir.absolute())
    try:
        with _provider(chosen.root) as provider_url:
            _show(chosen, provider_url, once=once, started=started)
    except KeyboardInterrupt:
        _say("")
    finally:
        if stop_stack(chosen, say=lambda message: None):
            _say("Stopped everything the demo started.")


def _show(chosen: DataDir, provider_url: str, *, once: bool, started: float) -> None:
    from keeptrusts.cli.client.api import ApiClient
    from keeptrusts.cli.client.connection import Connection
    from keeptrusts.cli.credentials import read_credentials
    from keeptrusts.cli.demo import tour, traffic
    from keeptrusts.cli.demo.seed import StateFile, seed
    from keeptrusts.cli.installation import read_installation

    ports = _start(chosen, provider_url)
    credentials = read_credentials(chosen.credentials)
    if credentials is None:
        raise CommandFailed(f"{chosen.credentials} is missing although the stack runs", ExitCode.UNAVAILABLE)
    installation = read_installation(chosen, {**os.environ, "KEEPTRUSTS_PORT_OFFSET": str(ports.offset)})
    client = ApiClient(connection=Connection(api_url=ports.api_url, token=credentials["token"]))
    state = seed(installation, client, credentials["organization"], StateFile(chosen.root / "demo.json"), _say)
    tour.show(state, client, ports.gateway_url, _show_line)
    _show_line("")
    seconds = f"{time.monotonic() - started:.0f} s after the start"
    if once:
        _show_line(f"Done {seconds}. With kt demo (without --once) everything stays up; try then, in another terminal:")
    else:
        _show_line(f"Ready {seconds}. Try next, in another terminal:")
    _show_line(f"  export KEEPTRUSTS_DATA_DIR={chosen.root}")
    for line in ("kt events list --since 30d --group-by team", "kt usage --since 30d", "kt events tail"):
        _show_line(f"  {line}")
    if once:
        return
    _show_line("")
    _show_line("Live traffic (Ctrl-C stops everything):")
    traffic.generate(state, ports.gateway_url, say=_show_line, colour=sys.stdout.isatty(), stop_after_s=None)


def _start(chosen: DataDir, provider_url: str) -> Ports:
    """Start the demo's own stack on free ports, or join the one an earlier run left."""
    from keeptrusts.cli.stack.lifecycle import start_detached, stop_stack
    from keeptrusts.cli.stack.options import StackOptions
    from keeptrusts.cli.stack.ports import Ports, first_free_offset

    stop_stack(chosen, say=_say)  # what a killed demo left, whose provider is gone
    ports = Ports(offset=first_free_offset(_OFFSETS))
    policy = resources.files("keeptrusts.cli.demo").joinpath("policy.yaml")
    with resources.as_file(policy) as path:
        options = StackOptions(data_dir=chosen, port_offset=ports.offset, config=Path(path), provider_url=provider_url)
        start_detached(options, say=_say)
    return ports


@contextmanager
def _provider(directory: Path) -> Iterator[str]:
    """Run the simulated provider for the time of the context; gives its URL."""
    directory.mkdir(parents=True, exist_ok=True)
    command = (sys.executable, "-P", "-m", "keeptrusts.cli.main", "provider", "simulate", "--port", "0")
    process = subprocess.Popen(
        (*command, "--latency-ms", "20", "--log", str(directory / "provider.ndjson")),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C reaches the demo first, which ends everything in order
    )
    try:
        yield _announced_url(process)
    finally:
        process.terminate()
        try:
            process.wait(_PROVIDER_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _announced_url(process: subprocess.Popen[bytes]) -> str:
    assert process.stdout is not None
    readable, _, _ = select.select([process.stdout], [], [], _PROVIDER_START_S)
    line = process.stdout.readline().decode() if readable else ""
    for word in line.split():
        if word.startswith("http"):
            return word
    raise CommandFailed("The simulated provider did not start.", ExitCode.UNAVAILABLE)


def _say(message: str) -> None:
    click.echo(message, err=True)


def _show_line(message: str) -> None:
    click.echo(message)
