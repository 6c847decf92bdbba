"""Log files stay bounded, and their ends can be read while they grow, shrink or are replaced."""

from __future__ import annotations

import os
from pathlib import Path

from keeptrusts.cli.stack.child_process import rotate_log, shorten_log
from keeptrusts.cli.stack.log_reading import follow_log, last_lines


def test_a_large_log_is_begun_anew_at_the_start_and_kept_once(tmp_path: Path) -> None:
    log = tmp_path / "kafka.log"
    rotate_log(log, 10)
    log.write_text("short")
    rotate_log(log, 10)
    assert log.exists()
    log.write_text("much longer than ten")
    rotate_log(log, 10)
    assert not log.exists()
    assert (tmp_path / "kafka.log.1").read_text() == "much longer than ten"


def test_a_log_that_is_being_written_is_emptied_and_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "kafka.log"
    handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(handle, b"x" * 100)
        shorten_log(log, 10)
        os.write(handle, b"after")
    finally:
        os.close(handle)
    assert log.read_bytes() == b"after"
    assert (tmp_path / "kafka.log.1").read_bytes() == b"x" * 100


def test_the_last_lines_are_read(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_text("one\ntwo\nthree\n")
    assert last_lines(log, 2) == ["two", "three"]
    assert last_lines(log, 0) == []


def test_following_goes_on_through_appending_emptying_and_replacing(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_text("before\n")
    steps = iter(["appended\n", "emptied\n", "replaced\n"])

    def change() -> None:
        text = next(steps)
        if text == "appended\n":
            with open(log, "a", encoding="utf-8") as handle:
                handle.write(text)
        elif text == "emptied\n":
            log.write_text(text)
        else:
            fresh = tmp_path / "fresh"
            fresh.write_text(text)
            os.replace(fresh, log)

    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        change()

    following = follow_log(log, pause=pause)
    assert [next(following) for _ in range(3)] == ["appended\n", "emptied\n", "replaced\n"]
