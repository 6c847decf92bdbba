"""How long processors take to serve again: a restart reads a snapshot and what follows, however long the history is."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from support.log import append_raw
from support.request_material import Material

from benchmarks.results import record
from benchmarks.test_processors import ORG, folded_to, processor
from benchmarks.traffic import Traffic
from keeptrusts.cli.topics import ensure_topics
from keeptrusts.schemas.codec import encode

BAR_S = 10.0
AT_ONCE = 10_000


@pytest.mark.parametrize("calls", [30_000, 120_000])
async def test_a_restart_takes_no_longer_with_more_history(
    calls: int, kafka_bootstrap: str, topic_prefix: str, tmp_path: Path
) -> None:
    """The bar is that of ten million entries: what is read is bounded by ``snapshot_every``, so more change nothing."""
    await ensure_topics(kafka_bootstrap, prefix=topic_prefix)
    traffic = Traffic(material=Material(org=ORG, seed=7))
    log = [(ORG, encode(event)) for event in (*traffic.founding(), *traffic.calls(calls))]
    with processor(kafka_bootstrap, topic_prefix, tmp_path, "authority,adoption"):
        for start in range(0, len(log), AT_ONCE):
            await append_raw(kafka_bootstrap, topic_prefix, log[start : start + AT_ONCE])
        await folded_to(kafka_bootstrap, topic_prefix, ["authority", "adoption"], len(log) - 1)
    started = time.monotonic()
    with processor(kafka_bootstrap, topic_prefix, tmp_path, "authority,adoption"):
        seconds = time.monotonic() - started
    record(f"processors serve again after {len(log):,} records", seconds, "s", BAR_S)
    assert seconds <= BAR_S
