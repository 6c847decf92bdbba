"""A million texts, each cut at random: what is let go of each is what the whole would be."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

import pytest
from support.streamed_texts import first_difference

CHUNKINGS = 1_000_000
PART = 10_000


@pytest.mark.skipif("CHAOS_SECONDS" not in os.environ, reason="make chaos cuts a million texts, make test ten thousand")
def test_a_million_texts_however_cut_are_what_the_wholes_are() -> None:
    seed = int(os.environ.get("CHAOS_SEED", "1000"))
    seeds = range(seed, seed + CHUNKINGS // PART)
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=os.cpu_count(), mp_context=spawning) as pool:
        wrong = [how for how in pool.map(first_difference, seeds, [PART] * len(seeds)) if how is not None]
    assert not wrong, f"{len(wrong)} of {len(seeds)} seeds from {seed} on; the first: {wrong[0]}"
