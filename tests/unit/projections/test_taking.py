"""Taking records: what came while the last ones were written is taken along, and nothing is waited for in vain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from aiokafka import TopicPartition

from keeptrusts.projections.writer.reader import take_with_newer

A, B, C = TopicPartition("a", 0), TopicPartition("b", 0), TopicPartition("c", 0)
Batch = tuple[float, Mapping[TopicPartition, Sequence[int]]]


@dataclass
class Fetches:
    """Batches with the seconds that each takes to come; a wait that is over before gives nothing, as Kafka's client."""

    batches: list[Batch]
    now: float = 0.0
    waits: list[int] = field(default_factory=list)

    async def take(self, timeout_ms: int) -> Mapping[TopicPartition, Sequence[int]]:
        self.waits.append(timeout_ms)
        seconds, batch = self.batches[0] if self.batches else (float("inf"), {})
        if seconds > timeout_ms / 1000:
            self.now += timeout_ms / 1000
            return {}
        self.batches.pop(0)
        self.now += seconds
        return batch


@pytest.mark.parametrize(
    ("batches", "expected", "waits"),
    [
        ([], {}, 1),
        ([(0.02, {A: [1]}), (0.0, {A: [2]})], {A: [1]}, 1),  # waited for, so it is fresh
        ([(0.0, {A: [1]}), (0.01, {A: [2, 3]}), (0.0, {A: [4]})], {A: [1, 2, 3]}, 2),
        ([(0.0, {A: [1]}), (0.01, {B: [7]}), (0.02, {A: [2]})], {A: [1, 2], B: [7]}, 3),
        ([(0.0, {A: [1], B: [7]}), (0.01, {A: [2]}), (0.01, {A: [3]})], {A: [1, 2, 3], B: [7]}, 3),
        ([(0.0, {A: [1]}), (0.2, {A: [2]})], {A: [1]}, 2),
        ([(0.0, {A: [1, 2, 3, 4]}), (0.0, {A: [5]})], {A: [1, 2, 3, 4]}, 1),
        ([(0.0, {C: [1]}), (0.0, {C: [2]})], {C: [1]}, 1),
    ],
    ids=["nothing", "fresh", "newer", "another first", "one stays behind", "too late", "a whole batch", "not busy"],
)  # fmt: skip
async def test_records_that_lay_ready_are_taken_with_what_came_since(
    batches: list[Batch], expected: dict[TopicPartition, list[int]], waits: int
) -> None:
    fetches = Fetches(list(batches))
    taken = await take_with_newer(fetches.take, busy=(A, B), window_ms=50, most=4, monotonic=lambda: fetches.now)
    assert taken == expected
    assert len(fetches.waits) == waits and fetches.now <= 0.2
