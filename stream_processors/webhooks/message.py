"""What an endpoint gets: the body of a message and its signed headers. No text of a prompt or an answer is in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from keeptrusts.schemas.record import format_time
from keeptrusts.schemas.snapshots.deliveries import Delivery
from keeptrusts.schemas.snapshots.directory import WebhookValue
from keeptrusts.schemas.snapshots.documents import Escalation
from keeptrusts.schemas.webhooks import signature, signing_secret

_SHOWN: Final = (
    "id", "state", "type", "severity", "phase", "request", "team", "user", "policy", "reason", "findings", "opened_at",
    "due_at", "expires_at", "breached", "assignee", "claimed_by", "resolution", "resolved_by", "note", "redeemed_by",
)  # fmt: skip
"""What ``kt escalation show`` says as well; people and teams are named by their ids."""


def body_of(delivery: Delivery) -> bytes:
    """Give the body: type, the time of what happened, and the escalation as it was then."""
    data: dict[str, Any] = {"organization": delivery.org, "webhook": delivery.webhook}
    if delivery.data is not None:
        data |= _shown(delivery.data)
    return orjson.dumps({"type": delivery.event, "timestamp": format_time(delivery.queued_at), "data": data})


def headers_of(
    webhook: WebhookValue, delivery: Delivery, body: bytes, key_secrets: Mapping[int, bytes], now: datetime
) -> dict[str, str] | None:
    """Give the headers, signed with every secret in force; None when the installation does not have its key secret."""
    current = key_secrets.get(webhook.secret_version)
    if current is None:
        return None
    secrets = [signing_secret(current, webhook.id, webhook.rotation)]
    before = key_secrets.get(webhook.previous_secret_version or 0)
    if webhook.overlap_until is not None and now < webhook.overlap_until and before is not None:
        secrets.append(signing_secret(before, webhook.id, webhook.rotation - 1))
    unix_s = int(now.timestamp())
    return {
        "Content-Type": "application/json",
        "User-Agent": "keeptrusts-webhooks/1",
        "webhook-id": delivery.id,
        "webhook-timestamp": str(unix_s),
        "webhook-signature": signature(secrets, delivery.id, unix_s, body),
    }


def _shown(value: Escalation) -> dict[str, Any]:
    document = value.model_dump(mode="json")
    return {"held": value.held is not False} | {name: document[name] for name in _SHOWN}
