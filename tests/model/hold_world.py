"""Gateways, callers, a log, a clock and everything that goes wrong, around the ledger's fold: what may happen next.

A record is applied when it is appended. That loses no behaviour: the ledger is a pure fold of the log, and gateways see
it only by grants, which they may learn arbitrarily late. Acknowledgements of settles may be late too.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from model.explore import Step
from model.hold_ledger import (
    HoldOpened,
    HoldReleased,
    HoldSettled,
    HoldVoided,
    Lease,
    LeaseRequested,
    LeaseReturned,
    Ledger,
    Record,
    fold,
)
from model.hold_promises import broken_at_rest, calls_broken, ledger_broken
from model.hold_rules import HoldRules
from model.hold_state import (
    Asked,
    Call,
    Faults,
    Gateway,
    Known,
    Setting,
    World,
    with_call,
    with_gateway,
)


class HoldWorld:
    """The model of one setting under a set of rules."""

    def __init__(self, setting: Setting, rules: HoldRules | None = None) -> None:
        self.setting = setting
        self.rules = rules or HoldRules()

    def initial(self) -> World:
        """Everything funded, nobody has asked."""
        one = self.setting
        money = one.wallets + one.budgets
        return World(
            0, 0, Ledger(money, (0,) * len(money)), (Gateway(),) * (1 + max(call.gateway for call in one.calls)),
            (Call(),) * len(one.calls), (), Faults(one.kills, one.unknown, one.doubled, one.releases, one.rogue),
        )  # fmt: skip

    def steps(self, world: World) -> Iterator[Step[World]]:
        """Time, gateways, calls, then what goes wrong; nothing goes wrong any more at the horizon."""
        yield from self._time(world)
        for number in range(len(world.gateways)):
            yield from self._gateway(world, number)
        for number, call in enumerate(world.calls):
            gateway = world.gateways[self.setting.calls[number].gateway]
            if gateway.alive:
                yield from self._call(world, number, call)
        for index, (record, *rest) in enumerate(world.under_way):
            # What was sent together arrives in its order, or not at all.
            waiting = (tuple(rest),) if rest else ()
            left = world._replace(under_way=(*world.under_way[:index], *waiting, *world.under_way[index + 1 :]))
            yield f"late {record} is appended", self._append(left, record)
        if world.tick < self.setting.horizon:
            yield from self._people(world)

    # Time.

    def _time(self, world: World) -> Iterator[Step[World]]:
        one = self.setting
        if world.tick < one.horizon:
            later = world._replace(tick=world.tick + 1)
            yield f"tick {later.tick}", self._append(later, None)
            if one.back and world.lag + one.back <= one.grace and world.append_time >= one.back:
                yield f"append time steps back by {one.back}", world._replace(lag=world.lag + one.back)
        if world.lag:
            yield "append time catches up", world._replace(lag=0)

    def _append(self, world: World, record: Record | None) -> World:
        ledger = fold(world.ledger, record, world.append_time, self.setting.times, self.rules)
        return world._replace(ledger=ledger)

    def _appends(self, world: World, record: Record, what: str) -> Iterator[Step[World]]:
        """Append a record, once or with a copy that arrives any time later."""
        after = self._append(world, record)
        yield what, after
        if world.faults.doubled and world.tick < self.setting.horizon:
            faults = world.faults._replace(doubled=world.faults.doubled - 1)
            yield f"{what}, doubled", after._replace(under_way=(*world.under_way, (record,)), faults=faults)

    def _unknown(self, world: World, record: Record, what: str) -> Iterator[Step[World]]:
        """Append a record without learning of it: it is lost, or there, or comes much later."""
        if not world.faults.unknown or world.tick >= self.setting.horizon:
            return
        left = world._replace(faults=world.faults._replace(unknown=world.faults.unknown - 1))
        yield f"{what} is lost", left
        yield f"{what} is appended, its acknowledgement lost", self._append(left, record)
        yield f"{what} is on its way", left._replace(under_way=(*left.under_way, (record,)))

    # Gateways.

    def _gateway(self, world: World, number: int) -> Iterator[Step[World]]:
        one, gateway = self.setting, world.gateways[number]
        if not gateway.alive:
            leases = () if self.rules.forgets_leases else gateway.leases
            born = Gateway(incarnation=gateway.incarnation + 1, leases=leases)
            yield f"gateway {number} starts again", with_gateway(world, number, born)
            return
        if world.faults.kills and world.tick < one.horizon:
            yield f"gateway {number} is killed", self._killed(world, number)
        for lease in world.ledger.leases:
            if lease.owner == (number, gateway.incarnation) and all(known.id != lease.id for known in gateway.leases):
                learned = gateway._replace(leases=(*gateway.leases, _known(lease)))
                yield f"gateway {number} learns of lease {lease.id}", with_gateway(world, number, learned)
        if one.returns:
            yield from self._returns(world, number)

    def _killed(self, world: World, number: int) -> World:
        gateway = world.gateways[number]
        kept = () if self.rules.forgets_leases else tuple(known._replace(used=0) for known in gateway.leases)
        world = with_gateway(world, number, gateway._replace(alive=False, leases=kept))
        calls = tuple(
            call._replace(phase="lost")
            if self.setting.calls[index].gateway == number and call.phase not in ("new", "answered", "refused")
            else call
            for index, call in enumerate(world.calls)
        )
        return world._replace(calls=calls, faults=world.faults._replace(kills=world.faults.kills - 1))

    def _returns(self, world: World, number: int) -> Iterator[Step[World]]:
        gateway = world.gateways[number]
        for known in gateway.leases:
            idle = known.granted - known.used
            if idle <= 0:
                continue
            after = world
            if self.rules.returns_are_gone:
                after = with_gateway(world, number, _changed(gateway, known._replace(granted=known.used)))
            what, record = f"gateway {number} returns {idle} of lease {known.id}", LeaseReturned(known.id, idle)
            if after.tick < self.setting.horizon:
                yield from self._appends(after, record, what)
                yield from self._unknown(after, record, what)

    # Calls.

    def _call(self, world: World, number: int, call: Call) -> Iterator[Step[World]]:
        match call.phase:
            case "new":
                yield from self._admit(world, number, call)
            case "sent":
                yield from self._sent(world, number, call)
            case "held":
                yield from self._held(world, number, call)
            case "unsure":
                yield from self._void(world, number, call)
            case "dispatched":
                yield from self._dispatched(world, number, call)
            case "presumed":
                record = HoldSettled((number, call.attempt), call.billed[-1])
                known = with_call(world, number, call._replace(phase="refused"))
                yield from self._appends(known, record, f"the usage of call {number} becomes known")
            case "both unsure":
                yield from self._void_both(world, number, call)
            case "settling":
                after = self._freed(world, number, call, call.billed[-1])
                yield f"call {number} is answered", with_call(after, number, call._replace(phase="answered"))

    def _admit(self, world: World, number: int, call: Call) -> Iterator[Step[World]]:
        one, asked = self.setting, self.setting.calls[number]
        chosen = list(self._choices(world, asked))
        for known in chosen:
            after = self._taken(world, asked, known) if self.rules.holds_in_one_step else world
            taken = call._replace(phase="sent", attempt=call.attempt + 1, leases=tuple(lease.id for lease in known))
            yield f"call {number} takes {[lease.id for lease in known]}", with_call(after, number, taken)
        if not chosen and world.tick < one.patience:
            yield from self._ask(world, asked)
        if world.tick >= one.patience:
            yield f"call {number} is refused", with_call(world, number, call._replace(phase="refused"))

    def _choices(self, world: World, asked: Asked) -> Iterator[tuple[Known, ...]]:
        """Every way to draw: on one wallet's lease, and on one lease of each budget."""
        wallets = len(self.setting.wallets)
        fitting = [known for known in world.gateways[asked.gateway].leases if known.granted - known.used >= asked.bound]
        groups = [[known for known in fitting if known.id[3] < wallets]]
        for budget in range(len(self.setting.budgets)):
            groups.append([known for known in fitting if known.id[3] == wallets + budget])
        yield from product(*groups)

    def _ask(self, world: World, asked: Asked) -> Iterator[Step[World]]:
        """Ask for a lease of every account of which there is none with room."""
        one, gateway = self.setting, world.gateways[asked.gateway]
        if gateway.asked >= one.requests:
            return
        wallets = len(one.wallets)
        has = {known.id[3] for known in gateway.leases if known.granted - known.used >= asked.bound}
        cascade = () if any(account < wallets for account in has) else tuple(range(wallets))
        missing = tuple(wallets + budget for budget in range(len(one.budgets)) if wallets + budget not in has)
        wanted = [(cascade, missing)]
        if one.separately:
            wanted = [(cascade, ())] * bool(cascade) + [((), (budget,)) for budget in missing]
        owner = (asked.gateway, gateway.incarnation)
        asking = with_gateway(world, asked.gateway, gateway._replace(asked=gateway.asked + 1))
        for accounts, budgets in wanted:
            record = LeaseRequested(owner, gateway.asked, accounts, budgets, asked.bound, asked.bound + one.spare)
            yield from self._appends(asking, record, f"gateway {asked.gateway} asks for {accounts}{budgets}")

    def _taken(self, world: World, asked: Asked, chosen: tuple[Known, ...]) -> World:
        gateway = world.gateways[asked.gateway]
        for known in chosen:
            gateway = _changed(gateway, known._replace(used=known.used + asked.bound))
        return with_gateway(world, asked.gateway, gateway)

    def _freed(self, world: World, number: int, call: Call, cost: int) -> World:
        """Give back what a hold did not use; nothing where the room was never taken."""
        asked = self.setting.calls[number]
        rest = asked.bound - min(cost, asked.bound)
        gateway = world.gateways[asked.gateway]
        for known in gateway.leases:
            if known.id in call.leases and rest:
                gateway = _changed(gateway, known._replace(used=max(0, known.used - rest)))
        return with_gateway(world, asked.gateway, gateway)

    def _sent(self, world: World, number: int, call: Call) -> Iterator[Step[World]]:
        record = self._hold_of(world, number, call)
        held = call._replace(phase="held", at=world.append_time, since=world.tick)
        what = f"hold of call {number}"
        yield from self._appends(with_call(world, number, held), record, f"{what} is appended")
        unsure = call._replace(phase="unsure" if self.rules.voids_when_unknown else "refused")
        if not self.rules.stops_when_unknown:
            unsure = held
        after = with_call(world, number, unsure)
        if not self.rules.voids_before_next_try and self.setting.calls[number].attempts > call.attempt:
            following = Call("new", call.attempt, billed=(*call.billed, 0))
            after = with_call(world, number, following)
            after = after._replace(under_way=(*after.under_way, (HoldVoided(record.id),)))
        yield from self._unknown(after, record, what)
        if not self.rules.waits_for_ack:
            yield from self._dispatch(world, number, call)

    def _hold_of(self, world: World, number: int, call: Call) -> HoldOpened:
        asked = self.setting.calls[number]
        owner = (asked.gateway, world.gateways[asked.gateway].incarnation)
        return HoldOpened((number, call.attempt), owner, call.leases, asked.bound)

    def _held(self, world: World, number: int, call: Call) -> Iterator[Step[World]]:
        if self._may_dispatch(world, number, call):
            yield from self._dispatch(world, number, call)
        else:
            yield f"call {number} comes too late", with_call(world, number, call._replace(phase="unsure"))

    def _may_dispatch(self, world: World, number: int, call: Call) -> bool:
        known = {lease.id: lease for lease in world.gateways[self.setting.calls[number].gateway].leases}
        drawn = call.leases if self.rules.fences_every_lease else call.leases[:1]
        in_time = all(call.at <= known[one].expires for one in drawn) or not self.rules.fences_by_time
        return in_time and (world.tick - call.since <= self.setting.soon or not self.rules.dispatches_soon)

    def _dispatch(self, world: World, number: int, call: Call) -> Iterator[Step[World]]:
        for cost in self.setting.calls[number].costs:
            billed = (*call.billed, cost)
            after = call._replace(phase="dispatched", billed=billed)
            yield f"call {number} is dispatched and billed {cost}", with_call(world, number, after)

    def _void(self, world: World, number: int, call: Call) -> Iterator[Step[World]]:
        record = HoldVoided((number, call.attempt))
        again = self.setting.calls[number].attempts > call.attempt
        after = self._freed(world, number, call, 0)
        billed = (*call.billed, 0)
        after = with_call(after, number, Call("new" if again else "refused", call.attempt, billed=billed))
        yield from self._appends(after, record, f"call {number} voids its hold")
        given_up = world if self.rules.repeats_ends else after
        yield from self._unknown(given_up, record, f"void of call {number}")

    def _dispatched(self, world: World, number: int, call: Call) -> Iterator[Step[World]]:
        asked, cost = self.setting.calls[number], call.billed[-1]
        yield from self._settle(world, number, call, HoldSettled((number, call.attempt), cost), cost)
        if asked.blind:
            charge = asked.bound if self.rules.settles_blind_calls_whole else 0
            blind = HoldSettled((number, call.attempt), charge, known=False)
            presumed = with_call(world, number, call._replace(phase="presumed"))
            yield from self._appends(presumed, blind, f"call {number} ends without usage")
        if call.attempt < asked.attempts:
            yield from self._again(world, number, call)

    def _settle(self, world: World, number: int, call: Call, record: HoldSettled, cost: int) -> Iterator[Step[World]]:
        settling = call._replace(phase="settling")
        early = world if self.rules.frees_on_ack else self._freed(world, number, call, cost)
        if not self.rules.answers_after_ack:
            settling = call._replace(phase="answered")
        yield from self._appends(with_call(early, number, settling), record, f"call {number} settles {cost}")
        unknown = with_call(early, number, settling if not self.rules.answers_after_ack else call)
        if not self.rules.repeats_ends:
            unknown = with_call(early, number, call._replace(phase="refused"))
        yield from self._unknown(unknown, record, f"settle of call {number}")

    def _again(self, world: World, number: int, call: Call) -> Iterator[Step[World]]:
        """The attempt failed; its hold ends, and the next one takes other room, in one append."""
        asked = self.setting.calls[number]
        end = HoldSettled((number, call.attempt), call.billed[-1])
        for chosen in self._choices(world, asked):
            taken = self._taken(world, asked, chosen)
            following = call._replace(
                phase="held", attempt=call.attempt + 1, leases=tuple(lease.id for lease in chosen),
                at=world.append_time, since=world.tick,
            )  # fmt: skip
            hold = self._hold_of(world, number, following)
            records = (end, hold) if self.rules.ends_first_hold_first else (hold, end)
            half = self._append(taken, records[0])
            whole = self._freed(self._append(half, records[1]), number, call, call.billed[-1])
            yield f"call {number} fails and is tried again", with_call(whole, number, following)
            if world.tick >= self.setting.horizon:
                continue
            if world.faults.kills:
                # Nothing but the first record of the append arrived before the process died.
                yield f"call {number} fails, and its gateway while it tries again", self._killed(half, asked.gateway)
            if world.faults.unknown:
                unsure = following._replace(phase="both unsure", ended=call.leases)
                yield from self._both_unknown(with_call(taken, number, unsure), records, f"next try of call {number}")

    def _both_unknown(self, world: World, records: tuple[Record, Record], what: str) -> Iterator[Step[World]]:
        """Append the end of one hold and the next hold without learning of it."""
        left = world._replace(faults=world.faults._replace(unknown=world.faults.unknown - 1))
        half = self._append(left, records[0])
        yield f"{what} is lost", left
        yield f"{what} is cut in half", half
        yield f"{what} is appended, its acknowledgement lost", self._append(half, records[1])
        yield f"{what} is on its way", left._replace(under_way=(*left.under_way, records))

    def _void_both(self, world: World, number: int, call: Call) -> Iterator[Step[World]]:
        """Both may have been appended or not: the end is repeated, and the hold after it voided."""
        end = HoldSettled((number, call.attempt - 1), call.billed[-1])
        after = self._append(self._append(world, end), HoldVoided((number, call.attempt)))
        before = call._replace(leases=call.ended)
        after = self._freed(self._freed(after, number, before, call.billed[-1]), number, call, 0)
        refused = Call("refused", call.attempt, billed=(*call.billed, 0))
        yield f"call {number} ends both of its holds", with_call(after, number, refused)

    # People, and a gateway that follows no rule.

    def _people(self, world: World) -> Iterator[Step[World]]:
        if world.faults.releases:
            left = world._replace(faults=world.faults._replace(releases=world.faults.releases - 1))
            for hold in world.ledger.holds:
                number, attempt = hold.id
                spent = self.setting.careless or sum(world.calls[number].billed[attempt - 1 :]) == 0
                if hold.state in ("open", "presumed") and spent:
                    yield f"a person releases the hold of call {number}", self._append(left, HoldReleased(hold.id))
        if world.faults.rogue:
            left = world._replace(faults=world.faults._replace(rogue=world.faults.rogue - 1))
            for lease in world.ledger.leases:
                record = HoldOpened((len(self.setting.calls), world.faults.rogue), (9, 0), (lease.id,), 1)
                yield f"a stranger draws on lease {lease.id}", self._append(left, record)
                own = record._replace(owner=lease.owner, amount=lease.granted + 1)
                yield f"its own gateway draws too much on lease {lease.id}", self._append(left, own)

    def broken(self, world: World) -> str | None:
        """Name what is broken in a state."""
        return ledger_broken(world.ledger, self.setting) or calls_broken(world, self.setting)

    def broken_at_rest(self, world: World) -> str | None:
        """Name what is broken once nothing more happens and every deadline has passed."""
        return broken_at_rest(world, fold(world.ledger, None, 1_000, self.setting.times, self.rules), self.setting)


def _known(lease: Lease) -> Known:
    """As its grant told it: what has happened on it since, its gateway knows itself."""
    return Known(lease.id, lease.told, lease.expires)


def _changed(gateway: Gateway, known: Known) -> Gateway:
    return gateway._replace(leases=tuple(known if one.id == known.id else one for one in gateway.leases))
