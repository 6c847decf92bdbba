"""What a finished call is charged to when no hold on a wallet was made for it, and who is told of low balances."""

from __future__ import annotations

from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.snapshots.ledger import (
    UNMETERED,
    VARIANCE,
    WORLD,
    Outcome,
    Posting,
    ThresholdReached,
    available,
    leased,
    spent,
)
from keeptrusts.stream_processors.authority.draft import Draft, moved
from keeptrusts.stream_processors.authority.sizes import LOW_BALANCES_PERCENT
from keeptrusts.stream_processors.authority.state import LedgerState


@frozen
class Charge:
    """How a finished call was paid for."""

    outcome: Outcome
    postings: tuple[Posting, ...] = ()


def cascade(state: LedgerState, identity: Identity) -> tuple[str, ...]:
    """Give the existing wallets that may pay for a caller, in order: user, team, organization."""
    candidates = (
        f"user:{identity.user}" if identity.user is not None else None,
        f"team:{identity.team}" if identity.team is not None else None,
        state.organization_wallet,
    )
    return tuple(wallet for wallet in candidates if wallet is not None and state.wallet(wallet) is not None)


def charge(state: LedgerState, payers: tuple[str, ...], cost: int) -> Charge:
    """Charge a call without a hold (ledger rule 7): the first wallet that covers all of it pays.

    If none does, the first with money pays what it has and the rest goes ``world -> variance``. A caller without any
    wallet is unmetered, unless the organization's mode is ``enforce``. Nothing goes below zero.
    """
    if cost == 0:
        return Charge(outcome="closed")
    for wallet in payers:
        if state.free_money(wallet) >= cost:
            return Charge(outcome="charged", postings=moved(available(wallet), spent(wallet), cost))
    mode = state.organization.wallet_mode if state.organization is not None else "auto"
    if not payers and mode != "enforce":
        return Charge(outcome="unmetered", postings=moved(WORLD, UNMETERED, cost))
    first = next((wallet for wallet in payers if state.free_money(wallet) > 0), None)
    paid = 0 if first is None else state.free_money(first)
    partial = () if first is None else moved(available(first), spent(first), paid)
    return Charge(outcome="unfunded", postings=partial + moved(WORLD, VARIANCE, cost - paid))


def charge_without_hold(draft: Draft, payers: tuple[str, ...], cost: int) -> Outcome:
    """Charge as rule 7 says, and say if that leaves a wallet low."""
    done = charge(draft.state, payers, cost)
    draft.post(done.postings)
    for posting in done.postings:
        if posting.account.endswith("/spent"):
            tell_low_balance(draft, posting.account.removesuffix("/spent"))
    return done.outcome


def tell_low_balance(draft: Draft, wallet: str) -> None:
    """Say once that a wallet has little left of what it held when money last came in; the lowest mark, if several."""
    level = draft.state.money.levels.get(wallet)
    if level is None or level.told == 0:
        return
    left = draft.state.free_money(wallet) + draft.state.balance(leased(wallet))
    reached = [one for one in LOW_BALANCES_PERCENT if one < level.told and left * 100 <= level.amount * one]
    if reached:
        lowest = min(reached)
        draft.change(ThresholdReached(account=wallet, of="wallet", percent=lowest, amount=left, limit=level.amount))
