"""Webhooks under the real fold: who manages them, what a change begins anew, and who may switch them off."""

from __future__ import annotations

from typing import Any

import pytest
from support.ledger import Ledger, founded

from keeptrusts.schemas.commands.webhooks import (
    WebhookChangeRequested,
    WebhookCreateRequested,
    WebhookDeleteRequested,
    WebhookRotateRequested,
    WebhookTestRequested,
)
from keeptrusts.schemas.events.webhook import WebhookSwitchedOff
from keeptrusts.schemas.snapshots.directory import WebhookValue
from keeptrusts.stream_processors.authority.sizes import MOST_WEBHOOKS
from keeptrusts.stream_processors.authority.snapshots import restored, sections_of

URL = "https://hooks.example.com/a"


def create(webhook: str = "whk_1", **rest: Any) -> WebhookCreateRequested:
    return WebhookCreateRequested(webhook=webhook, url=URL, events=("escalation.*",), **rest)


def with_one(**rest: Any) -> Ledger:
    ledger = founded()
    ledger.granted(create(**rest))
    return ledger


def value(ledger: Ledger) -> WebhookValue:
    return next(one.record for one in reversed(ledger.outputs) if isinstance(one.record, WebhookValue))


def off(ledger: Ledger, reason: Any, generation: int) -> tuple[str, str | None]:
    fact = WebhookSwitchedOff(webhook="whk_1", reason=reason, generation=generation)
    entry = ledger.append(ledger.event(fact, actor="processor:webhooks"))
    assert entry is not None
    return entry.outcome, entry.reason


@pytest.mark.parametrize("by", ["mem_owner", "mem_admin"])
def test_owners_and_admins_of_the_organization_manage_webhooks(by: str) -> None:
    ledger = founded()
    ledger.granted(create(team="team_eng", secret_version=2), by=by)
    assert (value(ledger).state, value(ledger).team, value(ledger).created_by) == ("enabled", "team_eng", by)
    ledger.granted(WebhookChangeRequested(webhook="whk_1", enabled=False), by=by)
    ledger.granted(WebhookDeleteRequested(webhook="whk_1"), by=by)
    assert value(ledger).state == "removed" and ledger.state.webhooks == {}


@pytest.mark.parametrize("by", ["mem_lead", "mem_dev", "mem_idle", "mem_nobody"])
def test_nobody_else_does(by: str) -> None:
    ledger = with_one()
    for intent in (
        create("whk_2"), WebhookChangeRequested(webhook="whk_1", enabled=False), WebhookTestRequested(webhook="whk_1"),
        WebhookRotateRequested(webhook="whk_1", rotation=1), WebhookDeleteRequested(webhook="whk_1"),
    ):  # fmt: skip
        assert ledger.refusal(intent, by=by) == "forbidden"


def test_what_is_not_there_cannot_be_changed_and_a_team_must_exist() -> None:
    ledger = founded()
    assert ledger.refusal(create(team="team_none")) == "not_found"
    for intent in (WebhookChangeRequested(webhook="whk_1"), WebhookDeleteRequested(webhook="whk_1")):
        assert ledger.refusal(intent) == "not_found"
    ledger.granted(create())
    assert ledger.refusal(create()) == "already_exists"


def test_an_organization_has_so_many_webhooks_at_most() -> None:
    ledger = founded()
    for number in range(MOST_WEBHOOKS):
        ledger.granted(create(f"whk_{number}"))
    assert ledger.refusal(create("whk_more")) == "limit_reached"
    ledger.granted(WebhookDeleteRequested(webhook="whk_0"))
    ledger.granted(create("whk_more"))


def test_a_rotation_has_the_next_number_and_the_secret_before_signs_along_for_a_day() -> None:
    ledger = with_one(secret_version=1)
    assert ledger.refusal(WebhookRotateRequested(webhook="whk_1", rotation=2)) == "conflict"
    entry = ledger.granted(WebhookRotateRequested(webhook="whk_1", rotation=1, secret_version=2))
    rotated = value(ledger)
    assert (rotated.rotation, rotated.secret_version, rotated.previous_secret_version) == (1, 2, 1)
    assert rotated.overlap_until is not None
    assert (rotated.overlap_until - entry.cause.time).total_seconds() == 24 * 3600
    assert ledger.refusal(WebhookRotateRequested(webhook="whk_1", rotation=1)) == "conflict"


def test_an_endpoint_that_is_gone_is_switched_off_unless_somebody_changed_it_since() -> None:
    ledger = with_one()
    ledger.granted(WebhookChangeRequested(webhook="whk_1", description="what it is for"))
    assert value(ledger).generation == 0, "a description says nothing about where it is"
    ledger.granted(WebhookChangeRequested(webhook="whk_1", url="https://hooks.example.com/b"))
    assert off(ledger, "gone", 0) == ("ignored", "changed_since")
    assert off(ledger, "gone", 1) == ("switched_off", "gone")
    assert (value(ledger).state, value(ledger).reason) == ("disabled", "gone")
    assert ledger.refusal(WebhookTestRequested(webhook="whk_1")) == "disabled"
    assert off(ledger, "failing", 1) == ("ignored", "changed_since"), "it is off already"
    ledger.granted(WebhookChangeRequested(webhook="whk_1", enabled=True))
    assert (value(ledger).state, value(ledger).reason, value(ledger).generation) == ("enabled", None, 2)


def test_each_test_that_is_asked_for_counts() -> None:
    ledger = with_one()
    for _ in range(2):
        ledger.granted(WebhookTestRequested(webhook="whk_1"))
    assert value(ledger).tests == 2 and value(ledger).tested_at is not None


def test_a_snapshot_holds_webhooks_and_an_older_one_without_them_is_read() -> None:
    ledger = with_one()
    sections = sections_of(ledger.state)
    assert restored("org_acme", ledger.state.seq, sections).webhooks == ledger.state.webhooks
    del sections["webhooks"]
    assert restored("org_acme", ledger.state.seq, sections).webhooks == {}
