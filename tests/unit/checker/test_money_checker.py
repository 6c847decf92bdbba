"""The audit of money itself: a run of the real rules has no findings, and each violation planted in it is caught."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from support.checker import Logged, Seen
from support.ledger import USD
from support.money import ENG, claim, funded
from support.money_books import PARTS, Entered, keep_books
from support.money_checker import (
    MONEY_RULES,
    MoneyEvidence,
    Outage,
    Price,
    Shown,
    as_money_table,
    check_money,
    freed_after_death_ms,
)

from keeptrusts.schemas.events.gateway import GatewayStopped
from keeptrusts.schemas.events.request import RequestCompleted
from keeptrusts.schemas.snapshots.ledger import (
    GENESIS_HASH,
    VARIANCE,
    WORLD,
    Entry,
    HoldClosed,
    LeaseClosed,
    Posting,
    chained,
)

CAP = "cap:team:team_eng/month"
CAP_PERIOD = f"{CAP}/2026-04"


def rechained(entries: Sequence[Entered]) -> tuple[Entered, ...]:
    """The same entries as a chain without a gap, as the authority would have written them."""
    done: list[Entered] = []
    before = GENESIS_HASH
    for number, one in enumerate(entries):
        entry, _ = chained(one.entry.model_copy(update={"seq": number, "prev_hash": before, "hash": ""}))
        before = entry.hash
        done.append(replace(one, entry=entry))
    return tuple(done)


def a_run() -> MoneyEvidence:
    """Two incarnations spend from a team's wallet under a cap; ``b`` is killed with a call under way."""
    money = funded(eng=100)
    of_a = money.ask(10 * USD, cascade=(ENG,), budgets=(claim(CAP, 50),))
    money.decide("plain", 3 * USD, *of_a)
    money.complete("plain", 2 * USD)
    money.decide("twice", 2 * USD, *of_a)
    money.void("twice/1")
    money.attempt("twice", 2, 2 * USD, *of_a)
    money.complete("twice", USD, hold="twice/2")
    money.decide("unsaid", 2 * USD, *of_a)
    money.complete("unsaid", 2 * USD, basis="presumed")
    of_b = money.ask(4 * USD, by="b", cascade=(ENG,), budgets=(claim(CAP, 50),))
    money.decide("cut off", 3 * USD, *of_b, by="b")
    killed_ms = money.ledger.now_ms
    money.try_to_tell(GatewayStopped(gateway="default", incarnation="a", reason="stopped"))
    for _ in range(12):
        money.pass_time(1_000)
    log = tuple(Logged(partition=0, offset=one.offset, event=one.event) for one in money.ledger.log)
    entries = rechained([Entered(entry=one, written_ms=one.ledger_time_ms) for one in money.ledger.entries])
    balances = keep_books(entries).balances
    owners = (ENG, CAP_PERIOD, "organization:org_acme")
    return MoneyEvidence(
        seen=(
            Seen(request="plain", status=200, whole=True), Seen(request="twice", status=200, whole=True),
            Seen(request="unsaid", status=200, streamed=True), Seen(request=None, status=None),
            Seen(request="cut off", status=200, streamed=True),
        ),
        bill=(line("plain", 2), line("twice", 1), line("unsaid", 1), line("cut off", 3)),
        price=Price(input=0, output=USD), log=log, entries=entries,
        shown={owner: Shown(**{part[1:]: balances.get(owner + part, 0) for part in PARTS}) for owner in owners}
        | {CAP_PERIOD: Shown(leased=3 * USD, spent=5 * USD)},
        shown_holds={"cut off/1": "open", "unsaid/1": "presumed"},
        shown_costs={"plain": 2 * USD, "twice": USD, "unsaid": 2 * USD},
        kills=(("default", killed_ms),),
        last_words={"gateway/default/a": killed_ms + 1_000, "gateway/default/b": killed_ms},
    )  # fmt: skip


def line(request: str, tokens: int) -> dict[str, Any]:
    return {"request_id": request, "usage": {"input_tokens": 7, "output_tokens": tokens}}


RUN = a_run()


def posting(account: str, amount: int) -> Posting:
    return Posting(account=account, amount=amount)


def with_entry(**changes: Any) -> MoneyEvidence:
    """The run with one more entry at its end."""
    last = RUN.entries[-1]
    blank = {"postings": (), "changes": (), "outcome": "ticked", "reason": None, "request": None}
    more = replace(last, entry=last.entry.model_copy(update=blank | changes))
    return replace(RUN, entries=rechained((*RUN.entries, more)))


def changed(wanted: Callable[[Entry], bool], change: Callable[[Entry], Entry | None]) -> MoneyEvidence:
    """The run with the first entry of a kind changed, or left out."""
    index = next(index for index, one in enumerate(RUN.entries) if wanted(one.entry))
    other = change(RUN.entries[index].entry)
    middle = () if other is None else (replace(RUN.entries[index], entry=other),)
    return replace(RUN, entries=rechained((*RUN.entries[:index], *middle, *RUN.entries[index + 1 :])))


def ends(hold: str) -> Callable[[Entry], bool]:
    return lambda entry: any(isinstance(one, HoldClosed) and one.hold == hold for one in entry.changes)


def without_postings(entry: Entry) -> Entry:
    return entry.model_copy(update={"postings": ()})


def later(entry: Entry) -> bool:
    return any(isinstance(change, LeaseClosed) for change in entry.changes)


def freed_at(ms: int, outages: tuple[Outage, ...] = ()) -> MoneyEvidence:
    """The run with the last lease free again so long after its end."""
    end = max(lease.expires_ms for lease in RUN.books.leases.values())
    index = max(index for index, one in enumerate(RUN.entries) if later(one.entry))
    entries = list(RUN.entries)
    entries[index] = replace(entries[index], written_ms=end + ms)
    return replace(RUN, entries=tuple(entries), outages=outages)


def completion(request: str, **changes: Any) -> MoneyEvidence:
    def other(record: Logged) -> Logged:
        data = record.event.data
        if not isinstance(data, RequestCompleted) or data.request != request:
            return record
        return replace(record, event=replace(record.event, data=data.model_copy(update=changes)))

    return replace(RUN, log=tuple(other(record) for record in RUN.log))


PLANTED: list[tuple[str, str, Callable[[], MoneyEvidence]]] = [
    ("nothing_is_overspent", "a wallet below zero",
     lambda: with_entry(postings=(posting(f"{ENG}/available", -100 * USD), posting(WORLD, 100 * USD)))),
    ("nothing_is_overspent", "a cap below zero, and well again",
     lambda: with_entry(postings=tuple(posting(f"{CAP_PERIOD}/spent", n * USD) for n in (-90, 90)))),
    ("no_conflict_and_no_variance", "a conflict", lambda: with_entry(outcome="conflict")),
    ("no_conflict_and_no_variance", "a call nobody could pay", lambda: with_entry(outcome="unfunded")),
    ("no_conflict_and_no_variance", "more than was held",
     lambda: with_entry(postings=(posting(WORLD, -1), posting(VARIANCE, 1)))),
    ("billed_within_what_is_charged", "a nano-dollar more",
     lambda: replace(RUN, bill=(*RUN.bill, line("plain", 1)))),
    ("billed_within_what_is_charged", "never held", lambda: replace(RUN, bill=(*RUN.bill, line("nobody", 1)))),
    ("billed_within_what_is_charged", "more than a hold that stands",
     lambda: replace(RUN, bill=(*RUN.bill, line("cut off", 1)))),
    ("answered_is_charged", "no hold", lambda: replace(RUN, seen=(Seen(request="free", status=200, whole=True),))),
    ("answered_is_charged", "charged nothing",
     lambda: changed(ends("plain/1"), lambda entry: entry.model_copy(
         update={"changes": (HoldClosed(hold="plain/1", state="voided"),), "postings": ()}))),
    ("charged_once", "settled twice",
     lambda: with_entry(changes=(HoldClosed(hold="plain/1", state="settled", charged=2 * USD),))),
    ("charged_once", "corrected twice",
     lambda: with_entry(changes=(HoldClosed(hold="unsaid/1", state="settled", charged=USD),) * 2)),
    ("charged_once", "more than was held",
     lambda: with_entry(changes=(HoldClosed(hold="cut off/1", state="settled", charged=4 * USD),))),
    ("charged_once", "an end of nothing",
     lambda: with_entry(changes=(HoldClosed(hold="nobody/1", state="settled", charged=USD),))),
    ("charged_once", "held twice",
     lambda: with_entry(changes=next(one.entry for one in RUN.entries if one.entry.outcome == "opened").changes)),
    ("charged_as_recorded", "another cost", lambda: completion("plain", cost=USD)),
    ("charged_as_recorded", "no charge", lambda: changed(ends("plain/1"), lambda entry: None)),
    ("every_nano_is_explained", "a charge without a movement",
     lambda: changed(ends("plain/1"), without_postings)),
    ("every_nano_is_explained", "a movement without a charge",
     lambda: with_entry(postings=(posting(f"{ENG}/available", -1), posting(f"{ENG}/spent", 1)))),
    ("every_nano_is_explained", "money from nowhere", lambda: with_entry(postings=(posting(f"{ENG}/available", 1),))),
    ("every_nano_is_explained", "money nobody brought",
     lambda: with_entry(postings=(posting(WORLD, -1), posting(f"{ENG}/available", 1)))),
    ("every_nano_is_explained", "lent without a lease",
     lambda: with_entry(postings=(posting(f"{ENG}/available", -1), posting(f"{ENG}/leased", 1)))),
    ("the_chain_holds", "an entry is gone", lambda: replace(RUN, entries=(*RUN.entries[:5], *RUN.entries[6:]))),
    ("the_chain_holds", "an entry was changed",
     lambda: replace(RUN, entries=(replace(RUN.entries[0], entry=RUN.entries[0].entry.model_copy(
         update={"message": "other"})), *RUN.entries[1:]))),
    ("the_chain_holds", "an entry makes money", lambda: with_entry(postings=(posting(WORLD, 1),))),
    ("leases_end_in_time", "a lease that never ends",
     lambda: changed(later, lambda entry: entry.model_copy(update={"changes": ()}))),
    ("leases_end_in_time", "a lease that ends late", lambda: freed_at(10_001)),
    ("leases_end_in_time", "later than an outage explains",
     lambda: freed_at(10_001, (Outage(began_ms=0, ended_ms=1),))),
    ("only_the_dead_hold", "nobody was killed", lambda: replace(RUN, kills=())),
    ("only_the_dead_hold", "it wrote after the kill",
     lambda: replace(RUN, last_words={"gateway/default/b": RUN.kills[0][1] + 2_001})),
    ("the_projection_agrees", "another balance",
     lambda: replace(RUN, shown={**RUN.shown, ENG: replace(RUN.shown[ENG], spent=1)})),
    ("the_projection_agrees", "a wallet is not shown", lambda: replace(RUN, shown={})),
    ("the_projection_agrees", "a wallet that is not",
     lambda: replace(RUN, shown={**RUN.shown, "team:other": Shown(leased=0, spent=1)})),
    ("the_projection_agrees", "a hold is not shown", lambda: replace(RUN, shown_holds={})),
    ("the_projection_agrees", "a presumed hold is shown as open",
     lambda: replace(RUN, shown_holds={**RUN.shown_holds, "unsaid/1": "open"})),
    ("the_projection_agrees", "another cost", lambda: replace(RUN, shown_costs={**RUN.shown_costs, "plain": 1})),
]  # fmt: skip


def test_an_honest_run_has_no_findings() -> None:
    findings = check_money(RUN)
    assert findings == [], as_money_table(RUN, findings)


@pytest.mark.parametrize(("rule", "how", "make"), PLANTED, ids=[f"{case[0]}: {case[1]}" for case in PLANTED])
def test_a_planted_violation_is_caught_by_its_rule(rule: str, how: str, make: Callable[[], MoneyEvidence]) -> None:
    evidence = make()
    findings = check_money(evidence)
    assert rule in {finding.rule for finding in findings}
    assert f"! {rule}" in as_money_table(evidence, findings)


def test_every_rule_is_caught_breaking_at_least_once() -> None:
    assert {case[0] for case in PLANTED} == {rule.__name__ for rule in MONEY_RULES}


def test_a_lease_may_end_later_by_what_the_ledger_did_not_work() -> None:
    end = max(lease.expires_ms for lease in RUN.books.leases.values())
    findings = check_money(freed_at(12_000, (Outage(began_ms=end + 3_000, ended_ms=end + 9_000),)))
    assert findings == []


def test_what_a_dead_gateway_was_lent_is_timed_from_its_death() -> None:
    assert freed_after_death_ms(RUN) == [21_000, 21_000]
