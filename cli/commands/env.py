"""`kt env`: the variables that the guides' examples use, for `eval "$(kt env)"`."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click

from keeptrusts.cli.exit_codes import CommandFailed, ExitCode
from keeptrusts.cli.output.options import Output, output_options


@click.command()
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="The stack's directory.")
@output_options
def env(data_dir: Path | None, output: Output) -> None:
    """Print the variables that examples use: eval "$(kt env)"."""
    from keeptrusts.cli.client.connection import find_credentials
    from keeptrusts.cli.gateway_service.running_file import running_gateway
    from keeptrusts.cli.stack.data_dir import choose_data_dir

    found = find_credentials(data_dir, working_dir=Path.cwd(), environment=os.environ)
    if found is None:
        raise CommandFailed(
            "There are no credentials here.\n  fix: run `kt up` in this directory, or name one with --data-dir",
            ExitCode.SIGN_IN,
        )
    chosen = choose_data_dir(data_dir, working_dir=Path.cwd())
    variables = {
        "API_TOKEN": found.token,
        "KEEPTRUSTS_API_URL": found.api_url,
        "GATEWAY_KEY": found.gateway_key,
        "KEEPTRUSTS_GATEWAY_URL": running_gateway(chosen, found.gateway_url).url,
    }
    if output.for_people:
        click.echo("export " + " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items()))
        return
    output.document(variables)
