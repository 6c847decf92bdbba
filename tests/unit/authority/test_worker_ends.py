"""A worker never waits for ever for what is to end, nor for its group."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from keeptrusts.stream_processors.runtime import worker as runtime
from keeptrusts.stream_processors.settings import ProcessorSettings


async def stubborn() -> None:
    """Go on in spite of a cancellation, once."""
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        await asyncio.sleep(60)


@pytest.fixture
def ended() -> list[int]:
    return []


@pytest.fixture
def worker(tmp_path: Path, ended: list[int]) -> runtime.Worker:
    settings = ProcessorSettings(bootstrap="127.0.0.1:1", data_dir=tmp_path)
    return runtime.Worker(settings=settings, processors={}, now_ms=lambda: 0, end_process=ended.append)


async def test_what_does_not_end_in_time_ends_the_process(
    worker: runtime.Worker, ended: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "STOPPED_S", 0.05)
    willing, unwilling = asyncio.create_task(asyncio.sleep(60)), asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await worker._stopped([willing])
    assert willing.cancelled() and ended == []
    await worker._stopped([unwilling])
    assert ended == [runtime.EXIT_FAILED]
    unwilling.cancel()


async def test_a_worker_without_an_assignment_for_too_long_counts_as_crashed(worker: runtime.Worker) -> None:
    now = asyncio.get_running_loop().time()
    assert not worker.crashed
    worker._revoked_at = now
    assert not worker.crashed
    worker._revoked_at = now - runtime.LEFT_OUT_S - 1
    assert worker.crashed is not None and "given none again" in worker.crashed, "the log above says nothing of it"


async def test_a_consumer_that_never_reads_does_not_leave_its_group_for_that(worker: runtime.Worker) -> None:
    app: Any = worker.app  # what is looked at here is Faust's own, and has no types
    made = app.consumer._new_consumer_thread()._create_worker_consumer(app.transport)
    assert made._max_poll_interval_ms > 365 * 24 * 3_600_000
    await made.stop()
