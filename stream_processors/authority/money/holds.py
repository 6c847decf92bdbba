"""Holds: an attempt's upper bound, taken from leases, and its one end: settled, voided or presumed spent."""

from __future__ import annotations

from typing import Final, Literal

from keeptrusts.schemas.authorization import Principal, scope_of
from keeptrusts.schemas.commands.wallets import HoldReleaseRequested
from keeptrusts.schemas.events.money import HOLD_MS, Hold, Settle
from keeptrusts.schemas.record import trusted
from keeptrusts.schemas.snapshots.grants import HoldRejected
from keeptrusts.schemas.snapshots.ledger import (
    UNMETERED,
    VARIANCE,
    WORLD,
    HoldBuried,
    HoldClosed,
    Outcome,
    Posting,
    available,
    leased,
    spent,
)
from keeptrusts.stream_processors.authority.draft import Draft, moved
from keeptrusts.stream_processors.authority.money import budgets, charging
from keeptrusts.stream_processors.authority.money_state import HeldMoney
from keeptrusts.stream_processors.authority.sizes import BURIED_MS, LONGEST_HOLD_MS, REJECTED_MS
from keeptrusts.stream_processors.authority.state import LedgerState
from keeptrusts.stream_processors.authority.verdicts import Accepted, Rejected, Verdict, forbidden, missing

_SAME_MS: Final = 1_000
"""A hold and its record are made at about the same time."""


def incarnation_of(source: str) -> str:
    """Give the incarnation that wrote a record, the last part of ``gateway/<name>/<incarnation>``."""
    return source.rpartition("/")[2]


def rejection(state: LedgerState, hold: Hold, owner: str, at_ms: int) -> str | None:
    """Say why a hold cannot be taken from its leases, or None (rule 3). ``at_ms`` is its record's broker time."""
    money = state.money
    if hold.id in money.buried:
        return "ended_before"
    if money.open_hold(hold.id) is not None or hold.id in money.presumed:
        return "repeated"
    if not hold.draws:
        return "no_draws"
    seen: set[str] = set()
    for draw in hold.draws:
        lease = money.leases.get(draw.lease)
        if lease is None or lease.incarnation != owner or lease.account != draw.account:
            return "unknown_lease"
        if not lease.open or at_ms > lease.expires_ms:
            return "lease_expired"
        if draw.amount > lease.room:
            return "no_room"
        if draw.amount != hold.draws[0].amount or draw.lease in seen:
            return "unequal_draws"
        seen.add(draw.lease)
    return None


def deadline_ms(draft: Draft, hold: Hold) -> int:
    """Give when a hold is presumed spent: 15 minutes after it came, later if its gateway gave it longer."""
    given_ms = int((hold.deadline_at - draft.event.time).total_seconds() * 1000)
    plain = given_ms <= HOLD_MS + _SAME_MS
    return draft.now_ms + (HOLD_MS if plain else min(given_ms, LONGEST_HOLD_MS))


def reject(draft: Draft, hold: Hold, reason: str) -> None:
    """Bury a hold that cannot be taken, and tell its gateway."""
    draft.change(HoldBuried(hold=hold.id, until_ms=draft.now_ms + REJECTED_MS, rejected=True))
    draft.tell(
        HoldRejected(
            ledger=draft.state.ledger,
            incarnation=incarnation_of(draft.event.source),
            hold=hold.id,
            reason=reason,
        )
    )


def settle(draft: Draft, end: Settle) -> tuple[Outcome, str | None]:
    """Charge what a hold was used for. Above the hold the excess goes to ``variance`` (rule 8).

    A presumed hold is corrected, once. What was rejected, released or is unknown holds no money: it was spent without
    cover, and goes to ``variance`` (rules 3 and 5), or, unknown, is buried (rule 6).
    """
    money = draft.state.money
    held = money.open_hold(end.hold)
    if held is not None:
        charged = min(end.amount, held.amount)
        draft.move(WORLD, VARIANCE, end.amount - charged)
        outcome = _end(draft, held, "presumed" if end.basis == "presumed" else "settled", charged)
        return outcome, "above_hold" if end.amount > charged else None
    held = money.presumed.get(end.hold)
    if held is not None:
        return _correct(draft, held, end)
    buried = money.buried.get(end.hold)
    if buried is not None and buried.reason != "early":
        draft.move(WORLD, VARIANCE, end.amount)
        bury(draft, end.hold)  # a repeat moves nothing more
        return "conflict" if buried.reason == "rejected" else "settled", f"hold_{buried.reason}"
    if buried is None:
        bury(draft, end.hold)
    return "ignored", "unknown_hold"


def void(draft: Draft, identifier: str) -> tuple[Outcome, str | None]:
    """End a hold without a charge; a presumed charge goes back, and an unknown hold is dead should it come."""
    money = draft.state.money
    held = money.open_hold(identifier)
    if held is not None:
        _end(draft, held, "voided", 0)
        return "voided", None
    held = money.presumed.get(identifier)
    if held is not None:
        _give_back(draft, held, held.charged)
        draft.change(HoldClosed(hold=identifier, state="voided"))
        return "corrected", None
    if identifier not in money.buried:
        bury(draft, identifier)
    return "ignored", "unknown_hold"


def bury(draft: Draft, identifier: str) -> None:
    """Remember that a hold has ended, for as long as it could still come (rule 6)."""
    draft.change(HoldBuried(hold=identifier, until_ms=draft.now_ms + BURIED_MS))


def presume(draft: Draft, held: HeldMoney) -> None:
    """Charge a hold whose time is up: its money may have been spent (rule 5)."""
    _end(draft, held, "presumed", held.amount)


def forget(draft: Draft, held: HeldMoney) -> None:
    """Let a presumed charge stand for good."""
    draft.change(HoldClosed(hold=held.id, state="forgotten", charged=held.charged))


def release(draft: Draft, actor: Principal, intent: HoldReleaseRequested) -> Verdict:
    """A person hands a presumed hold back; what it was used for after all goes to ``variance`` when it is known."""
    money = draft.state.money
    if scope_of(actor, "wallets.reclaim").reach != "all":
        return forbidden("release this hold", "ask an owner or an admin of the organization")
    if money.open_hold(intent.hold) is not None:
        return Rejected("still_open", "this hold is still open; only one that is presumed spent can be released")
    held = money.presumed.get(intent.hold)
    if held is None:
        return missing("presumed hold", intent.hold)
    _give_back(draft, held, held.charged)
    draft.change(HoldClosed(hold=held.id, state="released"))
    return Accepted("hold", held.id)


def _end(draft: Draft, held: HeldMoney, how: Literal["settled", "voided", "presumed"], charged: int) -> Outcome:
    """Take a hold's charge from its leases; what is left is room again, or free where the lease has ended."""
    money, wallet = draft.state.money, None
    for draw, full in zip(held.draws, held.fulls, strict=True):
        draft.move(leased(full), spent(full), charged)
        lease = money.leases[draw.lease]
        if lease.ticket is not None and how != "voided":
            _use_up(draft, lease.ticket)
        if not lease.open:
            draft.move(leased(full), available(full), held.amount - charged)
        wallet = full if full in draft.state.wallets else wallet
    outcome: Outcome = "charged" if charged else "closed"
    payer = None
    if wallet is None and charged:
        outcome = charging.charge_without_hold(draft, held.cascade, charged)
        payer = _only_payer(draft, charged)
    closed = {"charged": charged, "hold": held.id, "kind": "hold_closed", "payer": payer, "state": how}
    draft.change(trusted(HoldClosed, closed))
    if charged:
        _tell(draft, held)
        budgets.count(draft, held.budgets, charged, held.opened_ms)
    return outcome


def _use_up(draft: Draft, identifier: str) -> None:
    """End a ticket whose money was spent: what is left of its leases may have come back by the time it would end."""
    ticket = draft.state.money.tickets.get(identifier)
    if ticket is not None and ticket.state == "funded":
        draft.change(ticket.model_copy(update={"state": "redeemed", "until_ms": 0}))


def _correct(draft: Draft, held: HeldMoney, end: Settle) -> tuple[Outcome, str | None]:
    if end.basis == "presumed":
        return "ignored", "presumed_already"
    charged = min(end.amount, held.amount)
    draft.move(WORLD, VARIANCE, end.amount - charged)
    if charged <= held.charged:
        _give_back(draft, held, held.charged - charged)
    else:
        _take_more(draft, held, charged - held.charged)
    draft.change(HoldClosed(hold=held.id, state="settled", charged=charged))
    return "corrected", "above_hold" if end.amount > charged else None


def _give_back(draft: Draft, held: HeldMoney, amount: int) -> None:
    """Undo a part of a presumed charge: it is free again on every account it was taken from."""
    draft.post(_back(held, amount))
    budgets.uncount(draft, held.budgets, amount, held.opened_ms)


def _take_more(draft: Draft, held: HeldMoney, amount: int) -> None:
    """A presumption was too low: what the accounts no longer have goes to ``variance``, once."""
    paid = min((draft.state.free_money(full) for full in held.fulls), default=0)
    within = min(amount, paid)
    for full in held.fulls:
        draft.move(available(full), spent(full), within)
    draft.move(WORLD, VARIANCE, amount - within)
    budgets.count(draft, held.budgets, amount, held.opened_ms)


def _back(held: HeldMoney, amount: int) -> tuple[Posting, ...]:
    postings: tuple[Posting, ...] = ()
    if amount:
        for full in held.fulls:
            postings += moved(spent(full), available(full), amount)
        if held.payer == UNMETERED:
            postings += moved(UNMETERED, WORLD, amount)
        elif held.payer is not None:
            postings += moved(spent(held.payer), available(held.payer), amount)
    return postings


def _only_payer(draft: Draft, charged: int) -> str | None:
    """Give who has just paid a whole charge without a hold, or None where it came from several."""
    last = draft.postings[-1]
    if last.amount != charged:
        return None
    return (
        UNMETERED if last.account == UNMETERED else last.account.removesuffix("/spent") if "/" in last.account else None
    )


def _tell(draft: Draft, held: HeldMoney) -> None:
    for full in held.fulls:
        if full in draft.state.money.periods:
            budgets.tell_thresholds(draft, full)
        else:
            charging.tell_low_balance(draft, full)
