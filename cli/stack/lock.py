"""One supervisor a data directory: a lock the kernel drops when its holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from typing import Final

from keeptrusts.cli.stack.failure import StackError

_LOOKS: Final = 20
_BETWEEN_LOOKS_SECONDS: Final = 0.01


class SupervisorLock:
    """Held from `acquire` until `release` or the end of the process. Children do not inherit it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def acquire(self) -> bool:
        """False when another process holds it. Blocks for at most 0.2 s: whoever only looks holds it for an instant."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        for _ in range(_LOOKS):
            if _try_lock(handle, fcntl.LOCK_EX):
                self._handle = handle
                return True
            time.sleep(_BETWEEN_LOOKS_SECONDS)
        os.close(handle)
        return False

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def is_held(path: Path) -> bool:
    """Whether some process holds the lock now. Looks with a shared lock, so that two who look do not see each other."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StackError(
            f"{path} cannot be opened: {error.strerror}.", fix="use the data directory of this user (--data-dir)"
        ) from error
    try:
        return not _try_lock(handle, fcntl.LOCK_SH)
    finally:
        os.close(handle)


def _try_lock(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
