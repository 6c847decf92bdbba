"""The project depends on no particular machine or registry: no such address or path is in any of its files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.tracked_files import ROOT, project_files

# Put together from parts, so that this file does not contain what it looks for.
_HOSTS = [
    ("pypi", "org"),
    ("files", "pythonhosted", "org"),
    ("registry", "npmjs", "org"),
    ("registry", "yarnpkg", "com"),
    ("repo", "maven", "apache", "org"),
    ("repo1", "maven", "org"),
    ("proxy", "golang", "org"),
]
_REGISTRY = re.compile("|".join(re.escape(".".join(host)) for host in _HOSTS))
_MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|root|opt/wheels|Users)/\w|(?<![\w.$}])/home/(?!runner\b)[a-z]")
_DOWNLOAD = re.compile(r'"resolved"|^\s*(?:url|registry)\s*=\s*"https?://|--(?:extra-)?index-url|--find-links', re.M)
_LOCK_NAMES = re.compile(r"(?:^|[./-])(?:lock|shrinkwrap)|requirements/", re.I)


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {str(path.relative_to(ROOT)): _text(path) for path in project_files()}


@pytest.mark.parametrize("pattern", [_REGISTRY, _MACHINE_PATH], ids=["registry host", "machine path"])
def test_no_file_names_one(texts: dict[str, str], pattern: re.Pattern[str]) -> None:
    found = {name: match.group() for name, text in texts.items() if (match := pattern.search(text))}
    assert found == {}


def test_no_lock_says_where_to_download_from(texts: dict[str, str]) -> None:
    locks = {name: text for name, text in texts.items() if _LOCK_NAMES.search(name)}
    assert "requirements/dev.txt" in locks
    assert {name: match.group() for name, text in locks.items() if (match := _DOWNLOAD.search(text))} == {}


def test_the_patterns_find_what_they_look_for() -> None:
    assert all(_REGISTRY.search(f"https://{'.'.join(host)}/simple") for host in _HOSTS)
    assert _MACHINE_PATH.search("cd " + "/".join(["", "work", "main"]))
    assert _MACHINE_PATH.search("/".join(["", "home", "somebody"]))
    assert not _MACHINE_PATH.search("GET /v1/work/items and ~/home")
    assert _DOWNLOAD.search('"resolved": "https://example.com/x.tgz"')


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
