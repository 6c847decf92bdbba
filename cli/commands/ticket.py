"""`kt ticket`: requests that no wallet covered, and deciding about them."""

from __future__ import annotations

from typing import Any, Final

import click

from keeptrusts.cli.client.options import Api, api_options, carry_out, given, write_options
from keeptrusts.cli.output.columns import field, moment
from keeptrusts.cli.output.options import Output, output_options

COLUMNS: Final = (
    field("id"),
    field("state"),
    field("team"),
    field("user"),
    field("model"),
    field("need", "NEED USD", right=True),
    field("wallet"),
    moment("opened_at", "OPENED (UTC)"),
    moment("until_at", "UNTIL (UTC)"),
    field("reason"),
)
_STATES: Final = ("waiting", "funded", "parked", "approved", "redeemed", "denied", "cancelled", "expired")


@click.group()
def ticket() -> None:
    """Requests that wait for money."""


@ticket.command("list")
@click.option("--state", "states", multiple=True, type=click.Choice(_STATES), help="Only these; may be repeated.")
@click.option("--team", "team_name", metavar="TEAM", help="Only of this team (id, slug or name).")
@click.option("--user", metavar="PERSON", help="Only of this person (e-mail or id).")
@click.option("--request", "request_id", metavar="ID", help="Only the ticket of this request.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@click.option("--cursor", help="Go on where a page ended.")
@api_options
@output_options
def list_tickets(
    states: tuple[str, ...],
    team_name: str | None,
    user: str | None,
    request_id: str | None,
    limit: int,
    cursor: str | None,
    api: Api,
    output: Output,
) -> None:
    """List tickets, the newest first."""
    query = given(
        state=",".join(states) or None,
        team=team_name,
        user=user,
        request=request_id,
        limit=str(limit),
        cursor=cursor,
    )
    answer = api.client().get("/v1/tickets", query)
    output.page(answer.document, COLUMNS)


@ticket.command("show")
@click.argument("ticket_id", metavar="TICKET")
@api_options
@output_options
def show(ticket_id: str, api: Api, output: Output) -> None:
    """Show one ticket."""
    from keeptrusts.cli.client.api import path_of

    shown = api.client().get(path_of("v1", "tickets", ticket_id)).document["data"]
    output.document(shown)
    if shown.get("state") == "approved":
        output.note(f"the caller retries the same request with the header X-Keeptrusts-Ticket: {ticket_id}")


@ticket.command("approve")
@click.argument("ticket_id", metavar="TICKET")
@click.option("--wallet", required=True, metavar="WALLET", help="Who pays: organization, team:NAME or user:PERSON.")
@click.option(
    "--deadline-at", metavar="TIME", help="Until when it may be redeemed; RFC 3339. Default: its own deadline."
)
@click.option("--note", default="", help="Why, for the audit trail.")
@write_options
@api_options
@output_options
def approve(
    ticket_id: str,
    wallet: str,
    deadline_at: str | None,
    note: str,
    idempotency_key: str | None,
    api: Api,
    output: Output,
) -> None:
    """Pay for a request from a wallet; its caller may then retry it once."""
    body = given(wallet=wallet, deadline_at=deadline_at, note=note)
    _decide(api, output, ticket_id, "approve", body, idempotency_key)


@ticket.command("deny")
@click.argument("ticket_id", metavar="TICKET")
@click.option("--reason", default="", help="Why; the caller is told.")
@write_options
@api_options
@output_options
def deny(ticket_id: str, reason: str, idempotency_key: str | None, api: Api, output: Output) -> None:
    """Refuse to pay for a request."""
    _decide(api, output, ticket_id, "deny", {"reason": reason}, idempotency_key)


@ticket.command("cancel")
@click.argument("ticket_id", metavar="TICKET")
@click.option("--reason", default="", help="Why.")
@write_options
@api_options
@output_options
def cancel(ticket_id: str, reason: str, idempotency_key: str | None, api: Api, output: Output) -> None:
    """Take a ticket back; money set aside for it returns to its wallet."""
    _decide(api, output, ticket_id, "cancel", {"reason": reason}, idempotency_key)


def _decide(
    api: Api, output: Output, ticket_id: str, verb: str, body: dict[str, Any], idempotency_key: str | None
) -> None:
    from keeptrusts.cli.client.api import path_of

    done = carry_out(
        api.client(),
        "POST",
        path_of("v1", "tickets", ticket_id, verb),
        body,
        idempotency_key=idempotency_key,
        shown_by=lambda document: path_of("v1", "tickets", document["id"]),
    )
    output.document(done.whole)
