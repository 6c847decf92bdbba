"""Periods of budgets: which day, week or month of which time zone a moment belongs to, and when that ends.

The rules of time zones come from the pinned ``tzdata`` package, never from the machine: a ledger folded anywhere gives
the same bytes.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

from keeptrusts.schemas.commands.wallets import BudgetPeriod

_QUARTER_MS: Final = 15 * 60 * 1000
"""Every offset from UTC in use is a multiple of a quarter of an hour, and so is every end of a period."""


def period_at(unix_ms: int, period: BudgetPeriod, time_zone: str = "UTC") -> tuple[str, int]:
    """Give the period's name (``2026-11-21``, ``2026-W47``, ``2026-11``) and its end as Unix milliseconds (exclusive).

    Weeks are ISO weeks. Raises ValueError for a time zone that does not exist.
    """
    return _period(unix_ms // _QUARTER_MS, period, time_zone)


@lru_cache(maxsize=4_096)
def _period(quarter: int, period: BudgetPeriod, time_zone: str) -> tuple[str, int]:
    zone = zone_named(time_zone)
    local = datetime.fromtimestamp(quarter * _QUARTER_MS / 1000, UTC).astimezone(zone)
    day = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    if period == "day":
        name, following = day.strftime("%Y-%m-%d"), day + timedelta(days=1)
    elif period == "week":
        year, week, weekday = day.isocalendar()
        name, following = f"{year}-W{week:02d}", day + timedelta(days=8 - weekday)
    else:
        first = day.replace(day=1)
        name, following = day.strftime("%Y-%m"), (first + timedelta(days=32)).replace(day=1)
    return name, int(following.replace(tzinfo=zone).timestamp() * 1000)


@lru_cache(maxsize=1_024)
def zone_named(name: str) -> ZoneInfo:
    """Give a time zone by its IANA name; raises ValueError for one that does not exist."""
    parts = name.split("/")
    if not all(part.replace("_", "").replace("-", "").replace("+", "").isalnum() for part in parts):
        raise ValueError(f"no time zone {name[:60]!r}; use an IANA name such as Europe/Berlin")
    try:
        with files("tzdata.zoneinfo").joinpath(*parts).open("rb") as source:
            return ZoneInfo.from_file(source, key=name)
    except (OSError, ValueError):
        raise ValueError(f"no time zone {name[:60]!r}; use an IANA name such as Europe/Berlin") from None
