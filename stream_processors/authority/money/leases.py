"""Leases: who may spend how much until when. Granted from what is free, taken back when their time is up."""

from __future__ import annotations

from collections.abc import Callable

from keeptrusts.schemas.events.money import LEASE_MS, BudgetClaim, LeaseRequested, LeaseReturned
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.snapshots.grants import LeaseDenied, LeaseGranted
from keeptrusts.schemas.snapshots.ledger import LeaseClosed, LeaseOpened, LeaseReduced, Outcome, available, leased
from keeptrusts.stream_processors.authority.draft import Draft
from keeptrusts.stream_processors.authority.money import budgets
from keeptrusts.stream_processors.authority.money_state import Lease
from keeptrusts.stream_processors.authority.sizes import ASKED_LATELY_MS, MOST_LEASES
from keeptrusts.stream_processors.authority.state import LedgerState


@frozen
class Granted:
    """A lease that was opened: its id, the account by the gateway's name, how much, until when, and what stays free."""

    lease: str
    account: str
    amount: int
    expires_at_ms: int
    over_limit: bool
    available: int


@frozen
class Source:
    """An account that is to be drawn on: the name that gateways know, and the ledger's full one."""

    account: str
    full: str


def request(draft: Draft, asked: LeaseRequested) -> Outcome:
    """Grant leases on the first wallet that covers and on every budget, or say which account does not (rule 2)."""
    wallet = wallet_that_covers(draft, asked)
    sources = agreeing(draft, asked.budgets, asked.need, lambda denial: _deny(draft, asked.incarnation, denial))
    if sources is None or (asked.cascade and wallet is None):
        return "denied"
    if len(draft.state.money.leases) >= MOST_LEASES:
        _deny(draft, asked.incarnation, Denial(account=None, reason="too_many_leases"))
        return "denied"
    if wallet is not None:
        sources = (Source(account=wallet, full=wallet), *sources)
    for source in sources:
        amount = _share(draft.state, source, asked.incarnation, need=asked.need, wanted=asked.wanted)
        granted = grant(draft, source, asked.incarnation, amount)
        draft.tell(
            LeaseGranted(
                ledger=draft.state.ledger,
                lease=granted.lease,
                incarnation=asked.incarnation,
                account=granted.account,
                granted=granted.amount,
                expires_at_ms=granted.expires_at_ms,
                causationid=draft.event.id,
                over_limit=granted.over_limit or None,
                available=granted.available,
            )
        )
    return "granted"


def returned(draft: Draft, back: LeaseReturned) -> Outcome:
    """Take unused money of a lease back. More than its room cannot come back; a lease that has ended gave it all."""
    lease = draft.state.money.leases.get(back.lease)
    if lease is None or not lease.open or lease.incarnation != back.incarnation:
        return "ignored"
    amount = min(back.amount, lease.room)
    draft.move(leased(lease.full), available(lease.full), amount)
    if amount == lease.room and not lease.held:
        draft.change(LeaseClosed(lease=lease.id))
    elif amount:
        draft.change(LeaseReduced(lease=lease.id, amount=amount))
    return "returned"


def close(draft: Draft, lease: Lease) -> None:
    """End a lease: what it has neither spent nor holds goes back."""
    draft.move(leased(lease.full), available(lease.full), lease.room)
    draft.change(LeaseClosed(lease=lease.id))


@frozen
class Denial:
    """An account that does not cover what is needed, what is free on it, and what may still come back."""

    account: str | None
    reason: str
    available: int | None = None
    leased: int | None = None


def wallet_that_covers(draft: Draft, asked: LeaseRequested) -> str | None:
    """Give the first wallet of the cascade that covers all of it; each one before it is said not to."""
    state, exists = draft.state, False
    for name in asked.cascade:
        if state.wallet(name) is None:
            continue
        exists = True
        if state.free_money(name) >= asked.need:
            return name
        _deny(draft, asked.incarnation, _short_of(state, name, name))
    if asked.cascade and not exists:
        _deny(draft, asked.incarnation, Denial(account=None, reason="no_wallet"))
    return None


def agreeing(
    draft: Draft, claims: tuple[BudgetClaim, ...], need: int, denied: Callable[[Denial], None]
) -> tuple[Source, ...] | None:
    """Give the accounts of all budgets, or None when a hard one does not agree; each that does not is said."""
    sources: list[Source] = []
    agreed = True
    for claim in claims:
        full = budgets.claimed(draft, claim)
        if full is None:
            denied(Denial(account=claim.account, reason="unknown_budget"))
            agreed = False
        elif draft.state.free_money(full) < need and is_hard(draft.state, claim):
            denied(_short_of(draft.state, claim.account, full))
            agreed = False
        else:
            sources.append(Source(account=claim.account, full=full))
    return tuple(sources) if agreed else None


def is_hard(state: LedgerState, claim: BudgetClaim) -> bool:
    """Say whether a claimed budget refuses; for one of the directory the directory says."""
    budget = state.money.budgets.get(claim.account.removeprefix(budgets.DIRECTORY_PREFIX))
    return (claim.action if budget is None else budget.action) != "soft"


def grant(draft: Draft, source: Source, incarnation: str, amount: int, *, ticket: str | None = None) -> Granted:
    """Open a lease of this amount, which must be free or of a soft budget."""
    short = amount - draft.state.free_money(source.full)
    if short > 0 and source.account != source.full:
        budgets.lend_beyond(draft, source.full, short)
    draft.move(available(source.full), leased(source.full), amount)
    return open_lease(draft, source, incarnation, amount, ticket=ticket)


def open_lease(draft: Draft, source: Source, incarnation: str, amount: int, *, ticket: str | None = None) -> Granted:
    """Open a lease on money that is among the leased already."""
    expires_at_ms = min(draft.timestamp_ms + LEASE_MS, budgets.ends_ms(draft.state, source.full) - 1)
    opened = LeaseOpened(
        lease=draft.lease_id(),
        account=source.account,
        full=source.full,
        incarnation=incarnation,
        granted=amount,
        expires_at_ms=expires_at_ms,
        ticket=ticket,
    )
    draft.change(opened)
    period = draft.state.money.periods.get(source.full)
    return Granted(
        lease=opened.lease,
        account=source.account,
        amount=amount,
        expires_at_ms=expires_at_ms,
        over_limit=period is not None and period.over > 0,
        available=draft.state.free_money(source.full),
    )


def _share(state: LedgerState, source: Source, incarnation: str, *, need: int, wanted: int) -> int:
    """Give how much of an account one incarnation gets: enough for what it needs, and no more than its half share."""
    if source.account in state.money.pressing:
        return need
    lately = state.ledger_time_ms - ASKED_LATELY_MS
    asked = {name for name, at in state.money.askers.get(source.account, {}).items() if at >= lately}
    free = state.free_money(source.full)
    return max(need, min(wanted, free // (2 * len(asked | {incarnation})), free))


def _short_of(state: LedgerState, account: str, full: str) -> Denial:
    return Denial(
        account=account,
        reason="does_not_cover",
        available=state.free_money(full),
        leased=state.balance(leased(full)),
    )


def _deny(draft: Draft, incarnation: str, denial: Denial) -> None:
    draft.tell(
        LeaseDenied(
            ledger=draft.state.ledger,
            incarnation=incarnation,
            account=denial.account,
            reason=denial.reason,
            causationid=draft.event.id,
            available=denial.available,
            leased=denial.leased,
        )
    )
