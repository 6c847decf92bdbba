"""`kt rebuild`: makes tables again from the log, beside the old ones, while reads go on."""

from __future__ import annotations

import dataclasses
from typing import Final

import click

from keeptrusts.cli.client.options import Api, api_options
from keeptrusts.cli.exit_codes import CommandFailed, ExitCode
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
@click.option("--offline", is_flag=True, help="Open the store here: for when the API is down. Kafka must run.")
@api_options
@output_options
def rebuild(tables: tuple[str, ...], offline: bool, api: Api, output: Output) -> None:
    """Make tables such as requests again from the log; for owners."""
    if offline:
        output.rows(_offline(tables), COLUMNS)
        return
    client = dataclasses.replace(api.client(), timeout_s=REBUILD_TIMEOUT_S)
    rows = []
    for table in tables:
        output.note(f"rebuilding {table} ...")
        rows.append(client.send("POST", "/v1/admin/rebuild", query={"table": table}).document["data"])
    output.rows(rows, COLUMNS)


def _offline(tables: tuple[str, ...]) -> list[dict[str, object]]:
    import asyncio

    from aiokafka.errors import KafkaError

    from keeptrusts.cli.commands.service_options import this_installation
    from keeptrusts.cli.wiring import rebuild_offline
    from keeptrusts.projections.store.protocol import StoreError
    from keeptrusts.projections.writer.rebuild import UnknownTableError

    installation = this_installation()
    try:
        return asyncio.run(rebuild_offline(installation, tables))
    except UnknownTableError as error:
        raise CommandFailed(str(error), ExitCode.NOT_FOUND) from error
    except (StoreError, KafkaError, OSError) as error:
        raise CommandFailed(
            f"the tables cannot be rebuilt here: {error}. The API must be down and Kafka must run", ExitCode.UNAVAILABLE
        ) from error
