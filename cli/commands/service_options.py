"""What the commands that run services share: the installation they belong to, and where calls are sent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from keeptrusts.cli.installation import Installation


def _checked_url(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    from urllib.parse import urlsplit

    if value is None:
        return None
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise click.BadParameter(f"{value[:100]!r} is no URL; write http://HOST:PORT")
    return value


provider_url_option = click.option(
    "--provider-url",
    envvar="KEEPTRUSTS_PROVIDER_URL",
    metavar="URL",
    callback=_checked_url,
    help="Send every target to this upstream, at its vendor's own paths and with placeholder secrets "
    "(a simulated provider).",
)


def this_installation(data_dir: Path | None = None) -> Installation:
    """Read the installation of the working directory or of KEEPTRUSTS_DATA_DIR; raises StackError."""
    from keeptrusts.cli.installation import read_installation
    from keeptrusts.cli.stack.data_dir import choose_data_dir, make_data_dir

    chosen = choose_data_dir(data_dir, working_dir=Path.cwd())
    make_data_dir(chosen)
    return read_installation(chosen)
