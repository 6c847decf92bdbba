"""The tests that documents name are there, so that no fault loses its test unnoticed."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
_NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")


def named() -> list[tuple[str, str]]:
    return sorted(set(_NAMED.findall((TESTS / "README.md").read_text())))


@cache
def functions_of(path: str) -> frozenset[str]:
    tree = ast.parse((TESTS / path).read_text())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_row_names_a_test() -> None:
    rows = [line for line in (TESTS / "README.md").read_text().splitlines() if line.startswith("| ")]
    heads = [row for row in rows if row.endswith("| Held by |")]
    assert len(heads) == 4 and len(rows) > 50
    assert [row for row in rows if row not in heads and not _NAMED.search(row)] == []


@pytest.mark.parametrize(("path", "name"), named(), ids=[f"{path}::{name}" for path, name in named()])
def test_a_test_that_is_named_is_there(path: str, name: str) -> None:
    assert name.startswith("test_") and name in functions_of(path)
