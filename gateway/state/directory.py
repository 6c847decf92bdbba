"""The directory as a gateway sees it: who may call, kept current from kt.directory. No I/O in here."""

from __future__ import annotations

from collections.abc import Mapping

from keeptrusts.schemas.codec import DecodeError
from keeptrusts.schemas.snapshots.codec import decode_derived
from keeptrusts.schemas.snapshots.directory import (
    Heartbeat,
    KeyValue,
    MemberValue,
    OrganizationValue,
    TeamValue,
    WalletValue,
)


class DirectoryView:
    """Materializes kt.directory in memory. One task applies records; everybody else only reads."""

    def __init__(self) -> None:
        self._organizations: dict[str, OrganizationValue] = {}
        self._teams: dict[str, TeamValue] = {}
        self._members: dict[str, MemberValue] = {}
        self._keys: dict[str, KeyValue] = {}
        self._wallets: dict[str, WalletValue] = {}
        self._key_by_prefix: dict[str, str] = {}
        self._member_by_email: dict[tuple[str, str], str] = {}
        self._heartbeats: dict[int, float] = {}
        self._positions: dict[int, int] = {}
        self.undecodable = 0

    def apply(self, partition: int, offset: int, value: bytes | None, received_s: float) -> None:
        """Take in one record; ``received_s`` is a monotonic time, the only clock that ages heartbeats."""
        self._positions[partition] = offset
        if not value:
            return  # tombstones carry nothing: revocation is a value
        try:
            record = decode_derived(value)
        except DecodeError:
            self.undecodable += 1
            return
        match record:
            case Heartbeat():
                self._heartbeats[record.partition] = received_s
            case OrganizationValue():
                self._organizations[record.id] = record
            case TeamValue():
                self._teams[record.id] = record
            case MemberValue():
                self._members[record.id] = record
                self._member_by_email[record.org, record.email] = record.id
            case KeyValue():
                self._apply_key(record)
            case WalletValue():
                self._wallets[record.id] = record
            case _:
                self.undecodable += 1

    def key_by_prefix(self, prefix: str) -> KeyValue | None:
        """Give the key whose current or previous secret has this look-up prefix."""
        identifier = self._key_by_prefix.get(prefix)
        return None if identifier is None else self._keys.get(identifier)

    def organization(self, identifier: str) -> OrganizationValue | None:
        return self._organizations.get(identifier)

    def team(self, org: str, reference: str) -> TeamValue | None:
        """Give an active team by id, slug or name (any case); None for other organizations' teams."""
        direct = self._teams.get(reference)
        if direct is not None:
            return direct if direct.org == org and direct.state == "active" else None
        wanted = reference.casefold()
        return next(
            (
                team
                for team in self._teams.values()
                if team.org == org and team.state == "active" and wanted in (team.slug, team.name.casefold())
            ),
            None,
        )

    def member(self, org: str, reference: str) -> MemberValue | None:
        """Give a member that is not removed by id or e-mail; None for other organizations' members."""
        identifier = self._member_by_email.get((org, reference.lower()), reference)
        member = self._members.get(identifier)
        return member if member is not None and member.org == org and member.state != "removed" else None

    def key(self, org: str, reference: str) -> KeyValue | None:
        """Give a key by id, look-up prefix, or name (the newest active one of that name)."""
        direct = self._keys.get(reference) or self.key_by_prefix(reference)
        if direct is not None:
            return direct if direct.org == org else None
        named = [key for key in self._keys.values() if key.org == org and key.name == reference]
        return max(named, key=lambda key: (key.state == "active", key.created_at), default=None)

    def team_names(self, org: str) -> Mapping[str, str]:
        """Give the slugs of an organization's active teams by id."""
        return {team.id: team.slug for team in self._teams.values() if team.org == org and team.state == "active"}

    def position(self, partition: int) -> int | None:
        """Give the offset of the last record taken in from a partition."""
        return self._positions.get(partition)

    def heartbeat_age_s(self, partition: int, now_s: float) -> float | None:
        """Give the seconds since the authority's last sign of life for a partition; None before the first."""
        received = self._heartbeats.get(partition)
        return None if received is None else now_s - received

    def forget_heartbeats(self) -> None:
        """Drop signs of life read from history: only what arrives live says that the authority lives."""
        self._heartbeats.clear()

    def _apply_key(self, key: KeyValue) -> None:
        before = self._keys.get(key.id)
        if before is not None:
            for prefix in (before.prefix, before.previous_prefix):
                if prefix is not None:
                    self._key_by_prefix.pop(prefix, None)
        self._keys[key.id] = key
        self._key_by_prefix[key.prefix] = key.id
        if key.previous_prefix is not None:
            self._key_by_prefix[key.previous_prefix] = key.id
