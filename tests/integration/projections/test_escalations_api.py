"""Questions about escalations, on entries as the authority writes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from support.acme import BLUE, LONER, MEMBER, ORG, OWNER, RED, STRANGER, TEAM_ADMIN
from support.asking import Client, get
from support.filled_store import FilledStore
from support.ledger_entries import AT, Entries

from keeptrusts.schemas.snapshots.documents import Escalation


def held(number: int, change: Any, state: Any, **more: Any) -> Escalation:
    """Give the value of an escalation of red's member."""
    fields: dict[str, Any] = {
        "id": f"esc_{number:026d}", "org": ORG, "change": change, "state": state, "type": "human_oversight",
        "severity": "medium", "request": f"req_{number}", "team": RED, "user": MEMBER.id, "policy": "human-oversight",
        "reason": "review_required", "opened_at": AT, "due_at": AT + timedelta(minutes=30), "phase": "input",
    }  # fmt: skip
    return Escalation(**(fields | more))


async def test_escalations_are_listed_as_they_are_now_and_within_reach(client: Client, filled: FilledStore) -> None:
    entries = Entries()
    of_blue = {"team": BLUE, "user": "external:x", "type": "data_exfiltration", "severity": "high"}
    decided = held(
        1, "resolved", "resolved", claimed_by=OWNER.id, resolved_by=OWNER.id, resolution="denied", note="not there",
        breached=True, findings={"AWS_ACCESS_KEY": 2},
    )  # fmt: skip
    changes = (
        held(1, "opened", "queued"), held(1, "claimed", "claimed", claimed_by=OWNER.id), decided,
        held(2, "opened", "queued", **of_blue), held(3, "claimed", "claimed", claimed_by=OWNER.id, **of_blue),
        held(4, "expired", "expired"),
    )  # fmt: skip
    for change in changes:
        await filled.derived("kt.ledger", ORG, entries.entry("escalated", "kt.review.requested.v1", changes=(change,)))
    page = await get(client, "/v1/escalations")
    assert [(row["id"][-1], row["state"], row["team"], row["type"]) for row in page["data"]] == [
        ("4", "expired", "red", "human_oversight"), ("3", "claimed", "blue", "data_exfiltration"),
        ("2", "queued", "blue", "data_exfiltration"), ("1", "resolved", "red", "human_oversight"),
    ]  # fmt: skip
    shown = (await get(client, f"/v1/escalations/{decided.id}"))["data"]
    assert shown | {
        "user": MEMBER.email, "claimed_by": OWNER.email, "resolved_by": OWNER.email, "resolution": "denied",
        "note": "not there", "breached": True, "findings": {"AWS_ACCESS_KEY": 2}, "phase": "input",
    } == shown  # fmt: skip
    for query, found in (
        ({"state": "open"}, ["3", "2"]), ({"state": "queued,resolved"}, ["2", "1"]), ({"team": "blue"}, ["3", "2"]),
        ({"type": "data_exfiltration"}, ["3", "2"]), ({"user": MEMBER.email}, ["4", "1"]),
        ({"request": "req_2"}, ["2"]),
    ):  # fmt: skip
        assert [row["id"][-1] for row in (await get(client, "/v1/escalations", **query))["data"]] == found, query
    first = await get(client, "/v1/escalations", limit="3")
    second = await get(client, "/v1/escalations", limit="3", cursor=first["next_cursor"])
    assert first["data"] + second["data"] == page["data"] and second["next_cursor"] is None
    for person, seen in ((TEAM_ADMIN, ["4", "3", "2", "1"]), (MEMBER, ["4", "1"]), (LONER, []), (STRANGER, [])):
        found = [row["id"][-1] for row in (await get(client, "/v1/escalations", person))["data"]]
        assert found == seen, person.name
    await get(client, "/v1/escalations", OWNER, 400, state="unknown")
    await get(client, f"/v1/escalations/{decided.id}", LONER, 404)
