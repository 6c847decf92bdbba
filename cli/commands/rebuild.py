"""`kt rebuild`: makes tables again from the log, beside the old ones, while reads go on."""

from __future__ import annotations

import dataclasses
from typing import Final

import click

from keeptrusts.cli.client.options import Api, api_options
from keeptrusts.cli.output.columns import field
from keeptrusts.cli.output.options import Output, output_options

REBUILD_TIMEOUT_S: Final = 3600.0
COLUMNS: Final = (
    field("table"),
    field("records", right=True),
    field("rows_before", right=True),
    field("rows_after", right=True),
)


@click.command()
@click.argument("tables", nargs=-1, required=True, metavar="TABLE...")
@api_options
@output_options
def rebuild(tables: tuple[str, ...], api: Api, output: Output) -> None:
    """Make tables such as requests again from the log; for owners."""
    client = dataclasses.replace(api.client(), timeout_s=REBUILD_TIMEOUT_S)
    rows = []
    for table in tables:
        output.note(f"rebuilding {table} ...")
        rows.append(client.send("POST", "/v1/admin/rebuild", query={"table": table}).document["data"])
    output.rows(rows, COLUMNS)
