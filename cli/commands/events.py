"""`kt events`: recorded requests, listed, summed up, shown one by one, and followed as they happen."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

import click

from keeptrusts.cli.client.options import Api, api_options, given
from keeptrusts.cli.commands.filter_options import filter_options, filter_query, group_columns
from keeptrusts.cli.exit_codes import CommandFailed, ExitCode
from keeptrusts.cli.output.columns import Column, decision, field, milliseconds, moment, text_of
from keeptrusts.cli.output.formats import as_csv, document_as, fixed_line, fixed_titles
from keeptrusts.cli.output.options import Output, output_options

PAGE: Final = 1_000
BACKLOG: Final = 10


def _tokens(row: Mapping[str, Any]) -> str:
    if row.get("input_tokens") is None and row.get("output_tokens") is None:
        return "-"
    return f"{text_of(row.get('input_tokens'))}/{text_of(row.get('output_tokens'))}"


COLUMNS: Final[tuple[Column, ...]] = (
    moment("time"),
    field("id"),
    decision(),
    field("team"),
    field("user"),
    field("model"),
    Column(title="IN/OUT", show=_tokens, right=True),
    field("cost", "COST USD", right=True),
    milliseconds("latency_ms", "LATENCY"),
    field("status", right=True),
)
_TAIL_WIDTHS: Final = (19, 30, 8, 14, 24, 24, 10, 12, 8, 6)
LOG_COLUMNS: Final = (
    moment("time"),
    field("position"),
    field("type"),
    field("actor"),
    field("subject"),
    field("source"),
)
_RAW_ONLY: Final = ("type", "actor", "subject", "request")


@click.group()
def events() -> None:
    """List and follow recorded requests."""


@events.command("list")
@filter_options
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="At most so many rows.")
@click.option("--cursor", help="Go on where a page ended.")
@click.option("--fields", help="Only these fields: a,b.")
@click.option("--group-by", help="Sums by one or more of user, team, gateway, model, provider, decision, day, ...")
@click.option("--metrics", help="Which sums: requests, users, blocked, errors, cost, ...")
@click.option("--order-by", help="Order of groups: a key or a metric; -cost: the largest first.")
@click.option("--count", is_flag=True, help="Only how many there are.")
@click.option("--raw", is_flag=True, help="The log's records themselves, newest first.")
@click.option("--type", help="With --raw: only records of this type.")
@click.option("--actor", help="With --raw: only what this actor did.")
@click.option("--subject", help="With --raw: only records about this.")
@click.option("--request", help="With --raw: only records of this request.")
@api_options
@output_options
def list_events(
    filters: dict[str, Any],
    limit: int,
    cursor: str | None,
    fields: str | None,
    group_by: str | None,
    metrics: str | None,
    order_by: str | None,
    count: bool,
    raw: bool,
    api: Api,
    output: Output,
    **of_records: str | None,
) -> None:
    """List requests, newest first, or sums of groups of them."""
    query = filter_query(filters)
    if raw:
        chosen = given(**of_records, cursor=cursor)
        _list(api, output, "/v1/log", query | chosen, limit, LOG_COLUMNS)
        return
    named = next((name for name in _RAW_ONLY if of_records[name] is not None), None)
    if named is not None:
        raise click.UsageError(f"--{named} goes with --raw")
    if count:
        _count(api, output, query)
    elif group_by is not None:
        chosen = given(group_by=group_by, metrics=metrics, order_by=order_by, top=_top(limit))
        _groups(api, output, query | chosen, group_by)
    else:
        columns = COLUMNS if fields is None else tuple(field(name.strip()) for name in fields.split(","))
        chosen = given(cursor=cursor, fields=fields, metrics=metrics, order_by=order_by)
        _list(api, output, "/v1/events", query | chosen, limit, columns)


@events.command("show")
@click.argument("event_id", metavar="ID")
@api_options
@output_options
def show(event_id: str, api: Api, output: Output) -> None:
    """Show one request with every policy's result, its attempts and its records."""
    from keeptrusts.cli.client.api import path_of

    output.document(api.client().get(path_of("v1", "events", event_id)).document["data"])


@events.command("content")
@click.argument("event_id", metavar="ID")
@api_options
@output_options
def content(event_id: str, api: Api, output: Output) -> None:
    """Show what was captured of one request, in clear. That you have read it is recorded.

    Exit 3 where nothing was captured, 10 where it was erased or its retention is over.
    """
    from keeptrusts.cli.client.api import path_of

    output.document(api.client().get(path_of("v1", "events", event_id, "content")).document["data"])


@events.command("tail")
@filter_options
@click.option("-n", "backlog", type=click.IntRange(0, PAGE), help="Requests to show first. Default: 10.")
@click.option("--from", "start", metavar="CURSOR", help="Go on behind this cursor, or from the beginning.")
@click.option("--first", type=click.IntRange(1), help="End after so many new requests.")
@click.option("--timeout", type=click.FloatRange(min=0.1), help="End after so many seconds; exit 1 if --first is open.")
@api_options
@output_options
def tail(
    filters: dict[str, Any],
    backlog: int | None,
    start: str | None,
    first: int | None,
    timeout: float | None,
    api: Api,
    output: Output,
) -> None:
    """Show the last requests, then each new one as it ends, until Ctrl-C. None is lost, none comes twice."""
    import signal
    import time

    from keeptrusts.cli.client.following import Following

    if filters["since"] is not None or filters["until"] is not None:
        raise click.UsageError("--since and --until do not go with a tail; use --from CURSOR, or kt events list")
    query = filter_query(filters)
    client = api.client()
    lines = _Lines(output)
    wanted = backlog if backlog is not None else 0 if start is not None or first is not None else BACKLOG
    newest, earlier = (start, []) if start is not None else _backlog(client, query, wanted)
    following = Following(
        client=client,
        query=query,
        cursor=newest,
        say=lambda text: click.echo(text, err=True),
        jitter=random.random,
        deadline_s=None if timeout is None else time.monotonic() + timeout,
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    interrupted = False
    try:
        for row in earlier:
            lines.write(row)
        for row in following.rows():
            lines.write(row)
            if first is not None and following.received >= first:
                break
    except KeyboardInterrupt:
        interrupted = True
        click.echo(err=True)
    _summary(following)
    if first is not None and following.received < first and not interrupted:
        raise CommandFailed(f"{following.received} of {first} requests came within {timeout:g} s", ExitCode.NO)


class _Lines:
    """Writes one request at a time, flushed, in the chosen format."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._names: list[str] | None = None
        self._begun = False

    def write(self, row: Mapping[str, Any]) -> None:
        click.echo(self._text(row))
        sys.stdout.flush()
        self._begun = True

    def _text(self, row: Mapping[str, Any]) -> str:
        match self._output.format:
            case "table":
                titles = "" if self._begun else fixed_titles(COLUMNS, _TAIL_WIDTHS) + "\n"
                return titles + fixed_line(row, COLUMNS, _TAIL_WIDTHS, colour=self._output.colour)
            case "json" | "ndjson":
                return json.dumps(row, ensure_ascii=False)
            case "csv":
                self._names = self._names or list(row)
                return as_csv([row], titles=not self._begun, names=self._names)
            case "yaml":
                return "---\n" + document_as("yaml", row)


def _backlog(client: Any, query: Mapping[str, str], wanted: int) -> tuple[str, list[Mapping[str, Any]]]:
    """Give the position to follow from, and the last requests that had ended by then, oldest first."""
    document = client.get("/v1/events", {**query, "limit": str(max(1, wanted))}).document
    ended = [row for row in document["data"] if row.get("status") is not None]
    as_of = document["as_of"]
    start = "beginning" if as_of.endswith(":-1") else as_of  # nothing is written yet
    return start, list(reversed(ended[:wanted]))


def _summary(following: Any) -> None:
    reconnected = f", reconnected {following.reconnects} times" if following.reconnects else ""
    click.echo(f"{following.received} new{reconnected}, 0 missed", err=True)
    if following.cursor is not None:
        click.echo(f"continue with: kt events tail --from {following.cursor}", err=True)


def _list(api: Api, output: Output, path: str, query: Mapping[str, str], limit: int, columns: Sequence[Column]) -> None:
    client = api.client()
    rows: list[Mapping[str, Any]] = []
    asked = dict(query)
    while True:
        document = client.get(path, {**asked, "limit": str(min(PAGE, limit - len(rows)))}).document
        rows += document["data"]
        following = document.get("next_cursor")
        if following is None or len(rows) >= limit:
            break
        asked["cursor"] = following
    output.rows(rows, columns)
    _footer(output, document, len(rows), following)


def _footer(output: Output, document: Mapping[str, Any], rows: int, following: str | None) -> None:
    lag_ms = document.get("lag_ms")
    behind = "" if lag_ms is None else f" ({lag_ms / 1000:.1f} s behind)"
    output.note(f"{rows} rows, as of {document['as_of']}{behind}")
    if following is not None:
        output.note(f"next page: --cursor {following}")


def _count(api: Api, output: Output, query: Mapping[str, str]) -> None:
    document = api.client().get("/v1/events", {**query, "count": "true"}).document
    if output.for_people:
        click.echo(document["count"])
    else:
        output.document(document)


def _groups(api: Api, output: Output, query: Mapping[str, str], group_by: str) -> None:
    document = api.client().get("/v1/events", query).document
    keys = [name.strip() for name in group_by.split(",")]
    output.rows(document["data"], group_columns(keys, document["data"]))
    _footer(output, document, len(document["data"]), None)


def _top(limit: int) -> str:
    return str(min(limit, PAGE))
