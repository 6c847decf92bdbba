"""Questions about webhooks and what was sent to them, on records as the authority and the deliverer write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from support.acme import ADMIN, ORG, OWNER, RED, STRANGER
from support.asking import Client, get
from support.filled_store import FilledStore
from support.hooks import START, escalation, hook

from keeptrusts.projections.query_api.webhook_figures import webhook_figures
from keeptrusts.schemas.snapshots.deliveries import Delivery, DeliveryProgress


def delivery(number: int, state: Any, **more: Any) -> Delivery:
    fields: dict[str, Any] = {
        "id": f"msg_{number:026d}", "org": ORG, "webhook": "whk_1", "event": "escalation.opened", "state": state,
        "escalation": "esc_1", "queued_at": START,
    }  # fmt: skip
    return Delivery(**(fields | more))


async def test_webhooks_are_listed_as_they_are_now(client: Client, filled: FilledStore) -> None:
    off = hook("whk_2", org=ORG, created_by=OWNER.id, team=RED)
    await filled.derived(
        "kt.directory", ORG, hook("whk_1", org=ORG, created_by=OWNER.id), off, hook("whk_3", org=ORG),
        off.model_copy(update={"state": "disabled", "reason": "gone"}), hook("whk_3", org=ORG, state="removed"),
    )  # fmt: skip
    page = (await get(client, "/v1/webhooks", ADMIN))["data"]
    assert [(row["id"], row["state"], row["reason"], row["team"]) for row in page] == [
        ("whk_1", "enabled", None, None), ("whk_2", "disabled", "gone", "red"),
    ]  # fmt: skip
    shown = (await get(client, "/v1/webhooks/whk_1"))["data"]
    assert shown == page[0] and "secret" not in shown and shown["created_by"] == OWNER.email
    assert (await get(client, "/v1/webhooks", STRANGER))["data"] == []


async def test_a_delivery_is_shown_as_its_last_attempt_left_it(client: Client, filled: FilledStore) -> None:
    await filled.derived("kt.directory", ORG, hook("whk_1", org=ORG), hook("whk_2", org=ORG))
    tried = {"attempts": 1, "attempted_at": START, "status": 503, "error": "refused", "duration_ms": 7}
    again = START + timedelta(minutes=5)
    await filled.derived("kt.webhooks", ORG, delivery(1, "queued", data=escalation()), delivery(2, "queued"))
    await filled.derived(
        "kt.webhooks", ORG, delivery(1, "queued", next_at=again, **tried), delivery(3, "failed", error="overflow"),
        DeliveryProgress(id="0", org="_platform", partition=0, next_offset=3), delivery(2, "delivered", status=200),
        delivery(4, "queued", webhook="whk_2"),
    )  # fmt: skip
    page = await get(client, "/v1/webhooks/whk_1/deliveries")
    assert [(row["id"][-1], row["state"], row["attempts"], row["status"], row["error"]) for row in page["data"]] == [
        ("3", "failed", 0, None, "overflow"), ("2", "delivered", 0, 200, None), ("1", "queued", 1, 503, "refused"),
    ]  # fmt: skip
    assert page["data"][2]["next_at"] == "2026-04-01T09:05:00.000000Z" and page["data"][2]["duration_ms"] == 7
    failed = await get(client, "/v1/webhooks/whk_1/deliveries", state="failed,queued")
    assert [row["id"][-1] for row in failed["data"]] == ["3", "1"]
    first = await get(client, "/v1/webhooks/whk_1/deliveries", limit="2")
    second = await get(client, "/v1/webhooks/whk_1/deliveries", limit="2", cursor=first["next_cursor"])
    assert first["data"] + second["data"] == page["data"] and second["next_cursor"] is None


async def test_metrics_count_messages_by_their_last_state(filled: FilledStore) -> None:
    now = datetime.now(UTC)
    ago = now - timedelta(hours=1)
    await filled.derived(
        "kt.webhooks", ORG, *(delivery(number, "queued", queued_at=ago) for number in (1, 2, 3)),
        delivery(4, "queued", queued_at=now - timedelta(days=8)),
    )  # fmt: skip
    await filled.derived(
        "kt.webhooks", ORG, delivery(1, "delivered", queued_at=ago), delivery(2, "failed", queued_at=ago)
    )
    found = await webhook_figures(filled.store)
    assert dict(found.messages)["queued"] == 1 and dict(found.messages)["delivered"] == 1
    assert 3500 < found.oldest_queued_s < 3700
