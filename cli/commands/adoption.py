"""`kt adoption`: who uses AI, how often, with which models."""

from __future__ import annotations

import click

from keeptrusts.cli.client.options import Api, api_options, given
from keeptrusts.cli.output.options import Output, output_options


@click.command()
@click.option("--since", help="7d, 24h, 2026-04-01 or an RFC 3339 time. Default: the last 30 days.")
@click.option("--until", help="Until when, exclusive.")
@click.option("--team", metavar="TEAM", help="Only this team.")
@api_options
@output_options
def adoption(since: str | None, until: str | None, team: str | None, api: Api, output: Output) -> None:
    """Show how far governed use has come."""
    answer = api.client().get("/v1/adoption", given(since=since, until=until, team=team))
    output.document(answer.document["data"])
