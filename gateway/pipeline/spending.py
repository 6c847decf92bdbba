"""The money of one call from its first hold to its last: the fence before each dispatch, a hold an attempt, the end.

A hold is dispatched on only if the log acknowledged it in time, by the broker's own clock, and a moment ago. It ends
exactly once: by a settlement where the provider may have billed, by a void where it is known not to have.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import msgspec

from keeptrusts.gateway.pipeline.bounding import Quote, quote
from keeptrusts.gateway.pipeline.record import attempt_event, money_event
from keeptrusts.gateway.pipeline.services import Services
from keeptrusts.gateway.pipeline.values import IncomingCall, Invocation, ModelCall, MoneyShown, Prepared, Settlement
from keeptrusts.gateway.routing.priced import priced
from keeptrusts.gateway.wallets.leases import Payers, Taken
from keeptrusts.gateway.wallets.prices import cost_nano
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.events.money import HOLD_MS, Draw, Hold, HoldSettled, HoldVoided, Settle, VoidHold
from keeptrusts.schemas.events.request import CostState
from keeptrusts.schemas.frozen import frozen
from keeptrusts.schemas.policy_document.document import WalletOptions
from keeptrusts.schemas.publishing import LOG_APPEND_TIME, Ack, AckUnknownError, PublishError
from keeptrusts.schemas.record import trusted

DISPATCH_WITHIN_NS: Final = 5_000_000_000
HOLD_DEADLINE: Final = timedelta(milliseconds=HOLD_MS)
TRIES: Final = 3
AGAIN_WITHIN_S: Final = 2.0
"""How long a further attempt may wait for a lease of its own."""


@frozen
class Reservation:
    """A hold that has its room: what is recorded of it, and what it rests on. ``source`` owns its leases."""

    payers: Payers
    taken: Taken
    quote: Quote
    hold: Hold
    source: str
    ticket: str | None = None
    shrunk_to: int | None = None


def reservation(
    services: Services,
    payers: Payers,
    taken: Taken,
    bounded: Quote,
    ticket: str | None = None,
    shrunk_to: int | None = None,
) -> Reservation:
    """Make the hold's record from the room that was taken for it."""
    amount = taken.amount
    services.counters.money.holds += 1
    return Reservation(
        payers=payers,
        taken=taken,
        quote=bounded,
        hold=trusted(  # of our own values only
            Hold,
            {
                "deadline_at": services.now() + HOLD_DEADLINE,
                "draws": tuple(
                    [
                        trusted(Draw, {"account": one.account.name, "amount": amount, "lease": one.id})
                        for one in taken.leases
                    ]
                ),
                "id": taken.hold,
                "price_version": bounded.bound.price_version,
            },
        ),
        source=services.desk.source,
        ticket=ticket,
        shrunk_to=shrunk_to,
    )


class Spending(msgspec.Struct, eq=False):
    """One call's money. ``current`` is the hold that the completion must end, None when an earlier record ended it.

    ``charged`` is what earlier attempts were charged. ``ended`` says that the last attempt's end is recorded already.
    """

    services: Services
    call: IncomingCall
    identity: Identity
    asked: ModelCall
    payers: Payers
    options: WalletOptions
    current: Reservation | None
    number: int = 1
    charged: int = 0
    presumed: bool = False
    ended: bool = False
    undone: str | None = None
    """Why the current hold will not be dispatched on."""
    last: Settlement | None = None

    def may_dispatch(self, ack: Ack, asked_ns: int) -> bool:
        """Say whether the current hold's record is in the log in time; ``asked_ns``, before it was sent, is the start
        of the seconds within which it must be dispatched."""
        held = self.current
        if held is None:
            return True
        services = self.services
        services.desk.heard(self.identity.org, ack)
        in_time = (
            ack.timestamp_type == LOG_APPEND_TIME
            and ack.offset >= 0
            and ack.timestamp_ms <= held.taken.expires_at_ms
            and services.now_ns() - asked_ns <= DISPATCH_WITHIN_NS
            and services.publisher.source == held.source
        )
        if not in_time:
            self.undone = "lease_ended"
            services.counters.money.fenced += 1
        return in_time

    async def hold_again(self, prepared: Prepared) -> bool:
        """Replace a hold whose record came too late, before anything was sent; False when that did not help."""
        held = self.current
        assert held is not None, "only a hold can come too late"
        return await self._hold(Quote(prepared=prepared, bound=held.quote.bound, row=held.quote.row), "lease_ended")

    async def attempt_again(self, failed: Invocation, following: Prepared, cause: str) -> Prepared | None:
        """Record a further attempt with a hold of its own, and the end of the hold before; None: it must not be made.

        What was charged for the failed attempt stays charged.
        """
        bounded = quote(self.services, self.call, self.asked, following, self.options)
        if type(bounded) is Problem:
            return None
        settlement = self._settled(failed)
        if bounded is None:
            return following if await self._attempt_unheld(following, cause, settlement) else None
        return bounded.prepared if await self._hold(bounded, cause, settlement) else None

    def settle(self, invocation: Invocation) -> Settlement:
        """Give what the whole call is charged, and how its last hold ends."""
        held = self.current
        if held is not None and self.undone is not None:
            void = VoidHold(hold=held.hold.id, reason=self.undone)
            self.last = self._sum(None, "none", None, void=void)
        elif self.ended:
            self.last = self._sum(None, "none", None)
        else:
            only = self._settled(invocation)
            self.last = self._add(only) if self.charged or self.presumed else only
        return self.last

    def void(self) -> VoidHold | None:
        """Give the void of a hold that was never dispatched on, for a completion that refuses."""
        held = self.current
        if held is None:
            return None
        self.last = self._sum(None, "none", None, void=VoidHold(hold=held.hold.id, reason=self.undone or "refused"))
        return self.last.void

    def completed(self) -> None:
        """Free what the last hold did not spend: the completion is acknowledged."""
        held, last = self.current, self.last
        if held is None or last is None:
            return
        desk, org = self.services.desk, self.identity.org
        if last.settle is not None:
            desk.settled(org, held.hold.id, last.settle.amount)
        else:
            desk.voided(org, held.hold.id)
        if held.ticket is not None:
            desk.ticket_over(org, held.ticket)

    @property
    def shown(self) -> MoneyShown:
        """What the caller is told beside the cost."""
        held = self.current
        if held is None:
            return MoneyShown()
        remaining = None
        if self.payers.wallets and held.ticket is None:  # a ticket's money is set apart: it says nothing of its wallet
            remaining = self.services.desk.remaining(self.identity.org, held.taken.leases[0].account.name)
        return MoneyShown(remaining=remaining, shrunk_to=held.shrunk_to)

    async def _hold(self, bounded: Quote, cause: str, settlement: Settlement | None = None) -> bool:
        """Record attempts with fresh holds until one is in the log in time; the first also ends the hold before."""
        services, desk, org = self.services, self.services.desk, self.identity.org
        ticket = None if self.current is None else self.current.ticket
        for _ in range(TRIES):
            name = f"{self.call.request}/{self.number + 1}"
            taken = desk.take(org, name, self.payers, bounded.bound.amount, ticket)
            if taken is None:  # the end of the hold before may free what is needed
                if not await self._end_alone(settlement):
                    return False
                settlement = None
                taken = desk.take(org, name, self.payers, bounded.bound.amount, ticket)
            if taken is None:
                answer = await desk.wait(
                    org, name, self.payers, bounded.bound.amount, timeout_s=AGAIN_WITHIN_S
                )  # nobody opens a ticket for a further attempt
                if not isinstance(answer, Taken):
                    return False
                taken = answer
            asked_ns = services.now_ns()
            fresh = reservation(services, self.payers, taken, bounded, ticket)
            ack = await self._attempt(bounded.prepared, cause, fresh, settlement)
            if ack is None:
                return False
            settlement = None
            if self.may_dispatch(ack, asked_ns):
                return True
        return False

    async def _attempt(
        self, prepared: Prepared, cause: str, fresh: Reservation, settlement: Settlement | None
    ) -> Ack | None:
        """Append the end of the hold before, if it has not ended yet, and the attempt; None without both."""
        services, call, before = self.services, self.call, self.current
        end = self._end_of(before, settlement)
        attempt = attempt_event(services, call, self.identity, prepared.route, self.number + 1, cause, fresh.hold)
        events = (attempt,) if end is None else (end, attempt)
        try:
            acks = await services.publisher.append(*events, deadline_s=services.settings.ack_timeout_s)
        except AckUnknownError:
            if end is not None:
                services.late_records.append(end, acked=self._freeing(before, settlement))
            self._goes_on(fresh, settlement)
            self.undone = "ack_unknown"
            return None
        except PublishError:
            services.desk.voided(self.identity.org, fresh.hold.id)
            return None
        self._freeing(before, settlement)()
        self._goes_on(fresh, settlement)
        return acks[-1]

    async def _attempt_unheld(self, prepared: Prepared, cause: str, settlement: Settlement) -> bool:
        """Record an attempt whose cost cannot be known, which needs no hold."""
        if not await self._end_alone(settlement):
            return False
        services = self.services
        attempt = attempt_event(services, self.call, self.identity, prepared.route, self.number + 1, cause)
        try:
            await services.publisher.append(attempt, deadline_s=services.settings.ack_timeout_s)
        except PublishError:
            return False
        self.number += 1
        self.ended = False
        return True

    async def _end_alone(self, settlement: Settlement | None) -> bool:
        """End the current hold by a record of its own; False when the log did not take it."""
        services, before = self.services, self.current
        end = self._end_of(before, settlement)
        if end is None:
            return True
        try:
            await services.publisher.append(end, deadline_s=services.settings.ack_timeout_s)
        except AckUnknownError:
            services.late_records.append(end, acked=self._freeing(before, settlement))
            self._add_up(settlement)
            self.current, self.ended = None, True
            return False
        except PublishError:
            return False
        self._freeing(before, settlement)()
        self._add_up(settlement)
        self.current, self.ended = None, True
        return True

    def _goes_on(self, fresh: Reservation, settlement: Settlement | None) -> None:
        self._add_up(settlement)
        self.current, self.number = fresh, self.number + 1
        self.ended, self.undone = False, None

    def _add_up(self, settlement: Settlement | None) -> None:
        if settlement is not None:
            self.charged += settlement.cost or 0
            self.presumed = self.presumed or settlement.state == "presumed"

    def _end_of(self, held: Reservation | None, settlement: Settlement | None) -> Event | None:
        if held is None:
            return None
        data: HoldSettled | HoldVoided
        if settlement is not None and settlement.settle is not None:
            settle = settlement.settle
            data = HoldSettled(hold=settle.hold, amount=settle.amount, basis=settle.basis)
        else:
            void = None if settlement is None else settlement.void
            data = HoldVoided(
                hold=held.hold.id, reason=void.reason if void is not None else self.undone or "not_dispatched"
            )
        return money_event(self.services, self.call, self.identity, data)

    def _freeing(self, held: Reservation | None, settlement: Settlement | None) -> _Freeing:
        settle = None if settlement is None else settlement.settle
        return _Freeing(self.services, self.identity.org, held, None if settle is None else settle.amount)

    def _settled(self, invocation: Invocation) -> Settlement:
        """Say what one attempt costs and how its hold ends."""
        held, asked = self.current, self.asked
        if held is None:
            return self._unheld(invocation)
        name, amount = held.hold.id, held.taken.amount
        row = held.quote.row
        if not invocation.billed:
            void = VoidHold(hold=name, reason="not_billed")
            return Settlement(cost=None, state="none", price_version=None, void=void)
        usage = invocation.usage
        cost = None if usage is None or not asked.metered else cost_nano(row, usage)
        if usage is None or cost is None:
            self.services.counters.money.presumed += 1
            presumed = Settle(hold=name, amount=amount, basis="presumed")
            return Settlement(cost=amount, state="presumed", price_version=row.version, settle=presumed)
        if cost > amount:
            self.services.counters.money.variances += 1
            self.services.counters.money.variance_nano += cost - amount
        basis = usage.basis
        settle = trusted(Settle, {"hold": name, "amount": cost, "basis": basis})  # ``cost_nano`` bounds it
        state: CostState = "presumed" if basis == "presumed" else "priced"
        return Settlement(cost=min(cost, amount), state=state, price_version=row.version, settle=settle)

    def _unheld(self, invocation: Invocation) -> Settlement:
        services = self.services
        if not invocation.billed:
            return Settlement(cost=None, state="none", price_version=None)
        row = priced(invocation.route, services.prices, services.now(), with_output=self.asked.with_output)
        return Settlement(cost=None, state="unpriced", price_version=None if row is None else row.version)

    def _add(self, settlement: Settlement) -> Settlement:
        return self._sum(
            settlement.cost, settlement.state, settlement.price_version, settle=settlement.settle, void=settlement.void
        )

    def _sum(
        self,
        cost: int | None,
        state: CostState,
        version: str | None,
        *,
        settle: Settle | None = None,
        void: VoidHold | None = None,
    ) -> Settlement:
        total = self.charged + (cost or 0)
        known = cost is not None or self.charged > 0
        if self.presumed:
            state = "presumed"
        elif state == "none" and known:
            state = "priced"
        return Settlement(
            cost=total if known else None,
            state=state,
            price_version=version,
            settle=settle,
            void=void,
        )


@dataclass(slots=True)
class _Freeing:
    """Frees a hold once its end is in the log."""

    services: Services
    org: str
    held: Reservation | None
    amount: int | None

    def __call__(self) -> None:
        if self.held is None:
            return
        if self.amount is None:
            self.services.desk.voided(self.org, self.held.hold.id)
        else:
            self.services.desk.settled(self.org, self.held.hold.id, self.amount)
