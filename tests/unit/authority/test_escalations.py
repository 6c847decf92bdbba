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
from keeptrusts.schemas.events.request import ReviewRedeemed, ReviewRequested
from keeptrusts.schemas.snapshots.documents import Escalation
from keeptrusts.schemas.snapshots.grants import OPENED, TOO_MANY, ReviewAnswered, ReviewDecided
from keeptrusts.schemas.snapshots.ledger import Entry
from keeptrusts.stream_processors.authority import sizes
from keeptrusts.stream_processors.authority.money.deadlines import next_deadline_ms
from keeptrusts.stream_processors.authority.snapshots import restored, sections_of

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


NAMED = {"content_ref": "cnt_2", "content_at": "1:7", "key_at": "0:3"}


@pytest.mark.parametrize("phase", ["input", "output"])
def test_an_edited_approval_tells_the_gateway_where_the_edited_text_is(phase: str) -> None:
    ledger = held(review(content_ref="cnt_1", phase=phase))
    ledger.granted(resolve("approved_edited").model_copy(update=NAMED), by="mem_lead")
    [decided] = [one.record for one in ledger.outputs if isinstance(one.record, ReviewDecided)]
    assert (decided.resolution, decided.content_ref, decided.content_at, decided.key_at) == (
        "approved_edited", "cnt_2", "1:7", "0:3",
    )  # fmt: skip
    assert values(ledger)[-1].resolution == "approved_edited"


@pytest.mark.parametrize(
    ("held_as", "named", "reason"),
    [
        ({"content_ref": "cnt_1", "held": False, "principal": "mem_dev", "input_hash": "hash"}, NAMED, "not_supported"),
        ({"content_ref": "cnt_1"}, {**NAMED, "key_at": None}, "invalid_request"),
        ({}, NAMED, "not_supported"),
    ],
)
def test_an_edit_that_cannot_take_the_place_of_what_is_held_is_refused(
    held_as: dict[str, Any], named: dict[str, Any], reason: str
) -> None:
    ledger = held(review(**held_as))
    assert ledger.refusal(resolve("approved_edited").model_copy(update=named)) == reason
    assert told(ledger) == []


def test_of_what_was_not_edited_no_text_is_named() -> None:
    ledger = held(review(content_ref="cnt_1"))
    ledger.granted(resolve("approved").model_copy(update=NAMED))
    [decided] = [one.record for one in ledger.outputs if isinstance(one.record, ReviewDecided)]
    assert (decided.content_ref, decided.content_at, decided.key_at) == (None, None, None)


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


def refused_at_once(escalation: str = "esc_1", **rest: Any) -> ReviewRequested:
    fields: dict[str, Any] = {"held": False, "principal": "mem_dev", "input_hash": "hash", "wait_seconds": 600}
    return review(escalation, **(fields | rest))


def test_a_caller_that_is_refused_at_once_hears_whether_anybody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keeptrusts.stream_processors.authority.escalations.MOST_ESCALATIONS_OF_ONE", 1)
    ledger = held(refused_at_once())
    entry = ledger.append(ledger.event(refused_at_once("esc_2"), actor=GATEWAY))
    assert entry is not None and (entry.outcome, entry.reason) == ("refused", TOO_MANY)
    ledger.append(ledger.event(refused_at_once("esc_3", principal="mem_other"), actor=GATEWAY))
    answers = [one.record for one in ledger.outputs if isinstance(one.record, ReviewAnswered)]
    assert [(one.escalation, one.request, one.reason) for one in answers] == [
        ("esc_1", "req_1", OPENED), ("esc_2", "req_2", TOO_MANY), ("esc_3", "req_3", OPENED),
    ]  # fmt: skip
    assert told(ledger) == [], "nobody holds a call for them"
    assert sizes.MOST_ESCALATIONS_OF_ONE > 1


def use(ledger: Ledger, request: str = "req_again", *, after_s: int = 0, **rest: Any) -> tuple[str, str | None]:
    fields: dict[str, Any] = {"escalation": "esc_1", "principal": "mem_dev", "input_hash": "hash", "request": request}
    event = ledger.event(ReviewRedeemed(**(fields | rest)), actor=GATEWAY)
    entry = ledger.append(event, at_ms=ledger.now_ms + after_s * 1000)
    assert entry is not None
    answer = [one.record for one in ledger.outputs if isinstance(one.record, ReviewAnswered)][-1]
    assert (answer.escalation, answer.request) == ((fields | rest)["escalation"], request)
    return entry.outcome, answer.reason


def test_a_call_that_was_refused_at_once_goes_on_once_when_it_is_approved() -> None:
    ledger = held(refused_at_once())
    for data in (decided("req_1", verdict="escalate"), completed("req_1", 0)):
        ledger.append(ledger.event(data, actor=GATEWAY, source="gateway/default/1"))
    assert ledger.state.escalations, "the end of the refused call does not end what is asked"
    assert use(ledger) == ("refused", "not_decided")
    ledger.granted(resolve())
    assert use(ledger, "req_first") == ("redeemed", None)
    assert use(ledger, "req_second") == ("refused", "already_redeemed")
    assert [one.change for one in values(ledger)] == ["opened", "resolved", "redeemed"]
    assert values(ledger)[-1].redeemed_by == "req_first"
    assert ledger.refusal(resolve("denied")) == "already_decided"


def test_one_caller_who_asks_in_a_loop_leaves_room_for_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keeptrusts.stream_processors.authority.escalations.MOST_ESCALATIONS_OF_ONE", 2)
    ledger = held(refused_at_once("esc_1"), refused_at_once("esc_2"), review("esc_3"))
    for escalation, principal, outcome in (("esc_4", "mem_dev", "refused"), ("esc_5", "mem_other", "escalated")):
        entry = ledger.append(ledger.event(refused_at_once(escalation, principal=principal), actor=GATEWAY))
        assert entry is not None and entry.outcome == outcome
    ledger.granted(resolve("denied"))
    entry = ledger.append(ledger.event(refused_at_once("esc_6"), actor=GATEWAY))
    assert entry is not None and entry.outcome == "escalated", "one of his was decided"
    assert sizes.MOST_ESCALATIONS_OF_ONE < sizes.MOST_ESCALATIONS


def test_a_team_whose_callers_have_ever_new_names_leaves_room_for_other_teams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keeptrusts.stream_processors.authority.escalations.MOST_ESCALATIONS_OF_TEAM", 2)
    ledger = held(refused_at_once("esc_1", principal="external:a"), refused_at_once("esc_2", principal="external:b"))
    for escalation, team, outcome in (("esc_3", "team_eng", "refused"), ("esc_4", "team_other", "escalated")):
        asked = refused_at_once(escalation, team=team, principal=f"external:{escalation}")
        entry = ledger.append(ledger.event(asked, actor=GATEWAY))
        assert entry is not None and entry.outcome == outcome
    assert sizes.MOST_ESCALATIONS_OF_ONE < sizes.MOST_ESCALATIONS_OF_TEAM < sizes.MOST_ESCALATIONS


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        ({"principal": "mem_other"}, "other_principal"),
        ({"input_hash": "other"}, "other_input"),
        ({"escalation": "esc_unknown"}, "not_found"),
    ],
)
def test_nobody_else_and_nothing_else_goes_on_by_an_approval(rest: dict[str, str], reason: str) -> None:
    ledger = held(refused_at_once())
    ledger.granted(resolve())
    assert use(ledger, **rest) == ("refused", reason)
    assert use(ledger) == ("redeemed", None)


def test_a_denied_call_does_not_go_on() -> None:
    ledger = held(refused_at_once())
    ledger.granted(resolve("denied"))
    assert use(ledger) == ("refused", "denied")


def test_an_approval_is_good_for_an_hour_and_one_that_was_not_used_expires() -> None:
    ledger = held(refused_at_once(wait_seconds=60))
    ledger.granted(resolve())
    assert tick(ledger, after_s=sizes.APPROVAL_S - 60) is None, "the wait for a decision is over, the approval is not"
    assert use(ledger, "req_late", after_s=sizes.APPROVAL_S + 1) == ("refused", "too_late")
    assert tick(ledger, after_s=sizes.APPROVAL_S + 5) is not None
    assert [(one.change, one.resolution) for one in values(ledger)][-1] == ("expired", "approved")
    assert ledger.state.approvals == {} and next_deadline_ms(ledger.state) is None
    assert use(ledger) == ("refused", "too_late")


def test_what_nobody_decides_about_in_time_cannot_be_used() -> None:
    ledger = held(refused_at_once())
    tick(ledger, after_s=700)
    assert use(ledger) == ("refused", "too_late")


def test_a_call_that_is_held_does_not_go_on_a_second_time() -> None:
    ledger = held(review(principal="mem_dev", input_hash="hash"))
    assert use(ledger) == ("refused", "not_redeemable")
    ledger.granted(resolve())
    assert use(ledger) == ("refused", "not_redeemable")


def test_an_approval_survives_a_restart() -> None:
    ledger = held(refused_at_once(), refused_at_once("esc_2"))
    ledger.granted(resolve())
    again = restored("org_acme", ledger.state.seq, sections_of(ledger.state))
    assert again == ledger.state and list(again.approvals) == ["esc_1"] and again.escalated_requests == {}


@pytest.mark.parametrize(
    ("named", "assignee"),
    [("mem_lead", "mem_lead"), ("nobody@acme.example", "nobody@acme.example"), (None, None)],
)
def test_who_is_asked_first_is_a_member_where_one_is_named(named: str | None, assignee: str | None) -> None:
    ledger = founded()
    by_email = next(iter(ledger.state.member_by_email))
    for given, expected in ((named, assignee), (f" {by_email.upper()}", ledger.state.member_by_email[by_email])):
        ledger.append(ledger.event(review(f"esc_{given}", assignee=given), actor=GATEWAY))
        assert values(ledger)[-1].assignee == expected
