"""Where texts are judged: on the event loop, but for large ones. A thread judges those, one after the other, so that
one caller's document does not keep all others waiting. Callers have their turns: who sends ten is served as often as
who sends one, and leaves room for others to wait.

While the thread works the loop gets its turn every few milliseconds; to judge 10 MiB of prose takes some tenths of a
second, and texts made to be slow take seconds a mebibyte.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final, Protocol, TypeVar

import msgspec

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

Whose = tuple[str, str | None]
"""Whose texts are judged, as far as turns go: an organization, and a key of it or a user."""


class TooLongJudgedError(RuntimeError):
    """Texts that the thread did not get through in time."""


class Asker(Protocol):
    """Who sent a call, or what policies know of it."""

    @property
    def org(self) -> str: ...
    @property
    def key_id(self) -> str | None: ...
    @property
    def user(self) -> str | None: ...


def whose(asker: Asker) -> Whose:
    """Give whose turn a call takes."""
    return asker.org, asker.key_id or asker.user


class _Piece(msgspec.Struct, eq=False):
    """One piece of work, and who waits for it."""

    work: Callable[[], Any]
    result: asyncio.Future[Any]


class _Turn(msgspec.Struct, eq=False):
    """What the thread is doing, and what else waits of the same caller until its next turn."""

    whose: Whose
    piece: _Piece
    rest: deque[_Piece]


class JudgingThread:
    """Does one piece of work after the other, of each caller in turn. What nobody waits for any more is left out."""

    def __init__(self, wait_s: float = WAIT_S) -> None:
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="judging")
        self._wait_s = wait_s
        self._queues: dict[Whose, deque[_Piece]] = {}
        """What waits, by callers in the order of their turns; none is empty, and the present turn's is not here."""
        self._turn: _Turn | None = None

    @property
    def waiting(self) -> int:
        """How much work there is, with what is being done, unless nobody waits for that any more."""
        turn = self._turn
        return sum(map(len, self._queues.values())) + (0 if turn is None else self._waiting_of(turn.whose))

    def has_place(self, whose: Whose) -> bool:
        """Say whether one more piece of a caller may wait: while it has fewer than there are places left.

        So one caller alone gets half of the places, the next one half of what is left, and so on; who has none waits
        as long as there is any. (The rule is known as dynamic threshold, from buffers that ports of a switch share.)
        """
        return self._waiting_of(whose) < MOST_WAITING - self.waiting

    async def done(self, work: Callable[[], T], size: int, whose: Whose) -> T:
        """Have work done on a caller's texts of some size, at once where they are small.

        Raises TooLongJudgedError when it is not done in time, and whatever the work raises.
        """
        if size < LARGE:
            return work()
        piece = _Piece(work, asyncio.get_running_loop().create_future())
        self._queue_of(whose).append(piece)
        self._begin_next()
        try:
            async with asyncio.timeout(self._wait_s):
                result: T = await piece.result
                return result
        except TimeoutError:
            raise TooLongJudgedError("texts were not judged in time") from None
        finally:
            self._leave(whose, piece)

    def close(self) -> None:
        """Take no more work and drop what has not begun; what has goes on, and nobody hears of it."""
        self._queues.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _begin_next(self) -> None:
        if self._turn is not None or not self._queues:
            return
        whose = next(iter(self._queues))
        queue = self._queues.pop(whose)
        piece = queue.popleft()
        self._turn = turn = _Turn(whose, piece, queue)
        done = asyncio.get_running_loop().run_in_executor(self._threads, piece.work)
        done.add_done_callback(partial(self._ended, turn))

    def _ended(self, turn: _Turn, done: asyncio.Future[Any]) -> None:
        self._turn = None
        if turn.rest:
            self._queues[turn.whose] = turn.rest  # behind all who came meanwhile
        error = None if done.cancelled() else done.exception()  # asked for in any case: else it is said to be lost
        result = turn.piece.result
        if not result.done():
            if error is not None:
                result.set_exception(error)
            elif not done.cancelled():
                result.set_result(done.result())
        self._begin_next()

    def _leave(self, whose: Whose, piece: _Piece) -> None:
        """Take a piece out that has not begun."""
        queue = self._queue_of(whose)
        if piece in queue:
            queue.remove(piece)
        if not queue:
            self._queues.pop(whose, None)

    def _queue_of(self, whose: Whose) -> deque[_Piece]:
        if self._turn is not None and self._turn.whose == whose:
            return self._turn.rest
        return self._queues.setdefault(whose, deque())

    def _waiting_of(self, whose: Whose) -> int:
        turn = self._turn
        if turn is None or turn.whose != whose:
            return len(self._queues.get(whose, ()))
        return len(turn.rest) + (not turn.piece.result.done())


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
    if facts.phase == "input" and not thread.has_place(whose(facts)):
        return too_much()
    steps = chain_in_steps(chain, facts, clock)
    try:
        asked = next(steps)
        while True:
            asked = steps.send(await thread.done(asked, size, whose(facts)))
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
