"""Stopping a process so that it surely does nothing any more, and letting it go on.

SIGSTOP only asks: each thread stops when it next looks, and one that runs on another core can still answer a request.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

BOUND_S = 10.0
STOPPED = frozenset("TtZX")


def freeze(pid: int) -> None:
    """Stop a process and wait until every thread of it has stopped. Raises TimeoutError when one does not."""
    os.kill(pid, signal.SIGSTOP)
    deadline = time.monotonic() + BOUND_S
    while not _stopped(pid):
        if time.monotonic() > deadline:
            raise TimeoutError(f"process {pid} still runs {BOUND_S:g} s after SIGSTOP")
        time.sleep(0.001)


def thaw(pid: int) -> None:
    """Let a frozen process go on; harmless for one that runs."""
    os.kill(pid, signal.SIGCONT)


def _stopped(pid: int) -> bool:
    tasks = Path(f"/proc/{pid}/task")
    if not tasks.exists():
        raise ProcessLookupError(f"no process {pid}")
    return all(_state(task) in STOPPED for task in tasks.iterdir())


def _state(task: Path) -> str:
    try:
        return (task / "stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "X"  # this thread ended meanwhile
