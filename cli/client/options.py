"""The options every client command has: which API, which key, and for writes how to repeat them safely."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from keeptrusts.schemas.frozen import frozen

if TYPE_CHECKING:
    from keeptrusts.cli.client.api import ApiClient

R = TypeVar("R")


@frozen
class Api:
    """The API that a command was pointed at."""

    api_url: str | None
    token: str | None
    data_dir: Path | None

    def client(self) -> ApiClient:
        """Give a client; raises CommandFailed when nobody is signed in."""
        from keeptrusts.cli.client.api import ApiClient
        from keeptrusts.cli.client.connection import resolve_connection

        connection = resolve_connection(
            api_url=self.api_url,
            token=self.token,
            data_dir=self.data_dir,
            working_dir=Path.cwd(),
            environment=os.environ,
        )
        return ApiClient(connection=connection)


def api_options(command: Callable[..., R]) -> Callable[..., R]:
    """Add --api-url, --token and --data-dir; the command gets them as ``api``."""

    @functools.wraps(command)
    def with_api(*arguments: Any, api_url: str | None, token: str | None, data_dir: Path | None, **options: Any) -> R:
        return command(*arguments, api=Api(api_url=api_url, token=token, data_dir=data_dir), **options)

    for option in (
        click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="The stack's directory."),
        click.option("--token", metavar="KEY", help="Access key; better: KEEPTRUSTS_API_TOKEN."),
        click.option("--api-url", metavar="URL", help="Where the API is. Default: KEEPTRUSTS_API_URL, or the stack's."),
    ):
        with_api = option(with_api)
    return with_api


def write_options(command: Callable[..., R]) -> Callable[..., R]:
    """Add --idempotency-key."""
    return click.option(
        "--idempotency-key", metavar="TEXT", help="Repeating a command with the same key does it only once."
    )(command)


@frozen
class CarriedOut:
    """A command's answer, and what reads show since; ``shown`` is None when they do not show it yet."""

    document: Mapping[str, Any]
    shown: Mapping[str, Any] | None = None

    @property
    def whole(self) -> dict[str, Any]:
        """Give the answer with what reads show of the resource since."""
        return {**self.document, **given(**(self.shown or {}))}


def carry_out(
    client: ApiClient,
    method: str,
    path: str,
    body: Mapping[str, Any] | None = None,
    *,
    idempotency_key: str | None = None,
    shown_by: Callable[[Mapping[str, Any]], str] = lambda document: "/v1/me",
) -> CarriedOut:
    """Send a command and wait until reads show it, so that the next command sees what this one did.

    ``shown_by`` gives the path to read for that. Says on stderr when the command is recorded and not yet decided, or
    decided and not yet visible. Raises CommandFailed when it was refused.
    """
    from keeptrusts.cli.exit_codes import CommandFailed

    answer = client.send(method, path, body, idempotency_key=idempotency_key)
    document = answer.document
    if answer.status == 202:
        click.echo(f"recorded, not decided yet: GET {document.get('location')} tells what became of it", err=True)
        return CarriedOut(document=document)
    if document.get("message"):
        click.echo(document["message"], err=True)
    try:
        shown = client.get(shown_by(document), {"min_position": document["position"]}, pauses_s=())
    except CommandFailed as failure:
        click.echo(f"done; lists do not show it yet ({failure.message})", err=True)
        return CarriedOut(document=document)
    return CarriedOut(document=document, shown=shown.document["data"])


def given(**fields: Any) -> dict[str, Any]:
    """Give the fields that were set: what was not is left away, so that the API's defaults hold."""
    return {name: value for name, value in fields.items() if value is not None and value != ()}
