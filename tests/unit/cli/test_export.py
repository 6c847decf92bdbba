"""`kt export`: a file appears whole and checked or not at all, waiting ends, and a changed file is told."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from support.kt_program import Kt
from support.stub_api import Prepared, StubApi

CONTENT = b"id,model\r\nreq_1,gpt-4o\r\n" * 1000
SHA = hashlib.sha256(CONTENT).hexdigest()
EXPORT: dict[str, Any] = {
    "id": "exp_1", "type": "events", "format": "csv", "since": "2026-04-01T00:00:00.000000Z", "until": None,
    "filters": {}, "description": "Board report - April 2026, with everything that was blocked", "state": "ready",
    "requested_by": "ana@acme.example", "requested_at": "2026-05-01T09:00:00.000000Z",
    "finished_at": "2026-05-01T09:00:02.000000Z", "expires_at": "2026-05-08T09:00:02.000000Z", "rows": 1000,
    "size_bytes": len(CONTENT), "sha256": SHA, "as_of": "7:184521", "message": "",
}  # fmt: skip
FILE = "kt-events-exp_1.csv"


def shown(**changes: Any) -> Prepared:
    return Prepared(body={"data": EXPORT | changes, "as_of": "0:9"})


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def ready(api: StubApi) -> StubApi:
    api.on("GET /v1/exports/exp_1", shown())
    api.on("GET /v1/exports/exp_1/download", Prepared(body=CONTENT))
    return api


def test_a_download_is_named_after_what_it_is_and_replaces_nothing(ready: StubApi, kt: Kt, here: Path) -> None:
    result = kt("export", "download", "exp_1")
    assert (result.exit_code, result.stdout.strip()) == (0, FILE)
    assert (here / FILE).read_bytes() == CONTENT
    (here / FILE).write_bytes(b"mine")
    refused = kt("export", "download", "exp_1")
    assert (refused.exit_code, (here / FILE).read_bytes()) == (2, b"mine") and "--force" in refused.stderr
    assert kt("export", "download", "exp_1", "--force").exit_code == 0
    assert [path.name for path in here.iterdir() if path.suffix != ".db"] == [FILE]
    assert (here / FILE).read_bytes() == CONTENT


def test_a_download_that_was_cut_goes_on(api: StubApi, kt: Kt, here: Path) -> None:
    api.on("GET /v1/exports/exp_1", shown())
    longer = {"Content-Length": str(len(CONTENT))}
    api.on(
        "GET /v1/exports/exp_1/download",
        Prepared(body=CONTENT[:1000], headers={**longer, "Connection": "close"}),
        Prepared(status=206, body=CONTENT[1000:]),
    )
    cut = kt("export", "download", "exp_1")
    assert cut.exit_code == 9 and not (here / FILE).exists()
    assert (here / f"{FILE}.part").read_bytes() == CONTENT[:1000]
    assert kt("export", "download", "exp_1").exit_code == 0
    assert api.asked[-1].headers["Range"] == "bytes=1000-"
    assert (here / FILE).read_bytes() == CONTENT and not (here / f"{FILE}.part").exists()


def test_a_part_that_was_whole_already_is_taken(ready: StubApi, kt: Kt, here: Path) -> None:
    (here / f"{FILE}.part").write_bytes(CONTENT)
    ready.on("GET /v1/exports/exp_1/download", Prepared(status=416, body={"detail": "nothing more"}))
    assert kt("export", "download", "exp_1").exit_code == 0
    assert (here / FILE).read_bytes() == CONTENT


@pytest.mark.parametrize("there", [b"", b"another file's part"])
def test_what_is_not_what_was_recorded_is_not_kept(ready: StubApi, kt: Kt, here: Path, there: bytes) -> None:
    if there:
        (here / f"{FILE}.part").write_bytes(there)
    ready.on("GET /v1/exports/exp_1/download", Prepared(body=CONTENT[:-1] + b"!"))
    result = kt("export", "download", "exp_1")
    assert result.exit_code == 9 and "recorded" in result.stderr
    assert [path.name for path in here.iterdir() if path.name.startswith("kt-")] == []


def test_a_download_goes_to_stdout_on_request(ready: StubApi, kt: Kt, here: Path) -> None:
    assert kt("export", "download", "exp_1", "--output", "-").stdout_bytes == CONTENT


def test_what_went_to_stdout_and_is_not_what_was_recorded_is_said_so(ready: StubApi, kt: Kt) -> None:
    ready.on("GET /v1/exports/exp_1/download", Prepared(body=CONTENT[:-1] + b"!"))
    result = kt("export", "download", "exp_1", "--output", "-")
    assert result.exit_code == 9 and "recorded" in result.stderr


def test_a_file_that_cannot_be_written_is_said_so(ready: StubApi, kt: Kt, here: Path) -> None:
    result = kt("export", "download", "exp_1", "--output", str(here / "nowhere" / "x.csv"))
    assert result.exit_code == 2 and "cannot be written" in result.stderr


def test_waiting_ends_with_the_file(ready: StubApi, kt: Kt, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keeptrusts.cli.commands.export._POLL_S", 0.0)
    ready.on("POST /v1/exports", Prepared(status=201, body={"id": "exp_1", "position": "0:7"}))
    away = Prepared(status=503, body={"detail": "being restarted"})
    unseen = Prepared(status=404, body={"detail": "there is no export here"})
    ready.on("GET /v1/exports/exp_1", shown(state="queued"), unseen, away, shown(state="queued"), shown())
    result = kt("export", "create", "--wait", "--json")
    assert result.exit_code == 0 and json.loads(result.stdout)["file"] == FILE
    assert (here / FILE).read_bytes() == CONTENT


def test_waiting_ends_with_the_reason_or_in_time(
    ready: StubApi, kt: Kt, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keeptrusts.cli.commands.export._POLL_S", 0.3)
    ready.on("POST /v1/exports", Prepared(status=201, body={"id": "exp_1", "position": "0:7"}))
    ready.on("GET /v1/exports/exp_1", shown(state="queued"), shown(state="failed", message="narrow the period"))
    failed = kt("export", "create", "--wait")
    assert failed.exit_code == 1 and "narrow the period" in failed.stderr
    ready.on("GET /v1/exports/exp_1", shown(state="queued"))
    late = kt("export", "create", "--wait", "--timeout", "1")
    assert late.exit_code == 9 and "kt export download exp_1" in late.stderr
    assert not (here / FILE).exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--output", "x.csv"), "goes with --wait"),
        (("--wait", "--output", "."), "is there already"),
        (("--filter", "state"), "NAME=VALUE"),
        (("--filter", "=x"), "NAME=VALUE"),
        (("--tag", "env"), "NAME=VALUE"),
    ],
)
def test_what_cannot_be_meant_asks_for_nothing(api: StubApi, kt: Kt, arguments: tuple[str, ...], said: str) -> None:
    result = kt("export", "create", *arguments)
    assert (result.exit_code, said in result.stderr, api.asked) == (2, True, [])


def test_a_file_is_what_was_recorded_or_it_is_not(api: StubApi, kt: Kt, here: Path) -> None:
    (here / "report.csv").write_bytes(CONTENT)
    api.on("GET /v1/exports", Prepared(body={"data": [EXPORT], "as_of": "0:9"}))
    result = kt("export", "verify", "report.csv")
    assert result.exit_code == 0 and "7:184521" in result.stdout and "unchanged" in result.stderr
    assert api.asked[-1].query == {"sha256": SHA, "limit": "1"}
    api.on("GET /v1/exports", Prepared(body={"data": [], "as_of": "0:9"}))
    changed = kt("export", "verify", "report.csv")
    assert changed.exit_code == 1 and "no export" in changed.stderr


def test_a_list_is_readable(api: StubApi, kt: Kt) -> None:
    queued = EXPORT | {"since": None, "rows": None, "size_bytes": None, "state": "queued", "description": ""}
    tiny = EXPORT | {"since": None, "until": "2026-05-01T00:00:00.000000Z", "size_bytes": 7}
    huge = EXPORT | {"size_bytes": 17 * 1024**3}
    api.on("GET /v1/exports", Prepared(body={"data": [EXPORT, queued, tiny, huge], "as_of": "0:9"}))
    lines = kt("export", "list").stdout.splitlines()
    assert "2026-04-01 00:00:00.." in lines[1] and " 23.4 KiB " in lines[1] and "with everythi" not in lines[1]
    assert " all " in lines[2] and " queued " in lines[2]
    assert "..2026-05-01 00:00:00" in lines[3] and " 7 B " in lines[3]
    assert " 17.0 GiB " in lines[4]
