"""People, teams, wallets and budgets as the directory projection has them, remembered for at most a moment.

An organization is read whole once. After that only what was written since is read and decoded, so a large directory
costs no more a second than a small one.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal

from keeptrusts.projections.store.protocol import Store
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.codec import decode_derived
from keeptrusts.schemas.snapshots.directory import (
    BudgetValue,
    ErasureValue,
    KeyValue,
    MemberValue,
    OrganizationValue,
    TeamValue,
    WalletValue,
    WebhookValue,
)

_MOST_ORGANIZATIONS: Final = 256
MOST_VALUES: Final = 200_000
"""How many values of all organizations together are remembered; one organization may have more on its own."""
_MOST_PREFIXES: Final = 1_024
_TABLE: Final = """
SELECT toString(uuid) FROM system.tables WHERE database = currentDatabase() AND name = 'directory_values'"""
_WHOLE: Final = """
SELECT value, _partition, _offset FROM directory_values FINAL WHERE org = {org:String} AND kind != 'key'"""
_CHANGES: Final = """
SELECT value, _partition, _offset FROM directory_values
WHERE org = {org:String} AND kind != 'key'
    AND toInt64(_offset) > transform(_partition, {partitions:Array(UInt32)}, {offsets:Array(Int64)}, toInt64(-1))
ORDER BY _partition, _offset"""
_KEYS_OF: Final = """
SELECT value FROM directory_values FINAL WHERE org = {org:String} AND kind = 'key' ORDER BY id"""
# Without FINAL, which would merge the keys of every organization: any version names the key, the newest is given.
_KEYS_WITH: Final = """
SELECT argMax(value, _offset) FROM directory_values
WHERE (org, kind, id) IN (
    SELECT org, kind, id FROM directory_values
    WHERE kind = 'key' AND (prefix = {prefix:String} OR previous_prefix = {prefix:String}))
GROUP BY org, kind, id LIMIT 10"""


@frozen
class Directory:
    """One organization's directory at one moment, without its keys: those are looked up when they are asked for."""

    organization: OrganizationValue | None = None
    teams: Mapping[str, TeamValue] = field(default_factory=lambda: MappingProxyType({}))
    members: Mapping[str, MemberValue] = field(default_factory=lambda: MappingProxyType({}))
    wallets: Mapping[str, WalletValue] = field(default_factory=lambda: MappingProxyType({}))
    budgets: Mapping[str, BudgetValue] = field(default_factory=lambda: MappingProxyType({}))
    webhooks: Mapping[str, WebhookValue] = field(default_factory=lambda: MappingProxyType({}))
    erasures: Mapping[str, ErasureValue] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def size(self) -> int:
        """Give how many values it holds, which is what it costs to remember."""
        return (
            len(self.teams)
            + len(self.members)
            + len(self.wallets)
            + len(self.budgets)
            + len(self.webhooks)
            + len(self.erasures)
        )

    def team_named(self, text: str) -> TeamValue | None:
        """Find a team by id, slug or name (any case)."""
        found = self.teams.get(text)
        if found is not None:
            return found
        wanted = text.casefold()
        by_slug = next((team for team in self.teams.values() if team.slug == wanted), None)
        return by_slug or next((team for team in self.teams.values() if team.name.casefold() == wanted), None)

    def member_named(self, text: str) -> MemberValue | None:
        """Find a member by id or e-mail (any case)."""
        found = self.members.get(text)
        wanted = text.casefold()
        return found or next((member for member in self.members.values() if member.email == wanted), None)

    def team_label(self, team: str) -> str:
        """Give a team's slug, or the id itself when no such team is known."""
        found = self.teams.get(team)
        return found.slug if found is not None else team

    def user_label(self, user: str) -> str:
        """Give a member's e-mail, or the label itself (``external:...``, ``key:...``)."""
        found = self.members.get(user)
        return found.email if found is not None else user

    def owner_label(self, scope: Literal["organization", "team", "user"], owner: str) -> str | None:
        """Give the name of who owns a wallet or is limited by a budget; None for an organization not known yet."""
        match scope:
            case "organization":
                return self.organization.name if self.organization else None
            case "team":
                return self.team_label(owner)
            case "user":
                return self.user_label(owner)


@dataclass(slots=True)
class _Remembered:
    """An organization's directory, when its reading began, and how far it goes; ``reading`` is held meanwhile."""

    directory: Directory = field(default_factory=Directory)
    read_at: float = float("-inf")
    table: str = ""
    offsets: dict[int, int] = field(default_factory=dict)
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)


class DirectoryView:
    """Reads the directory projection; what it remembers is never older than ``seconds``."""

    def __init__(
        self, store: Store, seconds: float, monotonic: Callable[[], float], *, most_values: int = MOST_VALUES
    ) -> None:
        self._store = store
        self._most_values = most_values
        self._seconds = seconds
        self._monotonic = monotonic
        self._organizations: OrderedDict[str, _Remembered] = OrderedDict()
        self._keys: OrderedDict[str, tuple[float, tuple[KeyValue, ...]]] = OrderedDict()

    async def of(self, org: str, *, fresh: bool = False) -> Directory:
        """Give the directory of an organization; ``fresh`` reads it now. Callers at the same moment share a reading."""
        oldest = self._monotonic() - (0.0 if fresh else self._seconds)
        found = self._organizations.setdefault(org, _Remembered())
        self._organizations.move_to_end(org)
        if found.read_at < oldest:
            async with found.reading:
                if found.read_at < oldest:
                    await self._read(org, found)
        return found.directory

    async def keys_of(self, org: str) -> tuple[KeyValue, ...]:
        """Read every key of an organization."""
        answer = await self._store.query(_KEYS_OF, {"org": org})
        return await asyncio.to_thread(_keys, answer.rows)

    async def keys_with(self, prefix: str) -> tuple[KeyValue, ...]:
        """Give the keys, of any organization, that have or had a look-up prefix."""
        found = self._keys.get(prefix)
        now = self._monotonic()
        if found is not None and now - found[0] <= self._seconds:
            return found[1]
        keys = _keys((await self._store.query(_KEYS_WITH, {"prefix": prefix})).rows)
        self._keys[prefix] = (now, keys)
        self._keys.move_to_end(prefix)
        while len(self._keys) > _MOST_PREFIXES:
            self._keys.popitem(last=False)
        return keys

    async def _read(self, org: str, found: _Remembered) -> None:
        """Bring what is remembered up to date. A table that was made anew is another one, and is read whole."""
        began = self._monotonic()
        table = str((await self._store.query(_TABLE)).value())
        if table != found.table:
            answer = await self._store.query(_WHOLE, {"org": org})
            directory, offsets = await asyncio.to_thread(_with, Directory(), {}, answer.rows)
        else:
            seen = {"partitions": list(found.offsets), "offsets": list(found.offsets.values())}
            answer = await self._store.query(_CHANGES, {"org": org, **seen})
            directory, offsets = _with(found.directory, found.offsets, answer.rows)
        found.directory, found.offsets, found.table, found.read_at = directory, offsets, table, began
        self._forget()

    def _forget(self) -> None:
        """Drop the organizations that were asked for longest ago, when all together are too many."""
        values = sum(item.directory.size for item in self._organizations.values())
        while len(self._organizations) > 1 and (
            len(self._organizations) > _MOST_ORGANIZATIONS or values > self._most_values
        ):
            _, dropped = self._organizations.popitem(last=False)
            values -= dropped.directory.size


def _keys(rows: Iterable[Sequence[Any]]) -> tuple[KeyValue, ...]:
    values = (decode_derived(value.encode()) for (value,) in rows)
    return tuple(value for value in values if isinstance(value, KeyValue))


def _with(
    directory: Directory, offsets: Mapping[int, int], rows: Sequence[Sequence[Any]]
) -> tuple[Directory, dict[int, int]]:
    """Give a directory after rows of (value, partition, offset), and the largest offset of each partition."""
    reached = dict(offsets)
    for _, partition, offset in rows:
        reached[partition] = max(offset, reached.get(partition, -1))
    if not rows:
        return directory, reached
    return _changed(directory, (decode_derived(value.encode()) for value, _, _ in rows)), reached


def _changed(directory: Directory, values: Iterable[Record]) -> Directory:
    organization = directory.organization
    teams, members = dict(directory.teams), dict(directory.members)
    wallets, budgets, webhooks = dict(directory.wallets), dict(directory.budgets), dict(directory.webhooks)
    erasures = dict(directory.erasures)
    for value in values:
        match value:
            case OrganizationValue():
                organization = value
            case TeamValue():
                teams[value.id] = value
            case MemberValue():
                members[value.id] = value
            case WalletValue():
                wallets[value.id] = value
            case BudgetValue():
                budgets[value.id] = value
            case WebhookValue():
                webhooks[value.id] = value
            case ErasureValue():
                erasures[value.id] = value
    return Directory(
        organization=organization,
        teams=MappingProxyType(teams),
        members=MappingProxyType(members),
        wallets=MappingProxyType(wallets),
        budgets=MappingProxyType(budgets),
        webhooks=MappingProxyType(webhooks),
        erasures=MappingProxyType(erasures),
    )
