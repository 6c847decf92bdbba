"""Allocations that recur: at the first moment of each month (UTC) the same amount moves again."""

from __future__ import annotations

from keeptrusts.schemas.money import MAX_NANO, format_usd
from keeptrusts.schemas.periods import period_at
from keeptrusts.schemas.snapshots.ledger import WORLD, AllocationValue, available, leased, spent
from keeptrusts.stream_processors.authority.draft import Draft
from keeptrusts.stream_processors.authority.state import LedgerState


def recurring(org: str, wallet: str, source: str | None, amount: int, asked_by: str, now_ms: int) -> AllocationValue:
    """Give the allocation that moves an amount at the beginning of every month after now; None brings it in."""
    _, next_ms = period_at(now_ms, "month")
    return AllocationValue(id=wallet, org=org, source=source, amount=amount, next_ms=next_ms, asked_by=asked_by)


def carry_out(draft: Draft, allocation: AllocationValue) -> None:
    """Move one month's money, all of it or nothing; what could not be moved is said and not made up for."""
    _, next_ms = period_at(draft.now_ms, allocation.period)
    allocation = _with_source(draft.state, allocation)
    skipped = _obstacle(draft, allocation)
    if skipped is None:
        account = WORLD if allocation.source is None else available(allocation.source)
        draft.move(account, available(allocation.id), allocation.amount)
    draft.change(allocation.model_copy(update={"next_ms": next_ms, "skipped": skipped}))


def room_for(state: LedgerState, wallet: str, amount: int, *, from_outside: bool = True) -> str | None:
    """Say why a wallet cannot take an amount that it could still count, or None."""
    held = state.free_money(wallet) + state.balance(leased(wallet)) + state.balance(spent(wallet))
    if held + amount > MAX_NANO:
        return f"a wallet holds at most {format_usd(MAX_NANO)} USD over its life"
    if from_outside and state.balance(WORLD) - amount < -MAX_NANO:
        return f"an organization brings in at most {format_usd(MAX_NANO)} USD"
    return None


def _with_source(state: LedgerState, allocation: AllocationValue) -> AllocationValue:
    """Give it with who pays now: money comes from outside only while the organization has no wallet to draw on."""
    organization = state.organization_wallet
    if allocation.source is not None or allocation.id == organization or state.wallet(organization) is None:
        return allocation
    return allocation.model_copy(update={"source": organization})


def _obstacle(draft: Draft, allocation: AllocationValue) -> str | None:
    state, source = draft.state, allocation.source
    wallet = state.wallet(allocation.id)
    if wallet is None:
        return "the wallet is closed"
    if not state.has_owner(wallet.scope, wallet.owner):
        return f"the {wallet.scope} of this wallet is not there any more"
    if source is None:
        return room_for(state, allocation.id, allocation.amount)
    if state.wallet(source) is None:
        return f"{source} is closed"
    if state.free_money(source) < allocation.amount:
        return f"{source} has only {format_usd(state.free_money(source))} USD available"
    return room_for(state, allocation.id, allocation.amount, from_outside=False)
