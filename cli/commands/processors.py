"""`kt processors`: runs the stream processors, and makes the topics they and everybody else need."""

from __future__ import annotations

import os
from pathlib import Path

import click

from keeptrusts.cli.exit_codes import CommandFailed, ExitCode


@click.group()
def processors() -> None:
    """Run the stream processors."""


@processors.command()
def run() -> None:
    """Run until SIGTERM or Ctrl-C."""
    from keeptrusts.cli.commands.service_options import this_installation
    from keeptrusts.cli.service import run_service
    from keeptrusts.cli.topics import TopicError
    from keeptrusts.cli.wiring import run_processors_service

    installation = this_installation()
    ready = os.environ.get("KEEPTRUSTS_READY_FILE")
    try:
        run_service(lambda stop: run_processors_service(installation, Path(ready) if ready else None, stop))
    except TopicError as error:
        raise CommandFailed(str(error), ExitCode.UNAVAILABLE) from error


@processors.command("create-topics")
def create_topics() -> None:
    """Create what is missing of the topics, and check the settings of all."""
    import asyncio

    from keeptrusts.cli.commands.service_options import this_installation
    from keeptrusts.cli.topics import TopicError, ensure_topics

    installation = this_installation()
    try:
        created = asyncio.run(
            ensure_topics(installation.bootstrap, prefix=installation.topic_prefix, mode=installation.mode)
        )
    except TopicError as error:
        raise CommandFailed(str(error), ExitCode.UNAVAILABLE) from error
    click.echo(f"created {', '.join(created)}" if created else "all topics are there", err=True)
