"""Streams through the pipeline: the end is held back until it is recorded, and whatever breaks is said and recorded."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from support.gateway import FakeConnection, FakeGateway, gateway, ok
from support.streams import ANTHROPIC, CHAT, STREAMS, StreamCase, chat_chunk, data

from keeptrusts.gateway.pipeline.run import model_call
from keeptrusts.gateway.pipeline.values import Answer, IncomingCall
from keeptrusts.gateway.providers.protocol import FailureKind, ProviderFailure
from keeptrusts.schemas.errors import Problem
from keeptrusts.schemas.events.request import RequestCompleted, RequestDecided
from keeptrusts.schemas.publishing import Ack, AckUnknownError
from keeptrusts.stream_processors.authority.money.deadlines import ABANDONED_AFTER_MS

POLICY = (
    "policies:\n  chain: [audit-logger]\nproviders:\n  targets:\n"
    "    - {id: openai, provider: openai}\n    - {id: anthropic, provider: anthropic}\n"
)
SECRETS = {"OPENAI_API_KEY": "sk-real", "ANTHROPIC_API_KEY": "sk-ant-real"}
COST = 100 * 2_500 + 10 * 10_000
"""Of 100 tokens in and 10 out of gpt-4o, in nano-USD."""


def made_for(case: StreamCase, pieces: list[bytes | ProviderFailure] | None = None) -> FakeGateway:
    made = gateway(POLICY, environment=SECRETS)
    made.provider.pieces = list(case.pieces) if pieces is None else pieces
    return made


def connected(made: FakeGateway, case: StreamCase, stays: int | None = None) -> FakeConnection:
    return FakeConnection(body=case.body, stays=stays, publisher=made.publisher)


async def streamed(made: FakeGateway, case: StreamCase, connection: FakeConnection) -> Answer:
    plain = made.call("engineering")
    call = IncomingCall(
        request=plain.request, endpoint=case.endpoint, headers=plain.headers, started_ns=plain.started_ns
    )
    return await model_call(made.services, call, connection, case.api)


def only_completion(made: FakeGateway) -> RequestCompleted:
    decisions = [event for event in made.publisher.events if isinstance(event.data, RequestDecided)]
    [completion] = [event.data for event in made.publisher.events if isinstance(event.data, RequestCompleted)]
    assert len(decisions) == 1
    return completion


def said_in(case: StreamCase, frame: bytes) -> dict[str, Any]:
    """The error event that ends a stream, checked to be of the caller's API."""
    lines = dict(line.split(b": ", 1) for line in frame.strip().split(b"\n"))
    document: dict[str, Any] = json.loads(lines[b"data"])
    if case.api == "chat":
        error: dict[str, Any] = document["error"]
        assert b"event" not in lines
        return error
    assert lines[b"event"] == b"error" and document["type"] == "error"
    return document if case.api == "responses" else document["error"]


@pytest.mark.parametrize("case", STREAMS, ids=[case.api for case in STREAMS])
async def test_the_end_is_sent_only_after_its_completion_is_recorded(case: StreamCase) -> None:
    made = made_for(case)
    connection = connected(made, case)
    answer = await streamed(made, case, connection)
    assert answer.status == 200 and answer.body == b""
    assert connection.recorded_at_end == 2, "decision and completion were in the log when the end was sent"
    assert case.end not in b"".join(connection.sent)
    assert connection.last is not None
    comment, _, tail = connection.last.partition(b"\n\n")
    assert comment.startswith(b": keeptrusts-position=0:1") and case.end in tail
    completion = only_completion(made)
    assert completion.usage is not None and completion.cost is not None
    assert (completion.usage.input_tokens, completion.usage.output_tokens) == (100, 10)
    if case.model == "gpt-4o":
        assert completion.cost == COST and b" keeptrusts-cost=0.00035" in comment
    assert (completion.status, completion.error, completion.client_gone) == (200, None, False)
    assert connection.headers["x-keeptrusts-decision-position"] == "0:0"
    assert "x-keeptrusts-position" not in connection.headers
    assert made.provider.stream is not None and made.provider.stream.closed


@pytest.mark.parametrize("case", STREAMS, ids=[case.api for case in STREAMS])
async def test_a_caller_that_leaves_after_any_piece_stops_the_provider_and_is_recorded_once(case: StreamCase) -> None:
    whole = connected(made_for(case), case)
    await streamed(made_for(case), case, whole)
    assert len(whole.sent) >= 2
    for stays in range(len(whole.sent)):
        made = made_for(case)
        connection = connected(made, case, stays=stays)
        await streamed(made, case, connection)
        assert made.provider.stream is not None and made.provider.stream.closed, f"left after {stays}"
        completion = only_completion(made)
        assert (completion.status, completion.client_gone, completion.error) == (200, True, None)
        assert completion.cost is None and completion.cost_state == "unpriced", "nobody knows what it cost"
        assert connection.last is None and connection.broken_off


async def test_a_caller_that_leaves_before_the_end_marker_is_billed_what_was_reported() -> None:
    class Leaving(FakeConnection):
        async def end(self, data: bytes) -> None:
            self.gone = True
            await FakeConnection.end(self, data)

    made = made_for(CHAT)
    leaving = Leaving(body=CHAT.body, publisher=made.publisher)
    await streamed(made, CHAT, leaving)
    completion = only_completion(made)
    assert (completion.cost, completion.cost_state) == (COST, "priced")
    assert leaving.broken_off and leaving.last is None


def cut(kind: FailureKind) -> ProviderFailure:
    return ProviderFailure(kind=kind, reason="the connection to the provider broke", billed=True, elapsed_us=9_000)


@pytest.mark.parametrize("case", STREAMS, ids=[case.api for case in STREAMS])
@pytest.mark.parametrize(("kind", "code"), [("cut", "upstream_error"), ("timeout", "upstream_timeout")])
async def test_a_stream_that_breaks_off_ends_with_an_error_and_never_as_if_complete(
    case: StreamCase, kind: FailureKind, code: str
) -> None:
    for number in range(1, len(case.pieces)):
        made = made_for(case, [*case.pieces[:number], cut(kind)])
        connection = connected(made, case)
        await streamed(made, case, connection)
        completion = only_completion(made)
        if case.api == "chat" and number == len(case.pieces) - 1:
            assert completion.error == code, "all chunks without an end marker are not a whole"
        assert (completion.status, completion.error, completion.cost_state) == (200, code, "unpriced")
        assert connection.last is not None and case.end not in connection.last
        shown = said_in(case, connection.last)
        assert shown.get("code") == code and "req_" in shown["message"]
        assert connection.recorded_at_end == 2


async def test_a_stream_that_just_stops_is_not_taken_for_a_whole_one() -> None:
    made = made_for(CHAT, list(CHAT.pieces[:-1]))
    connection = connected(made, CHAT)
    await streamed(made, CHAT, connection)
    assert only_completion(made).error == "upstream_error"
    assert (
        connection.last is not None and b"[DONE]" not in connection.last and b"broke its stream off" in connection.last
    )


GARBAGE = {
    "no JSON": b"data: {not json\n\n",
    "no object": b"data: [1]\n\n",
    "no chunk": b'data: {"a": 1}\n\n',
    "no text": b"data: \xff\xfe\n\n",
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE.keys())
async def test_garbage_within_a_stream_ends_it_with_an_error_that_does_not_repeat_it(garbage: bytes) -> None:
    made = made_for(CHAT, [chat_chunk("One"), garbage, *CHAT.pieces[1:]])
    connection = connected(made, CHAT)
    await streamed(made, CHAT, connection)
    assert only_completion(made).error == "upstream_error"
    assert connection.last is not None
    assert said_in(CHAT, connection.last)["code"] == "upstream_error"
    assert garbage.removeprefix(b"data: ").strip() not in connection.last
    assert made.provider.stream is not None and made.provider.stream.closed


async def test_an_error_that_the_provider_reports_within_the_stream_reaches_the_caller_as_its_end() -> None:
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    pieces = [*ANTHROPIC.pieces[:3], b"event: error\n" + data(error)]
    made = made_for(ANTHROPIC, pieces)
    connection = connected(made, ANTHROPIC)
    await streamed(made, ANTHROPIC, connection)
    assert connection.last is not None and b"overloaded_error" in connection.last
    completion = only_completion(made)
    assert (completion.status, completion.error) == (200, "upstream_error")


async def test_an_answer_that_is_no_event_stream_is_a_failure_of_the_provider() -> None:
    made = made_for(CHAT)
    made.provider.stream_type = "text/html"
    answer = await streamed(made, CHAT, connected(made, CHAT))
    assert answer.status == 502 and json.loads(answer.body)["code"] == "upstream_error"
    assert only_completion(made).status == 502
    assert made.provider.stream is not None and made.provider.stream.closed


async def test_a_refusal_of_the_provider_keeps_its_status_when_a_stream_was_wanted() -> None:
    made = gateway(POLICY, environment=SECRETS)
    made.provider.result = ok({"error": {"message": "too long", "type": "invalid_request_error"}}, status=400)
    connection = connected(made, CHAT)
    answer = await streamed(made, CHAT, connection)
    assert answer.status == 400 and answer.headers["x-should-retry"] == "false"
    assert connection.headers == {} and only_completion(made).cost_state == "none"


async def test_a_completion_the_log_does_not_take_means_an_error_instead_of_the_end_and_follows_later() -> None:
    made = made_for(CHAT)
    append = made.publisher.append
    lost: list[object] = []

    async def completion_is_lost(*events: Any, deadline_s: float) -> tuple[Ack, ...]:
        if made.publisher.events and not lost:
            lost.append(events)
            raise AckUnknownError("no acknowledgement")
        return await append(*events, deadline_s=deadline_s)

    object.__setattr__(made.publisher, "append", completion_is_lost)
    connection = connected(made, CHAT)
    await streamed(made, CHAT, connection)
    assert connection.last is not None and b"[DONE]" not in connection.last
    assert said_in(CHAT, connection.last)["code"] == "audit_unavailable"
    await made.services.late_records.drain(5)
    assert only_completion(made).cost == COST


async def test_a_decision_the_log_does_not_take_opens_no_stream() -> None:
    made = made_for(CHAT)
    made.publisher.refusing = True
    connection = connected(made, CHAT)
    answer = await streamed(made, CHAT, connection)
    assert answer.status == 503 and made.provider.asked == [] and connection.headers == {}


async def test_a_body_that_could_not_be_read_opens_no_stream() -> None:
    made = made_for(CHAT)
    connection = FakeConnection(body=Problem(code="request_timeout", message="slow", fix="Send faster"))
    answer = await streamed(made, CHAT, connection)
    assert answer.status == 408 and made.provider.asked == []


LYING_USAGE: list[tuple[str, list[object], int | None]] = [
    ("missing", [], None),
    ("negative", [{"prompt_tokens": -1, "completion_tokens": 10}], None),
    ("no number", [{"prompt_tokens": "many", "completion_tokens": 10}], None),
    ("beyond any count", [{"prompt_tokens": 2**64, "completion_tokens": 1}], None),
    ("more than can be paid", [{"prompt_tokens": 2**62, "completion_tokens": 2**62}], None),
    ("a part larger than the whole", [{"prompt_tokens": 100, "completion_tokens": 10,
                                       "prompt_tokens_details": {"cached_tokens": 900}}], 100 * 1_250 + 100_000),
    ("twice", [{"prompt_tokens": 1, "completion_tokens": 1}, {"prompt_tokens": 100, "completion_tokens": 10}], COST),
]  # fmt: skip


@pytest.mark.parametrize(("what", "reports", "cost"), LYING_USAGE, ids=[case[0] for case in LYING_USAGE])
async def test_lying_usage_never_breaks_a_call_and_never_gives_a_price_it_does_not_bear(
    what: str, reports: list[object], cost: int | None
) -> None:
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o", "choices": []}
    usage = [data({**chunk, "usage": report}) for report in reports]
    made = made_for(CHAT, [*CHAT.pieces[:3], *usage, CHAT.end])
    connection = connected(made, CHAT)
    await streamed(made, CHAT, connection)
    completion = only_completion(made)
    assert (completion.status, completion.error, completion.cost) == (200, None, cost)
    assert completion.cost_state == ("unpriced" if cost is None else "priced")
    plain = gateway(POLICY, environment=SECRETS)
    plain.provider.result = ok({"choices": [], "model": "gpt-4o", "usage": reports[-1] if reports else None})
    body = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}).encode()
    answer = await model_call(plain.services, plain.call("engineering"), FakeConnection(body=body), "chat")
    assert answer.status == 200 and only_completion(plain).cost == cost


async def test_what_follows_the_end_of_a_stream_is_not_waited_for_forever() -> None:
    made = made_for(CHAT, [*CHAT.pieces, *[b": still here\n\n"] * 1_000])

    def later() -> int:
        made.clock.ns += 50_000_000
        return made.clock.ns

    made = replace_clock(made, later)
    await streamed(made, CHAT, connected(made, CHAT))
    assert only_completion(made).cost == COST
    assert made.provider.stream is not None and len(made.provider.stream.pieces) > 900


async def test_a_stream_ends_before_the_authority_would_give_it_up() -> None:
    made = made_for(CHAT, [chat_chunk("One")] * 10_000)
    assert made.services.settings.longest_stream_s * 1_000 < ABANDONED_AFTER_MS

    def later() -> int:
        made.clock.ns += 100_000_000
        return made.clock.ns

    made = replace_clock(made, later)
    connection = connected(made, CHAT)
    await streamed(made, CHAT, connection)
    assert only_completion(made).error == "upstream_timeout"
    assert connection.last is not None and b"lasted too long" in connection.last


def replace_clock(made: FakeGateway, now_ns: Callable[[], int]) -> FakeGateway:
    return replace(made, services=replace(made.services, now_ns=now_ns))
