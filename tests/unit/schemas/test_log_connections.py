"""Closing a connection to the log ends in time, and nothing it does ends the loop that closes it."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaConnectionError

from keeptrusts.schemas import log_connections
from keeptrusts.schemas.log_connections import closed


@dataclass
class _Sockets:
    closed: int = 0

    async def close(self) -> None:
        self.closed += 1


@dataclass
class _Connection:
    """Ends as it is told to."""

    error: BaseException | None = None
    hangs: bool = False
    _client: _Sockets = field(default_factory=_Sockets)

    async def stop(self) -> None:
        if self.hangs:
            await asyncio.Event().wait()
        if self.error is not None:
            raise self.error
        await self._client.close()


async def test_a_cancellation_that_the_client_raises_is_not_the_callers_and_its_sockets_are_closed() -> None:
    connection = _Connection(error=asyncio.CancelledError())
    await closed(connection, "a reader")
    assert connection._client.closed == 1


async def test_the_callers_own_cancellation_is_raised() -> None:
    connection = _Connection(hangs=True)
    closing = asyncio.create_task(closed(connection, "a reader"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing


async def test_one_that_does_not_close_is_given_up_and_named(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(log_connections, "STOP_S", 0.01)
    with caplog.at_level(logging.WARNING):
        await closed(_Connection(hangs=True), "a reader of the log")
    assert "a reader of the log did not close within 0.01 s" in caplog.text


async def test_an_error_of_the_broker_is_named_and_any_other_raised(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        await closed(_Connection(error=KafkaConnectionError("gone")), "a reader")
    assert "a reader was closed with an error (KafkaConnectionError: KafkaConnectionError: gone)" in caplog.text
    with pytest.raises(ZeroDivisionError):
        await closed(_Connection(error=ZeroDivisionError()), "a reader")


async def test_a_real_consumer_whose_fetching_waits_after_an_error_closes_quietly() -> None:
    """The client cancels what it waits for and waits for that: without care the cancellation is the caller's."""
    consumer: Any = AIOKafkaConsumer(bootstrap_servers="127.0.0.1:1")
    fetcher = _fetcher_in_its_pause()
    consumer._fetcher = fetcher
    await closed(consumer, "a reader")
    assert asyncio.current_task().cancelling() == 0  # type: ignore[union-attr]  # a test runs in a task
    assert consumer._client._sync_task is None


def _fetcher_in_its_pause() -> Any:
    from aiokafka.consumer.fetcher import Fetcher

    fetcher = Fetcher.__new__(Fetcher)
    fetcher._fetch_task = asyncio.create_task(asyncio.sleep(60))
    fetcher._fetch_waiters = set()
    fetcher._pending_tasks = {asyncio.create_task(asyncio.sleep(60))}
    return fetcher
