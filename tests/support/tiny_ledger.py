"""A ledger in a few lines for tests of the gateway's half: it reads what is appended and answers into the desk.

It keeps the rules that matter to a gateway: room of leases, ownership, expiry, waiting tickets in their order. What a
gateway must never do is collected in ``faults``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events import money
from keeptrusts.schemas.events.request import RequestAttempted, RequestCompleted, RequestDecided
from keeptrusts.schemas.publishing import Ack
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots import grants
from keeptrusts.schemas.snapshots.directory import WalletValue
from support.gateway import NOW, ORG, FakeGateway

TTL_MS = 15_000


@dataclass(slots=True)
class TinyLease:
    account: str
    granted: int
    expires_at_ms: int
    spent: int = 0
    held: int = 0

    @property
    def room(self) -> int:
        return self.granted - self.spent - self.held


@dataclass(slots=True)
class TinyHold:
    draws: tuple[money.Draw, ...]
    amount: int
    state: str = "open"
    charged: int = 0


@dataclass(slots=True)
class TinyLedger:
    """``available`` by account; budgets come into being with their first claim. ``mute`` answers nothing."""

    made: FakeGateway
    available: dict[str, int]
    leases: dict[str, TinyLease] = field(default_factory=dict)
    holds: dict[str, TinyHold] = field(default_factory=dict)
    waiting: list[money.TicketOpened] = field(default_factory=list)
    parked: dict[str, money.TicketOpened] = field(default_factory=dict)
    approved: dict[str, money.TicketOpened] = field(default_factory=dict)
    redeemed: set[str] = field(default_factory=set)
    keys: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    mute: bool = False
    generous: bool = False
    """Grants what is wanted instead of what is needed."""
    _count: int = 0

    def spent(self, account: str) -> int:
        return sum(hold.charged for hold in self.holds.values() for draw in hold.draws if draw.account == account)

    def fund(self, account: str, amount: int) -> None:
        self.available[account] = self.available.get(account, 0) + amount
        self._serve_tickets("fund")

    def read(self, event: Event, ack: Ack) -> None:
        match event.data:
            case money.LeaseRequested() as asked:
                self._lease(event.id, asked, ack)
            case money.LeaseReturned() as returned:
                lease = self.leases[returned.lease]
                if lease.room < returned.amount:
                    self.faults.append(f"{returned.amount} returned of {lease.room}")
                lease.granted -= returned.amount
                self._free(lease.account, returned.amount)
            case RequestDecided() | RequestAttempted() as opened:
                if opened.hold is not None:
                    self._hold(opened.hold, ack)
            case RequestCompleted() as ended:
                if ended.settle is not None:
                    self._settle(ended.settle)
                if ended.void is not None:
                    self._void(ended.void)
            case money.HoldSettled() as settle:
                self._settle(settle)
            case money.HoldVoided() as void:
                self._void(void)
            case money.TicketOpened() as opened:
                self.waiting.append(opened)
                self._press(opened, pressed=True)
                self._serve_tickets(event.id)
            case money.TicketWithdrawn() as withdrawn:
                for one in [one for one in self.waiting if one.ticket == withdrawn.ticket]:
                    self.waiting.remove(one)
                    self.parked[one.ticket] = one
            case money.TicketRedeemed() as redeemed:
                self._redeem(event.id, redeemed)
            case money.IdempotencyClaimed() as claimed:
                self._claim(claimed)
            case _:
                pass

    def _grant(self, account: str, amount: int) -> tuple[str, int]:
        self._count += 1
        name = f"lease-{self._count}"
        self.available[account] -= amount
        expires = self.made.clock.ns // 1_000_000 + TTL_MS
        self.leases[name] = TinyLease(account, amount, expires)
        return name, expires

    def _lease(self, event: str, asked: money.LeaseRequested, ack: Ack) -> None:
        for claim in asked.budgets:
            self.available.setdefault(claim.account, claim.limit)
        wallet = None
        denied: list[str] = []
        for name in asked.cascade:
            if name not in self.available:
                continue
            if self.available[name] >= asked.need:
                wallet = name
                break
            denied.append(name)
        budgets = [claim.account for claim in asked.budgets]
        short = [
            claim.account
            for claim in asked.budgets
            if claim.action != "soft" and self.available[claim.account] < asked.need
        ]
        for name in denied + short:
            self._deny(event, name)
        if short or (asked.cascade and wallet is None):
            if asked.cascade and wallet is None and not denied:
                self._deny(event, None)
            return
        for account in ([wallet] if wallet is not None else []) + budgets:
            amount = max(asked.need, min(asked.wanted, self.available[account])) if self.generous else asked.need
            over = self.available[account] < amount
            lease, expires = self._grant(account, amount)
            self._say(
                grants.LeaseGranted(
                    ledger=ORG, lease=lease, incarnation=asked.incarnation, account=account, granted=amount,
                    expires_at_ms=expires, causationid=event, over_limit=over,
                    available=max(0, self.available[account]),
                )
            )  # fmt: skip

    def _deny(self, event: str, account: str | None) -> None:
        leased = sum(lease.room + lease.held for lease in self.leases.values() if lease.account == account)
        self._say(
            grants.LeaseDenied(
                ledger=ORG, incarnation="1", account=account, causationid=event,
                reason="no_wallet" if account is None else "does_not_cover",
                available=None if account is None else max(0, self.available[account]), leased=leased,
            )
        )  # fmt: skip

    def _hold(self, hold: money.Hold, ack: Ack) -> None:
        if hold.id in self.holds:
            self.faults.append(f"hold {hold.id} is there twice")
            return
        amount = hold.draws[0].amount
        leases = [self.leases[draw.lease] for draw in hold.draws]
        for lease in leases:
            if lease.room < amount or ack.timestamp_ms > lease.expires_at_ms:
                self.faults.append(f"hold {hold.id} has no room: {lease}")
                self.holds[hold.id] = TinyHold((), amount, "rejected")
                self._say(grants.HoldRejected(ledger=ORG, incarnation="1", hold=hold.id, reason="no_room"))
                return
        for lease in leases:
            lease.held += amount
        self.holds[hold.id] = TinyHold(hold.draws, amount)

    def _settle(self, settle: money.Settle) -> None:
        self._end(settle.hold, "settled", settle.amount)

    def _void(self, void: money.VoidHold) -> None:
        self._end(void.hold, "void", 0)

    def _end(self, name: str, state: str, amount: int) -> None:
        hold = self.holds.setdefault(name, TinyHold((), 0, "tombstone"))
        if hold.state != "open":
            if hold.state in ("settled", "void"):
                self.faults.append(f"hold {name} ends twice: {hold.state}, {state}")
            return
        hold.state, hold.charged = state, min(amount, hold.amount)
        for draw in hold.draws:
            lease = self.leases[draw.lease]
            lease.held -= hold.amount
            lease.spent += hold.charged

    def _free(self, account: str, amount: int) -> None:
        self.available[account] += amount
        self._serve_tickets("return")

    def _serve_tickets(self, event: str) -> None:
        while self.waiting:
            first = self.waiting[0]
            accounts = [name for name in first.cascade if self.available.get(name, 0) >= first.need][:1]
            budgets = [claim.account for claim in first.budgets or ()]
            if (not accounts and first.cascade) or any(self.available[name] < first.need for name in budgets):
                return
            self.waiting.pop(0)
            if not self.waiting:
                self._press(first, pressed=False)
            self._fund(first, accounts + budgets, None, first.incarnation or "1")

    def _press(self, ticket: money.TicketOpened, *, pressed: bool) -> None:
        for name in (*ticket.cascade, *(claim.account for claim in ticket.budgets or ())):
            if name in self.available:
                self._say(grants.WalletPressed(ledger=ORG, wallet=name, pressed=pressed))

    def _fund(self, ticket: money.TicketOpened, accounts: list[str], event: str | None, incarnation: str) -> None:
        for account in accounts:
            lease, expires = self._grant(account, ticket.need)
            self._say(
                grants.TicketFunded(
                    ledger=ORG, ticket=ticket.ticket, lease=lease, granted=ticket.need, expires_at_ms=expires,
                    account=account, incarnation=incarnation, causationid=event, leases=len(accounts),
                )
            )  # fmt: skip

    def _redeem(self, event: str, redeemed: money.TicketRedeemed) -> None:
        ticket = self.approved.pop(redeemed.ticket, None)
        reason = None if ticket is not None else self._why_not(redeemed.ticket)
        if ticket is not None and ticket.principal != redeemed.principal:
            reason = "other_principal"
        elif ticket is not None and ticket.input_hash != redeemed.input_hash:
            reason = "other_input"
        if reason is not None or ticket is None:
            self._say(
                grants.TicketDenied(
                    ledger=ORG, ticket=redeemed.ticket, reason=reason or "", incarnation="1", causationid=event
                )
            )
            return
        self.redeemed.add(ticket.ticket)
        account = f"ticket:{ticket.ticket}"
        self.available[account] = ticket.need
        self._fund(ticket, [account], event, redeemed.incarnation)

    def _why_not(self, ticket: str) -> str:
        if ticket in self.redeemed:
            return "already_redeemed"
        return "not_approved" if ticket in self.parked else "not_found"

    def _claim(self, claimed: money.IdempotencyClaimed) -> None:
        known = self.keys.get(claimed.key)
        if known is None:
            self.keys[claimed.key] = (claimed.input_hash, claimed.request, "in_flight")
            self._say(grants.IdempotencyAccepted(ledger=ORG, key=claimed.key, request=claimed.request))
            return
        reason: Any = known[2] if known[0] == claimed.input_hash else "other_input"
        self._say(
            grants.IdempotencyRefused(
                ledger=ORG, key=claimed.key, request=claimed.request, reason=reason, first_request=known[1], cost=7
            )
        )

    def _say(self, record: Record) -> None:
        if not self.mute:
            asyncio.get_running_loop().call_soon(self.made.services.desk.tell, record)


@asynccontextmanager
async def with_money(made: FakeGateway, available: dict[str, int]) -> AsyncIterator[TinyLedger]:
    """Give a gateway a ledger with wallets, and run its desk."""
    ledger = TinyLedger(made, dict(available))
    for name in available:
        add_wallet(made, name)
    append = made.publisher.append

    async def read_too(*events: Event, deadline_s: float) -> tuple[Ack, ...]:
        acks = await append(*events, deadline_s=deadline_s)
        await asyncio.sleep(0)
        for event, ack in zip(events, acks, strict=True):
            ledger.read(event, ack)
        return acks

    object.__setattr__(made.publisher, "append", read_too)
    running = asyncio.create_task(made.services.desk.run())
    try:
        yield ledger
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def add_wallet(made: FakeGateway, name: str) -> None:
    """Let the directory hear of a wallet."""
    scope, _, owner = name.partition(":")
    made.apply(WalletValue.model_validate({"id": name, "org": ORG, "scope": scope, "owner": owner, "created_at": NOW}))
