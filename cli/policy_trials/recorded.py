"""Recorded calls, as lists of events show them: from the query API in pages, or from a file that was exported."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, get_args

from keeptrusts.cli.client.api import ApiClient
from keeptrusts.cli.exit_codes import CommandFailed, ExitCode
from keeptrusts.schemas.events.identity import Role, Verdict
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.money import parse_usd
from keeptrusts.schemas.record import parse_time

PAGE: Final = 1_000
MAX_FILE_BYTES: Final = 256 * 1024 * 1024
FIELDS: Final = (
    "id", "time", "org", "team", "team_id", "user", "user_id", "role", "key_id", "project", "consumer_group",
    "gateway", "endpoint", "requested_model", "model", "decision", "policy", "reason", "input_tokens", "output_tokens",
    "cost", "latency_ms", "stream",
)  # fmt: skip
_NS_A_MS: Final = 1_000_000


@frozen
class RecordedCall:
    """One call as it was decided. `team` is a slug, `cost` nano-USD; what was not recorded is None.

    `decision` is None for a call that has no decision yet.
    """

    id: str
    time: datetime
    org: str
    team: str | None
    team_id: str | None
    user: str | None
    role: Role | None
    key_id: str | None
    project: str | None
    consumer_group: str | None
    gateway: str
    endpoint: str
    requested_model: str | None
    model: str | None
    decision: Verdict | None
    policy: str | None
    reason: str | None
    input_tokens: int
    tokens: int
    cost: int | None
    latency_ns: int
    stream: bool = False
    user_name: str | None = None
    """As people know the user: a member's e-mail."""


def from_api(client: ApiClient, since: str, most: int) -> tuple[tuple[RecordedCall, ...], bool]:
    """Give the newest calls since then, at most so many, oldest first, and whether there were more.

    Raises CommandFailed as the client does.
    """
    calls: list[RecordedCall] = []
    query = {"since": since, "fields": ",".join(FIELDS)}
    while True:
        document = client.get("/v1/events", {**query, "limit": str(min(PAGE, most - len(calls)))}).document
        calls += _calls(document["data"], lambda number: f"/v1/events, row {number}")
        following = document.get("next_cursor")
        if following is None or len(calls) >= most:
            return _oldest_first(calls), following is not None
        query["cursor"] = following


def from_bytes(data: bytes, file: str, most: int) -> tuple[tuple[RecordedCall, ...], bool]:
    """As `from_api`, of a file's bytes: JSON, a JSON object a line, or CSV, as `kt events list` writes them.

    Raises CommandFailed that names the file, the row, the field and the fix.
    """
    if len(data) > MAX_FILE_BYTES:
        raise _unreadable(file, f"is larger than {MAX_FILE_BYTES} bytes", "export fewer events")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(file, f"is not UTF-8 text (byte {error.start})", "export it again") from None
    calls = _calls(_rows(text, file), lambda number: f"{file}, event {number}")
    ordered = _oldest_first(calls)
    return ordered[-most:], len(ordered) > most


def _rows(text: str, file: str) -> Iterator[Mapping[str, Any]]:
    begin = text.lstrip()[:1]
    if begin == "[":
        yield from _of_list(_json(text, file, 1), file)
    elif begin == "{":
        whole = _first_object(text, file)
        if "data" in whole and "id" not in whole:
            yield from _of_list(whole["data"], file)
            return
        lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
        for number, line in lines:
            yield from _of_list([_json(line, file, number)], file)
    elif begin:
        try:
            yield from csv.DictReader(io.StringIO(text, newline=""))
        except csv.Error:
            raise _unreadable(file, "is neither JSON nor CSV", "write it with kt events list --format json") from None
    else:
        raise _unreadable(file, "is empty", "write it with kt events list --format json")


def _first_object(text: str, file: str) -> Mapping[str, Any]:
    try:
        first, _ = json.JSONDecoder().raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        raise _unreadable(file, "does not begin with JSON", "write it with kt events list --format json") from None
    return first if isinstance(first, dict) else {}


def _json(text: str, file: str, line: int) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        at = getattr(error, "lineno", 1) + line - 1
        raise _unreadable(file, f"is no JSON in line {at}", "write it with kt events list --format json") from None


def _of_list(value: Any, file: str) -> Iterator[Mapping[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise _unreadable(file, "holds no list of events", "write it with kt events list --format json")
    yield from value


def _calls(rows: Iterable[Mapping[str, Any]], place: Callable[[int], str]) -> list[RecordedCall]:
    calls = []
    for number, row in enumerate(rows, start=1):
        try:
            calls.append(_call(row))
        except (ValueError, TypeError, ArithmeticError) as error:
            raise CommandFailed(f"{place(number)}: {error}", ExitCode.USAGE) from None
    return calls


def _call(row: Mapping[str, Any]) -> RecordedCall:
    output, cost = _number(row, "output_tokens"), _text(row, "cost")
    latency_ms = _text(row, "latency_ms")
    decision, role = _text(row, "decision"), _text(row, "role")
    return RecordedCall(
        id=_needed(row, "id"),
        time=parse_time(_needed(row, "time")),
        org=_text(row, "org") or "",
        team=_text(row, "team"),
        team_id=_text(row, "team_id"),
        user=_text(row, "user_id"),
        user_name=_text(row, "user"),
        role=next((one for one in get_args(Role) if one == role), None),
        key_id=_text(row, "key_id"),
        project=_text(row, "project"),
        consumer_group=_text(row, "consumer_group"),
        gateway=_text(row, "gateway") or "",
        endpoint=_text(row, "endpoint") or "",
        requested_model=_text(row, "requested_model"),
        model=_text(row, "model"),
        decision=next((one for one in get_args(Verdict) if one == decision), None),
        policy=_text(row, "policy"),
        reason=_text(row, "reason"),
        input_tokens=_number(row, "input_tokens"),
        tokens=_number(row, "input_tokens") + output,
        cost=None if cost is None else parse_usd(cost),
        stream=str(row.get("stream")).lower() == "true",
        latency_ns=0 if latency_ms is None else int(float(latency_ms) * _NS_A_MS),
    )


def _needed(row: Mapping[str, Any], name: str) -> str:
    value = _text(row, name)
    if value is None:
        raise ValueError(f"{name} is missing; list events with all their fields")
    return value


def _text(row: Mapping[str, Any], name: str) -> str | None:
    value = row.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"{name} is no text and no number")
    return str(value)


def _number(row: Mapping[str, Any], name: str) -> int:
    value = _text(row, name)
    if value is None:
        return 0
    try:
        return max(0, int(value))
    except ValueError:
        raise ValueError(f"{name} is no whole number") from None


def _oldest_first(calls: Iterable[RecordedCall]) -> tuple[RecordedCall, ...]:
    return tuple(sorted(calls, key=lambda call: (call.time, call.id)))


def _unreadable(file: str, reason: str, fix: str) -> CommandFailed:
    return CommandFailed(f"{file} {reason}; {fix}", ExitCode.USAGE)
