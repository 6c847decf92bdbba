"""What a process costs while it is measured: CPU from the kernel's own counts, and the memory it holds."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

_SCHEDULED: Final = 2


def cpu_seconds(pid: int) -> float:
    """Give the user and system time that a process has used, to the nanosecond, threads that have ended included."""
    return time.clock_gettime(~pid << 3 | _SCHEDULED)  # what clock_getcpuclockid of POSIX gives on Linux


def resident_bytes(pid: int) -> int:
    """Give the memory that a process holds now."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
