"""A ledger's state: what its entries add up to. Rules read it; only ``evolve`` writes it, and only from an entry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from keeptrusts.schemas.authorization import Principal
from keeptrusts.schemas.commands.wallets import WalletScope
from keeptrusts.schemas.snapshots.directory import (
    ErasureValue,
    KeyValue,
    MemberValue,
    OrganizationValue,
    TeamValue,
    WalletValue,
    WebhookValue,
)
from keeptrusts.schemas.snapshots.documents import Escalation, Export, ExportSchedule
from keeptrusts.schemas.snapshots.ledger import (
    GENESIS_HASH,
    LIMITS,
    WORLD,
    AllocationValue,
    BudgetPeriodClosed,
    Change,
    Entry,
    HoldClosed,
    Posting,
    RequestClosed,
    RequestOpened,
    ShareValue,
    TicketValue,
    available,
    leased,
    spent,
)
from keeptrusts.stream_processors.authority.money_state import Level, MoneyState
from keeptrusts.stream_processors.authority.share_state import ShareState
from keeptrusts.stream_processors.authority.sizes import MOST_ENDED_ESCALATIONS, MOST_FUNDED, SCHEDULE_SETTLES_MS

INTENTS_REMEMBERED_MS = 24 * 3600 * 1000
MAX_FORGOTTEN_PER_ENTRY = 10
MAX_CLOSED_REMEMBERED = 10_000
_MAY_BE_NEGATIVE = frozenset({WORLD, LIMITS})
_BRING_MONEY = frozenset(
    {"kt.wallet.fund_requested.v1", "kt.wallet.allocate_requested.v1", "kt.wallet.reclaim_requested.v1"}
)


@dataclass(slots=True)
class LedgerState:
    """Everything the rules may ask about one ledger. Memory grows with people, wallets and what is open only."""

    ledger: str
    seq: int = -1
    last_hash: str = GENESIS_HASH
    ledger_time_ms: int = 0
    organization: OrganizationValue | None = None
    teams: dict[str, TeamValue] = field(default_factory=dict)
    members: dict[str, MemberValue] = field(default_factory=dict)
    keys: dict[str, KeyValue] = field(default_factory=dict)
    wallets: dict[str, WalletValue] = field(default_factory=dict)
    webhooks: dict[str, WebhookValue] = field(default_factory=dict)
    """Those that are not removed."""
    accounts: dict[str, int] = field(default_factory=dict)
    erasures: dict[str, ErasureValue] = field(default_factory=dict)
    """The latest of each data subject that was erased."""
    money: MoneyState = field(default_factory=MoneyState)
    shares: ShareState = field(default_factory=ShareState)
    escalations: dict[str, Escalation] = field(default_factory=dict)
    """Those that are open, oldest first."""
    approvals: dict[str, Escalation] = field(default_factory=dict)
    """Those that are approved and not used yet, of calls that were refused at once."""
    ended_escalations: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    """The latest that ended, oldest first: how, and the team they are of."""
    escalated_requests: dict[str, str] = field(default_factory=dict)
    """Request -> its open escalation."""
    escalations_due_ms: int | None = None
    """When the first of them is due or expires."""
    exports: dict[str, Export] = field(default_factory=dict)
    """Those that are queued, ready or failed: until they expire or are deleted."""
    export_schedules: dict[str, ExportSchedule] = field(default_factory=dict)
    """Those that are not removed."""
    exports_due_ms: int | None = None
    """When the first export expires, or the first schedule's time has settled."""
    open_requests: dict[str, RequestOpened] = field(default_factory=dict)
    closed_requests: dict[str, None] = field(default_factory=dict)
    """The latest calls that ended, oldest first."""
    recent_intents: dict[str, int] = field(default_factory=dict)
    """Ids of intents decided in the last 24 hours, with their ledger time: a repeat changes nothing."""
    member_by_email: dict[str, str] = field(default_factory=dict)
    team_by_slug: dict[str, str] = field(default_factory=dict)
    key_by_prefix: dict[str, str] = field(default_factory=dict)

    def balance(self, account: str) -> int:
        """Give an account's balance in nano-USD."""
        return self.accounts.get(account, 0)

    def free_money(self, wallet: str) -> int:
        """Give what a wallet can still spend, in nano-USD."""
        return self.accounts.get(f"{wallet}/available", 0)

    def wallet(self, identifier: str) -> WalletValue | None:
        """Give a wallet that exists and is not closed."""
        found = self.wallets.get(identifier)
        return found if found is not None and found.closed_at is None else None

    @property
    def organization_wallet(self) -> str:
        """Give the id of the wallet that is the organization's own, opened or not."""
        return f"organization:{self.ledger}"

    def has_owner(self, scope: WalletScope, owner: str) -> bool:
        """Say whether whom a wallet or a budget is for is there: an active team, a member, the organization itself."""
        match scope:
            case "organization":
                return owner == self.ledger
            case "team":
                team = self.teams.get(owner)
                return team is not None and team.state == "active"
            case "user":
                member = self.members.get(owner)
                return member is not None and member.state != "removed"

    def principal(self, member: str) -> Principal | None:
        """Give a member as the roles table sees one; None for the unknown, suspended and removed."""
        value = self.members.get(member)
        if value is None or value.state not in ("active", "invited"):
            return None
        return Principal(org=value.org, member=value.id, role=value.role, teams=value.teams)


def evolve(state: LedgerState, entry: Entry) -> None:
    """Fold one entry into the state. Raises AssertionError when the entry cannot follow what is there."""
    assert entry.ledger == state.ledger, "an entry of another ledger"
    assert entry.seq == state.seq + 1, f"entry {entry.seq} does not follow {state.seq}"
    assert entry.prev_hash == state.last_hash, f"entry {entry.seq} is not chained to the one before"
    state.ledger_time_ms = max(state.ledger_time_ms, entry.ledger_time_ms)
    absorb(state, entry.postings, entry.changes)
    advance(state, entry)


def absorb(state: LedgerState, postings: Iterable[Posting], changes: Iterable[Change]) -> None:
    """Take postings and changes into the state, in their order. An entry in the making does so as it grows."""
    accounts = state.accounts
    for posting in postings:
        account = posting.account
        balance = accounts.get(account, 0) + posting.amount
        assert balance >= 0 or account in _MAY_BE_NEGATIVE, f"{account} would fall below zero"
        accounts[account] = balance
    for change in changes:
        _apply_change(state, change)


def advance(state: LedgerState, entry: Entry) -> None:
    """Close an entry whose postings and changes are in the state: its place, its hash, what it makes remembered."""
    check_sum(entry)
    if entry.outcome in ("accepted", "rejected"):
        _remember_intent(state, entry)
    if (entry.outcome == "accepted" and entry.cause.type in _BRING_MONEY) or _allocated(entry):
        _set_levels(state, entry)
    state.money.backlog = len(entry.changes) > MOST_FUNDED and _funded(entry) >= MOST_FUNDED
    state.money.forget(state.ledger_time_ms)
    state.shares.forget(state.ledger_time_ms)
    state.seq = entry.seq
    state.last_hash = entry.hash


def check_sum(entry: Entry) -> None:
    """Raise AssertionError for postings that make or lose money."""
    assert sum([posting.amount for posting in entry.postings]) == 0, f"postings of entry {entry.seq} do not add up to 0"


def _funded(entry: Entry) -> int:
    return sum(isinstance(change, TicketValue) and change.state == "funded" for change in entry.changes)


def _allocated(entry: Entry) -> bool:
    return AllocationValue in map(type, entry.changes)


def _set_levels(state: LedgerState, entry: Entry) -> None:
    """Low balances are told against what a wallet holds once money has come in."""
    for posting in entry.postings:
        wallet, _, part = posting.account.rpartition("/")
        if posting.amount > 0 and part == "available" and wallet in state.wallets:
            state.money.levels[wallet] = Level(state.free_money(wallet) + state.balance(leased(wallet)))


def _remember_intent(state: LedgerState, entry: Entry) -> None:
    """Intents are remembered by id for 24 hours of ledger time; entries come in that order, so the oldest is first."""
    state.recent_intents[entry.cause.event_id] = entry.ledger_time_ms
    for event_id, decided_ms in list(islice(state.recent_intents.items(), MAX_FORGOTTEN_PER_ENTRY)):
        if decided_ms + INTENTS_REMEMBERED_MS >= entry.ledger_time_ms:
            break
        del state.recent_intents[event_id]


def _apply_change(state: LedgerState, change: Change) -> None:
    # Those of every call by their types: a class pattern looks for each other class first, a microsecond each.
    if type(change) is HoldClosed:
        state.money.absorb(change, state.ledger_time_ms)
    elif type(change) is RequestClosed:
        state.open_requests.pop(change.request, None)
        _remember_closed(state, change.request)
    elif type(change) is RequestOpened:
        state.open_requests[change.request] = change
        state.money.absorb(change, state.ledger_time_ms)
    else:
        _apply_rarer(state, change)


def _apply_rarer(state: LedgerState, change: Change) -> None:
    match change:
        case OrganizationValue():
            state.organization = change
        case TeamValue():
            before = state.teams.get(change.id)
            if before is not None:
                _forget(state.team_by_slug, before.slug, change.id)
            state.teams[change.id] = change
            if change.state == "active":
                state.team_by_slug[change.slug] = change.id
        case MemberValue():
            state.members[change.id] = change
            state.member_by_email[change.email] = change.id
        case KeyValue():
            before_key = state.keys.get(change.id)
            if before_key is not None:
                _forget(state.key_by_prefix, before_key.prefix, change.id)
            state.keys[change.id] = change
            state.key_by_prefix[change.prefix] = change.id
        case WalletValue():
            state.wallets[change.id] = change
        case ErasureValue():
            state.erasures[change.id] = change
        case ShareValue():
            state.shares.put(change)
        case Escalation():
            _absorb_escalation(state, change)
        case Export():
            _absorb_export(state, change)
        case ExportSchedule():
            _absorb_schedule(state, change)
        case WebhookValue():
            if change.state == "removed":
                state.webhooks.pop(change.id, None)
            else:
                state.webhooks[change.id] = change
        case BudgetPeriodClosed():
            state.money.absorb(change, state.ledger_time_ms)
            _net(state, change.full)
        case _:
            known = state.money.absorb(change, state.ledger_time_ms)
            assert known, f"{change.kind} is not known"


def _absorb_escalation(state: LedgerState, value: Escalation) -> None:
    if value.state in ("queued", "claimed"):
        state.escalations[value.id] = value
        if value.request is not None and value.held is not False:
            state.escalated_requests[value.request] = value.id
    else:
        state.escalations.pop(value.id, None)
        state.escalated_requests.pop(value.request or "", None)
        state.approvals.pop(value.id, None)
        if usable(value):
            state.approvals[value.id] = value
        state.ended_escalations.pop(value.id, None)
        state.ended_escalations[value.id] = (_how(value), value.team)
        if len(state.ended_escalations) > MOST_ENDED_ESCALATIONS:
            del state.ended_escalations[next(iter(state.ended_escalations))]
    state.escalations_due_ms = first_due_ms((*state.escalations.values(), *state.approvals.values()))


def _absorb_export(state: LedgerState, value: Export) -> None:
    if value.state in ("expired", "deleted"):
        state.exports.pop(value.id, None)
    else:
        state.exports[value.id] = value
    state.exports_due_ms = exports_due_ms(state)


def _absorb_schedule(state: LedgerState, value: ExportSchedule) -> None:
    if value.state == "removed":
        state.export_schedules.pop(value.id, None)
    else:
        state.export_schedules[value.id] = value
    state.exports_due_ms = exports_due_ms(state)


def exports_due_ms(state: LedgerState) -> int | None:
    """Give the ledger time at which the first export expires or the first schedule asks for one."""
    due = [ms_of(one.expires_at) for one in state.exports.values()]
    due += [settled_ms(one) for one in state.export_schedules.values()]
    return min(due, default=None)


def settled_ms(planned: ExportSchedule) -> int:
    """Give the ledger time at which a schedule's next export is asked for."""
    if planned.retry_at is not None:
        return ms_of(planned.retry_at)
    return ms_of(planned.next_at) + SCHEDULE_SETTLES_MS


def usable(value: Escalation) -> bool:
    """Say whether a call may go on by an escalation: it was refused at once, and is approved since."""
    return value.held is False and value.change == "resolved" and value.resolution == "approved"


def _how(value: Escalation) -> str:
    """Name how an escalation ended; of calls that were refused at once it counts what may still become of them."""
    if value.held is not False or value.state == "expired":
        return value.state
    return "redeemed" if value.change == "redeemed" else value.resolution or value.state


def first_due_ms(escalations: Iterable[Escalation]) -> int | None:
    """Give the ledger time at which the first of them expires or misses its service level."""
    due = [
        at
        for one in escalations
        for at in (one.expires_at, None if one.breached or one.state == "resolved" else one.due_at)
        if at is not None
    ]
    return None if not due else ms_of(min(due))


def ms_of(at: datetime) -> int:
    """Give a time as milliseconds since 1970."""
    return int(at.timestamp() * 1000)


def _net(state: LedgerState, full: str) -> None:
    """Drop a past period's accounts; all of them together are what ``limits`` is below zero for it."""
    for account in (available(full), leased(full), spent(full)):
        state.accounts[LIMITS] += state.accounts.pop(account, 0)


def _remember_closed(state: LedgerState, request: str) -> None:
    """The latest ended calls are remembered, so that a repeat of their records opens and charges nothing again."""
    state.closed_requests[request] = None
    if len(state.closed_requests) > MAX_CLOSED_REMEMBERED:
        del state.closed_requests[next(iter(state.closed_requests))]


def _forget(index: dict[str, str], name: str, identifier: str) -> None:
    """Drop a name unless it belongs to something else by now."""
    if index.get(name) == identifier:
        del index[name]
