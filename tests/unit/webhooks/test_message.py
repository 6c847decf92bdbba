"""What an endpoint gets: what people see of an escalation, signed, and nothing of a prompt or an answer."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from support.hooks import ORG, START, START_MS, escalation, hook, verified

from keeptrusts.schemas.snapshots.deliveries import Delivery
from keeptrusts.schemas.webhooks import signing_secret
from keeptrusts.stream_processors.webhooks.message import body_of, headers_of
from keeptrusts.stream_processors.webhooks.outbox import Outbox

SECRETS = {1: b"1" * 32, 2: b"2" * 32}


def queued(value: Any) -> Delivery:
    made = Outbox()
    made.webhook(hook(), START_MS)
    [delivery] = made.escalation(value, 0, START_MS, START_MS)
    return delivery


def test_a_body_says_what_happened_when_and_to_which_escalation() -> None:
    value = escalation(1, "resolved", resolution="denied", resolved_by="mem_lead", note="not there")
    document = json.loads(body_of(queued(value)))
    assert (document["type"], document["timestamp"]) == ("escalation.resolved", "2026-04-01T09:00:00.000000Z")
    data = document["data"]
    assert (data["id"], data["organization"], data["resolution"], data["note"]) == ("esc_1", ORG, "denied", "not there")
    assert data["findings"] == {"EMAIL": 2} and data["team"] == "team_red" and data["user"] == "mem_dev"
    assert "content_ref" not in data and "kind" not in data


@pytest.mark.parametrize(
    ("after_s", "signatures"), [(0, 2), (24 * 3600 - 1, 2), (24 * 3600, 1)], ids=["at once", "for a day", "then not"]
)
def test_after_a_rotation_both_secrets_sign_for_a_day(after_s: int, signatures: int) -> None:
    webhook = hook(
        rotation=1, secret_version=2, previous_secret_version=1, overlap_until=START + timedelta(seconds=24 * 3600)
    )
    delivery, now = queued(escalation()), START + timedelta(seconds=after_s)
    body = body_of(delivery)
    headers = headers_of(webhook, delivery, body, SECRETS, now)
    assert headers is not None and len(headers["webhook-signature"].split(" ")) == signatures
    assert headers["webhook-id"] == delivery.id
    verified(signing_secret(SECRETS[2], webhook.id, 1), headers, body, now.timestamp())
    before = signing_secret(SECRETS[1], webhook.id, 0)
    if signatures == 2:
        verified(before, headers, body, now.timestamp())
    else:
        with pytest.raises(AssertionError, match="no signature"):
            verified(before, headers, body, now.timestamp())


def test_a_changed_body_an_old_message_and_another_secret_are_told_apart() -> None:
    delivery = queued(escalation())
    body = body_of(delivery)
    headers = headers_of(hook(), delivery, body, SECRETS, START)
    assert headers is not None
    secret = signing_secret(SECRETS[1], "whk_1", 0)
    assert verified(secret, headers, body, START.timestamp())["type"] == "escalation.opened"
    for given, changed, at in (
        (secret, body + b" ", 0), (secret, body, 301), (signing_secret(SECRETS[1], "whk_2", 0), body, 0),
    ):  # fmt: skip
        with pytest.raises(AssertionError):
            verified(given, headers, changed, START.timestamp() + at)


def test_without_the_key_secret_nothing_is_signed() -> None:
    delivery = queued(escalation())
    assert headers_of(hook(secret_version=9), delivery, body_of(delivery), SECRETS, START) is None
