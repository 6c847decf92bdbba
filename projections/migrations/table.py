"""A table as data: its columns, engine and order, and the statements that make and drop it."""

from __future__ import annotations

from typing import Final

from keeptrusts.schemas.frozen import frozen

DEDUPLICATION_WINDOW: Final = 10_000
"""How many inserted blocks a table remembers by token; far more than can be pending at once."""


@frozen
class Table:
    """One table. ``columns`` are (name, type) with optional codec in the type; ``order_by`` starts with ``org``."""

    name: str
    columns: tuple[tuple[str, str], ...]
    order_by: str
    engine: str = "MergeTree"
    indexes: tuple[str, ...] = ()
    settings: str = ""

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.columns)

    def create(self, name: str | None = None) -> str:
        """Give the statement that makes the table, under another name when one is given."""
        lines = [f"    {column} {kind}" for column, kind in self.columns]
        lines += [f"    INDEX {index}" for index in self.indexes]
        body = ",\n".join(lines)
        settings = f"non_replicated_deduplication_window = {DEDUPLICATION_WINDOW}"
        if self.settings:
            settings += f", {self.settings}"
        return (
            f"CREATE TABLE IF NOT EXISTS {name or self.name}\n(\n{body}\n)\n"
            f"ENGINE = {self.engine}\nORDER BY {self.order_by}\nSETTINGS {settings}"
        )

    def drop(self, name: str | None = None) -> str:
        return f"DROP TABLE IF EXISTS {name or self.name} SYNC"


@frozen
class View:
    """A materialized view that feeds a rollup table from each block inserted into ``source``."""

    name: str
    source: str
    target: str
    select: str

    def create(self) -> str:
        return f"CREATE MATERIALIZED VIEW IF NOT EXISTS {self.name} TO {self.target} AS {self.select}"

    def drop(self) -> str:
        return f"DROP VIEW IF EXISTS {self.name} SYNC"
