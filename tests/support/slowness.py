"""How much slower than a quiet machine this one is just now, and promises in seconds that take it into account."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

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


def kept_within(promise_s: float, condition: Callable[[], bool], *, every_s: float = 0.02) -> bool:
    """Whether a condition holds within a promise made for a quiet machine; a busy one gets longer by its slowness."""
    started = time.monotonic()
    if _holds_until(started + promise_s, condition, every_s):
        return True
    slower = slowness()
    print(f"not within {promise_s:g} s; this machine is {slower:.2f} times slower than a quiet one")
    return slower > 1.0 and _holds_until(started + promise_s * slower, condition, every_s)


def _holds_until(deadline: float, condition: Callable[[], bool], every_s: float) -> bool:
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every_s)
    return True
