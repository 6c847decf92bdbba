"""A small world of money: real lease books and the real fold, with a log between them that delays, loses and is late.

Gateways follow the rules of the money protocol step by step; what they append reaches the log now, late or never, the
ledger folds it some time later, and tells them later still. Time is the world's. Whatever is decided here is decided
by the arguments of its methods, so that a run is repeated by repeating the calls.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from keeptrusts.gateway.wallets.lease_book import LeaseBook
from keeptrusts.gateway.wallets.leases import Payers, Taken
from keeptrusts.schemas.commands import wallets
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events.gateway import ClockTicked
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
    TicketWithdrawn,
    VoidHold,
)
from keeptrusts.schemas.events.request import RequestAttempted, RequestCompleted, RequestDecided
from keeptrusts.schemas.frozen import replace
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.grants import (
    HoldRejected,
    LeaseDenied,
    LeaseGranted,
    TicketDenied,
    TicketFunded,
    WalletPressed,
)
from keeptrusts.schemas.topics import GRANTS
from keeptrusts.stream_processors.authority.money.deadlines import next_deadline_ms
from support.ledger import START, START_MS, USD, Ledger, founded
from support.money import CALLER, DEV, ENG, ORG_WALLET

Fate = Literal["kept", "lost", "late", "unheard"]
"""Of an append: it is acknowledged; it never arrives; it arrives later; it arrives and nobody hears. The last three are
one to the gateway: unknown."""
CAP = BudgetClaim(account="cap:team:team_eng/month", limit=20 * USD, period="month")
PAYERS = {
    "team": Payers.of((ENG,), (ENG,)),
    "user": Payers.of((DEV, ENG, ORG_WALLET), (DEV, ENG)),
    "capped": Payers.of((ENG,), (ENG,), (CAP,)),
}
ACK_TOO_OLD_MS = 5_000


@dataclass(frozen=True, slots=True)
class Acked:
    """Where a record is, and the broker's time of it."""

    offset: int
    timestamp_ms: int


@dataclass(slots=True)
class Call:
    """One call at one gateway, as that one sees it."""

    id: str
    payers: Payers
    bound: int
    cost: int
    attempt: int = 1
    taken: Taken | None = None
    ticket: str | None = None
    parts: int = 0
    phase: str = "new"
    deciding_ms: int = 0

    @property
    def hold(self) -> str:
        return f"{self.id}/{self.attempt}"


@dataclass(slots=True)
class Gateway:
    """One process: what it knows, and the acknowledgements that are on their way to it, in order."""

    name: str
    incarnation: str
    book: LeaseBook = field(default_factory=LeaseBook)
    told: int = 0
    """How much of the inbox it has read."""
    coming: deque[Callable[[], None]] = field(default_factory=deque)
    asked: dict[str, Payers] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)


class World:
    """Everything at once. ``billed`` is what the provider wants for each hold, ``answered`` what callers were told."""

    def __init__(self, *, eng: int = 12, dev: int = 0, gateways: int = 2) -> None:
        self.ledger: Ledger = founded()
        self.mono_ms = 0
        self.skew_ms = 0
        self._number = 0
        self.log: deque[tuple[Event, int]] = deque()
        self.late: list[Event] = []
        self.offset = len(self.ledger.log)
        self.inbox: list[Record] = []
        self._inboxed = 0
        self.billed: dict[str, int] = {}
        self.answered: dict[str, int] = {}
        for name, amount in (("team_eng", eng), ("mem_dev", dev)):
            if amount:
                scope: Literal["team", "user"] = "team" if name.startswith("team") else "user"
                ref = wallets.WalletRef(scope=scope, owner=name)
                self.ledger.granted(wallets.WalletFundRequested(wallet=ref, amount=amount * USD))
        self.offset = len(self.ledger.log)
        self.gateways = [Gateway(f"g{index}", f"g{index}.0") for index in range(gateways)]
        self._base_ms = self.ledger.now_ms
        self.everything_told()

    # -- clocks ------------------------------------------------------------------------------------------------------

    @property
    def broker_ms(self) -> int:
        return self._base_ms + self.mono_ms + self.skew_ms

    def wait(self, ms: int) -> None:
        self.mono_ms += ms

    def step_back(self, ms: int) -> None:
        """Set the broker's clock back: at most as far as the protocol allows from the furthest it has been."""
        self.skew_ms = max(self.skew_ms - ms, -4_999)

    def step_forward(self) -> None:
        self.skew_ms = 0

    # -- the log -----------------------------------------------------------------------------------------------------

    def append(self, gateway: Gateway, fate: Fate, heard: Callable[[Acked | None], None], *records: Record) -> None:
        """Append records together; ``heard`` is called when the gateway gets to know, with None for unknown."""
        events = [self._event(data, f"gateway/{gateway.name}/{gateway.incarnation}") for data in records]
        acked: Acked | None = None
        if fate == "late":
            self.late += events
        elif fate != "lost":
            for event in events:
                self.log.append((event, self.broker_ms))
                self.offset += 1
            acked = Acked(self.offset - 1, self.broker_ms) if fate == "kept" else None
        gateway.coming.append(lambda: heard(acked))

    def arrive_late(self, index: int) -> None:
        """One of the records of sessions that are gone reaches the log after all."""
        if self.late:
            self.log.append((self.late.pop(index % len(self.late)), self.broker_ms))
            self.offset += 1

    def intend(self, data: Record, *, by: str = "mem_owner") -> None:
        self.log.append((self._event(data, "api/default/1", actor=f"member:{by}"), self.broker_ms))
        self.offset += 1

    def tick(self) -> None:
        self.log.append((self._event(ClockTicked(deadline="due"), "processor/authority/0"), self.broker_ms))
        self.offset += 1

    def fold(self, most: int = 1_000_000) -> None:
        """Let the ledger fold what is in the log, in its order."""
        for _ in range(min(most, len(self.log))):
            event, timestamp_ms = self.log.popleft()
            self.ledger.append(event, at_ms=timestamp_ms)
        told = self.ledger.outputs[self._inboxed :]
        self._inboxed = len(self.ledger.outputs)
        self.inbox += [derived.record for derived in told if derived.topic == GRANTS.name]

    def everything_told(self) -> None:
        self.fold()
        for gateway in self.gateways:
            self.tell(gateway)

    def tell(self, gateway: Gateway, most: int = 1_000_000) -> None:
        """Let a gateway read on in its inbox, and do what it then would."""
        for record in self.inbox[gateway.told : gateway.told + most]:
            gateway.told += 1
            self._told(gateway, record)

    def _told(self, gateway: Gateway, record: Record) -> None:
        book, now = gateway.book, self.mono_ms
        if isinstance(record, WalletPressed):
            book.pressed(record, now)
            return
        if getattr(record, "incarnation", None) != gateway.incarnation:
            return
        match record:
            case LeaseGranted():
                book.granted(record, now)
                self._answered(gateway, record.causationid)
            case LeaseDenied():
                book.denied(record, gateway.asked.get(record.causationid), now)
                self._answered(gateway, record.causationid)
            case HoldRejected():
                book.hold_rejected(record)
            case TicketFunded():
                self._funded(gateway, record)
            case TicketDenied():
                for call in gateway.calls.values():
                    if call.ticket == record.ticket and call.phase == "waiting":
                        call.phase = "refused"

    def _answered(self, gateway: Gateway, event_id: str) -> None:
        payers = gateway.asked.pop(event_id, None)
        if payers is not None:
            gateway.book.answered(payers)

    def _funded(self, gateway: Gateway, part: TicketFunded) -> None:
        call = next((one for one in gateway.calls.values() if one.ticket == part.ticket), None)
        if call is None or call.phase != "waiting":
            return  # it was withdrawn: the ledger takes the money back itself
        gateway.book.funded(part, self.mono_ms)
        call.parts += 1
        if call.parts == part.leases:
            call.phase = "new"

    # -- what a gateway does -----------------------------------------------------------------------------------------

    def start(self, gateway: Gateway, who: str, bound: int, cost: int) -> Call:
        self._number += 1
        call = Call(f"r{self._number}", PAYERS[who], bound, cost)
        gateway.calls[call.id] = call
        return call

    def admit(self, gateway: Gateway, call: Call, fate: Fate) -> bool:
        """Take room and record the hold; False when there is none."""
        taken = gateway.book.admit(call.hold, call.payers, call.bound, self.mono_ms, call.ticket)
        if taken is None:
            return False
        call.taken, call.phase, call.deciding_ms = taken, "deciding", self.mono_ms
        record = self._decision(call) if call.attempt == 1 else self._attempted(call)
        self.append(gateway, fate, lambda ack: self._decided(gateway, call, ack), record)
        return True

    def ask(self, gateway: Gateway, call: Call, fate: Fate) -> None:
        """Ask for leases for a call that found no room."""
        if gateway.book.is_asked(call.payers):
            return
        asked = gateway.book.ask(call.payers, call.bound, self.mono_ms)
        self._send_ask(gateway, asked.payers, asked.need, asked.wanted, fate)

    def look_after(self, gateway: Gateway, fate: Fate) -> None:
        """What a gateway does beside calls: refresh leases, give idle room of pressed accounts back, tidy up."""
        for asked in gateway.book.asks(self.mono_ms):
            self._send_ask(gateway, asked.payers, asked.need, asked.wanted, fate)
        for back in gateway.book.returns(self.mono_ms):
            record = LeaseReturned(incarnation=gateway.incarnation, lease=back.lease.id, amount=back.amount)

            def heard(ack: Acked | None, back: object = back) -> None:
                if ack is not None:
                    gateway.book.returned(back)  # type: ignore[arg-type]  # one of the loop's

            self.append(gateway, fate, heard, record)
        gateway.book.tidy(self.mono_ms)

    def open_ticket(self, gateway: Gateway, call: Call, fate: Fate) -> None:
        call.ticket, call.phase = f"t-{call.id}-{call.attempt}", "waiting"
        at = START + timedelta(milliseconds=self.broker_ms - START_MS, seconds=30)
        opened = TicketOpened(
            ticket=call.ticket, request=call.id, cascade=call.payers.cascade, need=call.bound, input_hash="h",
            principal="mem_dev", deadline_at=at, incarnation=gateway.incarnation, budgets=call.payers.budgets,
            identity=CALLER,
        )  # fmt: skip
        self.append(gateway, fate, lambda _: None, opened)

    def withdraw(self, gateway: Gateway, call: Call, fate: Fate) -> None:
        """Give up waiting: the call ends, and what is granted to it from now on is the ledger's to take back."""
        assert call.ticket is not None
        gateway.book.forget_ticket(call.ticket)
        call.phase = "refused"
        self.append(gateway, fate, lambda _: None, TicketWithdrawn(ticket=call.ticket, reason="waited_long_enough"))

    def hear(self, gateway: Gateway) -> None:
        """Let the next acknowledgement reach its gateway."""
        if gateway.coming:
            gateway.coming.popleft()()

    def _decided(self, gateway: Gateway, call: Call, ack: Acked | None) -> None:
        assert call.taken is not None
        if ack is None:  # nobody knows: never dispatched, never sent again
            call.phase = "voiding"
            return
        gateway.book.heard_time(ack.timestamp_ms, ack.offset, self.mono_ms)
        too_old = self.mono_ms - call.deciding_ms > ACK_TOO_OLD_MS
        if too_old or ack.timestamp_ms > call.taken.expires_at_ms:
            call.phase = "voiding"
            return
        call.phase = "dispatched"
        self.billed[call.hold] = call.cost

    def void(self, gateway: Gateway, call: Call, fate: Fate) -> None:
        """End a hold that was not used, and the call with it."""
        call.phase = "ending"
        end = VoidHold(hold=call.hold, reason="ack_late")
        record = self._completion(call, status=503, void=end)

        def heard(ack: Acked | None) -> None:
            if ack is None:
                call.phase = "voiding"  # told again until it is known
                return
            gateway.book.voided(call.hold)
            call.phase = "refused"

        self.append(gateway, fate, heard, record)

    def try_again(self, gateway: Gateway, call: Call, billed: bool, fate: Fate) -> None:
        """The provider failed: end this hold, and go on with the next attempt once that end is known."""
        basis: Basis = "presumed"
        end: Record = HoldVoided(hold=call.hold, reason="not_billed")
        if billed:
            end = HoldSettled(hold=call.hold, amount=call.bound, basis=basis)
        else:
            self.billed[call.hold] = 0
        hold, call.phase = call.hold, "retrying"

        def heard(ack: Acked | None) -> None:
            if ack is None:
                call.phase = "dispatched"  # told again with the next try
                return
            if billed:
                gateway.book.settled(hold, call.bound)
            else:
                gateway.book.voided(hold)
            call.attempt += 1
            call.phase, call.ticket = "new", None

        self.append(gateway, fate, heard, end)

    def answer(self, gateway: Gateway, call: Call, known: bool, fate: Fate) -> None:
        """The provider answered: settle, and only once that is known release the answer."""
        call.phase = "ending"
        amount = call.cost if known else call.bound
        settle = Settle(hold=call.hold, amount=amount, basis="reported" if known else "presumed")

        def heard(ack: Acked | None) -> None:
            if ack is None:
                call.phase = "dispatched"  # its record is sent again, with the same end
                return
            gateway.book.settled(call.hold, amount)
            call.phase = "answered"
            if known:
                self.answered[call.id] = call.cost

        self.append(gateway, fate, heard, self._completion(call, status=200, cost=amount, settle=settle))

    def crash(self, gateway: Gateway) -> None:
        """kill -9 and start again: nothing is remembered, and nothing that was on its way is heard."""
        number = int(gateway.incarnation.rpartition(".")[2]) + 1
        gateway.incarnation = f"{gateway.name}.{number}"
        gateway.book = LeaseBook()
        gateway.coming.clear()
        gateway.asked.clear()
        gateway.calls.clear()
        gateway.told = len(self.inbox)

    # -- at the end --------------------------------------------------------------------------------------------------

    def come_to_rest(self) -> None:
        """Everything that is on its way arrives, every deadline passes, and nobody starts anything new."""
        self.step_forward()
        self.fold()
        for _ in range(2_000):
            due = next_deadline_ms(self.ledger.state)
            if due is None:
                return
            day_ms = 24 * 3600 * 1000
            if due - self.broker_ms > day_ms:
                return
            self.wait(max(due - self.broker_ms, 0) + 1)
            self.tick()
            self.fold()
        raise AssertionError("the ledger does not come to rest")

    def _event(self, data: Record, source: str, *, actor: str = "gateway:default") -> Event:
        self._number += 1
        at = START + timedelta(milliseconds=self.broker_ms - START_MS)
        return replace(self.ledger.event(data, actor=actor, event_id=f"w{self._number}", source=source), time=at)

    def _send_ask(self, gateway: Gateway, payers: Payers, need: int, wanted: int, fate: Fate) -> None:
        record = LeaseRequested(
            incarnation=gateway.incarnation, cascade=payers.cascade, budgets=payers.budgets, need=need, wanted=wanted
        )
        self.append(gateway, fate, lambda ack: None if ack else gateway.book.answered(payers), record)
        gateway.asked[f"w{self._number}"] = payers

    def _decision(self, call: Call) -> RequestDecided:
        return RequestDecided(
            request=call.id, identity=CALLER, gateway="default", endpoint="/v1/chat/completions", verdict="allow",
            hold=self._hold(call), ticket=call.ticket,
        )  # fmt: skip

    def _attempted(self, call: Call) -> RequestAttempted:
        return RequestAttempted(
            request=call.id, attempt=call.attempt, target="t", provider="p", model="m", cause="5xx",
            hold=self._hold(call),
        )  # fmt: skip

    def _hold(self, call: Call) -> Hold:
        assert call.taken is not None
        draws = tuple(
            Draw(lease=lease.id, account=lease.account.name, amount=call.bound) for lease in call.taken.leases
        )
        at = START + timedelta(milliseconds=self.broker_ms - START_MS, minutes=15)
        return Hold(id=call.hold, draws=draws, price_version="p", deadline_at=at)

    def _completion(
        self, call: Call, *, status: int, cost: int | None = None, settle: Settle | None = None,
        void: VoidHold | None = None,
    ) -> RequestCompleted:  # fmt: skip
        return RequestCompleted(
            request=call.id, identity=CALLER, status=status, cost=cost, cost_state="priced" if cost else "none",
            latency_us=1, verdict="allow", attempts=call.attempt, settle=settle, void=void,
        )  # fmt: skip
