"""The port to the tables: ask, insert a block once, change the schema.

StoreError                      the engine refused or failed
    StoreUnavailableError       it cannot be reached or is overloaded now; the same call may be repeated
    StoreDataError              the rows of an insert cannot be stored; repeating does not help
    QueryLimitError             a question was above its limits of time, memory or rows
    StoreBrokenError            the engine in this process cannot go on; a new process can
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, Protocol

from keeptrusts.schemas.frozen import frozen

READS_MUCH: Final[Mapping[str, Any]] = MappingProxyType({"max_threads": 2})
"""Settings of a question that reads more than a few thousand rows."""


class StoreError(Exception):
    """The engine failed. ``code`` is ClickHouse's error code, None when it gave none. Never carries row values."""

    def __init__(self, reason: str, *, code: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class StoreUnavailableError(StoreError):
    """Not reachable or too busy; the same call with the same token may be repeated."""


class StoreDataError(StoreError):
    """Rows that the table cannot hold."""


class QueryLimitError(StoreError):
    """The question took too much time, memory or rows; narrow it."""


class StoreBrokenError(StoreError):
    """The engine in this process cannot read what it wrote, as after a full disk: only a new process can."""


@frozen
class Rows:
    """An answer: column names and rows in their order."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def records(self) -> Iterator[dict[str, Any]]:
        """Give each row as column name -> value."""
        for row in self.rows:
            yield dict(zip(self.columns, row, strict=True))

    def value(self) -> Any:
        """Give the only value of an answer of one row and one column."""
        ((value,),) = self.rows
        return value


class Store(Protocol):
    """Tables of one database. Every call is bounded in time; none blocks the event loop."""

    async def query(
        self, sql: str, parameters: Mapping[str, Any] | None = None, *, settings: Mapping[str, Any] | None = None
    ) -> Rows:
        """Ask. Values travel as server-side parameters (``{name:Type}``) only.

        One thread answers unless ``settings`` give more, which only those questions repay that read much.
        Times come back as the engine's integers if the question asks for integers. Raises QueryLimitError,
        StoreUnavailableError or StoreError.
        """
        ...

    async def insert(self, table: str, lines: bytes, *, token: str) -> None:
        """Insert newline-separated JSON rows as one block, at most once for each token, materialized views included.

        A normal return means the rows (of this call or of an earlier one with the token) are stored and visible.
        Raises StoreDataError, StoreUnavailableError or StoreError; then it is not known whether they are stored.
        """
        ...

    async def command(self, sql: str) -> None:
        """Change the schema. Raises StoreUnavailableError or StoreError."""
        ...

    async def watch(self) -> None:
        """Wait for as long as the store can go on; raises StoreBrokenError once it cannot. Then end the process."""
        ...

    async def close(self) -> None:
        """Let go of the store; waits for running calls."""
        ...
