"""Rows and documents as text: aligned columns, JSON, NDJSON, CSV that no spreadsheet runs, YAML."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Literal

from keeptrusts.cli.output.columns import Column, Row, short_time, text_of, width
from keeptrusts.schemas.csv_text import LINE_END, csv_cell, csv_lines

Format = Literal["table", "json", "ndjson", "csv", "yaml"]
FORMATS: Final[tuple[Format, ...]] = ("table", "json", "ndjson", "csv", "yaml")

_GAP: Final = "  "


def rows_as(fmt: Format, rows: Sequence[Row], columns: Sequence[Column], *, colour: bool = False) -> str:
    """Give rows as text without a last line break; an empty table is its titles."""
    match fmt:
        case "table":
            return table(rows, columns, colour=colour)
        case "json":
            return json.dumps(list(rows), indent=2, ensure_ascii=False)
        case "ndjson":
            return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        case "csv":
            return as_csv(rows)
        case "yaml":
            return _yaml(list(rows))


def document_as(fmt: Format, document: Row) -> str:
    """Give one document as text: in a table a line a field."""
    match fmt:
        case "table":
            return fields_table(document)
        case "json":
            return json.dumps(document, indent=2, ensure_ascii=False)
        case "ndjson":
            return json.dumps(document, ensure_ascii=False)
        case "csv":
            return as_csv([document])
        case "yaml":
            return _yaml(document)


def table(rows: Sequence[Row], columns: Sequence[Column], *, colour: bool = False, titles: bool = True) -> str:
    """Align columns to their widest text; the last one is not padded."""
    shown = [[column.show(row) for column in columns] for row in rows]
    widths = [
        max([width(column.title), *(width(line[index]) for line in shown)]) for index, column in enumerate(columns)
    ]
    lines = [_line([column.title for column in columns], columns, widths, colour=False)] if titles else []
    lines += [_line(line, columns, widths, colour=colour) for line in shown]
    return "\n".join(lines)


def fixed_line(row: Row, columns: Sequence[Column], widths: Sequence[int], *, colour: bool) -> str:
    """Give one row of a table that grows: widths are chosen before the rows are known."""
    return _line([column.show(row) for column in columns], columns, widths, colour=colour)


def fixed_titles(columns: Sequence[Column], widths: Sequence[int]) -> str:
    return _line([column.title for column in columns], columns, widths, colour=False)


def fields_table(document: Row, *, indent: str = "") -> str:
    """Give a line a field, nested objects and lists of objects indented below their name."""
    names = [name for name, value in document.items() if not _nested(value)]
    widest = max((len(name) for name in names), default=0)
    lines: list[str] = []
    for name, value in document.items():
        if not _nested(value):
            shown = short_time(value) if name.endswith(("_at", "time", "_since")) else text_of(value)
            lines.append(f"{indent}{name.ljust(widest)}{_GAP}{shown}".rstrip())
            continue
        lines.append(f"{indent}{name}")
        for item in value if isinstance(value, list) else [value]:
            lines.append(fields_table(item, indent=indent + _GAP))
    return "\n".join(lines)


def as_csv(rows: Iterable[Row], *, titles: bool = True, names: Sequence[str] | None = None) -> str:
    """Give RFC 4180 CSV with a header; texts that a spreadsheet would run get a quote in front."""
    rows = list(rows)
    known = list(names) if names is not None else list(dict.fromkeys(name for row in rows for name in row))
    lines = [known] if titles else []
    lines += [[csv_cell(row.get(name)) for name in known] for row in rows]
    return "\n".join(csv_lines([line]).removesuffix(LINE_END) for line in lines)


def _line(texts: Sequence[str], columns: Sequence[Column], widths: Sequence[int], *, colour: bool) -> str:
    cells = []
    for text, column, wanted in zip(texts, columns, widths, strict=True):
        space = " " * (wanted - width(text))
        code = column.colour(text) if colour else None
        shown = text if code is None else f"\x1b[{code}m{text}\x1b[0m"
        cells.append(space + shown if column.right else shown + space)
    return _GAP.join(cells).rstrip()


def _nested(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(item, dict) for item in value)
    return isinstance(value, dict) and bool(value)


def _yaml(value: Any) -> str:
    import yaml

    dump: Callable[..., str] = yaml.safe_dump
    return dump(value, sort_keys=False, allow_unicode=True, default_flow_style=False).removesuffix("\n")
