"""Escalations under the real fold: who may decide what, once, and what becomes of those nobody decides."""

from __future__ import annotations

from typing import Any

import pytest
from support.ledger import Ledger, completed, decided, founded

from keeptrusts.schemas.commands.documents import (
    EscalationClaimRequested,
    EscalationReleaseRequested,
    EscalationResolveRequested,
)
from keeptrusts.schemas.events.gateway import ClockTicked
from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.events.request import ReviewRequested
from keeptrusts.schemas.snapshots.documents import Escalation
from keeptrusts.schemas.snapshots.grants import ReviewDecided
from keeptrusts.schemas.snapshots.ledger import Entry
from keeptrusts.stream_processors.authority import sizes
from keeptrusts.stream_processors.authority.money.deadlines import next_deadline_ms

GATEWAY = "key:k1"


def review(escalation: str = "esc_1", *, team: str = "team_eng", user: str = "mem_dev", **rest: Any) -> ReviewRequested:
    number = escalation.removeprefix("esc_")
    fields: dict[str, Any] = {
        "escalation": escalation, "request": f"req_{number}", "type": "human_oversight", "severity": "medium",
        "policy": "human-oversight", "phase": "input", "findings": {"TERM": 1}, "wait_seconds": 3600,
        "identity": Identity(org="org_acme", team=team, user=user), "reason": "review_required",
    }  # fmt: skip
    return ReviewRequested(**(fields | rest))


def held(*reviews: ReviewRequested) -> Ledger:
    ledger = founded()
    for one in reviews or (review(),):
        entry = ledger.append(ledger.event(one, actor=GATEWAY))
        assert entry is not None and entry.outcome == "escalated"
    return ledger


def claim(escalation: str = "esc_1") -> EscalationClaimRequested:
    return EscalationClaimRequested(escalation=escalation)


def release(escalation: str = "esc_1") -> EscalationReleaseRequested:
    return EscalationReleaseRequested(escalation=escalation)


def resolve(resolution: Any = "approved", escalation: str = "esc_1") -> EscalationResolveRequested:
    return EscalationResolveRequested(escalation=escalation, resolution=resolution, note="looked at it")


def told(ledger: Ledger) -> list[tuple[str, str, str]]:
    records = [one.record for one in ledger.outputs if isinstance(one.record, ReviewDecided)]
    return [(one.escalation, one.request, one.resolution) for one in records]


def values(ledger: Ledger) -> list[Escalation]:
    return [one.record for one in ledger.outputs if isinstance(one.record, Escalation)]


def tick(ledger: Ledger, *, after_s: int) -> Entry | None:
    event = ledger.event(ClockTicked(deadline="due"), actor="processor:authority")
    return ledger.append(event, at_ms=ledger.now_ms + after_s * 1000)


@pytest.mark.parametrize("resolution", ["approved", "denied"])
@pytest.mark.parametrize("by", ["mem_owner", "mem_admin", "mem_lead"])
def test_whoever_may_decide_about_the_team_decides_once_and_the_gateway_is_told(by: str, resolution: str) -> None:
    ledger = held()
    ledger.granted(claim(), by=by)
    ledger.granted(resolve(resolution), by=by)
    assert told(ledger) == [("esc_1", "req_1", resolution)]
    changes = [(one.change, one.state, one.claimed_by, one.resolved_by) for one in values(ledger)]
    assert changes == [
        ("opened", "queued", None, None), ("claimed", "claimed", by, None), ("resolved", "resolved", by, by),
    ]  # fmt: skip
    assert values(ledger)[-1].note == "looked at it"
    assert ledger.refusal(resolve("denied"), by=by) == "already_decided"
    assert told(ledger) == [("esc_1", "req_1", resolution)]


@pytest.mark.parametrize(
    ("by", "reason"),
    [("mem_dev2", "forbidden"), ("mem_op", "not_found"), ("mem_idle", "forbidden"), ("mem_nobody", "forbidden")],
)
def test_nobody_else_decides_and_a_foreign_team_does_not_learn_that_it_exists(by: str, reason: str) -> None:
    ledger = held()
    for intent in (claim(), release(), resolve()):
        assert ledger.refusal(intent, by=by) == reason
    assert told(ledger) == []


def test_a_team_admin_does_not_see_another_teams_even_once_it_has_ended() -> None:
    ledger = held(review(team="team_ops", user="mem_op"))
    assert ledger.refusal(resolve(), by="mem_lead") == "not_found"
    ledger.granted(resolve("denied"))
    assert ledger.refusal(resolve(), by="mem_lead") == "not_found"


def test_nobody_decides_about_his_own_call() -> None:
    ledger = held(review(user="mem_lead"))
    assert ledger.refusal(resolve(), by="mem_lead") == "own_call"
    ledger.granted(resolve(), by="mem_admin")


def test_a_claim_keeps_others_away_until_it_is_released() -> None:
    ledger = held()
    ledger.granted(claim(), by="mem_lead")
    ledger.granted(claim(), by="mem_lead")
    assert ledger.refusal(claim(), by="mem_admin") == "claimed"
    assert ledger.refusal(resolve(), by="mem_admin") == "claimed"
    ledger.granted(release(), by="mem_admin")  # an admin of the organization may, should the other one be away
    ledger.granted(release(), by="mem_admin")
    ledger.granted(resolve("denied"), by="mem_admin")
    assert [one.change for one in values(ledger)] == ["opened", "claimed", "released", "resolved"]


def test_an_edited_approval_is_refused_as_long_as_no_content_is_kept() -> None:
    ledger = held()
    assert ledger.refusal(resolve("approved_edited")) == "not_supported"
    assert told(ledger) == []


def test_a_missed_service_level_is_told_once_and_a_late_decision_still_counts() -> None:
    ledger = held(review(due_seconds=60, wait_seconds=3600))
    assert tick(ledger, after_s=30) is None, "nothing is due"
    assert tick(ledger, after_s=61) is not None
    assert tick(ledger, after_s=61) is None, "it is told once"
    ledger.granted(resolve())
    assert [(one.change, one.breached) for one in values(ledger)] == [
        ("opened", False), ("breached", True), ("resolved", True),
    ]  # fmt: skip
    assert told(ledger) == [("esc_1", "req_1", "approved")]


def test_what_nobody_decides_in_time_expires_and_the_gateway_is_told() -> None:
    ledger = held(review(due_seconds=1800, wait_seconds=120))
    assert next_deadline_ms(ledger.state) == ledger.now_ms - 1000 + 120_000
    tick(ledger, after_s=121)
    assert told(ledger) == [("esc_1", "req_1", "expired")]
    assert ledger.refusal(resolve()) == "already_decided"
    assert ledger.state.escalations == {} and next_deadline_ms(ledger.state) is None


def test_a_call_whose_caller_has_left_leaves_nothing_to_decide() -> None:
    ledger = held()
    for data in (decided("req_1", verdict="escalate"), completed("req_1", 0)):
        ledger.append(ledger.event(data, actor=GATEWAY, source="gateway/default/1"))
    assert [one.change for one in values(ledger)] == ["opened", "expired"]
    assert ledger.refusal(resolve()) == "already_decided"


def test_a_review_that_is_in_the_log_twice_is_one_escalation() -> None:
    ledger = held()
    again = ledger.append(ledger.event(review(), actor=GATEWAY))
    ledger.granted(resolve())
    after = ledger.append(ledger.event(review(), actor=GATEWAY))
    assert again is not None and after is not None
    assert [(one.outcome, one.reason) for one in (again, after)] == [("ignored", "repeated")] * 2


def test_too_many_at_once_are_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keeptrusts.stream_processors.authority.escalations.MOST_ESCALATIONS", 1)
    ledger = held()
    entry = ledger.append(ledger.event(review("esc_2"), actor=GATEWAY))
    assert entry is not None and (entry.outcome, entry.reason) == ("refused", "too_many_escalations")
    assert told(ledger) == [("esc_2", "req_2", "expired")]
    assert sizes.MOST_ESCALATIONS > 1


def test_no_wait_that_a_gateway_names_is_too_long_for_the_fold() -> None:
    ledger = held(review(due_seconds=10**12, wait_seconds=10**12))
    [opened] = values(ledger)
    assert opened.expires_at == opened.due_at
    assert (opened.due_at - opened.opened_at).total_seconds() == sizes.LONGEST_REVIEW_S


@pytest.mark.parametrize(("due_s", "breached"), [(120, True), (1800, False)])
def test_what_expires_when_its_decision_was_due_has_missed_its_service_level(due_s: int, breached: bool) -> None:
    ledger = held(review(due_seconds=due_s, wait_seconds=120))
    tick(ledger, after_s=121)
    assert [(one.change, one.breached) for one in values(ledger)] == [("opened", False), ("expired", breached)]
