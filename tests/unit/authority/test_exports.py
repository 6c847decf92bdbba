"""Exports under the real fold: who may ask for what, who states the end, and when a file's time is up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.ledger import START, Ledger, founded

from keeptrusts.schemas.commands.documents import (
    ExportCreateRequested,
    ExportDeleteRequested,
    ExportFinishRequested,
    ExportScheduleRequested,
    ExportUnscheduleRequested,
)
from keeptrusts.schemas.commands.people import MemberChangeRequested, RoleGrantRequested
from keeptrusts.schemas.events.gateway import ClockTicked
from keeptrusts.schemas.events.identity import Role
from keeptrusts.schemas.snapshots.documents import Export
from keeptrusts.schemas.snapshots.ledger import canonical_bytes
from keeptrusts.schemas.topics import MAX_RECORD_BYTES
from keeptrusts.stream_processors.authority.money.deadlines import next_deadline_ms
from keeptrusts.stream_processors.authority.sizes import (
    EXPORT_KEPT_S,
    EXPORT_QUEUED_S,
    MOST_EXPORT_TEAMS,
    MOST_EXPORTS,
    MOST_EXPORTS_OF_ONE,
    MOST_QUEUED_EXPORTS,
    MOST_QUEUED_EXPORTS_OF_ONE,
    MOST_SCHEDULES,
    MOST_SCHEDULES_OF_ONE,
    SCHEDULE_RETRY_S,
    SCHEDULE_SETTLES_MS,
)
from keeptrusts.stream_processors.authority.snapshots import restored, sections_of
from keeptrusts.stream_processors.authority.state import ms_of

DAY_MS = 24 * 3600 * 1000
SHA = "ab" * 32


def create(export: str = "exp_1", **rest: Any) -> ExportCreateRequested:
    return ExportCreateRequested(export=export, **({"type": "events", "format": "csv"} | rest))


def finish(ledger: Ledger, export: str = "exp_1", **rest: Any) -> tuple[str, str | None]:
    fact = ExportFinishRequested(
        export=export, **({"outcome": "ready", "rows": 3, "size_bytes": 70, "sha256": SHA, "as_of": "0:7"} | rest)
    )
    entry = ledger.append(ledger.event(fact, actor="service:exports"))
    assert entry is not None
    return entry.outcome, entry.reason


def changed(ledger: Ledger) -> list[Export]:
    return [one for entry in ledger.entries for one in entry.changes if isinstance(one, Export)]


def tick(ledger: Ledger, after_ms: int) -> Any:
    ledger.now_ms += after_ms
    return ledger.append(ledger.event(ClockTicked(deadline="due"), actor="processor:authority"))


@pytest.mark.parametrize(
    ("by", "type_name", "reach", "teams"),
    [
        ("mem_owner", "events", "all", ()),
        ("mem_admin", "cost", "all", ()),
        ("mem_lead", "events", "team", ("team_eng",)),
        ("mem_dev", "events", "own", ()),
        ("mem_dev", "audit", "own", ()),
        ("mem_dev", "escalations", "team", ("team_eng",)),
    ],
)
def test_an_export_remembers_how_far_its_maker_could_see(by: str, type_name: str, reach: str, teams: Any) -> None:
    ledger = founded()
    ledger.granted(create(type=type_name, filters={"user": "x"}, description="for the board"), by=by)
    (value,) = changed(ledger)
    assert (value.state, value.requested_by, value.reach, value.teams) == ("queued", by, reach, teams)
    assert (value.filters, value.description) == ({"user": "x"}, "for the board")
    assert value.expires_at - value.requested_at == timedelta(seconds=EXPORT_QUEUED_S)
    assert ledger.state.exports == {"exp_1": value}


@pytest.mark.parametrize("by", ["mem_idle", "mem_gone", "mem_nobody"])
def test_who_is_not_active_exports_nothing(by: str) -> None:
    assert founded().refusal(create(), by=by) == "forbidden"


def test_what_is_not_written_is_refused_and_an_id_counts_once() -> None:
    ledger = founded()
    assert ledger.refusal(create(format="parquet")) == "not_supported"
    ledger.granted(create())
    assert ledger.refusal(create()) == "already_exists"


def test_the_first_word_about_an_export_counts() -> None:
    ledger = founded()
    ledger.granted(create())
    assert finish(ledger) == ("finished", "ready")
    (_, ready) = changed(ledger)
    assert (ready.state, ready.rows, ready.size_bytes, ready.sha256, ready.as_of) == ("ready", 3, 70, SHA, "0:7")
    assert ready.finished_at is not None
    assert ready.expires_at - ready.finished_at == timedelta(seconds=EXPORT_KEPT_S)
    assert finish(ledger, outcome="failed", message="late") == ("ignored", "not_queued")
    assert finish(ledger, "exp_none") == ("ignored", "not_queued")
    assert ledger.state.exports["exp_1"] == ready


def test_one_that_failed_says_why_and_has_no_size() -> None:
    ledger = founded()
    ledger.granted(create())
    assert finish(ledger, outcome="failed", message="too large", sha256=None) == ("finished", "failed")
    failed = ledger.state.exports["exp_1"]
    assert (failed.state, failed.message, failed.rows, failed.size_bytes) == ("failed", "too large", None, None)


def test_its_maker_deletes_an_export_and_who_sees_everything_any() -> None:
    ledger = founded()
    for number, by in enumerate(("mem_dev", "mem_dev", "mem_owner")):
        ledger.granted(create(f"exp_{number}"), by=by)
    for by in ("mem_dev2", "mem_lead", "mem_op"):
        assert ledger.refusal(ExportDeleteRequested(export="exp_0"), by=by) == "not_found"
    assert ledger.refusal(ExportDeleteRequested(export="exp_2"), by="mem_dev") == "not_found"
    ledger.granted(ExportDeleteRequested(export="exp_0"), by="mem_dev")
    ledger.granted(ExportDeleteRequested(export="exp_1"), by="mem_admin")
    assert list(ledger.state.exports) == ["exp_2"]
    assert ledger.refusal(ExportDeleteRequested(export="exp_0"), by="mem_dev") == "not_found"
    assert finish(ledger, "exp_0") == ("ignored", "not_queued")


def test_at_most_so_many_are_kept_of_all_and_of_one() -> None:
    ledger, makers = founded(), people()
    for number in range(MOST_EXPORTS):
        ledger.granted(create(f"exp_{number}"), by=makers[number % len(makers)])
        finish(ledger, f"exp_{number}")
    assert ledger.refusal(create("exp_more"), by="mem_owner") == "limit_reached"
    ledger.granted(ExportDeleteRequested(export="exp_7"))
    ledger.granted(create("exp_more"), by="mem_owner")
    alone = founded()
    for number in range(MOST_EXPORTS_OF_ONE):
        alone.granted(create(f"exp_{number}"), by="mem_dev")
        finish(alone, f"exp_{number}")
    assert alone.refusal(create("exp_more"), by="mem_dev") == "limit_reached"
    alone.granted(create("exp_more"), by="mem_dev2")


def test_at_most_so_many_wait_of_all_and_of_one() -> None:
    ledger = founded()
    numbers = iter(range(100))
    for by in people()[: MOST_QUEUED_EXPORTS // MOST_QUEUED_EXPORTS_OF_ONE]:
        for _ in range(MOST_QUEUED_EXPORTS_OF_ONE):
            ledger.granted(create(f"exp_{next(numbers)}"), by=by)
        assert ledger.refusal(create("exp_more"), by=by) == "limit_reached"
    assert ledger.refusal(create("exp_more"), by=people()[-1]) == "limit_reached"
    finish(ledger, "exp_3")
    ledger.granted(create("exp_more"), by=people()[-1])


def people() -> list[str]:
    return ["mem_owner", "mem_second", "mem_admin", "mem_lead", "mem_dev", "mem_dev2", "mem_op"]


def test_time_ends_what_nobody_made_and_what_was_kept_long_enough() -> None:
    ledger = founded()
    ledger.granted(create("exp_1"))
    ledger.granted(create("exp_2"))
    finish(ledger, "exp_2")
    assert next_deadline_ms(ledger.state) == ms_of(ledger.state.exports["exp_1"].expires_at)
    entry = tick(ledger, DAY_MS)
    assert [(one.id, one.state) for one in entry.changes] == [("exp_1", "expired")]
    assert tick(ledger, DAY_MS) is None, "nothing is due"
    entry = tick(ledger, 5 * DAY_MS)
    assert [(one.id, one.state) for one in entry.changes] == [("exp_2", "expired")]
    assert ledger.state.exports == {} and next_deadline_ms(ledger.state) is None


def plan(schedule: str = "xsc_1", **rest: Any) -> ExportScheduleRequested:
    """Ask for a file on the first of each month at six in the morning in Berlin, unless said otherwise."""
    fields = {"type": "cost", "format": "csv", "cron": "0 6 1 * *", "time_zone": "Europe/Berlin"} | rest
    return ExportScheduleRequested(schedule=schedule, **fields)


def until(ledger: Ledger, moment: str) -> Any:
    """Let the clock tick just after what began until a moment (UTC) has ended."""
    return tick(ledger, ms_of(datetime.fromisoformat(moment + "+00:00")) + SCHEDULE_SETTLES_MS - ledger.now_ms)


def test_a_schedule_asks_for_a_file_of_each_period() -> None:
    ledger = founded()
    ledger.granted(plan(filters={"team": "eng"}, description="monthly"), by="mem_lead")
    planned = ledger.state.export_schedules["xsc_1"]
    assert (planned.since.isoformat(), planned.next_at.isoformat()) == (
        "2026-04-01T04:00:00+00:00", "2026-05-01T04:00:00+00:00",
    )  # fmt: skip
    assert next_deadline_ms(ledger.state) == ms_of(planned.next_at) + SCHEDULE_SETTLES_MS
    assert tick(ledger, ms_of(planned.next_at) - ledger.now_ms) is None, "calls of that period may still be under way"
    until(ledger, "2026-05-01T04:00:01")
    assert finish(ledger, next(iter(ledger.state.exports))) == ("finished", "ready")
    until(ledger, "2026-06-01T04:00:01")
    first, second = [one for one in changed(ledger) if one.state == "queued"]
    assert first.id < second.id and first.schedule == second.schedule == "xsc_1"
    assert (first.since, first.until) == (planned.since, planned.next_at)
    assert (second.since, second.until) == (first.until, datetime.fromisoformat("2026-06-01T04:00:00+00:00"))
    assert (first.requested_by, first.reach, first.teams, first.filters, first.type) == (
        "mem_lead", "team", ("team_eng",), {"team": "eng"}, "cost",
    )  # fmt: skip
    assert ledger.state.export_schedules["xsc_1"].last_export == second.id
    assert finish(ledger, second.id) == ("finished", "ready")


def test_times_that_were_missed_are_made_up_for_by_one_file() -> None:
    ledger = founded()
    ledger.granted(plan(cron="0 6 * * *", time_zone="UTC"))
    until(ledger, "2026-04-09T12:00:00")
    (made,) = changed(ledger)
    assert (made.since, made.until) == (
        datetime(2026, 4, 1, 6, tzinfo=UTC), datetime(2026, 4, 9, 6, tzinfo=UTC),
    )  # fmt: skip
    assert ledger.state.export_schedules["xsc_1"].next_at == datetime(2026, 4, 10, 6, tzinfo=UTC)


def test_a_schedule_whose_maker_is_gone_makes_nothing_and_says_so_and_makes_up_for_it() -> None:
    ledger = founded()
    ledger.granted(plan(cron="0 6 * * *", time_zone="UTC"), by="mem_dev")
    ledger.granted(MemberChangeRequested(member="mem_dev", state="suspended"))
    until(ledger, "2026-04-02T06:00:01")
    planned = ledger.state.export_schedules["xsc_1"]
    assert changed(ledger) == [] and planned.skipped == "whoever made it is no active member any more"
    assert planned.next_at == datetime(2026, 4, 3, 6, tzinfo=UTC)
    ledger.granted(MemberChangeRequested(member="mem_dev", state="active"))
    until(ledger, "2026-04-03T06:00:01")
    (made,) = changed(ledger)
    assert made.since == datetime(2026, 4, 1, 6, tzinfo=UTC) and made.until == datetime(2026, 4, 3, 6, tzinfo=UTC)
    assert ledger.state.export_schedules["xsc_1"].skipped is None


def test_schedules_for_which_there_is_no_room_come_a_little_later_and_in_turn() -> None:
    ledger = founded()
    for number in range(MOST_SCHEDULES_OF_ONE):
        ledger.granted(plan(f"xsc_{number}"), by="mem_dev")
    until(ledger, "2026-05-01T04:00:01")
    made = [one.schedule for one in changed(ledger)]
    assert len(made) == MOST_QUEUED_EXPORTS_OF_ONE
    late = ledger.state.export_schedules[f"xsc_{MOST_SCHEDULES_OF_ONE - 1}"]
    assert "ask again later" in (late.skipped or "") and late.retry_at is not None
    assert tick(ledger, 0) is None
    for one in list(ledger.state.exports.values()):
        finish(ledger, one.id)
    tick(ledger, SCHEDULE_RETRY_S * 1000)
    made += [one.schedule for one in changed(ledger) if one.state == "queued"][len(made) :]
    assert sorted(made) == sorted(ledger.state.export_schedules) and len(made) == MOST_SCHEDULES_OF_ONE
    periods = {(one.since, one.until) for one in ledger.state.exports.values()}
    assert len(periods) == 1
    assert {one.skipped for one in ledger.state.export_schedules.values()} == {None}


def test_the_period_of_a_file_that_nobody_made_is_in_the_next() -> None:
    ledger = founded()
    ledger.granted(plan())
    until(ledger, "2026-05-01T04:00:01")
    (lost,) = changed(ledger)
    assert tick(ledger, DAY_MS) is not None and ledger.state.exports == {}
    until(ledger, "2026-06-01T04:00:01")
    made = changed(ledger)[-1]
    assert (made.state, made.since) == ("queued", lost.since)


def test_a_schedule_whose_time_zone_is_none_any_more_ends_and_says_so() -> None:
    ledger = founded()
    ledger.granted(plan())
    planned = ledger.state.export_schedules["xsc_1"].model_copy(update={"time_zone": "Mars/Base"})
    ledger.state.export_schedules["xsc_1"] = planned
    entry = until(ledger, "2026-05-01T04:00:01")
    assert [(one.state, "Mars/Base" in (one.skipped or "")) for one in entry.changes] == [("removed", True)]
    assert ledger.state.export_schedules == {}


def test_an_export_of_too_many_teams_is_refused() -> None:
    ledger = founded()
    teams: dict[str, Role] = {f"team_{number}": "admin" for number in range(MOST_EXPORT_TEAMS + 1)}
    lead = ledger.state.members["mem_lead"]
    ledger.state.members["mem_lead"] = lead.model_copy(update={"teams": teams})
    assert ledger.refusal(create(), by="mem_lead") == "too_many_teams"
    ledger.granted(create(), by="mem_owner")
    del teams["team_0"]
    ledger.granted(create("exp_2"), by="mem_lead")


def test_schedules_are_made_by_who_may_export_and_deleted_by_their_maker_or_who_sees_everything() -> None:
    ledger = founded()
    for number, by in enumerate(("mem_dev", "mem_dev", "mem_owner")):
        ledger.granted(plan(f"xsc_{number}"), by=by)
    assert ledger.refusal(plan("xsc_0")) == "already_exists"
    for by in ("mem_dev2", "mem_lead"):
        assert ledger.refusal(ExportUnscheduleRequested(schedule="xsc_0"), by=by) == "not_found"
    assert ledger.refusal(ExportUnscheduleRequested(schedule="xsc_2"), by="mem_dev") == "not_found"
    ledger.granted(ExportUnscheduleRequested(schedule="xsc_0"), by="mem_dev")
    ledger.granted(ExportUnscheduleRequested(schedule="xsc_1"), by="mem_admin")
    assert list(ledger.state.export_schedules) == ["xsc_2"]
    assert ledger.refusal(ExportUnscheduleRequested(schedule="xsc_0"), by="mem_dev") == "not_found"
    for changes, reason in (
        ({"cron": "* * * * *"}, "invalid_schedule"), ({"cron": "0 0 30 2 *"}, "invalid_schedule"),
        ({"time_zone": "Mars/Base"}, "invalid_schedule"), ({"format": "parquet"}, "not_supported"),
    ):  # fmt: skip
        assert ledger.refusal(plan("xsc_9", **changes)) == reason


def test_a_member_and_an_organization_have_so_many_schedules() -> None:
    ledger = founded()
    for number in range(MOST_SCHEDULES_OF_ONE):
        ledger.granted(plan(f"xsc_{number}"), by="mem_dev")
    assert ledger.refusal(plan("xsc_more"), by="mem_dev") == "limit_reached"
    ledger.granted(plan("xsc_more"), by="mem_dev2")
    ledger.state.export_schedules |= {
        f"xsc_{number}": ledger.state.export_schedules["xsc_1"] for number in range(MOST_SCHEDULES)
    }
    assert ledger.refusal(plan("xsc_last"), by="mem_owner") == "limit_reached"


def test_however_much_is_due_at_once_an_entry_fits_into_a_record() -> None:
    ledger, long = founded(), {"tag.x": "\x01" * 1990}
    for number, by in enumerate(people() * 10):
        ledger.granted(plan(f"xsc_{number}", cron="0 6 * * *", filters=long, description="\x01" * 1000), by=by)
        ledger.granted(create(f"exp_{number}", filters=long, description="\x01" * 1000), by=by)
        finish(ledger, f"exp_{number}")
    until(ledger, "2026-04-02T06:00:01")
    entries = [tick(ledger, 8 * DAY_MS)]
    for _ in range(30):
        entries.append(tick(ledger, SCHEDULE_RETRY_S * 1000))
        for one in [one for one in ledger.state.exports.values() if one.state == "queued"]:
            finish(ledger, one.id)
    sizes = [len(canonical_bytes(entry)) for entry in entries if entry is not None]
    assert max(sizes) < MAX_RECORD_BYTES and len(sizes) > 5
    assert all(one.next_at > datetime(2026, 4, 10, tzinfo=UTC) for one in ledger.state.export_schedules.values())


def test_rights_that_change_later_change_no_export() -> None:
    ledger = founded()
    ledger.granted(create(), by="mem_dev")
    ledger.granted(RoleGrantRequested(member="mem_dev", team="team_eng", role="admin"))
    assert ledger.state.exports["exp_1"].reach == "own"


def test_a_snapshot_holds_exports_and_an_older_one_without_them_is_read() -> None:
    ledger = founded()
    ledger.granted(create(since=START, filters={"team": "eng"}))
    ledger.granted(plan())
    sections = sections_of(ledger.state)
    again = restored("org_acme", ledger.state.seq, sections)
    assert (again.exports, again.exports_due_ms) == (ledger.state.exports, ledger.state.exports_due_ms)
    assert again.export_schedules == ledger.state.export_schedules != {}
    del sections["exports"], sections["export_schedules"]
    older = restored("org_acme", ledger.state.seq, sections)
    assert (older.exports, older.export_schedules, older.exports_due_ms) == ({}, {}, None)
