"""`kt hold`: money that is held right now, and handing back what no call will ever spend."""

from __future__ import annotations

from typing import Any, Final

import click

from keeptrusts.cli.client.options import Api, api_options, carry_out, given, write_options
from keeptrusts.cli.output.columns import Column, Row, field, moment
from keeptrusts.cli.output.options import Output, output_options


def _age(row: Row) -> str:
    seconds = row.get("age_seconds")
    if not isinstance(seconds, (int, float)):
        return "-"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 1:
        return f"{rest}s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02d}m" if hours else f"{minutes}m{rest:02d}s"


COLUMNS: Final = (
    field("id"),
    field("state"),
    field("wallet"),
    field("amount", "AMOUNT USD", right=True),
    Column(title="AGE", show=_age, right=True),
    field("gateway"),
    field("owner"),
    field("team"),
    field("user"),
    moment("deadline_at", "DEADLINE (UTC)"),
)


@click.group()
def hold() -> None:
    """Money that calls under way hold."""


@hold.command("list")
@click.option("--state", type=click.Choice(["open", "presumed"]), help="Only these. presumed: its end was never known.")
@click.option("--wallet", metavar="WALLET", help="Only on this wallet's money, such as team:ID.")
@click.option("--gateway", metavar="NAME", help="Only of gateways with this name.")
@click.option("--owner", metavar="ID", help="Only of this gateway process.")
@click.option("--team", "team_name", metavar="TEAM", help="Only of this team's calls.")
@click.option("--user", metavar="PERSON", help="Only of this person's calls.")
@click.option("--request", "request_id", metavar="ID", help="Only of this request.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@click.option("--cursor", help="Go on where a page ended.")
@api_options
@output_options
def list_holds(
    team_name: str | None, request_id: str | None, limit: int, api: Api, output: Output, **filters: Any
) -> None:
    """List holds, the oldest first."""
    query = given(**filters, team=team_name, request=request_id, limit=str(limit))
    answer = api.client().get("/v1/holds", query)
    output.page(answer.document, COLUMNS)


@hold.command("release")
@click.argument("hold_id", metavar="HOLD")
@click.option("--reason", default="", help="Why, for the audit trail.")
@write_options
@api_options
@output_options
def release(hold_id: str, reason: str, idempotency_key: str | None, api: Api, output: Output) -> None:
    """Hand back the money of a presumed hold (its id is REQUEST/ATTEMPT).

    Should the call's end become known later, its cost is counted as variance and reported.
    """
    from keeptrusts.cli.client.api import path_of

    request, slash, attempt = hold_id.rpartition("/")
    if not slash or not attempt.isdigit():
        raise click.UsageError(f"{hold_id!r} is no hold: an id such as req_01.../1, from kt hold list")
    path = path_of("v1", "holds", request, attempt, "release")
    done = carry_out(
        api.client(),
        "POST",
        path,
        {"reason": reason},
        idempotency_key=idempotency_key,
        shown_by=lambda document: "/v1/wallets/balance",
    )
    output.document(done.document)
