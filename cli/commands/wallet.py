"""`kt wallet`: where money is, and moving it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

from keeptrusts.cli.client.options import Api, api_options, carry_out, given, write_options
from keeptrusts.cli.output.columns import field, moment
from keeptrusts.cli.output.options import Output, output_options

R = TypeVar("R")

COLUMNS: Final = (
    field("scope"),
    field("owner_name", "OWNER"),
    field("available", "AVAILABLE USD", right=True),
    field("leased", "LEASED USD", right=True),
    field("spent", "SPENT USD", right=True),
    field("funded", "FUNDED USD", right=True),
    field("id"),
)
TRANSACTION_COLUMNS: Final = (
    moment("time"),
    field("type"),
    field("outcome"),
    field("amount", "AMOUNT USD", right=True),
    field("spent", "SPENT USD", right=True),
    field("available_after", "AVAILABLE USD", right=True),
    field("request"),
    field("actor"),
)


@click.group()
def wallet() -> None:
    """Fund, allocate and show wallets."""


def _money_options(command: Callable[..., R]) -> Callable[..., R]:
    for option in (
        click.option("--note", default="", help="Why, for the audit trail."),
        click.option("--currency", default="USD", show_default=True, help="Only USD."),
        click.option("--amount", required=True, metavar="USD", help="Such as 1000 or 12.50; at most 9 decimals."),
        click.option("--org", "--organization", "organization", is_flag=True, help="The organization's wallet."),
        click.option("--user", metavar="PERSON", help="A person's wallet (e-mail or id)."),
        click.option("--team", "team_name", metavar="TEAM", help="A team's wallet (id, slug or name)."),
    ):
        command = option(command)
    return command


def _body(team_name: str | None, user: str | None, organization: bool, amount: str, **fields: Any) -> dict[str, Any]:
    if sum((team_name is not None, user is not None, organization)) > 1:
        raise click.UsageError("name one wallet: --team, --user or --org")
    whose = given(team_id=team_name, user_id=user, organization=organization or None)
    return {**whose, "amount": amount, **given(**fields)}


@wallet.command("fund")
@_money_options
@write_options
@api_options
@output_options
def fund(
    team_name: str | None,
    user: str | None,
    organization: bool,
    amount: str,
    currency: str,
    note: str,
    idempotency_key: str | None,
    api: Api,
    output: Output,
) -> None:
    """Bring money in from outside, by default into the organization's wallet."""
    body = _body(team_name, user, organization, amount, currency=currency, note=note)
    _move(api, output, "fund", body, idempotency_key)


@wallet.command("allocate")
@_money_options
@click.option("--source", metavar="WALLET", help="organization, team:NAME or user:PERSON. Default: the organization's.")
@write_options
@api_options
@output_options
def allocate(
    team_name: str | None,
    user: str | None,
    organization: bool,
    amount: str,
    currency: str,
    note: str,
    source: str | None,
    idempotency_key: str | None,
    api: Api,
    output: Output,
) -> None:
    """Move money down to a team or a person."""
    body = _body(team_name, user, organization, amount, currency=currency, note=note, source=source)
    _require_wallet(body)
    _move(api, output, "allocate", body, idempotency_key)


@wallet.command("reclaim")
@_money_options
@write_options
@api_options
@output_options
def reclaim(
    team_name: str | None,
    user: str | None,
    organization: bool,
    amount: str,
    currency: str,
    note: str,
    idempotency_key: str | None,
    api: Api,
    output: Output,
) -> None:
    """Move unspent money back up."""
    body = _body(team_name, user, organization, amount, currency=currency, note=note)
    _require_wallet(body)
    _move(api, output, "reclaim", body, idempotency_key)


@wallet.command("list")
@click.option("--scope", type=click.Choice(["organization", "team", "user"]), help="Only these.")
@api_options
@output_options
def list_wallets(scope: str | None, api: Api, output: Output) -> None:
    """List wallets with their balances."""
    answer = api.client().get("/v1/wallets", given(scope=scope))
    output.rows(answer.document["data"], COLUMNS)


@wallet.command("show")
@click.argument("wallet_name", metavar="WALLET")
@api_options
@output_options
def show(wallet_name: str, api: Api, output: Output) -> None:
    """Show one wallet: organization, a team's name, a person's e-mail, or a wallet's id."""
    from keeptrusts.cli.client.api import path_of

    output.document(api.client().get(path_of("v1", "wallets", wallet_name)).document["data"])


@wallet.command("transactions")
@click.argument("wallet_name", metavar="WALLET")
@click.option("--since", help="7d, 24h, 2026-04-01 or an RFC 3339 time.")
@click.option("--until", help="Until when, exclusive.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@click.option("--cursor", help="Go on where a page ended.")
@api_options
@output_options
def transactions(
    wallet_name: str,
    since: str | None,
    until: str | None,
    limit: int,
    cursor: str | None,
    api: Api,
    output: Output,
) -> None:
    """Show what moved a wallet, newest first."""
    from keeptrusts.cli.client.api import path_of

    query = given(since=since, until=until, limit=str(limit), cursor=cursor)
    answer = api.client().get(path_of("v1", "wallets", wallet_name, "transactions"), query)
    output.rows(answer.document["data"], TRANSACTION_COLUMNS)
    if answer.document.get("next_cursor"):
        output.note(f"next page: --cursor {answer.document['next_cursor']}")


@wallet.command("mode")
@click.argument("mode", required=False, type=click.Choice(["auto", "enforce", "observe"]))
@write_options
@api_options
@output_options
def mode(mode: str | None, idempotency_key: str | None, api: Api, output: Output) -> None:
    """Show or set how callers without money are treated.

    auto: enforced where a wallet exists. enforce: no wallet is refused like an empty one. observe: charged, never
    refused.
    """
    client = api.client()
    if mode is None:
        organization = client.get("/v1/me").document["data"]["organization"]
        output.document({"wallet_mode": organization["wallet_mode"]})
        return
    answer = carry_out(client, "PUT", "/v1/wallets/mode", {"mode": mode}, idempotency_key=idempotency_key)
    output.document(answer.document)


def _require_wallet(body: dict[str, Any]) -> None:
    if not {"team_id", "user_id", "organization"} & body.keys():
        raise click.UsageError("whose wallet? name --team or --user (or --org)")


def _move(api: Api, output: Output, verb: str, body: dict[str, Any], idempotency_key: str | None) -> None:
    """Move money and show the wallet's balances after it."""
    from keeptrusts.cli.client.api import path_of

    done = carry_out(
        api.client(),
        "POST",
        f"/v1/wallets/{verb}",
        body,
        idempotency_key=idempotency_key,
        shown_by=lambda document: path_of("v1", "wallets", document["id"]),
    )
    balances = {} if done.shown is None else {name: done.shown[name] for name in ("available", "leased", "spent")}
    output.document({**done.document, **balances})
