"""`kt policy lint --against`: recorded calls judged by another file, with what would change and what cannot be said."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from support.stub_api import Prepared, StubApi, stub_api

from keeptrusts.cli.commands.policy import policy
from keeptrusts.cli.exit_codes import CommandFailed
from keeptrusts.cli.policy_trials.recorded import FIELDS, RecordedCall, from_bytes
from keeptrusts.cli.policy_trials.replaying import Replay, Replayed
from keeptrusts.schemas.policy_document.lint import lint_text

TEAMS = {"support": "team_1", "legal": "team_2"}


def row(number: int = 1, **fields: Any) -> dict[str, Any]:
    """One call of a member of support, a minute after the one before it."""
    known = {
        "id": f"req_{number:04}",
        "time": f"2026-11-{1 + number // 1440:02}T{number // 60 % 24:02}:{number % 60:02}:00Z",
        "org": "org_1", "team": "support", "user_id": "mem_1", "role": "member", "key_id": "key_1", "project": None,
        "consumer_group": None, "gateway": "g1", "endpoint": "/v1/chat/completions", "requested_model": "gpt-4o",
        "model": "gpt-4o", "decision": "allow", "policy": None, "reason": None, "input_tokens": 100,
        "output_tokens": 50, "cost": "0.10", "latency_ms": 900.5, "somewhat": "else",
    }  # fmt: skip
    known |= fields
    return {**known, "team_id": TEAMS.get(known["team"] or "")}


def replayed(document: str, *rows: dict[str, Any]) -> list[Replayed]:
    report = lint_text(document, "new.yaml")
    assert report.document is not None, report.findings
    calls, _ = from_bytes(json.dumps(rows).encode(), "events.json", 10_000)
    return list(Replay(report.document, calls[0].time).run(calls))


def chain(*items: str) -> str:
    return "policies:\n  chain:\n" + "".join(f"    - {item}\n" for item in items)


SPEND = "spend-limit: {per: team, daily_limit: 0.25}"
NO_CONTENT = ("pii-detector", "no captured content")

ONE_CALL = [
    ("nothing changes", chain("rbac: {deny_if_missing: [team, user, role]}"), {}, "allow"),
    ("no team any more", chain("rbac: {deny_if_missing: [team]}"), {"team": None}, "block"),
    ("a key is no person", chain("rbac: {deny_if_missing: [user]}"), {"user_id": "key:ci"}, "block"),
    ("the role is too low", chain("rbac: {minimum_role: admin}"), {}, "block"),
    ("the role is only watched", chain("rbac: {minimum_role: admin, mode: observe}"), {}, "allow"),
    ("the role is warned about", chain("rbac: {minimum_role: admin, mode: guide}"), {}, "warn"),
    ("another team's rule", chain("rbac: {minimum_role: admin, targeting: {teams: [legal]}}"), {}, "allow"),
    ("the model that was chosen", chain("model-access: {denied_models: [gpt-4o]}"),
     {"requested_model": "auto"}, "block"),
    ("the model that was asked for", chain("model-access: {denied_models: [gpt-4o]}"), {"model": None}, "block"),
    ("a team's models", chain("model-access: {teams: {support: {allow: [gpt-4o-mini]}}}"), {}, "block"),
    ("a kind that refuses all", chain("human-oversight: {confidence_threshold: 0.5}"), {}, "block"),
    ("held for a person", chain("human-oversight: {require_review: true}"), {}, "escalate"),
    ("an answer held for a person", chain("human-oversight: {phase: output}"), {}, "escalate"),
    ("a stream held for a person", chain("human-oversight: {phase: output}"), {"stream": True}, "escalate"),
    ("a person where it is unsure", chain("human-oversight: {confidence_threshold: 0.5}"), {}, "block"),
    ("held, or found in the text", chain("human-oversight", "dlp-filter: {action: block}"), {},
     ("dlp-filter", "no captured content")),
    ("another service", chain("external-moderation"), {}, ("external-moderation", "no captured content")),
    ("an agent", chain("agent-firewall: {blocked_tools: [sh]}"), {},
     ("agent-firewall", "tools and what was done with them are not recorded")),
    ("targets of then", chain("data-routing-policy: {require_no_training: true}"), {},
     ("data-routing-policy", "what targets have declared is not recorded")),
    ("dearer than one may be", chain("spend-limit: {per_request_limit: 0.05}"), {}, "block"),
    ("what was refused for its text passes", chain("audit-logger"),
     {"decision": "block", "policy": "dlp-filter"}, "allow"),
    ("a watched detector", chain("pii-detector: {mode: observe}"), {}, "allow"),
    ("a pack that is off", "pack: {name: a, enabled: false}\n" + chain("rbac: {minimum_role: owner}"), {}, "allow"),
    ("a group that is gone", chain("audit-logger"), {"consumer_group": "chat"}, "refuse"),
    ("a detector", chain("pii-detector"), {}, NO_CONTENT),
    ("a detector that warns", chain("pii-detector: {mode: guide}"), {"decision": "redact"}, NO_CONTENT),
    ("a detector of another team", chain("pii-detector: {targeting: {teams: [legal]}}"), {}, "allow"),
    ("a detector of this model", chain("pii-detector: {targeting: {models: [gpt-*]}}"), {}, NO_CONTENT),
    ("refused whatever the text is", chain("pii-detector", "rbac: {minimum_role: admin}"), {}, "block"),
    ("headers", chain("rbac: {deny_if_missing: [X-Cost-Center]}"), {}, ("rbac", "headers are not recorded")),
    ("tools", chain("rbac: {roles: {member: {denied_tools: [sh]}}}"), {}, ("rbac", "tools are not recorded")),
    ("tools of another role", chain("rbac: {roles: {admin: {denied_tools: [sh]}}}"), {}, "allow"),
    ("spending of the month before", chain("spend-limit: {monthly_limit: 5}"), {},
     ("spend-limit", "spending before 2026-11-01 00:01 is not known")),
    ("refused for money", chain("audit-logger"),
     {"decision": "refuse", "reason": "insufficient_funds"}, "insufficient_funds"),
    ("refused by its key", chain("audit-logger"),
     {"decision": "block", "policy": "key"}, "its key is bound to other models"),
    ("not decided yet", chain("audit-logger"), {"decision": None}, "not decided yet"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "document", "fields", "expected"), ONE_CALL, ids=[case[0] for case in ONE_CALL])
def test_a_recorded_call_is_judged_by_what_is_known_of_it(
    name: str, document: str, fields: dict[str, Any], expected: str | tuple[str, str]
) -> None:
    [one] = replayed(document, row(**fields))
    match one.judgement:
        case "decided":
            assert one.verdict == expected
            assert one.changed == (one.verdict != one.call.decision)
        case "undecided":
            assert [(doubt.policy, doubt.why) for doubt in one.doubts] == [expected]
        case "not_judged":
            assert one.reason == expected


def test_rates_are_counted_by_gateway_over_the_recorded_times() -> None:
    document = chain("rate-limit: {per_team: {requests_per_minute: 1, max_parallel_requests: 1}}")
    rows = [
        row(1),
        row(1, id="b", time="2026-11-01T00:01:30Z"),
        row(1, id="c", time="2026-11-01T00:01:30Z", gateway="g2"),
        row(2, id="d", latency_ms=120_000),
        row(3, id="e"),
        row(5, id="f"),
    ]
    said = [(one.call.id, one.verdict, one.reason) for one in replayed(document, *reversed(rows))]
    assert said == [
        ("req_0001", "allow", None),
        ("b", "block", "requests_per_minute_per_team"),
        ("c", "allow", None),
        ("d", "allow", None),
        ("e", "block", "parallel_requests_per_team"),
        ("f", "allow", None),
    ]


def test_spending_is_added_up_by_period_and_owner() -> None:
    day = 1440
    rows = [row(number) for number in (0, day, day + 1, day + 2, 2 * day)] + [row(day + 3, id="l", team="legal")]
    said = [(one.call.id, one.judgement, one.verdict) for one in replayed(chain(SPEND), *rows)]
    assert said == [
        ("req_0000", "decided", "allow"),
        ("req_1440", "decided", "allow"),
        ("req_1441", "decided", "allow"),
        ("req_1442", "decided", "block"),
        ("l", "decided", "allow"),
        ("req_2880", "decided", "allow"),
    ]


def as_csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


FORMATS: list[tuple[str, Callable[[list[dict[str, Any]]], str]]] = [
    ("json", json.dumps),
    ("page", lambda rows: json.dumps({"data": rows, "as_of": "0:1"}, indent=1)),
    ("ndjson", lambda rows: "\n".join(json.dumps(one) for one in rows) + "\n"),
    ("csv", as_csv),
]


@pytest.mark.parametrize(("name", "written"), FORMATS, ids=[name for name, _ in FORMATS])
def test_every_format_of_a_list_of_events_is_read(name: str, written: Callable[[list[dict[str, Any]]], str]) -> None:
    rows = [row(3), row(1, team=None, cost=None), row(2)]
    calls, more = from_bytes(written(rows).encode(), "events", 2)
    assert ([call.id for call in calls], more) == (["req_0002", "req_0003"], True)
    assert calls[0] == RecordedCall(
        id="req_0002", time=calls[0].time, org="org_1", team="support", team_id="team_1", user="mem_1", role="member",
        key_id="key_1", project=None, consumer_group=None, gateway="g1", endpoint="/v1/chat/completions",
        requested_model="gpt-4o", model="gpt-4o", decision="allow", policy=None, reason=None, input_tokens=100,
        tokens=150, cost=100_000_000, latency_ns=900_500_000,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\xff", "is not UTF-8 text"),
        (b"[1]", "holds no list of events"),
        (b"[{]", "is no JSON in line 1"),
        (b'{"id": "a"', "does not begin with JSON"),
        (b'{"id": "a", "time": "2026-11-01T00:00:00Z"}\n{"id"', "is no JSON in line 2"),
        (b'{"data": {}}', "holds no list of events"),
        (b"[{}]", "event 1: id is missing"),
        (b'[{"id": "a", "time": "now"}]', "event 1: a time must be RFC 3339"),
        (b'[{"id": "a", "time": "2026-11-01T00:00:00Z", "cost": "much"}]', "event 1: "),
        (b'[{"id": "a", "time": "2026-11-01T00:00:00Z", "input_tokens": 0.5}]', "input_tokens is no whole number"),
        (b'[{"id": "a", "time": "2026-11-01T00:00:00Z", "team": ["x"]}]', "team is no text"),
        (b"a,b\n1,2\n", "event 1: id is missing"),
        (b"a,b\n" + b"x" * 200_000, "is neither JSON nor CSV"),
    ],
)
def test_a_file_that_is_no_list_of_events_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(CommandFailed) as raised:
        from_bytes(data, "events.json", 10)
    assert words in raised.value.message and raised.value.exit_code == 2


@settings(max_examples=150)
@given(st.one_of(st.binary(max_size=80), st.text(alphabet='[{"id":1,time}\n\\u', max_size=60).map(str.encode)))
def test_whatever_the_bytes_are_they_are_read_or_refused(data: bytes) -> None:
    try:
        calls, _ = from_bytes(data, "events", 10)
    except CommandFailed:
        return
    assert len(calls) <= 10


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "new.yaml").write_text(chain("model-access: {denied_models: [gpt-4o]}", "pii-detector"), "utf-8")
    rows = [row(1), row(2, team="legal"), row(3, model="other"), row(4, decision="refuse", reason="no_provider")]
    (tmp_path / "events.json").write_text(json.dumps(rows), "utf-8")
    return tmp_path


def kt(*arguments: str, api: StubApi | None = None, stdin: str | None = None) -> Result:
    known = {} if api is None else {"KEEPTRUSTS_API_URL": api.url, "KEEPTRUSTS_API_TOKEN": "kt_ak_" + "a" * 20}
    return CliRunner().invoke(policy, ["lint", "--file", "new.yaml", *arguments], env=known, input=stdin)


def test_the_report_is_by_team_and_policy(folder: Path) -> None:
    result = kt("--against", "events.json")
    assert result.exit_code == 0, result.output
    said = [" ".join(line.split()) for line in result.stdout.splitlines()]
    for line in (
        "against events.json: 4 recorded calls, 2026-11-01 00:01 to 2026-11-01 00:04 UTC",
        "0 would end as they did",
        "2 would end otherwise",
        "1 could not be decided",
        "1 legal allow block model-access model_not_allowed req_0002",
        "1 support pii-detector no captured content",
        "1 support no_provider",
    ):
        assert line in said, result.stdout
    report = json.loads(kt("--against", "-", "--format", "json", stdin=(folder / "events.json").read_text()).stdout)
    against = report["against"]
    assert against["counts"] == {"unchanged": 0, "changed": 2, "undecided": 1, "not_judged": 1}
    assert [(one["team"], one["calls"], one["was"], one["would_be"]) for one in against["changed"]] == [
        ("legal", 1, "allow", "block"),
        ("support", 1, "allow", "block"),
    ]
    assert report["valid"] is True


def test_calls_come_from_the_api_in_pages_and_nothing_is_written(folder: Path) -> None:
    pages = [
        Prepared(body={"data": [row(9), row(8)], "next_cursor": "c1", "as_of": "0:9"}),
        Prepared(body={"data": [row(7)], "next_cursor": "c2", "as_of": "0:9"}),
    ]
    with stub_api() as api:
        api.on("GET /v1/events", *pages)
        result = kt("--against", "30d", "--limit", "3", api=api)
    assert result.exit_code == 0, result.output
    assert "against 30d: 3 recorded calls" in result.stdout and "older ones were left out" in result.stdout
    assert [(one.method, one.query["limit"], one.query.get("cursor")) for one in api.asked] == [
        ("GET", "3", None),
        ("GET", "1", "c1"),
    ]
    assert set(api.asked[0].query["fields"].split(",")) == set(FIELDS)


def test_teams_are_those_of_the_api(folder: Path) -> None:
    (folder / "new.yaml").write_text(chain("rbac: {minimum_role: member, targeting: {teams: [suport]}}"), "utf-8")
    with stub_api() as api:
        api.on("GET /v1/teams", Prepared(body={"data": [{"slug": "support"}, {"slug": "legal"}], "as_of": "0:1"}))
        result = kt("--teams", api=api)
    assert (result.exit_code, "KT122" in result.stdout) == (0, True)
    assert 'did you mean "support"?' in result.stdout and "runs for: legal, suport" not in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--against", "yesterday"], 2, "is no time"),
        (["--against", "."], 2, ". cannot be read"),
        (["--against", "events.json", "--format", "sarif"], 2, "goes with --format text or json"),
        (["--against", "events.json", "events.json"], 2, "judges by one file"),
        (["--against", "events.json", "--limit", "0"], 2, "--limit"),
    ],
)
def test_what_is_wrong_is_said(folder: Path, arguments: list[str], code: int, words: str) -> None:
    result = kt(*arguments)
    assert (result.exit_code, words in result.output) == (code, True), result.output


def test_a_file_with_errors_is_not_tried_on_anything(folder: Path) -> None:
    (folder / "new.yaml").write_text("policies: [rbacc]", "utf-8")
    result = kt("--against", "events.json")
    assert (result.exit_code, "recorded calls" in result.output) == (2, False)
