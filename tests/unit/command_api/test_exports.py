"""Commands about exports: what cannot become a file is refused with field, reason and fix, before it is recorded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from support.command_bench import Bench, Person, send, serving

from keeptrusts.schemas.exports import EXPORTS


@asynccontextmanager
async def place() -> AsyncIterator[tuple[Bench, Person, Any]]:
    bench = Bench()
    owner = await bench.found()
    async with serving(bench.context()) as client:

        async def ask(method: str, path: str, body: Any = None, **rest: Any) -> tuple[int, dict[str, Any]]:
            return (await send(client, owner, method, path, body, **rest))[:2]

        yield bench, owner, ask


async def test_an_export_is_queued_with_its_period_fixed() -> None:
    async with place() as (bench, owner, ask):
        body = {"since": "30d", "filters": {"decision": "block", "tag.env": "prod"}, "description": "Board report"}
        status, made = await ask("POST", "/v1/exports", body)
        assert (status, made["state"], made["type"], made["format"]) == (201, "queued", "events", "csv")
        value = bench.fold.ledger(bench.org).exports[made["id"]]
        assert value.requested_by == owner.member and value.filters == body["filters"]
        assert value.since is not None and (value.requested_at - value.since).days == 30 and value.until is None
        assert made["since"].startswith(value.since.strftime("%Y-%m-%dT%H:%M:%S"))


@pytest.mark.parametrize("type_name", list(EXPORTS))
@pytest.mark.parametrize("form", ["csv", "json", "ndjson"])
async def test_every_type_and_format_that_can_be_made_is_taken(type_name: str, form: str) -> None:
    async with place() as (_, _, ask):
        assert (await ask("POST", "/v1/exports", {"type": type_name, "format": form}))[0] == 201


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        ({"type": "prompts"}, "type", "events"),
        ({"format": "xlsx"}, "format", "csv"),
        ({"format": "parquet"}, "format", "use one of csv, json, ndjson"),
        ({"since": "yesterday"}, "since", "7d"),
        ({"since": "2026-05", "until": "2026-04"}, "until", "later than since"),
        ({"since": 30}, "since", "string"),
        ({"filters": {"colour": "red"}}, "filters.colour", "known: team"),
        ({"filters": {"decision": "perhaps"}}, "filters.decision", "known"),
        ({"filters": {"status": "9xx"}}, "filters.status", "403"),
        ({"filters": {"tag.": "x"}}, "filters.tag.", "known"),
        ({"type": "audit", "filters": {"team": "red"}}, "filters.team", "known: type"),
        ({"type": "escalations", "filters": {"tag.env": "x"}}, "filters.tag.env", "known: state"),
        ({"filters": {"team": "x" * 1997}}, "filters", "2000 characters"),
        ({"filters": {"tag." + "x" * 2000: "x"}}, "filters", "2000 characters"),
        ({"filters": {f"tag.{n}": "x" for n in range(21)}}, "filters", "20"),
        ({"filters": {"team": 3}}, "filters.team", "string"),
        ({"filters": {f"tag.{n}": "x" for n in range(9)}}, "filters", "8 tags"),
        ({"type": "escalations", "filters": {"state": "half-done"}}, "filters.state", "queued"),
        ({"description": "x" * 1001}, "description", "1000"),
        ({"colour": "red"}, "colour", ""),
    ],
)
async def test_what_cannot_be_made_is_refused_by_field(body: dict[str, Any], field: str, said: str) -> None:
    async with place() as (bench, _, ask):
        status, problem = await ask("POST", "/v1/exports", body)
        assert (status, problem["error"]["param"]) == (422, field), problem
        assert said in f"{problem['detail']} {problem.get('fix')}"
        assert bench.fold.ledger(bench.org).exports == {}


async def test_a_schedule_is_made_and_deleted() -> None:
    async with place() as (bench, owner, ask):
        body = {"type": "cost", "cron": "0 6 1 * *", "time_zone": "Europe/Berlin", "filters": {"team": "red"}}
        status, made = await ask("POST", "/v1/export-schedules", body)
        assert (status, made["state"], made["cron"], made["time_zone"]) == (201, "active", "0 6 1 * *", "Europe/Berlin")
        value = bench.fold.ledger(bench.org).export_schedules[made["id"]]
        assert (value.made_by, value.type, value.filters) == (owner.member, "cost", {"team": "red"})
        assert (await ask("DELETE", f"/v1/export-schedules/{made['id']}"))[1]["state"] == "removed"
        status, problem = await ask("DELETE", f"/v1/export-schedules/{made['id']}")
        assert status == 404 and "schedule" in problem["detail"]


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        ({}, "cron", "required"),
        ({"cron": "every day"}, "cron", "a minute, an hour"),
        ({"cron": "0 6 * *"}, "cron", "a minute, an hour"),
        ({"cron": "0 6 * * * *"}, "cron", "a minute, an hour"),
        ({"cron": "@monthly"}, "cron", "0 6 1 * *"),
        ({"cron": "R R * * *"}, "cron", "a minute, an hour"),
        ({"cron": "0 0 30 2 *"}, "cron", "never comes"),
        ({"cron": "0 24 * * *"}, "cron", "out of range"),
        ({"cron": "*/30 * * * *"}, "cron", "one time a day"),
        ({"cron": "0 6 1 * *", "time_zone": "Berlin"}, "time_zone", "Europe/Berlin"),
        ({"cron": "0 6 1 * *", "since": "30d"}, "since", ""),
        ({"cron": "0 6 1 * *", "format": "parquet"}, "format", "csv"),
        ({"cron": "0 6 1 * *", "filters": {"colour": "x"}}, "filters.colour", "known"),
    ],
)
async def test_what_is_no_schedule_is_refused_by_field(body: dict[str, Any], field: str, said: str) -> None:
    async with place() as (bench, _, ask):
        status, problem = await ask("POST", "/v1/export-schedules", body)
        assert (status, problem["error"]["param"]) == (422, field), problem
        assert said in f"{problem['detail']} {problem.get('fix')}"
        assert bench.fold.ledger(bench.org).export_schedules == {}


async def test_the_same_idempotency_key_makes_one_export() -> None:
    async with place() as (bench, _, ask):
        first = await ask("POST", "/v1/exports", {"since": "7d"}, Idempotency_Key="once")
        again = await ask("POST", "/v1/exports", {"since": "7d"}, Idempotency_Key="once")
        assert (first[0], again[0], first[1]["id"]) == (201, 201, again[1]["id"])
        assert len(bench.fold.ledger(bench.org).exports) == 1


async def test_a_deleted_export_is_gone() -> None:
    async with place() as (bench, _, ask):
        made = (await ask("POST", "/v1/exports", {}))[1]["id"]
        assert (await ask("DELETE", f"/v1/exports/{made}"))[1]["state"] == "deleted"
        assert bench.fold.ledger(bench.org).exports == {}
        assert (await ask("DELETE", f"/v1/exports/{made}"))[0] == 404
