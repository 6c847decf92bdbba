"""People, teams, keys and wallets as the directory projection has them, remembered for at most a moment."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, TypeVar

from keeptrusts.projections.store.protocol import Store
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.codec import decode_derived
from keeptrusts.schemas.snapshots.directory import (
    KeyValue,
    MemberValue,
    OrganizationValue,
    TeamValue,
    WalletValue,
)

V = TypeVar("V")

_MOST_REMEMBERED: Final = 256
_ORGANIZATION: Final = """
SELECT value FROM directory_values FINAL WHERE org = {org:String} ORDER BY kind, id"""
_KEYS: Final = """
SELECT value FROM directory_values FINAL
WHERE kind = 'key' AND (prefix = {prefix:String} OR previous_prefix = {prefix:String})
LIMIT 10"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """One organization's directory at one moment."""

    organization: OrganizationValue | None = None
    teams: Mapping[str, TeamValue] = field(default_factory=lambda: MappingProxyType({}))
    members: Mapping[str, MemberValue] = field(default_factory=lambda: MappingProxyType({}))
    keys: Mapping[str, KeyValue] = field(default_factory=lambda: MappingProxyType({}))
    wallets: Mapping[str, WalletValue] = field(default_factory=lambda: MappingProxyType({}))

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


class DirectoryView:
    """Reads the directory projection; what it remembers is never older than ``seconds``."""

    def __init__(self, store: Store, seconds: float, monotonic: Callable[[], float]) -> None:
        self._store = store
        self._seconds = seconds
        self._monotonic = monotonic
        self._organizations: OrderedDict[str, tuple[float, Directory]] = OrderedDict()
        self._keys: OrderedDict[str, tuple[float, tuple[KeyValue, ...]]] = OrderedDict()

    async def of(self, org: str, *, fresh: bool = False) -> Directory:
        """Give the directory of an organization; ``fresh`` reads it now."""
        found = self._organizations.get(org)
        now = self._monotonic()
        if found is not None and not fresh and now - found[0] <= self._seconds:
            return found[1]
        answer = await self._store.query(_ORGANIZATION, {"org": org})
        directory = _directory(decode_derived(value.encode()) for (value,) in answer.rows)
        _remember(self._organizations, org, (now, directory))
        return directory

    async def keys_with(self, prefix: str) -> tuple[KeyValue, ...]:
        """Give the keys, of any organization, that have or had a look-up prefix."""
        found = self._keys.get(prefix)
        now = self._monotonic()
        if found is not None and now - found[0] <= self._seconds:
            return found[1]
        answer = await self._store.query(_KEYS, {"prefix": prefix})
        values = (decode_derived(value.encode()) for (value,) in answer.rows)
        keys = tuple(value for value in values if isinstance(value, KeyValue))
        _remember(self._keys, prefix, (now, keys))
        return keys


def _remember(cache: OrderedDict[str, V], name: str, value: V) -> None:
    cache[name] = value
    cache.move_to_end(name)
    while len(cache) > _MOST_REMEMBERED:
        cache.popitem(last=False)


def _directory(values: Iterable[Record]) -> Directory:
    organization: OrganizationValue | None = None
    teams: dict[str, TeamValue] = {}
    members: dict[str, MemberValue] = {}
    keys: dict[str, KeyValue] = {}
    wallets: dict[str, WalletValue] = {}
    for value in values:
        match value:
            case OrganizationValue():
                organization = value
            case TeamValue():
                teams[value.id] = value
            case MemberValue():
                members[value.id] = value
            case KeyValue():
                keys[value.id] = value
            case WalletValue():
                wallets[value.id] = value
    return Directory(
        organization=organization,
        teams=MappingProxyType(teams),
        members=MappingProxyType(members),
        keys=MappingProxyType(keys),
        wallets=MappingProxyType(wallets),
    )
