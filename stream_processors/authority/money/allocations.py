"""Allocations that recur: at the first moment of each month (UTC) the same amount moves again."""

from __future__ import annotations

from keeptrusts.schemas.money import format_usd
from keeptrusts.schemas.periods import period_at
from keeptrusts.schemas.snapshots.ledger import WORLD, AllocationValue, available
from keeptrusts.stream_processors.authority.draft import Draft


def recurring(org: str, wallet: str, source: str | None, amount: int, asked_by: str, now_ms: int) -> AllocationValue:
    """Give the allocation that moves an amount at the beginning of every month after now; None brings it in."""
    _, next_ms = period_at(now_ms, "month")
    return AllocationValue(id=wallet, org=org, source=source, amount=amount, next_ms=next_ms, asked_by=asked_by)


def carry_out(draft: Draft, allocation: AllocationValue) -> None:
    """Move one month's money, all of it or nothing; what could not be moved is said and not made up for."""
    _, next_ms = period_at(draft.now_ms, allocation.period)
    skipped = _obstacle(draft, allocation)
    if skipped is None:
        account = WORLD if allocation.source is None else available(allocation.source)
        draft.move(account, available(allocation.id), allocation.amount)
    draft.change(allocation.model_copy(update={"next_ms": next_ms, "skipped": skipped}))


def _obstacle(draft: Draft, allocation: AllocationValue) -> str | None:
    state = draft.state
    if state.wallet(allocation.id) is None:
        return "the wallet is closed"
    if allocation.source is None:
        return None
    if state.wallet(allocation.source) is None:
        return f"{allocation.source} is closed"
    if state.free_money(allocation.source) < allocation.amount:
        return f"{allocation.source} has only {format_usd(state.free_money(allocation.source))} USD available"
    return None
