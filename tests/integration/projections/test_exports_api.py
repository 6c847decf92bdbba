"""Exports on the real engine: what is in a file, who gets it, and what becomes of those that cannot be made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.acme import (
    ADMIN,
    BLUE,
    LONER,
    MEMBER,
    ORG,
    OWNER,
    RED,
    STRANGER,
    TEAM_ADMIN,
    Person,
    member_value,
)
from support.asking import get
from support.export_desk import NOW, Desk, export, export_desk, requests, rows_of
from support.filled_store import FilledStore

from keeptrusts.schemas.events.export import ExportDownloaded
from keeptrusts.schemas.snapshots.documents import Escalation, ExportSchedule


@pytest.fixture
async def desk(filled: FilledStore, tmp_path: Path) -> AsyncIterator[Desk]:
    async with export_desk(filled, tmp_path / "exports") as made:
        yield made


async def test_a_file_holds_what_the_api_shows_its_maker(desk: Desk) -> None:
    await requests(desk.filled, 7)
    ready = await desk.made(export(format="ndjson"))
    status, content = await desk.download(ready)
    shown = (await get(desk.client, "/v1/events", OWNER))["data"]
    assert (status, [json.loads(line) for line in content.splitlines()]) == (200, shown)
    assert len(shown) == 7
    assert (ready.rows, ready.size_bytes, ready.sha256) == (7, len(content), hashlib.sha256(content).hexdigest())


async def test_formats_hold_the_same_rows(desk: Desk) -> None:
    await requests(desk.filled, 3)
    lines = (await desk.download(await desk.made(export(1, format="ndjson"))))[1].splitlines()
    array = (await desk.download(await desk.made(export(2, format="json"))))[1]
    table = rows_of((await desk.download(await desk.made(export(3, format="csv"))))[1])
    assert json.loads(array) == [json.loads(line) for line in lines]
    assert [row["id"] for row in table] == [json.loads(line)["id"] for line in lines]
    assert list(table[0]) == list(json.loads(lines[0]))


async def test_more_rows_than_a_page_come_whole_and_each_once(desk: Desk) -> None:
    await requests(desk.filled, 2_345)
    ready = await desk.made(export())
    found = [row["id"] for row in rows_of((await desk.download(ready))[1])]
    assert (len(found), len(set(found)), ready.rows) == (2_345, 2_345, 2_345)


async def test_what_came_after_it_was_asked_for_is_not_in_it_and_it_can_be_made_again(desk: Desk) -> None:
    last = await requests(desk.filled, 4)
    first = await desk.made(export(1), at=last)
    await requests(desk.filled, 5, seed=2)
    second = await desk.made(export(2), at=last)
    assert (first.rows, second.rows, first.sha256) == (4, 4, second.sha256)
    assert (await desk.made(export(3))).rows == 9


@pytest.mark.parametrize(
    ("who", "expected"),
    [(OWNER, 7), (ADMIN, 7), (TEAM_ADMIN, 3), (MEMBER, 2), (LONER, 0)],
    ids=["owner", "admin", "team_admin", "member", "loner"],
)
async def test_everybody_gets_what_they_may_see(desk: Desk, who: Person, expected: int) -> None:
    await requests(desk.filled, 2)
    await requests(desk.filled, 1, user="external:x", seed=2)
    await requests(desk.filled, 4, team=BLUE, user="external:x", seed=3)
    assert (await desk.made(export(1, who))).rows == expected


async def test_filters_and_the_period_hold(desk: Desk) -> None:
    await requests(desk.filled, 2)
    await requests(desk.filled, 3, team=BLUE, seed=2)
    assert (await desk.made(export(1, filters={"team": "blue"}))).rows == 3
    assert (await desk.made(export(2, filters={"team": "!blue", "status": "ok"}))).rows == 2
    times = [row["time"] for row in (await get(desk.client, "/v1/events", OWNER))["data"]]
    until = datetime.fromisoformat(times[0])
    assert (await desk.made(export(3, until=until))).rows == sum(one < times[0] for one in times)
    assert (await desk.made(export(4, since=until))).rows == sum(one >= times[0] for one in times)


async def test_usage_and_cost_add_up_to_what_the_api_says(desk: Desk) -> None:
    await requests(desk.filled, 4)
    await requests(desk.filled, 3, team=BLUE, seed=2)
    totals = (await get(desk.client, "/v1/usage", OWNER, 200, since="2000-01-01"))["totals"]
    usage = rows_of((await desk.download(await desk.made(export(1, type="usage"))))[1])
    assert {row["team"] for row in usage} == {"red", "blue"} and {len(row["day"]) for row in usage} == {10}
    assert sum(int(row["requests"]) for row in usage) == totals["requests"] == 7
    assert sum(int(row["output_tokens"]) for row in usage) == totals["output_tokens"]
    cost = rows_of((await desk.download(await desk.made(export(2, type="cost"))))[1])
    assert sum(nano(row["BilledCost"]) for row in cost) == nano(totals["cost"]) > 0
    for row in cost:
        assert row["ChargePeriodStart"] < row["ChargePeriodEnd"] and row["BillingCurrency"] == "USD"
        assert row["BilledCost"] == row["EffectiveCost"] == row["ListCost"] == row["ContractedCost"]
    one_team = await desk.made(export(3, type="usage", filters={"team": "blue"}))
    assert [row["requests"] for row in rows_of((await desk.download(one_team))[1])] == ["3"]


def nano(usd: str) -> int:
    whole, _, part = usd.partition(".")
    return int(whole) * 10**9 + int(part.ljust(9, "0"))


async def test_the_audit_trail_and_escalations_are_exported_as_they_are_listed(desk: Desk) -> None:
    await requests(desk.filled, 2)
    audit = await desk.made(export(1, type="audit", format="json"))
    assert json.loads((await desk.download(audit))[1]) == (await get(desk.client, "/v1/log", OWNER))["data"]
    for number, opened in enumerate((NOW - timedelta(days=3), NOW)):
        one = Escalation(
            id=f"esc_{number}", org=ORG, change="opened", type="human_oversight", severity="medium", state="queued",
            team=RED, opened_at=opened, due_at=NOW,
        )  # fmt: skip
        await desk.filled.derived(
            "kt.ledger", ORG, desk.entries.entry("escalated", "kt.review.requested.v1", changes=(one,))
        )
    every = await desk.made(export(2, type="escalations", format="json", filters={"state": "open"}))
    listed = (await get(desk.client, "/v1/escalations", OWNER))["data"]
    assert json.loads((await desk.download(every))[1]) == listed and len(listed) == 2
    recent = await desk.made(export(3, type="escalations", format="json", since=NOW - timedelta(days=1)))
    assert [row["id"] for row in json.loads((await desk.download(recent))[1])] == ["esc_1"]


async def test_exports_are_listed_to_their_maker_and_to_who_sees_everything(desk: Desk) -> None:
    await desk.made(export(1, MEMBER, description="mine"))
    await desk.ask(export(2, OWNER, type="audit"))
    everything = (await get(desk.client, "/v1/exports", ADMIN))["data"]
    assert [(row["id"][-1], row["state"], row["requested_by"]) for row in everything] == [
        ("2", "queued", OWNER.email), ("1", "ready", MEMBER.email),
    ]  # fmt: skip
    assert [row["description"] for row in (await get(desk.client, "/v1/exports", MEMBER))["data"]] == ["mine"]
    assert (await get(desk.client, "/v1/exports", TEAM_ADMIN))["data"] == []
    assert (await get(desk.client, "/v1/exports", STRANGER))["data"] == []
    digest = everything[1]["sha256"]
    for query, expected in (
        ({"sha256": digest.upper()}, ["1"]), ({"sha256": "00"}, []), ({"state": "queued"}, ["2"]),
        ({"type": "audit"}, ["2"]),
    ):  # fmt: skip
        found = (await get(desk.client, "/v1/exports", OWNER, 200, **query))["data"]
        assert [row["id"][-1] for row in found] == expected, query


async def test_schedules_are_listed_with_their_next_times(desk: Desk) -> None:
    planned = ExportSchedule(
        id="xsc_1", org=ORG, type="cost", format="csv", cron="0 6 1 * *", time_zone="Europe/Berlin",
        made_by=MEMBER.id, created_at=NOW, since=datetime(2026, 3, 1, 5, tzinfo=UTC),
        next_at=datetime(2026, 4, 1, 4, tzinfo=UTC), description="monthly",
    )  # fmt: skip
    removed = planned.model_copy(update={"id": "xsc_2", "state": "removed"})
    await desk.filled.derived(
        "kt.ledger", ORG,
        desk.entries.entry("accepted", "kt.export.schedule_requested.v1", changes=(planned,)),
        desk.entries.entry("accepted", "kt.export.schedule_requested.v1", changes=(removed,)),
    )  # fmt: skip
    (row,) = (await get(desk.client, "/v1/export-schedules", OWNER))["data"]
    assert (row["id"], row["made_by"], row["description"]) == ("xsc_1", MEMBER.email, "monthly")
    assert [one[:13] for one in row["next_runs"]] == ["2026-04-01T04", "2026-05-01T04", "2026-06-01T04"]
    assert (await get(desk.client, "/v1/export-schedules/xsc_2", MEMBER))["data"]["next_runs"] == []
    assert (await get(desk.client, "/v1/export-schedules", LONER))["data"] == []
    await desk.ask(export(1, type="cost", schedule="xsc_1"))
    await desk.ask(export(2))
    found = (await get(desk.client, "/v1/exports", OWNER, 200, schedule="xsc_1"))["data"]
    assert [row["schedule"] for row in found] == ["xsc_1"]


async def test_a_file_of_another_is_not_there_and_one_that_shows_too_much_by_now_is_refused(desk: Desk) -> None:
    mine = await desk.made(export(1, TEAM_ADMIN))
    for person in (MEMBER, LONER, STRANGER):
        assert (await desk.download(mine, person))[0] == 404
    for person in (TEAM_ADMIN, OWNER, ADMIN):
        assert (await desk.download(mine, person))[0] == 200
    await desk.filled.derived("kt.directory", ORG, member_value(TEAM_ADMIN, teams={RED: "member"}))
    status, content = await desk.download(mine, TEAM_ADMIN)
    assert status == 403 and b"more than you may see" in content
    assert (await desk.download(mine, OWNER))[0] == 200


async def test_a_download_is_recorded_before_it_is_sent(desk: Desk) -> None:
    ready = await desk.made(export())
    answer = await desk.client.get(f"/v1/exports/{ready.id}/download", headers=ADMIN.headers)
    assert (answer.status, answer.content_type) == (200, "text/csv")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="kt-events-{ready.id}.csv"'
    assert desk.log.facts[-1] == (
        f"member:{ADMIN.id}", ExportDownloaded(export=ready.id, sha256=ready.sha256 or ""),
    )  # fmt: skip
    desk.log.away = True
    status, content = await desk.download(ready)
    assert status == 503 and json.loads(content)["error"]["code"] == "audit_unavailable"


async def test_a_download_goes_on_where_it_was_cut(desk: Desk) -> None:
    await requests(desk.filled, 5)
    ready = await desk.made(export())
    _, whole = await desk.download(ready)
    status, rest = await desk.download(ready, OWNER, Range="bytes=100-")
    assert (status, rest) == (206, whole[100:])
    assert (await desk.download(ready, OWNER, Range=f"bytes={len(whole)}-"))[0] == 416


async def test_what_is_not_ready_or_not_kept_cannot_be_downloaded(desk: Desk) -> None:
    queued = await desk.ask(export(1))
    assert (await desk.download(queued))[0] == 409
    failed = await desk.say(export(2), state="failed", message="too large")
    status, content = await desk.download(failed)
    assert status == 409 and b"too large" in content
    ready = await desk.made(export(3))
    desk.files.path(ready, ready.sha256 or "").unlink()
    status, content = await desk.download(ready)
    assert status == 503 and b"KEEPTRUSTS_EXPORTS_DIR" in content
    for number, ended in enumerate(({"state": "deleted"}, {"state": "expired"}, {"expires_at": NOW - timedelta(1)})):
        gone = await desk.say(await desk.made(export(4 + number)), **ended)
        assert (await desk.download(gone))[0] == 410
