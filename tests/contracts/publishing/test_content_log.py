"""The contract of the port to contents and their keys, kept alike on a real Kafka and by the one that tests use."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from support.contents import MemoryContentLog
from support.log import read_all

from keeptrusts.cli.topics import ensure_topics
from keeptrusts.gateway.publishing.content_log import KafkaContentLog
from keeptrusts.schemas.content_log import ContentLog
from keeptrusts.schemas.positions import Position
from keeptrusts.schemas.publishing import PublishError, RecordTooLargeError
from keeptrusts.schemas.topics import CONTENT, MAX_RECORD_BYTES, PARTITIONS_SINGLE_NODE, SUBJECT_KEYS, partition_of

DEADLINE_S = 30.0


@pytest.fixture(params=["memory", "kafka"])
async def log(request: pytest.FixtureRequest) -> AsyncIterator[ContentLog]:
    if request.param == "memory":
        yield MemoryContentLog()
        return
    bootstrap, prefix = request.getfixturevalue("kafka_bootstrap"), request.getfixturevalue("topic_prefix")
    await ensure_topics(bootstrap, prefix=prefix)
    made = KafkaContentLog(bootstrap=bootstrap, topic_prefix=prefix)
    yield made
    await made.stop()


async def test_what_is_acknowledged_is_given_back_from_its_place(log: ContentLog) -> None:
    records = [(f"org/person{number}/cnt".encode(), f"value {number}".encode()) for number in range(20)]
    places = await log.append(CONTENT.name, records, deadline_s=DEADLINE_S)
    found = [await log.fetch(CONTENT.name, place, deadline_s=DEADLINE_S) for place in (places[0], places[7])]
    assert found == [b"value 0", b"value 7"]


async def test_records_up_to_the_limit_are_taken_and_larger_ones_refused(log: ContentLog) -> None:
    key = b"org/person/cnt"
    largest = b"x" * (MAX_RECORD_BYTES - len(key))
    [place] = await log.append(CONTENT.name, [(key, largest)], deadline_s=DEADLINE_S)
    assert await log.fetch(CONTENT.name, place, deadline_s=DEADLINE_S) == largest
    with pytest.raises(RecordTooLargeError):
        await log.append(CONTENT.name, [(key, largest + b"x")], deadline_s=DEADLINE_S)


async def test_where_a_tombstone_is_nothing_is_found(log: ContentLog) -> None:
    [place] = await log.append(SUBJECT_KEYS.name, [(b"org/person/2026-04/cky", None)], deadline_s=DEADLINE_S)
    with pytest.raises(PublishError):
        await log.fetch(SUBJECT_KEYS.name, place, deadline_s=DEADLINE_S)


async def test_a_place_behind_the_end_is_refused_in_time(log: ContentLog) -> None:
    await log.append(CONTENT.name, [(b"org/person/cnt", b"x")], deadline_s=DEADLINE_S)
    with pytest.raises(PublishError):
        await log.fetch(CONTENT.name, Position(0, 1_000), deadline_s=1.0)


async def test_all_of_a_person_is_in_one_partition_in_order(kafka_bootstrap: str, topic_prefix: str) -> None:
    await ensure_topics(kafka_bootstrap, prefix=topic_prefix)
    log = KafkaContentLog(bootstrap=kafka_bootstrap, topic_prefix=topic_prefix)
    try:
        names = [f"org/external:a/2026-04/cky_{number}".encode() for number in range(50)]
        records = [(name, b"1") for name in names] + [(name + b"/destroyed", b"2") for name in names]
        places = await log.append(SUBJECT_KEYS.name, records, deadline_s=DEADLINE_S)
    finally:
        await log.stop()
    partition = partition_of("org/external:a", PARTITIONS_SINGLE_NODE)
    assert {place.partition for place in places} == {partition}
    stored = await read_all(kafka_bootstrap, topic_prefix + SUBJECT_KEYS.name, partition)
    assert [record.key for record in stored] == [name for name, _ in records]
