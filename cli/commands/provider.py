"""`kt provider simulate`: a provider for demos, tests and benchmarks that costs nothing."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from pathlib import Path

import click

from keeptrusts.cli.exit_codes import CommandFailed, ExitCode


@click.group()
def provider() -> None:
    """Run a simulated provider."""


@provider.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=41900, show_default=True, help="0: any free port.")
@click.option(
    "--log",
    "log_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Append one JSON line a billed call to this file.",
)
@click.option("--latency-ms", type=click.IntRange(min=0), default=0, show_default=True, help="Before the first byte.")
@click.option(
    "--chunk-delay-ms",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Between the pieces of a stream.",
)
@click.option("--fault", default="", help="How to misbehave, e.g. 'status=503', 'cut=3', 'stall', 'garbage'.")
@click.option(
    "--fault-every", type=click.IntRange(min=1), default=1, show_default=True, help="Misbehave every Nth call only."
)
def simulate(
    host: str,
    port: int,
    log_path: Path | None,
    latency_ms: int,
    chunk_delay_ms: int,
    fault: str,
    fault_every: int,
) -> None:
    """Answer like OpenAI, Azure, Anthropic, Gemini and Bedrock, deterministically, with usage, streaming and faults.

    Prints its URL on stdout once it answers. A caller can ask one call to misbehave with the header `x-simulate`, or
    through a gateway with a last message that begins with `simulate:`, in the words of --fault: bad-key, status=N,
    retry-after=S, latency=MS, chunk-delay=MS, drop, cut=N, cut-bytes=N, stall=N, fail=N, drip=N, garbage, wrong-type,
    wrong-usage, no-usage, negative-usage, huge-usage, double-usage, words=N, echo, tool, cached=N, cache-write=N,
    reasoning=N.
    """
    from keeptrusts.cli.provider_simulator.asked import Simulator
    from keeptrusts.cli.provider_simulator.billing import BillingLog
    from keeptrusts.cli.provider_simulator.faults import Behaviour, FaultError, parse_behaviour

    usual = Behaviour(latency=latency_ms, chunk_delay=chunk_delay_ms)
    try:
        behaviour = parse_behaviour(fault, usual)
    except FaultError as error:
        raise CommandFailed(f"--fault: {error}", ExitCode.USAGE) from error
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(open(log_path, "a", encoding="utf-8")) if log_path else None
        except OSError as error:
            raise CommandFailed(f"--log: {log_path} cannot be written: {error.strerror}", ExitCode.USAGE) from error
        simulator = Simulator(log=BillingLog(file), behaviour=behaviour, usual=usual, fault_every=fault_every)
        asyncio.run(_serve(simulator, host, port))


async def _serve(simulator: object, host: str, port: int) -> None:
    from aiohttp import web

    from keeptrusts.cli.provider_simulator.asked import Simulator
    from keeptrusts.cli.provider_simulator.server import simulator_app

    assert isinstance(simulator, Simulator)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = web.AppRunner(simulator_app(simulator), handler_cancellation=True, access_log=None)
    await runner.setup()
    try:
        try:
            site = web.TCPSite(runner, host, port, shutdown_timeout=1.0)
            await site.start()
        except OSError as error:
            raise CommandFailed(f"Port {port} cannot be used: {error.strerror}", ExitCode.UNAVAILABLE) from error
        bound = runner.addresses[0][1]
        click.echo(f"http://{host}:{bound}")
        sys.stdout.flush()
        await stop.wait()
    finally:
        await runner.cleanup()
