"""A processor whose client has silently stopped fetching ends, so that its successor can go on."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.log import append_raw, stop_fetching

from keeptrusts.cli.topics import ensure_topics
from keeptrusts.schemas.standstill import StandstillError
from keeptrusts.schemas.topics import EVENTS, PARTITIONS_SINGLE_NODE, partition_of
from keeptrusts.stream_processors.runtime.log_reader import log_reader
from keeptrusts.stream_processors.settings import ProcessorSettings

LEDGER = "org_standstill"
IDLE_READS, MOST_READS = 8, 30


async def test_a_reader_whose_client_stops_fetching_says_so_instead_of_waiting(
    kafka_bootstrap: str, topic_prefix: str, tmp_path: Path
) -> None:
    await ensure_topics(kafka_bootstrap, prefix=topic_prefix)
    settings = ProcessorSettings(bootstrap=kafka_bootstrap, data_dir=tmp_path, topic_prefix=topic_prefix)
    async with log_reader(settings) as reader:
        reader.look_every_s = 0.2
        reader.follow(settings.topic(EVENTS.name), partition_of(LEDGER, PARTITIONS_SINGLE_NODE), 0)
        await append_raw(kafka_bootstrap, topic_prefix, [(LEDGER, b"read")])
        read = [record.value for _ in range(IDLE_READS) for record in await reader.more(timeout_s=0.1, most=10)]
        assert read == [b"read"], "nothing to read is no standstill"
        stop_fetching(reader.consumer)
        await append_raw(kafka_bootstrap, topic_prefix, [(LEDGER, b"not read")])
        with pytest.raises(StandstillError):
            for _ in range(MOST_READS):
                await reader.more(timeout_s=0.1, most=10)
