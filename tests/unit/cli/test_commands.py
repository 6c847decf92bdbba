"""Each command asks the API for what its arguments say, and shows the answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from support.kt_program import TOKEN, Kt
from support.stub_api import Prepared, StubApi

ME = Prepared(body={"data": {"organization": {"wallet_mode": "auto"}}, "as_of": "0:9"})
DONE = {"id": "x_1", "position": "0:7"}
BALANCES = Prepared(
    body={"data": {"available": "5.00", "leased": "0.00", "spent": "1.00", "current": {}}, "as_of": "0:7"}
)

WRITES: list[tuple[tuple[str, ...], str, str, Any]] = [
    (
        ("team", "create", "--name", "Engineering", "--description", "Engineering AI workloads"),
        "POST", "/v1/teams", {"name": "Engineering", "description": "Engineering AI workloads"},
    ),
    (("team", "create", "--name", "A", "--slug", "b"), "POST", "/v1/teams",
     {"name": "A", "description": "", "slug": "b"}),
    (
        ("team", "add-member", "--team", "Engineering", "--email", "dev@yourco.com", "--role", "member"),
        "POST", "/v1/teams/Engineering/members", {"role": "member", "email": "dev@yourco.com"},
    ),
    (
        ("team", "add-member", "--team", "Data Science/ML", "--member", "mem_1", "--name", "Ana"),
        "POST", "/v1/teams/Data%20Science%2FML/members", {"role": "member", "name": "Ana", "member": "mem_1"},
    ),
    (("team", "remove-member", "--team", "t", "--email", "a@b.c"), "DELETE", "/v1/teams/t/members/a@b.c", None),
    (("key", "create", "--team", "t"), "POST", "/v1/keys", {"purpose": "gateway", "team": "t"}),
    (("key", "create", "--org"), "POST", "/v1/keys", {"purpose": "gateway"}),
    (("key", "create", "--access"), "POST", "/v1/keys", {"purpose": "access"}),
    (("key", "create", "--purpose", "access", "--user", "a@b.c"), "POST", "/v1/keys",
     {"purpose": "access", "user": "a@b.c"}),
    (
        ("key", "create", "--team", "t", "--model", "a", "--model", "b", "--project", "p", "--consumer-group", "g",
         "--role", "admin", "--name", "n", "--expires-at", "2027-01-01T00:00:00Z"),
        "POST", "/v1/keys",
        {"purpose": "gateway", "team": "t", "name": "n", "role": "admin", "project": "p", "consumer_group": "g",
         "models": ["a", "b"], "expires_at": "2027-01-01T00:00:00Z"},
    ),
    (("key", "revoke", "key_1", "--reason", "lost"), "POST", "/v1/keys/key_1/revoke", {"reason": "lost"}),
    (("key", "rotate", "key_1", "--overlap-seconds", "60"), "POST", "/v1/keys/key_1/rotate", {"overlap_seconds": 60}),
    (("wallet", "mode", "enforce"), "PUT", "/v1/wallets/mode", {"mode": "enforce"}),
    (
        ("wallet", "allocate", "--team", "Engineering", "--amount", "1000.00"), "POST", "/v1/wallets/allocate",
        {"team_id": "Engineering", "amount": "1000.00", "currency": "USD", "note": ""},
    ),
    (
        ("wallet", "allocate", "--user", "a@b.c", "--amount", "1", "--source", "team:t", "--note", "n"),
        "POST", "/v1/wallets/allocate",
        {"user_id": "a@b.c", "amount": "1", "currency": "USD", "note": "n", "source": "team:t"},
    ),
    (("wallet", "fund", "--amount", "5"), "POST", "/v1/wallets/fund", {"amount": "5", "currency": "USD", "note": ""}),
    (
        ("wallet", "reclaim", "--org", "--amount", "5"), "POST", "/v1/wallets/reclaim",
        {"organization": True, "amount": "5", "currency": "USD", "note": ""},
    ),
    (
        ("wallet", "allocate", "--team", "Support", "--amount", "200.00", "--period", "month"),
        "POST", "/v1/wallets/allocate",
        {"team_id": "Support", "amount": "200.00", "currency": "USD", "note": "", "period": "month"},
    ),
    (("wallet", "close", "--team", "t"), "POST", "/v1/wallets/close", {"team_id": "t"}),
    (("wallet", "recurring", "stop", "--user", "a@b.c"), "POST", "/v1/wallets/recurring/stop", {"user_id": "a@b.c"}),
    (
        ("budget", "set", "--team", "t", "--limit", "50", "--period", "month"), "POST", "/v1/budgets",
        {"scope": "team", "owner": "t", "limit": "50", "period": "month", "action": "hard"},
    ),
    (
        ("budget", "set", "--org", "--limit", "50", "--period", "day", "--soft", "--time-zone", "Europe/Berlin",
         "--threshold", "90", "--threshold", "50"),
        "POST", "/v1/budgets",
        {"scope": "organization", "limit": "50", "period": "day", "time_zone": "Europe/Berlin", "action": "soft",
         "thresholds_percent": [50, 90]},
    ),
    (("budget", "set", "--gateway", "g", "--limit", "1", "--period", "week"), "POST", "/v1/budgets",
     {"scope": "gateway", "owner": "g", "limit": "1", "period": "week", "action": "hard"}),
    (("budget", "remove", "bud_1"), "DELETE", "/v1/budgets/bud_1", None),
    (
        ("ticket", "approve", "tkt_1", "--wallet", "team:t", "--deadline-at", "2027-01-01T00:00:00Z", "--note", "n"),
        "POST", "/v1/tickets/tkt_1/approve",
        {"wallet": "team:t", "deadline_at": "2027-01-01T00:00:00Z", "note": "n"},
    ),
    (("ticket", "deny", "tkt_1", "--reason", "no"), "POST", "/v1/tickets/tkt_1/deny", {"reason": "no"}),
    (("ticket", "cancel", "tkt_1"), "POST", "/v1/tickets/tkt_1/cancel", {"reason": ""}),
    (("escalation", "claim", "esc_1"), "POST", "/v1/escalations/esc_1/claim", {}),
    (("escalation", "release", "esc_1"), "POST", "/v1/escalations/esc_1/release", {}),
    (
        ("webhook", "create", "--url", "https://a.test/x", "--events", "escalation.opened, *.claimed", "--team", "t"),
        "POST", "/v1/webhooks",
        {"url": "https://a.test/x", "events": ["escalation.opened", "*.claimed"], "team": "t", "description": "",
         "enabled": True},
    ),
    (
        ("export", "create", "--type", "events", "--format", "csv", "--since", "30d", "--description", "Board report"),
        "POST", "/v1/exports",
        {"type": "events", "format": "csv", "since": "30d", "filters": {}, "description": "Board report"},
    ),
    (
        ("export-jobs", "create", "--type", "escalations", "--format", "ndjson", "--until", "2026-05", "--team", "t",
         "--tag", "env=prod", "--filter", "state=open"),
        "POST", "/v1/exports",
        {"type": "escalations", "format": "ndjson", "until": "2026-05", "description": "",
         "filters": {"team": "t", "tag.env": "prod", "state": "open"}},
    ),
    (("export", "delete", "x_1"), "DELETE", "/v1/exports/x_1", None),
    (
        ("export", "schedule", "create", "--cron", "0 6 1 * *", "--time-zone", "Europe/Berlin", "--type", "cost",
         "--filter", "team=t", "--description", "d"),
        "POST", "/v1/export-schedules",
        {"cron": "0 6 1 * *", "time_zone": "Europe/Berlin", "type": "cost", "format": "csv", "filters": {"team": "t"},
         "description": "d"},
    ),
    (("export", "schedule", "delete", "x_1"), "DELETE", "/v1/export-schedules/x_1", None),
    (("webhook", "update", "whk_1", "--disable", "--url", "https://b.test"), "PATCH", "/v1/webhooks/whk_1",
     {"url": "https://b.test", "enabled": False}),
    (("webhook", "delete", "whk_1"), "DELETE", "/v1/webhooks/whk_1", None),
    (("webhook", "rotate-secret", "whk_1"), "POST", "/v1/webhooks/whk_1/rotate-secret", {}),
    (("webhooks", "test", "whk_1"), "POST", "/v1/webhooks/whk_1/test", {}),
    (("escalations", "resolve", "esc_1", "--deny", "--note", "n"), "POST", "/v1/escalations/esc_1/resolve",
     {"resolution": "denied", "note": "n"}),
    (("hold", "release", "req_1/2", "--reason", "gone"), "POST", "/v1/holds/req_1/2/release", {"reason": "gone"}),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "method", "path", "body"), WRITES)
def test_a_writing_command_sends_what_was_given_and_waits_until_reads_show_it(
    api: StubApi, kt: Kt, arguments: tuple[str, ...], method: str, path: str, body: Any
) -> None:
    api.on(f"{method} {path}", Prepared(status=201, body=DONE))
    api.on("GET /v1/me", ME)
    for shown in (
        "wallets/x_1",
        "wallets/balance",
        "tickets/x_1",
        "budgets/x_1",
        "escalations/x_1",
        "exports/x_1",
        "export-schedules/x_1",
    ):
        api.on(f"GET /v1/{shown}", BALANCES)
    result = kt(*arguments, "--json", "--idempotency-key", "k1")
    assert result.exit_code == 0, result.output
    sent, seen = api.asked
    assert (sent.method, sent.path, sent.body) == (method, path, body)
    assert sent.headers["Authorization"] == f"Bearer {TOKEN}" and sent.headers["Idempotency-Key"] == "k1"
    assert seen.query == {"min_position": "0:7"}
    assert json.loads(result.stdout)["id"] == "x_1"


def test_money_that_moved_is_shown_with_the_balances_after_it(api: StubApi, kt: Kt) -> None:
    api.on("POST /v1/wallets/fund", Prepared(status=201, body=DONE))
    api.on("GET /v1/wallets/x_1", BALANCES)
    assert json.loads(kt("wallet", "fund", "--amount", "5", "--json").stdout)["available"] == "5.00"


def test_a_pending_key_is_shown_all_the_same(api: StubApi, kt: Kt) -> None:
    body = {"id": "key_1", "key": "kt_gk_x", "outcome": "pending", "location": "/v1/outcomes/1", "position": "0:1"}
    api.on("POST /v1/keys", Prepared(status=202, body=body))
    result = kt("key", "create", "--org", "--format", "json")
    assert result.exit_code == 0 and json.loads(result.stdout)["key"] == "kt_gk_x"
    assert "/v1/outcomes/1" in result.stderr and len(api.asked) == 1


def test_what_is_done_and_not_yet_visible_is_done(api: StubApi, kt: Kt) -> None:
    api.on("POST /v1/teams", Prepared(status=201, body=DONE))
    api.on("GET /v1/me", Prepared(status=503, body={"status": 503, "detail": "not visible yet"}))
    result = kt("team", "create", "--name", "A", "--json")
    assert result.exit_code == 0 and "not visible yet" in result.stderr and json.loads(result.stdout) == DONE


def test_a_relative_expiry_becomes_a_time(api: StubApi, kt: Kt) -> None:
    api.on("POST /v1/keys", Prepared(status=201, body=DONE))
    api.on("GET /v1/me", ME)
    assert kt("key", "create", "--org", "--expires-at", "90d").exit_code == 0
    days = (datetime.fromisoformat(api.asked[0].body["expires_at"]) - datetime.now(UTC)).total_seconds() / 86400
    assert 89.9 < days <= 90


READS: list[tuple[tuple[str, ...], str, dict[str, str]]] = [
    (("team", "list"), "/v1/teams", {"state": "active"}),
    (("key", "list", "--team", "t", "--purpose", "gateway"), "/v1/keys",
     {"team": "t", "purpose": "gateway", "state": "all"}),
    (("wallet", "list", "--scope", "team"), "/v1/wallets", {"scope": "team"}),
    (("wallet", "show", "Engineering"), "/v1/wallets/Engineering", {}),
    (("wallet", "transactions", "t", "--since", "7d"), "/v1/wallets/t/transactions", {"since": "7d", "limit": "100"}),
    (("wallet", "transactions", "t", "--leases"), "/v1/wallets/t/transactions", {"leases": "true", "limit": "100"}),
    (("wallet", "balance"), "/v1/wallets/balance", {}),
    (("wallet", "balance", "Engineering"), "/v1/wallets/balance", {"wallet": "Engineering"}),
    (("wallet", "recurring", "list", "--state", "all"), "/v1/wallets/recurring", {"state": "all"}),
    (("budget", "list", "--scope", "team", "--owner", "t"), "/v1/budgets",
     {"scope": "team", "owner": "t", "state": "active"}),
    (("budget", "show", "cap:user:mem_1/day"), "/v1/budgets/cap:user:mem_1%2Fday", {}),
    (("ticket", "list", "--state", "parked", "--state", "waiting", "--team", "t", "--user", "a@b.c"), "/v1/tickets",
     {"state": "parked,waiting", "team": "t", "user": "a@b.c", "limit": "100"}),
    (("ticket", "show", "tkt_1"), "/v1/tickets/tkt_1", {}),
    (("escalation", "list", "--state", "open", "--type", "data_exfiltration", "--team", "t"), "/v1/escalations",
     {"state": "open", "type": "data_exfiltration", "team": "t", "limit": "100"}),
    (("escalation", "show", "esc_1"), "/v1/escalations/esc_1", {}),
    (("escalation", "list", "--assignee", "a@b.c"), "/v1/escalations", {"assignee": "a@b.c", "limit": "100"}),
    (("escalation", "list", "--since", "7d", "--until", "1d"), "/v1/escalations",
     {"since": "7d", "until": "1d", "limit": "100"}),
    (("export", "list", "--format", "table", "--state", "ready", "--state", "queued", "--type", "cost"), "/v1/exports",
     {"state": "ready,queued", "type": "cost", "limit": "100"}),
    (("export", "show", "exp_1"), "/v1/exports/exp_1", {}),
    (("export", "list", "--schedule", "xsc_1"), "/v1/exports", {"schedule": "xsc_1", "limit": "100"}),
    (("export", "schedule", "list"), "/v1/export-schedules", {"limit": "100"}),
    (("export", "schedule", "show", "xsc_1"), "/v1/export-schedules/xsc_1", {}),
    (("webhook", "list"), "/v1/webhooks", {}),
    (("webhook", "show", "whk_1"), "/v1/webhooks/whk_1", {}),
    (("webhook", "deliveries", "whk_1", "--state", "failed", "--state", "queued"), "/v1/webhooks/whk_1/deliveries",
     {"state": "failed,queued", "limit": "100"}),
    (("hold", "list", "--state", "presumed", "--gateway", "g", "--request", "r"), "/v1/holds",
     {"state": "presumed", "gateway": "g", "request": "r", "limit": "100"}),
    (("usage",), "/v1/usage", {"group_by": "user"}),
    (("usage", "--group-by", "team,model", "--since", "7d"), "/v1/usage", {"group_by": "team,model", "since": "7d"}),
    (("adoption", "--team", "t"), "/v1/adoption", {"team": "t"}),
    (("events", "list", "--since", "1h", "--limit", "5"), "/v1/events", {"since": "1h", "limit": "5"}),
    (("events", "list", "--since", "7d", "--provider", "openai"), "/v1/events",
     {"since": "7d", "provider": "openai", "limit": "100"}),
    (
        ("events", "list", "--decision", "!allow", "--consumer-group", "g", "--tag", "env=prod", "--q", "x",
         "--fields", "id,model"),
        "/v1/events",
        {"decision": "!allow", "consumer_group": "g", "tag.env": "prod", "q": "x", "fields": "id,model",
         "limit": "100"},
    ),
    (("events", "list", "--group-by", "team", "--metrics", "requests,cost", "--order-by", "-cost"), "/v1/events",
     {"group_by": "team", "metrics": "requests,cost", "order_by": "-cost", "top": "100"}),
    (("events", "list", "--raw", "--type", "kt.key.create_requested.v1"), "/v1/log",
     {"type": "kt.key.create_requested.v1", "limit": "100"}),
    (("events", "show", "req_1"), "/v1/events/req_1", {}),
]  # fmt: skip


SINGLE = ("Engineering", "adoption", "req_1", "balance", "tkt_1", "esc_1", "cap:user:mem_1%2Fday")


@pytest.mark.parametrize(("arguments", "path", "query"), READS)
def test_a_reading_command_asks_for_what_was_given(
    api: StubApi, kt: Kt, arguments: tuple[str, ...], path: str, query: dict[str, str]
) -> None:
    row = {"id": "1", "model": "gpt-4o", "latency_ms": 12.5, "cost": "0.000367", "status": 200, "requests": 1}
    single = path.rsplit("/", 1)[-1] in (
        "Engineering",
        "adoption",
        "req_1",
        "balance",
        "tkt_1",
        "esc_1",
        "exp_1",
        "xsc_1",
        "whk_1",
        "cap:user:mem_1%2Fday",
    )
    page = {"data": row if single else [row], "totals": row, "as_of": "0:9", "next_cursor": None, "lag_ms": 5}
    api.on(f"GET {path}", Prepared(body=page))
    result = kt(*arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    assert (api.asked[0].path, api.asked[0].query) == (path, query)
    assert json.loads(result.stdout) == (row if single else [row])
    assert kt(*arguments).exit_code == 0, "the table of it"


def test_a_count_is_one_number(api: StubApi, kt: Kt) -> None:
    api.on("GET /v1/events", Prepared(body={"count": 12, "as_of": "0:9"}))
    assert kt("events", "list", "--count", "--decision", "block").stdout == "12\n"
    assert api.asked[0].query == {"decision": "block", "count": "true"}


def test_more_rows_than_a_page_are_read_page_by_page(api: StubApi, kt: Kt) -> None:
    full = [{"id": str(number)} for number in range(1000)]
    api.on(
        "GET /v1/events",
        Prepared(body={"data": full, "as_of": "0:9", "next_cursor": "c1"}),
        Prepared(body={"data": full[:500], "as_of": "0:9", "next_cursor": "c2"}),
    )
    rows = json.loads(kt("events", "list", "--limit", "1500", "--json").stdout)
    assert len(rows) == 1500
    assert [(asked.query["limit"], asked.query.get("cursor")) for asked in api.asked] == [("1000", None), ("500", "c1")]


def test_the_usage_table_ends_with_the_total(api: StubApi, kt: Kt) -> None:
    rows = [{"user": "ana", "requests": 2, "cost": "0.50"}]
    api.on("GET /v1/usage", Prepared(body={"data": rows, "totals": {"requests": 2, "cost": "0.50"}, "as_of": "0:9"}))
    lines = kt("usage").stdout.splitlines()
    assert lines == ["USER   REQUESTS  COST USD", "ana           2      0.50", "total         2      0.50"]


def test_tables_are_rebuilt_one_after_another(api: StubApi, kt: Kt) -> None:
    rebuilt = {"table": "requests", "records": 5, "rows_before": 4, "rows_after": 5}
    api.on("POST /v1/admin/rebuild", Prepared(body={"data": rebuilt, "as_of": "0:9"}))
    assert json.loads(kt("rebuild", "requests", "log", "--json").stdout) == [rebuilt, rebuilt]
    assert [asked.query for asked in api.asked] == [{"table": "requests"}, {"table": "log"}]


@pytest.mark.parametrize(
    "arguments",
    [
        ("key", "create"),
        ("key", "create", "--team", "t", "--org"),
        ("key", "create", "--org", "--access"),
        ("wallet", "allocate", "--amount", "5"),
        ("wallet", "fund", "--team", "a", "--user", "b", "--amount", "5"),
        ("wallet", "mode", "free"),
        ("wallet", "fund"),
        ("wallet", "allocate", "--team", "a", "--amount", "5", "--period", "year"),
        ("wallet", "close"),
        ("wallet", "recurring", "stop"),
        ("budget", "set", "--limit", "5", "--period", "day"),
        ("budget", "set", "--team", "a", "--org", "--limit", "5", "--period", "day"),
        ("budget", "set", "--team", "a", "--limit", "5"),
        ("budget", "set", "--team", "a", "--limit", "5", "--period", "day", "--threshold", "101"),
        ("ticket", "approve", "tkt_1"),
        ("ticket", "list", "--state", "lost"),
        ("hold", "release", "req_1"),
        ("hold", "release", "req_1/x"),
        ("team", "create"),
        ("team", "add-member", "--team", "t"),
        ("team", "add-member", "--team", "t", "--email", "a@b.c", "--role", "king"),
        ("events", "list", "--format", "xml"),
        ("events", "list", "--limit", "0"),
        ("events", "list", "--tag", "env"),
        ("events", "list", "--type", "x"),
        ("events", "list", "--nonsense", "x"),
        ("events", "tail", "--since", "1h"),
        ("events", "tail", "--first", "0"),
        ("rebuild",),
    ],
)
def test_wrong_arguments_end_with_2_before_anything_is_asked(api: StubApi, kt: Kt, arguments: tuple[str, ...]) -> None:
    assert kt(*arguments).exit_code == 2
    assert not api.asked
