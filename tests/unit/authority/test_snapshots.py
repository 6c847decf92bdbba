"""A restart that begins with a snapshot is a restart that begins with the first entry: same state, same bytes after."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from support.ledger import ORG, USD
from support.money import Money, claim, funded
from support.scenario import Scenario

from keeptrusts.schemas.codec import encode
from keeptrusts.schemas.commands import people, wallets
from keeptrusts.schemas.commands.documents import EscalationResolveRequested
from keeptrusts.schemas.events.money import IdempotencyClaimed
from keeptrusts.schemas.events.request import ReviewRequested
from keeptrusts.schemas.ids import Ids
from keeptrusts.schemas.money import MAX_NANO
from keeptrusts.schemas.topics import LEDGER, STATE
from keeptrusts.stream_processors.adoption.agent import AdoptionFold
from keeptrusts.stream_processors.authority.agent import AuthorityFold
from keeptrusts.stream_processors.runtime.pieces import ITEMS_A_PIECE
from keeptrusts.stream_processors.runtime.protocol import InputRecord, OutputRecord, Resume

IDS = Ids(now_ms=lambda: 0, entropy=lambda count: bytes(count))
Fold = AuthorityFold | AdoptionFold


def lived() -> Money:
    """A ledger in which a bit of everything is open."""
    money = funded(eng=40, org=50)
    for number in range(ITEMS_A_PIECE + 10):
        money.ledger.granted(people.TeamCreateRequested(team=f"t{number}", name=f"T {number}", slug=f"t-{number}"))
    soft = {"scope": "user", "owner": "mem_dev", "limit": USD, "period": "week", "action": "soft"}
    money.intend(wallets.BudgetSetRequested.model_validate({"budget": "b1", **soft}))
    money.intend(wallets.WalletAllocateRequested(wallet=money_of("ops"), amount=USD, period="month"))
    cap = claim("cap:team:team_eng/month", 30)
    leases = money.ask(5 * USD, wanted=10 * USD, budgets=(cap,))
    for number in range(4):
        money.decide(f"r{number}", USD, *leases)
    money.complete("r0", USD)
    money.complete("r1", USD, basis="presumed")
    slow = money.decision("slow", USD, leases[0])
    money.tell(slow.model_copy(update={"hold": money.hold("slow/1", USD, leases[0], minutes=60)}))
    money.void("r9/1")
    money.decide("r5", 90 * USD, *leases)
    money.wait("t1", 500 * USD)
    money.wait("t2", 400 * USD, seconds=500)
    money.wait("t3", 20 * USD)
    money.wait("t4", 300 * USD)
    money.withdraw("t4")
    money.tell(IdempotencyClaimed(key="k1", input_hash="h", request="r2"))
    money.tell(IdempotencyClaimed(key="k2", input_hash="h", request="r7"))
    money.complete("r2", USD)
    for number in (1, 2):
        money.tell(held_for_a_person(number))
    money.intend(EscalationResolveRequested(escalation="esc_2", resolution="denied"))
    return money


def held_for_a_person(number: int) -> ReviewRequested:
    return ReviewRequested(
        escalation=f"esc_{number}", request=f"held{number}", type="human_oversight", severity="medium",
        policy="human-oversight", phase="input", findings={"TERM": number}, wait_seconds=600,
    )  # fmt: skip


def money_of(name: str) -> wallets.WalletRef:
    return wallets.WalletRef(scope="team", owner=f"team_{name}")


def inputs_of(money: Money) -> list[InputRecord]:
    return [
        InputRecord(partition=0, offset=place.offset, timestamp_ms=place.timestamp_ms, value=encode(place.event))
        for place in money.ledger.log
    ]


def folded(fold: Fold, inputs: Sequence[InputRecord]) -> list[OutputRecord]:
    return [output for record in inputs for output in fold.apply(record)]


def kept(*snapshots: Sequence[OutputRecord]) -> list[bytes]:
    """What compaction leaves of kt.state: the latest value of each key."""
    latest = {record.key: record.value for snapshot in snapshots for record in snapshot}
    assert all(record.topic == STATE.name for snapshot in snapshots for record in snapshot)
    return list(latest.values())


def test_a_snapshot_gives_the_very_state() -> None:
    fold, again = AuthorityFold(0, IDS), AuthorityFold(0, IDS)
    inputs = inputs_of(lived())
    folded(fold, inputs)
    resume = Resume(next_input=len(inputs), next_entry=17)
    assert again.load(kept(list(fold.snapshot(resume)))) == resume
    assert again.ledger(ORG) == fold.ledger(ORG)


@pytest.mark.parametrize("seed", range(6))
def test_going_on_from_a_snapshot_gives_the_same_bytes_as_never_having_stopped(seed: int) -> None:
    """Two snapshots at random places, the second of what has changed only; then entries, then the rest of the log."""
    money = lived()
    for _ in range(3):
        money.pass_time(20_000)
        money.fund("eng", 30)
    money.pass_time(16 * 60_000)
    money.pass_time(32 * 24 * 3_600_000)
    inputs = inputs_of(money)
    undisturbed = folded(AuthorityFold(0, IDS), inputs)
    chance = random.Random(seed)
    first, second, stop = sorted(chance.sample(range(len(inputs)), 3))
    before = AuthorityFold(0, IDS)
    written = folded(before, inputs[:first])
    snapshots = [list(before.snapshot(Resume(next_input=first, next_entry=0)))]
    written += folded(before, inputs[first:second])
    snapshots.append(list(before.snapshot(Resume(next_input=second, next_entry=0))))
    written += folded(before, inputs[second:stop])

    after = AuthorityFold(0, IDS)
    resume = after.load(kept(*snapshots))
    assert resume is not None and resume.next_input == second
    entries = [output.value for output in written if output.topic == LEDGER.name]
    going_on = max([resume.next_input, *(after.restore(value) + 1 for value in entries)])
    written += folded(after, inputs[going_on:])
    assert written == undisturbed, f"seed {seed}"


def test_limits_that_are_more_than_64_bits_together_are_in_a_snapshot() -> None:
    money = funded(eng=40)
    claims = []
    for scope, owner in (("team", "team_eng"), ("user", "mem_dev"), ("organization", ORG)):
        unlimited = {"scope": scope, "owner": owner, "limit": MAX_NANO, "period": "month", "action": "hard"}
        money.intend(wallets.BudgetSetRequested.model_validate({"budget": f"b-{scope}", **unlimited}))
        claims.append(claim(f"budget:b-{scope}", 1))
    money.ask(USD, budgets=tuple(claims))
    fold, again = AuthorityFold(0, IDS), AuthorityFold(0, IDS)
    folded(fold, inputs_of(money))
    again.load(kept(list(fold.snapshot(Resume(next_input=1, next_entry=1)))))
    assert again.ledger(ORG) == fold.ledger(ORG)


def test_what_has_not_changed_is_not_written_again() -> None:
    fold = AuthorityFold(0, IDS)
    money = lived()
    folded(fold, inputs_of(money))
    resume = Resume(next_input=0, next_entry=0)
    sections = [record.key.decode() for record in fold.snapshot(resume)]
    assert f"authority/{ORG}/teams/1" in sections
    assert [record.key.decode() for record in fold.snapshot(resume)] == ["authority/_partition/head"]
    before = len(money.ledger.log)
    money.fund("eng", 1)
    folded(fold, inputs_of(money)[before:])
    again = [record.key.decode() for record in fold.snapshot(resume)]
    assert [key for key in again if "/teams/" in key or "/members/" in key] == []
    assert f"authority/{ORG}/accounts/0" in again


def test_without_a_snapshot_everything_begins_at_the_beginning() -> None:
    assert AuthorityFold(0, IDS).load([]) is None
    assert AdoptionFold(0).load([]) is None


def test_each_processor_begins_with_its_own_snapshot() -> None:
    authority, adoption = AuthorityFold(0, IDS), AdoptionFold(0)
    scenario = Scenario(seed=3)
    inputs = [
        InputRecord(partition=0, offset=offset, timestamp_ms=1_775_034_000_000 + offset, value=encode(event))
        for offset, event in enumerate([*scenario.founding(), *scenario.calls(100)])
    ]
    for fold in (authority, adoption):
        folded(fold, inputs)
    values = kept(
        list(authority.snapshot(Resume(next_input=250, next_entry=1))),
        list(adoption.snapshot(Resume(next_input=200, next_entry=2))),
    )
    restarted = AdoptionFold(0)
    assert restarted.load(values) == Resume(next_input=200, next_entry=2)
    assert restarted.ledger(scenario.org) == adoption.ledger(scenario.org)
