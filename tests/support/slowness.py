"""How much slower than a quiet machine this one is just now: what a bound in seconds is multiplied by."""

from __future__ import annotations

import subprocess
import sys

_WORKS = "import time; began = time.perf_counter()\nwhile time.process_time() < 0.5: pass\n"
_TELLS = "print((time.perf_counter() - began) / 0.5)"
_CORES = 2
_TIMEOUT_S = 120.0


def slowness() -> float:
    """Seconds that pass while a program computes for one second, where two do so at once; 1.0 on two quiet cores."""
    workers = [
        subprocess.Popen([sys.executable, "-c", _WORKS + _TELLS], stdout=subprocess.PIPE, text=True)
        for _ in range(_CORES)
    ]
    told = [float(worker.communicate(timeout=_TIMEOUT_S)[0]) for worker in workers]
    return max(1.0, *told)
