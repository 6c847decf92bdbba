"""Finds and makes the data directory: everything a stack keeps on this machine."""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from pathlib import Path

from keeptrusts.cli.stack.failure import StackError
from keeptrusts.schemas.frozen import frozen

DEFAULT_NAME = ".keeptrusts"
VARIABLE = "KEEPTRUSTS_DATA_DIR"


@frozen
class DataDir:
    """The files of one stack. Only names: nothing here touches the disk."""

    root: Path

    @property
    def kafka(self) -> Path:
        return self.root / "kafka"

    @property
    def state_file(self) -> Path:
        return self.root / "stack.json"

    @property
    def credentials(self) -> Path:
        return self.root / "credentials.json"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """Short-lived files: the supervisor's lock, ready files, requests."""
        return self.root / "run"

    def log_of(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def ready_file_of(self, name: str) -> Path:
        return self.run / f"{name}.ready"


def choose_data_dir(option: Path | None, *, working_dir: Path, environment: Mapping[str, str] = os.environ) -> DataDir:
    """The option, else KEEPTRUSTS_DATA_DIR, else the nearest `.keeptrusts/` upwards, else one to be made here."""
    if option is not None:
        return DataDir(root=_absolute(option, working_dir))
    named = environment.get(VARIABLE)
    if named:
        return DataDir(root=_absolute(Path(named), working_dir))
    found = find_upwards(working_dir)
    return found or DataDir(root=working_dir / DEFAULT_NAME)


def find_upwards(working_dir: Path) -> DataDir | None:
    """The nearest `.keeptrusts/` in this directory or one above it, as git finds its repository."""
    for folder in (working_dir, *working_dir.parents):
        candidate = folder / DEFAULT_NAME
        if candidate.is_dir():
            return DataDir(root=candidate)
    return None


def make_data_dir(data_dir: DataDir) -> None:
    """Make the directory and its folders, readable by this user only. Raises StackError when it cannot be written."""
    try:
        data_dir.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        data_dir.logs.mkdir(exist_ok=True)
        data_dir.run.mkdir(exist_ok=True, mode=0o700)
        probe = data_dir.run / f".write-{uuid.uuid4().hex}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise StackError(
            f"The data directory {data_dir.root} cannot be written: {error.strerror or error}.",
            fix=f"make it writable, or choose another with --data-dir or {VARIABLE}",
        ) from error


def _absolute(path: Path, working_dir: Path) -> Path:
    expanded = path.expanduser()
    return expanded if expanded.is_absolute() else (working_dir / expanded).resolve()
