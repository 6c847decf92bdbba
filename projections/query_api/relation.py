"""Requests as a relation at one position: closed ones, those closed later, and those in flight, each exactly once.

A request whose end came after the position is shown as it was then: decided, without an answer. So a question with
the same ``as_of`` has the same answer for ever, whatever the writer does meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from keeptrusts.projections.query_api.directory_view import Directory
from keeptrusts.projections.query_api.problems import invalid_parameter
from keeptrusts.projections.query_api.scope import Condition, TenantScope, row_condition
from keeptrusts.schemas.filters import MAX_TAG_FILTERS, Filters
from keeptrusts.schemas.filters import Condition as FilterCondition
from keeptrusts.schemas.frozen import frozen

MASKS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "state": "'open'", "verdict": "decided_verdict", "reason": "decided_reason", "policy": "decided_policy",
        "target": "decided_target", "provider": "decided_provider", "model": "decided_model", "status": "toUInt16(0)",
        "provider_status": "toInt64(0)", "attempts": "toUInt64(1)", "usage_basis": "''",
        "input_tokens": "toUInt64(0)", "cached_tokens": "toUInt64(0)", "cache_write_tokens": "toUInt64(0)",
        "output_tokens": "toUInt64(0)", "reasoning_tokens": "toUInt64(0)", "cost": "CAST(NULL, 'Nullable(Int64)')",
        "cost_state": "''", "price_version": "''", "latency_us": "toUInt64(0)",
        "provider_us": "CAST(NULL, 'Nullable(UInt64)')", "first_token_us": "CAST(NULL, 'Nullable(UInt64)')",
        "output_bytes": "toUInt64(0)", "error": "''", "client_gone": "false", "_offset": "toUInt64(decided_offset)",
    }
)  # fmt: skip
"""What a column shows while the request is in flight."""

COLUMNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "team": "team", "user": "user", "model": "model", "provider": "provider", "decision": "verdict",
        "policy": "policy", "gateway": "gateway", "status": "status", "project": "project",
        "consumer_group": "consumer_group",
    }
)  # fmt: skip
"""Filter -> column."""

_ALL: Final = (
    *MASKS, "org", "request", "time", "team", "user", "role", "key_id", "project", "consumer_group", "tags", "gateway",
    "endpoint", "requested_model",
)  # fmt: skip
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_SEARCHED: Final = ("request", "user", "gateway", "requested_model", "model", "policy", "reason", "error")
_MAX_SEARCH: Final = 200


@frozen
class Relation:
    """A FROM clause with the values it names."""

    sql: str
    parameters: Mapping[str, Any]


def requests_at(
    scope: TenantScope,
    filters: Filters,
    directory: Directory,
    *,
    as_of: int,
    columns: Iterable[str],
    own: bool = True,
    further: Sequence[Condition] = (),
    newest: int | None = None,
) -> Relation:
    """Give the requests that a scope and filters select at an offset, as a subquery with these columns.

    With ``newest`` each part holds only so many of its newest requests: enough for a page, read in the table's order.
    ``own`` says whether one's own requests in other teams belong to a team's reach. ``further`` conditions may name
    any column of the relation.
    """
    shown = tuple(dict.fromkeys(columns))
    conditions = (row_condition(scope, own=own), *filter_conditions(filters, directory), *further)
    parts = _Parts(filters, conditions, as_of, "" if newest is None else _newest_first(newest))
    sql = " UNION ALL ".join(f"({part})" for part in (parts.ended(shown), *parts.in_flight(shown)))
    return Relation(sql=f"({sql})", parameters=parts.parameters)


def ended_at(
    scope: TenantScope,
    filters: Filters,
    directory: Directory,
    *,
    as_of: int,
    columns: Iterable[str],
    own: bool,
    within: Condition,
) -> Relation:
    """Give those of the requests that had ended by then, where ``within``, a condition on ``time``, is true."""
    conditions = (row_condition(scope, own=own), *filter_conditions(filters, directory), within)
    parts = _Parts(filters, conditions, as_of)
    return Relation(sql=f"({parts.ended(tuple(dict.fromkeys(columns)))})", parameters=parts.parameters)


def in_flight_at(
    scope: TenantScope,
    filters: Filters,
    directory: Directory,
    *,
    as_of: int,
    columns: Iterable[str],
    own: bool,
) -> Relation:
    """Give those of the requests that were in flight then, whether they have ended since or not."""
    parts = _Parts(filters, (row_condition(scope, own=own), *filter_conditions(filters, directory)), as_of)
    sql = " UNION ALL ".join(f"({part})" for part in parts.in_flight(tuple(dict.fromkeys(columns))))
    return Relation(sql=f"({sql})", parameters=parts.parameters)


class _Parts:
    """The three parts of the relation, which share their conditions and the values that those name."""

    def __init__(self, filters: Filters, conditions: Sequence[Condition], as_of: int, tail: str = "") -> None:
        period = _period(filters)
        # Beside `as_of` the offset after it: comparing without a conversion spares the index one for every granule.
        values: dict[str, Any] = {"as_of": max(as_of, -1), "next_offset": max(as_of, -1) + 1}
        for item in (*conditions, period):
            values |= item.parameters
        self.parameters: Mapping[str, Any] = MappingProxyType(values)
        self._where = " AND ".join(item.sql for item in conditions)
        self._period = period.sql
        self._tail = tail

    def ended(self, shown: tuple[str, ...]) -> str:
        """Select what had ended at the position."""
        return (
            f"SELECT {', '.join(shown)} FROM requests WHERE {self._where} AND {self._period}"
            f" AND _offset < {{next_offset:UInt64}}{self._tail}"
        )

    def in_flight(self, shown: tuple[str, ...]) -> tuple[str, str]:
        """Select what was in flight at the position: what has ended since, and what has not."""
        named = (name for name in _ALL if re.search(rf"\b{name}\b", self._where))
        in_time = f"org = {{scope_org:String}} AND {self._period}"
        plain = ", ".join(shown)
        as_it_was = _closed_later(tuple(dict.fromkeys((*shown, *named))), in_time)
        later = f"SELECT {plain} FROM ({as_it_was}) WHERE {self._where}{self._tail}"
        now = (
            f"SELECT {plain} FROM requests_open FINAL WHERE {self._where} AND {self._period}"
            f" AND decided_offset <= {{as_of:Int64}} AND (time, request) NOT IN ({_ended_already(in_time)}){self._tail}"
        )
        return later, now


def _newest_first(count: int) -> str:
    return f" ORDER BY time DESC, request DESC LIMIT {int(count)}"


def _closed_later(columns: tuple[str, ...], in_time: str) -> str:
    """Select what was in flight at the position and has ended since, as it was then."""
    shown = ", ".join(f"{MASKS[name]} AS {name}" if name in MASKS else name for name in columns)
    return (  # the table's own offset, not the one that is shown
        f"SELECT {shown} FROM requests WHERE {in_time} AND requests._offset >= {{next_offset:UInt64}}"
        " AND decided_offset >= 0 AND decided_offset <= {as_of:Int64}"
    )


def _ended_already(in_time: str) -> str:
    """Select what has ended but is not taken out of ``requests_open`` yet."""
    return (
        f"SELECT time, request FROM requests WHERE {in_time} AND (time, request) IN "
        f"(SELECT time, request FROM requests_open FINAL WHERE {in_time})"
    )


def filter_conditions(filters: Filters, directory: Directory) -> list[Condition]:
    """Give the conditions of all filters but the period; teams and users are looked up by their names."""
    found = [_filter(item, n, directory) for n, item in enumerate(filters.conditions)]
    if len(filters.tags) > MAX_TAG_FILTERS:
        raise invalid_parameter("tag", f"at most {MAX_TAG_FILTERS} tags can be filtered by")
    for n, (name, text) in enumerate(sorted(filters.tags.items())):
        values = [value for value in text.removeprefix("!").split(",") if value]
        if not values:
            raise invalid_parameter(f"tag.{name}", "must not be empty")
        negation = "NOT " if text.startswith("!") else ""
        found.append(
            Condition(
                sql=f"{negation}has({{tag_{n}:Array(String)}}, tags[{{tag_name_{n}:String}}])",
                parameters={f"tag_{n}": values, f"tag_name_{n}": name},
            )
        )
    if filters.text is not None:
        found.append(_search(filters.text))
    return found


def _filter(item: FilterCondition, n: int, directory: Directory) -> Condition:
    column = COLUMNS[item.name]
    negation = "NOT " if item.negated else ""
    if item.name == "status":
        return Condition(sql=f"{negation}({' OR '.join(_status(value) for value in item.values)})")
    values = [_resolved(item.name, value, directory) for value in item.values]
    name = f"filter_{n}"
    return Condition(sql=f"{negation}has({{{name}:Array(String)}}, {column})", parameters={name: values})


def _resolved(name: str, value: str, directory: Directory) -> str:
    if name == "team":
        team = directory.team_named(value)
        return team.id if team is not None else value
    if name == "user":
        member = directory.member_named(value)
        return member.id if member is not None else value
    return value


def _status(value: str) -> str:
    if value == "ok":
        return "(status BETWEEN 200 AND 399)"
    if value == "error":
        return "(status >= 400)"
    if value.endswith("xx"):
        return f"(status BETWEEN {int(value[0])}00 AND {int(value[0])}99)"
    return f"(status = {int(value)})"


def _search(text: str) -> Condition:
    wanted = text.strip()
    if not 1 <= len(wanted) <= _MAX_SEARCH:
        raise invalid_parameter("q", f"must have 1 to {_MAX_SEARCH} characters")
    tests = " OR ".join(f"positionCaseInsensitiveUTF8({column}, {{search:String}}) > 0" for column in _SEARCHED)
    return Condition(sql=f"({tests})", parameters={"search": wanted})


def _period(filters: Filters) -> Condition:
    parts, values = ["1"], {}
    if filters.since is not None:
        parts.append("time >= fromUnixTimestamp64Micro({since_us:Int64}, 'UTC')")
        values["since_us"] = micros(filters.since)
    if filters.until is not None:
        parts.append("time < fromUnixTimestamp64Micro({until_us:Int64}, 'UTC')")
        values["until_us"] = micros(filters.until)
    return Condition(sql=" AND ".join(parts), parameters=values)


def micros(moment: datetime) -> int:
    """Give microseconds since 1970 of an aware time, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(unix_us: int) -> datetime:
    """Give the aware UTC time of microseconds since 1970."""
    return _EPOCH + unix_us * _MICROSECOND
