"""The options that choose a format; the command gets them as ``output``."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

from keeptrusts.cli.output.columns import Column, Row
from keeptrusts.cli.output.formats import FORMATS, Format, document_as, rows_as
from keeptrusts.schemas.frozen import frozen

R = TypeVar("R")


@frozen
class Output:
    """Writes data to stdout in one format; everything else goes to stderr."""

    format: Format

    @property
    def for_people(self) -> bool:
        return self.format == "table"

    @property
    def colour(self) -> bool:
        """Colours only on a terminal, and never when NO_COLOR is set or TERM is dumb."""
        terminal = sys.stdout is not None and sys.stdout.isatty()  # None: whoever called has closed it
        return terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def rows(self, rows: Sequence[Row], columns: Sequence[Column]) -> None:
        text = rows_as(self.format, rows, columns, colour=self.colour)
        if text:
            click.echo(text)

    def page(self, answer: Mapping[str, Any], columns: Sequence[Column]) -> None:
        """Write one page of a list, and how to get the next one."""
        self.rows(answer["data"], columns)
        if answer.get("next_cursor"):
            self.note(f"next page: --cursor {answer['next_cursor']}")

    def document(self, document: Row) -> None:
        click.echo(document_as(self.format, document))

    def note(self, text: str) -> None:
        """Say something beside the data, to people only."""
        if self.for_people:
            click.echo(text, err=True)


def output_options(command: Callable[..., R]) -> Callable[..., R]:
    """Add --format (-o) and --json; the command gets them as ``output``."""

    @functools.wraps(command)
    def with_output(*arguments: Any, output_format: Format, as_json: bool, **options: Any) -> R:
        return command(*arguments, output=Output(format="json" if as_json else output_format), **options)

    for option in (
        click.option("--json", "as_json", is_flag=True, help="The same as --format json."),
        click.option("--format", "-o", "output_format", type=click.Choice(FORMATS), default="table", show_default=True),
    ):
        with_output = option(with_output)
    return with_output
