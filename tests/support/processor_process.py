"""A processors' process to kill: `python processor_process.py BOOTSTRAP PREFIX DIRECTORY [INSTANCE]`."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import time
from pathlib import Path

from keeptrusts.schemas.ids import Ids
from keeptrusts.stream_processors.app import run_processors
from keeptrusts.stream_processors.settings import ProcessorSettings


async def main(bootstrap: str, prefix: str, directory: str, instance: str | None = None) -> None:
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    settings = ProcessorSettings(
        bootstrap=bootstrap,
        data_dir=Path(directory),
        topic_prefix=prefix,
        application_id=f"{prefix}processors",
        session_timeout_s=6.0,
        snapshot_every=150,
        instance_id=instance,
        ready_file=Path(directory) / f"ready-{os.getpid()}",
    )
    now_ms = lambda: time.time_ns() // 1_000_000  # noqa: E731 - a one-line clock
    await run_processors(settings, ids=Ids(now_ms=now_ms, entropy=os.urandom), now_ms=now_ms, stop=stop)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
