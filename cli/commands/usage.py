"""`kt usage`: requests, tokens and cost by person, team, model or day."""

from __future__ import annotations

from typing import Any

import click

from keeptrusts.cli.client.options import Api, api_options, given
from keeptrusts.cli.commands.filter_options import filter_options, filter_query, group_columns
from keeptrusts.cli.output.options import Output, output_options


@click.command()
@click.option("--group-by", default="user", show_default=True, help="One or more of user, team, model, day, ...")
@click.option("--order-by", help="A key or a metric; -cost: the largest first.")
@click.option("--limit", type=click.IntRange(1, 1000), help="At most so many groups.")
@filter_options
@api_options
@output_options
def usage(
    group_by: str,
    order_by: str | None,
    limit: int | None,
    filters: dict[str, Any],
    api: Api,
    output: Output,
) -> None:
    """Show who uses how much; the last 30 days unless --since says otherwise."""
    query = filter_query(filters) | given(
        group_by=group_by, order_by=order_by, limit=None if limit is None else str(limit)
    )
    document = api.client().get("/v1/usage", query).document
    rows = document["data"]
    keys = [name.strip() for name in group_by.split(",")]
    if output.for_people and rows:
        rows = [*rows, {**document["totals"], keys[0]: "total"}]
    output.rows(rows, group_columns(keys, document["data"]))
