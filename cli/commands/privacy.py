"""`kt privacy`: what is kept of a person's calls, and erasing it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import click

from keeptrusts.cli.client.options import Api, api_options, carry_out, given, write_options
from keeptrusts.cli.output.options import Output, output_options

if TYPE_CHECKING:
    from keeptrusts.cli.client.api import ApiClient

WAIT_S: Final = 15.0
POLL_S: Final = 0.25


@click.group()
def privacy() -> None:
    """What is kept of persons, and erasing it."""


@privacy.command("erase")
@click.option("--subject", required=True, metavar="PERSON", help="E-mail or id, external:ID, or the id of an API key.")
@click.option("--reason", default="", help="Why, for the audit trail.")
@write_options
@api_options
@output_options
def erase(subject: str, reason: str, idempotency_key: str | None, api: Api, output: Output) -> None:
    """Destroy the keys of everything that was captured of a person. Nothing brings it back.

    The records of the calls stay, and so does the proof that nobody changed them. Only owners may.
    """
    from keeptrusts.cli.client.api import path_of

    client = api.client()
    done = carry_out(
        client,
        "POST",
        "/v1/privacy/erasures",
        {"subject": subject, "reason": reason},
        idempotency_key=idempotency_key,
        shown_by=lambda document: path_of("v1", "privacy", "subjects", document["subject"]),
    )
    shown = _until_erased(client, done.shown)
    if shown is not None and shown["state"] == "erasing":
        output.note(f"the keys are being destroyed: kt privacy show --subject {shown['subject']} tells how far that is")
    output.document({**done.document, **given(**(shown or {}))})


@privacy.command("show")
@click.option("--subject", required=True, metavar="PERSON", help="E-mail or id, external:ID, or the id of an API key.")
@api_options
@output_options
def show(subject: str, api: Api, output: Output) -> None:
    """Show by month how much is kept of a person's calls, and what was erased; never the texts."""
    output.document(_subject(api.client(), subject))


def _until_erased(client: ApiClient, shown: Any) -> Any:
    """Wait until every key of before is destroyed, within a bound; gives what is shown then."""
    deadline = time.monotonic() + WAIT_S
    while shown is not None and shown["state"] == "erasing" and time.monotonic() < deadline:
        time.sleep(POLL_S)
        shown = _subject(client, shown["subject"])
    return shown


def _subject(client: ApiClient, subject: str) -> Any:
    from keeptrusts.cli.client.api import path_of

    return client.get(path_of("v1", "privacy", "subjects", subject)).document["data"]
