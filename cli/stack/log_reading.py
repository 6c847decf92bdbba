"""Reads the end of a log file, and goes on with what is appended to it."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

_POLL_SECONDS = 0.2


def last_lines(log: Path, count: int) -> list[str]:
    """The last lines without their line ends."""
    with open(log, encoding="utf-8", errors="replace") as handle:
        return [line.rstrip("\n") for line in deque(handle, maxlen=count)]


def follow_log(log: Path, pause: Callable[[float], None] = time.sleep) -> Iterator[str]:
    """What is appended from now on, for ever. Notices a file that was replaced or emptied."""
    handle = open(log, encoding="utf-8", errors="replace")  # noqa: SIM115 - reopened in the loop
    try:
        handle.seek(0, 2)
        while True:
            text = handle.read()
            if text:
                yield text
                continue
            pause(_POLL_SECONDS)
            if log.exists() and log.stat().st_ino != _inode(handle.fileno()):
                handle.close()
                handle = open(log, encoding="utf-8", errors="replace")  # noqa: SIM115 - closed below
            elif log.exists() and log.stat().st_size < handle.tell():
                handle.seek(0)
    finally:
        handle.close()


def _inode(descriptor: int) -> int:

    return os.fstat(descriptor).st_ino
