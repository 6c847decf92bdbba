"""`kt webhook`: where an organization has its events sent to, and what became of each message."""

from __future__ import annotations

from typing import Any, Final

import click

from keeptrusts.cli.client.options import Api, api_options, carry_out, given, write_options
from keeptrusts.cli.output.columns import field, moment
from keeptrusts.cli.output.options import Output, output_options

COLUMNS: Final = (
    field("id"),
    field("url", "URL"),
    field("events"),
    field("team"),
    field("enabled"),
    field("reason", "SWITCHED OFF FOR"),
    field("description"),
)
DELIVERY_COLUMNS: Final = (
    field("id"),
    field("event"),
    field("escalation"),
    field("state"),
    field("attempts", right=True),
    field("status", right=True),
    field("error"),
    moment("queued_at", "QUEUED (UTC)"),
    moment("next_at", "NEXT (UTC)"),
)
_SHOWN_ONCE: Final = "The secret is shown this once; deliveries are signed with it."


@click.group()
def webhook() -> None:
    """Where events are sent to."""


@webhook.command("list")
@api_options
@output_options
def list_webhooks(api: Api, output: Output) -> None:
    """List webhooks."""
    output.rows(api.client().get("/v1/webhooks").document["data"], COLUMNS)


@webhook.command("create")
@click.option("--url", required=True, help="A public https:// address.")
@click.option("--events", default="escalation.*", show_default=True, help="Patterns of event types, by commas.")
@click.option("--team", "team_name", metavar="TEAM", help="Only of this team (id, slug or name).")
@click.option("--description", default="", help="For people.")
@click.option("--disabled", is_flag=True, help="Send nothing until it is enabled.")
@write_options
@api_options
@output_options
def create(
    url: str,
    events: str,
    team_name: str | None,
    description: str,
    disabled: bool,
    idempotency_key: str | None,
    api: Api,
    output: Output,
) -> None:
    """Create a webhook and show its signing secret, this once."""
    body = given(url=url, events=_patterns(events), team=team_name, description=description, enabled=not disabled)
    answer = carry_out(api.client(), "POST", "/v1/webhooks", body, idempotency_key=idempotency_key)
    output.document(answer.document)
    output.note(_SHOWN_ONCE)


@webhook.command("show")
@click.argument("webhook_id", metavar="WEBHOOK")
@api_options
@output_options
def show(webhook_id: str, api: Api, output: Output) -> None:
    """Show one webhook."""
    output.document(api.client().get(_path(webhook_id)).document["data"])


@webhook.command("update")
@click.argument("webhook_id", metavar="WEBHOOK")
@click.option("--url", help="A public https:// address.")
@click.option("--events", help="Patterns of event types, by commas.")
@click.option("--description", help="For people.")
@click.option("--enable/--disable", "enabled", default=None, help="Send again, or send nothing.")
@write_options
@api_options
@output_options
def update(
    webhook_id: str,
    url: str | None,
    events: str | None,
    description: str | None,
    enabled: bool | None,
    idempotency_key: str | None,
    api: Api,
    output: Output,
) -> None:
    """Change a webhook."""
    patterns = None if events is None else _patterns(events)
    body = given(url=url, events=patterns, description=description, enabled=enabled)
    if not body:
        raise click.UsageError("Say what to change: --url, --events, --description, --enable or --disable.")
    _carry_out(api, output, "PATCH", _path(webhook_id), body, idempotency_key)


@webhook.command("delete")
@click.argument("webhook_id", metavar="WEBHOOK")
@write_options
@api_options
@output_options
def delete(webhook_id: str, idempotency_key: str | None, api: Api, output: Output) -> None:
    """Delete a webhook; what is still queued for it is dropped."""
    _carry_out(api, output, "DELETE", _path(webhook_id), None, idempotency_key)


@webhook.command("rotate-secret")
@click.argument("webhook_id", metavar="WEBHOOK")
@write_options
@api_options
@output_options
def rotate_secret(webhook_id: str, idempotency_key: str | None, api: Api, output: Output) -> None:
    """Give it a new secret and show it, this once; for 24 hours both sign."""
    _carry_out(api, output, "POST", _path(webhook_id, "rotate-secret"), {}, idempotency_key)
    output.note(_SHOWN_ONCE)


@webhook.command("test")
@click.argument("webhook_id", metavar="WEBHOOK")
@write_options
@api_options
@output_options
def test(webhook_id: str, idempotency_key: str | None, api: Api, output: Output) -> None:
    """Send it a message of the type webhook.test."""
    _carry_out(api, output, "POST", _path(webhook_id, "test"), {}, idempotency_key)
    output.note(f"kt webhook deliveries {webhook_id} shows what became of it.")


@webhook.command("deliveries")
@click.argument("webhook_id", metavar="WEBHOOK")
@click.option(
    "--state", "states", multiple=True, type=click.Choice(["queued", "delivered", "failed"]), help="Only these."
)
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@click.option("--cursor", help="Go on where a page ended.")
@api_options
@output_options
def deliveries(
    webhook_id: str, states: tuple[str, ...], limit: int, cursor: str | None, api: Api, output: Output
) -> None:
    """List what was sent to a webhook and what became of it, the newest first."""
    query = given(state=",".join(states) or None, limit=str(limit), cursor=cursor)
    answer = api.client().get(_path(webhook_id, "deliveries"), query)
    output.page(answer.document, DELIVERY_COLUMNS)


def _path(*parts: str) -> str:
    from keeptrusts.cli.client.api import path_of

    return path_of("v1", "webhooks", *parts)


def _patterns(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _carry_out(
    api: Api, output: Output, method: str, path: str, body: dict[str, Any] | None, idempotency_key: str | None
) -> None:
    output.document(carry_out(api.client(), method, path, body, idempotency_key=idempotency_key).document)
