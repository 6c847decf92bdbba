"""Schedules: the clock of a zone counts, whatever happens to it; what never or too often comes is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keeptrusts.schemas.schedules import check_schedule, last_run, next_run

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia")
CRONS = ("0 6 1 * *", "30 2 * * *", "15 0 * * MON-FRI", "5 3 * * *", "0 0 29 2 *", "59 23 31 12 *", "0 12 1,15 * *")
MOMENTS = st.integers(0, 60 * 365 * 86_400).map(
    lambda seconds: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


@pytest.mark.parametrize("cron", CRONS)
@pytest.mark.parametrize("zone", ZONES)
def test_these_are_schedules(cron: str, zone: str) -> None:
    check_schedule(cron, zone, NOW)


@pytest.mark.parametrize(
    ("cron", "said"),
    [
        ("", "no schedule"), ("0 6 * *", "no schedule"), ("0 6 * * * *", "no schedule"), ("@daily", "no schedule"),
        ("H H * * *", "no schedule"), ("0 0 L * *", "no schedule"), ("0 0 * * 5#3", "no schedule"),
        ("0 6 * * *\n", "no schedule"), ("60 6 * * *", "out of range"), ("0 0 31 2 *", "never comes"),
        ("0 6 * * FOO", "out of range"), ("*/59 * * * *", "one time a day"), ("0,30 6 * * *", "one time a day"),
        ("* 6 1 1 *", "one time a day"), ("0 * * * *", "one time a day"), ("0 6-8 1 1 *", "one time a day"),
        ("0 6 " + ",".join(["1"] * 70) + " * *", "no schedule"),
    ],
)  # fmt: skip
def test_these_are_none(cron: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_schedule(cron, "UTC", NOW)


def test_a_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="Europe/Berlin"):
        check_schedule("0 6 * * *", "Mars/Base", NOW)


@pytest.mark.parametrize(
    ("cron", "after", "runs"),
    [
        ("30 2 * * *", "2026-03-28T12:00", ["2026-03-29T03:30", "2026-03-30T02:30"]),  # 2:30 does not exist
        ("30 2 * * *", "2026-10-24T12:00", ["2026-10-25T02:30", "2026-10-26T02:30"]),  # 2:30 comes twice
        ("0 6 * * *", "2026-03-28T12:00", ["2026-03-29T06:00", "2026-03-30T06:00"]),
        ("0 6 1 * *", "2026-11-01T06:00", ["2026-12-01T06:00", "2027-01-01T06:00"]),
        ("0 0 29 2 *", "2026-01-01T00:00", ["2028-02-29T00:00", "2032-02-29T00:00"]),
        ("0 8 * * MON", "2026-11-23T07:59", ["2026-11-23T08:00", "2026-11-30T08:00"]),
    ],
)
def test_the_next_runs_are_by_the_clock_of_the_zone(cron: str, after: str, runs: list[str]) -> None:
    zone = ZoneInfo("Europe/Berlin")
    moment, found = datetime.fromisoformat(after).replace(tzinfo=zone).astimezone(UTC), []
    for _ in runs:
        moment = next_run(cron, "Europe/Berlin", moment)
        found.append(moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M"))
    assert found == runs


@pytest.mark.parametrize("cron", CRONS)
@given(moment=MOMENTS, zone=st.sampled_from(ZONES))
def test_the_last_and_the_next_run_enclose_every_moment(cron: str, moment: datetime, zone: str) -> None:
    before, after = last_run(cron, zone, moment), next_run(cron, zone, moment)
    assert before <= moment < after
    assert next_run(cron, zone, before) == after
    assert last_run(cron, zone, after) == after
    assert last_run(cron, zone, before) == before
