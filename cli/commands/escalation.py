"""`kt escalation`: calls and answers that a policy holds for a person, and deciding about them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import click

from keeptrusts.cli.client.options import Api, api_options, carry_out, given, write_options
from keeptrusts.cli.output.columns import field, moment
from keeptrusts.cli.output.options import Output, output_options

COLUMNS: Final = (
    field("id"),
    field("state"),
    field("type"),
    field("severity"),
    field("team"),
    field("user"),
    field("policy"),
    moment("opened_at", "OPENED (UTC)"),
    moment("due_at", "DUE (UTC)"),
    field("assignee"),
    field("claimed_by", "CLAIMED BY"),
    field("resolution"),
)
_STATES: Final = ("open", "queued", "claimed", "resolved", "expired")


@click.group()
def escalation() -> None:
    """Calls and answers that wait for a person."""


@escalation.command("list")
@click.option("--state", "states", multiple=True, type=click.Choice(_STATES), help="Only these; may be repeated.")
@click.option("--type", "type_name", metavar="TYPE", help="Only of this type, such as data_exfiltration.")
@click.option("--team", "team_name", metavar="TEAM", help="Only of this team (id, slug or name).")
@click.option("--user", metavar="PERSON", help="Only of this person's calls (e-mail or id).")
@click.option("--assignee", metavar="PERSON", help="Only those that this person is asked to decide first.")
@click.option("--request", "request_id", metavar="ID", help="Only those of this request.")
@click.option("--since", help="Opened since then: 7d, 24h, 2026-04 or an RFC 3339 time.")
@click.option("--until", help="Opened before then.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@click.option("--cursor", help="Go on where a page ended.")
@api_options
@output_options
def list_escalations(
    states: tuple[str, ...],
    type_name: str | None,
    team_name: str | None,
    user: str | None,
    assignee: str | None,
    request_id: str | None,
    since: str | None,
    until: str | None,
    limit: int,
    cursor: str | None,
    api: Api,
    output: Output,
) -> None:
    """List escalations, the newest first."""
    query = given(
        state=",".join(states) or None,
        type=type_name,
        team=team_name,
        user=user,
        assignee=assignee,
        request=request_id,
        since=since,
        until=until,
        limit=str(limit),
        cursor=cursor,
    )
    answer = api.client().get("/v1/escalations", query)
    output.page(answer.document, COLUMNS)


@escalation.command("show")
@click.argument("escalation_id", metavar="ESCALATION")
@click.option("--content", "with_content", is_flag=True, help="The texts too, where they are kept; that is recorded.")
@api_options
@output_options
def show(escalation_id: str, with_content: bool, api: Api, output: Output) -> None:
    """Show one escalation."""
    from keeptrusts.cli.client.api import path_of

    client = api.client()
    shown = client.get(path_of("v1", "escalations", escalation_id)).document["data"]
    if with_content:
        kept = client.get(path_of("v1", "escalations", escalation_id, "content")).document["data"]
        shown = {**shown, "contents": kept["contents"]}
    output.document(shown)


@escalation.command("claim")
@click.argument("escalation_id", metavar="ESCALATION")
@write_options
@api_options
@output_options
def claim(escalation_id: str, idempotency_key: str | None, api: Api, output: Output) -> None:
    """Say that you look at it: until you release it, nobody else decides."""
    _carry_out(api, output, escalation_id, "claim", {}, idempotency_key)


@escalation.command("release")
@click.argument("escalation_id", metavar="ESCALATION")
@write_options
@api_options
@output_options
def release(escalation_id: str, idempotency_key: str | None, api: Api, output: Output) -> None:
    """Put it back into the queue."""
    _carry_out(api, output, escalation_id, "release", {}, idempotency_key)


@escalation.command("resolve")
@click.argument("escalation_id", metavar="ESCALATION")
@click.option("--approve", "resolution", flag_value="approved", help="The held call or answer goes on.")
@click.option("--deny", "resolution", flag_value="denied", help="It is refused for good.")
@click.option(
    "--edited",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="With --approve: the request, or the texts of the answer, as JSON that go on instead (from show --content).",
)
@click.option("--note", default="", help="Why, for the audit trail.")
@write_options
@api_options
@output_options
def resolve(
    escalation_id: str,
    resolution: str | None,
    edited: Path | None,
    note: str,
    idempotency_key: str | None,
    api: Api,
    output: Output,
) -> None:
    """Decide: approve, approve as edited where the texts are kept, or deny."""
    if resolution is None:
        raise click.UsageError("Say --approve or --deny.")
    body: dict[str, Any] = {"resolution": resolution, "note": note}
    if edited is not None:
        if resolution != "approved":
            raise click.UsageError("--edited goes with --approve.")
        body |= {"resolution": "approved_edited", "edited": _edited(api, escalation_id, edited)}
    _carry_out(api, output, escalation_id, "resolve", body, idempotency_key)


def _edited(api: Api, escalation_id: str, file: Path) -> dict[str, Any]:
    """Read the edited request or answer, and look up what it was made of."""
    from keeptrusts.cli.client.api import path_of

    try:
        document = json.loads(file.read_text("utf-8"))
    except ValueError:
        raise click.UsageError(f"{file} is not JSON") from None
    if not isinstance(document, dict):
        raise click.UsageError(
            f"{file} must hold a JSON object: the whole request, or the texts of the answer as they were shown"
        )
    kept = api.client().get(path_of("v1", "escalations", escalation_id, "content")).document["data"]
    of = kept["contents"][0]
    content = json.dumps(document, ensure_ascii=False)
    return {"content": content, "request": kept["request"], "subject": of["subject"], "keep_days": of["keep_days"]}


def _carry_out(
    api: Api, output: Output, escalation_id: str, verb: str, body: dict[str, Any], idempotency_key: str | None
) -> None:
    from keeptrusts.cli.client.api import path_of

    done = carry_out(
        api.client(),
        "POST",
        path_of("v1", "escalations", escalation_id, verb),
        body,
        idempotency_key=idempotency_key,
        shown_by=lambda document: path_of("v1", "escalations", document["id"]),
    )
    output.document(done.whole)
