"""`kt wallet`: where money is, and moving it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import click

from keeptrusts.cli.client.options import Api, api_options, carry_out, given, write_options
from keeptrusts.cli.output.columns import Column, Row, field, moment, text_of
from keeptrusts.cli.output.options import Output, output_options

R = TypeVar("R")


def _low(row: Row) -> str:
    percent = row.get("low_balance_percent")
    return "-" if percent is None else f"at most {percent} %"


def _monthly(row: Row) -> str:
    recurring = row.get("recurring")
    return text_of(recurring.get("amount")) if isinstance(recurring, Mapping) else "-"


COLUMNS: Final = (
    field("scope"),
    field("owner_name", "OWNER"),
    field("available", "AVAILABLE USD", right=True),
    field("leased", "LEASED USD", right=True),
    field("held", "HELD USD", right=True),
    field("spent", "SPENT USD", right=True),
    field("funded", "FUNDED USD", right=True),
    Column(title="LOW", show=_low),
    Column(title="MONTHLY USD", show=_monthly, right=True),
    field("id"),
)
RECURRING_COLUMNS: Final = (
    field("owner_name", "OWNER"),
    field("amount", "AMOUNT USD", right=True),
    field("period"),
    field("source"),
    moment("next_at", "NEXT (UTC)"),
    field("state"),
    field("skipped", "LAST SKIPPED"),
    field("wallet"),
)
TRANSACTION_COLUMNS: Final = (
    moment("time"),
    field("label", "WHAT"),
    field("amount", "AMOUNT USD", right=True),
    field("spent", "SPENT USD", right=True),
    field("balance_after", "BALANCE USD", right=True),
    field("request"),
    field("actor"),
)
LEASE_COLUMNS: Final = (
    *TRANSACTION_COLUMNS[:4],
    field("leased", "LEASED USD", right=True),
    *TRANSACTION_COLUMNS[4:],
)
_SHOWN: Final = ("state", "available", "leased", "spent")
"""What of a wallet is shown after it was changed."""


@click.group()
def wallet() -> None:
    """Fund, allocate and show wallets."""


def _money_options(command: Callable[..., R]) -> Callable[..., R]:
    for option in (
        click.option("--note", default="", help="Why, for the audit trail."),
        click.option("--currency", default="USD", show_default=True, help="Only USD."),
        click.option("--amount", required=True, metavar="USD", help="Such as 1000 or 12.50; at most 9 decimals."),
    ):
        command = option(command)
    return _whose_options(command)


def _whose_options(command: Callable[..., R]) -> Callable[..., R]:
    for option in (
        click.option("--org", "--organization", "organization", is_flag=True, help="The organization's wallet."),
        click.option("--user", metavar="PERSON", help="A person's wallet (e-mail or id)."),
        click.option("--team", "team_name", metavar="TEAM", help="A team's wallet (id, slug or name)."),
    ):
        command = option(command)
    return command


def _whose(team_name: str | None, user: str | None, organization: bool) -> dict[str, Any]:
    if sum((team_name is not None, user is not None, organization)) > 1:
        raise click.UsageError("name one wallet: --team, --user or --org")
    return given(team_id=team_name, user_id=user, organization=organization or None)


def _body(team_name: str | None, user: str | None, organization: bool, amount: str, **fields: Any) -> dict[str, Any]:
    return {**_whose(team_name, user, organization), "amount": amount, **given(**fields)}


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
@click.option("--period", type=click.Choice(["month"]), help="Again at the first moment of each month (UTC).")
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
    period: str | None,
    idempotency_key: str | None,
    api: Api,
    output: Output,
) -> None:
    """Move money down to a team or a person, once or each month."""
    body = _body(team_name, user, organization, amount, currency=currency, note=note, source=source, period=period)
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
@click.option("--state", type=click.Choice(["open", "closed", "all"]), help="Default: open.")
@api_options
@output_options
def list_wallets(scope: str | None, state: str | None, api: Api, output: Output) -> None:
    """List wallets with their balances."""
    answer = api.client().get("/v1/wallets", given(scope=scope, state=state))
    output.rows(answer.document["data"], COLUMNS if state in (None, "open") else (*COLUMNS, field("state")))


@wallet.command("show")
@click.argument("wallet_name", metavar="WALLET")
@api_options
@output_options
def show(wallet_name: str, api: Api, output: Output) -> None:
    """Show one wallet: organization, a team's name, a person's e-mail, or a wallet's id."""
    from keeptrusts.cli.client.api import path_of

    output.document(api.client().get(path_of("v1", "wallets", wallet_name)).document["data"])


@wallet.command("balance")
@click.argument("wallet_name", metavar="[WALLET]", required=False)
@api_options
@output_options
def balance(wallet_name: str | None, api: Api, output: Output) -> None:
    """Show the sum over all wallets within your reach, or of one."""
    answer = api.client().get("/v1/wallets/balance", given(wallet=wallet_name))
    output.document(answer.document["data"])


@wallet.command("close")
@_whose_options
@write_options
@api_options
@output_options
def close(
    team_name: str | None, user: str | None, organization: bool, idempotency_key: str | None, api: Api, output: Output
) -> None:
    """Close a wallet that holds no money, no leases and no holds; its owner is no longer held to it."""
    body = _whose(team_name, user, organization)
    _require_wallet(body)
    _move(api, output, "close", body, idempotency_key)


@wallet.group("recurring")
def recurring() -> None:
    """Allocations that move money each month."""


@recurring.command("list")
@click.option("--state", type=click.Choice(["active", "stopped", "all"]), default="active", show_default=True)
@api_options
@output_options
def list_recurring(state: str, api: Api, output: Output) -> None:
    """List allocations that recur."""
    answer = api.client().get("/v1/wallets/recurring", {"state": state})
    output.rows(answer.document["data"], RECURRING_COLUMNS)


@recurring.command("stop")
@_whose_options
@write_options
@api_options
@output_options
def stop_recurring(
    team_name: str | None, user: str | None, organization: bool, idempotency_key: str | None, api: Api, output: Output
) -> None:
    """End a wallet's monthly allocation; what it has moved stays."""
    body = _whose(team_name, user, organization)
    _require_wallet(body)
    _move(api, output, "recurring/stop", body, idempotency_key)


@wallet.command("transactions")
@click.argument("wallet_name", metavar="WALLET")
@click.option("--since", help="7d, 24h, 2026-04-01 or an RFC 3339 time.")
@click.option("--until", help="Until when, exclusive.")
@click.option("--leases", is_flag=True, help="Also what gateways borrowed and returned.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@click.option("--cursor", help="Go on where a page ended.")
@api_options
@output_options
def transactions(
    wallet_name: str,
    since: str | None,
    until: str | None,
    leases: bool,
    limit: int,
    cursor: str | None,
    api: Api,
    output: Output,
) -> None:
    """Show what moved a wallet, newest first."""
    from keeptrusts.cli.client.api import path_of

    query = given(since=since, until=until, leases="true" if leases else None, limit=str(limit), cursor=cursor)
    answer = api.client().get(path_of("v1", "wallets", wallet_name, "transactions"), query)
    output.page(answer.document, LEASE_COLUMNS if leases else TRANSACTION_COLUMNS)


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
    balances = {} if done.shown is None else {name: done.shown[name] for name in _SHOWN if name in done.shown}
    output.document({**done.document, **balances})
