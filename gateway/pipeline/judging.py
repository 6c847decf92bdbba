"""Where texts are judged: on the event loop, but for large ones. A thread judges those, one after the other, so that
one caller's document does not keep all others waiting.

While the thread works the loop gets its turn every few milliseconds; to judge 10 MiB of prose takes some tenths of a
second, and texts made to be slow take seconds a mebibyte.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, TypeVar

from keeptrusts.gateway.policies.compile import CompiledChain
from keeptrusts.gateway.policies.protocol import RequestFacts
from keeptrusts.gateway.policies.run import ChainOutcome, Clock, chain_in_steps, run_chain
from keeptrusts.schemas.errors import Problem

T = TypeVar("T")
LARGE: Final = 16 * 1024
"""Characters from which texts are judged by the thread: less takes half a millisecond as it is read."""
MOST_WAITING: Final = 16
"""Pieces of work that may wait for the thread before further requests are refused."""
WAIT_S: Final = 30.0


class TooLongJudgedError(RuntimeError):
    """Texts that the thread did not get through in time."""


class JudgingThread:
    """Does one piece of work after the other. What nobody waits for any more is left out if it has not begun."""

    def __init__(self, wait_s: float = WAIT_S) -> None:
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="judging")
        self._wait_s = wait_s
        self._under_way: list[Future[Any]] = []

    @property
    def waiting(self) -> int:
        """How much work there is, with what is being done."""
        return len(self._not_done())

    async def done(self, work: Callable[[], T], size: int) -> T:
        """Have work done on texts of some size, at once where they are small.

        Raises TooLongJudgedError when it is not done in time, and whatever the work raises.
        """
        if size < LARGE:
            return work()
        future = self._threads.submit(work)
        self._under_way = [*self._not_done(), future]
        try:
            async with asyncio.timeout(self._wait_s):
                return await asyncio.wrap_future(future)
        except TimeoutError:
            raise TooLongJudgedError("texts were not judged in time") from None

    def _not_done(self) -> list[Future[Any]]:
        return [one for one in self._under_way if not one.done()]

    def close(self) -> None:
        """Take no more work and drop what has not begun; what has goes on, and nobody hears of it."""
        self._threads.shutdown(wait=False, cancel_futures=True)


async def judged(
    thread: JudgingThread, chain: CompiledChain, facts: RequestFacts, clock: Clock
) -> ChainOutcome | Problem:
    """Run a chain over texts of any size; a Problem when large ones were not judged in time, or too many requests wait.

    An answer waits however many do, for it is paid already: there are no more than there are calls under way.
    """
    review = facts.review
    size = 0 if review is None else review.size
    if size < LARGE:
        return run_chain(chain, facts, clock)
    if facts.phase == "input" and thread.waiting >= MOST_WAITING:
        return too_much()
    steps = chain_in_steps(chain, facts, clock)
    try:
        asked = next(steps)
        while True:
            asked = steps.send(await thread.done(asked, size))
    except StopIteration as ended:
        outcome: ChainOutcome = ended.value
        return outcome
    except TooLongJudgedError:
        return too_much()
    finally:
        steps.close()


def too_much() -> Problem:
    """Say that large texts come faster than they are judged."""
    message = "more large texts wait to be judged than the gateway gets through"
    return Problem(code="overloaded", message=message, fix="Retry later, or send less at once", retry_after_s=5)
