"""Gives the measurements a Kafka node of their own, and a proxy and a gateway side by side."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.kafka_fixtures import kafka_bootstrap, kafka_broker, topic_prefix

from benchmarks.side_by_side import Bench, side_by_side

__all__ = ["bench", "kafka_bootstrap", "kafka_broker", "topic_prefix"]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Give a proxy and a gateway that one module measures."""
    with side_by_side(tmp_path_factory.mktemp("bench")) as running:
        yield running
