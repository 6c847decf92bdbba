"""Large texts are judged beside the event loop: nobody waits for the document of another, and nothing else changes."""

from __future__ import annotations

import asyncio
import json
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from support.gateway import PROVIDED, FakeConnection, FakeGateway, gateway, ok
from support.streams import CHAT, chat_chunk

from keeptrusts.gateway.detectors.rules import Finding
from keeptrusts.gateway.pipeline.judging import LARGE, MOST_WAITING, JudgingThread
from keeptrusts.gateway.pipeline.run import model_call
from keeptrusts.gateway.pipeline.values import Answer
from keeptrusts.gateway.policies.review import Review
from keeptrusts.schemas.events.request import RequestCompleted, RequestDecided
from keeptrusts.schemas.frozen import replace

WORD = "zebra-4711"
POLICY = """
pack: {name: texts, version: 1.0.0, enabled: true}
providers:
  targets: [{id: openai, provider: openai, secret_key_ref: {env: OPENAI_API_KEY}}]
policies:
  chain: [rate-limit, dlp-filter, audit-logger]
policy:
  rate-limit: {max_parallel_requests: PARALLEL}
  dlp-filter: {secrets: false, blocked_terms: [zebra-4711], action: redact, apply_to: WHERE}
  audit-logger: {capture: CAPTURE}
"""
HELD = "{human-oversight: {require_human_for: [medical_advice], action: block, phase: output}}, "
"""It counts words of a whole answer, so that nothing of a stream goes out before."""
IN_TIME_S = 20.0


@dataclass(slots=True)
class Looked:
    """Where texts were looked at. Large ones are looked at only once they are let."""

    let: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)
    threads: list[str] = field(default_factory=list)
    large: list[str] = field(default_factory=list)
    """The threads of the large ones."""


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Looked]:
    looked, findings = Looked(), Review.findings

    def watched(review: Review, rules: frozenset[str]) -> list[tuple[int, Finding]]:
        looked.threads.append(threading.current_thread().name)
        if review.size >= LARGE:
            looked.large.append(threading.current_thread().name)
            looked.begun.set()
            assert looked.let.wait(IN_TIME_S)
        return findings(review, rules)

    monkeypatch.setattr(Review, "findings", watched)
    yield looked
    looked.let.set()


def made_for(where: str = "input", *, parallel: int = 100, capture: str = "none", also: str = "") -> FakeGateway:
    policy = POLICY.replace("WHERE", where).replace("PARALLEL", str(parallel)).replace("CAPTURE", capture)
    return gateway(policy.replace("audit-logger]", f"{also}audit-logger]"))


def asking(text: str) -> bytes:
    return json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": text}]}).encode()


def large(word: str = WORD) -> str:
    return f"about {word} please. " + "a word and another " * (LARGE // 16)


def sent_text(made: FakeGateway, number: int = 0) -> str:
    text: str = json.loads(made.provider.asked[number].body)["messages"][0]["content"]
    return text


async def chat(made: FakeGateway, text: str, key: str = "engineering") -> Answer:
    return await model_call(made.services, made.call(key), FakeConnection(body=asking(text)), "chat")


async def begun(looked: Looked) -> None:
    assert await asyncio.to_thread(looked.begun.wait, IN_TIME_S)


async def test_only_large_texts_are_judged_by_the_thread_and_both_are_judged_alike(looked: Looked) -> None:
    made = made_for()
    looked.let.set()
    for text in (f"about {WORD} please. ", large()):
        answer = await chat(made, text)
        assert answer.status == 200 and answer.headers["x-keeptrusts-decision"] == "redact"
    assert looked.threads == [threading.current_thread().name, "judging_0"]
    assert sent_text(made) == "about [TERM] please. "
    assert sent_text(made, 1) == large("[TERM]")
    decisions = [one.data for one in made.publisher.events if isinstance(one.data, RequestDecided)]
    assert [result.findings for one in decisions for result in one.policies if result.findings] == [{"TERM": 1}] * 2


async def test_other_calls_are_answered_while_a_large_text_is_judged(looked: Looked) -> None:
    made = made_for()
    slow = asyncio.create_task(chat(made, large()))
    await begun(looked)
    assert [(await chat(made, "something short")).status for _ in range(5)] == [200] * 5
    assert not slow.done() and made.services.judging.waiting == 1
    looked.let.set()
    assert (await slow).status == 200 and made.services.judging.waiting == 0
    assert sent_text(made, 5) == large("[TERM]")


async def test_what_comes_when_too_many_large_texts_wait_is_refused_and_recorded(looked: Looked) -> None:
    made = made_for()
    waiting = [asyncio.create_task(chat(made, large())) for _ in range(MOST_WAITING // 2)]
    await begun(looked)
    assert made.services.judging.waiting == MOST_WAITING // 2
    before = len(made.publisher.events)
    refused = await chat(made, large())
    assert refused.status == 503 and refused.headers["Retry-After"] == "5"
    assert json.loads(refused.body)["error"]["code"] == "overloaded"
    decision, completion = (one.data for one in made.publisher.events[before:])
    assert isinstance(decision, RequestDecided) and isinstance(completion, RequestCompleted)
    assert decision.reason == "overloaded" and made.provider.asked == []
    looked.let.set()
    assert [one.status for one in await asyncio.gather(*waiting)] == [200] * (MOST_WAITING // 2)


async def test_whoever_sends_many_large_texts_leaves_places_and_turns_to_others(looked: Looked) -> None:
    made = made_for()
    greedy = [asyncio.create_task(chat(made, large())) for _ in range(MOST_WAITING)]
    await begun(looked)
    other = asyncio.create_task(chat(made, large(), "support"))
    third = asyncio.create_task(chat(made, large(), "organization"))
    await asyncio.sleep(0)
    looked.let.set()
    assert ((await other).status, (await third).status) == (200, 200)
    answered = [
        one for one in made.publisher.events if isinstance(one.data, RequestCompleted) and one.data.status == 200
    ]
    teams = [one.data.identity.team for one in answered if isinstance(one.data, RequestCompleted)]
    assert teams[:3] == ["team_engineering", "team_support", None], "each has a turn before anybody has a second one"
    statuses = [one.status for one in await asyncio.gather(*greedy)]
    assert statuses.count(200) == statuses.count(503) == MOST_WAITING // 2


async def test_places_are_shared_out_so_that_one_is_left_for_whoever_has_none() -> None:
    thread, let = JudgingThread(), threading.Event()
    taken: dict[str, int] = {}
    pieces: list[asyncio.Task[bool]] = []
    for name in "abcd":
        whose = ("org", name)
        while thread.has_place(whose):
            pieces.append(asyncio.create_task(thread.done(lambda: let.wait(IN_TIME_S), LARGE, whose)))
            await asyncio.sleep(0)
            taken[name] = taken.get(name, 0) + 1
    assert taken == {"a": 8, "b": 4, "c": 2, "d": 1} and thread.waiting == MOST_WAITING - 1
    let.set()
    assert all(await asyncio.gather(*pieces)) and thread.waiting == 0
    thread.close()


async def test_work_that_fails_is_heard_of_and_the_next_is_done() -> None:
    def failing() -> None:
        raise ValueError("no")

    thread, whose = JudgingThread(), ("org", "a")
    failed, fine = asyncio.create_task(thread.done(failing, LARGE, whose)), thread.done(lambda: 7, LARGE, whose)
    assert await fine == 7
    with pytest.raises(ValueError, match="no"):
        await failed
    thread.close()


async def test_a_call_that_is_given_up_lets_go_of_what_it_was_lent(looked: Looked) -> None:
    made = made_for(parallel=1)
    left = asyncio.create_task(chat(made, large()))
    await begun(looked)
    assert (await chat(made, "something short")).status == 429
    left.cancel()
    await asyncio.gather(left, return_exceptions=True)
    assert (await chat(made, "something short")).status == 200


async def test_a_text_that_is_not_judged_in_time_is_refused_and_lets_go_of_what_it_was_lent(looked: Looked) -> None:
    made = made_for(parallel=1)
    made.services = replace(made.services, judging=JudgingThread(wait_s=0.01))
    late = await chat(made, large())
    assert late.status == 503 and json.loads(late.body)["error"]["code"] == "overloaded" and made.provider.asked == []
    looked.let.set()
    assert (await chat(made, "something short")).status == 200


async def test_what_nobody_waits_for_any_more_is_never_begun(looked: Looked) -> None:
    made = made_for()
    first, second = (asyncio.create_task(chat(made, large())) for _ in range(2))
    await begun(looked)
    assert made.services.judging.waiting == 2
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    assert made.services.judging.waiting == 1
    looked.let.set()
    assert (await first).status == 200 and looked.threads == ["judging_0"]


async def test_a_large_answer_is_judged_beside_the_loop(looked: Looked) -> None:
    made = made_for("output")
    made.provider.result = answering(large())
    slow = asyncio.create_task(chat(made, "something short"))
    await begun(looked)
    made.provider.result = answering("a short one")
    assert (await chat(made, "something short")).status == 200 and not slow.done()
    looked.let.set()
    assert json.loads((await slow).body)["choices"][0]["message"]["content"] == large("[TERM]")


async def test_a_large_answer_that_is_not_judged_in_time_is_refused_and_paid(looked: Looked) -> None:
    made = made_for("output")
    made.services = replace(made.services, judging=JudgingThread(wait_s=0.01))
    made.provider.result = answering(large())
    answer = await chat(made, "something short")
    assert answer.status == 503 and WORD.encode() not in answer.body
    completion = made.publisher.events[-1].data
    assert isinstance(completion, RequestCompleted) and completion.cost


@pytest.mark.parametrize("whose", ["request", "answer"])
async def test_a_large_text_is_taken_out_of_what_is_kept_beside_the_loop(looked: Looked, whose: str) -> None:
    made = made_for("input", capture="redacted")
    looked.let.set()
    if whose == "answer":
        made.provider.result = answering(large())
    answer = await chat(made, large() if whose == "request" else "something short")
    assert answer.status == 200
    assert looked.large == ["judging_0"] * (2 if whose == "request" else 1)


@pytest.mark.parametrize("held", [False, True])
async def test_the_end_of_a_long_stream_is_judged_beside_the_loop(looked: Looked, held: bool) -> None:
    made = made_for("output", also=HELD if held else "")
    made.provider.pieces = streamed(large())
    slow = asyncio.create_task(stream(made))
    await begun(looked)
    assert (await chat(made, "something short")).status == 200 and not slow.done()
    looked.let.set()
    assert b"[TERM]" in await slow and set(looked.large) == {"judging_0"}


async def test_a_long_stream_whose_end_is_not_judged_in_time_ends_with_an_error(looked: Looked) -> None:
    made = made_for("output")
    made.services = replace(made.services, judging=JudgingThread(wait_s=0.01))
    made.provider.pieces = streamed(large())
    assert b'"code":"overloaded"' in await stream(made)
    completion = made.publisher.events[-1].data
    assert isinstance(completion, RequestCompleted) and completion.error == "overloaded"


async def test_the_loop_turns_while_a_text_made_to_be_slow_is_judged() -> None:
    made = gateway("policies: {chain: [pii-detector]}\npolicy: {pii-detector: {action: redact}}\n")
    draw = random.Random(20_261_122)
    numbers = (f"{draw.randrange(10**10):010}" for _ in range(8_000))
    text = " ".join(f"{one[:3]} {one[3:6]} {one[6:]}" for one in numbers)
    slow, turns = asyncio.create_task(chat(made, text)), 0
    while not slow.done():
        turns += 1
        await asyncio.sleep(0.001)
    assert (await slow).headers["x-keeptrusts-decision"] == "redact"
    assert turns > 20, "judged on the loop, it has two turns"


async def stream(made: FakeGateway) -> bytes:
    """Give all that the caller gets of a stream."""
    body = json.dumps({"model": "gpt-4o", "stream": True, "messages": [{"role": "user", "content": "short"}]}).encode()
    connection = FakeConnection(body=body)
    await model_call(made.services, made.call("engineering"), connection, "chat")
    return b"".join(connection.sent) + (connection.last or b"")


def streamed(text: str) -> list[Any]:
    """Give a stream of the pieces of a text."""
    pieces = [text[at : at + 400] for at in range(0, len(text), 400)]
    return [*map(chat_chunk, pieces), chat_chunk("", "stop"), *CHAT.pieces[-2:]]


def answering(text: str) -> Any:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return ok({**PROVIDED, "choices": [choice]})
