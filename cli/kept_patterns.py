"""Compiled patterns on disk: a gateway that starts again, and each of its workers, need not compile them anew."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

logger = logging.getLogger(__name__)

MOST_FILES: Final = 32


def patterns_kept_for(environment: Mapping[str, str]) -> KeptPatterns | None:
    """Give the user's cache, where there is a place for one (https://specifications.freedesktop.org/basedir-spec)."""
    own, home = environment.get("XDG_CACHE_HOME"), environment.get("HOME")
    if not own and not home:
        return None
    return KeptPatterns((Path(own) if own else Path(home or "", ".cache")) / "keeptrusts" / "patterns")


@dataclass(frozen=True, slots=True)
class KeptPatterns:
    """One file a database, named by its key. Without room or rights everything goes on, only slower."""

    directory: Path

    def find(self, key: str) -> bytes | None:
        """Give what was kept under a key."""
        try:
            return (self.directory / key).read_bytes()
        except OSError:
            return None

    def keep(self, key: str, data: bytes) -> None:
        """Keep bytes under a key, whole or not at all; the oldest files make room."""
        try:
            self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.NamedTemporaryFile(dir=self.directory, prefix=".", delete=False) as file:
                file.write(data)
            os.replace(file.name, self.directory / key)
            kept = sorted(self.directory.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
            for old in kept[MOST_FILES:]:
                old.unlink(missing_ok=True)
        except OSError as error:
            logger.warning("compiled patterns are not kept in %s: %s", self.directory, error.strerror)
