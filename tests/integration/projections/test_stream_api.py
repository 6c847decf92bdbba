"""The live stream: every final request once, in log order, across reconnects; and clear ends."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
from support.acme import LONER, MEMBER, ORG, OWNER, RED, Person, key_value
from support.asking import Client, get
from support.filled_store import FilledStore
from support.request_material import AT_START, Material

from keeptrusts.schemas.events.identity import Identity


class Lines:
    """Reads server-sent events one by one, each within a bound."""

    def __init__(self, response: Any) -> None:
        self._content = response.content

    async def next(self, kind: str = "event") -> tuple[str, dict[str, Any]]:
        """Give the next event of a kind: its id and its data."""
        async with asyncio.timeout(10):
            while True:
                fields: dict[str, str] = {}
                while line := (await self._content.readline()).decode().rstrip("\n"):
                    name, _, value = line.partition(": ")
                    fields[name] = value
                if fields.get("event") == kind:
                    return fields.get("id", ""), orjson.loads(fields["data"])


async def follow(client: Client, person: Person = OWNER, /, **parameters: str) -> tuple[Any, Lines]:
    response = await client.get("/v1/events/stream", params=parameters, headers=person.headers)
    assert response.status == 200, await response.text()
    assert response.headers["Content-Type"].startswith("text/event-stream")
    return response, Lines(response)


async def test_a_stream_goes_on_after_a_reconnect_without_loss_or_repetition(
    client: Client, filled: FilledStore
) -> None:
    material = Material()
    sent: list[str] = []
    seen: list[str] = []

    async def send(count: int) -> None:
        for _ in range(count):
            events = material.request()
            sent.append(events[0].subject)
            await filled.events(*events)

    await send(2)
    response, lines = await follow(client)
    await lines.next("bookmark")
    sent.clear()
    await send(3)
    for _ in range(3):
        cursor, row = await lines.next()
        seen.append(row["id"])
        assert row["position"] == cursor and row["status"] is not None
    response.close()
    await send(4)
    response, lines = await follow(client, cursor=cursor)
    await send(2)
    for _ in range(6):
        _, row = await lines.next()
        seen.append(row["id"])
    response.close()
    assert seen == sent
    response, lines = await follow(client, **{"from": "beginning"})
    first = [(await lines.next())[1]["id"] for _ in range(11)]
    response.close()
    assert first[2:] == sent


async def test_a_stream_shows_only_what_matches_and_what_may_be_seen(client: Client, filled: FilledStore) -> None:
    material = Material()
    mine, other = Identity(org=ORG, team=RED, user=MEMBER.id), Identity(org=ORG, team=RED, user="mem_x")
    response, lines = await follow(client, MEMBER, decision="block")
    blocked: dict[str, Any] = {"verdict": "block", "policy": "rbac", "status": 403}
    requests = [material.request_id() for _ in range(3)]
    for request, who, end in zip(requests, (mine, other, mine), ({}, blocked, blocked), strict=True):
        await filled.events(material.decided(request, who), material.completed(request, who, **end))
    assert (await lines.next())[1]["id"] == requests[2]
    position, _ = await lines.next("bookmark")
    assert position == (await get(client, "/v1/events", LONER))["as_of"]
    response.close()


async def test_a_stream_ends_when_its_key_is_revoked(client: Client, filled: FilledStore) -> None:
    response, lines = await follow(client, MEMBER)
    await filled.derived("kt.directory", ORG, key_value(MEMBER, state="revoked", revoked_at=AT_START))
    _, problem = await lines.next("notice")
    assert problem["code"] == "invalid_api_key"
    assert await asyncio.wait_for(response.content.read(), 5) == b""


async def test_a_cursor_that_leads_nowhere_is_410(client: Client, filled: FilledStore) -> None:
    material = Material()
    await filled.events(*material.request())
    partition = (await get(client, "/v1/events"))["as_of"].split(":")[0]
    gone = await get(client, "/v1/events/stream", OWNER, 410, cursor=f"{partition}:999")
    assert (gone["code"], gone["oldest_cursor"]) == ("cursor_expired", f"{partition}:1")
    await get(client, "/v1/events/stream", OWNER, 400, cursor=f"{int(partition) + 1}:0")
    await get(client, "/v1/events/stream", OWNER, 400, cursor="soon")
    await get(client, "/v1/events/stream", OWNER, 400, since="7d")
    await get(client, "/v1/events/stream", OWNER, 400, tem="red")


async def test_a_cursor_before_what_is_kept_names_the_oldest(client: Client, filled: FilledStore) -> None:
    material = Material()
    for _ in range(3):
        await filled.events(*material.request())
    partition = (await get(client, "/v1/events"))["as_of"].split(":")[0]
    await filled.store.command("ALTER TABLE log DELETE WHERE _offset < 4 SETTINGS mutations_sync = 1")
    gone = await get(client, "/v1/events/stream", OWNER, 410, cursor=f"{partition}:1")
    assert (gone["oldest_cursor"], gone["skipped"]) == (f"{partition}:4", 2)
