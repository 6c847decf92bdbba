"""Workers that share rate limits in virtual time: the real policy, desk and authority on a simulated log.

What is asked of them is counted by the clock of the world, which no part of them sees.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from keeptrusts.gateway.pipeline.counters import ShareCounters
from keeptrusts.gateway.pipeline.own_events import OwnEvents
from keeptrusts.gateway.pipeline.share_desk import WAIT_S, ShareDesk
from keeptrusts.gateway.policies.protocol import Decision, RequestFacts
from keeptrusts.gateway.policies.rate_limit import STATIC_SHARE, RateLimit, WorkerShare
from keeptrusts.gateway.policies.shares import ShareBook, Sharing
from keeptrusts.gateway.state.grants import GrantsInbox
from keeptrusts.schemas import topics
from keeptrusts.schemas.ids import Ids
from keeptrusts.schemas.policy_document.kinds.limits import RateLimitOptions
from keeptrusts.schemas.record import Record
from keeptrusts.stream_processors.runtime.protocol import OutputRecord
from tests.simulation.log import START_MS, Broker, SimulatedLedger, SimulatedPublisher, Weather

ORG = "org_sim"
CALM = Weather(lost=0, late=0, unheard=0, refused=0, slow=0)
WINDOW_S = 60.0


@dataclass(slots=True)
class Seen:
    """What calls met: moments of those let through by caller, and how many were refused, for which reason."""

    admitted: dict[str, list[float]] = field(default_factory=dict)
    by_broker: dict[str, list[float]] = field(default_factory=dict)
    """The same moments by the broker's clock, which is set back and right again."""
    static: int = 0
    parallel: Counter[str] = field(default_factory=Counter)
    most_parallel: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return sum(map(len, self.admitted.values()))

    def most_within(self, seconds: float) -> int:
        """Give the most calls of one caller within any so many seconds; a microsecond less is rounding of the clock."""
        return max(most_within(moments, seconds - 1e-6) for moments in self.admitted.values())

    def most_within_by_broker(self, seconds: float) -> int:
        """Give the most calls of one caller within any so many seconds of the broker's clock."""
        return max(most_within(moments, seconds) for moments in self.by_broker.values())


def most_within(moments: list[float], seconds: float) -> int:
    """Give the most of some moments within any so many seconds."""
    most, start, ordered = 0, 0, sorted(moments)
    for end, at in enumerate(ordered):
        while at - ordered[start] >= seconds:
            start += 1
        most = max(most, end - start + 1)
    return most


class ShareWorker:
    """One worker process. ``kill`` ends it without a word; another one takes its place with empty counts."""

    def __init__(self, name: str, broker: Broker, seed: object, weather: Weather, options: RateLimitOptions) -> None:
        self._name, self._broker = name, broker
        self._chance = Random(f"{seed}/{name}")
        self.publisher = SimulatedPublisher(name, broker, self._chance, weather)
        self._lives = 0
        self._task: asyncio.Task[None] | None = None
        self.options = options
        self._begin()

    def _begin(self) -> None:
        self._lives += 1
        self._ended = asyncio.Event()
        holder = f"{self._name}-{self._lives}"
        self.book, self.counters = ShareBook(), ShareCounters()
        self.desk = ShareDesk(
            book=self.book,
            events=OwnEvents(
                publisher=self.publisher,
                ids=Ids(now_ms=self._broker.now_ms, entropy=self._chance.randbytes),
                gateway=self._name,
                now=_now,
            ),
            holder=holder,
            now_ns=_now_ns,
            counters=self.counters,
        )
        desk = self.desk

        def tell(record: Record) -> None:
            desk.tell(record)

        self._inbox = GrantsInbox(incarnation=lambda: "-", anyone_waits=lambda: False, tell=tell, process=holder)
        self._sharing = Sharing(scope="rate-limit/all", book=self.book)
        self.policy = RateLimit(self.options, WorkerShare(), sharing=self._sharing)

    def reload(self, options: RateLimitOptions) -> None:
        """Go on under other numbers."""
        self.options, before = options, self.policy
        self.policy = RateLimit(options, WorkerShare(), before, self._sharing)

    def start(self) -> None:
        self._task = asyncio.create_task(self.desk.run())

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def kill(self) -> None:
        """kill -9, and a process in its place."""
        self.stop()
        self.publisher.renew()
        self._ended.set()
        self._begin()
        self.start()

    async def lasting(self, seconds: float) -> None:
        """Wait as long as a call lasts; its process ends it early."""
        try:
            async with asyncio.timeout(seconds):
                await self._ended.wait()
        except TimeoutError:
            pass

    def read(self, output: OutputRecord) -> None:
        """Take in what the ledger writes; a paused worker reads when it wakes up."""
        loop = asyncio.get_running_loop()
        if self.publisher.paused_until_s > loop.time():
            loop.call_at(self.publisher.paused_until_s, self.read, output)
        elif output.topic == topics.GRANTS.name:
            self._inbox.apply(0, 0, output.value, loop.time())

    async def decide(self, caller: str, tokens: int = 1) -> Decision:
        """Decide about one call as the pipeline does: wait for shares while there is time, then by what is there."""
        facts = RequestFacts(org=ORG, key_id=caller, input_bytes=4 * (tokens - 1))
        until_s = asyncio.get_running_loop().time() + WAIT_S
        while (left_s := until_s - asyncio.get_running_loop().time()) > 0:
            wants = self.policy.lacking(facts, _now_ns()) if self.desk.answers else ()
            if not wants:
                break
            await self.desk.wait(wants, left_s)
        return self.policy.evaluate(facts, _now_ns())


class World:
    """Workers, a log and an authority from one seed."""

    def __init__(self, seed: object, *, workers: int, weather: Weather = CALM, **limits: object) -> None:
        self.chance = Random(f"{seed}/world")
        self.broker = Broker()
        self.ledger = SimulatedLedger(self.broker, Random(f"{seed}/ledger"))
        options = RateLimitOptions.model_validate(limits)
        self.workers = [ShareWorker(f"w{number}", self.broker, seed, weather, options) for number in range(workers)]
        self.seen = Seen()
        self._folding: asyncio.Task[None] | None = None

    async def __aenter__(self) -> World:
        self._folding = asyncio.create_task(self.ledger.run())
        self.ledger.readers += [worker.read for worker in self.workers]
        for worker in self.workers:
            worker.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        for worker in self.workers:
            worker.stop()
        folding = self._folding
        if folding is not None:
            if folding.done():
                folding.result()  # it never ends by itself
            folding.cancel()

    async def call(self, worker: ShareWorker, caller: str, *, lasts_s: float = 0.0, tokens: int = 1) -> bool:
        """Make one call; says whether it was let through."""
        loop, seen, life = asyncio.get_running_loop(), self.seen, worker.desk
        decision = await worker.decide(caller, tokens)
        if worker.desk is not life:
            return False  # its process has ended
        if decision.result != "allow":
            seen.refused[decision.reason or ""] += 1
            return False
        if decision.reason == STATIC_SHARE:
            seen.static += 1
        else:
            seen.admitted.setdefault(caller, []).append(loop.time())
            seen.by_broker.setdefault(caller, []).append(self.broker.now_ms() / 1000)
            seen.parallel[caller] += 1
            seen.most_parallel[caller] = max(seen.most_parallel[caller], seen.parallel[caller])
        await worker.lasting(lasts_s)
        if decision.reason != STATIC_SHARE:
            seen.parallel[caller] -= 1
        if decision.permit is not None:
            decision.permit.finish(tokens=tokens, now_ns=_now_ns())
        return True


def _now() -> datetime:
    return datetime.fromtimestamp(START_MS / 1000, UTC) + timedelta(seconds=asyncio.get_event_loop().time())


def _now_ns() -> int:
    return round(asyncio.get_event_loop().time() * 1e9) + 1_000_000_000
