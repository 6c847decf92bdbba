"""Whatever is lost, late, killed or set back: no wallet is overspent, and every charge is what was used.

A random walk over the real lease books and the real fold (`support/money_world.py`). Hypothesis prints the steps that
broke an invariant; the invariants are numbered as in the table of ARCHITECTURE.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from support.ledger import ORG, USD
from support.money_world import PAYERS, Call, Fate, Gateway, World

from keeptrusts.schemas.commands import wallets
from keeptrusts.schemas.ids import Ids
from keeptrusts.schemas.snapshots.ledger import (
    LIMITS,
    VARIANCE,
    WORLD,
    HoldClosed,
    TicketValue,
    available,
    leased,
    spent,
)
from keeptrusts.stream_processors.authority.agent import AuthorityFold
from keeptrusts.stream_processors.authority.snapshots import restored, sections_of
from keeptrusts.stream_processors.authority.state import LedgerState, evolve
from keeptrusts.stream_processors.runtime.pieces import SnapshotReader, SnapshotWriter
from keeptrusts.stream_processors.runtime.protocol import Resume

IDS = Ids(now_ms=lambda: 0, entropy=lambda count: bytes(count))
WALLETS = ("team:team_eng", "user:mem_dev")
fates: st.SearchStrategy[Fate] = st.sampled_from(["kept"] * 9 + ["lost", "late", "unheard"])  # type: ignore[arg-type]  # literals
which = st.integers(0, 1)
steps = st.integers(0, 50)


class MoneyMachine(RuleBasedStateMachine):
    """Two gateways, one ledger, one provider that bills whatever was dispatched to it."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(dev=1)
        self.seen = 0
        self.closed: dict[str, HoldClosed] = {}
        self.outcomes: Counter[str] = Counter()
        self.funded = 13 * USD

    @initialize(eng=st.integers(0, 12), dev=st.integers(1, 4))
    def found(self, eng: int, dev: int) -> None:
        self.world = World(eng=eng, dev=dev)
        self.funded = (eng + dev) * USD

    def at(self, gateway: int, phase: str) -> tuple[Gateway, list[Call]]:
        found = self.world.gateways[gateway]
        return found, [call for call in found.calls.values() if call.phase == phase]

    # -- calls -------------------------------------------------------------------------------------------------------

    @rule(gateway=which, who=st.sampled_from(sorted(PAYERS)), bound=st.integers(1, 4), part=st.integers(0, 4))
    def start(self, gateway: int, who: str, bound: int, part: int) -> None:
        self.world.start(self.world.gateways[gateway], who, bound * USD, bound * USD * part // 4)

    @rule(gateway=which, index=steps, fate=fates)
    def go_on(self, gateway: int, index: int, fate: Fate) -> None:
        """A new call takes room, asks for it, or opens a ticket when it was told that there is none."""
        found, calls = self.at(gateway, "new")
        if not calls:
            return
        call = calls[index % len(calls)]
        if self.world.admit(found, call, fate):
            return
        if call.ticket is None and found.book.obstacle(call.payers, call.bound, self.world.mono_ms) is not None:
            self.world.open_ticket(found, call, fate)
        else:
            self.world.ask(found, call, fate)

    @rule(gateway=which, who=st.sampled_from(sorted(PAYERS)), bound=st.integers(1, 4), part=st.integers(0, 4))
    def whole_call(self, gateway: int, who: str, bound: int, part: int) -> None:
        """A call for which everything goes well: most calls do."""
        found = self.world.gateways[gateway]
        call = self.world.start(found, who, bound * USD, bound * USD * part // 4)
        if not self.world.admit(found, call, "kept"):
            self.world.ask(found, call, "kept")
            self.world.everything_told()
            self.hear_all(found)
            if not self.world.admit(found, call, "kept"):
                return
        self.hear_all(found)
        if call.phase == "dispatched":
            self.world.answer(found, call, True, "kept")
            self.hear_all(found)

    def hear_all(self, gateway: Gateway) -> None:
        for _ in range(len(gateway.coming)):
            self.world.hear(gateway)

    @rule(gateway=which, times=st.integers(1, 5))
    def hear(self, gateway: int, times: int) -> None:
        for _ in range(times):
            self.world.hear(self.world.gateways[gateway])

    @rule(gateway=which, index=steps, known=st.booleans(), fate=fates)
    def answer(self, gateway: int, index: int, known: bool, fate: Fate) -> None:
        found, calls = self.at(gateway, "dispatched")
        if calls:
            self.world.answer(found, calls[index % len(calls)], known, fate)

    @rule(gateway=which, index=steps, billed=st.booleans(), fate=fates)
    def try_again(self, gateway: int, index: int, billed: bool, fate: Fate) -> None:
        found, calls = self.at(gateway, "dispatched")
        if calls and calls[index % len(calls)].attempt < 3:
            self.world.try_again(found, calls[index % len(calls)], billed, fate)

    @rule(gateway=which, index=steps, fate=fates)
    def void(self, gateway: int, index: int, fate: Fate) -> None:
        found, calls = self.at(gateway, "voiding")
        if calls:
            self.world.void(found, calls[index % len(calls)], fate)

    @rule(gateway=which, index=steps, fate=fates)
    def withdraw(self, gateway: int, index: int, fate: Fate) -> None:
        found, calls = self.at(gateway, "waiting")
        if calls:
            self.world.withdraw(found, calls[index % len(calls)], fate)

    @rule(gateway=which, fate=fates)
    def look_after(self, gateway: int, fate: Fate) -> None:
        self.world.look_after(self.world.gateways[gateway], fate)

    # -- the world ---------------------------------------------------------------------------------------------------

    @rule(most=st.integers(1, 6))
    def fold(self, most: int) -> None:
        self.world.fold(most)

    @rule(gateway=which, most=st.integers(1, 6))
    def tell(self, gateway: int, most: int) -> None:
        self.world.tell(self.world.gateways[gateway], most)

    @rule()
    def everything_told(self) -> None:
        self.world.everything_told()

    @rule(ms=st.sampled_from([10, 500, 2_100, 6_000, 16_000, 21_000, 60_000]))
    def wait(self, ms: int) -> None:
        self.world.wait(ms)

    @rule()
    def tick(self) -> None:
        self.world.tick()

    @rule()
    def a_quarter_of_an_hour_passes(self) -> None:
        self.world.wait(15 * 60_000 + 1)
        self.world.tick()

    @rule(ms=st.integers(1, 4_999))
    def clock_steps_back(self, ms: int) -> None:
        self.world.step_back(ms)

    @rule()
    def clock_is_right_again(self) -> None:
        self.world.step_forward()

    @precondition(lambda self: self.world.late)
    @rule(index=steps)
    def arrive_late(self, index: int) -> None:
        self.world.arrive_late(index)

    @rule(gateway=which)
    def crash(self, gateway: int) -> None:
        self.world.crash(self.world.gateways[gateway])

    # -- people ------------------------------------------------------------------------------------------------------

    @rule(amount=st.integers(1, 3))
    def fund(self, amount: int) -> None:
        ref = wallets.WalletRef(scope="team", owner="team_eng")
        self.world.intend(wallets.WalletFundRequested(wallet=ref, amount=amount * USD))
        self.funded += amount * USD

    @rule(index=steps, deny=st.booleans())
    def decide_ticket(self, index: int, deny: bool) -> None:
        tickets = list(self.world.ledger.state.money.tickets)
        if not tickets:
            return
        ticket = tickets[index % len(tickets)]
        ref = wallets.WalletRef(scope="team", owner="team_eng")
        if deny:
            self.world.intend(wallets.TicketDenyRequested(ticket=ticket))
        else:
            self.world.intend(wallets.TicketApproveRequested(ticket=ticket, wallet=ref))

    # -- what always holds -------------------------------------------------------------------------------------------

    @invariant()
    def i1_money_is_conserved(self) -> None:
        state = self.world.ledger.state
        assert sum(state.accounts.values()) == 0
        assert [name for name, amount in state.accounts.items() if amount < 0 and name not in (WORLD, LIMITS)] == []
        open_by_account: Counter[str] = Counter()
        for lease in state.money.leases.values():
            open_by_account[lease.full] += lease.room + lease.held
        for name, amount in state.accounts.items():
            if name.endswith("/leased"):
                assert amount == open_by_account[name.removesuffix("/leased")], name

    @invariant()
    def i2_no_lease_is_overdrawn_by_the_ledger_or_by_a_book(self) -> None:
        for lease in self.world.ledger.state.money.leases.values():
            assert lease.room >= 0 and lease.held >= 0 and lease.used >= 0
        for gateway in self.world.gateways:
            assert all(0 <= lease.used <= lease.granted for lease in gateway.book.leases)

    @invariant()
    def i3_the_provider_never_gets_more_than_there_is(self) -> None:
        assert sum(self.world.billed.values()) <= self.funded

    def read_entries(self) -> None:
        entries = self.world.ledger.entries
        for entry in entries[self.seen :]:
            self.outcomes[entry.outcome] += 1
            assert entry.outcome != "conflict", entry
            for change in entry.changes:
                if isinstance(change, HoldClosed):
                    self.closed[change.hold] = change
        self.seen = len(entries)

    @invariant()
    def nothing_is_ever_spent_without_cover(self) -> None:
        self.read_entries()
        assert self.world.ledger.state.balance(VARIANCE) == 0

    @invariant()
    def i3_i4_what_is_billed_is_covered_once_the_ledger_has_read_everything(self) -> None:
        self.read_entries()
        if self.world.log:
            return
        money = self.world.ledger.state.money
        for hold, cost in self.world.billed.items():
            held = money.open_hold(hold)
            if held is not None:
                assert held.amount >= cost, hold
                continue
            closed = self.closed.get(hold)
            assert closed is not None and closed.charged >= cost, f"{hold} was billed {cost}, the ledger says {closed}"
        for request, cost in self.world.answered.items():
            ends = [one for hold, one in self.closed.items() if hold.startswith(f"{request}/")]
            exact = [one for one in ends if one.state == "settled" and one.charged == cost]
            assert len(exact) >= 1, f"{request} was answered for {cost}, the ledger says {ends}"

    @invariant()
    def i10_no_ticket_is_funded_twice(self) -> None:
        funded: Counter[str] = Counter()
        for entry in self.world.ledger.entries:
            for change in entry.changes:
                if isinstance(change, TicketValue) and change.state in ("funded", "approved"):
                    funded[change.id] += 1
        states = self.world.ledger.state.money
        for ticket, times in funded.items():
            assert times == 1 or ticket in states.tickets or ticket in states.ended_tickets

    def teardown(self) -> None:
        self.world.come_to_rest()
        self.i1_money_is_conserved()
        self.nothing_is_ever_spent_without_cover()
        self.i3_i4_what_is_billed_is_covered_once_the_ledger_has_read_everything()
        self.i7_at_rest_no_lease_holds_money()
        self.i9_entries_and_snapshots_rebuild_the_state()

    def i7_at_rest_no_lease_holds_money(self) -> None:
        state = self.world.ledger.state
        assert state.money.leases == {} and state.money.holds == {} and state.money.waiting == {}
        for wallet in WALLETS:
            assert state.balance(leased(wallet)) == 0
        kept = sum(state.balance(available(one)) + state.balance(spent(one)) for one in WALLETS)
        tickets = sum(ticket.amount for ticket in state.money.tickets.values())
        assert kept + tickets == -state.balance(WORLD)

    def i9_entries_and_snapshots_rebuild_the_state(self) -> None:
        state = self.world.ledger.state
        again = LedgerState(ledger=ORG)
        for entry in self.world.ledger.entries:
            evolve(again, entry)
        again.ledger_time_ms = state.ledger_time_ms  # records that concern no rule move it on as well
        assert again == state
        written = SnapshotWriter("authority", frozenset()).ledger(ORG, state.seq, 0, sections_of(state))
        reader = SnapshotReader("authority")
        for record in written:
            reader.take(record.value)
        ((ledger, seq, sections),) = reader.ledgers()
        assert restored(ledger, seq, sections) == state


TestMoneyMachine = MoneyMachine.TestCase
TestMoneyMachine.settings = settings(
    max_examples=150, stateful_step_count=60, suppress_health_check=list(HealthCheck), print_blob=True
)


def run(*acts: Callable[[MoneyMachine], Any]) -> MoneyMachine:
    """Play a fixed story through the machine, with all its invariants after each act."""
    machine = MoneyMachine()
    machine.found(12, 1)
    for act in acts:
        act(machine)
        for check in (
            machine.i1_money_is_conserved,
            machine.i2_no_lease_is_overdrawn_by_the_ledger_or_by_a_book,
            machine.i3_the_provider_never_gets_more_than_there_is,
            machine.nothing_is_ever_spent_without_cover,
            machine.i3_i4_what_is_billed_is_covered_once_the_ledger_has_read_everything,
        ):
            check()
    machine.teardown()
    return machine


def test_the_machine_reaches_what_it_is_about() -> None:
    """A story in which calls are answered, refused, retried, presumed, parked and funded: the walk is no idle one."""
    machine = run(
        lambda m: m.whole_call(0, "team", 2, 4),
        lambda m: m.whole_call(1, "user", 1, 1),
        lambda m: m.start(0, "team", 4, 4),
        lambda m: m.go_on(0, 0, "unheard"),
        lambda m: m.hear(0, 5),
        lambda m: m.void(0, 0, "kept"),
        lambda m: m.everything_told(),
        lambda m: m.start(1, "team", 4, 4),
        lambda m: [m.go_on(1, 0, "kept"), m.everything_told()],
        lambda m: [m.go_on(1, 0, "kept"), m.everything_told()],
        lambda m: m.crash(1),
        lambda m: m.fund(3),
        lambda m: m.a_quarter_of_an_hour_passes(),
        lambda m: m.everything_told(),
    )
    assert machine.world.answered and machine.outcomes["charged"] >= 2
    assert machine.outcomes["granted"] >= 2


def test_the_fold_takes_no_snapshot_of_another_partition() -> None:
    fold = AuthorityFold(0, IDS)
    assert fold.load([]) is None
    assert [record.key for record in fold.snapshot(Resume(next_input=0, next_entry=0))] == [
        b"authority/_partition/head"
    ]
