"""Whatever anybody asks for, the books balance, the chain holds, and the entries alone rebuild it all.

A random walk over the real fold: people with and without rights, money, calls with repeats and holes, a clock that
also goes back. Hypothesis prints the steps that broke a rule.
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from support.ledger import GATEWAY, ORG, OWNER, USD, Ledger, completed, decided, wallet

from keeptrusts.schemas.codec import is_intent
from keeptrusts.schemas.commands import people, wallets
from keeptrusts.schemas.events.gateway import ClockTicked
from keeptrusts.schemas.events.identity import Role
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.ledger import GENESIS_HASH, WORLD, entry_hash
from keeptrusts.stream_processors.authority.fold import apply, encoded
from keeptrusts.stream_processors.authority.money.deadlines import ABANDONED_AFTER_MS
from keeptrusts.stream_processors.authority.state import LedgerState, evolve

PEOPLE = ("owner", "a", "b", "c", "d")
TEAMS = ("team_eng", "team_ops")
members = st.sampled_from([f"mem_{name}" for name in PEOPLE])
actors = st.sampled_from(["mem_owner"] * 4 + ["mem_a"] * 2 + ["mem_b"] * 2 + ["mem_c", "mem_d"])
teams = st.sampled_from(TEAMS)
roles = st.sampled_from(["owner", "admin", "member"])
places = st.one_of(st.none(), teams)
wallet_names = st.sampled_from(["org", "eng", "ops", "a", "b", "owner"])
amounts = st.integers(1, 20 * USD)
verdicts = st.sampled_from(["allow"] * 4 + ["block", "refuse"])
costs = st.one_of(st.none(), st.integers(0, 3 * USD), st.integers(0, 30 * USD))


class LedgerMachine(RuleBasedStateMachine):
    """One organization, seen by everybody at once."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger()
        self.calls = 0
        self.charged: dict[str, int] = {}
        self.previous_time = 0
        self.previous_entries = 0

    @initialize()
    def found(self) -> None:
        create = people.OrganizationCreateRequested(
            organization=ORG, name="Acme", slug="acme", owner=OWNER, owner_email="owner@acme.example"
        )
        self.ledger.granted(create)
        self.ledger.granted(people.TeamCreateRequested(team="team_eng", name="eng", slug="eng"))
        roster: tuple[tuple[str, str | None, Role], ...] = (("a", None, "admin"), ("b", "team_eng", "admin"))
        for name, team, role in roster:
            email = f"{name}@acme.example"
            self.ledger.granted(people.MemberAddRequested(member=f"mem_{name}", email=email, team=team, role=role))
        self.ledger.granted(wallets.WalletFundRequested(wallet=wallet("eng"), amount=5 * USD))

    def ask(self, actor: str, data: Record) -> None:
        entry = self.ledger.ask(data, by=actor)
        assert entry.outcome in ("accepted", "rejected")
        assert (entry.reason is None) == (entry.outcome == "accepted")
        if entry.outcome == "rejected":
            assert entry.postings == () and all(change.kind == "request_closed" for change in entry.changes)

    @rule(actor=actors, team=teams)
    def create_team(self, actor: str, team: str) -> None:
        slug = team.removeprefix("team_")
        self.ask(actor, people.TeamCreateRequested(team=team, name=slug, slug=slug))

    @rule(actor=actors, team=teams, archived=st.booleans())
    def change_team(self, actor: str, team: str, archived: bool) -> None:
        self.ask(actor, people.TeamChangeRequested(team=team, archived=archived))

    @rule(actor=actors, name=st.sampled_from(PEOPLE), team=places, role=roles)
    def add_member(self, actor: str, name: str, team: str | None, role: Any) -> None:
        email = f"{name}@acme.example"
        self.ask(actor, people.MemberAddRequested(member=f"mem_{name}", email=email, team=team, role=role))

    @rule(actor=actors, member=members, team=places, role=roles)
    def grant(self, actor: str, member: str, team: str | None, role: Any) -> None:
        self.ask(actor, people.RoleGrantRequested(member=member, role=role, team=team))

    @rule(actor=actors, member=members, state=st.sampled_from(["invited", "active", "suspended"]))
    def change_member(self, actor: str, member: str, state: Any) -> None:
        self.ask(actor, people.MemberChangeRequested(member=member, state=state))

    @rule(actor=actors, member=members, team=places)
    def remove(self, actor: str, member: str, team: str | None) -> None:
        self.ask(actor, people.MemberRemoveRequested(member=member, team=team))

    @rule(
        actor=actors,
        number=st.integers(0, 4),
        team=places,
        user=st.one_of(st.none(), members),
        role=st.one_of(st.none(), roles),
    )
    def create_key(self, actor: str, number: int, team: str | None, user: str | None, role: Any) -> None:
        name = f"key_{number}"
        self.ask(
            actor,
            people.KeyCreateRequested(
                key=name, purpose="gateway", name=name, prefix=name, digest="0", team=team, user=user, role=role
            ),
        )

    @rule(actor=actors, number=st.integers(0, 4))
    def revoke_key(self, actor: str, number: int) -> None:
        self.ask(actor, people.KeyRevokeRequested(key=f"key_{number}"))

    @rule(actor=actors, to=wallet_names, amount=amounts)
    def fund(self, actor: str, to: str, amount: int) -> None:
        self.ask(actor, wallets.WalletFundRequested(wallet=wallet(to), amount=amount))

    @rule(actor=actors, to=wallet_names, source=st.one_of(st.none(), wallet_names), amount=amounts)
    def allocate(self, actor: str, to: str, source: str | None, amount: int) -> None:
        named = None if source is None else wallet(source)
        self.ask(actor, wallets.WalletAllocateRequested(wallet=wallet(to), amount=amount, source=named))

    @rule(actor=actors, of=wallet_names, amount=amounts)
    def reclaim(self, actor: str, of: str, amount: int) -> None:
        self.ask(actor, wallets.WalletReclaimRequested(wallet=wallet(of), amount=amount))

    @rule(actor=actors, mode=st.sampled_from(["auto", "enforce", "observe"]))
    def set_mode(self, actor: str, mode: Any) -> None:
        self.ask(actor, wallets.WalletModeSetRequested(mode=mode))

    @rule(team=places, user=st.one_of(st.none(), members), verdict=verdicts)
    def decide(self, team: str | None, user: str | None, verdict: Any) -> None:
        self.calls += 1
        call = decided(f"r{self.calls}", team=team, user=user, verdict=verdict)
        self.ledger.append(self.ledger.event(call, actor=GATEWAY))

    @rule(team=places, user=st.one_of(st.none(), members), cost=costs)
    def call(self, team: str | None, user: str | None, cost: int | None) -> None:
        self.decide(team, user, "allow")
        self.complete(0, cost)

    @precondition(lambda self: self.calls)
    @rule(ago=st.integers(0, 5), cost=costs)
    def complete(self, ago: int, cost: int | None) -> None:
        """Complete one of the latest calls: it may be open, ended, given up, refused, or never have been decided."""
        request = f"r{self.calls - ago}"
        entry = self.ledger.append(self.ledger.event(completed(request, cost), actor=GATEWAY))
        if entry is None:
            return
        assert request not in self.charged, "a call was charged twice"
        paid = sum(posting.amount for posting in entry.postings if posting.amount > 0)
        assert paid == (cost or 0), "a charge is the whole cost, no more and no less"
        self.charged[request] = paid

    @rule(minutes=st.integers(1, 20))
    def wait(self, minutes: int) -> None:
        self.ledger.now_ms += minutes * 60_000
        self.ledger.append(self.ledger.event(ClockTicked(deadline="request_abandoned"), actor="processor:authority"))

    @rule(minutes=st.integers(1, 60))
    def clock_goes_back(self, minutes: int) -> None:
        event = self.ledger.event(ClockTicked(deadline="request_abandoned"), actor="processor:authority")
        self.ledger.append(event, at_ms=self.ledger.now_ms - minutes * 60_000)

    @precondition(lambda self: self.ledger.log)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """A record that is in the log already changes nothing, save that time passes."""
        placed = data.draw(st.sampled_from(self.ledger.log))
        if not is_intent(placed.event.data) and not self.ended(placed.event.data):
            return
        accounts, people_before = dict(self.ledger.state.accounts), dict(self.ledger.state.members)
        assert self.ledger.append(placed.event) is None
        assert (self.ledger.state.accounts, self.ledger.state.members) == (accounts, people_before)

    def ended(self, data: Record) -> bool:
        return getattr(data, "request", None) in self.ledger.state.closed_requests

    @invariant()
    def money_is_conserved_and_nothing_but_the_world_owes(self) -> None:
        balances = self.ledger.state.accounts
        assert sum(balances.values()) == 0
        assert [name for name, amount in balances.items() if amount < 0 and name != WORLD] == []
        assert all(sum(posting.amount for posting in entry.postings) == 0 for entry in self.ledger.entries)

    @invariant()
    def new_entries_are_chained_gapless_and_in_time(self) -> None:
        entries = self.ledger.entries
        for index in range(self.previous_entries, len(entries)):
            entry = entries[index]
            before = entries[index - 1].hash if index else GENESIS_HASH
            assert (entry.seq, entry.prev_hash, entry.hash) == (index, before, entry_hash(entry))
            assert entry.ledger_time_ms >= self.previous_time
            self.previous_time = entry.ledger_time_ms
        self.previous_entries = len(entries)

    @invariant()
    def an_organization_always_has_an_owner_who_can_act(self) -> None:
        owners = [member for member in self.ledger.state.members.values() if member.role == "owner"]
        assert not owners or any(owner.state in ("active", "invited") for owner in owners)
        assert owners or self.ledger.state.organization is None

    @invariant()
    def no_call_stays_open_longer_than_its_time(self) -> None:
        if not self.ledger.entries:
            return
        last = self.ledger.entries[-1].ledger_time_ms
        waiting = self.ledger.state.open_requests.values()
        assert all(opened.opened_ms + ABANDONED_AFTER_MS >= last for opened in waiting)

    @invariant()
    def everybody_who_removed_is_has_no_key(self) -> None:
        state = self.ledger.state
        gone = {member.id for member in state.members.values() if member.state == "removed"}
        assert [key.id for key in state.keys.values() if key.state == "active" and key.user in gone] == []

    def teardown(self) -> None:
        self.the_entries_alone_rebuild_the_state()
        self.a_second_fold_of_the_log_gives_the_same_bytes()
        self.every_relevant_record_has_exactly_one_entry()

    def the_entries_alone_rebuild_the_state(self) -> None:
        restored = LedgerState(ledger=ORG)
        for entry in self.ledger.entries:
            evolve(restored, entry)
        last = self.ledger.entries[-1].cause.offset if self.ledger.entries else -1
        for placed in self.ledger.log[last + 1 :]:
            assert apply(restored, placed) is None
        assert restored == self.ledger.state

    def a_second_fold_of_the_log_gives_the_same_bytes(self) -> None:
        again = LedgerState(ledger=ORG)
        outputs = []
        for placed in self.ledger.log:
            applied = apply(again, placed)
            outputs += [] if applied is None else [encoded(derived) for derived in applied[1]]
        assert outputs == [encoded(derived) for derived in self.ledger.outputs]

    def every_relevant_record_has_exactly_one_entry(self) -> None:
        offsets = [entry.cause.offset for entry in self.ledger.entries]
        assert offsets == sorted(set(offsets))
        causes = [entry.cause.event_id for entry in self.ledger.entries]
        asked = {placed.event.id for placed in self.ledger.log if is_intent(placed.event.data)}
        assert len(causes) == len(set(causes)) and asked <= set(causes)


TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.settings = settings(
    max_examples=80, stateful_step_count=50, suppress_health_check=list(HealthCheck), print_blob=True
)


def test_restoring_half_way_and_going_on_gives_the_same_entries() -> None:
    """A restart anywhere is invisible: entries up to some point, then the rest of the log."""
    ledger = Ledger()
    machine_log(ledger)
    for cut in range(len(ledger.entries) + 1):
        restored = LedgerState(ledger=ORG)
        for entry in ledger.entries[:cut]:
            evolve(restored, entry)
        start = ledger.entries[cut - 1].cause.offset + 1 if cut else 0
        applied = [apply(restored, dataclasses.replace(placed)) for placed in ledger.log[start:]]
        assert [result[0] for result in applied if result is not None] == ledger.entries[cut:]


def machine_log(ledger: Ledger) -> None:
    """A short life with a bit of everything, repeats and a clock that goes back included."""
    create = people.OrganizationCreateRequested(
        organization=ORG, name="Acme", slug="acme", owner=OWNER, owner_email="owner@acme.example"
    )
    ledger.granted(create)
    ledger.granted(people.TeamCreateRequested(team="team_eng", name="Eng", slug="eng"))
    ledger.granted(wallets.WalletFundRequested(wallet=wallet("eng"), amount=2 * USD))
    for number in range(4):
        ledger.append(ledger.event(decided(f"r{number}"), actor=GATEWAY), at_ms=ledger.now_ms - 500_000 * number)
    for request in ("r0", "r1", "r0"):
        ledger.append(ledger.event(completed(request, USD), actor=GATEWAY))
    ledger.refusal(people.TeamCreateRequested(team="team_eng", name="Eng", slug="eng"))
    ledger.now_ms += ABANDONED_AFTER_MS
    ledger.append(ledger.event(ClockTicked(deadline="request_abandoned"), actor="processor:authority"))
    assert datetime.fromtimestamp(ledger.now_ms / 1000, UTC).year == 2026
