"""`kt team`: teams and who is in them."""

from __future__ import annotations

from typing import Final

import click

from keeptrusts.cli.client.options import Api, api_options, carry_out, given, write_options
from keeptrusts.cli.output.columns import field, moment
from keeptrusts.cli.output.options import Output, output_options

TEAM_COLUMNS: Final = (
    field("slug"),
    field("name"),
    field("members", right=True),
    field("state"),
    field("description"),
    moment("created_at", "CREATED (UTC)"),
    field("id"),
)
MEMBER_COLUMNS: Final = (
    field("email"),
    field("name"),
    field("role"),
    field("organization_role", "ORGANIZATION"),
    field("state"),
    field("id"),
)
_ROLES: Final = ("member", "admin")


@click.group()
def team() -> None:
    """Teams and their members."""


@team.command("create")
@click.option("--name", required=True, help="Name for people, such as Engineering.")
@click.option("--description", default="", help="What the team does.")
@click.option("--slug", help="Name for policies and URLs. Default: made of the name.")
@write_options
@api_options
@output_options
def create(
    name: str, description: str, slug: str | None, idempotency_key: str | None, api: Api, output: Output
) -> None:
    """Create a team."""
    body = given(name=name, description=description, slug=slug)
    answer = carry_out(api.client(), "POST", "/v1/teams", body, idempotency_key=idempotency_key)
    output.document(answer.document)


@team.command("list")
@click.option("--state", type=click.Choice(["active", "archived", "all"]), default="active", show_default=True)
@api_options
@output_options
def list_teams(state: str, api: Api, output: Output) -> None:
    """List teams."""
    answer = api.client().get("/v1/teams", {"state": state})
    output.rows(answer.document["data"], TEAM_COLUMNS)


@team.command("show")
@click.argument("team_name", metavar="TEAM")
@api_options
@output_options
def show(team_name: str, api: Api, output: Output) -> None:
    """Show a team (id, slug or name) and its members."""
    from keeptrusts.cli.client.api import path_of

    client = api.client()
    found = client.get(path_of("v1", "teams", team_name)).document["data"]
    members = client.get(path_of("v1", "teams", team_name, "members")).document["data"]
    if not output.for_people:
        output.document({**found, "members": members})
        return
    output.document(found)
    click.echo()
    output.rows(members, MEMBER_COLUMNS)


@team.command("add-member")
@click.option("--team", "team_name", required=True, metavar="TEAM", help="Id, slug or name.")
@click.option("--email", "--member", "person", required=True, metavar="PERSON", help="E-mail, or a member's id.")
@click.option("--role", type=click.Choice(_ROLES), default="member", show_default=True, help="Role in the team.")
@click.option("--name", help="The person's name, if new.")
@write_options
@api_options
@output_options
def add_member(
    team_name: str,
    person: str,
    role: str,
    name: str | None,
    idempotency_key: str | None,
    api: Api,
    output: Output,
) -> None:
    """Add a person to a team, and to the organization if new."""
    from keeptrusts.cli.client.api import path_of

    body = given(role=role, name=name) | ({"email": person} if "@" in person else {"member": person})
    path = path_of("v1", "teams", team_name, "members")
    answer = carry_out(api.client(), "POST", path, body, idempotency_key=idempotency_key)
    output.document(answer.document)


@team.command("remove-member")
@click.option("--team", "team_name", required=True, metavar="TEAM", help="Id, slug or name.")
@click.option("--email", "--member", "person", required=True, metavar="PERSON", help="E-mail or id.")
@write_options
@api_options
@output_options
def remove_member(team_name: str, person: str, idempotency_key: str | None, api: Api, output: Output) -> None:
    """Take a person out of a team; the person stays in the organization."""
    from keeptrusts.cli.client.api import path_of

    path = path_of("v1", "teams", team_name, "members", person)
    answer = carry_out(api.client(), "DELETE", path, idempotency_key=idempotency_key)
    output.document(answer.document)
