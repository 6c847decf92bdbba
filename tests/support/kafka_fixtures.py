"""One real Kafka node for a whole suite, shared by every test that asks for it; conftest files import the fixtures.

Use it like this:

- `kafka_bootstrap` (session): `127.0.0.1:<port>` of the shared node, started at the first use on free ports.
  Its data lies in a temporary directory; it never outlives the test process, not even one killed with -9.
- `topic_prefix` (function): a name of its own for every test, e.g. `t-1a2b3c4d-`. Topics, consumer groups and
  transactional ids of a test start with it, so tests on the shared node never meet.
- A test that kills, freezes or restarts Kafka must not do it to the shared node. It starts its own one with
  `own_broker` (function): `async with own_broker() as broker:` gives a `Broker` with `kill()`, `freeze()`,
  `thaw()`, `stop()`; `own_broker(directory)` starts again on a directory that an earlier node left.
  Tests that only freeze share `freezable_broker` (module).

The node creates no topic by itself: create topics with an admin client.
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from keeptrusts.cli.stack.failure import StackError
from keeptrusts.cli.stack.kafka.broker import Broker, start_broker

_ATTEMPTS = 3

OwnBroker = Callable[..., AbstractAsyncContextManager[Broker]]


@pytest.fixture(scope="session")
def kafka_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """The shared node itself. Read from it; do not stop it."""
    with _node(tmp_path_factory.mktemp("kafka")) as broker:
        yield broker


@pytest.fixture(scope="module")
def freezable_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A node for one module's tests, which may freeze it and must thaw it."""
    with _node(tmp_path_factory.mktemp("freezable-kafka")) as broker:
        yield broker


@contextmanager
def _node(directory: Path) -> Iterator[Broker]:
    with ThreadPoolExecutor(1) as thread:  # a loop of its own, away from the tests' loops
        broker = thread.submit(asyncio.run, _start_on_free_ports(directory)).result()
    with _dies_with_this_process(broker):
        yield broker
    broker.stop()


@pytest.fixture(scope="session")
def kafka_bootstrap(kafka_broker: Broker) -> str:
    """Bootstrap servers of the shared node."""
    return kafka_broker.bootstrap


@pytest.fixture
def topic_prefix() -> str:
    """A prefix no other test uses; random because the node outlives the test."""
    return f"t-{uuid.uuid4().hex[:8]}-"


@pytest.fixture
def own_broker(tmp_path: Path) -> OwnBroker:
    """A factory of nodes that the test may mistreat."""

    @asynccontextmanager
    async def own(directory: Path | None = None) -> AsyncIterator[Broker]:
        broker = await _start_on_free_ports(directory or tmp_path / "own-kafka")
        with _dies_with_this_process(broker):
            try:
                yield broker
            finally:
                await asyncio.to_thread(broker.stop)

    return own


async def _start_on_free_ports(directory: Path) -> Broker:
    """A port that was free may be taken by the time Kafka binds it: try again with others."""
    for attempt in range(1, _ATTEMPTS + 1):
        port, controller_port = _free_ports()
        try:
            return await start_broker(directory, port=port, controller_port=controller_port)
        except StackError as error:
            if attempt == _ATTEMPTS or "Address already in use" not in str(error):
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1]


class _dies_with_this_process:
    """Holds a pipe open; when this process is gone, however it went, the other end kills the node."""

    def __init__(self, broker: Broker) -> None:
        self._guard = subprocess.Popen(
            ["sh", "-c", f"cat >/dev/null; kill -9 {broker.pid}"],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        self._guard.kill()
        self._guard.wait()
        assert self._guard.stdin is not None
        self._guard.stdin.close()
