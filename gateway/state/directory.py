"""The directory as a gateway sees it: who may call, kept current from kt.directory. No I/O in here.

Every look-up takes the same time however many teams and keys there are. Values are kept as the log has them, at a
fifth of the memory, and as objects only while they are in use.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar, cast

from keeptrusts.schemas.codec import DecodeError
from keeptrusts.schemas.commands.wallets import BudgetScope
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.codec import decode_derived
from keeptrusts.schemas.snapshots.directory import (
    BudgetValue,
    ErasureValue,
    Heartbeat,
    KeyValue,
    MemberValue,
    OrganizationValue,
    TeamValue,
    WalletValue,
    WebhookValue,
)

V = TypeVar("V", bound=Record)

MOST_IN_USE: Final = 10_000


class _Shelf(Generic[V]):
    """Values by id as their bytes. ``get`` gives the same object again until it changes or is long out of use."""

    __slots__ = ("_in_use", "_stored")

    def __init__(self) -> None:
        self._stored: dict[str, bytes] = {}
        self._in_use: dict[str, V] = {}

    def put(self, identifier: str, value: bytes) -> None:
        self._stored[identifier] = value
        self._in_use.pop(identifier, None)

    def get(self, identifier: str) -> V | None:
        found = self._in_use.get(identifier)
        if found is not None:
            return found
        stored = self._stored.get(identifier)
        if stored is None:
            return None
        found = cast(V, decode_derived(stored))  # it was decoded once before it was put here
        if len(self._in_use) >= MOST_IN_USE:
            del self._in_use[next(iter(self._in_use))]
        self._in_use[identifier] = found
        return found


class DirectoryView:
    """Materializes kt.directory in memory. One task applies records; everybody else only reads."""

    def __init__(self) -> None:
        self._organizations: dict[str, OrganizationValue] = {}
        self._teams: _Shelf[TeamValue] = _Shelf()
        self._members: _Shelf[MemberValue] = _Shelf()
        self._keys: _Shelf[KeyValue] = _Shelf()
        self._webhooks: dict[str, WebhookValue] = {}
        self._wallets: set[tuple[str, str]] = set()
        self._budgets: dict[tuple[str, str, str], dict[str, BudgetValue]] = {}
        self._owner_of_budget: dict[str, tuple[str, str, str]] = {}
        self.money_version = 0
        """Changes with every wallet, budget and wallet mode, and with nothing else."""
        self._team_by_slug: dict[tuple[str, str], str] = {}
        self._team_by_name: dict[tuple[str, str], str] = {}
        self._key_by_prefix: dict[str, str] = {}
        self._keys_by_name: dict[tuple[str, str], tuple[str, ...]] = {}
        self._member_by_email: dict[tuple[str, str], str] = {}
        self._erasures: dict[tuple[str, str], ErasureValue] = {}
        self._heartbeats: dict[int, float] = {}
        self._positions: dict[int, int] = {}
        self.undecodable = 0
        self.erasure_version = 0
        """Changes with every erasure."""
        self.on_erasure: Callable[[str, str], None] = lambda org, subject: None
        """Told of each data subject that is erased: organization and subject."""

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
                self.money_version += 1
            case TeamValue():
                self._apply_team(record, value)
            case MemberValue():
                self._members.put(record.id, value)
                self._member_by_email[record.org, record.email] = record.id
            case KeyValue():
                self._apply_key(record, value)
            case WalletValue():
                self._apply_wallet(record)
            case BudgetValue():
                self._apply_budget(record)
            case WebhookValue():
                self._apply_webhook(record)
            case ErasureValue():
                self._erasures[record.org, record.id] = record
                self.erasure_version += 1
                self.on_erasure(record.org, record.id)
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
        wanted = (org, reference.casefold())
        identifier = self._team_by_slug.get(wanted) or self._team_by_name.get(wanted)
        return None if identifier is None else self._teams.get(identifier)

    def member(self, org: str, reference: str) -> MemberValue | None:
        """Give a member that is not removed by id or e-mail; None for other organizations' members."""
        identifier = self._member_by_email.get((org, reference.lower()), reference)
        member = self._members.get(identifier)
        return member if member is not None and member.org == org and member.state != "removed" else None

    def person(self, org: str, reference: str) -> MemberValue | None:
        """Give a member by id or e-mail, also one that is removed; None for other organizations' members."""
        member = self._members.get(self._member_by_email.get((org, reference.lower()), reference))
        return member if member is not None and member.org == org else None

    def key(self, org: str, reference: str) -> KeyValue | None:
        """Give a key by id, look-up prefix, or name (the newest active one of that name)."""
        direct = self._keys.get(reference) or self.key_by_prefix(reference)
        if direct is not None:
            return direct if direct.org == org else None
        identifiers = self._keys_by_name.get((org, reference), ())
        named = [key for identifier in identifiers if (key := self._keys.get(identifier)) is not None]
        return max(named, key=lambda key: (key.state == "active", key.created_at), default=None)

    def budget(self, org: str, identifier: str) -> BudgetValue | None:
        """Give a budget in force by id; None for removed ones and for other organizations'."""
        owner = self._owner_of_budget.get(identifier)
        return None if owner is None or owner[0] != org else self._budgets[owner].get(identifier)

    def webhook(self, org: str, identifier: str) -> WebhookValue | None:
        """Give a webhook by id; None for removed ones and for other organizations'."""
        found = self._webhooks.get(identifier)
        return found if found is not None and found.org == org else None

    def has_wallet(self, org: str, wallet: str) -> bool:
        """Say whether a wallet (``<scope>:<owner>``) exists and is not closed."""
        return (org, wallet) in self._wallets

    def budgets(self, org: str, scope: BudgetScope, owner: str) -> tuple[BudgetValue, ...]:
        """Give the budgets in force for one scope and owner, oldest first."""
        return tuple(self._budgets.get((org, scope, owner), {}).values())

    def erasures(self, org: str, subject: str) -> int:
        """Give how often a data subject has been erased."""
        found = self._erasures.get((org, subject))
        return 0 if found is None else found.number

    def all_erasures(self) -> tuple[ErasureValue, ...]:
        """Give the latest erasure of each data subject, of every organization."""
        return tuple(self._erasures.values())

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

    def _apply_wallet(self, wallet: WalletValue) -> None:
        self.money_version += 1
        name = (wallet.org, f"{wallet.scope}:{wallet.owner}")
        if wallet.closed_at is None:
            self._wallets.add(name)
        else:
            self._wallets.discard(name)

    def _apply_budget(self, budget: BudgetValue) -> None:
        self.money_version += 1
        owner = (budget.org, budget.scope, budget.owner)
        self._owner_of_budget[budget.id] = owner
        owned = self._budgets.setdefault(owner, {})
        if budget.state == "active":
            owned[budget.id] = budget
        else:
            owned.pop(budget.id, None)

    def _apply_webhook(self, webhook: WebhookValue) -> None:
        if webhook.state == "removed":
            self._webhooks.pop(webhook.id, None)
        else:
            self._webhooks[webhook.id] = webhook

    def _apply_team(self, team: TeamValue, value: bytes) -> None:
        before = self._teams.get(team.id)
        if before is not None:
            _forget(self._team_by_slug, (before.org, before.slug), before.id)
            _forget(self._team_by_name, (before.org, before.name.casefold()), before.id)
        self._teams.put(team.id, value)
        if team.state == "active":
            self._team_by_slug[team.org, team.slug] = team.id
            self._team_by_name[team.org, team.name.casefold()] = team.id

    def _apply_key(self, key: KeyValue, value: bytes) -> None:
        before = self._keys.get(key.id)
        if before is not None:
            for prefix in (before.prefix, before.previous_prefix):
                if prefix is not None:
                    self._key_by_prefix.pop(prefix, None)
        if before is None or before.name != key.name:
            self._rename_key(key, before)
        self._keys.put(key.id, value)
        self._key_by_prefix[key.prefix] = key.id
        if key.previous_prefix is not None:
            self._key_by_prefix[key.previous_prefix] = key.id

    def _rename_key(self, key: KeyValue, before: KeyValue | None) -> None:
        if before is not None:
            left = tuple(one for one in self._keys_by_name.get((before.org, before.name), ()) if one != before.id)
            self._keys_by_name[before.org, before.name] = left
        self._keys_by_name[key.org, key.name] = (*self._keys_by_name.get((key.org, key.name), ()), key.id)


def _forget(index: dict[tuple[str, str], str], name: tuple[str, str], identifier: str) -> None:
    """Drop a name unless it belongs to another by now."""
    if index.get(name) == identifier:
        del index[name]
