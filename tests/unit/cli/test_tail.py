"""`kt events tail` shows every request once, in order, whatever the connection does."""

from __future__ import annotations

import io
import json
import time
from typing import Any

import pytest
from support.kt_program import Kt
from support.stub_api import Prepared, StubApi

from keeptrusts.cli.client.server_sent import Message, messages
from keeptrusts.cli.exit_codes import ExitCode

STREAM = "GET /v1/events/stream"


def row(offset: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"req_{offset}",
        "time": "2026-04-30T12:05:00.000000Z",
        "status": 200,
        "position": f"0:{offset}",
    } | fields


def sent(*offsets: int) -> bytes:
    return b"".join(f"id: 0:{offset}\nevent: event\ndata: {json.dumps(row(offset))}\n\n".encode() for offset in offsets)


def bookmark(offset: int) -> bytes:
    return f'id: 0:{offset}\nevent: bookmark\ndata: {{"position":"0:{offset}"}}\n\n'.encode()


def stream(*parts: bytes) -> Prepared:
    return Prepared(body=b"retry: 500\n\n" + b"".join(parts), headers={"Content-Type": "text/event-stream"})


def ids(stdout: str) -> list[str]:
    return [json.loads(line)["id"] for line in stdout.splitlines()]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Pauses pass at once; gives how long they would have been."""
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    return pauses


def test_the_last_requests_come_first_and_then_the_new_ones(api: StubApi, kt: Kt) -> None:
    page = {"data": [row(5), row(4, status=None), row(3)], "as_of": "0:6"}
    api.on("GET /v1/events", Prepared(body=page))
    api.on(STREAM, stream(bookmark(6), sent(8, 9)))
    result = kt("events", "tail", "-n", "3", "--first", "2", "--format", "ndjson", "--team", "t")
    assert result.exit_code == 0, result.output
    assert ids(result.stdout) == ["req_3", "req_5", "req_8", "req_9"]
    assert api.asked[0].query == {"team": "t", "limit": "3"}
    assert api.asked[1].query == {"team": "t", "cursor": "0:6"}
    assert "2 new, 0 missed" in result.stderr and "--from 0:9" in result.stderr


def test_an_empty_log_is_followed_from_its_beginning(api: StubApi, kt: Kt) -> None:
    api.on("GET /v1/events", Prepared(body={"data": [], "as_of": "2:-1"}))
    api.on(STREAM, stream(sent(0)))
    assert kt("events", "tail", "--first", "1").exit_code == 0
    assert api.asked[1].query == {"cursor": "beginning"}


def test_after_a_cut_it_goes_on_behind_the_last_one_and_repeats_none(api: StubApi, kt: Kt, quick: list[float]) -> None:
    api.on(
        STREAM,
        stream(sent(1, 2), b'id: 0:3\nevent: event\ndata: {"id": "req_3", half a'),
        Prepared(cut=True),
        Prepared(status=503, body={"detail": "starting"}),
        stream(sent(2, 3, 4)),
    )
    result = kt("events", "tail", "--from", "0:0", "--first", "4", "--format", "ndjson")
    assert result.exit_code == 0, result.output
    assert ids(result.stdout) == ["req_1", "req_2", "req_3", "req_4"]
    assert [asked.query["cursor"] for asked in api.asked] == ["0:0", "0:2", "0:2", "0:2"]
    assert "resumed at 0:2, 0 missed" in result.stderr and "reconnected 1 times" in result.stderr
    assert len(quick) == 3 and quick[0] < 0.51 and all(pause <= 15 for pause in quick)


def test_bookmarks_move_the_cursor_without_a_request(api: StubApi, kt: Kt, quick: list[float]) -> None:
    api.on(STREAM, stream(bookmark(40)), stream(sent(41)))
    assert kt("events", "tail", "--from", "0:1", "--first", "1").exit_code == 0
    assert api.asked[1].query["cursor"] == "0:40"


def test_history_that_is_gone_ends_with_10_and_the_oldest_cursor(api: StubApi, kt: Kt) -> None:
    problem = {"detail": "history is gone", "oldest_cursor": "0:150", "skipped": 140}
    api.on(STREAM, Prepared(status=410, body=problem))
    result = kt("events", "tail", "--from", "0:9")
    assert result.exit_code == ExitCode.GAP
    assert "--from 0:150" in result.stderr and "140 records" in result.stderr


@pytest.mark.parametrize(
    ("status", "code"), [(401, ExitCode.SIGN_IN), (403, ExitCode.NOT_ALLOWED), (400, ExitCode.USAGE)]
)
def test_what_trying_again_cannot_cure_ends_the_tail(api: StubApi, kt: Kt, status: int, code: ExitCode) -> None:
    api.on(STREAM, Prepared(status=status, body={"detail": "no"}))
    assert kt("events", "tail", "--from", "0:9").exit_code == code
    assert len(api.asked) == 1


def test_a_key_that_is_revoked_while_following_ends_the_tail(api: StubApi, kt: Kt) -> None:
    notice = b'event: notice\ndata: {"status": 401, "detail": "this access key was revoked"}\n\n'
    api.on(STREAM, stream(sent(1), notice))
    result = kt("events", "tail", "--from", "0:0", "--format", "ndjson")
    assert result.exit_code == ExitCode.SIGN_IN and ids(result.stdout) == ["req_1"]
    assert "revoked" in result.stderr


def test_a_timeout_ends_the_wait_for_the_first_with_1(api: StubApi, kt: Kt) -> None:
    api.on("GET /v1/events", Prepared(body={"data": [], "as_of": "0:6"}))
    api.on(STREAM, stream(bookmark(6)))
    result = kt("events", "tail", "--first", "1", "--timeout", "0.3")
    assert result.exit_code == ExitCode.NO and "0 of 1" in result.stderr
    assert kt("events", "tail", "--timeout", "0.2").exit_code == 0


@pytest.mark.parametrize(
    ("fmt", "begins"),
    [
        ("table", "TIME (UTC)"),
        ("json", '{"id": "req_1"'),
        ("csv", "id,time,status,position\nreq_1,"),
        ("yaml", "---\nid: req_1\n"),
    ],
)
def test_each_format_streams(api: StubApi, kt: Kt, fmt: str, begins: str) -> None:
    api.on(STREAM, stream(sent(1, 2)))
    result = kt("events", "tail", "--from", "0:0", "--first", "2", "--format", fmt)
    assert result.stdout.startswith(begins)
    assert result.stdout.count("TIME (UTC)") + result.stdout.count("id,time") == (1 if fmt in ("table", "csv") else 0)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", []),
        (b": comment\n\n", []),
        (b"data: a\ndata: b\n\n", [Message(event="message", data="a\nb", id=None)]),
        (b"id: 0:1\r\nevent: event\r\ndata:x\r\n\r\n", [Message(event="event", data="x", id="0:1")]),
        (b"id: 0:1\nevent: bookmark\n\n", [Message(event="bookmark", data="", id="0:1")]),
        (b"data: cut", []),
        (
            b"data: a\n\ndata: b\n\n",
            [Message(event="message", data="a", id=None), Message(event="message", data="b", id=None)],
        ),
    ],
)
def test_messages_are_read_from_lines(raw: bytes, expected: list[Message]) -> None:
    assert list(messages(io.BytesIO(raw))) == expected


def test_a_line_without_end_is_refused() -> None:
    with pytest.raises(ValueError, match="above"):
        list(messages(io.BytesIO(b"data: " + b"x" * (5 * 1024 * 1024))))
