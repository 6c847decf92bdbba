"""A view goes on when the client that reads for it has silently stopped fetching."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from support.log import append_raw, stop_fetching, until

from keeptrusts.cli.topics import ensure_topics
from keeptrusts.gateway.state.follower import Follower
from keeptrusts.schemas.topics import EVENTS, PARTITIONS_SINGLE_NODE

LEDGER = "org_follower"


class _Observed(Follower):
    """Shows the connections it has made."""

    made: list[Any]

    def consumer(self) -> Any:
        self.made.append(super().consumer())
        return self.made[-1]


@pytest.mark.parametrize("start", ["beginning", "end"])
async def test_a_follower_whose_client_stops_fetching_connects_anew_and_misses_nothing(
    kafka_bootstrap: str, topic_prefix: str, start: Any
) -> None:
    await ensure_topics(kafka_bootstrap, prefix=topic_prefix)
    await append_raw(kafka_bootstrap, topic_prefix, [(LEDGER, b"before")])
    seen: list[bytes | None] = []
    follower = _Observed(
        bootstrap=kafka_bootstrap,
        topic=topic_prefix + EVENTS.name,
        partitions=PARTITIONS_SINGLE_NODE,
        start=start,
        apply=lambda partition, offset, value, now_s: seen.append(value),
        look_every_s=0.2,
    )
    follower.made = []
    running = asyncio.create_task(follower.run())
    try:
        await asyncio.wait_for(follower.caught_up.wait(), 30)
        await append_raw(kafka_bootstrap, topic_prefix, [(LEDGER, b"live")])
        await until(lambda: b"live" in seen, what="the live record")
        stop_fetching(follower.made[0])
        await append_raw(kafka_bootstrap, topic_prefix, [(LEDGER, b"after")])
        await until(lambda: b"after" in seen, what="the record after the client had stopped")
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    before = [b"before"] if start == "beginning" else []
    assert seen == [*before, b"live", b"after"]
    assert len(follower.made) == 2
