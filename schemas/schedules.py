"""Schedules as cron writes them: five fields of local time in a time zone. The same on every machine and at any time.

The clock of the zone is what counts: "0 6 * * *" is at six in the morning, winter and summer. A time that a change of
the clock leaves out comes as much later as the clock is put forward; one that it brings twice comes once.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from croniter import CroniterBadCronError, CroniterBadDateError, croniter

from keeptrusts.schemas.periods import zone_named

MOST_YEARS: Final = 10
"""A schedule that does not come within so many years never does; between two 29ths of February there may be eight."""
_DAYS: Final = r"(?:\*|(?:[0-9]{1,2}|[A-Za-z]{3})(?:-(?:[0-9]{1,2}|[A-Za-z]{3}))?)(?:/[0-9]{1,2})?"
_LIST: Final = rf"{_DAYS}(?:,{_DAYS}){{0,60}}"
_CRON: Final = re.compile(rf"[0-9]{{1,2}} [0-9]{{1,2}}(?: {_LIST}){{3}}")
_FORM: Final = "write a minute, an hour, day of month, month, day of week, such as '0 6 1 * *' or '30 8 * * MON-FRI'"


def check_schedule(cron: str, time_zone: str, now: datetime) -> None:
    """Raise ValueError with reason and fix for what is no schedule, comes more than once a day, or never."""
    zone_named(time_zone)
    if _CRON.fullmatch(cron) is None:
        raise ValueError(f"{cron[:60]!r} is no schedule of at most one time a day; {_FORM}")
    try:
        next_run(cron, time_zone, now)
    except (CroniterBadCronError, CroniterBadDateError):
        raise ValueError(f"{cron[:60]!r} never comes, or is out of range; {_FORM}") from None


def next_run(cron: str, time_zone: str, after: datetime) -> datetime:
    """Give the first run after a moment, in UTC; raises CroniterBadDateError where none comes."""
    zone = zone_named(time_zone)
    local = after.astimezone(zone).replace(tzinfo=None)
    runs = croniter(cron, local, max_years_between_matches=MOST_YEARS)
    while True:  # once or twice: only what a change of the clock brings back is behind already
        found: datetime = runs.get_next(datetime)
        moment = found.replace(tzinfo=zone).astimezone(UTC)
        if moment > after:
            return moment


def last_run(cron: str, time_zone: str, until: datetime) -> datetime:
    """Give the last run at a moment or before it, in UTC; raises CroniterBadDateError where none was."""
    zone = zone_named(time_zone)
    local = until.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)
    runs = croniter(cron, local, max_years_between_matches=MOST_YEARS)
    if croniter.match(cron, local) and (moment := local.replace(tzinfo=zone).astimezone(UTC)) <= until:
        return moment
    while True:
        before: datetime = runs.get_prev(datetime)
        moment = before.replace(tzinfo=zone).astimezone(UTC)
        if moment <= until:
            return moment
