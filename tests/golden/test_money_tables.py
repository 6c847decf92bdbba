"""What `kt wallet`, `ticket`, `budget` and `hold` print for people; `KEEPTRUSTS_UPDATE_GOLDEN=1` writes it anew."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from keeptrusts.cli.commands import budget, hold, ticket, wallet
from keeptrusts.cli.output.columns import Column
from keeptrusts.cli.output.formats import table

FOLDER = Path(__file__).with_name("cli")
RECURRING: dict[str, Any] = {
    "wallet": "team:team_1", "owner_name": "engineering", "source": "organization:org_1", "amount": "200.00",
    "period": "month", "next_at": "2026-12-01T00:00:00.000000Z", "state": "active", "asked_by": "ana@acme.example",
    "skipped": "insufficient_funds",
}  # fmt: skip
TABLES: dict[str, tuple[Sequence[Column], list[dict[str, Any]]]] = {
    "wallets": (wallet.COLUMNS, [
        {"id": "organization:org_1", "scope": "organization", "owner_name": "Acme", "available": "300.00",
         "leased": "0.00", "held": "0.00", "spent": "0.00", "funded": "300.00", "low_balance_percent": None,
         "recurring": None},
        {"id": "team:team_1", "scope": "team", "owner_name": "engineering", "available": "9.999633",
         "leased": "3.00", "held": "1.25", "spent": "187.000367", "funded": "200.00", "low_balance_percent": 10,
         "recurring": RECURRING},
    ]),
    "recurring": (wallet.RECURRING_COLUMNS, [RECURRING, {**RECURRING, "skipped": None, "source": None}]),
    "transactions": (wallet.TRANSACTION_COLUMNS, [
        {"time": "2026-11-20T09:00:01Z", "label": "call charged", "amount": "-0.000367", "spent": "0.000367",
         "balance_after": "9.999633", "request": "req_1", "actor": "gateway:main"},
        {"time": "2026-11-20T09:00:00Z", "label": "allocated", "amount": "10.00", "spent": "0.00",
         "balance_after": "10.00", "request": None, "actor": "member:mem_1"},
    ]),
    "tickets": (ticket.COLUMNS, [
        {"id": "tkt_2", "state": "waiting", "team": "engineering", "user": "ana@acme.example", "model": "gpt-4o",
         "need": "0.25", "wallet": None, "opened_at": "2026-11-20T09:00:00Z", "until_at": "2026-11-20T09:00:30Z",
         "reason": None},
        {"id": "tkt_1", "state": "approved", "team": None, "user": None, "model": None, "need": "12.50",
         "wallet": "team:team_1", "opened_at": "2026-11-19T09:00:00Z", "until_at": "2026-11-20T09:00:00Z",
         "reason": "board demo"},
    ]),
    "budgets": (budget.COLUMNS, [
        {"id": "bud_1", "scope": "team", "owner_name": "engineering", "action": "hard", "limit": "1000.00",
         "period": "month", "source": "budget",
         "current": {"name": "2026-11", "spent": "812.50", "leased": "20.00", "percent": 81.25}},
        {"id": "cap:user:mem_1/day", "scope": "user", "owner_name": "ana@acme.example", "action": None, "limit": "5.00",
         "period": "day", "source": "policy",
         "current": {"name": "2026-11-20", "spent": "5.00", "leased": "0.00", "percent": 100.0}},
    ]),
    "budget_periods": (budget.PAST_COLUMNS, [
        {"name": "2026-10", "limit": "1000.00", "spent": "999.999", "percent": 99.99, "ends_at": "2026-11-01T00:00:00Z"}
    ]),
    "holds": (hold.COLUMNS, [
        {"id": "req_1/1", "state": "presumed", "wallet": "team:team_1", "amount": "0.50", "age_seconds": 1912.4,
         "gateway": "main", "owner": "gw-01", "team": "engineering", "user": "ana@acme.example",
         "deadline_at": "2026-11-20T09:15:00Z"},
        {"id": "req_2/2", "state": "open", "wallet": None, "amount": "0.0125", "age_seconds": 0.25, "gateway": None,
         "owner": "gw-02", "team": None, "user": None, "deadline_at": "2026-11-20T09:30:00Z"},
    ]),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_what_it_was(name: str) -> None:
    columns, rows = TABLES[name]
    text = table(rows, columns) + "\n"
    path = FOLDER / f"{name}.money.txt"
    if os.environ.get("KEEPTRUSTS_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
