"""A processors' process to measure, run as `kt processors run` does: `processor.py BOOTSTRAP PREFIX DIRECTORY FOLDS`.

FOLDS is `authority`, `adoption` or both with a comma. Prints `ready` when every partition has caught up. With
BENCH_PROFILE set to a file, a CPU profile of the whole run is written there at the end.
"""

from __future__ import annotations

import asyncio
import cProfile
import os
import signal
import sys
import time
from pathlib import Path

import uvloop
from support.log import until

from keeptrusts.schemas.ids import Ids
from keeptrusts.stream_processors.adoption.agent import AdoptionFold
from keeptrusts.stream_processors.app import settle_memory
from keeptrusts.stream_processors.authority.agent import AuthorityFold
from keeptrusts.stream_processors.runtime.worker import Worker
from keeptrusts.stream_processors.settings import ProcessorSettings


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def main(bootstrap: str, prefix: str, directory: str, names: str) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    ids = Ids(now_ms=now_ms, entropy=os.urandom)
    folds = {"authority": lambda partition: AuthorityFold(partition, ids), "adoption": AdoptionFold}
    settings = ProcessorSettings(
        bootstrap=bootstrap,
        data_dir=Path(directory),
        topic_prefix=prefix,
        application_id=f"{prefix}processors",
        ready_file=Path(directory) / "ready",
    )
    worker = Worker(settings=settings, processors={name: folds[name] for name in names.split(",")}, now_ms=now_ms)
    await worker.start()
    settle_memory()
    await until((Path(directory) / "ready").exists, timeout_s=60, what="every partition has caught up")
    print("ready", flush=True)
    await stop.wait()
    await worker.stop()


if __name__ == "__main__":
    profile = os.environ.get("BENCH_PROFILE")
    if profile is None:
        uvloop.run(main(*sys.argv[1:]))
    else:
        profiler = cProfile.Profile()
        profiler.runcall(uvloop.run, main(*sys.argv[1:]))
        profiler.dump_stats(profile)
