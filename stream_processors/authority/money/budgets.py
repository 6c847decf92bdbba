"""Budgets: what a scope may spend in a period, as accounts that ``limits`` feeds; who is told when it nears its end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from keeptrusts.schemas.authorization import Principal, scope_of
from keeptrusts.schemas.commands.wallets import BudgetPeriod, BudgetRemoveRequested, BudgetSetRequested
from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.events.money import BudgetClaim
from keeptrusts.schemas.money import MAX_NANO
from keeptrusts.schemas.periods import period_at, zone_named
from keeptrusts.schemas.snapshots.directory import BudgetValue
from keeptrusts.schemas.snapshots.ledger import LIMITS, BudgetPeriodOpened, ThresholdReached, available, leased, spent
from keeptrusts.stream_processors.authority.draft import Draft
from keeptrusts.stream_processors.authority.sizes import CAP_THRESHOLDS_PERCENT
from keeptrusts.stream_processors.authority.state import LedgerState
from keeptrusts.stream_processors.authority.verdicts import Accepted, Rejected, Verdict, forbidden, missing

DIRECTORY_PREFIX: Final = "budget:"
CAP_PREFIX: Final = "cap:"
MOST_BUDGETS: Final = 10_000


def claimed(draft: Draft, claim: BudgetClaim) -> str | None:
    """Give the full account that a claim draws on now, made or brought to its limit; None for one not in force.

    The ledger's own limit counts for budgets of the directory. A policy's cap is what the latest claim says.
    """
    if claim.account.startswith(DIRECTORY_PREFIX):
        budget = draft.state.money.budgets.get(claim.account.removeprefix(DIRECTORY_PREFIX))
        if budget is None:
            return None
        full = _in_period(draft, claim.account, budget.limit, budget.period, budget.time_zone, draft.timestamp_ms)
        return _within_limit(draft, full, budget.limit)
    if not claim.account.startswith(CAP_PREFIX):
        return None
    try:
        full = _in_period(draft, claim.account, claim.limit, claim.period, claim.time_zone, draft.timestamp_ms)
    except ValueError:
        return None  # a time zone that does not exist
    return _within_limit(draft, full, claim.limit)


def lend_beyond(draft: Draft, full: str, amount: int) -> None:
    """Let a soft budget be drawn on although its limit is reached; what was lent is part of its account."""
    period = draft.state.money.periods[full]
    draft.move(LIMITS, available(full), amount)
    _record_period(draft, full, limit=period.limit, over=period.over + amount)


def counting(state: LedgerState, identity: Identity, gateway: str, drawn: frozenset[str]) -> tuple[str, ...]:
    """Give the ids of the directory's budgets that a call counts towards, save those that its hold draws on."""
    by_owner = state.money.budgets_of
    if not by_owner:
        return ()
    owners = (
        ("organization", identity.org),
        ("team", identity.team),
        ("user", identity.user),
        ("key", identity.key_id),
        ("project", identity.project),
        ("gateway", gateway),
    )
    found = (one for scope, owner in owners if owner is not None for one in by_owner.get((scope, owner), ()))
    return not_drawn(found, drawn)


def not_drawn(identifiers: Iterable[str], drawn: frozenset[str]) -> tuple[str, ...]:
    """Give the budgets that a hold's leases do not count already."""
    return tuple(one for one in identifiers if f"{DIRECTORY_PREFIX}{one}" not in drawn)


def count(draft: Draft, budgets: tuple[str, ...], amount: int, opened_ms: int) -> None:
    """Count a charge towards budgets that no lease was drawn on: from what is free, then beyond the limit."""
    for identifier in budgets if amount else ():
        budget = draft.state.money.budgets.get(identifier)
        if budget is None:
            continue
        account = f"{DIRECTORY_PREFIX}{identifier}"
        full = _in_period(draft, account, budget.limit, budget.period, budget.time_zone, opened_ms)
        within = min(amount, draft.state.free_money(full))
        draft.move(available(full), spent(full), within)
        draft.move(LIMITS, spent(full), amount - within)
        tell_thresholds(draft, full)


def uncount(draft: Draft, budgets: tuple[str, ...], amount: int, opened_ms: int) -> None:
    """Take back what ``count`` did for a presumed charge that turned out lower."""
    for identifier in budgets if amount else ():
        budget = draft.state.money.budgets.get(identifier)
        if budget is None:
            continue
        name, _ = period_at(opened_ms, budget.period, budget.time_zone)
        full = f"{DIRECTORY_PREFIX}{identifier}/{name}"
        draft.move(spent(full), available(full), min(amount, draft.state.balance(spent(full))))


def tell_thresholds(draft: Draft, full: str) -> None:
    """Say once that a budget's period has spent as much as one of its thresholds; the highest reached, if several."""
    period = draft.state.money.periods[full]
    if period.told >= 100:
        return
    budget = draft.state.money.budgets.get(period.account.removeprefix(DIRECTORY_PREFIX))
    thresholds = CAP_THRESHOLDS_PERCENT if budget is None else budget.thresholds_percent
    used = draft.state.balance(spent(full))
    reached = max((one for one in thresholds if one > period.told and used * 100 >= period.limit * one), default=None)
    if reached is not None:
        told = ThresholdReached(account=full, of="budget", percent=reached, amount=used, limit=period.limit)
        draft.change(told)


def set_budget(state: LedgerState, actor: Principal, intent: BudgetSetRequested, at: datetime) -> Verdict:
    """Put a budget in force, or another limit of one that is."""
    if not _may_set(state, actor, intent.scope, intent.owner):
        return forbidden("set this budget", "owners and admins set budgets; team admins those of their teams' people")
    if _owner_is_missing(state, intent.scope, intent.owner):
        return missing(intent.scope, intent.owner)
    try:
        zone_named(intent.time_zone)
    except ValueError as error:
        return Rejected("invalid_time_zone", str(error))
    before = state.money.budgets.get(intent.budget)
    if before is None and len(state.money.budgets) >= MOST_BUDGETS:
        return Rejected("limit_reached", f"an organization has at most {MOST_BUDGETS} budgets")
    if before is not None and (before.scope, before.owner) != (intent.scope, intent.owner):
        return Rejected("conflict", "this budget belongs to another owner; remove it and set a new one")
    value = BudgetValue(
        id=intent.budget,
        org=state.ledger,
        scope=intent.scope,
        owner=intent.owner,
        limit=intent.limit,
        period=intent.period,
        time_zone=intent.time_zone,
        action=intent.action,
        thresholds_percent=tuple(sorted(set(intent.thresholds_percent))),
        created_at=at if before is None else before.created_at,
    )
    return Accepted("budget", intent.budget, changes=(value,))


def remove_budget(state: LedgerState, actor: Principal, intent: BudgetRemoveRequested, at: datetime) -> Verdict:
    """Take a budget out of force; what was spent under it stays on its accounts."""
    budget = state.money.budgets.get(intent.budget)
    if budget is None or not _may_set(state, actor, budget.scope, budget.owner):
        return missing("budget", intent.budget)
    return Accepted("budget", budget.id, changes=(budget.model_copy(update={"state": "removed"}),))


def _in_period(draft: Draft, account: str, limit: int, period: BudgetPeriod, time_zone: str, at_ms: int) -> str:
    """Give the account of the period that a moment belongs to, made if it is new, its limit brought to what it is now.

    A limit that falls is followed as far as money is free; the rest follows as leases come back.
    """
    name, ends_ms = period_at(at_ms, period, time_zone)
    full = f"{account}/{name}"
    known = draft.state.money.periods.get(full)
    if known is None:
        draft.move(LIMITS, available(full), limit)
        draft.change(BudgetPeriodOpened(account=account, full=full, limit=limit, ends_ms=ends_ms))
    elif known.limit < limit:
        draft.move(LIMITS, available(full), limit - known.limit)
        _record_period(draft, full, limit=limit, over=known.over)
    elif known.limit > limit:
        less = min(known.limit - limit, draft.state.free_money(full))
        if less:
            draft.move(available(full), LIMITS, less)
            _record_period(draft, full, limit=known.limit - less, over=known.over)
    return full


def _within_limit(draft: Draft, full: str, limit: int) -> str:
    """Take back what was lent or counted beyond a limit, as far as it is free: that is nobody's to spend any more."""
    balance, free = draft.state.balance, draft.state.free_money(full)
    beyond = min(free + balance(leased(full)) + balance(spent(full)) - limit, free)
    if beyond > 0:
        draft.move(available(full), LIMITS, beyond)
        period = draft.state.money.periods[full]
        if period.over:
            _record_period(draft, full, limit=period.limit, over=max(0, period.over - beyond))
    return full


def _record_period(draft: Draft, full: str, *, limit: int, over: int) -> None:
    period = draft.state.money.periods[full]
    draft.change(BudgetPeriodOpened(account=period.account, full=full, limit=limit, over=over, ends_ms=period.ends_ms))


def ends_ms(state: LedgerState, full: str) -> int:
    """Give when a budget's period ends, the first millisecond of the next; never for a wallet."""
    period = state.money.periods.get(full)
    return MAX_NANO if period is None else period.ends_ms


def _may_set(state: LedgerState, actor: Principal, scope: str, owner: str) -> bool:
    reach = scope_of(actor, "budgets.set")
    if reach.reach == "all":
        return True
    if scope == "team":
        return reach.covers_team(owner)
    if scope == "user":
        member = state.members.get(owner)
        return member is not None and any(reach.covers_team(team) for team in member.teams)
    if scope == "key":
        key = state.keys.get(owner)
        return key is not None and reach.covers_team(key.team)
    return False


def _owner_is_missing(state: LedgerState, scope: str, owner: str) -> bool:
    match scope:
        case "organization" | "team":
            return not state.has_owner(scope, owner)
        case "user":
            return not state.has_owner(scope, owner) and not owner.startswith(("external:", "key:"))
        case "key":
            return owner not in state.keys
        case _:
            return not owner
