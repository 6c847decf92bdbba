"""`kt budget`: caps on what somebody may spend in a period."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import click

from keeptrusts.cli.client.options import Api, api_options, carry_out, given, write_options
from keeptrusts.cli.output.columns import Column, Row, field, moment, text_of
from keeptrusts.cli.output.options import Output, output_options

_SCOPES: Final = ("organization", "team", "user", "key", "project", "gateway")


def _current(name: str, title: str) -> Column:
    def show(row: Row) -> str:
        period = row.get("current")
        return text_of(period.get(name)) if isinstance(period, Mapping) else "-"

    return Column(title=title, show=show, right=name != "name")


def _percent(row: Row) -> str:
    period = row.get("current")
    return f"{period['percent']:g} %" if isinstance(period, Mapping) and "percent" in period else "-"


COLUMNS: Final = (
    field("scope"),
    field("owner_name", "OWNER"),
    field("action"),
    field("limit", "LIMIT USD", right=True),
    field("period"),
    _current("name", "CURRENT"),
    _current("spent", "SPENT USD"),
    _current("leased", "LEASED USD"),
    Column(title="USED", show=_percent, right=True),
    field("source"),
    field("id"),
)
PAST_COLUMNS: Final = (
    field("name", "PERIOD"),
    field("limit", "LIMIT USD", right=True),
    field("spent", "SPENT USD", right=True),
    field("percent", "USED %", right=True),
    moment("ends_at", "ENDED (UTC)"),
)


@click.group()
def budget() -> None:
    """Caps on spending, by period."""


@budget.command("list")
@click.option("--scope", type=click.Choice(_SCOPES), help="Only these.")
@click.option("--owner", metavar="NAME", help="Only of this team, person, key, project or gateway.")
@click.option("--action", type=click.Choice(["hard", "soft"]), help="Only these.")
@click.option("--source", type=click.Choice(["budget", "policy"]), help="Set here, or caps of policy files.")
@click.option("--state", type=click.Choice(["active", "removed", "all"]), default="active", show_default=True)
@api_options
@output_options
def list_budgets(api: Api, output: Output, **filters: Any) -> None:
    """List budgets with what is used of the current period."""
    answer = api.client().get("/v1/budgets", given(**filters))
    output.rows(answer.document["data"], COLUMNS)


@budget.command("show")
@click.argument("budget_id", metavar="BUDGET")
@api_options
@output_options
def show(budget_id: str, api: Api, output: Output) -> None:
    """Show a budget, its current period and past ones."""
    from keeptrusts.cli.client.api import path_of

    shown = api.client().get(path_of("v1", "budgets", budget_id)).document["data"]
    if not output.for_people:
        output.document(shown)
        return
    output.document({name: value for name, value in shown.items() if name != "past"})
    if shown.get("past"):
        click.echo()
        output.rows(shown["past"], PAST_COLUMNS)


@budget.command("set")
@click.option("--org", "--organization", "organization", is_flag=True, help="For the whole organization.")
@click.option("--team", "team_name", metavar="TEAM", help="For a team (id, slug or name).")
@click.option("--user", metavar="PERSON", help="For a person (e-mail or id).")
@click.option("--key", "key_name", metavar="KEY", help="For a key (id or name).")
@click.option("--project", metavar="NAME", help="For a project.")
@click.option("--gateway", metavar="NAME", help="For a gateway.")
@click.option("--limit", "--amount", "limit", required=True, metavar="USD", help="Such as 1000 or 12.50.")
@click.option("--period", type=click.Choice(["day", "week", "month"]), required=True, help="When it starts anew.")
@click.option("--time-zone", metavar="ZONE", help="IANA name such as Europe/Berlin. Default: UTC.")
@click.option("--hard/--soft", "hard", default=True, help="Refuse at the limit (default), or only say so.")
@click.option(
    "--threshold", "thresholds", type=click.IntRange(1, 100), multiple=True, metavar="PERCENT",
    help="Say when so much is spent; may be repeated. Default: 50, 80 and 100.",
)  # fmt: skip
@write_options
@api_options
@output_options
def set_budget(
    organization: bool,
    team_name: str | None,
    user: str | None,
    key_name: str | None,
    project: str | None,
    gateway: str | None,
    limit: str,
    period: str,
    time_zone: str | None,
    hard: bool,
    thresholds: tuple[int, ...],
    idempotency_key: str | None,
    api: Api,
    output: Output,
) -> None:
    """Set what may be spent in a period. Setting it again for the same owner and period changes it."""
    from keeptrusts.cli.client.api import path_of

    owners = given(team=team_name, user=user, key=key_name, project=project, gateway=gateway)
    if len(owners) + organization != 1:
        raise click.UsageError("whose budget? name one of --org, --team, --user, --key, --project or --gateway")
    scope, owner = next(iter(owners.items()), ("organization", None))
    body = given(
        scope=scope,
        owner=owner,
        limit=limit,
        period=period,
        time_zone=time_zone,
        action="hard" if hard else "soft",
        thresholds_percent=sorted(set(thresholds)) or None,
    )
    done = carry_out(
        api.client(),
        "POST",
        "/v1/budgets",
        body,
        idempotency_key=idempotency_key,
        shown_by=lambda document: path_of("v1", "budgets", document["id"]),
    )
    current = {} if done.shown is None else {"current": done.shown["current"]}
    output.document({**done.document, **current})


@budget.command("remove")
@click.argument("budget_id", metavar="BUDGET")
@write_options
@api_options
@output_options
def remove(budget_id: str, idempotency_key: str | None, api: Api, output: Output) -> None:
    """Remove a budget; what was spent under it stays known."""
    from keeptrusts.cli.client.api import path_of

    path = path_of("v1", "budgets", budget_id)
    done = carry_out(
        api.client(),
        "DELETE",
        path,
        idempotency_key=idempotency_key,
        shown_by=lambda document: "/v1/wallets/balance",
    )
    output.document(done.document)
