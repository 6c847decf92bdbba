"""One filter vocabulary: the API's parameters, the CLI's options and the console's URLs are made from this table."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final, Literal

from keeptrusts.schemas.events.identity import DECISION_SPELLINGS
from keeptrusts.schemas.frozen import frozen

FilterKind = Literal["text", "decision", "status", "identifier"]

DEFAULT_LIMIT: Final = 100
MAX_LIMIT: Final = 1_000
MAX_VALUES: Final = 50
MAX_TAG_FILTERS: Final = 8
MAX_VALUE_LENGTH: Final = 256


@frozen
class Filter:
    """One filter: its name, what its values mean, and its help. A comma means OR, a leading ``!`` negates."""

    name: str
    kind: FilterKind
    help: str


FILTERS: Final[tuple[Filter, ...]] = (
    Filter(name="team", kind="identifier", help="team id, slug or name"),
    Filter(name="user", kind="identifier", help="member id or e-mail, external:<id> or key:<name>"),
    Filter(name="model", kind="text", help="model that answered"),
    Filter(name="provider", kind="text", help="provider that answered, such as openai"),
    Filter(
        name="decision", kind="decision", help="allow, warn, redact, escalate, block or refuse; denied = block,refuse"
    ),
    Filter(name="policy", kind="text", help="policy that decided"),
    Filter(name="gateway", kind="text", help="gateway name"),
    Filter(name="status", kind="status", help="HTTP status sent to the caller, such as 403, 4xx or error"),
    Filter(name="project", kind="text", help="project"),
    Filter(name="consumer_group", kind="text", help="consumer group"),
)
BY_NAME: Final[Mapping[str, Filter]] = MappingProxyType({item.name: item for item in FILTERS})

ESCALATION_STATES: Final = ("queued", "claimed", "resolved", "expired")
OPEN_ESCALATIONS: Final = "open"
"""Of their states the first two."""
GROUP_KEYS: Final = (
    "user", "team", "gateway", "model", "provider", "decision", "policy", "project", "consumer_group",
    "requested_model", "status", "day", "week", "month", "hour",
)  # fmt: skip
METRICS: Final = (
    "requests", "users", "blocked", "errors", "input_tokens", "output_tokens", "cost",
    "latency_ms_p50", "latency_ms_p95", "first_seen", "last_seen",
)  # fmt: skip


class FilterError(ValueError):
    """A parameter that cannot be used: its name, the reason, and the fix."""

    def __init__(self, field_name: str, reason: str, fix: str | None = None) -> None:
        super().__init__(f"{field_name}: {reason}" + (f"; {fix}" if fix else ""))
        self.field = field_name
        self.reason = reason
        self.fix = fix


@frozen
class Condition:
    """One parsed filter: any of the values (or none of them, when negated)."""

    name: str
    values: tuple[str, ...]
    negated: bool = False


@frozen
class Filters:
    """Parsed filters. ``since`` is inclusive, ``until`` exclusive, both aware UTC; ``text`` is the free search."""

    since: datetime | None = None
    until: datetime | None = None
    conditions: tuple[Condition, ...] = ()
    tags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    text: str | None = None


def parse_filters(parameters: Mapping[str, str], now: datetime, *, also: Iterable[str] = ()) -> Filters:
    """Read filters from query parameters; ``also`` names parameters that the caller handles itself.

    Raises FilterError for an unknown parameter (with the nearest known one) or a value that cannot be read.
    """
    known = {*BY_NAME, "since", "until", "q", *also}
    conditions: list[Condition] = []
    tags: dict[str, str] = {}
    for name, value in parameters.items():
        if len(value) > MAX_VALUE_LENGTH * MAX_VALUES:
            raise FilterError(name, "the value is too long")
        if name.startswith("tag."):
            tags[name[4:]] = value
        elif name not in known:
            raise FilterError(name, "unknown parameter", _nearest(name, known))
        elif name in BY_NAME:
            conditions.append(_condition(BY_NAME[name], value))
    since = parse_since("since", parameters["since"], now) if "since" in parameters else None
    until = parse_since("until", parameters["until"], now) if "until" in parameters else None
    if since is not None and until is not None and since >= until:
        raise FilterError("until", "must be later than since")
    return Filters(
        since=since, until=until, conditions=tuple(conditions), tags=MappingProxyType(tags), text=parameters.get("q")
    )


_RELATIVE: Final = re.compile(r"^([1-9][0-9]{0,5})(s|m|h|d|w)\Z")
_UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
)
_MONTH: Final = re.compile(r"^[0-9]{4}-(?:0[1-9]|1[0-2])\Z")

_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)


def parse_since(name: str, text: str, now: datetime) -> datetime:
    """Read ``7d``, ``24h``, ``2026-04``, ``2026-04-01`` or an RFC 3339 time as aware UTC, from 1970 to 2199."""
    try:
        moment = _moment(text, now)
    except ValueError:
        raise FilterError(
            name, f"{text[:40]!r} is no time", "use 7d, 24h, 2026-04-01, 2026-04 or 2026-04-01T09:00Z"
        ) from None
    except OverflowError:  # outside the years that a datetime can hold
        moment = _EARLIEST - timedelta(1)
    if not _EARLIEST <= moment < _LATEST:  # what every column of the store can hold
        raise FilterError(name, f"{text[:40]!r} is too far away", "use a time between 1970 and 2200")
    return moment


def _moment(text: str, now: datetime) -> datetime:
    relative = _RELATIVE.match(text)
    if relative is not None:
        return now - timedelta(**{_UNITS[relative.group(2)]: int(relative.group(1))})
    moment = datetime.fromisoformat(f"{text}-01" if _MONTH.match(text) is not None else text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def parse_list(name: str, text: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    """Read a comma-separated list of known words, each once; raises FilterError with the nearest known word."""
    words = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    for word in words:
        if word not in allowed:
            raise FilterError(name, f"{word[:40]!r} is not known", _nearest(word, allowed))
    if not words:
        raise FilterError(name, "must name at least one of " + ", ".join(allowed))
    return words


def parse_limit(text: str, *, default: int = DEFAULT_LIMIT, maximum: int = MAX_LIMIT) -> int:
    """Read a row limit between 1 and ``maximum``."""
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= maximum or len(text) > 9:
        raise FilterError("limit", f"must be a whole number from 1 to {maximum}")
    return int(text)


def _condition(item: Filter, text: str) -> Condition:
    negated = text.startswith("!")
    values = tuple(dict.fromkeys(value.strip() for value in text.removeprefix("!").split(",") if value.strip()))
    if not values:
        raise FilterError(item.name, "must not be empty")
    if len(values) > MAX_VALUES:
        raise FilterError(item.name, f"must name at most {MAX_VALUES} values")
    if item.kind == "decision":
        values = tuple(dict.fromkeys(word for value in values for word in _decisions(value)))
    if item.kind == "status":
        for value in values:
            _check_status(value)
    return Condition(name=item.name, values=values, negated=negated)


def _decisions(value: str) -> tuple[str, ...]:
    if value.lower() == "denied":
        return ("block", "refuse")
    verdict = DECISION_SPELLINGS.get(value.lower())
    if verdict is None:
        raise FilterError("decision", f"{value[:40]!r} is not known", _nearest(value, {*DECISION_SPELLINGS, "denied"}))
    return (verdict,)


def _check_status(value: str) -> None:
    if value not in ("error", "ok") and re.match(r"^[1-5](xx|[0-9]{2})\Z", value) is None:
        raise FilterError("status", f"{value[:40]!r} is no status", "use 403, 4xx, error or ok")


def _nearest(word: str, known: Iterable[str]) -> str:
    words = sorted(known)
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else "known: " + ", ".join(words)
