"""`kt api`: runs the command API, the query API and the projection writer in one process."""

from __future__ import annotations

import click

from keeptrusts.cli.exit_codes import CommandFailed, ExitCode


@click.group()
def api() -> None:
    """Run the command API, query API and projections together."""


@api.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port. Default: 8080.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
def run(port: int | None, host: str) -> None:
    """Run until SIGTERM or Ctrl-C."""
    from keeptrusts.cli.commands.service_options import this_installation
    from keeptrusts.cli.service import run_service
    from keeptrusts.cli.stack.ports import require_free
    from keeptrusts.cli.topics import TopicError
    from keeptrusts.cli.wiring import run_api_service
    from keeptrusts.projections.migrations.runner import SchemaMismatchError
    from keeptrusts.projections.store.protocol import StoreError
    from keeptrusts.schemas.publishing import PublishError

    installation = this_installation()
    chosen = port or installation.ports.api
    require_free((("the API", chosen),))

    def listening() -> None:
        click.echo(f"API listens on http://{host}:{chosen}", err=True)

    try:
        run_service(
            lambda stop: run_api_service(installation, host=host, port=chosen, on_listening=listening, stop=stop)
        )
    except (TopicError, PublishError, StoreError, SchemaMismatchError, OSError) as error:
        raise CommandFailed(f"the API cannot run: {error}", ExitCode.UNAVAILABLE) from error
