"""Gateways as the ledger sees them: they ask for leases, hold, settle, and open tickets, and read their inbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from keeptrusts.schemas.commands import wallets
from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.events.money import (
    Basis,
    BudgetClaim,
    Draw,
    Hold,
    HoldSettled,
    HoldVoided,
    LeaseRequested,
    LeaseReturned,
    Settle,
    TicketOpened,
    TicketRedeemed,
    TicketWithdrawn,
    VoidHold,
)
from keeptrusts.schemas.events.request import RequestAttempted, RequestCompleted, RequestDecided
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.grants import LeaseDenied, LeaseGranted, TicketFunded
from keeptrusts.schemas.snapshots.ledger import Entry, available, leased, spent
from keeptrusts.schemas.topics import GRANTS
from support.ledger import ORG, START, START_MS, USD, Ledger, founded, wallet

ENG, OPS, ORG_WALLET, DEV = "team:team_eng", "team:team_ops", f"organization:{ORG}", "user:mem_dev"
CASCADE = (DEV, ENG, ORG_WALLET)
CALLER = Identity(org=ORG, team="team_eng", user="mem_dev", key_id="key_1", project="churn")

T = TypeVar("T", bound=Record)


@dataclass(slots=True)
class Money:
    """A ledger and the gateways that work on it. ``a`` and ``b`` are incarnations unless a test says otherwise."""

    ledger: Ledger
    told: int = field(default=0)

    def tell(self, data: Record, *, by: str = "a", at_ms: int | None = None) -> Entry:
        """Append a fact of an incarnation, which must concern the ledger."""
        entry = self.try_to_tell(data, by=by, at_ms=at_ms)
        assert entry is not None, data
        return entry

    def try_to_tell(self, data: Record, *, by: str = "a", at_ms: int | None = None) -> Entry | None:
        event = self.ledger.event(data, actor="gateway:default", source=f"gateway/default/{by}")
        self.told = len(self.ledger.outputs)
        return self.ledger.append(event, at_ms=at_ms)

    def inbox(self, model: type[T]) -> list[T]:
        """What the last fact or intent made the ledger tell the gateways, of one kind."""
        told = (derived.record for derived in self.ledger.outputs[self.told :] if derived.topic == GRANTS.name)
        return [record for record in told if isinstance(record, model)]

    def ask(
        self,
        need: int,
        *,
        wanted: int | None = None,
        by: str = "a",
        cascade: tuple[str, ...] = CASCADE,
        budgets: tuple[BudgetClaim, ...] = (),
    ) -> list[LeaseGranted]:
        asked = LeaseRequested(
            incarnation=by, cascade=cascade, budgets=budgets, need=need, wanted=need if wanted is None else wanted
        )
        self.tell(asked, by=by)
        return self.inbox(LeaseGranted)

    def denied(self) -> list[tuple[str | None, str, int | None, int | None]]:
        return [(one.account, one.reason, one.available, one.leased) for one in self.inbox(LeaseDenied)]

    def lease(self, amount: int, *, by: str = "a", of: str = ENG) -> LeaseGranted:
        """Get one lease of exactly this much."""
        (granted,) = self.ask(amount, by=by, cascade=(of,))
        assert (granted.account, granted.granted) == (of, amount)
        return granted

    def decide(
        self, request: str, bound: int, *leases: LeaseGranted | TicketFunded, by: str = "a", at_ms: int | None = None
    ) -> Entry:
        return self.tell(self.decision(request, bound, *leases), by=by, at_ms=at_ms)

    def decision(self, request: str, bound: int, *leases: LeaseGranted | TicketFunded) -> RequestDecided:
        return RequestDecided(
            request=request,
            identity=CALLER,
            gateway="default",
            endpoint="/v1/chat/completions",
            verdict="allow",
            hold=self.hold(f"{request}/1", bound, *leases) if leases else None,
        )

    def attempt(self, request: str, number: int, bound: int, *leases: LeaseGranted, by: str = "a") -> Entry:
        hold = self.hold(f"{request}/{number}", bound, *leases)
        return self.tell(
            RequestAttempted(
                request=request, attempt=number, target="t", provider="p", model="m", cause="5xx", hold=hold
            ),
            by=by,
        )

    def hold(self, identifier: str, bound: int, *leases: LeaseGranted | TicketFunded, minutes: int = 15) -> Hold:
        draws = tuple(Draw(lease=one.lease or "", account=one.account or "", amount=bound) for one in leases)
        # the event that carries it is made a second later
        deadline_at = START + timedelta(milliseconds=self.ledger.now_ms - START_MS, minutes=minutes)
        return Hold(id=identifier, draws=draws, price_version="p1", deadline_at=deadline_at)

    def complete(
        self, request: str, cost: int, *, hold: str | None = None, basis: Basis = "reported", by: str = "a"
    ) -> Entry | None:
        settle = Settle(hold=hold or f"{request}/1", amount=cost, basis=basis)
        return self.try_to_tell(self.completion(request, cost=cost, settle=settle), by=by)

    def refuse(self, request: str, *, hold: str | None = None) -> Entry | None:
        """Complete a call that was never sent."""
        void = VoidHold(hold=hold or f"{request}/1", reason="ack_late")
        return self.try_to_tell(self.completion(request, status=503, void=void))

    def completion(self, request: str, *, status: int = 200, **rest: Any) -> RequestCompleted:
        state = "priced" if rest.get("cost") is not None else "none"
        return RequestCompleted(
            request=request, identity=CALLER, status=status, cost_state=state, latency_us=1, verdict="allow",
            attempts=1, **rest,
        )  # fmt: skip

    def settle(self, hold: str, amount: int, *, basis: Basis = "reported") -> Entry:
        return self.tell(HoldSettled(hold=hold, amount=amount, basis=basis))

    def void(self, hold: str) -> Entry:
        return self.tell(HoldVoided(hold=hold, reason="not_sent"))

    def give_back(self, lease: LeaseGranted, amount: int, *, by: str = "a") -> Entry:
        return self.tell(LeaseReturned(incarnation=by, lease=lease.lease, amount=amount), by=by)

    def wait(self, ticket: str, need: int, *, by: str = "a", seconds: int = 30, **rest: Any) -> list[TicketFunded]:
        asked: dict[str, Any] = {"cascade": CASCADE, "principal": "mem_dev", "input_hash": "h1", "identity": CALLER}
        deadline_at = START + timedelta(milliseconds=self.ledger.now_ms - START_MS, seconds=seconds)
        opened = TicketOpened(
            ticket=ticket, request=f"r-{ticket}", need=need, incarnation=by, deadline_at=deadline_at, model="gpt-4o",
            **(asked | rest),
        )  # fmt: skip
        self.tell(opened, by=by)
        return self.inbox(TicketFunded)

    def withdraw(self, ticket: str, *, reason: str = "waited_long_enough") -> Entry:
        return self.tell(TicketWithdrawn(ticket=ticket, reason=reason))

    def redeem(self, ticket: str, *, by: str = "b", **rest: Any) -> list[TicketFunded]:
        asked = {"principal": "mem_dev", "input_hash": "h1"} | rest
        self.tell(TicketRedeemed(ticket=ticket, incarnation=by, **asked), by=by)
        return self.inbox(TicketFunded)

    def intend(self, data: Record, *, by: str = "mem_owner") -> Entry:
        """Append an intent that must be accepted."""
        self.told = len(self.ledger.outputs)
        return self.ledger.granted(data, by=by)

    def fund(self, to: str, usd: int) -> Entry:
        return self.intend(wallets.WalletFundRequested(wallet=wallet(to), amount=usd * USD))

    def pass_time(self, ms: int) -> Entry | None:
        """Let ledger time pass, with a tick at its end."""
        from keeptrusts.schemas.events.gateway import ClockTicked

        self.ledger.now_ms += ms
        self.told = len(self.ledger.outputs)
        event = self.ledger.event(ClockTicked(deadline="due"), actor="processor:authority")
        return self.ledger.append(event)

    def accounts(self, wallet_id: str) -> tuple[int, int, int]:
        """What is available, leased and spent, in whole USD."""
        balance = self.ledger.state.balance
        amounts = (balance(available(wallet_id)), balance(leased(wallet_id)), balance(spent(wallet_id)))
        assert all(amount % USD == 0 for amount in amounts), amounts
        return amounts[0] // USD, amounts[1] // USD, amounts[2] // USD

    def balances(self) -> Mapping[str, int]:
        return {name: amount for name, amount in self.ledger.state.accounts.items() if amount}


def funded(**usd: int) -> Money:
    """An organization of which wallets have this much: ``eng=10, org=100``."""
    money = Money(founded())
    for name, amount in usd.items():
        money.fund(name, amount)
    return money


def claim(account: str, usd: int, *, period: Any = "month", action: Any = None) -> BudgetClaim:
    return BudgetClaim(account=account, limit=usd * USD, period=period, action=action)
