"""`kt projections`: runs the projection writer alone, for installations whose API runs elsewhere."""

from __future__ import annotations

import click

from keeptrusts.cli.exit_codes import CommandFailed, ExitCode


@click.group()
def projections() -> None:
    """Run the projection writer."""


@projections.command()
def run() -> None:
    """Run until SIGTERM or Ctrl-C. With the embedded engine `kt api run` writes already: one process owns the store."""
    from keeptrusts.cli.commands.service_options import this_installation
    from keeptrusts.cli.service import run_service
    from keeptrusts.cli.topics import TopicError
    from keeptrusts.cli.wiring import run_projections_service
    from keeptrusts.projections.migrations.runner import SchemaMismatchError
    from keeptrusts.projections.store.protocol import StoreError

    installation = this_installation()
    try:
        run_service(lambda stop: run_projections_service(installation, stop))
    except (TopicError, StoreError, SchemaMismatchError, OSError) as error:
        raise CommandFailed(f"the writer cannot run: {error}", ExitCode.UNAVAILABLE) from error
