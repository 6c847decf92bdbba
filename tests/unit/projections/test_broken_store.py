"""An embedded engine that cannot read its own data ends its process; every other failure leaves it running."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from keeptrusts.cli.service import background, first_of
from keeptrusts.projections.settings import StoreSettings
from keeptrusts.projections.store.clickhouse import ClickHouseStore
from keeptrusts.projections.store.protocol import StoreBrokenError, StoreError

SECRET = "what the row held"
EMBEDDED, SERVER = "chdb:///nowhere", "http://localhost:1"
LIMIT_S = 5


@dataclass
class FailingClient:
    """The client library's client of an engine that answers everything with one error code."""

    code: int

    def query(self, *_: object, **__: object) -> Any:
        raise DatabaseError(f"Code: {self.code}. DB::Exception: Cannot read all data: {SECRET}", code=self.code)

    raw_insert = command = query

    def close(self) -> None:
        return None


def store(dsn: str, code: int) -> ClickHouseStore:
    return ClickHouseStore(StoreSettings(dsn=dsn), lambda **_: cast(Client, FailingClient(code)))


CALLS: Mapping[str, Callable[[ClickHouseStore], Awaitable[object]]] = {
    "query": lambda failing: failing.query("SELECT 1"),
    "insert": lambda failing: failing.insert("log", b"{}", token="t"),
    "command": lambda failing: failing.command("SELECT 1"),
}


@pytest.mark.parametrize("call", sorted(CALLS))
async def test_a_service_ends_with_a_clear_error_when_its_engine_cannot_read_its_data(call: str) -> None:
    failing = store(EMBEDDED, 33)
    with pytest.raises(StoreBrokenError, match="a new one opens the store again: free space") as ended:
        async with asyncio.timeout(LIMIT_S), background(failing.watch()) as over:
            with pytest.raises(StoreBrokenError):
                await CALLS[call](failing)
            await first_of(asyncio.Event(), over)
    assert SECRET not in str(ended.value)
    await failing.close()


@pytest.mark.parametrize(("dsn", "code"), [(EMBEDDED, 47), (EMBEDDED, 241), (EMBEDDED, 999), (SERVER, 33)])
async def test_other_failures_and_those_of_a_server_leave_the_service_running(dsn: str, code: int) -> None:
    failing = store(dsn, code)
    async with background(failing.watch()) as over:
        with pytest.raises(StoreError) as refused:
            await failing.query("SELECT 1")
        assert not isinstance(refused.value, StoreBrokenError) and not over.is_set()
    await failing.close()
