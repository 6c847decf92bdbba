"""The files of the project: what git tracks or would track, or every file where there is no git."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_NOT_OURS = {".git", ".venv", ".cache", ".keeptrusts", "__pycache__", ".mypy_cache", ".ruff_cache", ".hypothesis"}


def project_files() -> list[Path]:
    """Paths that exist, links left out because their targets are in the list."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    if answer.returncode == 0 and answer.stdout:
        paths = [ROOT / name for name in answer.stdout.split("\0") if name]
    else:
        paths = [path for path in ROOT.rglob("*") if not _NOT_OURS & set(path.relative_to(ROOT).parts)]
    return sorted(path for path in paths if path.is_file() and not path.is_symlink())
