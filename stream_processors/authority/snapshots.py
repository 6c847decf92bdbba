"""A ledger's state as sections of items, and back: what a restart begins with instead of the whole history.

Orders that rules depend on (calls, holds and tickets by age) are those of the items. What follows from other parts,
such as look-up tables and timers, is made anew.
"""

from __future__ import annotations

import heapq
from typing import Any, Final, TypeVar

from keeptrusts.schemas.events.money import Draw
from keeptrusts.schemas.money import FROM_JSON, MAX_NANO
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.directory import (
    BudgetValue,
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
    AllocationValue,
    IdempotencyValue,
    RequestOpened,
    ShareValue,
    TicketValue,
)
from keeptrusts.stream_processors.authority.money_state import (
    Buried,
    HeldMoney,
    Lease,
    Level,
    MoneyState,
    Period,
    accounts_of,
)
from keeptrusts.stream_processors.authority.sizes import GRACE_MS, PERIOD_KEPT_MS
from keeptrusts.stream_processors.authority.state import LedgerState, exports_due_ms, first_due_ms

R = TypeVar("R", bound=Record)

GROWING: Final = frozenset({"teams", "members", "keys", "wallets", "accounts", "erasures"})
"""Sections that are written only where they have changed: people and accounts are many, and mostly stay as they are."""


def sections_of(state: LedgerState) -> dict[str, list[Any]]:
    """Give everything a state is made of; ``restored`` of it is equal to it."""
    money = state.money
    stale = [[email, member] for email, member in state.member_by_email.items() if state.members[member].email != email]
    return {
        "facts": [[state.last_hash, state.ledger_time_ms, money.backlog]],
        "organization": [] if state.organization is None else [state.organization],
        "teams": list(state.teams.values()),
        "members": list(state.members.values()),
        "former_emails": stale,
        "keys": list(state.keys.values()),
        "wallets": list(state.wallets.values()),
        "webhooks": list(state.webhooks.values()),
        "accounts": [(name, _in_json(amount)) for name, amount in state.accounts.items()],
        "erasures": list(state.erasures.values()),
        "calls": list(state.open_requests.values()),
        "ended_calls": list(state.closed_requests),
        "intents": list(state.recent_intents.items()),
        "leases": list(money.leases.values()),
        "holds": [*money.holds.values(), *money.long_holds.values()],
        "long_holds": list(money.long_holds),
        "presumed": list(money.presumed.values()),
        "buried": list(money.buried.items()),
        "tickets": list(money.tickets.values()),
        "ended_tickets": list(money.ended_tickets.items()),
        "budgets": list(money.budgets.values()),
        "periods": list(money.periods.items()),
        "levels": list(money.levels.items()),
        "allocations": list(money.allocations.values()),
        "idempotency": list(money.idempotency.values()),
        "escalations": list(state.escalations.values()),
        "approvals": list(state.approvals.values()),
        "ended_escalations": [[one, *ended] for one, ended in state.ended_escalations.items()],
        "exports": list(state.exports.values()),
        "export_schedules": list(state.export_schedules.values()),
        "shares": list(state.shares.values()),
        "askers": [[account, list(askers.items())] for account, askers in money.askers.items()],
    }


def _in_json(amount: int) -> int | str:
    """Give a balance as JSON can say it: that of all limits together may be beyond 64 bits, which only a text holds."""
    return amount if -MAX_NANO <= amount <= MAX_NANO else str(amount)


def restored(ledger: str, seq: int, sections: dict[str, list[Any]]) -> LedgerState:
    """Build the state of a ledger from its sections."""
    last_hash, ledger_time_ms, backlog = sections["facts"][0]
    state = LedgerState(ledger=ledger, seq=seq, last_hash=last_hash, ledger_time_ms=ledger_time_ms)
    state.organization = next(iter(_records(OrganizationValue, sections["organization"])), None)
    state.teams = {value.id: value for value in _records(TeamValue, sections["teams"])}
    state.members = {value.id: value for value in _records(MemberValue, sections["members"])}
    state.keys = {value.id: value for value in _records(KeyValue, sections["keys"])}
    state.wallets = {value.id: value for value in _records(WalletValue, sections["wallets"])}
    state.webhooks = {value.id: value for value in _records(WebhookValue, sections.get("webhooks", []))}
    state.accounts = {name: int(amount) for name, amount in sections["accounts"]}
    state.erasures = {value.id: value for value in _records(ErasureValue, sections.get("erasures", []))}
    state.open_requests = {value.request: value for value in _records(RequestOpened, sections["calls"])}
    state.closed_requests = dict.fromkeys(sections["ended_calls"])
    state.recent_intents = dict(sections["intents"])
    state.member_by_email = {value.email: value.id for value in state.members.values()}
    state.member_by_email |= dict(sections["former_emails"])
    state.team_by_slug = {value.slug: value.id for value in state.teams.values() if value.state == "active"}
    state.key_by_prefix = {value.prefix: value.id for value in state.keys.values()}
    state.escalations = {value.id: value for value in _records(Escalation, sections.get("escalations", []))}
    state.approvals = {value.id: value for value in _records(Escalation, sections.get("approvals", []))}
    state.ended_escalations = {one: (how, team) for one, how, team in sections.get("ended_escalations", [])}
    state.escalated_requests = {
        one.request: one.id for one in state.escalations.values() if one.request is not None and one.held is not False
    }
    state.escalations_due_ms = first_due_ms((*state.escalations.values(), *state.approvals.values()))
    state.exports = {value.id: value for value in _records(Export, sections.get("exports", []))}
    planned = _records(ExportSchedule, sections.get("export_schedules", []))
    state.export_schedules = {value.id: value for value in planned}
    state.exports_due_ms = exports_due_ms(state)
    for share in _records(ShareValue, sections.get("shares", [])):
        state.shares.put(share)
    state.money = _money(sections)
    state.money.backlog = backlog
    return state


def _money(sections: dict[str, list[Any]]) -> MoneyState:
    long_holds = frozenset(sections["long_holds"])
    held = [_held(item) for item in sections["holds"]]
    money = MoneyState(
        leases={item["id"]: Lease(**item) for item in sections["leases"]},
        holds={hold.id: hold for hold in held if hold.id not in long_holds},
        long_holds={hold.id: hold for hold in held if hold.id in long_holds},
        presumed={item["id"]: _held(item) for item in sections["presumed"]},
        buried={hold: Buried(**item) for hold, item in sections["buried"]},
        tickets={value.id: value for value in _records(TicketValue, sections["tickets"])},
        ended_tickets=dict(sections["ended_tickets"]),
        budgets={value.id: value for value in _records(BudgetValue, sections["budgets"])},
        periods={full: Period(**item) for full, item in sections["periods"]},
        levels={wallet: Level(**item) for wallet, item in sections["levels"]},
        allocations={value.id: value for value in _records(AllocationValue, sections["allocations"])},
        idempotency={value.key: value for value in _records(IdempotencyValue, sections["idempotency"])},
        askers={account: dict(askers) for account, askers in sections["askers"]},
    )
    _add_what_follows(money)
    return money


def _add_what_follows(money: MoneyState) -> None:
    for ticket in money.tickets.values():
        if ticket.state == "waiting":
            money.waiting[ticket.id] = ticket
            for account in accounts_of(ticket):
                money.pressing[account] = money.pressing.get(account, 0) + 1
    for budget in money.budgets.values():
        owner = (budget.scope, budget.owner)
        money.budgets_of[owner] = (*money.budgets_of.get(owner, ()), budget.id)
    for value in money.idempotency.values():
        if value.state == "in_flight":
            money.key_of_request[value.request] = value.key
    money.timers = [
        *((lease.expires_ms + GRACE_MS, "lease", lease.id) for lease in money.leases.values() if lease.open),
        *((ticket.until_ms, "ticket", ticket.id) for ticket in money.tickets.values()),
        *((allocation.next_ms, "allocation", allocation.id) for allocation in money.allocations.values()),
        *((hold.deadline_ms, "hold", hold.id) for hold in money.long_holds.values()),
        *((period.ends_ms + PERIOD_KEPT_MS, "period", full) for full, period in money.periods.items()),
    ]
    heapq.heapify(money.timers)


def _held(item: dict[str, Any]) -> HeldMoney:
    draws = tuple(_records(Draw, item["draws"]))
    tuples = {name: tuple(item[name]) for name in ("fulls", "cascade", "budgets")}
    return HeldMoney(**(item | tuples | {"draws": draws}))


def _records(model: type[R], items: list[Any]) -> list[R]:
    return [model.model_validate(item, context=FROM_JSON) for item in items]
