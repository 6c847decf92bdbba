"""Callers who wait, leave and come back, people who approve, and two gateways, around the ledger's fold of tickets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from model.explore import Step
from model.ticket_ledger import (
    Approved,
    Denied,
    Funded,
    Opened,
    Redeemed,
    Ticket,
    TicketLease,
    TicketLedger,
    TicketRecord,
    TicketTimes,
    Used,
    Withdrawn,
    fold_ticket,
)
from model.ticket_rules import TicketRules

GATEWAYS = (0, 1)
_ENDED = ("parked", "denied", "expired", "buried")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A request that nothing covers when it comes: where, from which wallets, its bound and its cost."""

    gateway: int = 0
    cascade: tuple[int, ...] = (0,)
    need: int = 1
    cost: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSetting:
    """One small instance. ``lent``: money that other calls hold, as (wallet, amount, tick at which it expires)."""

    requests: tuple[Wanted, ...]
    wallets: tuple[int, ...] = (0,)
    lent: tuple[tuple[int, int, int], ...] = ()
    funds: tuple[tuple[int, int], ...] = ()
    """Money that may come in, one after the other: wallet and amount."""
    wait: int = 1
    """Ticks that a connection waits."""
    lease: int = 1
    grace: int = 0
    approval: int = 1
    horizon: int = 3
    approvals: int = 0
    denials: int = 0
    redeemers: tuple[int, ...] = ()
    """Gateways at which a refused caller may come back with its ticket, once at each."""
    strangers: int = 0
    """How often somebody else comes with it."""
    kills: int = 0
    unknown: int = 0
    doubled: int = 0
    back: int = 0
    leaves: bool = False
    """Whether callers may leave while they wait."""

    @property
    def times(self) -> TicketTimes:
        """What the ledger needs to know of them."""
        return TicketTimes(lease=self.lease, grace=self.grace, approval=self.approval)


class Waiter(NamedTuple):
    """A request. ``phase``: new, waiting, withdrawing, unsure (whether its ticket was opened; it withdraws as well),
    refused (402, with the ticket), failed (no ticket is offered), answered or lost.
    """

    phase: str = "new"
    since: int = 0
    billed: int = 0


class Redemption(NamedTuple):
    """A caller that came back to one gateway with a ticket. ``phase``: none, asked, failed, answered or lost."""

    phase: str = "none"
    rightful: bool = True
    billed: int = 0


class TicketFaults(NamedTuple):
    """What may still happen from outside."""

    approvals: int
    denials: int
    strangers: int
    kills: int
    unknown: int
    doubled: int
    funded: int = 0


class TicketWorld(NamedTuple):
    """Everything there is. ``redemptions`` are by request and gateway."""

    tick: int
    lag: int
    ledger: TicketLedger
    gateways: tuple[tuple[bool, int], ...]
    waiters: tuple[Waiter, ...]
    redemptions: tuple[tuple[Redemption, ...], ...]
    under_way: tuple[TicketRecord, ...]
    faults: TicketFaults

    @property
    def append_time(self) -> int:
        """The broker's clock."""
        return self.tick - self.lag


class TicketModel:
    """The model of one setting under a set of rules."""

    def __init__(self, setting: TicketSetting, rules: TicketRules | None = None) -> None:
        self.setting = setting
        self.rules = rules or TicketRules()

    def initial(self) -> TicketWorld:
        """Nobody has asked; other calls hold what is lent."""
        one = self.setting
        leases = tuple(
            TicketLease(100 + index, None, wallet, amount, expires, (9, 0))
            for index, (wallet, amount, expires) in enumerate(one.lent)
        )
        ledger = TicketLedger(one.wallets, (0,) * len(one.wallets), leases=leases)
        count = len(one.requests)
        return TicketWorld(
            0, 0, ledger, ((True, 0),) * len(GATEWAYS), (Waiter(),) * count,
            ((Redemption(),) * len(GATEWAYS),) * count, (),
            TicketFaults(one.approvals, one.denials, one.strangers, one.kills, one.unknown, one.doubled),
        )  # fmt: skip

    def steps(self, world: TicketWorld) -> Iterator[Step[TicketWorld]]:
        """Time, gateways, callers, then what comes from outside; at the horizon nothing comes from there any more."""
        yield from self._time(world)
        for gateway, (alive, incarnation) in enumerate(world.gateways):
            if not alive:
                yield f"gateway {gateway} starts again", _with_gateway(world, gateway, True, incarnation + 1)
        for number, waiter in enumerate(world.waiters):
            if world.gateways[self.setting.requests[number].gateway][0]:
                yield from self._waiter(world, number, waiter)
            for gateway in GATEWAYS:
                if world.gateways[gateway][0]:
                    yield from self._redemption(world, number, gateway)
        for index, record in enumerate(world.under_way):
            left = world.under_way[:index] + world.under_way[index + 1 :]
            yield f"late {record} is appended", self._append(world._replace(under_way=left), record)
        if world.tick < self.setting.horizon:
            yield from self._outside(world)

    # Time.

    def _time(self, world: TicketWorld) -> Iterator[Step[TicketWorld]]:
        one = self.setting
        if world.tick < one.horizon:
            later = world._replace(tick=world.tick + 1)
            yield f"tick {later.tick}", self._append(later, None)
            if one.back and world.lag + one.back <= one.grace and world.append_time >= one.back:
                yield f"append time steps back by {one.back}", world._replace(lag=world.lag + one.back)
        if world.lag:
            yield "append time catches up", world._replace(lag=0)

    def _append(self, world: TicketWorld, record: TicketRecord | None) -> TicketWorld:
        return world._replace(
            ledger=fold_ticket(world.ledger, record, world.append_time, self.setting.times, self.rules)
        )

    def _appends(self, world: TicketWorld, record: TicketRecord, what: str) -> Iterator[Step[TicketWorld]]:
        after = self._append(world, record)
        yield what, after
        if world.faults.doubled and world.tick < self.setting.horizon:
            faults = world.faults._replace(doubled=world.faults.doubled - 1)
            yield f"{what}, doubled", after._replace(under_way=(*world.under_way, record), faults=faults)

    def _unknown(self, world: TicketWorld, record: TicketRecord, what: str) -> Iterator[Step[TicketWorld]]:
        if not world.faults.unknown or world.tick >= self.setting.horizon:
            return
        left = world._replace(faults=world.faults._replace(unknown=world.faults.unknown - 1))
        yield f"{what} is lost", left
        yield f"{what} is appended, its acknowledgement lost", self._append(left, record)
        yield f"{what} is on its way", left._replace(under_way=(*left.under_way, record))

    # Those who wait.

    def _waiter(self, world: TicketWorld, number: int, waiter: Waiter) -> Iterator[Step[TicketWorld]]:
        match waiter.phase:
            case "new":
                yield from self._open(world, number)
            case "waiting":
                yield from self._waiting(world, number, waiter)
            case "withdrawing":
                yield from self._withdraw(world, number, waiter, "refused")
            case "unsure":
                yield from self._withdraw(world, number, waiter, "failed")
            case "refused" if not self.rules.ignores_lost_grants:
                yield from self._use_grant(world, number, waiter)

    def _open(self, world: TicketWorld, number: int) -> Iterator[Step[TicketWorld]]:
        one = self.setting.requests[number]
        owner = (one.gateway, world.gateways[one.gateway][1])
        record = Opened(number, owner, one.cascade, one.need, world.append_time + self.setting.wait)
        waiting = _with_waiter(world, number, Waiter("waiting", since=world.tick))
        yield from self._appends(waiting, record, f"ticket {number} is opened")
        unsure = _with_waiter(world, number, Waiter("unsure", since=world.tick))
        yield from self._unknown(unsure, record, f"ticket {number}")
        if world.tick == self.setting.horizon:
            yield f"request {number} never comes", _with_waiter(world, number, Waiter("failed"))

    def _waiting(self, world: TicketWorld, number: int, waiter: Waiter) -> Iterator[Step[TicketWorld]]:
        yield from self._use_grant(world, number, waiter)
        ticket = next((one for one in world.ledger.tickets if one.number == number), None)
        if ticket is not None and ticket.state == "denied":
            yield f"request {number} learns of its denial", _with_waiter(world, number, Waiter("failed"))
        over = world.tick >= waiter.since + self.setting.wait or world.tick == self.setting.horizon
        if over or self.setting.leaves:
            yield f"request {number} stops waiting", _with_waiter(world, number, waiter._replace(phase="withdrawing"))

    def _withdraw(self, world: TicketWorld, number: int, waiter: Waiter, phase: str) -> Iterator[Step[TicketWorld]]:
        refused = _with_waiter(world, number, waiter._replace(phase=phase))
        yield from self._appends(refused, Withdrawn(number), f"ticket {number} is withdrawn, its caller {phase}")
        after = world if self.rules.withdraws_before_402 else refused
        yield from self._unknown(after, Withdrawn(number), f"withdrawal of ticket {number}")

    def _use_grant(self, world: TicketWorld, number: int, waiter: Waiter) -> Iterator[Step[TicketWorld]]:
        """Learn of the ticket's lease and use it, unless it is over."""
        one = self.setting.requests[number]
        owner = (one.gateway, world.gateways[one.gateway][1])
        for lease in world.ledger.leases:
            if lease.ticket == number and lease.owner == owner and not lease.redeemed:
                billed = self._cost(number)
                if self._in_time(world, lease):
                    after = _with_waiter(world, number, waiter._replace(phase="answered", billed=billed))
                    record = Used(lease.id, owner, billed)
                    yield f"request {number} is paid by lease {lease.id}", self._append(after, record)
                elif waiter.phase == "waiting":
                    late = _with_waiter(world, number, waiter._replace(phase="withdrawing"))
                    yield f"request {number} learns of its lease too late", late

    def _in_time(self, world: TicketWorld, lease: TicketLease) -> bool:
        return world.append_time <= lease.expires or not self.rules.fences_by_time

    def _cost(self, number: int) -> int:
        one = self.setting.requests[number]
        return one.need if one.cost is None else one.cost

    # Those who come back.

    def _redemption(self, world: TicketWorld, number: int, gateway: int) -> Iterator[Step[TicketWorld]]:
        redemption = world.redemptions[number][gateway]
        if redemption.phase == "none" and world.waiters[number].phase == "refused":
            yield from self._come_back(world, number, gateway)
        if redemption.phase != "asked":
            return
        owner = (gateway, world.gateways[gateway][1])
        granted = [one for one in world.ledger.leases if one.ticket == number and one.owner == owner and one.redeemed]
        for lease in granted:
            if self._in_time(world, lease):
                billed = self._cost(number)
                answered = _with_redemption(
                    world, number, gateway, redemption._replace(phase="answered", billed=billed)
                )
                record = Used(lease.id, owner, billed)
                yield f"gateway {gateway} pays request {number} by its ticket", self._append(answered, record)
        if not granted or not all(self._in_time(world, lease) for lease in granted):
            failed = _with_redemption(world, number, gateway, redemption._replace(phase="failed"))
            yield f"gateway {gateway} cannot pay request {number}", failed

    def _come_back(self, world: TicketWorld, number: int, gateway: int) -> Iterator[Step[TicketWorld]]:
        owner = (gateway, world.gateways[gateway][1])
        if gateway in self.setting.redeemers:
            asked = _with_redemption(world, number, gateway, Redemption("asked"))
            what = f"ticket {number} is redeemed at gateway {gateway}"
            yield from self._appends(asked, Redeemed(number, owner, True), what)
        if world.faults.strangers:
            left = world._replace(faults=world.faults._replace(strangers=world.faults.strangers - 1))
            asked = _with_redemption(left, number, gateway, Redemption("asked", rightful=False))
            what = f"a stranger redeems ticket {number} at gateway {gateway}"
            yield what, self._append(asked, Redeemed(number, owner, False))

    # What comes from outside.

    def _outside(self, world: TicketWorld) -> Iterator[Step[TicketWorld]]:
        one, faults = self.setting, world.faults
        if faults.funded < len(one.funds):
            wallet, amount = one.funds[faults.funded]
            after = world._replace(faults=faults._replace(funded=faults.funded + 1))
            yield f"{amount} comes into wallet {wallet}", self._append(after, Funded(wallet, amount))
        for lease in world.ledger.leases:
            if lease.ticket is None and lease.state == "open":
                yield "another call costs less than it held", self._append(world, Used(lease.id, lease.owner, 0))
        for ticket in world.ledger.tickets:
            if faults.approvals:
                after = world._replace(faults=faults._replace(approvals=faults.approvals - 1))
                for wallet in range(len(one.wallets)):
                    what = f"a person approves ticket {ticket.number} from wallet {wallet}"
                    yield what, self._append(after, Approved(ticket.number, wallet))
            if faults.denials:
                after = world._replace(faults=faults._replace(denials=faults.denials - 1))
                yield f"a person denies ticket {ticket.number}", self._append(after, Denied(ticket.number))
        if faults.kills:
            for gateway in GATEWAYS:
                if world.gateways[gateway][0]:
                    yield f"gateway {gateway} is killed", self._killed(world, gateway)

    def _killed(self, world: TicketWorld, gateway: int) -> TicketWorld:
        world = _with_gateway(world, gateway, False, world.gateways[gateway][1])
        waiters = tuple(
            waiter._replace(phase="lost")
            if self.setting.requests[number].gateway == gateway and waiter.phase in ("waiting", "withdrawing", "unsure")
            else waiter
            for number, waiter in enumerate(world.waiters)
        )
        world = world._replace(waiters=waiters, faults=world.faults._replace(kills=world.faults.kills - 1))
        for number, redemptions in enumerate(world.redemptions):
            if redemptions[gateway].phase == "asked":
                world = _with_redemption(world, number, gateway, redemptions[gateway]._replace(phase="lost"))
        return world

    # What must hold.

    def broken(self, world: TicketWorld) -> str | None:
        """Name what is broken in a state."""
        return self._money_broken(world, world.ledger) or self._queue_broken(world) or self._callers_broken(world)

    def _money_broken(self, world: TicketWorld, ledger: TicketLedger) -> str | None:
        funded = list(self.setting.wallets)
        for wallet, amount, _ in self.setting.lent:
            funded[wallet] += amount
        for wallet, amount in self.setting.funds[: world.faults.funded]:
            funded[wallet] += amount
        for wallet, money in enumerate(funded):
            if ledger.available[wallet] < 0 or ledger.spent[wallet] < 0:
                return f"wallet {wallet} is below zero"
            lent = sum(one.amount for one in ledger.leases if one.account == wallet and one.state == "open")
            kept = sum(one.money for one in ledger.tickets if one.source == wallet)
            if ledger.available[wallet] + ledger.spent[wallet] + lent + kept != money:
                return f"money of wallet {wallet} came from nowhere or went there"
        billed = sum(one.billed for one in world.waiters)
        billed += sum(one.billed for redemptions in world.redemptions for one in redemptions)
        if ledger.conflicts or billed != sum(ledger.spent):
            return f"providers billed {billed}, wallets paid {sum(ledger.spent)}"
        return None

    def _queue_broken(self, world: TicketWorld) -> str | None:
        ledger = world.ledger
        if ledger.unfair:
            return "a ticket was funded before one that waited longer for no more"
        if ledger.wrong_payer:
            return "a lower wallet paid what a higher one covers"
        for ticket in ledger.tickets:
            open_leases = [one for one in ledger.leases if one.ticket == ticket.number and one.state == "open"]
            if len(open_leases) > 1:
                return f"ticket {ticket.number} was funded twice"
            if open_leases and ticket.state in _ENDED:
                return f"ticket {ticket.number} is {ticket.state} and has money"
            if ticket.state != "waiting":
                continue
            if ledger.clock > ticket.deadline:
                return f"ticket {ticket.number} waits beyond its deadline"
            if any(ledger.available[wallet] >= ticket.need for wallet in ticket.cascade):
                return f"ticket {ticket.number} waits for money that is there"
        return None

    def _callers_broken(self, world: TicketWorld) -> str | None:
        tickets = {ticket.number: ticket for ticket in world.ledger.tickets}
        for number, waiter in enumerate(world.waiters):
            answered = [one for one in world.redemptions[number] if one.phase == "answered"]
            if len(answered) + (waiter.phase == "answered") > 1:
                return f"request {number} was paid twice"
            if any(not one.rightful for one in answered):
                return f"a stranger was served on ticket {number}"
            ticket = tickets.get(number)
            if waiter.phase == "refused" and (ticket is None or ticket.state in ("waiting", "funded", "buried")):
                return f"request {number} was refused with a ticket that nobody can approve: {ticket}"
            if waiter.phase == "failed" and ticket is not None and ticket.state in ("waiting", "funded"):
                return f"request {number} has ended, and its ticket is {ticket.state}"
        return None

    def broken_at_rest(self, world: TicketWorld) -> str | None:
        """Name what is broken once nothing more happens and every deadline has passed."""
        ledger = fold_ticket(world.ledger, None, 1_000, self.setting.times, self.rules)
        if any(lease.state == "open" for lease in ledger.leases) or any(ticket.money for ticket in ledger.tickets):
            return "a lease or a ticket still holds money"
        if any(
            ticket.state in ("waiting", "approved", "funded") and not _was_used(ledger, ticket)
            for ticket in ledger.tickets
        ):
            return "a ticket never ends"
        return self._money_broken(world, ledger)


def _was_used(ledger: TicketLedger, ticket: Ticket) -> bool:
    return any(lease.ticket == ticket.number and lease.state == "used" for lease in ledger.leases)


def _with_gateway(world: TicketWorld, number: int, alive: bool, incarnation: int) -> TicketWorld:
    gateways = (*world.gateways[:number], (alive, incarnation), *world.gateways[number + 1 :])
    return world._replace(gateways=gateways)


def _with_waiter(world: TicketWorld, number: int, waiter: Waiter) -> TicketWorld:
    return world._replace(waiters=(*world.waiters[:number], waiter, *world.waiters[number + 1 :]))


def _with_redemption(world: TicketWorld, number: int, gateway: int, redemption: Redemption) -> TicketWorld:
    of_request = world.redemptions[number]
    changed = (*of_request[:gateway], redemption, *of_request[gateway + 1 :])
    redemptions = (*world.redemptions[:number], changed, *world.redemptions[number + 1 :])
    return world._replace(redemptions=redemptions)
