"""Everything goes wrong while callers of every kind are served; afterwards an audit of all that was left behind.

Short within `make test`; `make chaos` repeats it for CHAOS_SECONDS, with longer outages and more of them. The seed is
printed; CHAOS_SEED repeats the same callers and the same order of disturbances.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable
from resource import RLIM_INFINITY, RLIMIT_FSIZE, prlimit

import pytest
from support.callers import Crowd, Door
from support.checker import Evidence, as_table, check, leaks
from support.freezing import freeze, thaw
from support.left_behind import everything, read_log, read_rows
from support.stack import Stack
from support.trace_collector import TraceCollector

SHORT_S = 20.0
SECONDS = float(os.environ.get("CHAOS_SECONDS", SHORT_S))
LONG = SECONDS > SHORT_S
CALLERS = 16 if LONG else 8
RECOVERY_S = 90.0
PROMPT = "canary-prompt-58213-of-which-nobody-but-the-provider-may-hear"
ANSWER = "that was written before it and nothing"
pytestmark = pytest.mark.asyncio(loop_scope="module")


class Disturber:
    """Breaks one part at a time and waits until calls are answered again; remembers when it killed the gateway."""

    def __init__(self, stack: Stack, crowd: Crowd) -> None:
        self._stack = stack
        self._crowd = crowd
        self.gateway_killed_ms: list[int] = []

    async def freeze_kafka(self) -> None:
        await self._freeze("kafka", 30.0 if LONG else 3.0)

    async def freeze_processors(self) -> None:
        """Long enough, in the long form, for the directory's heartbeat to become stale."""
        await self._freeze("processors", 75.0 if LONG else 2.0)

    async def kill_kafka(self) -> None:
        await self._kill("kafka")

    async def kill_processors(self) -> None:
        await self._kill("processors")

    async def kill_api(self) -> None:
        await self._kill("api")

    async def kill_gateway(self) -> None:
        self.gateway_killed_ms.append(await self._kill("gateway"))

    async def fill_the_disk_of_kafka(self) -> None:
        """No file of the broker may grow any more, which is what a full disk looks like to it."""
        await self._fill("kafka")

    async def fill_the_disk_of_the_api(self) -> None:
        """Then it is restarted: until that, the embedded engine may keep parts in memory that it could not write."""
        await self._fill("api")
        await self._kill("api")

    async def _freeze(self, name: str, seconds: float) -> None:
        """Freeze a part that is ready: one that still starts is replaced when it takes too long."""
        pid = await self._ready(name)
        await asyncio.to_thread(freeze, pid)
        try:
            await asyncio.sleep(seconds)
        finally:
            thaw(pid)

    async def _kill(self, name: str) -> int:
        pid = await asyncio.to_thread(self._stack.pid, name)
        os.kill(pid, signal.SIGKILL)
        at_ms = time.time_ns() // 1_000_000
        await self._restarted(name, pid)
        return at_ms

    async def _fill(self, name: str) -> None:
        pid = await asyncio.to_thread(self._stack.pid, name)
        prlimit(pid, RLIMIT_FSIZE, (1, RLIM_INFINITY))
        try:
            await asyncio.sleep(10.0 if LONG else 2.0)
        finally:
            try:
                prlimit(pid, RLIMIT_FSIZE, (RLIM_INFINITY, RLIM_INFINITY))
            except ProcessLookupError:
                await self._restarted(name, pid)

    async def _ready(self, name: str) -> int:
        async with asyncio.timeout(RECOVERY_S):
            while not await asyncio.to_thread(self._stack.is_ready, name):  # noqa: ASYNC110 - another process's state
                await asyncio.sleep(0.2)
        return await asyncio.to_thread(self._stack.pid, name)

    async def _restarted(self, name: str, pid: int) -> None:
        def now() -> bool:
            try:
                return self._stack.pid(name) != pid
            except (AssertionError, KeyError):
                return False

        async with asyncio.timeout(RECOVERY_S):
            while not await asyncio.to_thread(now):  # noqa: ASYNC110 - another process restarts it, no event tells us
                await asyncio.sleep(0.2)

    async def recovered(self, least: int = 20) -> float:
        """Wait until calls are answered again; gives the seconds that took."""
        before, started = self._crowd.answered(), time.monotonic()
        async with asyncio.timeout(RECOVERY_S):
            while self._crowd.answered() < before + least:  # noqa: ASYNC110 - many tasks count up, no one event tells
                await asyncio.sleep(0.05)
        return time.monotonic() - started


async def test_nothing_is_lost_doubled_or_told_whatever_breaks(stack: Stack, traces: TraceCollector) -> None:
    seed = int(os.environ.get("CHAOS_SEED", random.randrange(1_000_000)))
    print(f"\nCHAOS_SEED={seed} CHAOS_SECONDS={SECONDS:g}")
    rng = random.Random(seed)
    door = Door(host="127.0.0.1", port=41002 + stack.offset, key=stack.credentials["gateway_key"], prompt=PROMPT)
    crowd = Crowd(door, callers=CALLERS, seed=seed)
    disturber = Disturber(stack, crowd)
    disturbances: list[Callable[[], Awaitable[None]]] = [
        disturber.freeze_kafka, disturber.kill_processors, disturber.kill_api, disturber.kill_gateway,
        disturber.fill_the_disk_of_kafka,
    ]  # fmt: skip
    if LONG:
        disturbances += [disturber.kill_kafka, disturber.freeze_processors, disturber.fill_the_disk_of_the_api]
    until = time.monotonic() + SECONDS
    try:
        await disturber.recovered()
        while True:
            rng.shuffle(disturbances)
            for disturb in disturbances:
                started = time.monotonic()
                await disturb()
                took = time.monotonic() - started
                print(f"{disturb.__name__}: {took:.1f} s, answered again {await disturber.recovered():.1f} s later")
            if not LONG or time.monotonic() > until:
                break  # the short form breaks each part once
    finally:
        await crowd.stop()
    await audit(stack, crowd, disturber, traces)


async def audit(stack: Stack, crowd: Crowd, disturber: Disturber, traces: TraceCollector) -> None:
    evidence = await evidence_of(stack, crowd, disturber)
    findings = check(evidence)
    print(as_table(evidence, findings))
    assert findings == []
    canaries = {
        "the prompt": PROMPT,
        "an answer": ANSWER,
        "the gateway key": stack.credentials["gateway_key"],
        "the access key": stack.credentials["token"],
        "the provider's secret": stack.environment()["OPENAI_API_KEY"],
    }
    exported = traces.exported()
    assert b"gen_ai.usage.output_tokens" in exported, "the gateway's spans are among what is searched"
    places = await asyncio.to_thread(everything, stack)
    assert leaks({**places, "traces": exported}, canaries) == []


async def evidence_of(stack: Stack, crowd: Crowd, disturber: Disturber) -> Evidence:
    """Everything, once each call has ended whose gateway could still end it."""
    deadline = time.monotonic() + RECOVERY_S
    while True:
        log, latest = await read_log(stack)
        killed = frozenset(killed_source(latest, at_ms) for at_ms in disturber.gateway_killed_ms)
        evidence = Evidence(seen=crowd.seen, bill=stack.provider.bill(), log=log, rows=(), killed=killed)
        open_calls = evidence.decisions.keys() - evidence.ends.keys()
        if all(evidence.decisions[request].event.source in killed for request in open_calls):
            break
        if time.monotonic() > deadline:
            break  # the audit names them
        await asyncio.sleep(0.5)
    rows = await asyncio.to_thread(read_rows, stack, log[-1].position)
    return Evidence(seen=crowd.seen, bill=stack.provider.bill(), log=log, rows=rows, killed=killed)


def killed_source(latest: dict[str, int], at_ms: int) -> str:
    """The gateway's source that wrote last before it was killed."""
    before = {source: at for source, at in latest.items() if source.startswith("gateway/") and at <= at_ms + 200}
    return max(before, key=lambda source: before[source])
