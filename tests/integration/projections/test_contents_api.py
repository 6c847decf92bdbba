"""Questions about captured content: who gets it in clear, what is recorded of that, and what is gone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from support.acme import ADMIN, BLUE, LONER, MEMBER, ORG, OTHER_ORG, OWNER, RED, SECRETS, STRANGER, TEAM_ADMIN
from support.asking import Client, get
from support.filled_store import FilledStore
from support.request_material import Material

from keeptrusts.cli.client.api import path_of
from keeptrusts.projections.app import build_query_routes, query_deps
from keeptrusts.projections.settings import QuerySettings
from keeptrusts.projections.store.protocol import Store
from keeptrusts.projections.writer.destroyed_keys import delete_destroyed
from keeptrusts.schemas.content_keys import DataKey, new_data_key, period_of
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events.content import ContentRead
from keeptrusts.schemas.events.identity import Identity
from keeptrusts.schemas.publishing import PublisherOverloadedError
from keeptrusts.schemas.record import Record
from keeptrusts.schemas.sealed_content import Sealed, seal
from keeptrusts.schemas.snapshots.content import SubjectKey, SubjectKeyDestroyed
from keeptrusts.schemas.snapshots.directory import ErasureValue

NOW = datetime.now(UTC)
"""Retention is judged by the API's clock."""


@dataclass(slots=True)
class Recorder:
    facts: list[tuple[str, str, Record]] = field(default_factory=list)
    refusing: bool = False

    async def record(self, *, org: str, actor: str, subject: str, fact: Record) -> None:
        if self.refusing:
            raise PublisherOverloadedError("the log takes nothing")
        self.facts.append((org, actor, fact))


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
async def client(store: Store, filled: FilledStore, recorder: Recorder) -> AsyncIterator[Client]:
    app = web.Application()
    settings = QuerySettings(directory_seconds=0.0, position_wait_seconds=0.3)
    app.add_routes(build_query_routes(query_deps(store, SECRETS, settings, recorder=recorder)))
    async with TestClient(TestServer(app)) as made:
        yield made


def a_key(number: int = 1, **more: Any) -> tuple[DataKey, SubjectKey]:
    fields: dict[str, Any] = {
        "identifier": f"cky_{number}", "org": ORG, "subject": MEMBER.id, "period": period_of(NOW), "keep_days": 365,
        "erasures": 0,
    }  # fmt: skip
    return new_data_key(secrets=SECRETS, entropy=Random(number).randbytes, **(fields | more))


def a_content(plain: bytes, key: DataKey, request: str, part: Any = "input") -> Sealed:
    return seal(
        plain,
        key,
        ref=f"cnt_{part}_{request}",
        request=request,
        part=part,
        captured="full",
        entropy=Random(9).randbytes,
    )


@dataclass(slots=True)
class Kept:
    """A finished request of red's member whose input is kept under a key."""

    filled: FilledStore
    material: Material
    events: list[Event]
    request: str
    key: SubjectKey
    content: Sealed


async def keep(filled: FilledStore, number: int = 1, *, team: str = RED, **of_key: Any) -> Kept:
    material = Material(seed=number)
    request = material.request_id()
    key, record = a_key(number, **of_key)
    content = a_content(b'{"messages": [{"role": "user", "content": "zebra"}]}', key, request)
    identity = whose(material, team)
    decided = material.decided(request, identity, content_ref=content.ref, content_hmac=content.hmac)
    completed = material.completed(request, identity)
    await filled.derived("kt.subjectkeys", record.org, record)
    await filled.derived("kt.content", record.org, *content.records)
    await filled.events(decided, completed)
    return Kept(filled, material, [decided, completed], request, record, content)


def whose(material: Material, team: str = RED) -> Identity:
    return material.identity().model_copy(update={"org": ORG, "team": team, "user": MEMBER.id})


async def test_content_is_given_to_those_who_may_and_each_reading_is_recorded(
    client: Client, filled: FilledStore, recorder: Recorder
) -> None:
    kept = await keep(filled)
    path = f"/v1/events/{kept.request}/content"
    for person in (OWNER, ADMIN, TEAM_ADMIN):
        [shown] = (await get(client, path, person))["data"]["contents"]
        assert shown == {
            "ref": kept.content.ref, "part": "input", "captured": "full", "state": "kept", "truncated": False,
            "hmac": kept.content.hmac, "subject": MEMBER.id, "keep_days": 365,
            "content": {"messages": [{"role": "user", "content": "zebra"}]},
        }  # fmt: skip
    read = ContentRead(request=kept.request, refs=(kept.content.ref,), parts=("input",))
    assert recorder.facts == [(ORG, f"member:{one.id}", read) for one in (OWNER, ADMIN, TEAM_ADMIN)]


async def test_others_do_not_get_it_not_even_whose_call_it_was(
    client: Client, filled: FilledStore, recorder: Recorder
) -> None:
    kept = await keep(filled)
    of_blue = await keep(filled, 2, team=BLUE)
    for person, status in ((MEMBER, 403), (LONER, 403), (STRANGER, 404)):
        await get(client, f"/v1/events/{kept.request}/content", person, status)
    await get(client, f"/v1/events/{of_blue.request}/content", TEAM_ADMIN, 404)
    assert recorder.facts == []


async def test_a_reading_that_cannot_be_recorded_shows_nothing(
    client: Client, filled: FilledStore, recorder: Recorder
) -> None:
    kept = await keep(filled)
    recorder.refusing = True
    refused = await get(client, f"/v1/events/{kept.request}/content", OWNER, 503)
    assert refused["code"] == "audit_unavailable" and "zebra" not in str(refused)


async def test_where_nothing_was_captured_there_is_nothing(client: Client, filled: FilledStore) -> None:
    material = Material(seed=5)
    request = material.request_id()
    await filled.events(material.decided(request, whose(material)), material.completed(request, whose(material)))
    refused = await get(client, f"/v1/events/{request}/content", OWNER, 404)
    assert "nothing was captured" in refused["detail"]


async def test_a_content_that_an_event_names_and_that_is_not_written_yet_is_waited_for(
    client: Client, filled: FilledStore
) -> None:
    material = Material(seed=6)
    request = material.request_id()
    await filled.events(material.decided(request, whose(material), content_ref="cnt_x", content_hmac="0"))
    refused = await get(client, f"/v1/events/{request}/content", OWNER, 503)
    assert refused["code"] == "not_ready"


@pytest.mark.parametrize("reason", ["erased", "retention"])
async def test_content_whose_key_is_destroyed_is_gone_and_says_why(
    client: Client, filled: FilledStore, store: Store, reason: Any
) -> None:
    kept = await keep(filled)
    await filled.derived(
        "kt.subjectkeys",
        ORG,
        SubjectKeyDestroyed(
            org=ORG, subject=MEMBER.id, period=kept.key.period, key_id="cky_1", reason=reason, destroyed_at=NOW
        ),
    )
    for _ in range(2):  # before its row is deleted, and after
        refused = await get(client, f"/v1/events/{kept.request}/content", OWNER, 410)
        assert (refused["code"], refused["reason"]) == ("content_gone", reason)
        await delete_destroyed(store)
    assert (await store.query("SELECT count() FROM content_keys WHERE wrapped != ''")).value() == 0
    shown = (await get(client, f"/v1/privacy/subjects/{MEMBER.email}"))["data"]
    assert shown["periods"][0] | {"contents": 1, "keys": 0, f"keys_{'erased' if reason == 'erased' else 'expired'}": 1}\
        == shown["periods"][0]  # fmt: skip


async def test_whoever_was_erased_is_gone_before_the_keys_are(client: Client, filled: FilledStore) -> None:
    kept = await keep(filled)
    erasure = ErasureValue(
        id=MEMBER.id, org=ORG, erasure="era_1", number=1, reason="asked", erased_at=NOW, erased_by=OWNER.id
    )
    await filled.derived("kt.directory", ORG, erasure)
    refused = await get(client, f"/v1/events/{kept.request}/content", OWNER, 410)
    assert refused["reason"] == "erased"
    shown = (await get(client, f"/v1/privacy/subjects/{MEMBER.email}"))["data"]
    assert (shown["state"], shown["erasures"], shown["reason"], shown["erased_by"]) == (
        "erasing", 1, "asked", OWNER.email,
    )  # fmt: skip
    later = await keep(filled, 3, erasures=1)
    assert (await get(client, f"/v1/events/{later.request}/content", OWNER))["data"]["contents"][0]["state"] == "kept"
    await get(client, f"/v1/privacy/subjects/{MEMBER.email}", ADMIN, 403)


async def test_keys_that_go_while_they_are_counted_are_not_called_kept(
    client: Client, filled: FilledStore, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = await keep(filled)
    erasure = ErasureValue(
        id=MEMBER.id, org=ORG, erasure="era_1", number=1, reason="asked", erased_at=NOW, erased_by=OWNER.id
    )
    await filled.derived("kt.directory", ORG, erasure)
    unwatched = store.query

    async def query(text: str, parameters: Any = None) -> Any:
        """Let the key go as soon as it has been counted."""
        answer = await unwatched(text, parameters)
        if "FROM content_keys" in text:
            monkeypatch.undo()
            gone = SubjectKeyDestroyed(
                org=ORG,
                subject=MEMBER.id,
                period=kept.key.period,
                key_id="cky_1",
                reason="erased",
                destroyed_at=NOW,
            )
            await filled.derived("kt.subjectkeys", ORG, gone)
            await delete_destroyed(store)
        return answer

    monkeypatch.setattr(store, "query", query)
    shown = [(await get(client, f"/v1/privacy/subjects/{MEMBER.email}"))["data"]["state"] for _ in range(2)]
    assert shown == ["erasing", "erased"]


async def test_whoever_was_erased_is_gone_before_the_tables_know(
    store: Store, filled: FilledStore, recorder: Recorder
) -> None:
    before, after = await keep(filled), await keep(filled, 2, erasures=1)
    heard = {(ORG, MEMBER.id): 1}
    app = web.Application()
    settings = QuerySettings(directory_seconds=0.0, position_wait_seconds=0.3)
    deps = query_deps(
        store, SECRETS, settings, recorder=recorder, erasures=lambda org, subject: heard.get((org, subject), 0)
    )
    app.add_routes(build_query_routes(deps))
    async with TestClient(TestServer(app)) as client:
        refused = await get(client, f"/v1/events/{before.request}/content", OWNER, 410)
        assert (refused["reason"], recorder.facts) == ("erased", [])
        await get(client, f"/v1/events/{after.request}/content", OWNER)


async def test_what_is_older_than_it_is_kept_is_gone_before_anybody_sweeps(client: Client, filled: FilledStore) -> None:
    kept = await keep(filled, period="2020-01", keep_days=30)
    refused = await get(client, f"/v1/events/{kept.request}/content", OWNER, 410)
    assert refused["reason"] == "retention"


async def test_another_tenants_content_under_the_same_request_id_stays_apart(
    client: Client, filled: FilledStore
) -> None:
    kept = await keep(filled)
    foreign, record = a_key(7, org=OTHER_ORG)
    await filled.derived("kt.subjectkeys", OTHER_ORG, record)
    await filled.derived("kt.content", OTHER_ORG, *a_content(b"of another", foreign, kept.request, "output").records)
    contents = (await get(client, f"/v1/events/{kept.request}/content", OWNER))["data"]["contents"]
    assert [one["part"] for one in contents] == ["input"]


async def test_a_content_that_was_exchanged_for_another_is_not_shown(client: Client, filled: FilledStore) -> None:
    kept = await keep(filled)
    other = Material(seed=8)
    request = other.request_id()
    key, record = a_key(8)
    content = a_content(b'"other"', key, request)
    await filled.derived("kt.subjectkeys", ORG, record)
    await filled.derived("kt.content", ORG, *content.records)
    await filled.events(
        other.decided(request, whose(other), content_ref=content.ref, content_hmac=kept.content.hmac),
        other.completed(request, whose(other)),
    )
    refused = await get(client, f"/v1/events/{request}/content", OWNER, 500)
    assert "not what the event names" in refused["detail"] and "other" not in refused["detail"].replace("another", "")


async def test_an_outsider_s_id_may_hold_anything(client: Client, filled: FilledStore) -> None:
    _, record = a_key(subject="external:bob/b c")
    await filled.derived("kt.subjectkeys", ORG, record)
    shown = (await get(client, path_of("v1", "privacy", "subjects", "external:bob/b c"), OWNER))["data"]
    assert (shown["subject"], shown["state"]) == ("external:bob/b c", "kept")
    await get(client, path_of("v1", "privacy", "subjects", "external:nobody"), OWNER, 404)


async def test_edited_texts_that_were_sent_for_a_request_hide_nothing_of_what_was_captured(
    client: Client, filled: FilledStore
) -> None:
    request = Material(seed=1).request_id()
    key, record = a_key(2)
    entropy = Random(9).randbytes
    edits = [
        seal(b"{}", key, ref=f"cnt_{number}", request=request, part="edited", captured="full", entropy=entropy)
        for number in range(1_000)
    ]
    await filled.derived("kt.subjectkeys", record.org, record)
    await filled.derived("kt.content", record.org, *(one for edit in edits for one in edit.records))
    kept = await keep(filled)
    assert kept.request == request
    shown = (await get(client, f"/v1/events/{request}/content", OWNER))["data"]["contents"]
    assert (shown[0]["ref"], shown[0]["part"]) == (kept.content.ref, "input")
