"""Where the files of exports are: one directory for all API processes, a file for each export."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
from pathlib import Path
from typing import Final

from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.snapshots.documents import Export

_PLAIN: Final = re.compile(r"^[A-Za-z0-9_-]{1,64}\Z")
_PART: Final = ".part"
_DIGITS: Final = 16
_ABANDONED_S: Final = 3600
"""A part that nobody has written to for so long belongs to a process that has died."""


@frozen
class WholeFile:
    """A file that is whole: of which export, and how its SHA-256 begins."""

    export: str
    digits: str
    path: Path

    def is_of(self, sha256: str | None) -> bool:
        """Say whether it is the one with this hash; any counts as long as none is recorded."""
        return sha256 is None or sha256.startswith(self.digits)


@frozen
class ExportFiles:
    """Files of exports below ``directory``, of which at least ``keep_free_bytes`` of its disk stay free."""

    directory: Path
    most_bytes: int = 20 * 1024**3
    keep_free_bytes: int = 1024**3

    def path(self, export: Export, sha256: str) -> Path:
        """Give where an export's file with these contents is, or will be.

        Several processes may make one export; which file counts, the log decides. Raises ValueError for ids that are
        no file's name.
        """
        return self._folder(export) / f"{export.id}.{sha256[:_DIGITS]}.{export.format}"

    def part(self, export: Export) -> Path:
        """Give where a file is written until it is whole: another name for each process, so none disturbs another."""
        return self._folder(export) / f"{export.id}.{os.uname().nodename}-{os.getpid()}{_PART}"

    def _folder(self, export: Export) -> Path:
        for name in (export.org, export.id):
            if _PLAIN.match(name) is None:
                raise ValueError("the id of an export or of its organization is no plain name")
        return self.directory / export.org

    def room(self) -> int:
        """Give how many bytes may still be written."""
        return shutil.disk_usage(self.directory).free - self.keep_free_bytes

    def whole(self) -> list[WholeFile]:
        """Give the whole files that are there."""
        paths = [path for path in self.directory.glob("*/*.*.*") if path.suffix != _PART]
        return [WholeFile(export=path.name.split(".")[0], digits=path.name.split(".")[1], path=path) for path in paths]

    def sweep_parts(self) -> None:
        """Delete parts that nobody writes any more."""
        oldest = time.time() - _ABANDONED_S
        for path in self.directory.glob(f"*/*{_PART}"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < oldest:
                    path.unlink()
