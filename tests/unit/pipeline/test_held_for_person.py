"""Calls and answers held for a person: what goes on, what is refused, and what the log says of each."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from support.gateway import NOW, ORG, PROVIDED, SECRET, FakeConnection, FakeGateway, gateway, key_value, ok
from support.streams import CHAT, chat_chunk

from keeptrusts.gateway.pipeline import review
from keeptrusts.gateway.pipeline.run import model_call
from keeptrusts.gateway.pipeline.values import Answer
from keeptrusts.gateway.providers.protocol import ProviderFailure
from keeptrusts.schemas.envelope import Event
from keeptrusts.schemas.events.request import RequestCompleted, RequestDecided, ReviewRequested
from keeptrusts.schemas.publishing import Ack, PublisherOverloadedError
from keeptrusts.schemas.snapshots.directory import TeamValue
from keeptrusts.schemas.snapshots.grants import ReviewDecided

POLICY = """
pack: {name: reviewed, version: 1.0.0, enabled: true}
policies:
  chain: [KIND, audit-logger]
policy:
  KIND: {OPTIONS}
"""
OVERSIGHT = ("human-oversight", "require_review: true, timeout_seconds: 600")
ANSWERS = ("human-oversight", "require_review: true, phase: output")
SECRETS = ("dlp-filter", "secrets: false, blocked_terms: [zebra-4711], action: escalate, apply_to: WHERE")


def made_for(kind: str, options: str) -> FakeGateway:
    return gateway(POLICY.replace("KIND", kind).replace("OPTIONS", options))


def asking(text: str = "hi", **rest: Any) -> bytes:
    return json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": text}], **rest}).encode()


async def decided_with(
    made: FakeGateway,
    decide: Callable[[FakeGateway, ReviewRequested], None],
    body: bytes | None = None,
    connection: FakeConnection | None = None,
) -> tuple[Answer, ReviewRequested]:
    """Send a call, wait for its escalation, let somebody decide, and give the answer."""
    connection = connection or FakeConnection(body=body or asking())
    calling = asyncio.create_task(model_call(made.services, made.call("engineering"), connection, "chat"))
    async with asyncio.timeout(5):
        while connection.tell is None:  # noqa: ASYNC110 - the fake connection tells nobody that it is watched
            await asyncio.sleep(0)
        [asked] = reviews(made)
        decide(made, asked)
        return await calling, asked


def reviews(made: FakeGateway) -> list[ReviewRequested]:
    return [one.data for one in made.publisher.events if isinstance(one.data, ReviewRequested)]


def as_decided(resolution: Any) -> Callable[[FakeGateway, ReviewRequested], None]:
    def decide(made: FakeGateway, asked: ReviewRequested) -> None:
        answer = ReviewDecided(
            ledger="org_test", escalation=asked.escalation, request=asked.request, resolution=resolution
        )
        made.services.reviews.tell(answer.model_copy(update={"escalation": "esc_of_somebody_else"}))
        made.services.reviews.tell(answer)
        made.services.reviews.tell(answer)

    return decide


def recorded(made: FakeGateway) -> tuple[RequestDecided, RequestCompleted]:
    [decision] = [one.data for one in made.publisher.events if isinstance(one.data, RequestDecided)]
    [completion] = [one.data for one in made.publisher.events if isinstance(one.data, RequestCompleted)]
    return decision, completion


async def test_an_approved_call_goes_out_and_nothing_went_before() -> None:
    made = made_for(*OVERSIGHT)

    def approve(made: FakeGateway, asked: ReviewRequested) -> None:
        assert made.provider.asked == [] and len(made.publisher.events) == 1, "only the escalation is recorded"
        as_decided("approved")(made, asked)

    answer, asked = await decided_with(made, approve)
    assert answer.status == 200 and answer.headers["x-keeptrusts-decision"] == "escalate"
    assert (asked.type, asked.severity, asked.policy, asked.phase) == (
        "human_oversight", "medium", "human-oversight", "input",
    )  # fmt: skip
    assert (asked.wait_seconds, asked.due_seconds, asked.reason) == (600, 600, "review_required")
    assert asked.identity is not None and asked.identity.team == "team_engineering"
    decision, completion = recorded(made)
    assert (decision.verdict, decision.policy, decision.target) == ("escalate", "human-oversight", "openai")
    assert (completion.status, completion.error) == (200, None)
    assert made.services.reviews.waiting == 0
    assert made.services.counters.reviews == {"opened": 1, "approved": 1}


async def test_a_person_decides_about_a_topic_and_other_calls_go_out_at_once() -> None:
    made = made_for("human-oversight", "require_human_for: [hiring_actions], timeout_seconds: 600")
    called = await model_call(made.services, made.call("engineering"), FakeConnection(body=asking("hello")), "chat")
    assert called.status == 200 and reviews(made) == []
    made = made_for("human-oversight", "require_human_for: [hiring_actions], timeout_seconds: 600")
    answer, asked = await decided_with(made, as_decided("approved"), asking("Which candidate shall we hire?"))
    assert answer.status == 200
    assert asked.reason == "review_required" and asked.findings == {"TOPIC_HIRING": 1}


@pytest.mark.parametrize(
    ("resolution", "code", "verdict", "reason"),
    [
        ("denied", "input_blocked", "block", "review_denied"),
        ("expired", "escalation_required", "escalate", "review_required"),
        ("approved_edited", "escalation_required", "escalate", "review_required"),
    ],
)
async def test_a_call_that_is_not_approved_reaches_nobody(
    resolution: str, code: str, verdict: str, reason: str
) -> None:
    made = made_for(*OVERSIGHT)
    answer, asked = await decided_with(made, as_decided(resolution))
    problem = json.loads(answer.body)
    assert answer.status == 409 and problem["code"] == code and made.provider.asked == []
    assert problem["escalation"] == asked.escalation and asked.escalation in problem["detail"]
    assert answer.headers["x-should-retry"] == "false"
    decision, completion = recorded(made)
    assert (decision.verdict, decision.policy, decision.reason) == (verdict, "human-oversight", reason)
    assert (completion.status, completion.error, completion.verdict) == (409, code, verdict)


async def test_a_caller_who_leaves_ends_the_wait_and_is_recorded_as_gone() -> None:
    made = made_for(*OVERSIGHT)
    connection = FakeConnection(body=asking())

    def leave(made: FakeGateway, asked: ReviewRequested) -> None:
        assert connection.tell is not None
        connection.gone = True
        connection.tell()

    answer, _ = await decided_with(made, leave, connection=connection)
    assert answer.status == 409 and made.provider.asked == []
    assert recorded(made)[1].client_gone is True
    assert made.services.counters.reviews == {"opened": 1, "gone": 1}


async def test_without_a_word_from_the_authority_the_gateway_gives_up_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(review, "LATE_S", -599.95)
    answer, _ = await decided_with(made_for(*OVERSIGHT), lambda made, asked: None)
    assert json.loads(answer.body)["code"] == "escalation_required"


async def test_a_key_that_was_revoked_meanwhile_is_refused_though_the_call_is_approved() -> None:
    made = made_for(*OVERSIGHT)

    def revoke_and_approve(made: FakeGateway, asked: ReviewRequested) -> None:
        made.apply(key_value(made, "engineering", team="team_engineering", state="revoked"))
        as_decided("approved")(made, asked)

    answer, _ = await decided_with(made, revoke_and_approve)
    assert answer.status == 401 and made.provider.asked == []


async def test_a_team_that_was_archived_meanwhile_calls_nobody_though_the_call_is_approved() -> None:
    made = made_for(*OVERSIGHT)

    def archive_and_approve(made: FakeGateway, asked: ReviewRequested) -> None:
        team = TeamValue(
            id="team_engineering", org=ORG, name="Engineering", slug="engineering", state="archived", created_at=NOW
        )
        made.apply(team)
        as_decided("approved")(made, asked)

    answer, _ = await decided_with(made, archive_and_approve)
    assert answer.status == 403 and made.provider.asked == []


async def test_what_cannot_be_recorded_is_not_held() -> None:
    made = made_for(*OVERSIGHT)
    made.publisher.refusing = True
    answer = await model_call(made.services, made.call("engineering"), FakeConnection(body=asking()), "chat")
    assert answer.status == 503 and made.provider.asked == [] and made.services.reviews.waiting == 0


async def test_who_is_not_held_because_the_log_does_not_answer_was_not_denied_by_anybody() -> None:
    made = made_for(*OVERSIGHT)

    class RefusingReviews:
        source = made.publisher.source

        async def append(self, *events: Event, deadline_s: float) -> tuple[Ack, ...]:
            if any(isinstance(one.data, ReviewRequested) for one in events):
                raise PublisherOverloadedError("the log takes nothing")
            return await made.publisher.append(*events, deadline_s=deadline_s)

    made.services = replace(made.services, publisher=RefusingReviews())
    answer = await model_call(made.services, made.call("engineering"), FakeConnection(body=asking()), "chat")
    assert answer.status == 503
    assert [one.reason for one in recorded(made)] == ["audit_unavailable"] * 2


async def test_findings_that_escalate_are_counted_and_never_quoted() -> None:
    made = made_for(SECRETS[0], SECRETS[1].replace("WHERE", "input"))
    answer, asked = await decided_with(made, as_decided("approved"), asking("about zebra-4711"))
    assert answer.status == 200 and (asked.type, asked.severity) == ("data_exfiltration", "high")
    assert asked.findings == {"TERM": 1} and "zebra" not in asked.model_dump_json()
    assert b"zebra-4711" in made.provider.asked[0].body, "it was approved as it is"


@pytest.mark.parametrize(("resolution", "status"), [("approved", 200), ("denied", 409), ("expired", 409)])
@pytest.mark.parametrize("policy", ["oversight", "findings"])
async def test_an_answer_is_held_too_and_its_cost_stays_its_cost(policy: str, resolution: str, status: int) -> None:
    made = made_for(*(ANSWERS if policy == "oversight" else (SECRETS[0], SECRETS[1].replace("WHERE", "output"))))
    choice = {"index": 0, "message": {"role": "assistant", "content": "about zebra-4711"}, "finish_reason": "stop"}
    made.provider.result = ok({**PROVIDED, "choices": [choice]})
    answer, asked = await decided_with(made, as_decided(resolution))
    assert (answer.status, asked.phase, asked.wait_seconds) == (status, "output", review.LONGEST_ANSWER_WAIT_S)
    assert (b"zebra-4711" in answer.body) == (status == 200)
    decision, completion = recorded(made)
    assert decision.verdict == "allow" and completion.cost is not None and completion.cost > 0
    assert completion.verdict == ("block" if resolution == "denied" else "escalate")
    expected = {"approved": None, "denied": "output_blocked", "expired": "escalation_required"}[resolution]
    assert completion.error == expected


@pytest.mark.parametrize("resolution", ["approved", "denied"])
@pytest.mark.parametrize("policy", ["oversight", "findings"])
async def test_a_stream_is_held_whole_until_its_answer_is_approved(policy: str, resolution: str) -> None:
    made = made_for(*(ANSWERS if policy == "oversight" else (SECRETS[0], SECRETS[1].replace("WHERE", "both"))))
    made.provider.pieces = [chat_chunk("zebra-"), chat_chunk("4711", "stop"), *CHAT.pieces[-2:]]
    connection = FakeConnection(body=CHAT.body)

    def decide(made: FakeGateway, asked: ReviewRequested) -> None:
        assert connection.sent == [], "nothing of it is sent before"
        as_decided(resolution)(made, asked)

    _, asked = await decided_with(made, decide, connection=connection)
    assert asked.phase == "output"
    sent = b"".join(connection.sent)
    assert (b"zebra-" in sent) == (resolution == "approved")
    completion = recorded(made)[1]
    assert completion.error == (None if resolution == "approved" else "output_blocked")
    assert connection.last is not None and (b"[DONE]" in connection.last) == (resolution == "approved")


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ("require_review: false", 200),
        ("mode: observe, require_review: true", 200),
        ("mode: guide, require_review: true", 200),
        ("require_review: true, action: block", 409),
        ("confidence_threshold: 0.5", 409),
        ("require_human_for: [legal_opinions]", 200),
    ],
)
async def test_what_only_watches_lets_pass_and_what_cannot_be_judged_fails_closed(options: str, status: int) -> None:
    made = made_for("human-oversight", options)
    answer = await model_call(made.services, made.call("engineering"), FakeConnection(body=asking()), "chat")
    assert answer.status == status and reviews(made) == []


HOUR_NS = 3_600_000_000_000


@pytest.mark.parametrize("body", [asking(), CHAT.body])
async def test_a_call_that_waited_for_an_hour_has_all_its_time_left(body: bytes) -> None:
    made = made_for("human-oversight", "require_review: true, timeout_seconds: 7200")
    made.provider.pieces = list(CHAT.pieces)
    connection = FakeConnection(body=body)

    def approve_late(made: FakeGateway, asked: ReviewRequested) -> None:
        made.clock.ns += HOUR_NS
        as_decided("approved")(made, asked)

    answer, _ = await decided_with(made, approve_late, connection=connection)
    assert answer.status == 200
    assert made.provider.asked[0].timeout_s == made.services.settings.provider_timeout_s
    assert recorded(made)[1].error is None


async def test_a_signature_is_made_when_the_call_is_sent_and_not_before_it_was_held() -> None:
    policy = POLICY.replace("KIND", "human-oversight").replace("OPTIONS", "require_review: true")
    keys = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}
    made = gateway(policy + "providers:\n  targets: [{id: bedrock}]\n", environment=keys)

    def approve_late(made: FakeGateway, asked: ReviewRequested) -> None:
        made.clock.at += timedelta(hours=1)
        as_decided("approved")(made, asked)

    await decided_with(made, approve_late, asking(model="us.amazon.nova-pro-v1:0"))
    headers = {name.lower(): value for name, value in made.provider.asked[0].headers.items()}
    assert headers["x-amz-date"] == "20260601T130000Z"


async def test_a_caller_who_left_while_the_escalation_was_recorded_is_not_waited_for() -> None:
    made = made_for(*OVERSIGHT)
    async with asyncio.timeout(5):
        connection = FakeConnection(body=asking(), gone=True)
        await model_call(made.services, made.call("engineering"), connection, "chat")
    assert made.services.counters.reviews == {"opened": 1, "gone": 1}
    assert recorded(made)[1].client_gone is True and made.provider.asked == []


@pytest.mark.parametrize(("took_s", "wait_s"), [(0, 600), (300, 540), (900, 1)])
async def test_an_answer_waits_no_longer_than_its_call_may_last(took_s: int, wait_s: int) -> None:
    made = made_for(*ANSWERS)
    call = made.call("engineering")
    made.clock.ns += took_s * 1_000_000_000
    connection = FakeConnection(body=asking())
    made.services = replace(made.services, settings=replace(made.services.settings, provider_timeout_s=2_000.0))
    calling = asyncio.create_task(model_call(made.services, call, connection, "chat"))
    async with asyncio.timeout(5):
        while connection.tell is None:  # noqa: ASYNC110 - the fake connection tells nobody that it is watched
            await asyncio.sleep(0)
        [asked] = reviews(made)
        as_decided("approved")(made, asked)
        await calling
    assert (asked.wait_seconds, asked.due_seconds) == (wait_s, wait_s)


@pytest.mark.parametrize(("policy", "status"), [(OVERSIGHT, 503), (ANSWERS, 409)])
async def test_a_gateway_that_stops_ends_every_wait_and_records_it(policy: tuple[str, str], status: int) -> None:
    made = made_for(*policy)
    answer, _ = await decided_with(made, lambda made, asked: made.services.reviews.stop())
    assert answer.status == status, "a request may be sent again; an answer has been paid"
    assert ("Retry-After" in answer.headers) == (status == 503)
    completion = recorded(made)[1]
    assert completion.status == status and completion.reason != "review_denied"
    assert made.services.reviews.waiting == 0


@pytest.mark.parametrize(("policy", "opened"), [(OVERSIGHT, 0), (ANSWERS, 1)])
async def test_a_gateway_that_stops_holds_nothing_more(policy: tuple[str, str], opened: int) -> None:
    made = made_for(*policy)
    made.services.reviews.stop()
    async with asyncio.timeout(5):
        await model_call(made.services, made.call("engineering"), FakeConnection(body=asking()), "chat")
    assert len(reviews(made)) == opened and recorded(made)[1].status >= 400


@pytest.mark.parametrize("resolution", ["approved", "gone"])
async def test_a_caller_who_leaves_a_held_stream_is_gone_and_what_was_decided_stays(resolution: str) -> None:
    made = made_for(*ANSWERS)
    made.provider.pieces = list(CHAT.pieces)
    connection = FakeConnection(body=CHAT.body)

    def leave(made: FakeGateway, asked: ReviewRequested) -> None:
        connection.gone = True
        if resolution == "approved":
            as_decided("approved")(made, asked)
        else:
            assert connection.tell is not None
            connection.tell()

    await decided_with(made, leave, connection=connection)
    completion = recorded(made)[1]
    assert completion.client_gone and connection.sent == [] and connection.last is None
    assert (completion.verdict, completion.reason) == ("escalate", "review_required")
    assert completion.cost is not None and completion.cost > 0
    assert made.services.counters.reviews == {"opened": 1, resolution: 1}


@pytest.mark.parametrize("end", [[], [ProviderFailure(kind="cut", reason="gone", billed=True, elapsed_us=1)]])
@pytest.mark.parametrize("policy", ["oversight", "findings"])
async def test_nobody_is_asked_about_a_stream_that_broke_off_and_nothing_of_it_is_sent(
    policy: str, end: list[bytes | ProviderFailure]
) -> None:
    made = made_for(*(ANSWERS if policy == "oversight" else (SECRETS[0], SECRETS[1].replace("WHERE", "output"))))
    made.provider.pieces = [chat_chunk("zebra-"), chat_chunk("4711"), *end]
    connection = FakeConnection(body=CHAT.body)
    async with asyncio.timeout(5):
        await model_call(made.services, made.call("engineering"), connection, "chat")
    assert reviews(made) == [] and connection.sent == []
    assert connection.last is not None and b"upstream_error" in connection.last
    completion = recorded(made)[1]
    assert (completion.error, completion.verdict) == ("upstream_error", "escalate")


@pytest.mark.parametrize("mode", ["observe", "guide"])
@pytest.mark.parametrize("policy", ["oversight", "findings"])
async def test_where_nobody_is_asked_a_stream_is_not_held(policy: str, mode: str) -> None:
    kind, options = ANSWERS if policy == "oversight" else (SECRETS[0], SECRETS[1].replace("WHERE", "output"))
    made = made_for(kind, f"mode: {mode}, {options}")
    made.provider.pieces = list(CHAT.pieces)
    connection = FakeConnection(body=CHAT.body)
    await model_call(made.services, made.call("engineering"), connection, "chat")
    assert len(connection.sent) > 1 and b"One" in connection.sent[0]
    assert recorded(made)[1].output_policies[0].result in ("escalate", "allow")


KEEPING = """
pack: {name: reviewed, version: 1.0.0, enabled: true}
policies:
  chain: [human-oversight, dlp-filter, audit-logger]
policy:
  human-oversight: {require_review: true, timeout_seconds: 600}
  dlp-filter: {secrets: false, blocked_terms: [zebra-4711], action: block}
  audit-logger: {capture: full}
"""


async def edited_to(made: FakeGateway, body: bytes, **placed: Any) -> Answer:
    """Have a held call approved as edited; ``placed`` differs from the call's own request and person."""
    connection = FakeConnection(body=asking("the original", temperature=0.5))
    calling = asyncio.create_task(
        model_call(made.services, made.call("engineering", {"x-user-id": "mem_ana"}), connection, "chat")
    )
    async with asyncio.timeout(5):
        while connection.tell is None:  # noqa: ASYNC110 - the fake connection tells nobody that it is watched
            await asyncio.sleep(0)
        [asked] = reviews(made)
        assert made.services.content is not None and asked.content_ref is not None
        held = json.loads(made.contents.contents({1: SECRET})[asked.content_ref])
        assert held["messages"][0]["content"] == "the original", "the reviewer sees what is held"
        names = {"org": ORG, "subject": "mem_ana", "request": asked.request, "part": "edited", **placed}
        where = await made.services.content.place(body, captured="full", keep_days=30, **names)
        decided = ReviewDecided(
            ledger=ORG, escalation=asked.escalation, request=asked.request, resolution="approved_edited",
            content_ref=where.ref, content_at=str(where.content_at), key_at=str(where.key_at),
        )  # fmt: skip
        made.services.reviews.tell(decided)
        return await calling


async def test_a_call_that_was_approved_as_edited_goes_out_as_edited_and_asks_nobody_again() -> None:
    made = gateway(KEEPING)
    answer = await edited_to(made, asking("as edited", temperature=0.25))
    assert answer.status == 200 and answer.headers["x-keeptrusts-decision"] == "escalate"
    [sent] = made.provider.asked
    assert (
        json.loads(sent.body)["messages"][0]["content"] == "as edited" and json.loads(sent.body)["temperature"] == 0.25
    )
    decision, completion = recorded(made)
    assert len(reviews(made)) == 1 and completion.status == 200
    assert decision.content_ref == reviews(made)[0].content_ref, "what was asked first stays what is named"


@pytest.mark.parametrize(
    ("body", "placed", "status", "code"),
    [
        (asking("with zebra-4711"), {}, 409, "input_blocked"),
        (b'{"model": "gpt-4o"}', {}, 422, "invalid_request"),
        (asking("x"), {"request": "req_of_another"}, 503, "audit_unavailable"),
        (asking("x"), {"subject": "mem_of_another"}, 503, "audit_unavailable"),
        (asking("x"), {"org": "org_of_another"}, 503, "audit_unavailable"),
        (asking("x"), {"part": "input"}, 503, "audit_unavailable"),
    ],
)
async def test_an_edited_text_that_is_refused_not_valid_or_of_another_call_goes_nowhere(
    body: bytes, placed: dict[str, Any], status: int, code: str
) -> None:
    made = gateway(KEEPING)
    answer = await edited_to(made, body, **placed)
    assert (answer.status, json.loads(answer.body)["code"]) == (status, code)
    assert made.provider.asked == []
    assert recorded(made)[1].error == code


async def test_whether_it_is_streamed_is_not_for_the_reviewer_to_change() -> None:
    made = gateway(KEEPING)
    answer = await edited_to(made, asking("as edited", stream=True))
    assert answer.status == 200 and json.loads(made.provider.asked[0].body).get("stream") in (None, False)
