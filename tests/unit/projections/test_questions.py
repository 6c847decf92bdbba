"""Pure parts of questions: cursors, scopes, progress, forecasts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keeptrusts.projections.query_api.cursors import Cursor, decode_cursor, encode_cursor
from keeptrusts.projections.query_api.relation import micros, moment_of
from keeptrusts.projections.query_api.scope import TenantScope, row_condition
from keeptrusts.projections.query_api.spend import forecast_of
from keeptrusts.projections.writer.progress import Progress, Waiting
from keeptrusts.schemas.errors import Refused

MOMENT = datetime(2026, 11, 21, 12, 0, 0, 123457, tzinfo=UTC)


@given(st.integers(-(2**62), 2**62), st.text(), st.integers(-1, 2**60), st.none() | st.integers(0, 2**60))
def test_a_cursor_comes_back_as_it_was(time_us: int, request: str, as_of: int, since: int | None) -> None:
    cursor = Cursor(kind="events", key=(time_us, request), as_of=as_of, since_us=since)
    assert decode_cursor(encode_cursor(cursor), "events", (int, str)) == cursor


@given(st.text(max_size=200))
def test_any_other_text_is_a_refusal_and_never_a_fault(text: str) -> None:
    with pytest.raises(Refused) as refused:
        decode_cursor(text, "events", (int, str))
    assert refused.value.problem.code == "invalid_parameter"


def test_a_cursor_of_another_list_is_refused() -> None:
    for cursor in (Cursor(kind="log", key=(1, "x"), as_of=1), Cursor(kind="events", key=(1, 2), as_of=1)):
        with pytest.raises(Refused):
            decode_cursor(encode_cursor(cursor), "events", (int, str))


def test_times_keep_their_microseconds() -> None:
    assert moment_of(micros(MOMENT)) == MOMENT
    assert micros(MOMENT) % 1_000_000 == 123457


def test_every_scope_names_its_tenant() -> None:
    for reach, words in (("all", ""), ("none", "AND 0"), ("own", "user ="), ("team", "has(")):
        scope = TenantScope(org="o", reach=reach, member="m", teams=frozenset({"t"}))  # type: ignore[arg-type]  # a word of the table above
        condition = row_condition(scope)
        assert condition.sql.startswith("org = {scope_org:String}") and words in condition.sql
        assert condition.parameters["scope_org"] == "o"
    assert "user" not in row_condition(TenantScope(org="o", reach="team", member="m"), own=False).sql


def test_scopes_cover_teams_and_oneself() -> None:
    team = TenantScope(org="o", reach="team", member="m", teams=frozenset({"t"}))
    table = ((team, "t", "x", True), (team, "u", "x", False), (team, "u", "m", True), (team, None, None, False))
    for scope, of_team, of_user, expected in table:
        assert scope.covers(team=of_team, user=of_user) == expected
    assert not TenantScope(org="o", reach="own", member="m").covers(team="t", user=None)
    assert not TenantScope(org="o", reach="none", member="m").covers(team="t", user="m")
    assert TenantScope(org="o", reach="all", member="m").covers(team=None, user=None)


def test_a_position_counts_only_when_its_topic_is_read_so_far() -> None:
    progress = Progress({"kt.ledger": 1})
    progress.expect("kt.ledger", 0, Waiting(position=9, end=4))
    progress.reached("kt.ledger", 0, 3)
    assert (progress.position("kt.ledger", 0), progress.moved()) == (-1, ())
    progress.reached("kt.ledger", 0, 4)
    assert (progress.position("kt.ledger", 0), progress.moved(), progress.moved()) == (9, (("kt.ledger", 0),), ())
    progress.expect("kt.ledger", 0, Waiting(position=5, end=4))
    assert not progress.awaited, "an older position never comes back"
    progress.wrote("kt.ledger", 0, last=7, position=3, delay_ms=-5)
    assert (progress.position("kt.ledger", 0), progress.source_offset("kt.ledger", 0), progress.delay_ms()) == (9, 7, 0)


def test_a_delay_is_forgotten_when_nothing_more_comes() -> None:
    progress = Progress({"kt.events": 2})
    progress.wrote("kt.events", 1, last=3, position=3, delay_ms=400)
    progress.beat()
    assert progress.delay_ms() == 400
    progress.beat()
    assert progress.delay_ms() == 0


def test_a_forecast_adds_the_mean_of_full_days_for_the_days_left() -> None:
    usd = 10**9
    by_day = {f"2026-11-{day:02d}": 2 * usd for day in range(1, 21)} | {"2026-11-21": usd, "2026-10-31": 50 * usd}
    forecast = forecast_of(by_day, datetime(2026, 11, 21, 12, tzinfo=UTC))
    assert (forecast.spent, forecast.daily_mean, forecast.days_measured) == ("41.00", "2.00", 7)
    assert (forecast.days_left, forecast.month_end) == (9.5, "60.00")
    young = forecast_of({"2026-11-21": usd}, datetime(2026, 11, 21, 12, tzinfo=UTC))
    assert (young.spent, young.days_measured, young.month_end) == ("1.00", 0, None)
    empty = forecast_of({}, datetime(2026, 11, 21, 12, tzinfo=UTC))
    assert (empty.spent, empty.month_end) == ("0.00", None)
