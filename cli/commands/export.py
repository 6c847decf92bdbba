"""`kt export`: files of what the log shows, asked for, downloaded, and checked against what was recorded of them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from keeptrusts.cli.client.options import Api, api_options, carry_out, given, write_options
from keeptrusts.cli.commands.filter_options import filter_options, filter_query, named_value
from keeptrusts.cli.exit_codes import CommandFailed, ExitCode
from keeptrusts.cli.output.columns import Column, field, moment, short_time, text_of
from keeptrusts.cli.output.options import Output, output_options

if TYPE_CHECKING:
    from keeptrusts.cli.client.api import ApiClient

_POLL_S: Final = 0.5
_SHOWN: Final = 40
_SCHEDULES: Final = "/v1/export-schedules"
_STDOUT: Final = Path("-")
_UNITS: Final = ("KiB", "MiB", "GiB", "TiB")
_STATES: Final = ("queued", "ready", "failed", "expired", "deleted")


def _range(row: Mapping[str, Any]) -> str:
    since, until = row.get("since"), row.get("until")
    if since is None and until is None:
        return "all"
    return f"{'' if since is None else short_time(since)}..{'' if until is None else short_time(until)}"


def _description(row: Mapping[str, Any]) -> str:
    text = text_of(row.get("description"))
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _size(row: Mapping[str, Any]) -> str:
    size = row.get("size_bytes")
    if size is None:
        return "-"
    if size < 1024:
        return f"{size} B"
    power = min((size.bit_length() - 1) // 10, len(_UNITS))
    return f"{size / 1024**power:.1f} {_UNITS[power - 1]}"


COLUMNS: Final = (
    field("id"),
    field("type"),
    field("format"),
    Column(title="RANGE (UTC)", show=_range),
    field("rows", right=True),
    Column(title="SIZE", show=_size, right=True),
    field("state", "STATUS"),
    moment("expires_at", "UNTIL (UTC)"),
    Column(title="DESCRIPTION", show=_description),
    field("requested_by", "BY"),
)


SCHEDULE_COLUMNS: Final = (
    field("id"),
    field("type"),
    field("format"),
    field("cron"),
    field("time_zone", "TIME ZONE"),
    Column(title="NEXT (UTC)", show=lambda row: short_time(next(iter(row.get("next_runs") or ()), None))),
    field("last_export", "LAST EXPORT"),
    field("skipped", "SKIPPED FOR"),
    Column(title="DESCRIPTION", show=_description),
    field("made_by", "BY"),
)


@click.group()
def export() -> None:
    """Files of events, escalations and the audit trail."""


@export.command("create")
@click.option("--type", "type_name", metavar="TYPE", default="events", show_default=True,
              help="events, usage, cost, escalations or audit.")  # fmt: skip
@click.option("--format", "file_format", metavar="FORMAT", default="csv", show_default=True,
              help="Of the file: csv, json or ndjson.")  # fmt: skip
@filter_options
@click.option("--filter", "more", multiple=True, metavar="NAME=VALUE", help="A filter of another type, such as state.")
@click.option("--description", default="", help="For people.")
@click.option("--wait", is_flag=True, help="Wait until it is made, then download it.")
@click.option("--output", "-o", "target", type=click.Path(path_type=Path), help="With --wait: where to; - is stdout.")
@click.option("--timeout", type=click.IntRange(1, 86_400), default=3_600, show_default=True,
              help="With --wait: seconds.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
@write_options
@api_options
def create(
    type_name: str,
    file_format: str,
    filters: dict[str, Any],
    more: tuple[str, ...],
    description: str,
    wait: bool,
    target: Path | None,
    timeout: int,
    as_json: bool,
    idempotency_key: str | None,
    api: Api,
) -> None:
    """Ask for a file of what there is now; it is made in the background and kept for seven days."""
    if target is not None and not wait:
        raise click.UsageError("--output goes with --wait.")
    if target is not None and target != _STDOUT and target.exists():
        raise click.UsageError(f"{target} is there already; choose another --output.")
    output = Output(format="json" if as_json else "table")
    asked = filter_query(filters)
    period: dict[str, str] = {name: asked.pop(name) for name in ("since", "until") if name in asked}
    body: dict[str, Any] = {"type": type_name, "format": file_format, "description": description}
    body |= {**period, "filters": asked | _filters(more)}
    client = api.client()
    done = carry_out(
        client, "POST", "/v1/exports", body, idempotency_key=idempotency_key, shown_by=lambda made: _path(made["id"])
    )
    shown = done.whole
    if not wait:
        output.document(shown)
        output.note(f"kt export download {shown['id']} gets the file when it is ready.")
        return
    ready = _awaited(client, str(shown["id"]), timeout)
    saved = _download(client, ready, target, force=False)
    if saved is not None:
        output.document({**ready, "file": str(saved)})


@export.command("list")
@click.option("--state", "states", multiple=True, type=click.Choice(_STATES), help="Only these; may be repeated.")
@click.option("--type", "type_name", metavar="TYPE", help="Only of this type.")
@click.option("--schedule", "schedule_id", metavar="SCHEDULE", help="Only those of this schedule.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@click.option("--cursor", help="Go on where a page ended.")
@api_options
@output_options
def list_exports(
    states: tuple[str, ...],
    type_name: str | None,
    schedule_id: str | None,
    limit: int,
    cursor: str | None,
    api: Api,
    output: Output,
) -> None:
    """List exports, the newest first."""
    states_asked = ",".join(states) or None
    query = given(state=states_asked, type=type_name, schedule=schedule_id, limit=str(limit), cursor=cursor)
    answer = api.client().get("/v1/exports", query)
    output.page(answer.document, COLUMNS)


@export.command("show")
@click.argument("export_id", metavar="EXPORT")
@api_options
@output_options
def show(export_id: str, api: Api, output: Output) -> None:
    """Show one export."""
    output.document(api.client().get(_path(export_id)).document["data"])


@export.command("download")
@click.argument("export_id", metavar="EXPORT")
@click.option("--output", "-o", "target", type=click.Path(path_type=Path), help="Where to; - is stdout.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@api_options
def download(export_id: str, target: Path | None, force: bool, api: Api) -> None:
    """Download an export's file and check it; what an earlier try has got already is kept."""
    client = api.client()
    saved = _download(client, client.get(_path(export_id)).document["data"], target, force=force)
    if saved is not None:
        click.echo(str(saved))


@export.command("delete")
@click.argument("export_id", metavar="EXPORT")
@write_options
@api_options
@output_options
def delete(export_id: str, idempotency_key: str | None, api: Api, output: Output) -> None:
    """Delete an export's file before its time."""
    done = carry_out(
        api.client(), "DELETE", _path(export_id), idempotency_key=idempotency_key, shown_by=lambda _: _path(export_id)
    )
    output.document(done.whole)


@export.group("schedule")
def schedules() -> None:
    """Exports that are made again and again."""


@schedules.command("create")
@click.option(
    "--cron", required=True, help="Minute, hour, day of month, month, day of week: '0 6 1 * *'; at most one time a day."
)
@click.option("--time-zone", default="UTC", show_default=True, help="Whose clock counts, such as Europe/Berlin.")
@click.option("--type", "type_name", metavar="TYPE", default="events", show_default=True,
              help="events, usage, cost, escalations or audit.")  # fmt: skip
@click.option("--format", "file_format", metavar="FORMAT", default="csv", show_default=True,
              help="Of the files: csv, json or ndjson.")  # fmt: skip
@click.option("--filter", "filters", multiple=True, metavar="NAME=VALUE", help="A filter, such as team=backend.")
@click.option("--description", default="", help="For people.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
@write_options
@api_options
def create_schedule(
    cron: str,
    time_zone: str,
    type_name: str,
    file_format: str,
    filters: tuple[str, ...],
    description: str,
    as_json: bool,
    idempotency_key: str | None,
    api: Api,
) -> None:
    """Make an export at each time of a schedule, of what has happened since the one before."""
    body = {
        "cron": cron,
        "time_zone": time_zone,
        "type": type_name,
        "format": file_format,
        "filters": _filters(filters),
        "description": description,
    }
    done = carry_out(api.client(), "POST", _SCHEDULES, body, idempotency_key=idempotency_key, shown_by=_shows_schedule)
    Output(format="json" if as_json else "table").document(done.whole)


@schedules.command("list")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@click.option("--cursor", help="Go on where a page ended.")
@api_options
@output_options
def list_schedules(limit: int, cursor: str | None, api: Api, output: Output) -> None:
    """List schedules, the newest first."""
    answer = api.client().get(_SCHEDULES, given(limit=str(limit), cursor=cursor))
    output.page(answer.document, SCHEDULE_COLUMNS)


@schedules.command("show")
@click.argument("schedule_id", metavar="SCHEDULE")
@api_options
@output_options
def show_schedule(schedule_id: str, api: Api, output: Output) -> None:
    """Show one schedule with its next times."""
    output.document(api.client().get(_shows_schedule({"id": schedule_id})).document["data"])


@schedules.command("delete")
@click.argument("schedule_id", metavar="SCHEDULE")
@write_options
@api_options
@output_options
def delete_schedule(schedule_id: str, idempotency_key: str | None, api: Api, output: Output) -> None:
    """Make no more exports of a schedule; those that it has made stay."""
    path = _shows_schedule({"id": schedule_id})
    done = carry_out(api.client(), "DELETE", path, idempotency_key=idempotency_key, shown_by=lambda _: path)
    output.document(done.whole)


@export.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@api_options
@output_options
def verify(file: Path, api: Api, output: Output) -> None:
    """Say whether a file is, to the last byte, what the log says was exported."""
    from keeptrusts.cli.client.downloading import sha256_of

    digest = sha256_of(file)
    found = api.client().get("/v1/exports", {"sha256": digest, "limit": "1"}).document["data"]
    if not found:
        raise CommandFailed(
            f"{file} (SHA-256 {digest}) is no export that you may see: it was changed, or is from elsewhere.",
            ExitCode.NO,
        )
    output.document(found[0])
    output.note("unchanged: this is what the log recorded")


def _awaited(client: ApiClient, export_id: str, timeout_s: int) -> Mapping[str, Any]:
    """Wait until an export is made; raises CommandFailed when it is not, or takes too long.

    An API that is being restarted, or whose tables do not show the export yet, is waited for as well.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        row = _shown_by_now(client, export_id)
        if row is not None and row["state"] == "ready":
            return row
        if row is not None and row["state"] != "queued":
            raise CommandFailed(f"the export is {row['state']}: {text_of(row['message'])}", ExitCode.NO)
        if time.monotonic() > deadline:
            raise CommandFailed(
                f"{export_id} is not ready after {timeout_s} s; kt export download {export_id} gets it later",
                ExitCode.UNAVAILABLE,
            )
        time.sleep(_POLL_S)


def _shown_by_now(client: ApiClient, export_id: str) -> Mapping[str, Any] | None:
    try:
        row: Mapping[str, Any] = client.get(_path(export_id), pauses_s=()).document["data"]
    except CommandFailed as failure:
        if failure.exit_code in (ExitCode.NOT_FOUND, ExitCode.UNAVAILABLE):
            return None
        raise
    return row


def _download(client: ApiClient, row: Mapping[str, Any], target: Path | None, *, force: bool) -> Path | None:
    """Get the file of a ready export; the path, or None for stdout."""
    from keeptrusts.cli.client.downloading import to_file, to_stdout

    path = _path(row["id"], "download")
    if target == _STDOUT:
        to_stdout(client, path, sha256=row["sha256"] or "")
        return None
    chosen = target or Path(f"kt-{row['type']}-{row['id']}.{row['format']}")
    to_file(client, path, chosen, sha256=row["sha256"] or "", force=force)
    return chosen


def _filters(texts: tuple[str, ...]) -> dict[str, str]:
    return dict(named_value("--filter", text) for text in texts)


def _shows_schedule(document: Mapping[str, Any]) -> str:
    from keeptrusts.cli.client.api import path_of

    return path_of("v1", "export-schedules", str(document["id"]))


def _path(*parts: str) -> str:
    from keeptrusts.cli.client.api import path_of

    return path_of("v1", "exports", *parts)
