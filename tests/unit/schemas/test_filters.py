"""One filter vocabulary: what it reads, and the one error it knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keeptrusts.schemas.filters import (
    FILTERS,
    GROUP_KEYS,
    MAX_LIMIT,
    MAX_VALUES,
    METRICS,
    Condition,
    Filter,
    FilterError,
    Filters,
    parse_filters,
    parse_limit,
    parse_list,
    parse_since,
)

NOW = datetime(2026, 4, 15, 12, 30, tzinfo=UTC)
GOOD = {"decision": "block", "status": "403"}


def parsed(**parameters: str) -> Filters:
    return parse_filters(parameters, NOW)


@pytest.mark.parametrize("item", FILTERS, ids=lambda item: item.name)
def test_every_filter_takes_a_value_several_and_none_of_them(item: Filter) -> None:
    name = item.name
    good = GOOD.get(name, "a")
    other = {"decision": "allow", "status": "5xx"}.get(name, "b")
    assert parsed(**{name: good}).conditions == (Condition(name=name, values=(good,)),)
    assert parsed(**{name: f"{good}, {other},{good}"}).conditions == (Condition(name=name, values=(good, other)),)
    assert parsed(**{name: f"!{good},{other}"}).conditions == (
        Condition(name=name, values=(good, other), negated=True),
    )
    for empty in ("", "!", " , "):
        with pytest.raises(FilterError, match="must not be empty"):
            parsed(**{name: empty})


@pytest.mark.parametrize(
    ("spelled", "values"),
    [
        ("denied", ("block", "refuse")),
        ("Blocked", ("block",)),
        ("allowed,warned", ("allow", "warn")),
        ("denied,block", ("block", "refuse")),
        ("redacted,escalated,refused", ("redact", "escalate", "refuse")),
    ],
)
def test_decisions_are_read_as_people_spell_them(spelled: str, values: tuple[str, ...]) -> None:
    assert parsed(decision=spelled).conditions[0].values == values


@pytest.mark.parametrize("value", ["200", "403", "4xx", "5xx", "error", "ok"])
def test_statuses_that_are_known(value: str) -> None:
    assert parsed(status=value).conditions[0].values == (value,)


@pytest.mark.parametrize(
    ("parameters", "field", "hint"),
    [
        ({"desicion": "block"}, "desicion", "decision"),
        ({"modle": "x"}, "modle", "model"),
        ({"zzzzzz": "x"}, "zzzzzz", "known: "),
        ({"decision": "blokc"}, "decision", "block"),
        ({"decision": "deny"}, "decision", "denied"),
        ({"status": "600"}, "status", "4xx"),
        ({"status": "40"}, "status", "4xx"),
        ({"since": "yesterday"}, "since", "7d"),
        ({"until": "2026-13-01"}, "until", "2026-04-01"),
    ],
)
def test_a_mistake_names_the_parameter_and_the_fix(parameters: dict[str, str], field: str, hint: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filters(parameters, NOW)
    assert caught.value.field == field
    assert caught.value.fix is not None and hint in caught.value.fix
    assert str(caught.value).startswith(f"{field}: ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", NOW - timedelta(seconds=90)),
        ("5m", NOW - timedelta(minutes=5)),
        ("24h", NOW - timedelta(hours=24)),
        ("7d", NOW - timedelta(days=7)),
        ("2w", NOW - timedelta(weeks=2)),
        ("2026-04", datetime(2026, 4, 1, tzinfo=UTC)),
        ("2026-04-01", datetime(2026, 4, 1, tzinfo=UTC)),
        ("2026-04-01T09:00", datetime(2026, 4, 1, 9, tzinfo=UTC)),
        ("2026-04-01T09:00Z", datetime(2026, 4, 1, 9, tzinfo=UTC)),
        ("2026-04-01T09:00:00.5+02:00", datetime(2026, 4, 1, 7, 0, 0, 500_000, tzinfo=UTC)),
    ],
)
def test_every_form_of_since(text: str, expected: datetime) -> None:
    assert parse_since("since", text, NOW) == expected
    assert parse_since("since", text, NOW).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    ["", "0d", "7", "7x", "-7d", "7d\n", "999999w", "9999999d", "0000-01", "2026-4", "2026-00", "2026-02-30",
     "0001-01-01T00:00+01:00", "9999-12-31T23:59:59-01:00", "1969-12-31", "99999w", "2200-01-01"],
)  # fmt: skip
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(FilterError):
        parse_since("since", text, NOW)


def test_since_must_come_before_until() -> None:
    assert parsed(since="7d", until="1d").since == NOW - timedelta(days=7)
    for since, until in (("1d", "7d"), ("1d", "1d")):
        with pytest.raises(FilterError, match="until: must be later than since"):
            parsed(since=since, until=until)


def test_tags_free_text_and_the_callers_own_parameters_pass() -> None:
    filters = parse_filters({"tag.env": "prod", "q": "hello", "cursor": "x", "team": "a"}, NOW, also=("cursor",))
    assert dict(filters.tags) == {"env": "prod"} and filters.text == "hello"
    assert [condition.name for condition in filters.conditions] == ["team"]


def test_values_are_bounded_in_number_and_length() -> None:
    assert len(parsed(team=",".join(map(str, range(MAX_VALUES)))).conditions[0].values) == MAX_VALUES
    with pytest.raises(FilterError, match="at most 50"):
        parsed(team=",".join(map(str, range(MAX_VALUES + 1))))
    with pytest.raises(FilterError, match="too long"):
        parsed(team="x" * 100_000)


@pytest.mark.parametrize(("text", "limit"), [("", 100), ("1", 1), ("5", 5), (str(MAX_LIMIT), MAX_LIMIT)])
def test_limits(text: str, limit: int) -> None:
    assert parse_limit(text) == limit


@pytest.mark.parametrize("text", ["0", "-1", "1001", "1.5", "x", "٣", "9" * 30, " 5", "5\n"])
def test_what_is_no_limit(text: str) -> None:
    with pytest.raises(FilterError, match="from 1 to 1000"):
        parse_limit(text)


def test_lists_of_known_words() -> None:
    assert parse_list("group_by", "team, user,team", GROUP_KEYS) == ("team", "user")
    with pytest.raises(FilterError) as caught:
        parse_list("metrics", "request", METRICS)
    assert caught.value.fix == "did you mean 'requests'?"
    with pytest.raises(FilterError, match="at least one"):
        parse_list("metrics", " , ", METRICS)


names = st.one_of(
    st.sampled_from([*(item.name for item in FILTERS), "since", "until", "q", "tag.x"]), st.text(max_size=20)
)
values = st.one_of(
    st.text(max_size=60),
    st.from_regex(r"\A[0-9]{1,7}[smhdw]\Z"),
    st.from_regex(r"\A[0-9]{4}-[0-9]{2}(-[0-9]{2})?(T[0-9]{2}:[0-9]{2}([+-][0-9]{2}:[0-9]{2})?)?\Z"),
)


@given(st.dictionaries(names, values, max_size=5))
def test_any_parameters_give_filters_or_a_filter_error(parameters: dict[str, str]) -> None:
    try:
        filters = parse_filters(parameters, NOW)
    except FilterError as error:
        assert error.field in parameters
        return
    for moment in (filters.since, filters.until):
        assert moment is None or moment.tzinfo is UTC


@given(values)
def test_any_limit_or_list_gives_a_value_or_a_filter_error(text: str) -> None:
    try:
        assert 1 <= parse_limit(text) <= MAX_LIMIT
    except FilterError as error:
        assert error.field == "limit"
    try:
        assert set(parse_list("metrics", text, METRICS)) <= set(METRICS)
    except FilterError as error:
        assert error.field == "metrics"
