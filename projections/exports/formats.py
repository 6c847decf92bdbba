"""How rows become the bytes of a file: a beginning, rows as they come, an end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import orjson

from keeptrusts.schemas.commands.documents import ExportFormat
from keeptrusts.schemas.csv_text import csv_cell, csv_lines

Row = Mapping[str, Any]


class Writing(Protocol):
    """One file under way. The same rows give the same bytes, however they are cut into calls of ``rows``."""

    def begin(self) -> bytes: ...

    def rows(self, rows: Sequence[Row]) -> bytes: ...

    def end(self) -> bytes: ...


class CsvWriting:
    """RFC 4180 in UTF-8 with a header. Columns are those of the type, in their order, also when there is no row."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = tuple(columns)

    def begin(self) -> bytes:
        return csv_lines([self._columns]).encode()

    def rows(self, rows: Sequence[Row]) -> bytes:
        return csv_lines([csv_cell(row.get(name)) for name in self._columns] for row in rows).encode()

    def end(self) -> bytes:
        return b""


class NdjsonWriting:
    """One JSON object a line."""

    def begin(self) -> bytes:
        return b""

    def rows(self, rows: Sequence[Row]) -> bytes:
        return b"".join(orjson.dumps(row) + b"\n" for row in rows)

    def end(self) -> bytes:
        return b""


class JsonWriting:
    """One JSON array, an object a line."""

    def __init__(self) -> None:
        self._first = True

    def begin(self) -> bytes:
        return b"["

    def rows(self, rows: Sequence[Row]) -> bytes:
        parts = []
        for row in rows:
            parts.append((b"\n" if self._first else b",\n") + orjson.dumps(row))
            self._first = False
        return b"".join(parts)

    def end(self) -> bytes:
        return b"]\n" if self._first else b"\n]\n"


def writing(form: ExportFormat, columns: Sequence[str]) -> Writing:
    """Give the writer of a format; raises ValueError for one that this version does not write."""
    match form:
        case "csv":
            return CsvWriting(columns)
        case "ndjson":
            return NdjsonWriting()
        case "json":
            return JsonWriting()
        case "parquet":
            raise ValueError("parquet is not written by this version")
