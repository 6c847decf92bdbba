"""Wallet rules: funding, allocating, reclaiming, closing, modes.

Money moves by postings that add up to zero. ``world`` is where money comes from and goes to; ``unmetered`` collects
the cost of callers without any wallet; ``variance`` collects what no wallet could pay.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from keeptrusts.schemas.authorization import Principal, scope_of
from keeptrusts.schemas.commands import wallets
from keeptrusts.schemas.money import format_usd
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.directory import WalletValue
from keeptrusts.schemas.snapshots.ledger import (
    WORLD,
    Change,
    available,
    leased,
)
from keeptrusts.stream_processors.authority.draft import moved
from keeptrusts.stream_processors.authority.money.allocations import recurring, room_for
from keeptrusts.stream_processors.authority.rule import Rule
from keeptrusts.stream_processors.authority.state import LedgerState
from keeptrusts.stream_processors.authority.verdicts import Accepted, Rejected, Verdict, forbidden, missing


def fund(state: LedgerState, actor: Principal, intent: wallets.WalletFundRequested, at: datetime) -> Verdict:
    """Bring money in from outside: ``world -> available``."""
    if scope_of(actor, "wallets.fund").reach != "all":
        return forbidden("fund wallets", "ask an owner of the organization")
    refusal = _unknown_owner(state, intent.wallet) or _too_much(state, intent.wallet.id, intent.amount)
    if refusal is not None:
        return refusal
    return Accepted(
        "wallet",
        intent.wallet.id,
        changes=_opening(state, intent.wallet, at),
        postings=moved(WORLD, available(intent.wallet.id), intent.amount),
    )


def allocate(state: LedgerState, actor: Principal, intent: wallets.WalletAllocateRequested, at: datetime) -> Verdict:
    """Move money down, from the named source, else the organization's wallet, else (never funded) from outside."""
    refusal = _unknown_owner(state, intent.wallet) or _too_much(state, intent.wallet.id, intent.amount)
    if refusal is not None:
        return refusal
    source = intent.source.id if intent.source is not None else _default_source(state, actor, intent)
    if not _may_allocate(state, actor, intent.wallet, source):
        return forbidden("allocate this money", "owners and admins allocate; team admins inside their team's wallet")
    if source is None:
        account, message = WORLD, "no wallet to draw on: this money comes from outside"
    elif source == intent.wallet.id:
        return Rejected("same_wallet", "a wallet cannot allocate to itself; use fund to bring money in")
    elif state.wallet(source) is None:
        return missing("wallet", source)
    elif state.free_money(source) < intent.amount:
        has = format_usd(state.free_money(source))
        return Rejected(
            "insufficient_funds",
            f"{source} has {has} USD available, {format_usd(intent.amount)} USD is asked for; fund it first",
        )
    else:
        account, message = available(source), None
    changes = _opening(state, intent.wallet, at)
    if intent.period is not None:
        changes += (
            recurring(state.ledger, intent.wallet.id, source, intent.amount, actor.member, state.ledger_time_ms),
        )
    return Accepted(
        "wallet",
        intent.wallet.id,
        changes=changes,
        postings=moved(account, available(intent.wallet.id), intent.amount),
        message=message,
    )


def reclaim(state: LedgerState, actor: Principal, intent: wallets.WalletReclaimRequested, at: datetime) -> Verdict:
    """Move unspent money back to the organization's wallet, or out when there is none or it is that wallet."""
    wallet = intent.wallet.id
    if state.wallet(wallet) is None:
        return missing("wallet", wallet)
    organization = state.organization_wallet
    destination = organization if state.wallet(organization) is not None and organization != wallet else None
    if not _may_reclaim(state, actor, intent.wallet, destination):
        return forbidden("reclaim from this wallet", "ask an owner or an admin of the organization")
    if state.free_money(wallet) < intent.amount:
        has = format_usd(state.free_money(wallet))
        return Rejected("insufficient_funds", f"{wallet} has only {has} USD available")
    account = WORLD if destination is None else available(destination)
    return Accepted("wallet", wallet, postings=moved(available(wallet), account, intent.amount))


def set_mode(state: LedgerState, actor: Principal, intent: wallets.WalletModeSetRequested, at: datetime) -> Verdict:
    if scope_of(actor, "wallets.mode_set").reach != "all" or state.organization is None:
        return forbidden("set the wallet mode", "ask an owner of the organization")
    changed = state.organization.model_copy(update={"wallet_mode": intent.mode})
    return Accepted("organization", changed.id, changes=(changed,))


def stop_recurring(
    state: LedgerState, actor: Principal, intent: wallets.WalletStopRecurringRequested, at: datetime
) -> Verdict:
    """End an allocation that recurs."""
    allocation = state.money.allocations.get(intent.wallet.id)
    if allocation is None:
        return missing("recurring allocation of", intent.wallet.id)
    if not _may_allocate(state, actor, intent.wallet, allocation.source):
        return forbidden("stop this allocation", "owners and admins do, and team admins within their team's wallet")
    return Accepted("wallet", intent.wallet.id, changes=(allocation.model_copy(update={"state": "stopped"}),))


def close(state: LedgerState, actor: Principal, intent: wallets.WalletCloseRequested, at: datetime) -> Verdict:
    """Close a wallet that holds nothing; its owner's calls are paid by the next wallet of the cascade, or by none."""
    wallet = intent.wallet.id
    value = state.wallet(wallet)
    if value is None:
        return missing("wallet", wallet)
    if scope_of(actor, "wallets.reclaim").reach != "all":
        return forbidden("close this wallet", "ask an owner or an admin of the organization")
    held, free = state.balance(leased(wallet)), state.free_money(wallet)
    if held:
        return Rejected(
            "in_use", f"{wallet} has {format_usd(held)} USD on leases and holds; wait until they have ended"
        )
    if free:
        return Rejected("not_empty", f"{wallet} has {format_usd(free)} USD available; reclaim it first")
    if any(ticket.wallet == wallet and ticket.amount for ticket in state.money.tickets.values()):
        return Rejected("in_use", f"{wallet} pays for an approved ticket; cancel it first")
    if any(wallet in held.fulls for held in state.money.presumed.values()):
        return Rejected(
            "in_use", f"{wallet} paid for calls whose cost is only presumed; release them, or wait 24 hours"
        )
    if wallet in state.money.allocations:
        return Rejected("in_use", f"{wallet} gets an allocation each month; stop it first")
    return Accepted("wallet", wallet, changes=(value.model_copy(update={"closed_at": at}),))


RULES: Final[Mapping[type[Record], Rule]] = MappingProxyType(
    {
        wallets.WalletFundRequested: fund,
        wallets.WalletAllocateRequested: allocate,
        wallets.WalletReclaimRequested: reclaim,
        wallets.WalletModeSetRequested: set_mode,
        wallets.WalletStopRecurringRequested: stop_recurring,
        wallets.WalletCloseRequested: close,
    }
)
"""Intent -> rule, as in the directory rules."""


def _opening(state: LedgerState, wallet: wallets.WalletRef, at: datetime) -> tuple[Change, ...]:
    if state.wallet(wallet.id) is not None:
        return ()
    return (WalletValue(id=wallet.id, org=state.ledger, scope=wallet.scope, owner=wallet.owner, created_at=at),)


def _unknown_owner(state: LedgerState, wallet: wallets.WalletRef) -> Rejected | None:
    if state.has_owner(wallet.scope, wallet.owner):
        return None
    return missing("member" if wallet.scope == "user" else wallet.scope, wallet.owner)


def _too_much(state: LedgerState, wallet: str, amount: int) -> Rejected | None:
    obstacle = room_for(state, wallet, amount)
    return None if obstacle is None else Rejected("limit_reached", obstacle)


def _default_source(state: LedgerState, actor: Principal, intent: wallets.WalletAllocateRequested) -> str | None:
    """Team admins hand out their own team's money to members; everybody else draws on the organization's wallet."""
    if actor.role == "member" and intent.wallet.scope == "user":
        teams = _shared_administered_teams(state, actor, intent.wallet.owner)
        return f"team:{teams[0]}" if teams else None
    organization = state.organization_wallet
    return organization if state.wallet(organization) is not None and intent.wallet.scope != "organization" else None


def _may_allocate(state: LedgerState, actor: Principal, wallet: wallets.WalletRef, source: str | None) -> bool:
    reach = scope_of(actor, "wallets.allocate")
    if reach.reach == "all":
        return source is not None or actor.role == "owner" or (wallet.scope != "organization" and _never_funded(state))
    if reach.reach != "team" or wallet.scope != "user" or source is None:
        return False
    return source in {f"team:{team}" for team in _shared_administered_teams(state, actor, wallet.owner)}


def _may_reclaim(state: LedgerState, actor: Principal, wallet: wallets.WalletRef, destination: str | None) -> bool:
    if scope_of(actor, "wallets.reclaim").reach == "all":
        return destination is not None or actor.role == "owner"
    return False


def _never_funded(state: LedgerState) -> bool:
    return state.organization_wallet not in state.wallets


def _shared_administered_teams(state: LedgerState, actor: Principal, member: str) -> tuple[str, ...]:
    value = state.members.get(member)
    if value is None:
        return ()
    return tuple(sorted(team for team in value.teams if actor.teams.get(team) == "admin"))
