"""The store on ClickHouse: chDB inside this process, or a server, through one client library.

chDB allows one process a path and one path a process; each thread has a client of its own. Never fork after open.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, OperationalError

from keeptrusts.projections.settings import StoreSettings
from keeptrusts.projections.store.protocol import (
    QueryLimitError,
    Rows,
    StoreBrokenError,
    StoreDataError,
    StoreError,
    StoreUnavailableError,
)

T = TypeVar("T")

_DATABASE: Final = re.compile(r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")
_CODE: Final = re.compile(r"Code: (\d+)")
_LIMITS: Final = frozenset({158, 159, 160, 241, 307, 396})
_BUSY: Final = frozenset({202, 209, 210, 252, 425, 999})
_BAD_DATA: Final = frozenset({6, 26, 27, 38, 41, 53, 69, 70, 72, 117, 131, 321, 349, 407, 467, 469, 691})
_CANNOT_READ_ALL_DATA: Final = 33
_REASONS: Final[dict[int, str]] = {
    158: "too many rows to read",
    159: "the question took too long",
    160: "the question would take too long",
    241: "the question needs too much memory",
    396: "the answer has too many rows",
}


class ClickHouseStore:
    """A store on one database. Readers and writers have threads of their own, so neither starves the other."""

    def __init__(self, settings: StoreSettings, connect: Callable[..., Client] = clickhouse_connect.get_client) -> None:
        if _DATABASE.match(settings.database) is None:
            raise ValueError(f"database {settings.database!r} must be a plain name of letters, digits and underscores")
        self._settings = settings
        self._connect_with = connect
        self._broken: StoreBrokenError | None = None
        self._broke = asyncio.Event()
        self._readers = ThreadPoolExecutor(settings.read_threads, thread_name_prefix="store-read")
        self._writers = ThreadPoolExecutor(settings.write_threads, thread_name_prefix="store-write")
        self._local = threading.local()
        self._clients: list[Client] = []
        self._guard = threading.Lock()

    async def open(self) -> None:
        """Create the database if need be; raises StoreUnavailableError when the store cannot be opened."""
        await self._run(self._writers, self._create_database)

    async def query(
        self, sql: str, parameters: Mapping[str, Any] | None = None, *, settings: Mapping[str, Any] | None = None
    ) -> Rows:
        chosen = self._limits() | dict(settings or {})

        def ask() -> Rows:
            answer = self._client().query(sql, parameters=dict(parameters or {}), settings=chosen)
            return Rows(columns=tuple(answer.column_names), rows=tuple(tuple(row) for row in answer.result_rows))

        return await self._run(self._readers, ask)

    async def insert(self, table: str, lines: bytes, *, token: str) -> None:
        settings = {
            "insert_deduplication_token": token,
            "deduplicate_blocks_in_dependent_materialized_views": 1,
            "async_insert": 0,
            "date_time_input_format": "best_effort",
            "input_format_skip_unknown_fields": 0,
            "input_format_parallel_parsing": 0,  # one block an insert, cut the same way every time
            "max_threads": 1,  # more would only be set up and taken down again: blocks are small
        }

        def put() -> None:
            self._client().raw_insert(table, insert_block=lines, fmt="JSONEachRow", settings=settings)

        await self._run(self._writers, put)

    async def command(self, sql: str) -> None:
        def change() -> None:
            self._client().command(sql)

        await self._run(self._writers, change)

    async def watch(self) -> None:
        await self._broke.wait()
        assert self._broken is not None
        raise self._broken

    async def close(self) -> None:
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._readers.shutdown(wait=True)
        self._writers.shutdown(wait=True)
        with self._guard:
            clients, self._clients = self._clients, []
        for client in clients:
            client.close()

    async def _run(self, threads: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(threads, work)
        except ClickHouseError as error:
            raise self._translated(error) from None
        except OSError as error:
            raise StoreUnavailableError(f"the store cannot be reached: {type(error).__name__}") from None

    def _translated(self, error: ClickHouseError) -> StoreError:
        if self._settings.embedded and _code(error) == _CANNOT_READ_ALL_DATA:
            self._broken = StoreBrokenError(
                "the embedded engine cannot read its own data any more (code 33), as after a full disk; this process "
                "ends so that a new one opens the store again: free space in the data directory if it is full",
                code=_CANNOT_READ_ALL_DATA,
            )
            self._broke.set()
            return self._broken
        return _translated(error)

    def _limits(self) -> dict[str, Any]:
        settings = self._settings
        return {
            "max_execution_time": settings.query_seconds,
            "max_memory_usage": settings.query_memory_bytes,
            "max_result_rows": settings.result_rows,
            "result_overflow_mode": "throw",
            "max_threads": 1,
        }

    def _client(self) -> Client:
        client: Client | None = getattr(self._local, "client", None)
        if client is None:
            client = self._connect(self._settings.database)
            self._local.client = client
            with self._guard:
                self._clients.append(client)
        return client

    def _connect(self, database: str) -> Client:
        options: dict[str, Any] = {} if self._settings.embedded else {"autogenerate_session_id": False}
        return self._connect_with(dsn=self._settings.dsn, database=database, show_clickhouse_errors="scrub", **options)

    def _create_database(self) -> None:
        client = self._connect("default")
        try:
            client.command(f"CREATE DATABASE IF NOT EXISTS {self._settings.database} ENGINE = Atomic")
        finally:
            client.close()


def _code(error: ClickHouseError) -> int | None:
    code = getattr(error, "code", None)
    if isinstance(code, int):
        return code
    found = _CODE.search(str(error))
    return int(found.group(1)) if found else None


def _translated(error: ClickHouseError) -> StoreError:
    code = _code(error)
    if code in _LIMITS:
        return QueryLimitError(_REASONS.get(code or 0, "the question is above its limits"), code=code)
    if code in _BUSY:
        return StoreUnavailableError(f"the store is busy (code {code})", code=code)
    if code in _BAD_DATA:
        return StoreDataError(f"rows do not fit the table (code {code})", code=code)
    if code is None and isinstance(error, OperationalError):
        return StoreUnavailableError(_scrubbed(error))
    return StoreError(_scrubbed(error), code=code)


def _scrubbed(error: ClickHouseError) -> str:
    """Keep the kind of error, not its text beyond the first line: it may quote values."""
    name = getattr(error, "name", None)
    return f"{name or type(error).__name__} (code {_code(error)})"
