"""Tells processes apart and ends them: a pid alone may have been given to somebody else."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

from keeptrusts.schemas.frozen import frozen

_PROC = Path("/proc")
_COMMAND_CHARACTERS = 80
_POLL_SECONDS = 0.05


@frozen
class ProcessIdentity:
    """A pid together with the moment it started (clock ticks since boot; text of `ps` where there is no /proc)."""

    pid: int
    started: str


def identify(pid: int) -> ProcessIdentity | None:
    """The running process with this pid; None when there is none or it is only waiting to be reaped."""
    started = _start_from_proc(pid) if _PROC.is_dir() else _start_from_ps(pid)
    return ProcessIdentity(pid=pid, started=started) if started else None


def is_running(identity: ProcessIdentity) -> bool:
    """Whether exactly this process still runs, not another one that was given its pid."""
    return identify(identity.pid) == identity


def describe(pid: int) -> str:
    """`java (pid 4711): java -Xmx512m ...` for messages; only the pid when it cannot be read."""
    try:
        command = (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        name = (_PROC / str(pid) / "comm").read_text(errors="replace").strip()
    except OSError:
        return f"pid {pid}"
    return f"{name} (pid {pid}): {command[:_COMMAND_CHARACTERS]}"


def processes_with(variable: str, value: str) -> tuple[ProcessIdentity, ...]:
    """Processes of this user that were started with `variable=value`, this one not among them."""
    wanted = f"{variable}={value}".encode()
    found: list[ProcessIdentity] = []
    for entry in _PROC.glob("[0-9]*"):
        pid = int(entry.name)
        if pid == os.getpid() or not _environment_has(entry, wanted):
            continue
        identity = identify(pid)
        if identity is not None:
            found.append(identity)
    return tuple(found)


def end_all(processes: Iterable[ProcessIdentity], *, patience_seconds: float) -> None:
    """Ask each to end, then kill what is left when the patience is over."""
    left = [process for process in processes if is_running(process)]
    for process in left:
        send(process, signal.SIGCONT)  # a stopped process takes no other signal
        send(process, signal.SIGTERM)
    left = wait_until_gone(left, patience_seconds)
    for process in left:
        send(process, signal.SIGKILL)
    wait_until_gone(left, patience_seconds)


def wait_until_gone(processes: Iterable[ProcessIdentity], seconds: float) -> list[ProcessIdentity]:
    """Those still running when the time is over."""
    deadline = time.monotonic() + seconds
    left = [process for process in processes if is_running(process)]
    while left and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
        left = [process for process in left if is_running(process)]
    return left


def send(process: ProcessIdentity, number: signal.Signals) -> bool:
    """Send a signal to exactly this process; False when it is gone."""
    if not is_running(process):
        return False
    try:
        os.kill(process.pid, number)
    except ProcessLookupError:
        return False
    return True


def _start_from_proc(pid: int) -> str:
    try:
        text = (_PROC / str(pid) / "stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    fields = text.rpartition(")")[2].split()  # the name before it may hold blanks and brackets
    state, start_ticks = fields[0], fields[19]
    return "" if state in {"Z", "X"} else start_ticks


def _start_from_ps(pid: int) -> str:
    answer = subprocess.run(
        ["ps", "-o", "state=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False, timeout=10
    )
    line = answer.stdout.strip()
    return "" if answer.returncode != 0 or line.startswith("Z") else line[1:].strip()


def _environment_has(entry: Path, wanted: bytes) -> bool:
    try:
        return wanted in (entry / "environ").read_bytes().split(b"\0")
    except OSError:
        return False  # another user's process, or gone meanwhile
