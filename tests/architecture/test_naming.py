"""A file has one job, says it in its first line, has a name that means something, and can be read in one sitting."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.tracked_files import ROOT, project_files

_MEANINGLESS = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "base", "misc"}
_LONGEST = 500


@pytest.fixture(scope="module")
def sources() -> list[Path]:
    return [path for path in project_files() if path.suffix == ".py"]


def test_no_module_is_named_after_nothing(sources: list[Path]) -> None:
    parts = {path: {Path(part).stem for part in path.relative_to(ROOT).parts} for path in sources}
    assert [str(path.relative_to(ROOT)) for path in sources if parts[path] & _MEANINGLESS] == []


def test_every_file_says_its_one_job_in_its_first_line(sources: list[Path]) -> None:
    silent = []
    for path in sources:
        text = path.read_text(encoding="utf-8")
        docstring = ast.get_docstring(ast.parse(text))
        if not docstring or not text.startswith('"""') or not docstring.splitlines()[0].strip():
            silent.append(str(path.relative_to(ROOT)))
    assert silent == []


def test_no_file_is_longer_than_one_sitting(sources: list[Path]) -> None:
    long = {str(path.relative_to(ROOT)): lines for path in sources if (lines := _lines(path)) > _LONGEST}
    assert long == {}


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())
