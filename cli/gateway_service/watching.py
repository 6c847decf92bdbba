"""Notices that files hold something else than before, however they were changed.

Contents are compared, not times: that finds a file replaced by an editor, a link that Kubernetes turns to another
directory, and two writes within one tick of the file system's clock. The files are small, and read once a second.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

MOST_BYTES: Final = 8 * 1024 * 1024


class FileWatch:
    """Remembers what files held. Blocks for as long as reading them takes."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = tuple(paths)
        self._seen = self._contents()
        self._unreadable_once = False

    def changed(self) -> bool:
        """Say whether a file holds something else than when this was last asked.

        A file that cannot be read may just be being replaced, so that counts only when it is so twice in a row.
        """
        now = self._contents()
        if None in now and not self._unreadable_once and now != self._seen:
            self._unreadable_once = True
            return False
        self._unreadable_once = False
        before, self._seen = self._seen, now
        return now != before

    def _contents(self) -> tuple[bytes | None, ...]:
        return tuple(_digest(path) for path in self._paths)


def _digest(path: Path) -> bytes | None:
    try:
        with path.open("rb") as stream:
            return hashlib.sha256(stream.read(MOST_BYTES)).digest()
    except OSError:
        return None
