"""What follows from a key alone, remembered: that it is the right one, and who calls when nothing else is claimed.

Nothing here outlives a change: each memory holds the directory's own values it was made from, and counts only while
the directory still has those very values. Keys themselves are not kept, only a keyed hash of them.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from keeptrusts.gateway.pipeline.values import Caller
from keeptrusts.gateway.state.directory import DirectoryView
from keeptrusts.schemas.snapshots.directory import KeyValue, MemberValue, TeamValue

MOST: Final = 10_000


class CallerBook:
    """One a gateway worker. ``salt`` is random, up to 64 bytes, and never leaves the process."""

    __slots__ = ("_callers", "_opened", "_salt")

    def __init__(self, salt: bytes) -> None:
        self._salt = salt
        self._opened: dict[bytes, KeyValue] = {}
        self._callers: dict[str, tuple[KeyValue, TeamValue | None, MemberValue | None, Caller]] = {}

    def opened(self, text: str, directory: DirectoryView) -> KeyValue | None:
        """Give the key that a presented text was found to open, if the directory has not changed it since."""
        key = self._opened.get(self._fingerprint(text))
        return key if key is not None and directory.key_by_prefix(key.prefix) is key else None

    def remember_opened(self, text: str, key: KeyValue) -> None:
        """Note that a text is a key's current secret; for a secret in its overlap this must not be called."""
        if len(self._opened) >= MOST:
            self._opened.clear()
        self._opened[self._fingerprint(text)] = key

    def caller(self, key: KeyValue, team: TeamValue | None, member: MemberValue | None) -> Caller | None:
        """Give the caller that follows from a key, its team and its member."""
        known = self._callers.get(key.id)
        if known is None or known[0] is not key or known[1] is not team or known[2] is not member:
            return None
        return known[3]

    def remember_caller(
        self, key: KeyValue, team: TeamValue | None, member: MemberValue | None, caller: Caller
    ) -> None:
        """Note who calls with a key when no header and no body claims more."""
        if len(self._callers) >= MOST:
            self._callers.clear()
        self._callers[key.id] = (key, team, member, caller)

    def _fingerprint(self, text: str) -> bytes:
        return blake2b(text.encode("utf-8", "surrogatepass"), key=self._salt, digest_size=16).digest()
