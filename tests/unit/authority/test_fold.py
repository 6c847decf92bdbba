"""What the composed fold does with a record: one chained entry or none, its outputs, time, repeats, overdue calls."""

from __future__ import annotations

import pytest
from support.ledger import GATEWAY, OWNER, USD, Ledger, completed, decided, founded, wallet

from keeptrusts.schemas.commands import documents, people, wallets
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events.command import CommandRefused
from keeptrusts.schemas.events.gateway import ClockTicked, GatewayStarted, RulesActivated
from keeptrusts.schemas.events.identity import DENYING, Verdict
from keeptrusts.schemas.events.money import ShareRequested
from keeptrusts.schemas.frozen import replace
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.snapshots.ledger import Entry, RequestClosed, entry_hash
from keeptrusts.schemas.snapshots.outcomes import IntentOutcome
from keeptrusts.schemas.topics import DIRECTORY, LEDGER, OUTCOMES
from keeptrusts.stream_processors.authority.money.deadlines import ABANDONED_AFTER_MS, next_deadline_ms
from keeptrusts.stream_processors.authority.sizes import MOST_SWEPT
from keeptrusts.stream_processors.authority.state import (
    INTENTS_REMEMBERED_MS,
    MAX_CLOSED_REMEMBERED,
    LedgerState,
    evolve,
)

TEAM = people.TeamCreateRequested(team="t1", name="New", slug="new")
TICK = ClockTicked(deadline="request_abandoned")


def opened(count: int = 1) -> Ledger:
    ledger = founded()
    for number in range(count):
        ledger.append(ledger.event(decided(f"r{number}"), actor=GATEWAY))
    return ledger


def gateway(ledger: Ledger, record: Record) -> Event:
    return ledger.event(record, actor=GATEWAY)


def test_an_accepted_intent_gives_entry_value_and_outcome() -> None:
    ledger = founded()
    before = len(ledger.outputs)
    event = replace(ledger.event(TEAM), correlationid="input-hash")
    entry = ledger.append(event)
    outputs = ledger.outputs[before:]
    assert entry is not None
    assert [output.topic for output in outputs] == [LEDGER.name, DIRECTORY.name, OUTCOMES.name]
    assert [output.key for output in outputs] == [b"org_acme", b"org_acme/team/t1", b"org_acme"]
    assert outputs[0].record == entry and outputs[1].record == entry.changes[0]
    assert outputs[2].record == IntentOutcome(
        ledger="org_acme",
        event_id=event.id,
        intent="kt.team.create_requested.v1",
        position=f"0:{len(ledger.log) - 1}",
        outcome="accepted",
        resource_kind="team",
        resource_id="t1",
        correlationid="input-hash",
        seq=entry.seq,
    )


def test_a_refused_intent_gives_entry_and_outcome_with_the_reason() -> None:
    ledger = founded()
    before = len(ledger.outputs)
    reason = ledger.refusal(TEAM, by="mem_dev")
    outputs = ledger.outputs[before:]
    outcome = outputs[-1].record
    assert [output.topic for output in outputs] == [LEDGER.name, OUTCOMES.name]
    assert isinstance(outcome, IntentOutcome) and (outcome.outcome, outcome.reason) == ("rejected", reason)


def test_an_entry_names_its_cause_and_its_time() -> None:
    ledger = founded()
    event = ledger.event(TEAM)
    entry = ledger.append(event)
    assert entry is not None
    cause = entry.cause
    assert (cause.partition, cause.offset, cause.event_id) == (0, len(ledger.log) - 1, event.id)
    assert (cause.type, cause.actor, cause.time, cause.subject) == (
        "kt.team.create_requested.v1", event.actor, event.time, event.subject,
    )  # fmt: skip
    assert entry.ledger_time_ms == ledger.now_ms and entry.hash == entry_hash(entry)


@pytest.mark.parametrize(
    "record",
    [
        GatewayStarted(gateway="g", incarnation="i", version="1", listen="x"),
        RulesActivated(rules_version=1),
        CommandRefused(request="req_1", method="POST", route="/v1/teams", status=422, code="invalid_request"),
        ShareRequested(incarnation="1", limit="rate-limit/team", wanted=10),
        TICK,
        completed("never-decided", USD),
        *(decided("r9", verdict=verdict) for verdict in sorted(DENYING)),
    ],
    ids=lambda record: type(record).__name__,
)
def test_what_concerns_no_rule_gives_no_entry_but_moves_ledger_time(record: Record) -> None:
    ledger = founded()
    before = (ledger.state.seq, ledger.state.last_hash, dict(ledger.state.accounts))
    assert ledger.append(gateway(ledger, record)) is None
    assert (ledger.state.seq, ledger.state.last_hash, ledger.state.accounts) == before
    assert ledger.state.ledger_time_ms == ledger.now_ms


@pytest.mark.parametrize("actor", ["system:kt", "gateway:default", "key:key_1", "member", "member:", OWNER])
def test_only_members_ask(actor: str) -> None:
    ledger = founded()
    entry = ledger.append(ledger.event(TEAM, actor=actor))
    assert entry is not None and (entry.outcome, entry.reason) == ("rejected", "forbidden")


def test_intents_whose_rules_come_later_are_refused_not_lost() -> None:
    assert founded().refusal(documents.ReportCreateRequested(report="r1", month="2026-03")) == "not_supported"


@pytest.mark.parametrize("verdict", ["allow", "warn", "redact", "escalate"])
def test_a_call_that_may_go_out_is_opened_and_closed_once(verdict: Verdict) -> None:
    ledger = founded()
    entry = ledger.append(gateway(ledger, decided("r1", verdict=verdict)))
    assert entry is not None and entry.outcome == "opened" and list(ledger.state.open_requests) == ["r1"]
    closed = ledger.append(gateway(ledger, completed("r1", USD)))
    assert closed is not None and closed.changes == (RequestClosed(request="r1"),)
    assert ledger.state.open_requests == {}


@pytest.mark.parametrize(
    "repeats",
    [("decided",), ("completed",), ("completed", "completed"), ("decided", "completed"), ("decided", "decided")],
    ids=" ".join,
)
def test_repeats_of_an_ended_call_change_nothing(repeats: tuple[str, ...]) -> None:
    ledger = founded()
    events = {"decided": gateway(ledger, decided("r1")), "completed": gateway(ledger, completed("r1", USD))}
    ledger.append(events["decided"])
    ledger.append(events["completed"])
    accounts = dict(ledger.state.accounts)
    assert [ledger.append(events[name]) for name in repeats] == [None] * len(repeats)
    assert ledger.state.accounts == accounts and ledger.state.open_requests == {}


def test_a_repeated_decision_of_an_open_call_changes_nothing() -> None:
    ledger = opened()
    before = ledger.state.open_requests["r0"]
    assert ledger.append(gateway(ledger, decided("r0"))) is None
    assert ledger.state.open_requests["r0"] == before


def test_the_memory_of_ended_calls_is_bounded_and_forgets_the_oldest() -> None:
    ledger = opened(3)
    for number in range(3):
        ledger.append(gateway(ledger, completed(f"r{number}", None)))
    ledger.state.closed_requests |= {f"x{number}": None for number in range(MAX_CLOSED_REMEMBERED - 3)}
    ledger.append(gateway(ledger, decided("r3")))
    ledger.append(gateway(ledger, completed("r3", None)))
    assert len(ledger.state.closed_requests) == MAX_CLOSED_REMEMBERED
    assert "r0" not in ledger.state.closed_requests and "r3" in ledger.state.closed_requests


def test_a_repeated_intent_changes_nothing_for_24_hours_of_ledger_time() -> None:
    ledger = founded()
    fund = ledger.event(wallets.WalletFundRequested(wallet=wallet("org"), amount=USD), event_id="once")
    first = ledger.append(fund)
    assert first is not None and first.outcome == "accepted"
    assert ledger.append(fund) is None
    ledger.now_ms += INTENTS_REMEMBERED_MS - 10_000
    assert ledger.append(fund) is None
    assert ledger.available("organization:org_acme") == USD


def test_remembered_intents_are_forgotten_after_24_hours() -> None:
    ledger = founded()
    remembered = set(ledger.state.recent_intents)
    ledger.now_ms += INTENTS_REMEMBERED_MS + 60_000
    for number in range(3):
        ledger.granted(people.TeamCreateRequested(team=f"t{number}", name=f"N{number}", slug=f"n{number}"))
    assert not remembered & set(ledger.state.recent_intents)
    assert len(ledger.state.recent_intents) == 3


def test_a_call_is_given_up_15_minutes_of_ledger_time_after_its_decision_and_not_before() -> None:
    ledger = opened()
    at = ledger.now_ms
    assert next_deadline_ms(ledger.state) == at + ABANDONED_AFTER_MS
    assert ledger.append(gateway(ledger, TICK), at_ms=at + ABANDONED_AFTER_MS) is None
    entry = ledger.append(gateway(ledger, TICK), at_ms=at + ABANDONED_AFTER_MS + 1)
    assert entry is not None
    assert (entry.outcome, entry.changes) == ("ticked", (RequestClosed(request="r0", abandoned=True),))
    assert next_deadline_ms(ledger.state) is None
    assert ledger.append(gateway(ledger, completed("r0", USD))) is None


def test_any_entry_gives_up_what_is_overdue() -> None:
    ledger = opened(2)
    ledger.now_ms += ABANDONED_AFTER_MS + 10_000
    entry = ledger.granted(TEAM)
    assert entry.changes[1:] == tuple(RequestClosed(request=name, abandoned=True) for name in ("r0", "r1"))


def test_an_overdue_call_that_completes_is_charged_not_given_up() -> None:
    ledger = opened(2)
    ledger.now_ms += ABANDONED_AFTER_MS + 10_000
    entry = ledger.append(gateway(ledger, completed("r0", USD)))
    assert entry is not None and entry.outcome == "unmetered"
    assert entry.changes == (RequestClosed(request="r0"), RequestClosed(request="r1", abandoned=True))


def test_one_entry_gives_up_a_bounded_number_and_the_next_goes_on() -> None:
    ledger = opened(MOST_SWEPT + 3)
    ledger.now_ms += ABANDONED_AFTER_MS + 10_000_000
    counts = []
    while (entry := ledger.append(gateway(ledger, TICK))) is not None:
        counts.append(len(entry.changes))
    assert counts == [MOST_SWEPT, 3]


def test_a_broker_clock_that_goes_back_moves_no_time_and_gives_up_nothing() -> None:
    ledger = founded()
    latest = ledger.state.ledger_time_ms
    entry = ledger.append(gateway(ledger, decided("r1")), at_ms=latest - 3_600_000)
    assert entry is not None and entry.ledger_time_ms == latest
    assert next_deadline_ms(ledger.state) == latest + ABANDONED_AFTER_MS
    charged = ledger.append(gateway(ledger, completed("r1", USD)), at_ms=latest - 3_500_000)
    assert charged is not None and charged.outcome == "unmetered" and charged.ledger_time_ms == latest


def edited(entry: Entry, **changes: object) -> Entry:
    return entry.model_copy(update=changes)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"ledger": "org_other"}, "another ledger"),
        ({"seq": 7}, "does not follow"),
        ({"seq": -1}, "does not follow"),
        ({"prev_hash": "f" * 64}, "not chained"),
        ({"postings": "one side"}, "do not add up"),
        ({"postings": "overdrawn"}, "below zero"),
    ],
    ids=str,
)
def test_an_entry_that_cannot_follow_is_refused_loudly(changes: dict[str, object], complaint: str) -> None:
    ledger = founded()
    funding = ledger.granted(wallets.WalletFundRequested(wallet=wallet("org"), amount=USD))
    first = ledger.entries[0]
    mirrored = tuple(posting.model_copy(update={"amount": -posting.amount}) for posting in funding.postings)
    postings = {"one side": funding.postings[:1], "overdrawn": mirrored}
    update = {key: postings.get(str(value), value) if key == "postings" else value for key, value in changes.items()}
    with pytest.raises(AssertionError, match=complaint):
        evolve(LedgerState(ledger="org_acme"), edited(first, **update))
