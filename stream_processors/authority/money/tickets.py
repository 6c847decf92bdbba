"""Cost tickets: calls that wait for money, are paid for by a person, or end without. Log order decides every race.

waiting -> funded | parked | denied | cancelled; parked -> approved | denied | cancelled | expired;
approved -> redeemed | denied | cancelled | expired. A funded one whose connection left before using its money parks.
"""

from __future__ import annotations

from typing import Final

from keeptrusts.schemas.authorization import Principal, scope_of
from keeptrusts.schemas.commands.wallets import TicketApproveRequested, TicketCancelRequested, TicketDenyRequested
from keeptrusts.schemas.events.money import FOR_GOOD, TicketOpened, TicketRedeemed, TicketWithdrawn
from keeptrusts.schemas.money import format_usd
from keeptrusts.schemas.snapshots.grants import TicketDenied, TicketFunded, TicketWaiting
from keeptrusts.schemas.snapshots.ledger import Outcome, TicketState, TicketValue, available, leased, ticketed
from keeptrusts.stream_processors.authority.draft import Draft
from keeptrusts.stream_processors.authority.money import holds, leases
from keeptrusts.stream_processors.authority.money.leases import Granted, Source
from keeptrusts.stream_processors.authority.sizes import (
    GRACE_MS,
    LONGEST_TICKET_MS,
    LONGEST_WAIT_MS,
    MOST_FUNDED,
    MOST_WAITING,
    TICKET_MS,
)
from keeptrusts.stream_processors.authority.state import LedgerState
from keeptrusts.stream_processors.authority.verdicts import Accepted, Rejected, Verdict, forbidden, missing

_DECIDED_ALREADY: Final = {
    "funded": "it has its money already",
    "approved": "it is approved already",
    "redeemed": "it has been used",
    "denied": "it was denied",
    "cancelled": "it was cancelled",
    "expired": "its time is up",
}


def opened(draft: Draft, asked: TicketOpened) -> tuple[Outcome, str | None]:
    """Let a call wait; it is funded in this very entry if its money is there."""
    money = draft.state.money
    if asked.ticket in money.tickets or asked.ticket in money.ended_tickets or asked.ticket in money.buried:
        return "ignored", "repeated"
    incarnation = asked.incarnation or ""
    if len(money.waiting) >= MOST_WAITING or not incarnation:
        reason = "too_many_waiting" if incarnation else "no_incarnation"
        _tell_denied(draft, asked.ticket, reason, incarnation)
        return "refused", reason
    wait_ms = LONGEST_WAIT_MS
    if asked.deadline_at is not None:
        wait_ms = int((asked.deadline_at - draft.event.time).total_seconds() * 1000)
    draft.change(
        TicketValue(
            id=asked.ticket,
            org=draft.state.ledger,
            state="waiting",
            request=asked.request,
            principal=asked.principal,
            input_hash=asked.input_hash,
            incarnation=incarnation,
            cascade=asked.cascade,
            budgets=asked.budgets or (),
            need=asked.need,
            team=asked.identity.team if asked.identity is not None else None,
            user=asked.identity.user if asked.identity is not None else None,
            model=asked.model,
            opened_ms=draft.now_ms,
            until_ms=draft.now_ms + min(max(wait_ms, 0), LONGEST_WAIT_MS) + GRACE_MS,
        )
    )
    draft.tell(TicketWaiting(ledger=draft.state.ledger, ticket=asked.ticket))
    return "waiting", None


def withdrawn(draft: Draft, gone: TicketWithdrawn) -> tuple[Outcome, str | None]:
    """Park a ticket whose connection waits no more; one that was funded before this came gives its money back."""
    ticket = draft.state.money.tickets.get(gone.ticket)
    if ticket is None and gone.ticket not in draft.state.money.ended_tickets:
        holds.bury(draft, gone.ticket)  # should its opening come after all, nobody waits
    if ticket is None or ticket.state not in ("waiting", "funded"):
        return "ignored", "not_waiting"
    if ticket.state == "funded" and not _give_leases_back(draft, ticket):
        return "ignored", "in_use"
    if gone.reason in FOR_GOOD:
        _become(draft, ticket, "cancelled", until_ms=0, reason=gone.reason)
        return "closed", gone.reason
    _park(draft, ticket, gone.reason)
    return "parked", gone.reason


def redeemed(draft: Draft, use: TicketRedeemed) -> tuple[Outcome, str | None]:
    """Turn an approved ticket into one lease, for the same principal and input; the first in the log wins."""
    ticket = draft.state.money.tickets.get(use.ticket)
    reason = _unredeemable(draft.state, ticket, use)
    if ticket is None or ticket.wallet is None or reason is not None:
        _tell_denied(draft, use.ticket, reason or "not_found", use.incarnation)
        return "refused", reason or "not_found"
    need = ticket.amount if use.need is None else use.need
    draft.move(ticketed(ticket.id), available(ticket.wallet), ticket.amount - need)
    draft.move(ticketed(ticket.id), leased(ticket.wallet), need)
    source = Source(account=ticket.wallet, full=ticket.wallet)
    granted = leases.open_lease(draft, source, use.incarnation, need, ticket=ticket.id)
    _become(draft, ticket, "redeemed", until_ms=0, amount=0, leases=(granted.lease,))
    _tell_funded(draft, ticket.id, use.incarnation, (granted,))
    return "redeemed", None


def fund_waiting(draft: Draft, *, anyway: bool = False) -> None:
    """Fund waiting tickets from what this entry freed, first come first, passing over those it does not cover.

    A ticket that finds too little does not stop the next: it keeps its place for the next money that comes. ``anyway``
    looks although nothing was freed.
    """
    money = draft.state.money
    if not money.waiting or not (draft.freed or anyway or money.backlog):
        return
    funded = 0
    too_much: dict[tuple[str, ...], int] = {}
    for ticket in list(money.waiting.values()):
        accounts = (*ticket.cascade, *(claim.account for claim in ticket.budgets))
        if ticket.need >= too_much.get(accounts, ticket.need + 1):
            continue
        if _fund(draft, ticket):
            funded += 1
        else:
            too_much[accounts] = ticket.need
        if funded >= MOST_FUNDED:
            return


def expire(draft: Draft, ticket: TicketValue) -> None:
    """End a state whose time is up: a wait and an unused grant park, the rest ends and gives its money back."""
    match ticket.state:
        case "waiting":
            _park(draft, ticket, "not_withdrawn")
        case "funded" if _give_leases_back(draft, ticket):
            _park(draft, ticket, "unused")  # its gateway learned too late, or never
        case "funded":
            _become(draft, ticket, "redeemed", until_ms=0)
        case _:
            _give_money_back(draft, ticket)
            _become(draft, ticket, "expired", until_ms=0, amount=0)


def approve(draft: Draft, actor: Principal, intent: TicketApproveRequested) -> Verdict:
    """Pay for a ticket from a named wallet: one that waits goes on at once, a parked one may come back for it."""
    ticket = _decidable(draft.state, actor, intent.ticket)
    if isinstance(ticket, Rejected):
        return ticket
    wallet = intent.wallet.id
    if draft.state.wallet(wallet) is None:
        return missing("wallet", wallet)
    if not _may_spend(actor, intent):
        return forbidden("spend from this wallet", "team admins approve from their own team's wallet")
    if draft.state.free_money(wallet) < ticket.need:
        has, needs = format_usd(draft.state.free_money(wallet)), format_usd(ticket.need)
        return Rejected("insufficient_funds", f"{wallet} has {has} USD available, the ticket needs {needs} USD")
    if ticket.state == "waiting":
        if not _fund(draft, ticket, (wallet,), decided_by=actor.member):
            return Rejected("budget_reached", "a budget of the caller is reached; raise it first")
        return Accepted("ticket", ticket.id, message="the waiting call goes on")
    until_ms = draft.now_ms + TICKET_MS
    if intent.deadline_at is not None:
        until_ms = int(intent.deadline_at.timestamp() * 1000)
        if not draft.now_ms < until_ms <= draft.now_ms + LONGEST_TICKET_MS:
            return Rejected("invalid_deadline", "deadline_at must lie in the future, at most 30 days away")
    draft.move(available(wallet), ticketed(ticket.id), ticket.need)
    _become(draft, ticket, "approved", until_ms=until_ms, wallet=wallet, amount=ticket.need, decided_by=actor.member)
    return Accepted("ticket", ticket.id, message="the caller may retry with X-Keeptrusts-Ticket")


def deny(draft: Draft, actor: Principal, intent: TicketDenyRequested) -> Verdict:
    """Refuse a ticket for good; a waiting caller is told at once."""
    ticket = _decidable(draft.state, actor, intent.ticket, also=("approved",))
    if isinstance(ticket, Rejected):
        return ticket
    _end_without_use(draft, ticket, "denied", actor, intent.reason)
    return Accepted("ticket", ticket.id)


def cancel(draft: Draft, actor: Principal, intent: TicketCancelRequested) -> Verdict:
    """Take a ticket back: its own user may, and whoever may decide about it."""
    found = draft.state.money.tickets.get(intent.ticket)
    if found is None or found.user != actor.member:
        ticket = _decidable(draft.state, actor, intent.ticket, also=("approved",))
        if isinstance(ticket, Rejected):
            return ticket
        found = ticket
    if found.state == "funded":
        return Rejected("already_decided", _DECIDED_ALREADY[found.state])
    _end_without_use(draft, found, "cancelled", actor, intent.reason)
    return Accepted("ticket", found.id)


def _fund(
    draft: Draft, ticket: TicketValue, payers: tuple[str, ...] | None = None, *, decided_by: str | None = None
) -> bool:
    """Give a waiting ticket its leases, on a wallet and on every budget, if all cover it; else nothing happens."""
    state = draft.state
    names = ticket.cascade if payers is None else payers
    wallet = next((one for one in names if state.wallet(one) and state.free_money(one) >= ticket.need), None)
    if names and wallet is None:
        return False
    sources = leases.agreeing(draft, ticket.budgets, ticket.need, lambda _: None)
    if sources is None:
        return False
    if wallet is not None:
        sources = (Source(account=wallet, full=wallet), *sources)
    granted = tuple(
        leases.grant(draft, source, ticket.incarnation, ticket.need, ticket=ticket.id) for source in sources
    )
    # Just before its leases are taken back, while it can still be seen whether they were used.
    until_ms = max(one.expires_at_ms for one in granted) + GRACE_MS - 1 if granted else draft.now_ms
    _become(
        draft,
        ticket,
        "funded",
        until_ms=until_ms,
        wallet=wallet,
        leases=tuple(one.lease for one in granted),
        decided_by=decided_by,
    )
    _tell_funded(draft, ticket.id, ticket.incarnation, granted)
    return True


def _become(
    draft: Draft,
    ticket: TicketValue,
    state: TicketState,
    *,
    until_ms: int,
    wallet: str | None = None,
    amount: int = 0,
    leases: tuple[str, ...] = (),
    decided_by: str | None = None,
    reason: str | None = None,
) -> None:
    draft.change(
        ticket.model_copy(
            update={
                "state": state,
                "until_ms": until_ms,
                "wallet": wallet or ticket.wallet,
                "amount": amount,
                "leases": leases,
                "decided_by": decided_by or ticket.decided_by,
                "reason": reason,
            }
        )
    )


def _park(draft: Draft, ticket: TicketValue, reason: str) -> None:
    parked = ticket.model_copy(update={"wallet": None, "decided_by": None})
    _become(draft, parked, "parked", until_ms=draft.now_ms + TICKET_MS, reason=reason)


def _give_leases_back(draft: Draft, ticket: TicketValue) -> bool:
    """Take an unused grant back; False when the money is in use."""
    found = [lease for one in ticket.leases if (lease := draft.state.money.leases.get(one)) is not None]
    if any(lease.used or lease.held for lease in found):
        return False
    for lease in found:
        if lease.open:
            leases.close(draft, lease)
    return True


def _give_money_back(draft: Draft, ticket: TicketValue) -> None:
    if ticket.wallet is not None:
        draft.move(ticketed(ticket.id), available(ticket.wallet), ticket.amount)


def _end_without_use(draft: Draft, ticket: TicketValue, state: TicketState, actor: Principal, reason: str) -> None:
    if ticket.state == "waiting":
        _tell_denied(draft, ticket.id, state, ticket.incarnation, note=reason or None)
    _give_money_back(draft, ticket)
    _become(draft, ticket, state, until_ms=0, decided_by=actor.member, reason=reason or None)


def _decidable(
    state: LedgerState, actor: Principal, identifier: str, *, also: tuple[str, ...] = ()
) -> TicketValue | Rejected:
    ticket = state.money.tickets.get(identifier)
    if ticket is None:
        ended = state.money.ended_tickets.get(identifier)
        if ended is None or scope_of(actor, "tickets.decide").reach == "none":
            return missing("ticket", identifier)
        return Rejected("already_decided", f"this ticket cannot be decided about: {_DECIDED_ALREADY[ended]}")
    reach = scope_of(actor, "tickets.decide")
    if reach.reach != "all" and not reach.covers_team(ticket.team):
        return missing("ticket", identifier)
    if ticket.state not in ("waiting", "parked", *also):
        return Rejected("already_decided", f"this ticket cannot be decided about: {_DECIDED_ALREADY[ticket.state]}")
    return ticket


def _may_spend(actor: Principal, intent: TicketApproveRequested) -> bool:
    reach = scope_of(actor, "tickets.decide")
    return reach.reach == "all" or (intent.wallet.scope == "team" and reach.covers_team(intent.wallet.owner))


def _unredeemable(state: LedgerState, ticket: TicketValue | None, use: TicketRedeemed) -> str | None:
    if ticket is None:
        ended = state.money.ended_tickets.get(use.ticket)
        return {"redeemed": "already_redeemed", None: "not_found"}.get(ended, ended)
    if ticket.principal != use.principal:
        return "other_principal"
    if ticket.state != "approved":
        return "already_redeemed" if ticket.state == "funded" else "not_approved"
    if ticket.input_hash != use.input_hash:
        return "other_input"
    if use.need is not None and use.need > ticket.amount:
        return "too_small"
    return None


def _tell_funded(draft: Draft, ticket: str, incarnation: str, granted: tuple[Granted, ...]) -> None:
    for one in granted:
        draft.tell(
            TicketFunded(
                ledger=draft.state.ledger,
                ticket=ticket,
                lease=one.lease,
                granted=one.amount,
                expires_at_ms=one.expires_at_ms,
                account=one.account,
                incarnation=incarnation,
                causationid=draft.event.id,
                leases=len(granted),
                over_limit=one.over_limit or None,
            )
        )


def _tell_denied(draft: Draft, ticket: str, reason: str, incarnation: str, *, note: str | None = None) -> None:
    draft.tell(
        TicketDenied(
            ledger=draft.state.ledger,
            ticket=ticket,
            reason=reason,
            incarnation=incarnation,
            causationid=draft.event.id,
            note=note,
        )
    )
