"""Parameters that many routes share: periods, limits, lists of fields, and the words in front of filters."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from keeptrusts.projections.query_api.call import READ_PARAMETERS, Call, Parameter
from keeptrusts.projections.query_api.models import Range
from keeptrusts.projections.query_api.problems import from_filter_error, invalid_parameter
from keeptrusts.projections.query_api.relation import moment_of
from keeptrusts.schemas.filters import (
    FILTERS,
    FilterError,
    Filters,
    parse_filters,
    parse_limit,
    parse_list,
    parse_since,
)
from keeptrusts.schemas.record import format_time

INTEGER = {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}
SINCE = Parameter(name="since", help="from when on: 7d, 24h, 2026-04, 2026-04-01 or an RFC 3339 time")
UNTIL = Parameter(name="until", help="until when, exclusive")
LIMIT = Parameter(name="limit", help="at most so many rows", schema=INTEGER)
CURSOR = Parameter(name="cursor", help="next_cursor of the page before")
MIN_POSITION = Parameter(name="min_position", help="wait until this position of the log is visible (503 if it is not)")
AS_OF = Parameter(name="as_of", help="answer as of this position of the log: the same figures for ever")
FILTER_PARAMETERS = (
    SINCE,
    UNTIL,
    *(Parameter(name=item.name, help=item.help) for item in FILTERS),
    Parameter(name="q", help="text in id, user, gateway, model, policy, reason or error"),
    Parameter(name="tag.<name>", help="value of a tag"),
)


def filters_of(call: Call, also: Iterable[str], *, since: str | None = None) -> Filters:
    """Read the filters of a question; ``since`` is the period when none is asked for. Raises Refused (400)."""
    parameters = dict(call.parameters)
    if since is not None and "since" not in parameters:
        parameters["since"] = since
    try:
        return parse_filters(parameters, call.now, also=(*READ_PARAMETERS, *also))
    except FilterError as error:
        raise from_filter_error(error) from None


def limit_of(call: Call) -> int:
    try:
        return parse_limit(call.parameters.get("limit", ""), maximum=call.most_rows)
    except FilterError as error:
        raise from_filter_error(error) from None


def words_of(call: Call, name: str, allowed: Sequence[str]) -> tuple[str, ...]:
    """Read a comma-separated list of known words; empty when the parameter is not given."""
    text = call.parameters.get(name)
    if text is None:
        return ()
    try:
        return parse_list(name, text, tuple(allowed))
    except FilterError as error:
        raise from_filter_error(error) from None


def flag_of(call: Call, name: str) -> bool:
    text = call.parameters.get(name, "false").lower()
    if text not in ("true", "false", "1", "0"):
        raise invalid_parameter(name, f"{text[:20]!r} is neither true nor false")
    return text in ("true", "1")


def period_of(call: Call, *, since: str | None = None) -> tuple[datetime | None, datetime | None]:
    """Read ``since`` and ``until`` alone."""
    text = call.parameters.get("since", since)
    try:
        begin = parse_since("since", text, call.now) if text is not None else None
        end = parse_since("until", call.parameters["until"], call.now) if "until" in call.parameters else None
    except FilterError as error:
        raise from_filter_error(error) from None
    if begin is not None and end is not None and begin >= end:
        raise invalid_parameter("until", "must be later than since")
    return begin, end


def refuse_unknown(parameters: Mapping[str, str], known: Iterable[str]) -> None:
    """Raise Refused (400) for a parameter that a route does not know, with the nearest one that it does."""
    allowed = sorted({*known, *READ_PARAMETERS})
    for name in parameters:
        if name not in allowed:
            near = difflib.get_close_matches(name, allowed, n=1, cutoff=0.5)
            fix = f"did you mean {near[0]!r}?" if near else "known: " + ", ".join(allowed)
            raise invalid_parameter(name[:60], "unknown parameter", fix)


def range_of(filters: Filters) -> Range:
    return range_between(filters.since, filters.until)


def range_between(since: datetime | None, until: datetime | None) -> Range:
    return Range(since=format_time(since) if since else None, until=format_time(until) if until else None)


def time_of(unix_us: int) -> str:
    """Write microseconds since 1970 as an answer shows a time."""
    return format_time(moment_of(unix_us))


def time_of_datetime(moment: datetime) -> str:
    return format_time(moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment)
