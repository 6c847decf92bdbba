"""What is sent to whom, in which order and how often, is decided without any clock, network or chance of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from support.hooks import ORG, START, START_MS, escalation, hook

from keeptrusts.schemas.snapshots.deliveries import Delivery
from keeptrusts.stream_processors.webhooks.outbox import MOST_AT_ONCE, MOST_QUEUED, Attempt, Outbox
from keeptrusts.stream_processors.webhooks.schedule import DELAYS_S, LONGEST_MS, delay_ms

OK = Attempt(status=200)
BUSY = Attempt(status=503, error="refused")
MINUTE = 60_000
LATER = START_MS + MINUTE


def outbox(*webhooks: Any) -> Outbox:
    made = Outbox()
    for webhook in webhooks or (hook(),):
        made.webhook(webhook, START_MS)
    return made


def tell(made: Outbox, *changes: Any, first: int = 0) -> list[Delivery]:
    return [
        queued
        for offset, change in enumerate(changes, start=first)
        for queued in made.escalation(change, offset, LATER + offset, LATER)
    ]


def due(made: Outbox, now_ms: int = LATER) -> list[Delivery]:
    return [delivery for _, delivery in made.due(now_ms)]


@pytest.mark.parametrize(
    ("webhook", "told"),
    [
        (hook(), True),
        (hook(events=("escalation.opened",)), True),
        (hook(events=("escalation.resolved", "escalation.expired")), False),
        (hook(team="team_red"), True),
        (hook(team="team_blue"), False),
        (hook(org="org_other"), False),
        (hook(state="disabled"), False),
        (hook(state="removed"), False),
        (hook(created_at=START + timedelta(hours=1)), False),
    ],
    ids=str,
)
def test_a_webhook_is_told_of_what_it_wants_and_what_came_after_it(webhook: Any, told: bool) -> None:
    assert bool(tell(outbox(webhook), escalation())) == told


def test_what_happened_before_the_longest_wait_is_told_to_nobody() -> None:
    made = outbox()
    assert made.escalation(escalation(), 7, LATER, LATER + LONGEST_MS + 1) == ()
    assert made.next_offset == 8


def test_the_same_change_is_the_same_message_however_often_it_is_queued() -> None:
    first, again = tell(outbox(), escalation()), tell(outbox(), escalation())
    assert first == again and first[0].id.startswith("msg_")
    other = tell(outbox(hook("whk_2")), escalation())
    assert other[0].id != first[0].id


def test_an_escalations_messages_go_one_after_the_other_and_others_beside_them() -> None:
    made = outbox()
    opened, other, claimed = tell(made, escalation(1), escalation(2), escalation(1, "claimed"))
    assert due(made) == [opened, other]
    assert due(made) == []
    made.ended(opened, BUSY, LATER, 0.5)
    assert due(made, LATER + 1) == [], "the first is tried again before the next is tried at all"
    [again] = due(made, LATER + 5_000)
    assert (again.id, again.attempts) == (opened.id, 1)
    made.ended(again, OK, LATER, 0.5)
    assert due(made) == [claimed]


def test_an_endpoint_gets_a_few_requests_at_a_time_and_does_not_count_against_another() -> None:
    made = outbox(hook("whk_1"), hook("whk_2", events=("escalation.opened",)))
    tell(made, *(escalation(number) for number in range(20)))
    begun = due(made)
    assert [one.webhook for one in begun].count("whk_1") == MOST_AT_ONCE == len(begun) // 2
    made.ended(begun[-1], OK, LATER, 0.5)
    assert [one.webhook for one in due(made)] == ["whk_2"]


def test_retries_take_about_three_days_and_are_spread() -> None:
    waits = [delay_ms(number, 0.5) for number in range(1, len(DELAYS_S) + 1)]
    assert waits == [seconds * 1000 for seconds in DELAYS_S] and sorted(DELAYS_S) == list(DELAYS_S)
    assert 3 * 86_400 <= sum(DELAYS_S) <= 3.5 * 86_400
    assert (delay_ms(1, 0.0), delay_ms(1, 1.0)) == (4_000, 6_000)
    assert delay_ms(len(DELAYS_S) + 1, 0.5) is None


def test_a_message_that_never_arrives_is_given_up_and_its_webhook_switched_off() -> None:
    made, now_ms = outbox(hook(generation=3)), LATER
    tell(made, escalation())
    for number in range(1, len(DELAYS_S) + 2):
        [delivery] = due(made, now_ms)
        ended = made.ended(delivery, Attempt(error="timeout", duration_ms=15_000), now_ms, 0.5)
        [value] = ended.deliveries
        assert (value.attempts, value.error, value.data) == (number, "timeout", None)
        if value.state == "queued":
            assert ended.switched_off is None and value.next_at is not None
            now_ms = round(value.next_at.timestamp() * 1000)
    assert value.state == "failed" and value.next_at is None and made.queued == 0
    assert ended.switched_off is not None and ended.org == ORG
    assert (ended.switched_off.reason, ended.switched_off.generation) == ("failing", 3)


def test_a_webhook_that_takes_other_messages_stays_on() -> None:
    made, now_ms = outbox(), LATER
    tell(made, escalation(1))
    for _ in DELAYS_S:
        [delivery] = due(made, now_ms)
        next_at = made.ended(delivery, BUSY, now_ms, 0.5).deliveries[0].next_at
        assert next_at is not None
        now_ms = round(next_at.timestamp() * 1000)
    [other] = made.escalation(escalation(2), 1, now_ms, now_ms)
    last, second = due(made, now_ms)
    assert second == other
    made.ended(other, OK, now_ms, 0.5)
    ended = made.ended(last, BUSY, now_ms, 0.5)
    assert ended.deliveries[0].state == "failed" and ended.switched_off is None


def test_what_the_endpoint_before_says_of_itself_does_not_switch_off_the_one_that_took_its_place() -> None:
    made = outbox(hook(generation=3))
    tell(made, escalation())
    [delivery] = due(made)
    made.webhook(hook(generation=4, url="https://hooks.example.com/other"), LATER)
    ended = made.ended(delivery, Attempt(status=410), LATER, 0.5)
    [value] = ended.deliveries
    assert (value.state, ended.switched_off) == ("queued", None) and value.next_at is not None
    [again] = due(made, round(value.next_at.timestamp() * 1000))
    gone = made.ended(again, Attempt(status=410), LATER, 0.5).switched_off
    assert gone is not None and (gone.reason, gone.generation) == ("gone", 4)


def test_an_endpoint_that_is_gone_is_switched_off_at_once() -> None:
    made = outbox()
    tell(made, escalation())
    ended = made.ended(due(made)[0], Attempt(status=410, error="refused"), LATER, 0.5)
    assert (ended.deliveries[0].state, ended.deliveries[0].error) == ("failed", "gone")
    assert ended.switched_off is not None and ended.switched_off.reason == "gone"


@pytest.mark.parametrize(("state", "error"), [("disabled", "switched_off"), ("removed", "deleted")])
def test_what_waits_for_a_webhook_ends_with_it_and_what_is_under_way_ends_by_itself(state: Any, error: str) -> None:
    made = outbox()
    first, second = tell(made, escalation(1), escalation(1, "claimed"))
    assert due(made) == [first]
    [dropped] = made.webhook(hook(state=state), LATER)
    assert (dropped.id, dropped.state, dropped.error) == (second.id, "failed", error)
    ended = made.ended(first, BUSY, LATER, 0.5)
    assert (ended.deliveries[0].state, ended.switched_off, made.queued) == ("failed", None, 0)
    assert tell(made, escalation(2), first=9) == []


def test_what_does_not_fit_into_a_queue_is_recorded_as_failed() -> None:
    made = outbox()
    queued = tell(made, *(escalation(number) for number in range(MOST_QUEUED + 2)))
    assert [one.error for one in queued[-3:]] == [None, "overflow", "overflow"]
    assert queued[-1].state == "failed" and made.queued == MOST_QUEUED


def test_a_test_is_sent_once_whatever_the_webhook_wants() -> None:
    made = outbox(hook(events=("escalation.expired",)))
    asked = hook(events=("escalation.expired",), tests=1, tested_at=START)
    [test] = made.webhook(asked, LATER)
    assert (test.event, test.escalation, test.data) == ("webhook.test", None, None)
    assert made.webhook(asked.model_copy(update={"description": "other"}), LATER) == ()
    [second] = made.webhook(asked.model_copy(update={"tests": 2}), LATER)
    assert second.id != test.id
    assert outbox().webhook(asked, START_MS + 2 * 3_600_000) == (), "one that was asked for long ago is not sent"


def test_after_a_restart_everything_goes_on_where_it_was() -> None:
    made, asked = outbox(), hook(tests=1, tested_at=START)
    recorded = [*made.webhook(asked, START_MS)]
    recorded += tell(made, escalation(1), escalation(1, "claimed"), escalation(2), escalation(3))
    under_way = due(made)
    done = next(one for one in under_way if one.escalation == "esc_2")
    late = next(one for one in under_way if one.escalation == "esc_1")
    recorded += made.ended(done, OK, LATER, 0.5).deliveries
    recorded += made.ended(late, BUSY, LATER, 0.5).deliveries
    again = Outbox()
    for value in recorded:
        again.restore(value)
    again.restored()
    assert again.webhook(hook(tests=1, tested_at=START), LATER)[:0] == ()
    waiting = due(again, LATER + 6_000)
    assert {one.id for one in waiting if one.escalation} == {
        late.id,
        next(d.id for d in recorded if d.escalation == "esc_3"),
    }
    [retried] = [one for one in waiting if one.id == late.id]
    assert retried.attempts == 1 and retried.data == escalation(1)


def test_what_was_queued_for_a_webhook_that_is_no_more_is_given_up() -> None:
    made = outbox()
    [queued] = tell(made, escalation())
    again = Outbox()
    again.restore(queued)
    again.restored()
    [dropped] = again.drop_lost()
    assert (dropped.id, dropped.state, dropped.error, again.queued) == (queued.id, "failed", "deleted", 0)
