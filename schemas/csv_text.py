"""Rows as RFC 4180 CSV, for whoever writes them: the command line and exports alike."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_NUMBER: Final = re.compile(r"^[+-]?[0-9]+(\.[0-9]+)?\Z")


LINE_END: Final = "\r\n"


def csv_lines(rows: Iterable[Sequence[str]]) -> str:
    """Write rows of cells, each with its line's end, in which a carriage return within a cell is quoted too."""
    text = io.StringIO()
    csv.writer(text, lineterminator=LINE_END).writerows(rows)
    return text.getvalue()


def csv_cell(value: Any) -> str:
    """Give a value's text: nothing for None, JSON for what has parts; what a spreadsheet would run gets a quote."""
    if value is None:
        return ""
    if type(value) is str and value[:1] not in _FORMULA:  # most of them
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if text.startswith(_FORMULA) and not _NUMBER.match(text):
        return "'" + text
    return text
