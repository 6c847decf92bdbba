"""Commands that touch content: erasing a person, and approving an edited text, which is recorded nowhere in clear."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from support.command_bench import SECRETS, Bench, Person, send, serving
from support.contents import MemoryContentLog

from keeptrusts.gateway.pipeline.content_desk import ContentDesk
from keeptrusts.schemas.codec import encode
from keeptrusts.schemas.commands.documents import EscalationResolveRequested
from keeptrusts.schemas.commands.privacy import PrivacyEraseRequested

EDITED = json.dumps({"model": "gpt-4o", "temperature": 0.25, "messages": [{"role": "user", "content": "zebra"}]})


@dataclass
class Place:
    bench: Bench
    client: TestClient[web.Request, web.Application]
    owner: Person
    contents: MemoryContentLog

    async def send(self, path: str, body: Any, **headers: str) -> Any:
        return await send(self.client, self.owner, "POST", path, body, **headers)

    @property
    def last(self) -> Any:
        return self.bench.memory.events[-1].data


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    bench, contents = Bench(), MemoryContentLog()
    owner = await bench.found()
    desk = ContentDesk(
        log=contents, ids=bench.ids, secrets=SECRETS, erasures=bench.view.erasures, now=lambda: bench.now,
        entropy=bench.random.randbytes, ack_timeout_s=1,
    )  # fmt: skip
    async with serving(bench.context(contents=desk)) as client:
        yield Place(bench, client, owner, contents)


def edited(content: str = EDITED, **more: Any) -> dict[str, Any]:
    text = {"content": content, "request": "req_1", "subject": "mem_ana", "keep_days": 30}
    return {"resolution": "approved_edited", "edited": {**text, **more}}


async def test_a_person_is_erased_by_e_mail_by_id_or_as_an_outsider(place: Place) -> None:
    for named, subject in (
        ("Owner@acme.example", place.owner.member),
        (place.owner.member, place.owner.member),
        ("external:bob/1", "external:bob/1"),
    ):
        status, answer, _ = await place.send("/v1/privacy/erasures", {"subject": named, "reason": "asked"})
        assert (status, answer["subject"], answer["reason"]) == (201, subject, "asked"), answer
        assert isinstance(place.last, PrivacyEraseRequested) and place.last.subject == subject
        assert answer["id"] == place.last.erasure and answer["id"].startswith("era_")
    assert place.bench.view.erasures(place.bench.org, place.owner.member) == 2


async def test_who_was_removed_is_erased_by_e_mail_all_the_same(place: Place) -> None:
    body = {"email": "left@acme.example"}
    member = (await place.send("/v1/members", body))[1]["id"]
    assert (await send(place.client, place.owner, "DELETE", f"/v1/members/{member}", None))[0] == 200
    for named in ("left@acme.example", member):
        status, answer, _ = await place.send("/v1/privacy/erasures", {"subject": named})
        assert (status, answer["subject"]) == (201, member)


async def test_whoever_is_not_known_is_not_erased(place: Place) -> None:
    for named in ("nobody@acme.example", "key_" + "0" * 26, "mem_" + "0" * 26, "team_engineering"):
        assert (await place.send("/v1/privacy/erasures", {"subject": named}))[0] == 404


async def test_an_edited_text_is_kept_before_the_intent_that_says_where(place: Place) -> None:
    status, _, _ = await place.send("/v1/escalations/esc_1/resolve", edited(), **{"Idempotency-Key": "one"})
    intent = place.last
    assert isinstance(intent, EscalationResolveRequested) and status == 404, "the authority knows no such escalation"
    contents = place.contents.contents(SECRETS)
    assert contents == {intent.content_ref: EDITED.encode()}
    assert (intent.content_at, intent.key_at) == ("0:0", "0:0")
    [record] = place.contents.records()
    assert (record.part, record.request, record.subject) == ("edited", "req_1", "mem_ana")


async def test_neither_the_log_nor_what_requests_are_compared_by_follows_from_the_edited_text(place: Place) -> None:
    for content in (EDITED, EDITED.replace("zebra", "horse")):
        await place.send("/v1/escalations/esc_1/resolve", edited(content))
    first, second = place.bench.memory.events[-2:]
    assert first.correlationid == second.correlationid
    assert all(b"zebra" not in encode(event) for event in place.bench.memory.events)
    assert b"zebra" not in place.contents.raw()


@pytest.mark.parametrize(
    "body",
    [
        {"resolution": "approved_edited"},
        {**edited(), "resolution": "approved"},
        edited("no json"),
        edited("[]"),
        edited('{"x": ' + "[" * 500 + "]" * 500 + "}"),
        edited(json.dumps({"x": "a" * 500_000})),
    ],
)
async def test_an_edit_that_makes_no_sense_is_refused_before_anything_is_kept(place: Place, body: Any) -> None:
    status, answer, _ = await place.send("/v1/escalations/esc_1/resolve", body)
    assert (status, answer["code"]) == (422, "invalid_request") and place.contents.topics == {}


async def test_an_edited_text_that_cannot_be_kept_decides_nothing(place: Place) -> None:
    place.contents.refusing = "kt.content"
    status, answer, _ = await place.send("/v1/escalations/esc_1/resolve", edited())
    assert (status, answer["code"]) == (503, "audit_unavailable")
    assert not any(isinstance(one.data, EscalationResolveRequested) for one in place.bench.memory.events)
