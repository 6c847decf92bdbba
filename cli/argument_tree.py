"""A command group that knows its commands by name and imports one only when it is called."""

from __future__ import annotations

import difflib
import errno
import importlib
import sys
from collections.abc import Mapping
from typing import Any

import click

from keeptrusts.cli.exit_codes import CommandFailed, ExitCode
from keeptrusts.cli.stack.failure import StackError
from keeptrusts.schemas.frozen import frozen

_SIMILARITY = 0.55
_CANNOT_WRITE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF})
"""What writing to a full or closed place ends with. A reader who left (EPIPE) is click's to handle."""


@frozen
class LazyCommand:
    """`target` is `module:attribute` of a click command; `help` is what the overview shows for it."""

    target: str
    help: str


class LazyGroup(click.Group):
    """Shows its commands without importing them; offers near matches for a misspelled one."""

    def __init__(self, *, commands: Mapping[str, LazyCommand], aliases: Mapping[str, str], **attributes: Any) -> None:
        super().__init__(**attributes)
        self._lazy = commands
        self._aliases = aliases

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        name = self._aliases.get(cmd_name, cmd_name)
        lazy = self._lazy.get(name)
        return None if lazy is None else _load(name, lazy)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self._aliases.get(name, name) not in self._lazy and not name.startswith("-"):
            ctx.fail(f"No such command '{name}'.{_suggestion(name, (*self._lazy, *self._aliases))}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, lazy.help) for name, lazy in self._lazy.items()])

    def main(self, *args: Any, **extra: Any) -> Any:
        try:
            return super().main(*args, **extra)
        except OSError as error:
            if error.errno not in _CANNOT_WRITE or error.filename is not None:
                raise
            click.echo(f"Error: the output cannot be written: {error.strerror}", err=True)
            sys.exit(ExitCode.UNAVAILABLE)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except StackError as error:
            raise CommandFailed(str(error), ExitCode.UNAVAILABLE) from error


def _load(name: str, lazy: LazyCommand) -> click.Command:
    module_name, _, attribute = lazy.target.partition(":")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name != module_name:
            raise
        raise CommandFailed(f"`kt {name}` is not part of this version.", ExitCode.NO) from error
    command = getattr(module, attribute)
    if not isinstance(command, click.Command):
        raise TypeError(f"{lazy.target} is no click command")
    return command


def _suggestion(name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, known, n=3, cutoff=_SIMILARITY)
    return f" Did you mean {' or '.join(near)}?" if near else ""
