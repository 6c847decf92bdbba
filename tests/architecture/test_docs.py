"""What the documents point at exists: files and folders named in backticks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "deploy/README.md", "docs/money.md")
FOLDERS = (
    "cli",
    "deploy",
    "gateway",
    "projections",
    "requirements",
    "schemas",
    "stream_processors",
    "tests",
    "runtime",
)
_CODE = re.compile(r"`([^`\n]+)`")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_path_that_a_document_names_is_there(document: str) -> None:
    named = {
        word
        for code in _CODE.findall((ROOT / document).read_text())
        for word in code.split()
        if word.split("/")[0] in FOLDERS and "/" in word and "*" not in word
    }
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
