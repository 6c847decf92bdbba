"""The way to the ledger: asks for leases, gives room back, and serves those who wait for either, in their order.

Nothing of this is on the path of a call whose accounts have room. What goes to the log is sent by one task; what comes
from the inbox arrives by ``tell``.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from keeptrusts.gateway.pipeline.counters import MoneyCounters
from keeptrusts.gateway.pipeline.own_events import OwnEvents
from keeptrusts.gateway.wallets.lease_book import LeaseBook
from keeptrusts.gateway.wallets.leases import Ask, Obstacle, Payers, Return, Taken
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events.money import LeaseRequested, LeaseReturned
from keeptrusts.schemas.publishing import LOG_APPEND_TIME, Ack, AckUnknownError, PublishError
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.grants import (
    HoldRejected,
    IdempotencyAccepted,
    IdempotencyRefused,
    LeaseDenied,
    LeaseGranted,
    TicketDenied,
    TicketFunded,
    WalletPressed,
)

logger = logging.getLogger(__name__)

TICK_S: Final = 0.05
ANSWER_MS: Final = 2_000
"""After this long a request for a lease is taken to be lost, and asked again while somebody waits."""
TIDY_MS: Final = 5_000
MOST_UNSENT: Final = 5_000

_Key = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(slots=True, eq=False)
class _Waiter:
    hold: str
    payers: Payers
    bound: int
    result: asyncio.Future[Taken | Obstacle]


@dataclass(slots=True)
class _Asked:
    ask: Ask
    since_ms: int
    expected: int
    granted: int = 0
    concluding: bool = False


@dataclass(slots=True)
class _Ledger:
    org: str
    book: LeaseBook = field(default_factory=LeaseBook)
    waiting: dict[_Key, deque[_Waiter]] = field(default_factory=dict)
    asked: dict[str, _Asked] = field(default_factory=dict)
    tidied_ms: int = 0


@dataclass(slots=True)
class _Unsent:
    """An event to append, and what follows once it is in the log, never was sent, or nobody knows."""

    event: Event
    acked: Callable[[], None]
    refused: Callable[[], None]
    unknown: Callable[[], None]


@dataclass(slots=True, eq=False)
class TicketWait:
    """A ticket that a call waits on. ``result`` is True once every lease of it is here, else the denial."""

    ticket: str
    org: str
    result: asyncio.Future[TicketFunded | TicketDenied]
    funded: int = 0


Verdict = IdempotencyAccepted | IdempotencyRefused


class LeaseDesk:
    """One a gateway worker. Everything but ``wait`` and ``run`` is synchronous and takes microseconds."""

    def __init__(
        self,
        *,
        events: OwnEvents,
        now_ns: Callable[[], int],
        counters: MoneyCounters,
    ) -> None:
        self._events = events
        self._now_ns = now_ns
        self._counters = counters
        self._source = events.source
        self._ledgers: dict[str, _Ledger] = {}
        self._unsent: list[_Unsent] = []
        self._wake = asyncio.Event()
        self._tickets: dict[str, TicketWait] = {}
        self._verdicts: dict[str, asyncio.Future[Verdict]] = {}

    @property
    def incarnation(self) -> str:
        """The publisher's present incarnation, which owns the leases."""
        return self._events.source.rpartition("/")[2]

    @property
    def source(self) -> str:
        """The publisher that the leases in the books belong to."""
        return self._source

    # -- holds -------------------------------------------------------------------------------------------------------

    def take(self, org: str, hold: str, payers: Payers, bound: int, ticket: str | None = None) -> Taken | None:
        """Take a hold now; None when it has to wait, be it for a lease or for those who came before."""
        ledger = self._ledger(org)
        if ledger.waiting and payers.key in ledger.waiting and ticket is None:
            return None
        return ledger.book.admit(hold, payers, bound, self._now_ns() // 1_000_000, ticket)

    async def wait(
        self, org: str, hold: str, payers: Payers, bound: int, *, timeout_s: float
    ) -> Taken | Obstacle | None:
        """Wait for room, behind those who came before: the hold, what stands in its way, or None without an answer."""
        ledger = self._ledger(org)
        waiter = _Waiter(hold, payers, bound, asyncio.get_running_loop().create_future())
        ledger.waiting.setdefault(payers.key, deque()).append(waiter)
        self._counters.waiting += 1
        began_ns = self._now_ns()
        answer: Taken | Obstacle | None = None
        try:
            self._serve(ledger, payers.key)
            async with asyncio.timeout(timeout_s):
                answer = await waiter.result
        except TimeoutError:
            answer = None
        finally:
            self._counters.waiting -= 1
            self._counters.waits.add(self._now_ns() - began_ns)
            self._leave(ledger, waiter, taken=answer is not None)
        return answer

    def settled(self, org: str, hold: str, amount: int) -> None:
        """Free what a hold did not spend; its settlement is acknowledged."""
        ledger = self._ledger(org)
        ledger.book.settled(hold, amount)
        self._freed(ledger)

    def voided(self, org: str, hold: str) -> None:
        """Free a hold; its void is acknowledged, or its record is known never to have been sent."""
        ledger = self._ledger(org)
        ledger.book.voided(hold)
        self._freed(ledger)

    def heard(self, org: str, ack: Ack) -> None:
        """Learn the broker's time from an acknowledgement."""
        ledger = self._ledgers.get(org)
        if ledger is not None and ack.timestamp_type == LOG_APPEND_TIME:
            ledger.book.heard_time(ack.timestamp_ms, ack.offset, self._now_ns() // 1_000_000)

    def obstacle(self, org: str, payers: Payers, bound: int) -> Obstacle | None:
        """Say what is known to stand in the way of a bound."""
        return self._ledger(org).book.obstacle(payers, bound, self._now_ns() // 1_000_000)

    def remaining(self, org: str, account: str) -> int:
        """Give what an account has left as far as is known here, in nano-USD: see the book."""
        ledger = self._ledgers.get(org)
        return 0 if ledger is None else ledger.book.remaining(account)

    # -- tickets and verdicts ----------------------------------------------------------------------------------------

    def expect_ticket(self, ticket: str, org: str, *, event: str | None = None) -> TicketWait:
        """Begin to wait for a ticket's money; a redemption waits for the answer to its own event."""
        wait = TicketWait(ticket, org, asyncio.get_running_loop().create_future())
        self._tickets[event or ticket] = wait
        return wait

    def stop_expecting(self, wait: TicketWait, *, event: str | None = None, unfunded: bool = False) -> None:
        """End the wait; ``unfunded``: leases that came all the same are the ledger's to take back."""
        self._tickets.pop(event or wait.ticket, None)
        if unfunded:
            self._ledger(wait.org).book.forget_ticket(wait.ticket)

    def ticket_over(self, org: str, ticket: str) -> None:
        """Give back what a ticket's leases have left: its call is over."""
        ledger = self._ledger(org)
        for one in ledger.book.ticket_over(ticket):
            self._send_return(ledger, one)

    def expect_verdict(self, request: str) -> asyncio.Future[Verdict]:
        """Begin to wait for the verdict on a request's idempotency key."""
        future: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        self._verdicts[request] = future
        return future

    def forget_verdict(self, request: str) -> None:
        self._verdicts.pop(request, None)

    def anyone_waits(self) -> bool:
        """Say whether a ticket or an idempotency key waits for its verdict."""
        return bool(self._tickets or self._verdicts)

    # -- the inbox ---------------------------------------------------------------------------------------------------

    def tell(self, record: Record) -> None:
        """Take in one record of kt.grants that may concern this worker."""
        match record:
            case LeaseGranted():
                self._granted(record)
            case LeaseDenied():
                self._denied(record)
            case HoldRejected():
                self._counters.rejected += 1
                logger.warning("the ledger rejected hold %s: %s", record.hold, record.reason)
                self._ledger(record.ledger).book.hold_rejected(record)
            case WalletPressed():
                ledger = self._ledgers.get(record.ledger)
                if ledger is not None:
                    ledger.book.pressed(record, self._now_ms())
                    self._freed(ledger)
            case TicketFunded():
                self._funded(record)
            case TicketDenied():
                wait = self._tickets.get(record.causationid or "") or self._tickets.get(record.ticket)
                if wait is not None and not wait.result.done():
                    wait.result.set_result(record)
            case IdempotencyAccepted() | IdempotencyRefused():
                verdict = self._verdicts.get(record.request)
                if verdict is not None and not verdict.done():
                    verdict.set_result(record)
            case _:
                pass  # waiting tickets, shares, reviews and progress concern others

    def _granted(self, grant: LeaseGranted) -> None:
        ledger = self._ledger(grant.ledger)
        if grant.incarnation != self.incarnation:
            return
        ledger.book.granted(grant, self._now_ms())
        asked = ledger.asked.get(grant.causationid)
        if asked is not None:
            asked.granted += 1
            if asked.granted < asked.expected:
                return
            self._answered(ledger, grant.causationid, asked)
        self._freed(ledger)

    def _denied(self, denial: LeaseDenied) -> None:
        ledger = self._ledger(denial.ledger)
        asked = ledger.asked.get(denial.causationid)
        ledger.book.denied(denial, None if asked is None else asked.ask.payers, self._now_ms())
        if asked is not None and not asked.concluding:
            # An answer has several records, which arrive together: look at it once all of them are here.
            asked.concluding = True
            asyncio.get_running_loop().call_soon(self._conclude, ledger, denial.causationid)

    def _conclude(self, ledger: _Ledger, event: str) -> None:
        asked = ledger.asked.get(event)
        if asked is not None and not asked.granted:
            self._answered(ledger, event, asked)
            self._freed(ledger)

    def _funded(self, part: TicketFunded) -> None:
        wait = self._tickets.get(part.causationid or "") or self._tickets.get(part.ticket)
        if wait is None or part.incarnation not in (None, self.incarnation):
            return
        self._ledger(part.ledger).book.funded(part, self._now_ms())
        wait.funded += 1
        if wait.funded >= (part.leases or 1) and not wait.result.done():
            wait.result.set_result(part)

    # -- those who wait ----------------------------------------------------------------------------------------------

    def _freed(self, ledger: _Ledger) -> None:
        """There may be room: serve those who wait, then give back what must go back."""
        for key in list(ledger.waiting):
            self._serve(ledger, key)
        if ledger.book.has_freed:
            for one in ledger.book.returns(self._now_ms()):
                self._send_return(ledger, one)

    def _serve(self, ledger: _Ledger, key: _Key) -> None:
        """Serve one queue from its front, as far as there is room or something is known to stand in the way."""
        queue, now_ms = ledger.waiting.get(key), self._now_ms()
        served = False
        while queue:
            head = queue[0]
            if not head.result.done():
                answer = ledger.book.admit(head.hold, head.payers, head.bound, now_ms) or ledger.book.obstacle(
                    head.payers, head.bound, now_ms
                )
                if answer is None:
                    break
                head.result.set_result(answer)
                served = True
            queue.popleft()
        if not queue:
            ledger.waiting.pop(key, None)
        elif served or len(queue) == 1:
            self._ask_for_waiting(ledger, key)

    def _ask_for_waiting(self, ledger: _Ledger, key: _Key) -> None:
        queue = ledger.waiting.get(key)
        if not queue or ledger.book.is_asked(queue[0].payers):
            return
        head = queue[0]
        together = sum(waiter.bound for waiter in queue)
        self._send_ask(ledger, ledger.book.ask(head.payers, head.bound, self._now_ms(), waiting=together))

    def _leave(self, ledger: _Ledger, waiter: _Waiter, *, taken: bool) -> None:
        """Take a waiter out of its queue; a hold that nobody fetched any more is given back, for no record has it."""
        queue = ledger.waiting.get(waiter.payers.key)
        if queue is not None and waiter in queue:
            queue.remove(waiter)
            if not queue:
                ledger.waiting.pop(waiter.payers.key, None)
        result = waiter.result
        unfetched = not taken and result.done() and not result.cancelled()
        if unfetched and isinstance(result.result(), Taken):
            ledger.book.voided(waiter.hold)
            self._freed(ledger)

    # -- to the log --------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Send what is to be sent, and look after leases, until cancelled."""
        while True:
            try:
                async with asyncio.timeout(TICK_S):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            self.tick()
            await self.flush()

    def tick(self) -> None:
        """Ask ahead for accounts in use, ask again for what got no answer, forget what is over."""
        now_ms = self._now_ms()
        if self._events.source != self._source:
            self._renew()
        for ledger in self._ledgers.values():
            for event, asked in list(ledger.asked.items()):
                if now_ms - asked.since_ms > ANSWER_MS:
                    self._answered(ledger, event, asked)
            for ask in ledger.book.asks(now_ms):
                self._send_ask(ledger, ask)
            for key in list(ledger.waiting):
                self._serve(ledger, key)
                self._ask_for_waiting(ledger, key)
            if now_ms - ledger.tidied_ms > TIDY_MS:
                ledger.tidied_ms = now_ms
                ledger.book.tidy(now_ms)

    async def flush(self) -> None:
        """Append what waits to be sent, each ledger's records together and in order."""
        if not self._unsent:
            return
        unsent, self._unsent = self._unsent, []
        by_org: dict[str, list[_Unsent]] = {}
        for one in unsent:
            by_org.setdefault(one.event.ledger, []).append(one)
        for org, together in by_org.items():
            await self._append(org, together)

    async def _append(self, org: str, together: list[_Unsent]) -> None:
        try:
            acks = await self._events.append(*[one.event for one in together])
        except AckUnknownError as error:
            logger.warning("what was said to the ledger may be lost: %s", error.reason)
            for one in together:
                one.unknown()
            return
        except PublishError as error:
            logger.warning("the ledger cannot be asked: %s", error.reason)
            for one in together:
                one.refused()
            return
        self.heard(org, acks[-1])
        for one in together:
            one.acked()

    def _send_ask(self, ledger: _Ledger, ask: Ask) -> None:
        payers = ask.payers
        event = self._events.about(
            ledger.org,
            LeaseRequested(
                incarnation=self.incarnation,
                cascade=payers.cascade,
                budgets=payers.budgets,
                need=ask.need,
                wanted=ask.wanted,
            ),
        )
        expected = bool(payers.cascade) + len(payers.budgets)
        asked = ledger.asked[event.id] = _Asked(ask, self._now_ms(), expected)
        self._counters.asked += 1

        def lost() -> None:
            self._answered(ledger, event.id, asked)

        self._send(_Unsent(event, acked=_nothing, refused=lost, unknown=lost))

    def _send_return(self, ledger: _Ledger, what: Return) -> None:
        book = ledger.book
        event = self._events.about(
            ledger.org, LeaseReturned(incarnation=self.incarnation, lease=what.lease.id, amount=what.amount)
        )
        self._counters.returned_nano += what.amount
        self._send(_Unsent(event, acked=lambda: book.returned(what), refused=lambda: book.kept(what), unknown=_nothing))

    def _send(self, unsent: _Unsent) -> None:
        if len(self._unsent) >= MOST_UNSENT:
            unsent.refused()
            return
        self._unsent.append(unsent)
        self._wake.set()

    def _answered(self, ledger: _Ledger, event: str, asked: _Asked) -> None:
        if ledger.asked.pop(event, None) is not None:
            ledger.book.answered(asked.ask.payers)

    # -- ledgers -----------------------------------------------------------------------------------------------------

    def figures(self) -> tuple[int, int, int, int]:
        """Give how many leases there are, what room they have, what is held and how many holds are open."""
        books = [ledger.book for ledger in self._ledgers.values()]
        leases = [lease for book in books for lease in book.leases]
        room = sum(lease.granted - lease.used for lease in leases)
        return len(leases), room, sum(book.held for book in books), sum(book.open_holds for book in books)

    def _ledger(self, org: str) -> _Ledger:
        if self._events.source != self._source:
            self._renew()
        found = self._ledgers.get(org)
        if found is None:
            found = self._ledgers[org] = _Ledger(org)
        return found

    def _renew(self) -> None:
        """Drop every lease: they belong to an incarnation that is gone. Those who wait are asked for anew."""
        self._source = self._events.source
        for ledger in self._ledgers.values():
            ledger.book = LeaseBook()
            ledger.asked.clear()
        self._wake.set()

    def _now_ms(self) -> int:
        return self._now_ns() // 1_000_000


def _nothing() -> None:
    """Some ends need nothing done."""
