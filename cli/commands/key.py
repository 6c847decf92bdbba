"""`kt key`: gateway keys, which call models, and access keys, which use this API."""

from __future__ import annotations

from typing import Final

import click

from keeptrusts.cli.client.options import Api, api_options, carry_out, given, write_options
from keeptrusts.cli.output.columns import field, moment
from keeptrusts.cli.output.options import Output, output_options

COLUMNS: Final = (
    field("id"),
    field("purpose"),
    field("name"),
    field("prefix"),
    field("state"),
    field("team"),
    field("member"),
    field("role"),
    moment("expires_at", "EXPIRES (UTC)"),
)


@click.group()
def key() -> None:
    """Gateway keys and access keys."""


@key.command("create")
@click.option("--team", "team_name", metavar="TEAM", help="A gateway key of this team (id, slug or name).")
@click.option("--org", "--organization", "organization", is_flag=True, help="A gateway key without team and role.")
@click.option("--access", is_flag=True, help="An access key: for this API, with the roles of its member.")
@click.option("--purpose", type=click.Choice(["gateway", "access"]), help="--purpose access is the same as --access.")
@click.option("--name", help="Name for people. Default: the team's slug.")
@click.option("--user", metavar="PERSON", help="E-mail or id: whose calls (or whose access key) these are.")
@click.option("--role", type=click.Choice(["member", "admin", "owner"]), help="Role that calls carry.")
@click.option("--project", help="Project that calls are counted for.")
@click.option("--consumer-group", help="Consumer group that calls belong to.")
@click.option("--model", "models", multiple=True, metavar="MODEL", help="Only this model; may be repeated.")
@click.option("--expires-at", metavar="TIME", help="RFC 3339 time, or 90d, 24h from now.")
@write_options
@api_options
@output_options
def create(
    team_name: str | None,
    organization: bool,
    access: bool,
    purpose: str | None,
    name: str | None,
    user: str | None,
    role: str | None,
    project: str | None,
    consumer_group: str | None,
    models: tuple[str, ...],
    expires_at: str | None,
    idempotency_key: str | None,
    api: Api,
    output: Output,
) -> None:
    """Create a key and show it, this once."""
    access = access or purpose == "access"
    if sum((team_name is not None, organization, access)) != 1:
        raise click.UsageError("say whose key: one of --team TEAM, --org or --access")
    body = given(
        purpose="access" if access else "gateway",
        team=team_name,
        name=name,
        user=user,
        role=role,
        project=project,
        consumer_group=consumer_group,
        models=models,
        expires_at=None if expires_at is None else _moment(expires_at),
    )
    answer = carry_out(api.client(), "POST", "/v1/keys", body, idempotency_key=idempotency_key)
    output.document(answer.document)
    output.note("The key is shown this once; only its HMAC is kept.")


@key.command("list")
@click.option("--team", "team_name", metavar="TEAM", help="Only keys of this team.")
@click.option("--purpose", type=click.Choice(["gateway", "access", "all"]), default="all", show_default=True)
@click.option("--state", type=click.Choice(["active", "revoked", "all"]), default="all", show_default=True)
@api_options
@output_options
def list_keys(team_name: str | None, purpose: str, state: str, api: Api, output: Output) -> None:
    """List keys; the keys themselves are kept nowhere."""
    answer = api.client().get("/v1/keys", given(team=team_name, purpose=purpose, state=state))
    output.rows(answer.document["data"], COLUMNS)


@key.command("revoke")
@click.argument("key_name", metavar="KEY")
@click.option("--reason", default="", help="Why, for the audit trail.")
@write_options
@api_options
@output_options
def revoke(key_name: str, reason: str, idempotency_key: str | None, api: Api, output: Output) -> None:
    """Revoke a key (id, prefix or name): it stops working within seconds."""
    from keeptrusts.cli.client.api import path_of

    path = path_of("v1", "keys", key_name, "revoke")
    answer = carry_out(api.client(), "POST", path, {"reason": reason}, idempotency_key=idempotency_key)
    output.document(answer.document)


@key.command("rotate")
@click.argument("key_name", metavar="KEY")
@click.option(
    "--overlap-seconds", type=click.IntRange(0, 604800), default=0, show_default=True, help="The old one works on."
)
@write_options
@api_options
@output_options
def rotate(key_name: str, overlap_seconds: int, idempotency_key: str | None, api: Api, output: Output) -> None:
    """Give a key a new secret and show it, this once."""
    from keeptrusts.cli.client.api import path_of

    path = path_of("v1", "keys", key_name, "rotate")
    body = {"overlap_seconds": overlap_seconds}
    answer = carry_out(api.client(), "POST", path, body, idempotency_key=idempotency_key)
    output.document(answer.document)
    output.note("The key is shown this once; only its HMAC is kept.")


def _moment(text: str) -> str:
    """Turn ``90d`` into a time from now on; anything else is the API's to read."""
    import re
    from datetime import UTC, datetime, timedelta

    match = re.match(r"^([1-9][0-9]{0,4})([smhdw])$", text)
    if match is None:
        return text
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}[match.group(2)]
    return (datetime.now(UTC) + timedelta(seconds=int(match.group(1)) * seconds)).isoformat()
