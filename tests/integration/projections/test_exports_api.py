"""Exports on the real engine: what is in a file, who gets it, and what becomes of those that cannot be made."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from support.acme import (
    ADMIN,
    BLUE,
    LONER,
    MEMBER,
    ORG,
    OTHER_ORG,
    OWNER,
    RED,
    SECRETS,
    STRANGER,
    TEAM_ADMIN,
    Person,
    member_value,
)
from support.asking import Client, get
from support.filled_store import PARTITIONS, FilledStore
from support.ledger_entries import Entries
from support.request_material import Material

from keeptrusts.projections.app import build_query_routes, query_deps
from keeptrusts.projections.exports.files import ExportFiles
from keeptrusts.projections.exports.worker import ExportWorker
from keeptrusts.projections.query_api.call import Deps
from keeptrusts.projections.settings import QuerySettings
from keeptrusts.projections.store.protocol import Store
from keeptrusts.schemas.authorization import Principal
from keeptrusts.schemas.commands.documents import ExportFinishRequested
from keeptrusts.schemas.events.export import ExportDownloaded
from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.exports import export_scope
from keeptrusts.schemas.frozen import replace
from keeptrusts.schemas.publishing import PublisherOverloadedError
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.documents import Escalation, Export, ExportSchedule
from keeptrusts.schemas.topics import partition_of

NOW = datetime.now(UTC)
BEHIND_ALL = 100_000


@dataclass(slots=True)
class Log:
    """Takes facts, unless it is away."""

    facts: list[tuple[str, Record]] = field(default_factory=list)
    away: bool = False

    async def record(self, *, org: str, actor: str, subject: str, fact: Record) -> None:
        if self.away:
            raise PublisherOverloadedError("the log takes nothing")
        self.facts.append((actor, fact))

    @property
    def last(self) -> Any:
        return self.facts[-1][1]


@dataclass(slots=True)
class Desk:
    """The worker and the query API on one store; ``say`` does with the worker's word what the authority does."""

    filled: FilledStore
    deps: Deps
    files: ExportFiles
    log: Log
    client: Client
    worker: ExportWorker
    entries: Entries = field(default_factory=lambda: Entries(partition=1, seq=10))

    async def ask(self, export: Export, *, at: int = BEHIND_ALL) -> Export:
        """Queue an export whose place in the log is offset ``at``."""
        entry = self.entries.entry("accepted", "kt.export.create_requested.v1", changes=(export,))
        placed = entry.model_copy(update={"cause": entry.cause.model_copy(update={"offset": at})})
        await self.filled.derived("kt.ledger", export.org, placed)
        await self.filled.progress("kt.events", partition_of(export.org, PARTITIONS), BEHIND_ALL)
        return export

    async def say(self, export: Export, **changes: Any) -> Export:
        changed = export.model_copy(update=changes)
        await self.filled.derived(
            "kt.ledger",
            export.org,
            self.entries.entry("finished", "kt.export.finish_requested.v1", changes=(changed,)),
        )
        return changed

    async def made(self, export: Export, *, at: int = BEHIND_ALL) -> Export:
        """Queue an export, make it, and have it ready or failed."""
        await self.ask(export, at=at)
        await self.worker.step()
        said = self.log.last
        assert isinstance(said, ExportFinishRequested) and said.export == export.id
        told = said.model_dump(exclude={"export", "outcome"})
        return await self.say(export, state=said.outcome, expires_at=NOW + timedelta(days=7), **told)

    async def download(self, export: Export, person: Person = OWNER, **headers: str) -> tuple[int, bytes]:
        url = f"/v1/exports/{export.id}/download"
        response = await self.client.get(url, headers={**person.headers, **headers})
        return response.status, await response.read()


@pytest.fixture
async def desk(store: Store, filled: FilledStore, tmp_path: Path) -> AsyncIterator[Desk]:
    log, files = Log(), ExportFiles(directory=tmp_path / "exports", keep_free_bytes=0)
    settings = QuerySettings(directory_seconds=0.0, position_wait_seconds=0.5)
    deps = query_deps(store, SECRETS, settings, recorder=log, exports=files)
    app = web.Application()
    app.add_routes(build_query_routes(deps))
    async with TestClient(TestServer(app)) as client:
        yield Desk(filled, deps, files, log, client, ExportWorker(deps, files, log))


def export(number: int = 1, who: Person = OWNER, **more: Any) -> Export:
    fields: dict[str, Any] = {"type": "events", "format": "csv", "org": who.org} | more
    scope = export_scope(Principal(org=who.org, member=who.id, role=who.role, teams=who.teams), fields["type"])
    return Export(
        id=f"exp_{number:026d}",
        state="queued",
        requested_by=who.id,
        requested_at=NOW,
        reach=scope.reach,
        teams=tuple(sorted(scope.teams)) if scope.reach == "team" else (),
        expires_at=NOW + timedelta(days=1),
        **fields,
    )


async def requests(filled: FilledStore, count: int, *, team: str = RED, user: str = MEMBER.id, seed: int = 1) -> int:
    """Append finished requests; gives the offset of the last record."""
    material = Material(seed=seed)
    who = Identity(org=ORG, team=team, user=user)
    events = []
    for _ in range(count):
        request = material.request_id()
        events += [material.decided(request, who), material.completed(request, who)]
    return (await filled.events(*events))[-1]


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


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


@pytest.mark.parametrize(
    ("changes", "who", "reason"),
    [
        ({"state": "suspended"}, MEMBER, "rights of whoever asked"),
        ({"teams": {RED: "admin"}}, MEMBER, "rights of whoever asked"),
        ({"role": "member"}, ADMIN, "rights of whoever asked"),
    ],
)
async def test_rights_that_changed_before_it_was_made_fail_it(
    desk: Desk, changes: dict[str, Any], who: Person, reason: str
) -> None:
    await desk.ask(export(1, who))
    await desk.filled.derived("kt.directory", ORG, member_value(who, **changes))
    await desk.worker.step()
    assert (desk.log.last.outcome, reason in desk.log.last.message) == ("failed", True)
    assert not list(desk.files.directory.glob("*/*"))


async def test_one_that_grows_too_large_fails_and_leaves_nothing(desk: Desk) -> None:
    await requests(desk.filled, 5)
    small = ExportWorker(desk.deps, replace(desk.files, most_bytes=1000), desk.log)
    await desk.ask(export(1))
    await small.step()
    assert desk.log.last.outcome == "failed" and "narrow" in desk.log.last.message
    full = ExportWorker(desk.deps, replace(desk.files, keep_free_bytes=1 << 60), desk.log)
    await desk.ask(export(2))
    await full.step()
    assert desk.log.last.outcome == "failed" and "disk" in desk.log.last.message
    assert not list(desk.files.directory.glob("*/*"))


async def test_a_filter_that_cannot_be_read_fails_it_with_the_reason(desk: Desk) -> None:
    await desk.ask(export(1, filters={"state": "half-done"}, type="escalations"))
    await desk.worker.step()
    assert desk.log.last.outcome == "failed" and "half-done" in desk.log.last.message


async def test_what_was_said_is_not_said_again_until_the_log_is_back(desk: Desk) -> None:
    await desk.ask(export(1))
    desk.log.away = True
    assert await desk.worker.step() == 1
    desk.log.away = False
    for _ in range(3):
        await desk.worker.step()
    assert len(desk.log.facts) == 1


async def test_one_that_cannot_be_made_yet_waits(desk: Desk) -> None:
    await desk.ask(export(1), at=BEHIND_ALL + 1)
    await desk.ask(export(2))
    assert await desk.worker.step() == 1
    assert [fact.export for _, fact in desk.log.facts] == [export(2).id], "it stands in nobody's way"
    assert [file.export for file in desk.files.whole()] == [export(2).id]


async def test_a_directory_that_cannot_be_written_is_tried_again(desk: Desk) -> None:
    desk.files.directory.write_text("a file is in its place")
    await desk.ask(export(1))
    assert (await desk.worker.step(), desk.log.facts) == (1, [])
    desk.files.directory.unlink()
    assert await desk.worker.step() == 0 and desk.log.last.outcome == "ready"


async def test_what_nobody_foresaw_fails_one_export_and_not_the_worker(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> Any:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("keeptrusts.projections.exports.worker.make", broken)
    await desk.ask(export(1))
    assert await desk.worker.step() == 0
    assert desk.log.last.outcome == "failed" and "secret" not in desk.log.last.message


async def test_a_sweep_deletes_what_is_not_kept_and_nothing_else(desk: Desk) -> None:
    kept, gone = await desk.made(export(1)), await desk.made(export(2))
    await desk.say(gone, state="deleted")
    parts = [desk.files.directory / ORG / f"exp_{number}.1.part" for number in (8, 9)]
    for part in parts:
        part.write_bytes(b"x")
    old = time.time() - 7200
    os.utime(parts[0], (old, old))
    await desk.worker.sweep()
    left = sorted(path.name for path in desk.files.directory.glob("*/*"))
    assert left == sorted([desk.files.path(kept, kept.sha256 or "").name, parts[1].name])


async def test_of_two_files_of_an_export_the_recorded_one_counts(desk: Desk) -> None:
    """Two processes made it, and a team was renamed in between."""
    ready = await desk.made(export(1))
    other = desk.files.path(ready, "0" * 64)
    other.write_bytes(b"what another process made")
    assert (await desk.download(ready))[1] != b"what another process made"
    await desk.worker.sweep()
    assert [file.export for file in desk.files.whole()] == [ready.id] and not other.exists()
    queued = await desk.ask(export(2))
    early = desk.files.path(queued, "1" * 64)
    early.write_bytes(b"made, and not recorded yet")
    await desk.worker.sweep()
    assert early.exists()


def test_ids_that_are_no_names_lead_nowhere(tmp_path: Path) -> None:
    files = ExportFiles(directory=tmp_path)
    for changes in ({"id": "../../etc/passwd"}, {"org": ".."}, {"id": ""}, {"org": f"{OTHER_ORG}/x"}):
        with pytest.raises(ValueError, match="plain name"):
            files.path(export().model_copy(update=changes), "0" * 64)
