"""`kt` as a test calls it: in a directory of its own, signed in to a stub of the API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.kt_program import TOKEN, Kt
from support.stub_api import StubApi, stub_api

from keeptrusts.cli.main import main


@pytest.fixture
def api() -> Iterator[StubApi]:
    with stub_api() as served:
        yield served


@pytest.fixture
def kt(api: StubApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kt:
    """Run `kt ARGUMENTS...`; `env` adds variables."""
    monkeypatch.chdir(tmp_path)
    for name in ("KEEPTRUSTS_DATA_DIR", "API_TOKEN", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str, env: dict[str, str | None] | None = None) -> Result:
        signed_in = {"KEEPTRUSTS_API_URL": api.url, "KEEPTRUSTS_API_TOKEN": TOKEN}
        return CliRunner().invoke(main, list(arguments), env={**signed_in, **(env or {})})

    return run
