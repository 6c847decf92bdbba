"""Exports are made once, whole, in turn, or fail with a reason; files go when they are not kept any longer."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from support.acme import (
    ADMIN,
    MEMBER,
    ORG,
    OTHER_ORG,
    OWNER,
    RED,
    STRANGER,
    Person,
    member_value,
)
from support.export_desk import BEHIND_ALL, Desk, export, export_desk, requests
from support.filled_store import PARTITIONS, FilledStore

from keeptrusts.projections.exports.files import ExportFiles
from keeptrusts.projections.exports.worker import ExportWorker
from keeptrusts.projections.store.protocol import QueryLimitError
from keeptrusts.schemas.frozen import replace
from keeptrusts.schemas.topics import partition_of


@pytest.fixture
async def desk(filled: FilledStore, tmp_path: Path) -> AsyncIterator[Desk]:
    async with export_desk(filled, tmp_path / "exports") as made:
        yield made


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
    parts = [desk.files.directory / ORG / f"exp_{number}.{number:016x}.part" for number in (8, 9)]
    for part in parts:
        part.write_bytes(b"x")
    old = time.time() - 7200
    os.utime(parts[0], (old, old))
    await desk.worker.sweep()
    left = sorted(path.name for path in desk.files.directory.glob("*/*"))
    assert left == sorted([desk.files.path(kept, kept.sha256 or "").name, parts[1].name])


async def test_a_sweep_leaves_what_is_not_its_own_and_what_the_tables_do_not_know_yet(desk: Desk) -> None:
    folder = desk.files.directory / ORG
    folder.mkdir(parents=True)
    unknown, forgotten = (folder / f"exp_{number}.{'0' * 16}.csv" for number in (1, 2))
    foreign = [folder / name for name in ("backup.tar.gz", "exp_3.csv", f"exp_4.{'g' * 16}.csv", "notes.part")]
    for path in (unknown, forgotten, *foreign):
        path.write_bytes(b"x")
        os.utime(path, (0, 0))
    (folder / f"exp_5.{'0' * 16}.csv").mkdir()
    unknown.touch()
    assert await desk.worker.sweep() == 0
    assert unknown.exists() and not forgotten.exists() and all(path.exists() for path in foreign)


async def test_organizations_have_turns(desk: Desk) -> None:
    for number, who in ((1, OWNER), (2, OWNER), (3, OWNER), (4, STRANGER), (5, STRANGER)):
        one = export(number, who)
        entry = desk.entries.entry("accepted", "kt.export.create_requested.v1", changes=(one,))
        placed = entry.cause.model_copy(update={"offset": BEHIND_ALL})
        await desk.filled.derived("kt.ledger", one.org, entry.model_copy(update={"ledger": one.org, "cause": placed}))
        await desk.filled.progress("kt.events", partition_of(one.org, PARTITIONS), BEHIND_ALL)
    assert await desk.worker.step() == 0
    assert [int(fact.export[-1]) for _, fact in desk.log.facts] == [1, 4, 2, 5, 3]


async def test_a_question_that_was_too_much_just_now_is_asked_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keeptrusts.projections.exports.patience._PAUSES_S", (0.0, 0.0))
    await requests(desk.filled, 2)
    asked, really = [0], desk.deps.store.query

    async def busy(sql: str, *arguments: Any, **options: Any) -> Any:
        if "requests" in sql:
            asked[0] += 1
            if asked[0] < 3:
                raise QueryLimitError("the question took too long", code=159)
        return await really(sql, *arguments, **options)

    monkeypatch.setattr(desk.deps.store, "query", busy)
    assert (await desk.made(export(1))).rows == 2
    asked[0] = -100
    await desk.ask(export(2))
    await desk.worker.step()
    assert desk.log.last.outcome == "failed" and "narrow the period" in desk.log.last.message


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
