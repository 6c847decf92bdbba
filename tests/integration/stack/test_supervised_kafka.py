"""Kafka under the supervisor: killed, frozen or abandoned, it comes back with everything it acknowledged."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from support.freezing import freeze

from keeptrusts.cli.stack.data_dir import DataDir
from keeptrusts.cli.stack.lifecycle import start_detached, stop_stack
from keeptrusts.cli.stack.options import StackOptions
from keeptrusts.cli.stack.ports import Ports, first_free_offset
from keeptrusts.cli.stack.processes import ProcessIdentity, send
from keeptrusts.cli.stack.state_file import ChildState, read_state
from keeptrusts.cli.stack.status import read_status

_COMMAND = (sys.executable, str(Path(__file__).with_name("stand_in_stack.py")), "--only-kafka")
_BOUND_SECONDS = 60.0


@pytest.fixture
def options(tmp_path: Path) -> Iterator[StackOptions]:
    data_dir = DataDir(root=tmp_path / "data")
    yield StackOptions(data_dir=data_dir, port_offset=first_free_offset(range(1002, 1900, 7)))
    stop_stack(data_dir, say=lambda _message: None)


def kafka_when(options: StackOptions, condition: Callable[[ChildState], bool], what: str) -> ProcessIdentity:
    deadline = time.monotonic() + _BOUND_SECONDS
    while True:
        state = read_status(options.data_dir).state
        child = state.child("kafka") if state else None
        if child is not None and child.process is not None and condition(child):
            return child.process
        assert time.monotonic() < deadline, f"never happened: {what} ({child})"
        time.sleep(0.1)


def until_abandoned(options: StackOptions) -> None:
    deadline = time.monotonic() + _BOUND_SECONDS
    while read_status(options.data_dir).supervised:
        assert time.monotonic() < deadline, "the supervisor never died"
        time.sleep(0.05)


async def test_what_was_acknowledged_outlives_every_kill(options: StackOptions) -> None:
    bootstrap = Ports(offset=options.port_offset).bootstrap
    start_detached(options, say=lambda _message: None, supervisor_command=_COMMAND)
    await _create_topic(bootstrap)
    await _produce(bootstrap, b"before any kill")

    first = kafka_when(options, lambda child: child.phase == "ready", "ready")
    os.kill(first.pid, signal.SIGKILL)
    second = kafka_when(options, lambda child: child.phase == "ready" and child.process != first, "restarted")
    await _produce(bootstrap, b"after kafka's death")

    state = read_state(options.data_dir.state_file)
    assert state is not None
    send(state.supervisor, signal.SIGKILL)
    freeze(second.pid)  # what is left behind does not even listen
    until_abandoned(options)
    assert start_detached(options, say=lambda _message: None, supervisor_command=_COMMAND) is True
    assert kafka_when(options, lambda child: child.phase == "ready", "ready again") != second

    await _produce(bootstrap, b"after the supervisor's death")
    assert await _read(bootstrap, 3) == [
        b"before any kill",
        b"after kafka's death",
        b"after the supervisor's death",
    ]


async def _create_topic(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic("facts", num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()


async def _produce(bootstrap: str, value: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True, acks="all")
    await producer.start()
    try:
        await producer.send_and_wait("facts", value)
    finally:
        await producer.stop()


async def _read(bootstrap: str, expected: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign([TopicPartition("facts", 0)])
        found: list[bytes] = []
        deadline = time.monotonic() + _BOUND_SECONDS
        while len(found) < expected and time.monotonic() < deadline:
            batches = await consumer.getmany(timeout_ms=500)
            found.extend(record.value for records in batches.values() for record in records)
        return found
    finally:
        await consumer.stop()
