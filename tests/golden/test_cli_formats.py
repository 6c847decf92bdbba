"""Rows in every format, byte for byte; `KEEPTRUSTS_UPDATE_GOLDEN=1` writes the files anew."""

from __future__ import annotations

import csv
import io
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from keeptrusts.cli.commands.events import COLUMNS
from keeptrusts.cli.output.columns import width
from keeptrusts.cli.output.formats import FORMATS, Format, as_csv, document_as, rows_as, table

FOLDER = Path(__file__).with_name("cli")

ROWS: list[dict[str, Any]] = [
    {
        "id": "req_1", "time": "2026-04-30T12:05:00.123456Z", "decision": "block", "team": "backend", "user": "ana",
        "model": "gpt-4o", "input_tokens": 640, "output_tokens": 0, "cost": None, "latency_ms": 3.2, "status": 403,
        "tags": {"env": "prod"}, "stream": False,
    },
    {
        "id": "req_2", "time": "2026-04-30T11:58:00Z", "decision": "allow", "team": "データ",
        "user": "=HYPERLINK(\"x\")",
        "model": "gpt-4o-mini", "input_tokens": 1204, "output_tokens": 310, "cost": "0.000367", "latency_ms": 812.0,
        "status": 200, "tags": {}, "stream": True,
    },
    {
        "id": "req_3", "time": "2026-04-30T11:41:00Z", "decision": "refuse", "team": None, "user": "a\x1b[2Jb\nc",
        "model": None, "input_tokens": None, "output_tokens": None, "cost": "-5.00", "latency_ms": 30012.5,
        "status": None, "tags": {"a,b": 'quote"d'}, "stream": False,
    },
]  # fmt: skip
DOCUMENT = {
    "id": "team_1", "name": "Engineering", "description": "", "created_at": "2026-04-30T12:05:00.123456Z",
    "teams": [{"team": "a", "role": "admin"}, {"team": "b", "role": "member"}], "models": ["x", "y"],
    "coverage": {"gateways": 2, "share": None}, "archived": False,
}  # fmt: skip


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("what", ["rows", "document", "no_rows"])
def test_a_format_is_what_it_was(what: str, fmt: Format) -> None:
    text = {
        "rows": lambda: rows_as(fmt, ROWS, COLUMNS),
        "document": lambda: document_as(fmt, DOCUMENT),
        "no_rows": lambda: rows_as(fmt, [], COLUMNS),
    }[what]()
    path = FOLDER / f"{what}.{fmt}.txt"
    if os.environ.get("KEEPTRUSTS_UPDATE_GOLDEN"):
        path.write_text(text + "\n", encoding="utf-8")
    assert text + "\n" == path.read_text(encoding="utf-8")


def test_programs_read_back_what_was_written() -> None:
    assert json.loads(rows_as("json", ROWS, COLUMNS)) == ROWS
    assert [json.loads(line) for line in rows_as("ndjson", ROWS, COLUMNS).splitlines()] == ROWS
    assert yaml.safe_load(rows_as("yaml", ROWS, COLUMNS)) == ROWS
    assert len(list(csv.DictReader(io.StringIO(rows_as("csv", ROWS, COLUMNS))))) == len(ROWS)


def test_a_table_is_as_wide_as_its_texts_and_colours_add_nothing() -> None:
    plain, coloured = table(ROWS, COLUMNS), table(ROWS, COLUMNS, colour=True)
    assert "\x1b[31mblock\x1b[0m" in coloured and "\x1b" not in plain
    for code in ("31", "32"):
        coloured = coloured.replace(f"\x1b[{code}m", "")
    assert coloured.replace("\x1b[0m", "") == plain
    starts = [
        width(line[: line.index(word)]) for line, word in zip(plain.splitlines()[1:3], ("gpt", "gpt"), strict=True)
    ]
    assert len(set(starts)) == 1


@given(st.lists(st.text(), min_size=1, max_size=3))
@example(["\r="])
@example(["a\r=1"])
def test_no_cell_of_a_csv_is_run_by_a_spreadsheet(values: list[str]) -> None:
    rows = [{"a": value} for value in values]
    cells = [line[0] if line else "" for line in csv.reader(io.StringIO(as_csv(rows), newline=""))][1:]
    assert len(cells) == len(rows)
    for cell in cells:
        assert not cell.startswith(("=", "@", "\t", "\r"))
        assert not cell.startswith(("+", "-")) or cell[1:].replace(".", "", 1).isdigit()


def test_ten_thousand_rows_take_less_than_a_second() -> None:
    begun = time.process_time()
    table(ROWS[:1] * 10_000, COLUMNS)
    assert time.process_time() - begun < 1.0
