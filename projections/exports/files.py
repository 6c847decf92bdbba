"""Where the files of exports are: one directory for all API processes, a file for each export."""

from __future__ import annotations

import re
import secrets
import shutil
import time
from pathlib import Path
from typing import Final

from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.snapshots.documents import Export

_PLAIN: Final = re.compile(r"^[A-Za-z0-9_-]{1,64}\Z")
_PART: Final = ".part"
_DIGITS: Final = 16
_NAME: Final = re.compile(r"(exp_[A-Za-z0-9_-]{1,60})\.([0-9a-f]{16})\.(?:csv|json|ndjson)")
_PART_NAME: Final = re.compile(r"exp_[A-Za-z0-9_-]{1,60}\.[0-9a-f]{16}\.part")
_ABANDONED_S: Final = 3600
"""A part that nobody has written to for so long belongs to a process that has died."""


@frozen
class WholeFile:
    """A file that is whole: of which export, and how its SHA-256 begins."""

    export: str
    digits: str
    path: Path

    @property
    def age_s(self) -> float:
        return _age_s(self.path)

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
        """Give where a file is written until it is whole: another name each time, so no process disturbs another."""
        return self._folder(export) / f"{export.id}.{secrets.token_hex(_DIGITS // 2)}{_PART}"

    def _folder(self, export: Export) -> Path:
        for name in (export.org, export.id):
            if _PLAIN.match(name) is None:
                raise ValueError("the id of an export or of its organization is no plain name")
        return self.directory / export.org

    def room(self) -> int:
        """Give how many bytes may still be written."""
        return shutil.disk_usage(self.directory).free - self.keep_free_bytes

    def whole(self) -> list[WholeFile]:
        """Give the whole files that are there; what is called otherwise is somebody else's."""
        found = []
        for path in self.directory.glob("*/*"):
            named = _NAME.fullmatch(path.name)
            if named is not None and path.is_file():
                found.append(WholeFile(export=named[1], digits=named[2], path=path))
        return found

    def abandoned(self) -> list[Path]:
        """Give the parts that nobody writes any more."""
        parts = [path for path in self.directory.glob("*/*") if _PART_NAME.fullmatch(path.name) is not None]
        return [path for path in parts if _age_s(path) > _ABANDONED_S]


def _age_s(path: Path) -> float:
    """Give how long ago a file was written to; 0 where it is gone."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
