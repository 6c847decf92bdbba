"""Topics have the settings each mode needs, and records go where every Kafka client would put them."""

from __future__ import annotations

import pytest
from aiokafka.partitioner import DefaultPartitioner
from hypothesis import given
from hypothesis import strategies as st

from keeptrusts.schemas.topics import (
    ALL,
    DEAD_LETTERS,
    DIRECTORY,
    EVENTS,
    GRANTS,
    LEDGER,
    MAX_RECORD_BYTES,
    OUTCOMES,
    WEBHOOKS,
    Mode,
    Topic,
    partition_of,
    replication,
)

MODES: tuple[Mode, ...] = ("single-node", "cluster")


@given(st.text(min_size=1, max_size=60), st.integers(1, 200))
def test_partitions_are_those_of_the_default_partitioner(ledger: str, partitions: int) -> None:
    everything = list(range(partitions))
    assert partition_of(ledger, partitions) == DefaultPartitioner()(ledger.encode(), everything, everything)


@pytest.mark.parametrize(("ledger", "partition"), [("_platform", 2), ("org_a", 7), ("org_acme", 9), ("", 9)])
def test_partitions_never_move(ledger: str, partition: int) -> None:
    """A ledger's past is where its name put it: this function may never change."""
    assert partition_of(ledger, 12) == partition


@pytest.mark.parametrize("topic", ALL, ids=lambda topic: topic.name)
@pytest.mark.parametrize("mode", MODES)
def test_every_topic_has_the_settings_its_mode_needs(topic: Topic, mode: Mode) -> None:
    settings = topic.settings(mode)
    assert settings["min.insync.replicas"] == ("2" if mode == "cluster" else "1")
    assert settings["unclean.leader.election.enable"] == "false"
    assert int(settings["max.message.bytes"]) > MAX_RECORD_BYTES
    assert settings["retention.bytes"] == "-1"
    assert settings["cleanup.policy"] == ("compact" if topic.cleanup == "compact" else "delete")
    if topic.cleanup == "compact":
        assert int(settings["segment.ms"]) <= 3_600_000 and int(settings["max.compaction.lag.ms"]) > 0
    if topic.cleanup != "delete":
        assert settings["retention.ms"] == "-1", "what is kept has no end"


def test_times_that_money_depends_on_are_the_brokers_own() -> None:
    assert EVENTS.settings("cluster")["message.timestamp.type"] == "LogAppendTime"
    assert "message.timestamp.type" not in LEDGER.settings("cluster")


@pytest.mark.parametrize(("topic", "days"), [(GRANTS, 1), (OUTCOMES, 7), (WEBHOOKS, 7)], ids=str)
def test_what_is_deleted_lives_as_long_as_it_is_needed(topic: Topic, days: int) -> None:
    assert topic.settings("cluster")["retention.ms"] == str(days * 86_400_000)


def test_the_largest_dead_letter_fits_its_topic() -> None:
    encoded = MAX_RECORD_BYTES * 4 // 3 + 10_000
    assert int(DEAD_LETTERS.settings("cluster")["max.message.bytes"]) > encoded


def test_the_table_names_each_topic_once_and_revocation_is_never_lost() -> None:
    assert len({topic.name for topic in ALL}) == len(ALL) == 14
    assert all(topic.name.startswith("kt.") and topic.content and topic.written_by for topic in ALL)
    assert DIRECTORY.cleanup == "compact"


@pytest.mark.parametrize(("mode", "factor"), [("single-node", 1), ("cluster", 3)])
def test_replication_follows_the_mode(mode: Mode, factor: int) -> None:
    assert replication(mode) == factor
