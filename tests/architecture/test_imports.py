"""The folders' direction holds: every contract on imports is kept, and each is really checked."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]


def test_every_import_contract_is_kept() -> None:
    contracts = tomllib.loads((_ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    tool = Path(sys.executable).with_name("lint-imports")
    answer = subprocess.run(
        [str(tool), "--no-cache"], cwd=_ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert answer.returncode == 0, answer.stdout
    assert f"Contracts: {len(contracts)} kept, 0 broken" in answer.stdout
