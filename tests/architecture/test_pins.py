"""The pins fit the project's declared dependencies: every one pinned inside its bounds, with hashes, no address."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_ROOT = Path(__file__).resolve().parents[2]
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)")
_RENEW = "renew the pins with `make pins`"


@pytest.fixture(scope="module")
def pins() -> dict[str, list[str]]:
    """Versions by name; a name may be pinned more than once, for different Pythons."""
    found: dict[str, list[str]] = {}
    for line in (_ROOT / "requirements" / "dev.txt").read_text().splitlines():
        if match := _PIN.match(line):
            found.setdefault(canonicalize_name(match.group(1)), []).append(match.group(2))
    return found


@pytest.fixture(scope="module")
def declared() -> list[Requirement]:
    document: dict[str, Any] = tomllib.loads((_ROOT / "pyproject.toml").read_text())
    project = document["project"]
    extras = [text for extra in project["optional-dependencies"].values() for text in extra]
    texts = [*project["dependencies"], *extras, *document["dependency-groups"]["dev"]]
    return [Requirement(text) for text in texts]


def test_every_declared_dependency_is_pinned_inside_its_bounds(
    pins: dict[str, list[str]], declared: list[Requirement]
) -> None:
    assert len(declared) > 20
    missing = [one.name for one in declared if canonicalize_name(one.name) not in pins]
    assert missing == [], _RENEW
    outside = [
        f"{one.name} {version}"
        for one in declared
        for version in pins[canonicalize_name(one.name)]
        if not one.specifier.contains(version)
    ]
    assert outside == [], _RENEW


def test_every_declared_dependency_has_both_bounds(declared: list[Requirement]) -> None:
    unbounded = [one.name for one in declared if not {">=", "<"} <= {specifier.operator for specifier in one.specifier}]
    assert unbounded == []


def test_every_pin_has_hashes_and_no_line_holds_an_address() -> None:
    text = (_ROOT / "requirements" / "dev.txt").read_text()
    blocks = text.replace("\\\n", " ").splitlines()
    assert all("--hash=sha256:" in block for block in blocks if not block.startswith("#"))
    assert "://" not in text
    assert "make pins" in text.splitlines()[0]
