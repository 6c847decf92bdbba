"""Rows of SQL: what an INSERT calls its columns is read as the label of each of its values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from keeptrusts.gateway.detectors.rules import Finding
from keeptrusts.schemas.frozen import frozen

INSERT: Final = "table-insert"
"""The id of the rule that reports where an INSERT names its columns."""
PATTERN: Final = r"\b(?:insert|replace)\s{1,4}(?:ignore\s{1,4})?into\s{1,4}[\w.\"`\[\]]{1,64}\s{0,4}\("
ROWS: Final = r"(?i:[^()]*\)\s*values?)(?:\s*\((?:'(?:[^'\\]|''|\\.)*'|\"[^\"]*\"|[^()'\"]|\([^()]*\))*\)\s*,?)*"
"""What stands behind where an INSERT begins, up to its last row; never narrower than what is read."""
_LONGEST_COLUMNS: Final = 1_024
_LONGEST_ROW: Final = 2_048
_COLUMNS: Final = re.compile(r"([^()]{3,1000})\)\s{0,8}values?\s{0,8}(?=\()", re.IGNORECASE)
_ROW: Final = re.compile(
    r"\s{0,64}\(((?:'(?:[^'\\]|''|\\.)*+'|\"[^\"]*+\"|[^()'\"]|\([^()]{0,64}\))*+)\)(\s{0,64},)?", re.DOTALL
)
_VALUE: Final = re.compile(
    r"\s*(?:[nNeE]?'(?P<single>(?:[^'\\]|''|\\.)*+)'|\"(?P<double>[^\"]*+)\""
    r"|(?P<bare>[^,'\"(]*(?:\([^()]*\))?[^,]*))\s*(?:,|\Z)",
    re.DOTALL,
)


@frozen
class Rows:
    """What an INSERT calls its columns, between commas, and where each value of each row stands."""

    columns: str
    rows: tuple[tuple[tuple[int, int], ...], ...]


def columns_place(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where an INSERT stands up to its first row."""
    match = _COLUMNS.match(text, end, end + _LONGEST_COLUMNS)
    return (start, match.end()) if match is not None else None


def rows_of(text: str, heading: Finding) -> Rows:
    """Give the rows behind the columns of an INSERT: those that follow each other."""
    columns = text[text.index("(", heading.start) + 1 : text.rindex(")", heading.start, heading.end)]
    named = ",".join(name.strip("\"'`[] \t\r\n") for name in columns.split(","))
    return Rows(columns=named, rows=tuple(_rows(text, heading.end)))


def _rows(text: str, at: int) -> Iterator[tuple[tuple[int, int], ...]]:
    while (row := _ROW.match(text, at, at + _LONGEST_ROW)) is not None:
        yield tuple(_values(text, *row.span(1)))
        if row[2] is None:
            return
        at = row.end()


def _values(text: str, at: int, last: int) -> Iterator[tuple[int, int]]:
    while at < last and (match := _VALUE.match(text, at, last)) is not None:
        yield match.span(match.lastgroup or 0)
        at = match.end()
