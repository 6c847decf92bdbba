"""A parent and a worker ask each other; the end of one side is the other's error, at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from keeptrusts.cli.gateway_service.channel import Channel, ChannelError, open_channel, pair

PATIENCE_S = 5.0


async def answering(question: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
    if question == "fail":
        raise ValueError("no such thing")
    if question == "wait":
        await asyncio.Event().wait()
    return {"asked": question, **values}


@asynccontextmanager
async def two_ends() -> AsyncIterator[tuple[Channel, Channel]]:
    one, other = [await open_channel(end, answering) for end in pair()]
    running = [asyncio.create_task(end.run()) for end in (one, other)]
    try:
        yield one, other
    finally:
        one.close()
        other.close()
        await asyncio.gather(*running)


async def test_both_sides_ask_at_once_and_large_answers_arrive_whole() -> None:
    large = "x" * 3_000_000
    async with two_ends() as (one, other):
        answers = await asyncio.gather(
            *(one.ask("a", timeout_s=PATIENCE_S, number=number) for number in range(20)),
            other.ask("b", timeout_s=PATIENCE_S, text=large),
        )
    assert [answer["number"] for answer in answers[:20]] == list(range(20))
    assert answers[20] == {"asked": "b", "text": large}


async def test_a_failure_and_a_silence_are_errors_and_the_channel_goes_on() -> None:
    async with two_ends() as (one, _):
        with pytest.raises(ChannelError, match="no such thing"):
            await one.ask("fail", timeout_s=PATIENCE_S)
        with pytest.raises(ChannelError, match=r"wait within 0\.05 s"):
            await one.ask("wait", timeout_s=0.05)
        assert await one.ask("again", timeout_s=PATIENCE_S) == {"asked": "again"}


async def test_the_end_of_the_other_side_is_noticed_by_who_waits_and_by_who_asks_later() -> None:
    async with two_ends() as (one, other):
        waiting = asyncio.create_task(one.ask("wait", timeout_s=PATIENCE_S))
        await one.ask("first", timeout_s=PATIENCE_S)  # the question before it has arrived by now
        other.close()
        with pytest.raises(ChannelError, match="gone"):
            await waiting
        async with asyncio.timeout(PATIENCE_S):
            await one.ended.wait()
        with pytest.raises(ChannelError, match="gone"):
            await one.ask("later", timeout_s=PATIENCE_S)
